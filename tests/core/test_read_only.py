"""While the program is read-only nothing is written by whatever door, but for what is needed to sign in and release."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, func, select

from licensetrack.core.audit import AuditEntry, record
from licensetrack.core.db import CLOSED, reading, transaction
from licensetrack.core.errors import ReadOnly
from licensetrack.core.read_only import begin_read_only, end_read_only, is_read_only, standing_period
from tests.trade import ALICE, unit


def stop() -> int:
    with transaction(even_read_only=True) as db:
        made = begin_read_only(db, "the sum of events equals the state row")
        assert made is not None
        return made.id


def entries() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(AuditEntry)) or 0


def test_a_transaction_is_refused_before_it_writes_and_leaves_nothing(database: Engine) -> None:
    stop()
    before = entries()
    with pytest.raises(ReadOnly, match="read-only"):
        unit("SZ0001")
    assert entries() == before


def test_what_is_needed_goes_on(database: Engine) -> None:
    stop()
    with transaction(even_read_only=True) as db:
        record(db, "accounts:session:start", "user:alice", ALICE)
    assert entries() == 1


def test_an_act_within_what_is_needed_is_refused_all_the_same(database: Engine) -> None:
    stop()
    with transaction(even_read_only=True) as db:
        record(db, "accounts:session:start", "user:alice", ALICE)
        with pytest.raises(ReadOnly):
            unit("SZ0001")
        db.rollback()
    assert entries() == 0


def test_what_is_needed_within_a_refused_act_is_not_written_either(database: Engine) -> None:
    stop()
    with pytest.raises(ReadOnly), transaction(), transaction(even_read_only=True) as db:
        record(db, "accounts:session:start", "user:alice", ALICE)
    assert entries() == 0


def test_an_act_that_began_before_the_stop_may_end(database: Engine) -> None:
    with transaction() as db:
        assert begin_read_only(db, "x") is not None
        unit("SZ0001")  # asked when it began
    assert is_read_only()


def test_one_period_stands_and_ends_once(database: Engine) -> None:
    number = stop()
    with transaction(even_read_only=True) as db:
        assert begin_read_only(db, "again") is None
        assert end_read_only(db, number, by=(1, "sun", "孙某"), reason="还原备份")
        assert not end_read_only(db, number, by=(1, "sun", "孙某"), reason="还原备份")
        assert standing_period(db) is None
    unit("SZ0001")
    assert stop() != number


def test_the_refusal_says_what_goes_on() -> None:
    assert "Figures" in CLOSED
