"""Whole files become typed rows, each knowing its line; every broken cell is told by file, sheet, row, column, value
and rule."""

import datetime as dt
import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlwt

from licensetrack.exchange import columns, reading
from licensetrack.exchange.rows import IssueRow
from tests.exchange.making import ISSUE_HEADING, ISSUE_ROW, issue_row, issues, text_table, where, workbook

SAMPLE = Path(__file__).parents[2] / "data" / "2024"


# The sample year


@pytest.fixture(scope="module")
def sample() -> reading.Reading:
    return reading.read(SAMPLE)


def test_the_sample_year_is_read_without_a_word_of_complaint(sample: reading.Reading) -> None:
    assert sample.problems == []
    assert {table.kind: len(table.rows) for table in sample.tables} == {
        "units": 124,
        "issues": 191,
        "imports": 221,
        "changes": 11,
        "budget": 5,
        "services": 389,
    }


def test_the_sample_year_adds_up_to_what_is_expected(sample: reading.Reading) -> None:
    expected = json.loads((SAMPLE / "expected.json").read_text("utf-8"))
    rows = {table.kind: table.rows for table in sample.tables}
    assert Counter(row.category for row in rows["units"]) == expected["by_category"]
    money: Counter[str] = Counter()
    for row in rows["budget"]:
        money[row.entry] += row.amount
    assert {entry: amount / 10_000 for entry, amount in money.items()} == {
        "appropriation": Decimal(7515),
        "receipt": Decimal(7515),
        "payment": Decimal(7515),
    }
    assert len(rows["services"]) == expected["services"]
    # Issued in 2024, with what was expanded, shrunk or handed back in that year.
    year_end = dt.date(2024, 12, 31)
    product = {row.number: row.product for row in rows["issues"]}
    cpus: Counter[str] = Counter()
    for row in rows["issues"]:
        if row.issued_on <= year_end:
            cpus[row.product] += row.cpus or 0
    for row in rows["changes"]:
        if row.on <= year_end:
            cpus[product[row.number]] += row.cpus or 0
    (published,) = [figures for figures in expected["as_of"] if figures["as_of"] == "2024-12-31"]
    assert cpus["virtualization"] == published["virtualization"]["issued_cpus"] == 4375
    assert cpus["cloud_management"] == published["cloud_management"]["issued_cpus"] == 20083


def test_full_width_numbers_and_dates_in_words_of_the_sample_are_read(sample: reading.Reading) -> None:
    rows = {row.number: row for table in sample.tables if table.kind == "issues" for row in table.rows}
    assert rows["SQ-2024-0064"].cpus == 16
    assert rows["SQ-2024-0002"].issued_on == dt.date(2024, 2, 3)
    assert rows["SQ-2024-0033"].cpus is None
    assert rows["SQ-2024-0033"].product == "bms"


# Kinds of files


def as_xls(rows: list[list[object]], sheet: str = "授权发放台账") -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet(sheet)
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            if isinstance(value, dt.date):
                page.write(i, j, value, day)
            elif value is not None:
                page.write(i, j, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_openpyxl(rows: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in rows:
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


ROWS: list[list[object]] = [
    ["授权发放台账"],
    [],
    ISSUE_HEADING,
    ISSUE_ROW,
    issue_row(授权编号="SQ-2024-0002", CPU数量="１，２３４个CPU"),
]
EXPECTED = IssueRow(
    4, "SQ-2024-0001", "深圳市教育局", "virtualization", "教育云", "formal", 16, None, dt.date(2024, 3, 5)
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", workbook({"授权发放台账": ROWS})),
        ("a.xlsx", workbook({"授权发放台账": ROWS}, constant_memory=True)),
        ("a.xlsx", workbook({"授权发放台账": ROWS}, date_1904=True)),
        ("a.xlsx", as_openpyxl(ROWS)),
        ("a.xls", as_xls(ROWS)),
        ("misnamed.csv", workbook({"授权发放台账": ROWS})),
        *(
            ("a.csv", text_table(ROWS).encode(encoding))
            for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
        ),
        *(("a.csv", text_table(ROWS).encode(encoding)) for encoding in ("gb18030", "gbk", "gb2312")),
        ("a.csv", text_table(ROWS, ";").encode()),
        ("a.tsv", text_table(ROWS, "\t").encode("utf-16")),
        ("a.csv", text_table(ROWS).replace("\r\n", "\n").encode()),
        ("a.csv", text_table(ROWS).encode() + b"\r\n,,,\r\n\r\n"),
    ],
)
def test_the_same_ledger_reads_the_same_from_every_kind_of_file(name: str, content: bytes) -> None:
    read = reading.read((name, content))
    assert read.problems == []
    (table,) = read.tables
    assert table.rows == [EXPECTED, EXPECTED._replace(row=5, number="SQ-2024-0002", cpus=1234)]


def test_plain_numbers_are_no_dates_in_a_workbook_that_counts_from_1904() -> None:
    row = issue_row(正式授权发放日期=43894)
    read = reading.read(("a.xlsx", workbook({"授权发放台账": [ISSUE_HEADING, row]}, date_1904=True)))
    assert [where(p) for p in read.errors] == [(2, "I", "43894", columns.SERIAL_FROM_1904)]


def test_a_number_with_decimal_zeros_is_a_plain_identifier() -> None:
    read = reading.read(("a.xlsx", issues(issue_row(授权编号=20240001))))
    assert read.tables[0].rows[0].number == "20240001"


def test_files_of_a_folder_are_read_and_everything_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "一月").mkdir()
    (tmp_path / "一月" / "授权发放台账.xlsx").write_bytes(issues(ISSUE_ROW))
    (tmp_path / "~$授权发放台账.xlsx").write_bytes(b"lock")
    (tmp_path / ".hidden.xlsx").write_bytes(b"junk")
    (tmp_path / "report.pdf").write_bytes(b"%PDF")
    (tmp_path / "expected.json").write_text("{}")
    read = reading.read([tmp_path, tmp_path / "一月" / "授权发放台账.xlsx"])
    assert read.problems == []
    assert [table.file for table in read.tables] == ["一月/授权发放台账.xlsx"]


def test_a_path_that_leads_nowhere_is_a_problem_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    read = reading.read([tmp_path / "none.xlsx", tmp_path / "empty"])
    assert [(p.file, p.rule) for p in read.errors] == [
        ("none.xlsx", reading.NO_SUCH_FILE),
        ("empty", reading.NO_WORKBOOKS),
    ]
