"""The years ahead of a small year: what is held and asked for, and whether the ceiling covers it."""

import datetime as dt

import pytest
from sqlalchemy import update

from licensetrack.core.db import reading, transaction
from licensetrack.measures.question import Question
from licensetrack.performance.comparison import against_year_before, as_known, over_years, year_before
from licensetrack.performance.foresight import foresee
from licensetrack.performance.outlook import COVERED, EXCEEDED, MAYBE, NO_CEILING, coverage, outlook
from licensetrack.performance.working_paper import WorkingPaper
from licensetrack.procurement.models import Entitlement
from tests.conftest import Clock
from tests.performance.conftest import SmallYear, signed

END = Question(dt.date(2024, 12, 31))
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def test_history_comes_from_the_ledger_in_full_months(year: SmallYear) -> None:
    with reading() as db:
        found = {one.product: one for one in outlook(db, END).products}
        middle = {one.product: one for one in outlook(db, Question(dt.date(2024, 6, 15))).products}
    virtual = found["virtualization"]
    assert (virtual.months[0], virtual.months[-1], virtual.held) == ("2024-02", "2024-12", (4100,) * 11)
    assert (virtual.measure, virtual.coverage, virtual.ceiling) == ("virtualization.accepted_cpus", NO_CEILING, None)
    assert (virtual.months_ahead()[0], virtual.months_ahead()[-1]) == ("2025-01", "2027-12")
    assert (found["bms"].what, found["bms"].held[-1]) == ("sets", 1)
    assert found["cloud_management"].months[0] == "2024-06"
    assert middle["virtualization"].months[-1] == "2024-05", "June is not over"
    assert "cloud_management" not in middle, "nothing was accepted up to the end of May"


@SQLITE
def test_a_cap_is_a_ceiling_of_its_product(year: SmallYear) -> None:
    with transaction() as db:
        capped = update(Entitlement).where(Entitlement.product == "virtualization")
        db.execute(capped.values(cap_rule="soft", cap_cpus=4000))
    with reading() as db:
        found = {one.product: one for one in outlook(db, END).products}
    assert (found["virtualization"].ceiling, found["virtualization"].coverage) == (4000, EXCEEDED)
    assert found["bms"].ceiling is None


@pytest.mark.parametrize(
    ("ceiling", "stated", "found"),
    [(None, 10**9, NO_CEILING), (10_000, 0, COVERED), (10_000, 10_001, EXCEEDED), (700, 0, MAYBE), (400, 0, EXCEEDED)],
)
def test_three_years_are_covered_when_every_range_stays_below_the_ceiling(
    ceiling: int | None, stated: int, found: str
) -> None:
    lines = foresee([100 + 10 * month for month in range(36)])
    assert coverage(ceiling, stated, lines) == found
    assert coverage(10, 5, []) == COVERED


@SQLITE
def test_figures_are_compared_with_a_year_before_and_with_what_was_known(
    year: SmallYear, paper: WorkingPaper, clock: Clock
) -> None:
    evaluation = signed(paper, clock)
    clock.forward(hours=1)
    late = year.accepted("SQ-9", year.school, "virtualization", 50, "2024-11-05")
    with reading() as db:
        before = {one.measure.name: one for one in against_year_before(db, END)}
        then = {one.measure.name: one for one in as_known(db, END, evaluation.known_at)}
        years, rows = over_years(db)
    accepted = before["virtualization.accepted_cpus"]
    assert (accepted.first, accepted.second, accepted.change, accepted.percent) == (0, 4150, 4150, None)
    assert late.number == "SQ-9"
    known = then["virtualization.accepted_cpus"]
    assert (known.first, known.second, known.change) == (4100, 4150, 50)
    assert str(known.percent) == "1.2"
    assert then["support.orders"].change == 0
    assert then["import.pass_rate"].percent is None
    assert years == [2024]
    row = next(row for row in rows if row.name == "虚拟化软件授权数量")
    assert (row.years[2024].target, row.years[2024].value, row.years[2024].frozen) == ("≥4000个CPU", "4100个CPU", True)


def test_the_day_a_year_before_a_leap_day_is_the_last_of_february() -> None:
    assert year_before(dt.date(2024, 2, 29)) == dt.date(2023, 2, 28)
    assert year_before(dt.date(2024, 12, 31)) == dt.date(2023, 12, 31)
