"""The evaluation's numbers: the published sentences, the same figures in all three files, rows that add up."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.evaluation import evaluation_document, evaluation_workbook
from licensetrack.reports.evaluation_rows import RowsDisagree
from licensetrack.reports.evaluation_words import sheet_name
from licensetrack.reports.figure_list import FIGURES_SHEET
from licensetrack.reports.numbers import Style

SENTENCES = (
    "2024年虚拟化软件授权数量完成4375个CPU，云管理软件授权数量完成20083个CPU",
    "已为全市124家单位提供107套软件授权、71套云软件授权以及6套BMS授权，正式软件授权导入通过率100%",
)
Book = dict[str, list[list[object]]]


@pytest.fixture(scope="module")
def texts(pages: list[str], word_text: str, word_tables: list[list[list[str]]], workbook: Book) -> dict[str, str]:
    """All words and numbers of each file, without blanks."""
    cells = "\n".join(cell for table in word_tables for row in table for cell in row)
    sheets = "\n".join(str(cell) for rows in workbook.values() for row in rows for cell in row)
    found = {"pdf": "\n".join(pages), "docx": word_text + "\n" + cells, "xlsx": sheets}
    return {form: re.sub(r"\s", "", text) for form, text in found.items()}


@pytest.mark.parametrize("form", ["pdf", "docx", "xlsx"])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_published_sentences_come_out(texts: dict[str, str], form: str, sentence: str) -> None:
    assert sentence in texts[form]


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_every_figure_of_the_report_is_printed(sheet: EvaluationSheet, texts: dict[str, str], form: str) -> None:
    numbers = set(re.findall(r"\d[\d,]*(?:\.\d+)?%?", texts[form]))
    shown = evaluation_document(sheet).figures_used()
    assert len(shown) > 70
    for figure in shown:
        assert figure.value == sheet.figures[figure.name].value
        assert {figure.text(Style.PROSE), figure.text(Style.TABLE)} & numbers, figure.name


def test_the_workbook_lists_every_figure_of_the_sheet(sheet: EvaluationSheet, workbook: Book) -> None:
    listed = {row[1]: row[2] for row in workbook[FIGURES_SHEET][2:]}
    assert set(listed) == set(sheet.figures)
    for name, figure in sheet.figures.items():
        assert Decimal(str(listed[name])) == figure.value, name


def test_the_list_of_figures_leads_to_their_rows(sheet: EvaluationSheet, workbook: Book) -> None:
    where = {row[1]: row[4] for row in workbook[FIGURES_SHEET][2:]}
    for name in sheet.traces:
        assert where[name] == sheet_name(name)
    assert where["value.C11"] == "虚拟化软件已验收CPU数"


def test_each_measure_has_a_sheet_whose_rows_add_up_to_it(sheet: EvaluationSheet, workbook: Book) -> None:
    for name, rows in sheet.traces.items():
        figure = sheet.figures[name]
        listed = workbook[sheet_name(name)]
        header = str(listed[0][0])
        assert "2024年12月31日" in header
        number = re.search(r"：([\d.]+)", header)
        assert number is not None
        assert Decimal(number[1]) == figure.value, header
        body, total = listed[2 : 2 + len(rows)], listed[2 + len(rows)]
        assert [row[0] for row in body] == list(range(1, len(rows) + 1))
        assert total[1] == "合计"
        columns = (-2, -1) if figure.unit == "percent" else (-1,)
        sums = [sum((Decimal(str(row[column])) for row in body), Decimal(0)) for column in columns]
        assert [Decimal(str(total[column])) for column in columns] == sums
        share = sums[0] * 100 / sums[1] if len(sums) == 2 else sums[0]
        assert share.quantize(Decimal("0.01")) == Decimal(str(figure.value)).quantize(Decimal("0.01")), name


def test_sheet_names_are_short_and_each_is_used_once(workbook: Book) -> None:
    assert all(len(name) <= 31 for name in workbook)
    assert list(workbook)[:4] == ["概况", "自评表", "指标评分表", "报告正文"]


def test_rows_that_do_not_give_the_figure_stop_the_workbook(sheet: EvaluationSheet) -> None:
    rows = sheet.traces["virtualization.accepted_cpus"][1:]
    broken = replace(sheet, traces={**sheet.traces, "virtualization.accepted_cpus": rows})
    with pytest.raises(RowsDisagree, match=r"virtualization\.accepted_cpus"):
        evaluation_workbook(broken)


def test_a_rate_that_its_rows_do_not_give_stops_the_workbook(sheet: EvaluationSheet) -> None:
    rows = tuple(row | {"numerator": 0} for row in sheet.traces["import.pass_rate"])
    with pytest.raises(RowsDisagree, match=r"import\.pass_rate"):
        evaluation_workbook(replace(sheet, traces={**sheet.traces, "import.pass_rate": rows}))


def test_a_workbook_needs_the_rows_behind_its_figures(sheet: EvaluationSheet) -> None:
    with pytest.raises(ValueError, match="traces"):
        evaluation_workbook(replace(sheet, traces={}))


def test_districts_and_categories_add_up_to_the_city(word_tables: list[list[list[str]]]) -> None:
    for first in ("地区", "单位类别"):
        table = next(table for table in word_tables if table[0][0] == first)
        rows, total = table[2:-1], table[-1]
        assert total == ["合计", "124", "107", "4,375", "71", "20,083", "6"]
        for column in range(1, len(total)):
            whole = sum(int(row[column].replace(",", "")) for row in rows)
            assert whole == int(total[column].replace(",", ""))


def test_the_scores_of_the_self_assessment_add_up_to_99(word_tables: list[list[list[str]]]) -> None:
    form = next(table for table in word_tables if table[0][0] == "项目名称")
    total = next(row for row in form if row[0] == "总分")
    weights, scores = total[6], total[7]
    assert (weights, scores) == ("100", "99")
    fund = next(row for row in form if row[2] == "年度资金总额")
    listed = form[form.index(next(row for row in form if row[2] == "二级指标")) + 1 : form.index(total)]
    assert sum(Decimal(row[6]) for row in listed) + Decimal(fund[8]) == 100
    assert sum(Decimal(row[7]) for row in listed) + Decimal(fund[10]) == 99
