"""An order that was overdue when a year was read, and was answered afterwards, shows as a difference of that year."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from licensetrack.core.clock import now
from licensetrack.core.db import reading
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question
from licensetrack.performance.differences import Differences, changed_rows, differences
from licensetrack.support.orders import OrderLine, record_orders
from tests.conftest import Clock
from tests.trade import ALICE, day, unit

NAME = "support.overdue_orders"


@pytest.mark.usefixtures("database")
def test_an_overdue_order_of_the_year_before_that_was_answered_all_the_same_is_named(clock: Clock) -> None:
    holder = unit()
    old, new = (dt.datetime.combine(day, dt.time(9)) for day in (dt.date(2023, 12, 20), day("11-04")))
    waits = OrderLine("FW-2023-0007", holder.id, holder.district, "巡检", old)
    done = OrderLine("FW-2024-0001", holder.id, holder.district, "巡检", new, new, new)
    record_orders([waits, done], actor=ALICE)
    with reading() as db:
        read = SimpleNamespace(as_of=day("12-30"), known_at=now(), figures=figures(db, Question(day("12-30"))))
    assert read.figures[NAME] == 1
    clock.forward(minutes=1)

    def now_and_then() -> Differences:
        with reading() as db:
            return differences(db, read)

    assert not now_and_then()
    answered = OrderLine("FW-2023-0007", holder.id, holder.district, "巡检", old, old + dt.timedelta(hours=1))
    record_orders([answered], actor=ALICE)
    found = now_and_then()
    assert [(one.name, one.stated, one.present) for one in found.figures] == [(NAME, 1, 0)]
    assert [(one.subject, one.gone, NAME in one.moves) for one in found.entries] == [("FW-2023-0007", False, True)]
    with reading() as db:
        [row] = changed_rows(db, read, NAME, None)
    assert (row.shown["number"], row.now) == ("FW-2023-0007", None)
