"""Orders over a limit at the end of a day: of the past as of today, with pauses, and beside a count by hand."""

from __future__ import annotations

import datetime as dt
import random
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from licensetrack.core.clock import now
from licensetrack.core.db import reading
from licensetrack.core.transitions import actions_from, next_stage
from licensetrack.measures.catalogue import MEASURES
from licensetrack.measures.question import Question
from licensetrack.measures.service import overdue_since
from licensetrack.support import handling, settling
from licensetrack.support.life import dues, life_of
from licensetrack.support.orders import OrderLine, record_orders
from licensetrack.support.stages import ACCEPTED, ORDER_MOVES, WORKING
from tests.conftest import Clock
from tests.invariants import broken
from tests.support.people import WISH, asked, of_unit
from tests.support.test_life_of_an_order import at
from tests.trade import ALICE, day, unit

needs_books = pytest.mark.usefixtures("database", "clock")
TICK = dt.timedelta(minutes=10)


def overdue(*days: str, known_at: dt.datetime | None = None) -> list[int]:
    """How many orders were overdue at the end of each day; the rows behind the figure add up to it."""
    found, measure = [], MEASURES["support.overdue_orders"]
    with reading() as db:
        for one in days:
            asked_for = Question(day(one), known_at)
            rows = measure.trace(db, asked_for)
            assert measure.value(db, asked_for) == sum(row["value"] for row in rows)
            assert all(row["due"].date() <= day(one) for row in rows)
            found.append(len(rows))
    return found


@needs_books
def test_an_order_is_overdue_from_the_day_of_its_limit_until_it_is_answered_and_restored() -> None:
    order = handling.accept_order(
        asked(unit(), WISH, at("12-27 22:00")), actor=ALICE, severity="major", moment=at("12-27 22:10")
    )
    assert overdue("12-26", "12-27", "12-28") == [0, 1, 1]
    order = handling.answer_order(order, actor=ALICE, moment=at("12-28 01:00"), late_reason="夜间无人值守")
    assert overdue("12-26", "12-27", "12-28", "12-29") == [0, 1, 1, 1], "answered, but not restored by 02:00"
    handling.restore_service(order, actor=ALICE, moment=at("12-29 09:00"), late_reason="等待备件")
    assert overdue("12-26", "12-27", "12-28", "12-29") == [0, 1, 1, 0]
    assert broken() == []


@needs_books
def test_an_order_that_waits_for_its_unit_is_not_overdue_and_what_was_known_stays_known(clock: Clock) -> None:
    order = handling.accept_order(
        asked(unit(), WISH, at("12-28 20:00")), actor=ALICE, severity="major", moment=at("12-28 20:00")
    )
    order = handling.answer_order(order, actor=ALICE, moment=at("12-28 20:10"))
    before = now()
    assert overdue("12-28", "12-29", "12-30") == [0, 1, 1], "four hours are over at midnight, with the next day"
    clock.forward(minutes=1)
    order = handling.pause_order(order, actor=ALICE, moment=at("12-28 21:00"), reason="等待单位提供日志")
    assert overdue("12-28", "12-29", "12-30") == [0, 0, 0]
    assert overdue("12-29", known_at=before) == [1]
    order = handling.resume_order(order, actor=ALICE, moment=at("12-29 22:00"), reason="日志已提供")
    assert overdue("12-28", "12-29", "12-30") == [0, 0, 1], "three hours are left, until one o'clock"
    assert broken() == []


@needs_books
def test_a_solution_that_was_none_leaves_the_limit_open_and_a_cancelled_order_owes_nothing(clock: Clock) -> None:
    holder = unit()
    order = handling.accept_order(
        asked(holder, WISH, at("12-30 08:00")), actor=ALICE, severity="major", moment=at("12-30 08:00")
    )
    order = handling.answer_order(order, actor=ALICE, moment=at("12-30 08:10"))
    order = handling.hand_over(order, actor=ALICE, outcome="已解决", work="修复", moment=at("12-30 11:00"))
    assert overdue("12-30", "12-31") == [0, 0]
    clock.forward(minutes=1)
    settling.reject_solution(order, actor=of_unit(holder), reason="仍然告警")
    assert overdue("12-30", "12-31") == [0, 1], "an hour was left when it was handed over"
    other = asked(holder, WISH, at("12-29 08:00"))
    assert overdue("12-29") == [1], "nobody accepted it within four hours"
    settling.cancel_order(other, actor=ALICE, reason="重复报送")
    assert overdue("12-29") == [0]


@needs_books
def test_orders_of_ledgers_are_overdue_after_four_hours_and_are_carried_into_the_next_year() -> None:
    holder = unit()

    def told(number: str, received: dt.datetime, *times: dt.datetime | None) -> None:
        record_orders([OrderLine(number, holder.id, holder.district, "巡检", received, *times)], actor=ALICE)

    told("FW-2023-0001", at("12-30 09:00").replace(year=2023))
    told("FW-2023-0002", at("12-30 09:00").replace(year=2023), None, at("01-03 09:00"))  # finished, no answer told
    told("FW-2024-0001", at("02-01 21:00"), at("02-03 09:00"), at("02-04 09:00"))
    with reading() as db:
        old = [
            len(MEASURES["support.overdue_orders"].trace(db, Question(dt.date(2023, 12, nth)))) for nth in (29, 30, 31)
        ]
    assert old == [0, 2, 2]
    assert overdue("01-02", "01-03", "02-01", "02-02", "02-03") == [2, 1, 1, 2, 1]


def random_life(dice: random.Random) -> list[Any]:
    """Steps that the table of moves allows, at moments ten minutes and more apart."""
    moment = dt.datetime.combine(dt.date(2024, 3, 1), dt.time(8))
    steps, stage = [("ask", moment), ("accept", moment)], ACCEPTED
    for _ in range(dice.randrange(12)):
        offered = sorted(set(actions_from(ORDER_MOVES, stage)) - {"cancel", "grade", "assign", "arrive", "rate"})
        if stage == WORKING and any(action == "restore" for action, _ in steps):
            offered.remove("restore")
        if not offered:
            break
        action = dice.choice(offered)
        moment += TICK * dice.randrange(1, 200)
        steps.append((action, moment))
        stage = next_stage(ORDER_MOVES, stage, action)
    said = {"outcome": "已解决", "mark": 5}
    return [SimpleNamespace(action=action, moment=when, name="", note="", said=said) for action, when in steps]


def counted_by_hand(steps: list[Any], limits: dict[str, int], until: dt.datetime) -> bool:
    """Tick by tick: whether a limit ran out before `until` while what it asks for was not done before `until`."""
    actions = [(step.action, step.moment) for step in steps]
    answered = next((when for action, when in actions if action == "answer"), None)
    again = max((nth for nth, (action, _) in enumerate(actions) if action in ("reject", "reopen")), default=0)
    restored = next((when for action, when in actions[again:] if action in ("restore", "hand_over")), None)
    if restored is None and again == 0:
        restored = next((when for action, when in actions if action in ("restore", "hand_over")), None)
    still = [(a[1], b[1]) for a, b in pairwise([*actions, ("", until)]) if a[0] == "pause"]
    for nth, (action, when) in enumerate(actions):
        if action == "hand_over":
            back = next((at_ for name, at_ in actions[nth:] if name in ("reject", "reopen")), None)
            still += [(when, back)] if back else []
    left, at_, late = dict(limits), actions[0][1], False
    while at_ < until and not late:
        late = any(left[name] <= 0 and (done is None or done >= until) for name, done in
                   (("answer", answered), ("restore", restored)))  # fmt: skip
        if not any(begin <= at_ < end for begin, end in still):
            left = {name: minutes - 10 for name, minutes in left.items()}
        at_ += TICK
    return late


def test_days_overdue_are_those_that_counting_minute_by_minute_gives() -> None:
    dice, seen = random.Random(45), {True: 0, False: 0}
    for _ in range(150):
        steps = random_life(dice)
        limits = {"answer": 10 * dice.randrange(1, 60), "restore": 10 * dice.randrange(1, 400)}
        life = life_of(steps)
        due = dues(life, limits, frozenset())
        row: Any = SimpleNamespace(
            received=life.received, responded=life.responded, restored=life.restored, completed=life.closed,
            answer_due=due["answer"], restore_due=due["restore"],
        )  # fmt: skip
        for ahead in range(12):
            as_of = dt.date(2024, 3, 1) + dt.timedelta(days=ahead)
            midnight = dt.datetime.combine(as_of, dt.time()) + dt.timedelta(days=1)
            late = counted_by_hand(steps, limits, midnight)
            assert (overdue_since(row, Question(as_of)) is not None) == late, (as_of, limits, steps)
            seen[late] += 1
    assert min(seen.values()) > 200
