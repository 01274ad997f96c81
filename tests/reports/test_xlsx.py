"""The workbook: same bytes, real numbers, no formula out of a text, ready to print."""

import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest
from python_calamine import CalamineWorkbook

from licensetrack.reports.document import Column, Sheet, Table
from licensetrack.reports.numbers import Kind
from licensetrack.reports.xlsx import FIGURES_SHEET, render_xlsx
from tests.reports.sample import FIGURES, annual_report, self_assessment, set_rows, unit_rows

PRINT_ANEW = """
import sys
from tests.reports.sample import annual_report
from licensetrack.reports.xlsx import render_xlsx
sys.stdout.buffer.write(render_xlsx(annual_report()))
"""


@pytest.fixture(scope="module")
def file() -> bytes:
    return render_xlsx(annual_report())


def rows_of(file: bytes, sheet: str) -> list[list[object]]:
    rows: list[list[object]] = CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_name(sheet).to_python()
    return rows


def part(file: bytes, name: str) -> str:
    with ZipFile(BytesIO(file)) as archive:
        return archive.read(name).decode()


def test_writing_again_gives_the_same_bytes(file: bytes) -> None:
    assert render_xlsx(annual_report()) == file


def test_another_process_elsewhere_writes_the_same_bytes(file: bytes) -> None:
    environment = os.environ | {"PYTHONHASHSEED": "4711", "TZ": "America/Lima", "LC_ALL": "C"}
    again = subprocess.run([sys.executable, "-c", PRINT_ANEW], env=environment, capture_output=True, check=True)
    assert again.stdout == file


def test_the_sheets_are_those_of_the_document_and_the_list_of_figures(file: bytes) -> None:
    names = CalamineWorkbook.from_filelike(BytesIO(file)).sheet_names
    assert names == ["自评表", "指标评分表", "单位", "授权明细", FIGURES_SHEET]


def test_rows_come_back_as_the_numbers_and_dates_they_were(file: bytes) -> None:
    assert [tuple(row[:7]) for row in rows_of(file, "单位")[1:]] == unit_rows()
    sets = rows_of(file, "授权明细")[1:185]
    for read, written in zip(sets, set_rows(), strict=True):
        assert read[1] == written[1]
        assert read[5] == ("" if written[5] is None else written[5])
        assert read[6] == written[6]
        assert isinstance(read[6], date)


def test_every_figure_is_listed_with_its_value(file: bytes) -> None:
    listed = {row[1]: row[2] for row in rows_of(file, FIGURES_SHEET)[2:]}
    assert listed == {name: float(figure.value) for name, figure in FIGURES.items() if figure.value is not None}
    sheet = part(file, "xl/worksheets/sheet5.xml")
    assert """location="'单位'!A1\"""" in sheet


def test_the_form_keeps_its_numbers(file: bytes) -> None:
    numbers = [cell for row in rows_of(file, "自评表") for cell in row if isinstance(cell, float)]
    assert {7515.0, 4375.0, 100.0, 99.0} <= set(numbers)


def test_text_never_becomes_a_formula_or_a_link() -> None:
    nasty = ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "http://example.org", "\t=1", "123456789012345678"]
    table = Table((Column("说明"),), [(text,) for text in nasty])
    file = render_xlsx(replace(annual_report(), sheets=(Sheet("表", (table,)),), figures={}))
    sheet = part(file, "xl/worksheets/sheet1.xml")
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert [row[0] for row in rows_of(file, "表")[1:]] == [text.replace("\t", "") for text in nasty]


def test_sheets_are_ready_to_print(file: bytes) -> None:
    portrait, landscape = part(file, "xl/worksheets/sheet3.xml"), part(file, "xl/worksheets/sheet4.xml")
    for sheet in (portrait, landscape):
        assert 'state="frozen"' in sheet
        assert re.search(r'<pageSetup paperSize="9"[^>]*fitToHeight="0"', sheet)
    assert 'orientation="landscape"' in landscape
    assert 'orientation="landscape"' not in portrait
    assert "_xlnm.Print_Titles" in part(file, "xl/workbook.xml")


def test_charts_are_native(file: bytes) -> None:
    with ZipFile(BytesIO(file)) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
        assert len(charts) == 7
        assert b'<c:smooth val="0"/>' in b"".join(archive.read(name) for name in charts)
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_many_rows_are_written_as_they_come() -> None:
    columns = (Column("序号", Kind.INDEX), Column("单位"), Column("数量", Kind.COUNT))
    rows = [(number, f"单位{number}", number * 3) for number in range(20_500)]
    form = Sheet("自评表", (self_assessment(),))
    file = render_xlsx(replace(annual_report(), sheets=(form, Sheet("表", (Table(columns, rows),))), figures={}))
    read = rows_of(file, "表")
    assert rows_of(file, "自评表") == rows_of(render_xlsx(annual_report()), "自评表")
    assert len(read) == 20_501
    assert read[-1] == [20_499.0, "单位20499", 61_497.0]


@pytest.mark.parametrize("name", ["带[括号]", "长" * 32])
def test_a_name_that_excel_does_not_allow_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="sheet"):
        Sheet(name, ())
