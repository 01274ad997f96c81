"""A signed evaluation is frozen: nothing that happens later changes it, and what happened later shows beside it."""

import dataclasses
import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.allocation.life import return_set
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.columns import canonical_json
from licensetrack.core.db import engine, reading, transaction
from licensetrack.core.digests import chain_algorithm, digest
from licensetrack.core.errors import NotFound
from licensetrack.measures.catalogue import MEASURES
from licensetrack.performance import freezing, queries
from licensetrack.performance.codec import to_plain
from licensetrack.performance.differences import differences
from licensetrack.performance.evaluations import (
    complete_evaluation,
    evaluate,
    review_evaluation,
    rework_evaluation,
    sign_evaluation,
)
from licensetrack.performance.gathering import adds_up
from licensetrack.performance.models import Evaluation, EvaluationSnapshot, EvaluationTrace
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.performance.working_paper import WorkingPaper
from licensetrack.procurement.budgets import BudgetLine, post_entry
from licensetrack.support.orders import record_orders
from tests.performance.conftest import MANAGER, OFFICER, REVIEWER, SmallYear, order, signed


def frozen(evaluation: Evaluation) -> EvaluationSheet:
    with reading() as db:
        return queries.load_snapshot(db, evaluation)


def content(evaluation: Evaluation) -> str:
    with reading() as db:
        found = db.scalar(select(EvaluationSnapshot.content).where(EvaluationSnapshot.evaluation_id == evaluation.id))
        assert found is not None
        return found


def test_the_snapshot_is_the_evaluation_as_it_was_previewed(year: SmallYear, paper: WorkingPaper) -> None:
    draft = evaluate(paper, actor=OFFICER)
    with reading() as db:
        preview = queries.sheet(db, draft)
    completed = complete_evaluation(draft, actor=OFFICER)
    sheet = frozen(sign_evaluation(review_evaluation(completed, actor=REVIEWER), actor=MANAGER))
    life = {"frozen", "digest", "stage", "signed_at", "steps", "traces", "trace_digests"}
    for field in dataclasses.fields(EvaluationSheet):
        if field.name not in life:
            assert getattr(sheet, field.name) == getattr(preview, field.name), field.name


def test_what_was_frozen_says_everything_a_report_needs(year: SmallYear, paper: WorkingPaper) -> None:
    sheet = frozen(signed(paper, year.clock))
    assert sheet.frozen
    assert (sheet.year, sheet.version, sheet.stage, sheet.total, sheet.grade) == (2024, 1, "signed", 99, "优")
    assert sheet.header.authority == "深圳市政务服务和数据管理局"
    assert sheet.header.implementer == "深圳市大数据资源管理中心"
    assert [step.name for step in sheet.steps] == ["潘评", "潘评", "饶核", "梅签"]
    assert sheet.signed_at == sheet.steps[-1].at
    assert [(group.name, group.weight, group.score) for group in sheet.indicators] == [
        ("决策", 20, 19), ("过程", 20, 20), ("产出", 30, 30), ("效益", 30, 30),
    ]  # fmt: skip
    line = sheet.indicator("C11")
    assert (line.level1, line.level2, line.name) == ("产出", "产出数量", "虚拟化软件授权数量")
    assert (line.nature, line.target_text, line.value, line.value_text) == ("≥", "≥4000个CPU", 4100, "4100个CPU")
    assert (line.completion, line.score, line.measure) == (Decimal("102.50"), 7, "virtualization.accepted_cpus")
    assert sheet.indicator("C12").target_text == "未设定"
    assert sheet.indicator("B11").per == "budget.appropriated"
    assert sheet.indicator("A11").measure is None
    assert sheet.indicator("A22").assumption
    assert sheet.indicator("A22").lost == 1
    with pytest.raises(KeyError):
        sheet.indicator("Z1")
    assert {name for name in sheet.figures if name in MEASURES} == set(MEASURES)
    assert sheet.figures["sets.accepted"].value == 3
    assert sheet.figures["budget.initial"].value == 7515
    assert sheet.figures["score.total"].unit == "points"
    assert sheet.figures["completion.C11"].behind == ("virtualization.accepted_cpus",)


def test_units_sets_parts_and_months_come_from_the_ledger_and_add_up(year: SmallYear, paper: WorkingPaper) -> None:
    sheet = frozen(signed(paper, year.clock))
    assert [(unit.code, unit.held) for unit in sheet.units] == [
        ("SZ0001", {"virtualization": (1, 4100)}),
        ("SZ0002", {"bms": (1, 0), "cloud_management": (1, 600)}),
    ]
    line = next(line for line in sheet.sets if line.number == "SQ-2")
    assert (line.cpus, line.accepted, line.failed_imports, line.paper) == (600, True, 1, "SQ-2-验收单.pdf")
    assert (line.issued_on, line.accepted_on) == (dt.date(2024, 5, 3), dt.date(2024, 6, 1))
    assert next(line for line in sheet.sets if line.product == "bms").cpus is None
    for parts in (sheet.by_district, sheet.by_category):
        assert sum(part.units for part in parts) == sheet.figures["units.served"].value
        for product, counter in [("virtualization", "accepted_cpus"), ("cloud_management", "issued_sets")]:
            total = sum(part.counters.get(product, {}).get(counter, 0) for part in parts)
            assert total == sheet.figures[f"{product}.{counter}"].value
    assert [month.month for month in sheet.by_month] == [f"2024-{number:02}" for number in range(1, 13)]
    assert sheet.by_month[0].change == {}
    assert sheet.by_month[4].total["cloud_management"]["issued_cpus"] == 600
    assert sheet.by_month[4].total["cloud_management"]["accepted_cpus"] == 0
    for product, counters in sheet.by_month[-1].total.items():
        for counter in ("issued_sets", "issued_cpus", "accepted_sets", "accepted_cpus"):
            assert counters[counter] == sheet.figures[f"{product}.{counter}"].value


def test_the_frozen_rows_behind_a_figure_still_make_it(year: SmallYear, paper: WorkingPaper) -> None:
    sheet = frozen(signed(paper, year.clock))
    assert set(sheet.traces) == set(MEASURES)
    for name in MEASURES:
        assert adds_up(name, sheet.traces[name], sheet.figures[name].value), name
    assert not adds_up("units.served", sheet.traces["units.served"][1:], sheet.figures["units.served"].value)
    assert not adds_up("import.pass_rate", (), sheet.figures["import.pass_rate"].value)
    assert sheet.traces["virtualization.accepted_cpus"][0]["accepted_on"] == dt.date(2024, 2, 3)
    assert sheet.traces["support.orders"][0]["received"] == dt.datetime.fromisoformat("2024-09-02 09:00")


def back_date(year: SmallYear) -> None:
    """What comes in after the signature: days of the year, and of the next, on every ledger."""
    year.clock.set("2025-03-01 10:00")
    year.accepted("SQ-9", year.school, "virtualization", 30, "2024-07-01")
    year.accepted("SQ-10", year.school, "virtualization", 70, "2025-01-15")
    with transaction() as db:
        license_set = db.scalars(select(LicenseSet).where(LicenseSet.number == "SQ-2")).one()
        return_set(license_set, actor=SYSTEM, on=dt.date(2024, 12, 1), reason="平台停用")
    post_entry(BudgetLine("adjustment", dt.date(2024, 10, 1), Decimal("-10000.00"), "PZ-9"), actor=SYSTEM)
    record_orders([order("FW-9", year.school, 1, "2024-11-11 09:00")], actor=SYSTEM)


def test_what_is_recorded_later_changes_nothing_frozen(year: SmallYear, paper: WorkingPaper) -> None:
    evaluation = signed(paper, year.clock)
    before, as_text = frozen(evaluation), content(evaluation)
    back_date(year)
    assert frozen(evaluation) == before
    assert content(evaluation) == as_text
    with reading() as db:
        assert queries.sheet(db, evaluation) == before
        assert freezing.broken(db, evaluation.id) == []


def test_what_is_recorded_later_for_the_year_shows_as_a_difference(year: SmallYear, paper: WorkingPaper) -> None:
    evaluation = signed(paper, year.clock)
    with reading() as db:
        assert not differences(db, evaluation)
    back_date(year)
    with reading() as db:
        found = differences(db, evaluation)
    assert found
    changed = {change.name: (change.stated, change.present) for change in found.figures}
    assert changed["virtualization.accepted_cpus"] == (4100, 4130)
    assert changed["cloud_management.accepted_sets"] == (1, 0)
    assert changed["budget.appropriated"] == (7515, 7514)
    assert changed["support.satisfaction_rate"] == (Decimal("100.00"), Decimal("66.67"))
    assert "units.served" not in changed
    assert [(late.ledger, late.subject, late.action, str(late.on)) for late in found.entries] == [
        ("allocation", "SQ-9", "issue", "2024-07-01"),
        ("allocation", "SQ-9", "import", "2024-07-01"),
        ("allocation", "SQ-9", "accept", "2024-07-01"),
        ("allocation", "SQ-2", "return", "2024-12-01"),
        ("budget", "PZ-9", "adjustment", "2024-10-01"),
        ("service", "FW-9", "使用咨询", "2024-11-11"),
    ]


def test_entries_of_the_next_year_are_no_difference(year: SmallYear, paper: WorkingPaper) -> None:
    evaluation = signed(paper, year.clock)
    year.clock.set("2025-03-01 10:00")
    year.accepted("SQ-10", year.school, "virtualization", 70, "2025-01-15")
    with reading() as db:
        assert not differences(db, evaluation)


FORBIDDEN = [
    "UPDATE evaluation_snapshot SET content = '{}'",
    "DELETE FROM evaluation_snapshot",
    "UPDATE evaluation_trace SET lines = ''",
    "DELETE FROM evaluation_trace",
    "UPDATE evaluation_step SET login = 'somebody'",
    "DELETE FROM evaluation_step",
    "UPDATE evaluation SET total = '100'",
    "UPDATE evaluation SET stage = 'draft'",
    "DELETE FROM evaluation",
    "UPDATE indicator_result SET score = '3' WHERE code = 'A22'",
    "DELETE FROM indicator_result",
]


def test_the_database_itself_refuses_to_touch_what_was_signed(year: SmallYear, paper: WorkingPaper) -> None:
    evaluation = signed(paper, year.clock)
    before = content(evaluation)
    for statement in FORBIDDEN:
        with pytest.raises(DBAPIError, match=r"append-only|frozen"), engine().begin() as connection:
            connection.execute(text(statement))
    assert content(evaluation) == before


def test_a_draft_is_not_frozen(year: SmallYear, paper: WorkingPaper) -> None:
    draft = evaluate(paper, actor=OFFICER)
    with reading() as db, pytest.raises(NotFound, match="has not been signed"):
        queries.load_snapshot(db, draft)
    with reading() as db:
        preview = queries.sheet(db, draft)
    assert (preview.frozen, preview.digest, preview.signed_at) == (False, None, None)
    assert preview.total == 99
    assert preview.traces["virtualization.accepted_cpus"][0]["value"] == 4100
    assert rework_evaluation(draft, actor=OFFICER).revision == 2


def test_the_digest_proves_the_snapshot_and_the_audit_trail_holds_it(year: SmallYear, paper: WorkingPaper) -> None:
    evaluation = signed(paper, year.clock)
    sheet = frozen(evaluation)
    with reading() as db:
        row = db.execute(text("SELECT content, algorithm, digest FROM evaluation_snapshot")).one()
        noted = db.execute(text("SELECT details FROM audit_entry WHERE tag = 'performance:evaluation:freeze'")).scalar()
    assert digest(row.content, row.algorithm) == row.digest == sheet.digest
    assert json.loads(str(noted))["digest"] == sheet.digest


@pytest.mark.parametrize(
    ("table", "change", "names"),
    [
        ("evaluation_snapshot", "content = replace(content, '4100', '4101')", ["snapshot"]),
        ("evaluation_trace", "lines = replace(lines, '深圳市发展局', '深圳市发展厅')", None),
    ],
)
def test_a_hand_that_gets_past_the_database_is_found_out(
    year: SmallYear, paper: WorkingPaper, table: str, change: str, names: list[str] | None
) -> None:
    evaluation = signed(paper, year.clock)
    with engine().begin() as connection:
        if connection.dialect.name == "sqlite":
            connection.execute(text(f"DROP TRIGGER {table}_no_update"))
        else:
            connection.execute(text(f"DROP TRIGGER {table}_frozen ON {table}"))
        connection.execute(text(f"UPDATE {table} SET {change}"))
    with reading() as db:
        found = freezing.broken(db, evaluation.id)
    assert found == names or (names is None and "virtualization.accepted_cpus" in found)


def test_a_long_trace_is_frozen_in_parts_and_read_back_whole(year: SmallYear, paper: WorkingPaper) -> None:
    evaluation = signed(paper, year.clock)
    found: list[dict[str, Any]] = [
        {"number": f"SQ-{n}\u2028", "value": n, "on": dt.date(2024, 1, 1)} for n in range(2500)
    ]
    with transaction() as db:
        made = freezing.freeze_trace(db, evaluation.id, "some.measure", found)
        parts = select(func.count()).where(EvaluationTrace.measure == "some.measure")
        assert db.scalar(parts) == 3
    assert made == digest("".join(canonical_json(row) + "\n" for row in found), chain_algorithm())
    with reading() as db:
        assert list(freezing.trace_rows(db, evaluation.id, "some.measure")) == found


def test_reading_a_snapshot_back_and_writing_it_again_gives_the_same_text(year: SmallYear, paper: WorkingPaper) -> None:
    evaluation = signed(paper, year.clock)
    with reading() as db:
        sheet = freezing.load(db, evaluation.id, with_traces=False)
    assert canonical_json(to_plain(dataclasses.replace(sheet, frozen=False, digest=None))) == content(evaluation)
