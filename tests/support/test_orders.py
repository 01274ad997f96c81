"""Service orders: every version is kept, the last one stands, and four hours are four hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from licensetrack.accounts.permissions import EVERYWHERE, Actor, Scope
from licensetrack.core.clock import now
from licensetrack.core.db import reading
from licensetrack.core.errors import Forbidden, NotFound, Refused
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question, Value
from licensetrack.support.orders import OrderLine, differences, record_orders, standing_orders
from tests.conftest import Clock
from tests.invariants import broken
from tests.trade import ALICE, day, unit

pytestmark = pytest.mark.usefixtures("database", "clock")
NINE = dt.datetime.combine(day("05-06"), dt.time(9))
HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)


@pytest.fixture
def line(database: object, clock: Clock) -> OrderLine:
    """An order of a unit in Futian, received at nine."""
    at = unit()
    return OrderLine("FW-1", at.id, at.district, "巡检", NINE)


def count(name: str, on: str = "05-06", known_at: dt.datetime | None = None, scope: Scope = EVERYWHERE) -> Value:
    with reading() as db:
        return figures(db, Question(day(on), known_at, scope))[f"support.{name}"]


def test_an_answer_after_four_hours_is_in_time_and_a_second_later_it_is_not(line: OrderLine) -> None:
    record_orders([replace(line, responded=NINE + 4 * HOUR)], actor=ALICE)
    assert count("on_time_rate") == 100
    record_orders([replace(line, number="FW-2", responded=NINE + 4 * HOUR + SECOND)], actor=ALICE)
    assert count("on_time_rate") == 50
    record_orders([replace(line, number="FW-3")], actor=ALICE)
    assert (count("orders"), count("on_time_rate")) == (3, Decimal("33.33"))


def test_an_answer_counts_from_the_day_it_was_given(line: OrderLine) -> None:
    late = NINE.replace(hour=22)
    record_orders([replace(line, received=late, responded=late + 3 * HOUR)], actor=ALICE)
    assert [count("on_time_rate", on) for on in ("05-05", "05-06", "05-07")] == [None, 0, 100]


def test_satisfied_are_four_and_five_of_the_marks_given_when_the_order_was_done(line: OrderLine) -> None:
    done = replace(line, responded=NINE, completed=NINE + 30 * HOUR)
    record_orders([replace(done, number=f"FW-{mark}", satisfaction=mark) for mark in (3, 4, 5)], actor=ALICE)
    record_orders([replace(done, number="FW-9")], actor=ALICE)
    assert count("satisfaction_rate", "05-06") is None
    assert count("satisfaction_rate", "05-07") == Decimal("66.67")


def test_a_changed_order_is_a_new_version_and_the_old_one_stays_known(line: OrderLine, clock: Clock) -> None:
    record_orders([line], actor=ALICE)
    before = now()
    clock.forward(minutes=5)
    with reading() as db:
        order = standing_orders(db)["FW-1"]
    corrected = replace(line, responded=NINE + HOUR)
    assert differences(order, corrected) == {"responded": (None, NINE + HOUR)}
    record_orders([corrected], actor=ALICE)
    assert (count("orders"), count("on_time_rate"), count("on_time_rate", known_at=before)) == (1, 100, 0)
    with reading() as db:
        assert differences(standing_orders(db)["FW-1"], corrected) == {}
    assert not broken()


def test_the_year_is_the_citys_also_where_only_a_part_is_asked_for(line: OrderLine) -> None:
    record_orders([line], actor=ALICE)
    far = unit("SZ0002", district="南山区")
    old = OrderLine("FW-0", far.id, far.district, "巡检", NINE.replace(year=2023))
    record_orders([old], actor=ALICE)
    parts = [count("orders", scope=Scope("district", name)) for name in ("福田区", "南山区")]
    assert (parts, count("orders"), count("orders", "2023-12-31")) == ([1, 0], 1, 1)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"responded": NINE - SECOND}, "before the order"),
        ({"completed": NINE - SECOND}, "before it was answered"),
        ({"responded": NINE + HOUR, "completed": NINE + SECOND}, "before it was answered"),
    ],
)
def test_an_order_runs_forward_in_time(line: OrderLine, fields: dict[str, dt.datetime], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        record_orders([replace(line, **fields)], actor=ALICE)


def test_a_number_stands_once_among_orders_that_come_together(line: OrderLine) -> None:
    with pytest.raises(Refused, match="twice"):
        record_orders([line, replace(line, kind="安装")], actor=ALICE)
    assert record_orders([], actor=ALICE) == 0
    assert count("orders") == 0


def test_who_may_not_record_does_not_and_nobody_records_for_another_district(line: OrderLine) -> None:
    with pytest.raises(Forbidden):
        record_orders([line], actor=Actor(None, "dana", "Dana", "auditor"))
    with pytest.raises(NotFound):
        record_orders([line], actor=Actor(None, "eve", "Eve", "operator", Scope("district", "南山区")))
    assert count("orders") == 0
