"""The schema: the migrations make what the models say, in both directions, with rows in it, whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from licensetrack.core import db, schema
from licensetrack.core.db import transaction
from licensetrack.verify.report import verify
from tests.trade import accepted, unit

REVISIONS = [script.revision for script in ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()][::-1]
APPEND_ONLY = ["ledger_event", "audit_entry", "budget_entry", "unit_event"]


@contextmanager
def engine_at(url: str) -> Iterator[Engine]:
    engine = create_engine(url)
    yield engine
    engine.dispose()


def picture(url: str) -> dict[str, Any]:
    """Tables with their columns, keys and indexes, and the guards, as the database tells them."""
    with engine_at(url) as engine, engine.connect() as connection:
        seen, found = inspect(engine), {}
        for table in sorted(seen.get_table_names()):
            columns = [(c["name"], str(c["type"]), c["nullable"]) for c in seen.get_columns(table)]
            indexes = sorted((i["name"], tuple(i["column_names"]), bool(i["unique"])) for i in seen.get_indexes(table))
            keys = sorted((str(k["name"]), k["referred_table"]) for k in seen.get_foreign_keys(table))
            checks = sorted(str(check["name"]) for check in seen.get_check_constraints(table))
            uniques = sorted(str(unique["name"]) for unique in seen.get_unique_constraints(table))
            found[table] = (columns, indexes, keys, checks, uniques)
        guards = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
            if engine.dialect.name == "sqlite"
            else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
        )
        found["guards"] = connection.execute(text(guards)).scalars().all()
    return found


def test_the_newest_migration_makes_what_the_models_say(database_url: str) -> None:
    command.check(schema.config(database_url))


def test_there_is_one_newest_migration() -> None:
    assert ScriptDirectory(str(schema.MIGRATIONS)).get_heads() == [schema.newest()] == [REVISIONS[-1]]


def test_every_migration_taken_back_leaves_the_schema_as_it_was_before(empty_url: str) -> None:
    pictures = []
    for revision in REVISIONS:
        schema.upgrade(empty_url, revision)
        pictures.append(picture(empty_url))
    for revision, before in zip(REVISIONS[-2::-1], pictures[-2::-1], strict=True):
        schema.downgrade(empty_url, revision)
        assert picture(empty_url) == before
    schema.downgrade(empty_url, "base")
    assert set(picture(empty_url)) == {"alembic_version", "guards"}
    assert picture(empty_url)["guards"] == []
    schema.upgrade(empty_url)
    assert picture(empty_url) == pictures[-1]


def test_rows_of_the_ledger_survive_going_down_to_the_first_migration_and_up_again(database_url: str) -> None:
    engine = db.connect(database_url)
    accepted("SQ-2024-0001", unit())
    engine.dispose()
    schema.downgrade(database_url, REVISIONS[0])
    schema.upgrade(database_url)
    engine = db.connect(database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM ledger_event")).scalar_one() == 3
    assert [finding for finding in verify() if finding.broken] == []
    schema.downgrade(database_url, "base")
    schema.upgrade(database_url)
    accepted("SQ-2024-0002", unit())
    assert [finding for finding in verify() if finding.broken] == []
    engine.dispose()


@pytest.mark.parametrize("nth", [4, 20, 45])
def test_a_migration_that_breaks_off_leaves_nothing_behind(empty_url: str, nth: int) -> None:
    statements = 0

    def break_off(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        nonlocal statements
        statements += statement.lstrip().upper().startswith(("CREATE", "INSERT"))
        if statements == nth:
            raise ConnectionAbortedError("the power is gone")

    event.listen(Engine, "before_cursor_execute", break_off)
    try:
        with pytest.raises(ConnectionAbortedError):
            schema.upgrade(empty_url)
    finally:
        event.remove(Engine, "before_cursor_execute", break_off)
    assert picture(empty_url) == {"guards": []}


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("change", ["UPDATE {} SET at = at", "DELETE FROM {}"])
def test_what_happened_can_not_be_changed_even_by_hand(database: Engine, table: str, change: str) -> None:
    accepted("SQ-2024-0001", unit())
    with transaction() as session:
        session.execute(
            text(
                'INSERT INTO budget_entry (kind, "on", at, amount, summary, voucher, place)'
                " VALUES ('payment', '2024-03-01', '2024-03-01 00:00:00.000000', 1, '', 'PZ-1', '')"
            )
        )
    with pytest.raises(DatabaseError, match=f"{table} is append-only"), transaction() as session:
        session.execute(text(change.format(table)))


def test_nobody_gets_round_the_guards_by_replacing_or_truncating(database: Engine) -> None:
    accepted("SQ-2024-0001", unit())
    way_round = (
        "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE seq = 1"
        if database.dialect.name == "sqlite"
        else "TRUNCATE audit_entry"
    )
    with pytest.raises(DatabaseError, match="append-only"), transaction() as session:
        session.execute(text(way_round))


def test_sqlite_tables_are_strict(sqlite_url: str) -> None:
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        tables = connection.execute("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'").fetchall()
    connection.close()
    lax = {name for name, strict in tables if not strict} - {"alembic_version", "sqlite_schema", "sqlite_sequence"}
    assert lax == set()


def test_a_word_is_no_number_in_any_database(database: Engine) -> None:
    with pytest.raises((IntegrityError, DatabaseError)), transaction() as session:
        session.execute(text("UPDATE entitlement SET used_cpus = 'many'"))
