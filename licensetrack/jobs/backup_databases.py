"""A database at one instant, and back: SQLite by its own online backup, PostgreSQL by pg_dump and pg_restore."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import URL, Connection, create_engine, inspect, text
from sqlalchemy.engine import make_url

from licensetrack.core import db
from licensetrack.core.durable import settle
from licensetrack.core.errors import Refused
from licensetrack.jobs.backup_archive import PORTION, portions_in

SQLITE, POSTGRESQL = "sqlite", "postgresql"
PARTS = {SQLITE: "database.sqlite", POSTGRESQL: "database.pgdump"}
WORDS = {SQLITE: "SQLite", POSTGRESQL: "PostgreSQL"}
DUMP, RESTORE = "pg_dump", "pg_restore"
PROGRAMS = "LICENSETRACK_PG_BIN"  # the folder of PostgreSQL's client programs, where they are not on the path
_MINUTE = 60


class Still(NamedTuple):
    """A database that stands still: a connection that sees one instant, and the dump of the same instant."""

    engine: str
    connection: Connection
    dump: Callable[[], Iterator[bytes]]


def engine_name(url: str | URL) -> str:
    """`sqlite` or `postgresql`."""
    return SQLITE if make_url(url).get_backend_name() == SQLITE else POSTGRESQL


@contextmanager
def standing_still(folder: Path) -> Iterator[Still]:
    """The bound database at this instant; writers go on. `folder` takes what has to be copied meanwhile.

    Raises Refused where the copy is damaged, or PostgreSQL's programs are missing or fail.
    """
    bound = db.engine()
    if bound.dialect.name == SQLITE:
        copy = folder / PARTS[SQLITE]
        _copy_sqlite(Path(str(bound.url.database)), copy)
        engine = create_engine(f"sqlite:///{copy}")
        try:
            with engine.connect() as connection:
                yield Still(SQLITE, connection, lambda: portions_in(copy))
        finally:
            engine.dispose()
        return
    program(DUMP)  # before anything is held open
    options: dict[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with bound.execution_options(**options).connect() as connection:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))  # a large dump takes its time
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        yield Still(POSTGRESQL, connection, lambda: _dump_postgres(bound.url, snapshot))


def _copy_sqlite(source: Path, target: Path) -> None:
    live, copy = sqlite3.connect(source, timeout=_MINUTE), sqlite3.connect(target)
    try:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        [(said,)] = copy.execute("PRAGMA quick_check(1)").fetchall()
        if said != "ok":
            raise Refused("The database itself is damaged (%(reason)s); it was not backed up.", reason=said)
    finally:
        copy.close()
        live.close()


def program(name: str) -> str:
    """The path of a client program of PostgreSQL. Raises Refused with what to install or to set."""
    folder = os.environ.get(PROGRAMS)
    found = shutil.which(name, path=folder) if folder else shutil.which(name)
    if found is None:
        raise Refused(
            "The program “%(name)s” is missing. Install PostgreSQL's client programs (on Debian: apt install"
            " postgresql-client), or name their folder in %(setting)s.",
            name=name, setting=PROGRAMS,
        )  # fmt: skip
    return found


def _dump_postgres(url: URL, snapshot: str) -> Iterator[bytes]:
    command = [program(DUMP), "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    with tempfile.TemporaryFile() as complaints:
        running = subprocess.Popen(  # noqa: S603 - the program and its options are ours
            [*command, f"--dbname={_conninfo(url)}"],
            env=_surroundings(url), stdout=subprocess.PIPE, stderr=complaints, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            assert running.stdout is not None  # noqa: S101 - it was asked for
            while portion := running.stdout.read(PORTION):
                yield portion
            ended = running.wait()
        finally:
            if running.poll() is None:
                running.kill()
                running.wait()
            if running.stdout is not None:
                running.stdout.close()
        if ended != 0:
            complaints.seek(0)
            raise Refused("“%(program)s” failed: %(reason)s", program=DUMP, reason=_last_words(complaints.read()))


def restore_sqlite(url: str | URL, dump: Path) -> None:
    """Puts a copy where the address says; it is there whole or not at all."""
    target = Path(str(make_url(url).database))
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    try:
        shutil.copyfile(dump, part)
        settle(part, target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def restore_postgres(url: str | URL, dump: Path) -> None:
    """Restores a dump in one transaction. Raises Refused with what pg_restore said, and nothing is there then."""
    address = make_url(url)
    options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    command = [program(RESTORE), *options, f"--dbname={_conninfo(address)}", str(dump)]
    done = subprocess.run(  # noqa: S603 - the program and its options are ours
        command, env=_surroundings(address), capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    if done.returncode != 0:
        raise Refused("“%(program)s” failed: %(reason)s", program=RESTORE, reason=_last_words(done.stderr))


def occupied(url: str | URL) -> bool:
    """Whether there is anything at the address already. Raises Refused where PostgreSQL does not answer."""
    address = make_url(url)
    if engine_name(address) == SQLITE:
        return Path(str(address.database)).exists()
    engine = db.make_engine(str(address.render_as_string(hide_password=False)))
    try:
        with engine.connect() as connection:
            return bool(inspect(connection).get_table_names())
    except Exception as error:
        raise Refused("The database does not answer: %(reason)s", reason=_first_line(error)) from error
    finally:
        engine.dispose()


def _conninfo(url: URL) -> str:
    """The address as libpq reads it, without the password: command lines are seen by everybody on the machine."""
    from psycopg.conninfo import make_conninfo

    known = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    said = {
        name: str(value) for name, value in (known | dict(url.query)).items() if value and not isinstance(value, tuple)
    }
    return make_conninfo("", **said)


def _surroundings(url: URL) -> dict[str, str]:
    return os.environ | ({"PGPASSWORD": str(url.password)} if url.password else {}) | {"PGCONNECT_TIMEOUT": "15"}


def _last_words(said: bytes) -> str:
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    return " ".join(lines[-4:])[:600]


def _first_line(error: Exception) -> str:
    return (str(getattr(error, "orig", error)).strip().splitlines() or [type(error).__name__])[0]
