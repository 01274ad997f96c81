"""The small parts of the ground: refusals in words, moves as a table, wishes granted once, messages, the two clocks."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Engine, select

from licensetrack.core import idempotency, outbox
from licensetrack.core.clock import business_day, end_of_month, end_of_month_before, month_end, now, today
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, DomainError, Refused
from licensetrack.core.outbox import OutboxMessage
from licensetrack.core.transitions import actions_from, next_stage
from tests.conftest import Clock
from tests.trade import broken_off

MOVES = {("draft", "sign"): "signed", ("draft", "drop"): "gone", ("signed", "open"): "draft"}


def test_a_refusal_says_itself_in_english_and_keeps_its_parts_for_other_languages() -> None:
    refusal = Refused("The set has %(cpus)s CPUs.", cpus=16)
    assert (str(refusal), refusal.message, refusal.values) == (
        "The set has 16 CPUs.", "The set has %(cpus)s CPUs.", {"cpus": 16},
    )  # fmt: skip
    assert str(Refused("100% is not a word with values.")) == "100% is not a word with values."
    assert isinstance(refusal, DomainError)


def test_a_move_that_is_not_in_the_table_is_refused() -> None:
    assert next_stage(MOVES, "draft", "sign") == "signed"
    assert actions_from(MOVES, "draft") == ["sign", "drop"]
    with pytest.raises(Refused, match="“drop” is not possible at stage “signed”"):
        next_stage(MOVES, "signed", "drop")


def test_a_wish_is_answered_again_and_one_that_was_rolled_back_may_be_wished_anew(database: Engine) -> None:
    with broken_off() as db:
        assert idempotency.answered(db, "k", "f") is None
    with transaction() as db:
        assert idempotency.answered(db, "k", "f") is None
        idempotency.remember(db, "k", {"id": 1})
    with transaction() as db:
        assert idempotency.answered(db, "k", "f") == {"id": 1}
    with pytest.raises(Conflict, match="other content"), transaction() as db:
        idempotency.answered(db, "k", "g")


def test_a_message_is_sent_only_for_what_was_kept(database: Engine, clock: Clock) -> None:
    with broken_off() as db:
        outbox.post(db, "allocation:set:issue", set_id=1)
    with transaction() as db:
        outbox.post(db, "allocation:set:issue", set_id=2)
    with reading() as db:
        [message] = db.scalars(select(OutboxMessage)).all()
    assert (message.tag, message.payload, message.sent_at) == ("allocation:set:issue", {"set_id": 2}, None)


def test_the_business_day_is_shenzhens_whatever_the_day_in_utc_is(clock: Clock) -> None:
    clock.set("2025-01-01 00:30")
    assert now().date().isoformat() == "2024-12-31"
    assert today() == business_day(now())
    assert today().isoformat() == "2025-01-01"


def test_a_month_ends_on_its_last_day_whatever_its_length() -> None:
    days = ["2024-01-31", "2024-02-29", "2023-02-28", "2100-02-28", "2024-04-30", "2024-12-31"]
    for last in map(dt.date.fromisoformat, days):
        assert month_end(last) == month_end(last.replace(day=1)) == end_of_month(f"{last:%Y-%m}") == last
        assert end_of_month_before(last + dt.timedelta(days=1)) == last
        assert end_of_month_before(last) == last.replace(day=1) - dt.timedelta(days=1)
    for none in ("2024-13", "2024", "", "2024-W05"):
        with pytest.raises(ValueError, match=r"month|isoformat"):
            end_of_month(none)
