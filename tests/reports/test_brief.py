"""The brief for the leadership: one page, whatever the year came to, with its charts and what lost points."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.document import ChartBlock
from licensetrack.reports.evaluation_brief import brief_document
from licensetrack.reports.outputs import write_evaluation
from tests.reports.test_evaluation_wording import with_leaf


def crowded(sheet: EvaluationSheet) -> EvaluationSheet:
    """Everything is long and much: names, districts, problems."""
    long = replace(sheet, header=replace(sheet.header, project="面向全市各级单位的软件授权统一采购与服务保障项目" * 5))
    for code in ("A11", "B13", "C12", "D12"):
        leaf = sheet.indicator(code)
        long = with_leaf(long, code, score=leaf.weight - 1, reason="原因很长，" * 80, remedy="改进措施也很长，" * 80)
    parts = tuple(replace(part, name=f"{part.name}{number}") for part in sheet.by_district for number in (1, 2, 3))
    return replace(long, by_district=parts, indicators=long.indicators * 2)


@pytest.mark.parametrize("frozen", [True, False])
@pytest.mark.parametrize("much", [True, False])
def test_it_is_one_page(sheet: EvaluationSheet, much: bool, frozen: bool) -> None:
    shown = replace(crowded(sheet) if much else sheet, frozen=frozen)
    assert len(PdfReader(BytesIO(write_evaluation(shown, "pdf", "brief"))).pages) == 1


def test_it_says_what_was_reached_and_what_lost_points(sheet: EvaluationSheet) -> None:
    page = PdfReader(BytesIO(write_evaluation(sheet, "pdf", "brief"))).pages[0].extract_text().replace("\n", "")
    for words in ("2024年度绩效评价简报", "99", "优", "4,375", "20,083", "绩效指标明确性扣1分", "市本级"):
        assert words in page
    assert sum(isinstance(block, ChartBlock) for block in brief_document(sheet).blocks) == 2


def test_a_draft_says_so_and_a_year_without_loss_too(sheet: EvaluationSheet) -> None:
    full = with_leaf(sheet, "A22", score=sheet.indicator("A22").weight)
    draft = brief_document(replace(full, frozen=False))
    assert "草稿" in draft.title
    page = PdfReader(BytesIO(write_evaluation(full, "pdf", "brief"))).pages[0].extract_text()
    assert "没有扣分的指标" in page


def test_the_districts_of_the_chart_add_up_to_the_city(sheet: EvaluationSheet) -> None:
    chart = brief_document(sheet).blocks[-1]
    assert isinstance(chart, ChartBlock)
    series = chart.chart.series[0]  # type: ignore[union-attr]
    assert sum(series.values) == sum(part.units for part in sheet.by_district)
