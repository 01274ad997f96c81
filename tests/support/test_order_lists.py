"""Lists of orders: the gravest first, stages as an order lives them, counted without fetching anything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from licensetrack.allocation.models import LicenseSet
from licensetrack.core.db import reading
from licensetrack.support import bulletins, handling, settling
from licensetrack.support.handling_models import ServiceCase
from licensetrack.support.order_queries import Wanted, counts, lateness, orders
from tests.conftest import Clock
from tests.support.people import WISH, asked, of_unit, seen_by
from tests.support.test_bulletins import NOTICE, tasks
from tests.support.test_life_of_an_order import at
from tests.trade import ALICE, accepted, unit

pytestmark = pytest.mark.usefixtures("database", "clock")


@pytest.fixture
def fetched() -> Iterator[list[object]]:
    """Every order and every licence set that was fetched as a whole."""
    found: list[object] = []

    def note(row: object, _context: object) -> None:
        found.append(row)

    for table in (ServiceCase, LicenseSet):
        event.listen(table, "load", note)
    yield found
    for table in (ServiceCase, LicenseSet):
        event.remove(table, "load", note)


def test_the_gravest_orders_come_first_and_ungraded_ones_last_either_way() -> None:
    holder = unit()
    cases = [asked(holder) for _ in range(4)]
    for case, severity in zip(cases, ("minor", "major", "serious"), strict=False):
        handling.accept_order(case, actor=ALICE, severity=severity)
    minor, major, serious, ungraded = (case.number for case in cases)
    assert seen_by(ALICE, Wanted(sort="severity")) == [major, serious, minor, ungraded]
    assert seen_by(ALICE, Wanted(sort="-severity")) == [minor, serious, major, ungraded]


def test_stages_are_sorted_as_an_order_lives_them() -> None:
    holder = unit()
    new, accepted_, working, paused, handed, closed, cancelled = cases = [asked(holder) for _ in range(7)]
    settling.cancel_order(cancelled, actor=ALICE, reason="重复报送")
    taken = [handling.accept_order(one, actor=ALICE, severity="minor") for one in cases[1:6]]
    at_work = [handling.answer_order(one, actor=ALICE) for one in taken[1:]]
    handling.pause_order(at_work[1], actor=ALICE, reason="等待日志")
    done = [handling.hand_over(one, actor=ALICE, outcome="已解决", work="修复") for one in at_work[2:]]
    settling.confirm_solution(done[1], actor=of_unit(holder), mark=5)
    expected = [one.number for one in (new, accepted_, working, paused, handed, closed, cancelled)]
    assert seen_by(ALICE, Wanted(sort="stage")) == expected
    assert seen_by(ALICE, Wanted(sort="-stage")) == expected[::-1]


def test_the_next_limit_is_sorted_as_it_is_shown_and_orders_without_one_come_last_either_way(clock: Clock) -> None:
    holder = unit()
    for severity, start in (("minor", "12-31 08:00"), ("serious", "12-31 08:30"), ("major", "12-31 08:40")):
        case = asked(holder, WISH, at(start))
        handling.accept_order(case, actor=ALICE, severity=severity)
    running = handling.accept_order(asked(holder, WISH, at("12-31 07:00")), actor=ALICE, severity="major")
    running = handling.answer_order(running, actor=ALICE, late_reason="夜间无人")
    handling.restore_service(running, actor=ALICE)
    waits = handling.answer_order(handling.accept_order(asked(holder), actor=ALICE, severity="major"), actor=ALICE)
    handling.pause_order(waits, actor=ALICE, reason="等待日志")
    settling.cancel_order(asked(holder), actor=ALICE, reason="重复报送")
    with reading() as db:
        everything = orders(db, Wanted(), actor=ALICE)
        due = {case.number: lateness(case)[1] for case, _ in everything}
    assert len({one for one in due.values() if one}) == 3
    known = sorted((at_, number) for number, at_ in due.items() if at_)
    lacking = sorted((number for number, at_ in due.items() if at_ is None), reverse=True)
    assert seen_by(ALICE, Wanted(sort="due")) == [number for _, number in known] + lacking
    assert seen_by(ALICE, Wanted(sort="-due")) == [number for _, number in known[::-1]] + lacking


def test_orders_are_counted_without_being_fetched(clock: Clock, fetched: list[object]) -> None:
    holder = unit()
    for received in ("12-31 08:30", "12-31 07:00"):
        handling.accept_order(asked(holder, WISH, at(received)), actor=ALICE, severity="serious")
    asked(holder)
    fetched.clear()
    with reading() as db:
        found = counts(db, ALICE)
    assert (found["asked"], found["accepted"], found["late"], found["soon"]) == (1, 2, 1, 1)
    assert fetched == []


def test_a_bulletin_asks_the_ledger_for_numbers_alone_and_for_those_of_the_unit_that_is_added(
    fetched: list[object],
) -> None:
    near, far = unit(), unit("SZ0002")
    accepted("SQ-1", near), accepted("SQ-2", far, None, product="bms"), accepted("SQ-3", far, None, product="bms")
    fetched.clear()
    made = bulletins.publish_bulletin(NOTICE, actor=ALICE)
    bulletins.add_unit(made, far, actor=ALICE)
    assert fetched == []
    assert {code: task.sets for code, task in tasks(made).items()} == {"SZ0001": ["SQ-1"], "SZ0002": ["SQ-2", "SQ-3"]}
