"""The years ahead of a small year: what is held and asked for, and whether the ceiling covers it."""

import datetime as dt

import pytest
from sqlalchemy import update

from licensetrack.core import blobs
from licensetrack.core.db import reading, transaction
from licensetrack.measures.demand import surveyed_demand, surveyed_sum
from licensetrack.measures.question import Question
from licensetrack.measures.survey_sums import surveyed_by_year
from licensetrack.performance.comparison import compared, over_years, year_before
from licensetrack.performance.foresight import foresee
from licensetrack.performance.outlook import COVERED, EXCEEDED, MAYBE, NO_CEILING, coverage, outlook
from licensetrack.performance.working_paper import WorkingPaper
from licensetrack.procurement.models import Entitlement
from licensetrack.procurement.survey_models import DemandLine, Survey
from licensetrack.requests.models import LicenseRequest, RequestLine
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


@SQLITE
@pytest.mark.parametrize(
    ("rule", "begins", "ceiling"),
    [("soft", None, 4500), ("open", None, None), ("soft", dt.date(2025, 1, 1), 4000)],
    ids=["both are capped", "one is open", "the second has not begun"],
)
def test_the_ceiling_is_what_all_entitlements_of_a_product_allow(
    year: SmallYear, rule: str, begins: dt.date | None, ceiling: int | None
) -> None:
    with transaction() as db:
        capped = update(Entitlement).where(Entitlement.product == "virtualization")
        db.execute(capped.values(cap_rule="soft", cap_cpus=4000))
        cap = None if rule == "open" else 500
        db.add(Entitlement(product="virtualization", contract="HT-2", cap_rule=rule, cap_cpus=cap, valid_from=begins))
    with reading() as db:
        [found] = [one for one in outlook(db, END).products if one.product == "virtualization"]
    assert found.ceiling == ceiling


@SQLITE
def test_a_survey_of_a_few_leaves_the_last_answers_of_the_others(year: SmallYear) -> None:
    with transaction() as db:
        paper = blobs.store(db, b"survey", "需求调研表.xlsx")
        for first, units in [(2023, [year.school, year.bureau]), (2024, [year.school])]:
            survey = Survey(
                kind="demand", year=first, title=f"{first}年需求调研表", document_id=paper.id, sheet=str(first),
                recorded_at=dt.datetime(2025, 6, 1, tzinfo=dt.UTC),
            )  # fmt: skip
            db.add(survey)
            db.flush()
            for unit in units:
                db.add(DemandLine(survey_id=survey.id, position=unit.id, unit_id=unit.id, first_year=7, second_year=20,
                                  third_year=3, bms_sets=2))  # fmt: skip
    with reading() as db:
        first, lines = surveyed_demand(db, END)
        before = surveyed_demand(db, Question(dt.date(2023, 12, 31)))
        by_year = surveyed_by_year(db, END)
    assert (first, surveyed_sum(lines, "virtualization")) == (2024, (7 + 20, 20 + 3, 3)), "2023 has gone by"
    assert surveyed_sum(lines, "bms") == (4, 0, 0)
    assert by_year == {2023: 7, 2024: 27, 2025: 23, 2026: 3}, "the same answers by their years"
    assert (before[0], len(before[1])) == (2023, 2), "the survey of 2024 was not known then"


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
        before, then = ({one.measure.name: one for one in each} for each in compared(db, END, evaluation.known_at))
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


@SQLITE
def test_what_units_ask_for_stands_beside_what_is_held(year: SmallYear) -> None:
    at = dt.datetime(2024, 12, 1, tzinfo=dt.UTC)
    with transaction() as db:
        for number, (stage, kind, cpus, granted) in enumerate(
            [
                ("submitted", "new", 64, None), ("approved", "expansion", 32, 20), ("draft", "new", 500, None),
                ("submitted", "renewal", 700, None), ("rejected", "new", 900, None),
            ],
            1,
        ):  # fmt: skip
            asked = LicenseRequest(
                number=f"XQ-{number}", unit_id=year.school.id, stage=stage, version=1, revision=1, requester="ivy",
                requester_name="易", typed={}, writers=[], edited_at=at, edited_by="ivy", created_at=at, stage_since=at,
            )  # fmt: skip
            db.add(asked)
            db.flush()
            db.add(
                RequestLine(
                    request_id=asked.id, key="a", position=1, kind=kind, product="virtualization",
                    stage="asked" if granted is None else "granted", license_kind="formal", cpus_asked=cpus,
                    cpus_granted=granted, hosts=[],
                )
            )  # fmt: skip
        paper = blobs.store(db, b"survey", "需求调研表.xlsx")
        for first, withdrawn in [(2024, None), (2025, None), (2026, at)]:
            survey = Survey(
                kind="demand", year=first, title=f"{first}年需求调研表", document_id=paper.id, sheet=str(first),
                recorded_at=at, withdrawn_at=withdrawn, withdrawn_reason="重复" if withdrawn else "",
            )  # fmt: skip
            db.add(survey)
            db.flush()
            db.add(DemandLine(survey_id=survey.id, position=2, unit_id=year.school.id, first_year=first, third_year=5))
            db.add(DemandLine(survey_id=survey.id, position=3, unit_id=year.bureau.id, first_year=1, bms_sets=3))
    with reading() as db:
        found = outlook(db, END)
    lines = {one.product: one for one in found.products}
    assert lines["virtualization"].stated == 64 + 20
    assert [(line.request, line.cpus, line.sets) for line in found.waiting] == [("XQ-1", 64, 1), ("XQ-2", 20, 0)]
    assert (found.survey_year, lines["virtualization"].surveyed, lines["bms"].surveyed) == (
        2025, (2026, 0, 5), (3, 0, 0),
    )  # fmt: skip
    assert [line.unit for line in found.survey] == [year.school.name, year.bureau.name]
