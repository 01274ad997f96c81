"""The one door to the database: the engine, the transaction and the only commit of the program."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import IO, Any, TypeVar

from sqlalchemy import Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import DeclarativeBase, Session

from licensetrack.core import commit_doubts
from licensetrack.core.errors import Conflict, NotFound, ReadOnly

try:
    import fcntl
except ImportError:  # Windows: SQLite's own busy wait must do there
    fcntl = None  # type: ignore[assignment]

BUSY_SECONDS = 30
MOST_CONNECTIONS = 50  # of one process; more threads than that wait for each other, and not in turn
BUSY = "The database is busy; nothing was written. Please try again."
DUPLICATE = "Somebody recorded the same at this very moment; nothing was written. Please look again."
CLOSED = "The program is read-only since a check of the books failed; nothing was written. Figures and reports go on."
_IS_CLOSED = text("SELECT 1 FROM read_only_period WHERE standing = 1")
MANY = 100
_PLAIN = re.compile(r"[\w .:-]*")  # no quotation mark, no backslash, no placeholder of either driver
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Parent of every table's class; constraint names are fixed so that migrations can name them on both databases."""

    metadata = MetaData(naming_convention=NAMES)


Row = TypeVar("Row", bound=Base)


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite is free of the WAL-reset race (fixed in 3.51.3; back-ported to 3.50.7 and 3.44.6)."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def make_engine(url: str) -> Engine:
    """An engine whose transactions mean the same on both databases: one writer after the other on each row.

    Raises RuntimeError where SQLite is too old for STRICT tables (3.37).
    """
    address = make_url(url)
    if address.drivername in ("postgres", "postgresql"):  # as most people write it; the driver we ship is psycopg 3
        address = address.set(drivername="postgresql+psycopg")
    if address.get_backend_name() != "sqlite":
        limits = "-c lock_timeout=3s -c idle_in_transaction_session_timeout=60s -c timezone=UTC -c datestyle=ISO"
        server = create_engine(
            address, isolation_level="READ COMMITTED", pool_pre_ping=True, connect_args={"options": limits},
            max_overflow=MOST_CONNECTIONS - 5, hide_parameters=True,  # rows do not belong into logs
        )  # fmt: skip
        event.listen(server, "connect", lambda connection, _record: commit_doubts.listen(connection))
        return server
    if sqlite3.sqlite_version_info < (3, 37):
        raise RuntimeError(f"SQLite {sqlite3.sqlite_version} is too old: 3.37 or newer is needed")
    engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
    journal = "WAL" if wal_is_safe() else "TRUNCATE"

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself, so the PRAGMAs really apply
        for pragma in (
            "foreign_keys=ON",
            f"journal_mode={journal}",
            "synchronous=FULL",
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "trusted_schema=OFF",
            "cache_size=-65536",
            "recursive_triggers=ON",  # else INSERT OR REPLACE deletes rows past the append-only triggers
        ):
            connection.execute(f"PRAGMA {pragma}")
        if connection.execute("PRAGMA foreign_keys").fetchone()[0] != 1:
            raise RuntimeError("SQLite does not enforce foreign keys here")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        readonly = connection.get_execution_options().get("readonly", False)
        connection.exec_driver_sql("BEGIN" if readonly else "BEGIN IMMEDIATE")

    return engine


_engine: Engine | None = None
_writing: ContextVar[Session | None] = ContextVar("writing", default=None)
_reading: ContextVar[Session | None] = ContextVar("reading", default=None)
_spared: ContextVar[bool] = ContextVar("spared", default=False)  # the open transaction was not asked whether it may


def connect(url: str) -> Engine:
    """Binds this process to a database; a second call binds it anew (tests do that)."""
    global _engine
    if _engine is not None:
        _engine.dispose()
    _engine = make_engine(url)
    return _engine


def engine() -> Engine:
    """The engine that the process is bound to. Raises RuntimeError before `connect`."""
    if _engine is None:
        raise RuntimeError("no database: call connect() first")
    return _engine


@contextmanager
def _turn(bound: Engine, patient: bool) -> Iterator[None]:
    """Writers of one SQLite file queue at a file lock: its own busy wait is unfair, some waited thirty times longer."""
    database = bound.url.database
    if bound.dialect.name != "sqlite" or fcntl is None or not database or database == ":memory:":
        yield
        return
    with Path(f"{database}.lock").open("ab") as lock:
        _wait_for(lock, patient)
        yield


def _wait_for(lock: IO[bytes], patient: bool) -> None:
    """Takes the file lock in turn. Raises Conflict after BUSY_SECONDS: a writer that hangs must not hang all others."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if not patient:
            raise Conflict(BUSY) from None
        queued = threading.Thread(target=fcntl.flock, args=(lock, fcntl.LOCK_EX), daemon=True)
        queued.start()
        queued.join(BUSY_SECONDS)
        if queued.is_alive():
            raise Conflict(BUSY) from None


@contextmanager
def transaction(*, even_read_only: bool = False, patient: bool = True) -> Iterator[Session]:
    """A writing transaction: commits when the block ends, rolls back when it raises; an inner one joins the outer one.

    While the program is read-only (core/read_only.py) only what says `even_read_only` may write: signing in, the audit
    trail, jobs and their notices, the release itself. Within such a block another act is asked all the same.
    What may as well be written later is not `patient`: it does not wait while another writer of SQLite is at work.
    Raises ReadOnly then, Conflict when the database stays locked or another writer was faster with the same unique
    value, Uncertain when the commit was not confirmed, and RuntimeError inside a `reading` block: it would wait for
    itself.
    """
    outer = _writing.get()
    if outer is not None:
        if _spared.get() and not even_read_only:
            _refuse_while_read_only(outer)
        yield outer
        return
    if _reading.get() is not None:
        raise RuntimeError("a transaction must not begin inside a reading block")
    bound = engine()
    with _turn(bound, patient), Session(bound, expire_on_commit=False, autoflush=False) as db:
        token, spared = _writing.set(db), _spared.set(even_read_only)
        try:
            if not even_read_only:
                _refuse_while_read_only(db)
            yield db
            with commit_doubts.told():
                db.commit()
        except OperationalError as error:
            if is_busy(error):
                raise Conflict(BUSY) from error
            raise
        except NoConnection as error:  # no connection became free
            raise Conflict(BUSY) from error
        except IntegrityError as error:
            if is_duplicate(error):
                raise Conflict(DUPLICATE) from error
            raise
        finally:
            _writing.reset(token)
            _spared.reset(spared)
            db.close()  # rolls back what was not committed, and leaves the caller's objects readable


def is_writing() -> bool:
    """Whether a writing transaction is open here: a new one would join it."""
    return _writing.get() is not None


def _refuse_while_read_only(db: Session) -> None:
    """One row by its unique key, in the very transaction that wants to write."""
    if db.connection().execute(_IS_CLOSED).first() is not None:
        raise ReadOnly(CLOSED)


@contextmanager
def reading() -> Iterator[Session]:
    """A read-only snapshot: all statements in the block see one state; joins an open transaction or reading block."""
    outer = _writing.get() or _reading.get()
    if outer is not None:
        yield outer
        return
    bound = engine()
    options: dict[str, Any] = {"readonly": True}
    if bound.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with Session(bound.execution_options(**options), autoflush=False) as db:
        token = _reading.set(db)
        try:
            yield db
        finally:
            _reading.reset(token)
            db.close()


def row_with_id(db: Session, model: type[Row], key: int | str, *, fresh: bool = False) -> Row:
    """The row with this key, read again from the database if `fresh`. Raises NotFound."""
    found = db.get(model, key, populate_existing=fresh)
    if found is None:
        raise NotFound("There is no such record.")
    return found


def is_busy(error: OperationalError) -> bool:
    """Whether the database refused because somebody else holds the lock."""
    text = str(error.orig).lower()
    return any(sign in text for sign in ("database is locked", "lock timeout", "deadlock detected"))


def is_duplicate(error: IntegrityError) -> bool:
    """Whether the database refused a second row with the same unique value."""
    return getattr(error.orig, "sqlstate", "") == "23505" or "UNIQUE constraint failed" in str(error.orig)


def insert_rows(db: Session, table: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Inserts many rows by one `executemany` of the driver: the bulk path (ORM objects cost seven times as much).

    Values must be str, int or None; days as ISO text, instants as `instant_text`. Names come from code, not from users.
    """
    if not rows:
        return
    connection = db.connection()
    marks = ["?" if connection.dialect.name == "sqlite" else "%s"] * len(columns)
    if len(rows) >= MANY:  # a value that all rows share is said once: binding each is a third of the whole insert
        varying = []
        for place, values in enumerate(zip(*rows, strict=True)):
            if values.count(values[0]) == len(values) and (literal := _literal(values[0])):
                marks[place] = literal
            else:
                varying.append(values)
        rows = list(zip(*varying, strict=True))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(marks)})"  # noqa: S608
    connection.exec_driver_sql(statement, list(rows))


def _literal(value: object) -> str:
    """A value as SQL says it, if it can be said beyond doubt; else nothing."""
    if value is None:
        return "NULL"
    if type(value) is int:
        return str(value)
    return f"'{value}'" if isinstance(value, str) and _PLAIN.fullmatch(value) else ""


def reserve_ids(db: Session, table: str, count: int) -> Sequence[int]:
    """So many free ids of a table, in order: rows that point at each other can then be inserted in bulk."""
    connection = db.connection()
    if connection.dialect.name == "sqlite":  # the writer is alone: BEGIN IMMEDIATE holds the lock
        last = connection.exec_driver_sql(f"SELECT coalesce(max(id), 0) FROM {table}").scalar_one()  # noqa: S608
        return range(int(last) + 1, int(last) + 1 + count)
    query = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    return sorted(connection.exec_driver_sql(query, (table, count)).scalars())
