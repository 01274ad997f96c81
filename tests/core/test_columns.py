"""Values mean the same on both databases: instants with a zone, money to the fen, JSON as one text."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from licensetrack.core.columns import canonical_json, instant_text
from licensetrack.core.db import reading, transaction
from licensetrack.core.outbox import OutboxMessage
from licensetrack.procurement.models import BudgetEntry

OFTEN = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
NOON = dt.datetime(2024, 3, 5, 12, tzinfo=dt.UTC)


def message(posted_at: dt.datetime, payload: dict[str, Any] | None = None) -> OutboxMessage:
    return OutboxMessage(tag="t", payload=payload or {}, posted_at=posted_at, sent_at=None)


def money(amount: Decimal) -> BudgetEntry:
    return BudgetEntry(kind="adjustment", on=NOON.date(), at=NOON, amount=amount, voucher="PZ-1")


def keep(db: Session, row: object) -> None:
    db.add(row)
    db.flush()


@given(st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
@OFTEN
def test_an_instant_comes_back_as_the_same_instant_in_utc(database: Engine, instant: dt.datetime) -> None:
    with transaction() as db:
        kept = message(instant)
        keep(db, kept)
        db.expire(kept)
        assert kept.posted_at == instant.astimezone(dt.UTC)
        assert kept.posted_at.tzinfo == dt.UTC


def test_an_instant_without_a_zone_is_refused(database: Engine) -> None:
    with pytest.raises(StatementError, match="time zone"), transaction() as db:
        keep(db, message(NOON.replace(tzinfo=None)))


def test_an_instant_as_text_is_the_one_that_the_column_writes(database: Engine) -> None:
    shenzhen = dt.datetime(2024, 3, 5, 20, 30, 15, 42, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert instant_text(shenzhen) == "2024-03-05 12:30:15.000042"
    with transaction() as db:
        keep(db, message(shenzhen))
        same = db.execute(
            text("SELECT count(*) FROM outbox_message WHERE posted_at = '2024-03-05 12:30:15.000042'")
        ).scalar_one()
    assert same == 1


@given(st.decimals(-(10**12), 10**12, places=2))
@OFTEN
def test_money_comes_back_to_the_fen(database: Engine, amount: Decimal) -> None:
    with transaction() as db:
        kept = money(amount)
        keep(db, kept)
        fen = db.execute(text("SELECT amount FROM budget_entry WHERE id = :id"), {"id": kept.id}).scalar_one()
        db.expire(kept)
        assert kept.amount == amount
        assert fen == amount * 100


def test_a_tenth_of_a_fen_is_refused(database: Engine) -> None:
    with pytest.raises(StatementError, match="two decimal places"), transaction() as db:
        keep(db, money(Decimal("0.001")))


def test_ten_times_ten_fen_are_one_yuan(database: Engine) -> None:
    with transaction() as db:
        db.add_all([money(Decimal("0.10")) for _ in range(10)])
        db.flush()
    with reading() as db:
        assert sum(db.scalars(select(BudgetEntry.amount)).all()) == 1


def test_equal_values_have_equal_json() -> None:
    assert canonical_json({"b": 1, "甲": dt.date(2024, 3, 5)}) == '{"b":1,"甲":"2024-03-05"}'
    assert canonical_json({"甲": Decimal("1.50"), "a": None}) == canonical_json({"a": None, "甲": "1.50"})


def test_a_payload_comes_back_as_it_was(database: Engine) -> None:
    payload = {"单位": "深圳市福田区教育局", "cpus": [16, None], "nested": {"a": True}}
    with transaction() as db:
        kept = message(NOON, payload)
        keep(db, kept)
        db.expire(kept)
        assert kept.payload == payload
