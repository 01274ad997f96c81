"""The forms print the funds by source as the budget ledger tells them, never the whole as one source's."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Engine

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core import db
from licensetrack.performance import goals, previewing, queries
from licensetrack.performance.naming import funds_of
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.procurement.budgets import BudgetLine, post_entry
from licensetrack.reports.document import Form
from licensetrack.reports.evaluation_forms import self_assessment
from licensetrack.reports.evaluation_text import Texts
from licensetrack.reports.goal_form import goals_document
from licensetrack.reports.numbers import cell_text
from licensetrack.reports.outputs import FORMS, write_evaluation, write_goals
from licensetrack.reports.pack_recount import recounted
from licensetrack.reports.pack_rules import rules_of
from tests.reports.conftest import SignedYear
from tests.reports.test_monitoring_form import text_of
from tests.trade import day

LINES = [
    ("appropriation", "01-20", "5000000", "carried_over"),
    ("adjustment", "06-20", "1000000", "own"),
    ("payment", "11-20", "2500000", "carried_over"),
    ("payment", "11-21", "300000", "own"),
]


@pytest.fixture(scope="module")
def mixed(signed_year: SignedYear, tmp_path_factory: pytest.TempPathFactory) -> EvaluationSheet:
    """The sample year, of which no source is told, and beside it lines of two sources; read anew as of its day."""
    copy = tmp_path_factory.mktemp("mixed") / "year.db"
    shutil.copyfile(Path(signed_year.url.removeprefix("sqlite:///")), copy)
    engine: Engine = db.connect(f"sqlite:///{copy}")
    for number, (kind, on, yuan, source) in enumerate(LINES):
        post_entry(BudgetLine(kind, day(on), Decimal(yuan), f"PZ-X-{number}", source=source), actor=SYSTEM)
    with db.reading() as session:
        sheet = previewing.preview(session, queries.latest_signed(session, 2024), day("12-31"))
        used = queries.framework_of(queries.latest_signed(session, 2024))
        session.expunge_all()
    engine.dispose()
    mixed_goals[0:] = [goals.of_evaluation(used, sheet)]
    return sheet


mixed_goals: list[goals.GoalSheet] = []


def rows(form: Form) -> dict[str, list[str]]:
    texts = [[cell_text(cell.value, cell.kind) for cell in row] for row in form.rows]
    return {row[0]: row[1:] for row in texts} | {row[1]: row[2:] for row in texts if len(row) == 3}


def test_the_self_assessment_has_each_source_in_its_row_and_says_what_is_untold(mixed: EvaluationSheet) -> None:
    form = self_assessment(mixed, Texts(mixed))
    found = rows(form)
    assert found["年度资金总额"][:3] == ["8,015.00", "8,115.00", "7,795.00"]
    assert found["其中：当年财政拨款"] == ["—"] * 6  # nothing in the ledger says so
    assert found["上年结转资金"] == ["500.00", "500.00", "250.00", "—", "50%", "—"]
    assert found["其他资金"] == ["0.00", "100.00", "30.00", "—", "30%", "—"]
    assert "7515万元未注明资金来源" in form.note


def test_the_goals_say_the_same(mixed: EvaluationSheet) -> None:
    form = goals_document(mixed_goals[0]).blocks[0]
    assert isinstance(form, Form)
    found = rows(form)
    assert [found[name] for name in ("财政拨款", "上年结转", "其他资金")] == [["—"], ["500.00"], ["0.00"]]
    assert "7515万元未注明资金来源" in form.note
    for one in FORMS:
        assert "500.00" in text_of(one, write_goals(mixed_goals[0], one)) or one == "xlsx"
        assert write_evaluation(mixed, one, "self-assessment")


def test_each_source_is_a_figure_that_is_recounted_from_the_rows_of_the_ledger(mixed: EvaluationSheet) -> None:
    assert set(funds_of(mixed.figures)) == {"carried_over", "own"}
    rules = rules_of(mixed)
    for source in ("carried_over", "own"):
        for column in ("initial", "appropriated", "received", "spent"):
            name = f"budget.{column}.{source}"
            lines = [row | {"value": str(row["value"])} for row in mixed.traces[f"budget.{column}"]]
            assert recounted(rules[name], lines, lambda _: Decimal(0)) == mixed.figures[name].value
        spent = recounted(
            rules[f"budget.execution_rate.{source}"], [], lambda name: Decimal(mixed.figures[name].value or 0)
        )
        assert spent == mixed.figures[f"budget.execution_rate.{source}"].value


def test_while_no_source_is_told_everything_is_what_the_head_of_the_form_says(sheet: EvaluationSheet) -> None:
    found = rows(self_assessment(sheet, Texts(sheet)))
    assert found["其中：当年财政拨款"][:3] == found["年度资金总额"][:3]
    assert found["上年结转资金"] == ["—"] * 6
