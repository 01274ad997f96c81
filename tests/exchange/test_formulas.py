"""A ledger holds values: a formula is an error at its cell, however it is written."""

import io
from typing import Any

import pytest
import xlwt

from licensetrack.exchange import csv_text, reading
from tests.exchange.making import (
    ISSUE_HEADING,
    ISSUE_ROW,
    issue_row,
    issues,
    only_error,
    replaced_sheet,
    with_sheet_xml,
    workbook,
)

GOOD = issues(ISSUE_ROW)


def test_a_formula_is_told_by_its_cell() -> None:
    def formula(book: Any, pages: dict[str, Any]) -> None:
        pages["授权发放台账"].write_formula("G2", "=100+64", None, 164)

    problem = only_error("a.xlsx", workbook({"授权发放台账": [ISSUE_HEADING, ISSUE_ROW]}, formula))
    assert (problem.sheet, problem.row, problem.column, problem.heading) == ("授权发放台账", 2, "G", "CPU数量")
    assert (problem.value, problem.rule) == ("=100+64", reading.FORMULA)


def test_several_formulas_make_one_error_that_counts_them() -> None:
    def formulas(book: Any, pages: dict[str, Any]) -> None:
        for row in range(1, 40):
            pages["授权发放台账"].write_formula(row, 6, "=1+1", None, 2)

    lines = [issue_row(授权编号=f"SQ-{i}") for i in range(39)]
    problem = only_error("a.xlsx", workbook({"授权发放台账": [ISSUE_HEADING, *lines]}, formulas))
    assert (problem.rule, problem.values, problem.row) == (reading.FORMULAS, {"more": 38}, 2)


def test_a_formula_on_a_sheet_that_is_no_ledger_does_no_harm() -> None:
    def formula(book: Any, pages: dict[str, Any]) -> None:
        pages["统计"].write_formula("A2", "=SUM(授权发放台账!G:G)", None, 16)

    read = reading.read(("a.xlsx", workbook({"授权发放台账": [ISSUE_HEADING, ISSUE_ROW], "统计": [["CPU"]]}, formula)))
    assert read.errors == []
    assert len(read.tables[0].rows) == 1


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="G2"><f>1+1</f><v>2</v></c>',
        b'<c r="G2"><f t="shared" si="0"/><v>2</v></c>',
        b'<c r="G2"><f></f><v>2</v></c>',
        b"<c r='G2'><f>1+1</f><v>2</v></c>",
        b'<c  r="G2" ><f>1+1</f><v>2</v></c>',
        b"<c><f>1+1</f><v>2</v></c>",
        b'<x:c xmlns:x="urn:x" r="G2"><x:f>1+1</x:f><x:v>2</x:v></x:c>',
        b'<c r="G2"><!-- --><f>1+1</f><v>2</v></c>',
    ],
)
def test_no_way_of_writing_a_formula_escapes(cell: bytes) -> None:
    good = b"".join(
        b'<c r="%c1" t="inlineStr"><is><t>%b</t></is></c>' % (65 + i, heading.encode())
        for i, heading in enumerate(ISSUE_HEADING)
    )
    rows = b'<row r="1">' + good + b'</row><row r="2">' + cell + b"</row>"
    assert only_error("a.xlsx", replaced_sheet(rows)).rule in {reading.FORMULA, reading.FORMULAS}


def test_a_formula_hidden_after_the_cells_is_seen() -> None:
    def add(xml: bytes) -> bytes:
        return xml.replace(
            b"</sheetData>", b'</sheetData><sheetData><row r="2"><c r="G2"><f>1+1</f></c></row></sheetData>'
        )

    assert only_error("a.xlsx", with_sheet_xml(GOOD, add)).rule == reading.FORMULA


def test_a_formula_of_an_old_workbook_is_told_by_its_cell() -> None:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("授权发放台账")
    for i, heading in enumerate(ISSUE_HEADING):
        page.write(0, i, heading)
    page.write(1, 6, xlwt.Formula("1+1"))
    out = io.BytesIO()
    book.save(out)
    problem = only_error("a.xls", out.getvalue())
    assert (problem.rule, problem.row, problem.column) == (reading.FORMULA, 2, "G")


def test_a_formula_in_a_text_table_is_an_error_too() -> None:
    text = ",".join(ISSUE_HEADING) + "\r\n1,SQ-1,甲局,BMS,,正式,=1+1,,2024-03-05\r\n"
    problem = only_error("a.csv", text.encode())
    assert (problem.rule, problem.row, problem.column, problem.value) == (reading.FORMULA, 2, "G", "=1+1")


def test_quotation_marks_that_do_not_match_are_an_error() -> None:
    text = ",".join(ISSUE_HEADING) + '\r\n1,"SQ-1,甲局,BMS\r\n'
    assert only_error("a.csv", text.encode()).rule == csv_text.QUOTES
