"""The one door to the database: who waits for whom, what is kept, and what one look sees."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, exc, func, select, text

from licensetrack.core import db
from licensetrack.core.db import insert_rows, make_engine, reading, reserve_ids, transaction, wal_is_safe
from licensetrack.core.errors import Conflict
from licensetrack.core.outbox import OutboxMessage, post
from licensetrack.units.models import UnitName
from tests.haste import sqlite_as_it_is
from tests.trade import unit


def messages() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(OutboxMessage)) or 0


def test_a_transaction_is_kept_whole_or_not_at_all(database: Engine) -> None:
    with transaction() as session:
        post(session, "a")
        with transaction() as inner:
            assert inner is session, "an inner transaction joins the outer one"
            post(inner, "b")
    assert messages() == 2
    with pytest.raises(ZeroDivisionError):
        write_and_break_off()
    assert messages() == 2


def test_two_looks_in_one_reading_see_the_same_whatever_is_written_between_them(database: Engine) -> None:
    with reading() as session:
        before = session.scalar(select(func.count()).select_from(OutboxMessage))
        writer = threading.Thread(target=write, args=("meanwhile",))
        writer.start()
        writer.join(0.3)  # PostgreSQL and WAL let it pass; else SQLite makes it wait for the reader
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == before == 0
    writer.join()
    assert messages() == 1


def test_nothing_is_written_in_a_reading(database: Engine) -> None:
    with reading(), pytest.raises(RuntimeError, match="inside a reading"), transaction():
        pass
    try:
        with reading() as session:
            post(session, "lost")
    except Exception as error:
        assert "read-only" in str(error), "PostgreSQL says so at once"  # noqa: PT017
    assert messages() == 0


def test_a_second_writer_waits_its_turn(database: Engine) -> None:
    inside, go_on, order = threading.Event(), threading.Event(), []

    def first() -> None:
        with transaction() as session:
            session.execute(text("UPDATE audit_head SET seq = seq"))
            inside.set()
            go_on.wait(5)
            order.append("first")

    def second() -> None:
        inside.wait(5)
        with transaction() as session:
            session.execute(text("UPDATE audit_head SET seq = seq"))
            order.append("second")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    inside.wait(5)
    assert order == []
    go_on.set()
    for thread in threads:
        thread.join()
    assert order == ["first", "second"]


def test_a_writer_that_hangs_does_not_hang_the_others_for_ever(
    database: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "BUSY_SECONDS", 0.2)
    release, inside = threading.Event(), threading.Event()

    def hang() -> None:
        with transaction() as session:
            session.execute(text("UPDATE audit_head SET seq = seq"))
            inside.set()
            release.wait(20)

    hanging = threading.Thread(target=hang)
    hanging.start()
    inside.wait(5)
    with pytest.raises(Conflict, match="busy"), transaction() as session:
        session.execute(text("UPDATE audit_head SET seq = seq"))
    release.set()
    hanging.join()
    write("afterwards all is well")
    assert messages() == 1


def test_sqlite_is_set_up_to_lose_nothing_that_was_confirmed(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    asked = ("foreign_keys", "journal_mode", "synchronous", "trusted_schema", "recursive_triggers", "busy_timeout")
    with sqlite_as_it_is(), engine.connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in asked]
    assert found == [1, "wal" if wal_is_safe() else "truncate", 2, 0, 1, 30_000]
    engine.dispose()


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 45, 0), False), ((3, 50, 6), False),
        ((3, 50, 7), True), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 52, 0), True),
    ],
)  # fmt: skip
def test_wal_is_used_only_where_sqlite_has_mended_its_race(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_a_writing_transaction_holds_the_lock_from_its_beginning(sqlite_url: str) -> None:
    engine = db.connect(sqlite_url)
    other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0.05, isolation_level=None)
    with transaction() as session:
        session.connection()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()
    engine.dispose()


def test_postgres_waits_three_seconds_for_a_lock_and_writes_days_and_hours_as_we_do(postgres_url: str) -> None:
    engine = make_engine(postgres_url)
    asked = ("lock_timeout", "idle_in_transaction_session_timeout", "TimeZone", "transaction_isolation")
    with engine.begin() as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
        for setting in ("datestyle = 'German'", "timezone = 'Asia/Shanghai'"):
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET {setting}")
    engine.dispose()  # connections made from here on meet the settings of another house
    with engine.connect() as connection:
        found = [connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in asked]
        day = connection.exec_driver_sql("SELECT CAST(date '2024-03-05' AS varchar)").scalar_one()
    assert (found, day) == (["3s", "1min", "UTC", "read committed"], "2024-03-05")
    engine.dispose()


texts = st.one_of(st.none(), st.sampled_from(["", "同一个", "it's", "100%s", "a:b", "back\\slash", "?", "%(x)s"]))


@given(rows=st.lists(st.tuples(texts, texts), min_size=1, max_size=6), many=st.booleans())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_rows_inserted_in_bulk_come_out_as_they_went_in(database: Engine, rows: Any, many: bool) -> None:
    rows = [(name or "", key or "") for name, key in rows] * (60 if many else 1)
    with transaction() as session:
        holder = session.scalar(text("SELECT id FROM unit")) or unit().id
        session.execute(text("DELETE FROM unit_name"))
        ids = reserve_ids(session, "unit_name", len(rows))
        full = [(i, holder, name, key, None) for i, (name, key) in zip(ids, rows, strict=True)]
        insert_rows(session, "unit_name", ("id", "unit_id", "name", "name_key", "until"), full)
        found = session.execute(select(UnitName.name, UnitName.name_key).order_by(UnitName.id)).all()
    assert [tuple(row) for row in found] == rows


def test_no_database_before_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "_engine", None)
    with pytest.raises(RuntimeError, match="connect"):
        db.engine()


def test_the_lock_file_stands_beside_the_database(sqlite_url: str) -> None:
    engine = db.connect(sqlite_url)
    write("one")
    assert Path(sqlite_url.removeprefix("sqlite:///") + ".lock").exists()
    engine.dispose()


def write(tag: str) -> None:
    with transaction() as session:
        post(session, tag)


def write_and_break_off() -> None:
    with transaction() as session:
        post(session, "c")
        with transaction() as inner:
            post(inner, "d")
        raise ZeroDivisionError


@pytest.mark.usefixtures("database")
def test_a_pool_without_a_free_connection_is_told_as_busy() -> None:
    with pytest.raises(Conflict, match="busy"), transaction():
        raise exc.TimeoutError("QueuePool limit of size 5 overflow 10 reached")
