"""Whole files become typed rows, each knowing its line; every broken cell is told by file, sheet, row, column, value and rule."""

import datetime as dt
import io
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.exchange import cells, columns, reading, row_checks, table_reader
from licensetrack.exchange.ledgers import LEDGERS, BudgetRow, ChangeRow, ImportRow, IssueRow, Row, ServiceRow, UnitRow
from licensetrack.exchange.ledgers_out import ledger_cells, ledger_columns
from licensetrack.exchange.spreadsheet_out import write_csv, write_xlsx
from tests.exchange.making import ISSUE_HEADING, ISSUE_ROW, issue_row, issues, text_table, workbook

SAMPLE = Path(__file__).parents[2] / "data" / "2024"


def where(problem: reading.Problem) -> tuple[int | None, str, str, str]:
    return problem.row, problem.column, problem.value, problem.rule


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
        "appropriation": Decimal("7515"),
        "receipt": Decimal("7515"),
        "payment": Decimal("7515"),
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


# Lines that are no records


def test_blank_lines_sums_and_signatures_are_no_records() -> None:
    lines: list[list[object]] = [
        ISSUE_ROW,
        [],
        ["小计", None, None, None, None, None, 16],
        issue_row(授权编号="SQ-2024-0002", CPU数量=8),
        [3],
        ["合 计", None, None, None, None, None, 24],
        ["制表人：张三", None, None, "审核人：李四"],
        ["备注：本表由中心填报。"],
    ]
    read = reading.read(("a.xlsx", issues(*lines)))
    assert read.problems == []
    assert [(row.row, row.number, row.cpus) for row in read.tables[0].rows] == [
        (2, "SQ-2024-0001", 16),
        (5, "SQ-2024-0002", 8),
    ]


def test_a_heading_that_is_printed_again_on_the_next_page_is_no_record() -> None:
    read = reading.read(("a.xlsx", issues(ISSUE_ROW, ISSUE_HEADING, issue_row(授权编号="SQ-2024-0002"))))
    assert read.problems == []
    assert [row.row for row in read.tables[0].rows] == [2, 4]


def test_a_row_of_totals_that_differs_from_the_sum_is_a_warning() -> None:
    read = reading.read(("a.xlsx", issues(ISSUE_ROW, ["合计", None, None, None, None, None, 17])))
    assert read.errors == []
    (problem,) = read.warnings
    assert where(problem) == (3, "G", "17", table_reader.TOTAL_DIFFERS)
    assert problem.values == {"said": "17", "sum": 16}


def test_a_total_in_the_column_of_numbers_is_no_record_either() -> None:
    read = reading.read(("a.xlsx", issues(ISSUE_ROW, [None, "合计：1套", None, None, None, None, 16])))
    assert read.problems == []
    assert len(read.tables[0].rows) == 1


def test_sums_are_right_across_thousands_of_rows() -> None:
    count = 3 * table_reader.PIECE + 7
    lines = [issue_row(授权编号=f"SQ-{i}", CPU数量=2) for i in range(count)]
    read = reading.read(("a.xlsx", issues(*lines, ["合计", None, None, None, None, None, 2 * count])))
    assert read.problems == []
    assert [row.row for row in read.tables[0].rows] == list(range(2, count + 2))


def test_a_cell_merged_over_several_rows_counts_for_each_of_them() -> None:
    lines = [
        ISSUE_ROW,
        issue_row(授权编号="SQ-2024-0002", 单位名称=None),
        issue_row(授权编号="SQ-2024-0003", 单位名称=None),
    ]

    def merge(book: Any, pages: dict[str, Any]) -> None:
        pages["授权发放台账"].merge_range(1, 2, 3, 2, "深圳市教育局")

    read = reading.read(("a.xlsx", workbook({"授权发放台账": [ISSUE_HEADING, *lines]}, merge)))
    assert read.problems == []
    assert [row.unit for row in read.tables[0].rows] == ["深圳市教育局"] * 3


def test_a_blank_unit_without_a_merge_is_never_filled_from_above() -> None:
    read = reading.read(("a.xlsx", issues(ISSUE_ROW, issue_row(授权编号="SQ-2024-0002", 单位名称=None))))
    assert [where(p) for p in read.errors] == [(3, "C", "", cells.NEEDED)]


def test_a_merged_quantity_is_not_counted_once_for_each_row() -> None:
    lines = [ISSUE_ROW, issue_row(授权编号="SQ-2024-0002", CPU数量=None)]

    def merge(book: Any, pages: dict[str, Any]) -> None:
        pages["授权发放台账"].merge_range(1, 6, 2, 6, 16)

    read = reading.read(("a.xlsx", workbook({"授权发放台账": [ISSUE_HEADING, *lines]}, merge)))
    assert [where(p) for p in read.errors] == [(3, "G", "", row_checks.CPUS_NEEDED)]


def test_hidden_rows_are_read_and_mentioned() -> None:
    def hide(book: Any, pages: dict[str, Any]) -> None:
        pages["授权发放台账"].set_row(2, None, None, {"hidden": True})

    sheet = {"授权发放台账": [ISSUE_HEADING, ISSUE_ROW, issue_row(授权编号="SQ-2024-0002")]}
    read = reading.read(("a.xlsx", workbook(sheet, hide)))
    assert len(read.tables[0].rows) == 2
    assert [(p.rule, p.values) for p in read.problems] == [(table_reader.HIDDEN_ROWS, {"count": 1})]


# Errors at their cells


@pytest.mark.parametrize(
    ("heading", "value", "column", "shown", "rule"),
    [
        ("CPU数量", 12.5, "G", "12.5", cells.NOT_WHOLE),
        ("CPU数量", "十二", "G", "十二", cells.NOT_WHOLE),
        ("CPU数量", -3, "G", "-3", cells.NOT_BETWEEN),
        ("CPU数量", 0, "G", "0", cells.NOT_BETWEEN),
        ("CPU数量", True, "G", "TRUE", cells.NOT_WHOLE),
        ("CPU数量", dt.date(2024, 3, 5), "G", "2024-03-05", cells.NOT_WHOLE),
        ("CPU数量", None, "G", "", row_checks.CPUS_NEEDED),
        ("正式授权发放日期", "2024年2月31日", "I", "2024年2月31日", cells.NO_SUCH_DAY),
        ("正式授权发放日期", "03/05/2024", "I", "03/05/2024", cells.DAY_OR_MONTH),
        ("正式授权发放日期", "2024年9月", "I", "2024年9月", cells.DAY_MISSING),
        ("正式授权发放日期", None, "I", "", row_checks.ISSUE_DAY_NEEDED),
        ("临时授权日期", "待定", "H", "待定", cells.NOT_DAY),
        ("授权编号", None, "B", "", cells.NEEDED),
        ("单位名称", "\u3000\u200b ", "C", "", cells.NEEDED),
        ("单位名称", 7, "C", "7", cells.NOT_TEXT),
        ("产品类别", "数据库", "D", "数据库", cells.NOT_ONE_OF),
        ("授权类型", "永久", "F", "永久", cells.NOT_ONE_OF),
        ("云平台名称", "云" * 2001, "E", "云" * 59 + "…", cells.TOO_LONG),
    ],
)
def test_a_bad_cell_is_told_by_its_place_value_and_rule(
    heading: str, value: object, column: str, shown: str, rule: str
) -> None:
    good = [issue_row(授权编号=f"SQ-{i}") for i in range(5)]
    read = reading.read(("台账.xlsx", issues(*good, issue_row(**{heading: value}))))
    (problem,) = read.problems
    assert (problem.file, problem.sheet, problem.severity) == ("台账.xlsx", "授权发放台账", "error")
    assert where(problem) == (7, column, shown, rule)
    assert problem.heading == heading
    assert [row.row for row in read.tables[0].rows] == [2, 3, 4, 5, 6]


def test_every_bad_cell_of_a_file_is_told_at_once_in_the_order_of_the_sheet() -> None:
    read = reading.read(
        ("a.xlsx", issues(issue_row(CPU数量="x", 正式授权发放日期="y"), issue_row(授权编号="SQ-2", 单位名称="")))
    )
    assert [(p.row, p.column) for p in read.errors] == [(2, "G"), (2, "I"), (3, "C")]


def test_true_is_not_taken_for_the_number_one_that_was_read_before() -> None:
    read = reading.read(("a.xlsx", issues(issue_row(CPU数量=1), issue_row(授权编号="SQ-2", CPU数量=True))))
    assert [where(p) for p in read.errors] == [(3, "G", "TRUE", cells.NOT_WHOLE)]


def test_an_error_value_is_no_empty_cell() -> None:
    def fault(book: Any, pages: dict[str, Any]) -> None:
        pages["授权发放台账"].write_formula(1, 7, "=NA()", None, "#N/A")

    data = workbook({"授权发放台账": [ISSUE_HEADING, ISSUE_ROW]}, fault)
    without_formula = _sheet_xml(data, lambda xml: xml.replace(b"<f>NA()</f>", b""))
    read = reading.read(("a.xlsx", without_formula))
    assert [where(p) for p in read.errors] == [(2, "H", "#N/A", columns.ERROR_VALUE)]


def _sheet_xml(data: bytes, change: Any) -> bytes:
    from tests.exchange.making import with_sheet_xml

    return with_sheet_xml(data, change)


def test_a_number_that_occurs_twice_names_the_first_row() -> None:
    read = reading.read(("a.xlsx", issues(ISSUE_ROW, issue_row(授权编号="SQ-9"), ISSUE_ROW)))
    (problem,) = read.errors
    assert where(problem) == (4, "B", "SQ-2024-0001", table_reader.TWICE)
    assert problem.values == {"row": 2}


def test_bms_may_have_no_quantity_and_nothing_else_may() -> None:
    read = reading.read(("a.xlsx", issues(issue_row(产品类别="BMS", CPU数量=None))))
    assert read.problems == []
    assert read.tables[0].rows[0].cpus is None


def test_a_temporary_set_needs_one_of_the_two_days() -> None:
    days = {"临时授权日期": dt.date(2024, 1, 2), "正式授权发放日期": None}
    assert reading.read(("a.xlsx", issues(issue_row(授权类型="临时", **days)))).problems == []
    days["临时授权日期"] = None
    assert [where(p)[1] for p in reading.read(("a.xlsx", issues(issue_row(授权类型="临时", **days)))).errors] == ["I"]


@pytest.mark.parametrize(
    ("change", "cpus", "to_unit", "rule"),
    [
        ("扩容", None, "", cells.NEEDED),
        ("扩容", -2, "", row_checks.MUST_GROW),
        ("缩容", 2, "", row_checks.MUST_SHRINK),
        ("缩容", None, "", cells.NEEDED),
        ("迁移", 4, "甲局", row_checks.MUST_STAY),
        ("迁移", None, "", row_checks.TO_UNIT_NEEDED),
        ("回收", 16, "", row_checks.MUST_NOT_GROW),
        ("转让", None, "", cells.NOT_ONE_OF),
    ],
)
def test_a_change_must_fit_its_kind(change: str, cpus: int | None, to_unit: str, rule: str) -> None:
    heading = ["授权编号", "变更类型", "变更日期", "CPU增减", "调入单位", "变更原因"]
    read = reading.read(
        ("a.xlsx", workbook({"变更": [heading, ["SQ-1", change, dt.date(2024, 9, 8), cpus, to_unit, "x"]]}))
    )
    assert [p.rule for p in read.errors] == [rule]


@pytest.mark.parametrize(
    ("day", "conclusion", "rule"),
    [(None, "通过", row_checks.ACCEPTED_DAY_NEEDED), (dt.date(2024, 3, 5), None, row_checks.CONCLUSION_NEEDED)],
)
def test_an_acceptance_has_a_day_and_a_conclusion(day: dt.date | None, conclusion: str | None, rule: str) -> None:
    heading = ["授权编号", "导入日期", "导入结果", "验收日期", "验收结论"]
    read = reading.read(
        ("a.xlsx", workbook({"导入": [heading, ["SQ-1", dt.date(2024, 3, 1), "成功", day, conclusion]]}))
    )
    assert [p.rule for p in read.errors] == [rule]


def test_an_acceptance_day_without_a_column_for_the_conclusion_is_an_error() -> None:
    heading = ["授权编号", "导入日期", "导入结果", "验收日期"]
    read = reading.read(
        ("a.xlsx", workbook({"导入": [heading, ["SQ-1", dt.date(2024, 3, 1), "成功", dt.date(2024, 3, 5)]]}))
    )
    assert [p.rule for p in read.errors] == [row_checks.CONCLUSION_NEEDED]


@pytest.mark.parametrize(
    ("entry", "amount", "rule"),
    [
        ("支出", -5, row_checks.MUST_BE_POSITIVE),
        ("支出", 0, row_checks.MUST_BE_POSITIVE),
        ("预算调整", 0, row_checks.MUST_CHANGE),
    ],
)
def test_only_an_adjustment_may_lower_the_budget(entry: str, amount: int, rule: str) -> None:
    heading = ["类型", "日期", "金额（万元）"]
    page = {"预算执行台账": [heading, [entry, dt.date(2024, 1, 1), amount], ["预算调整", dt.date(2024, 8, 1), -5]]}
    read = reading.read(("a.xlsx", workbook(page)))
    assert [p.rule for p in read.errors] == [rule]
    assert [row.amount for row in read.tables[0].rows] == [-50_000]


def test_thousands_of_bad_cells_are_counted_rather_than_listed() -> None:
    lines = [issue_row(授权编号=f"SQ-{i}", CPU数量="x") for i in range(2000)]
    read = reading.read(("a.xlsx", issues(*lines)))
    assert len(read.errors) == table_reader.MOST_PROBLEMS + 1
    assert read.errors[0].values == {"count": 1500} or read.errors[-1].values == {"count": 1500}


def test_progress_is_told_while_a_long_ledger_is_read() -> None:
    told: list[tuple[str, int, int]] = []
    lines = [issue_row(授权编号=f"SQ-{i}") for i in range(10_000)]
    reading.read(("a.xlsx", issues(*lines)), progress=lambda *step: told.append(step))
    assert [done for _, done, _ in told] == sorted({done for _, done, _ in told})
    assert told[-1] == ("a.xlsx", 10_001, 10_001)
    assert len(told) == 3


# How a problem is told


def test_a_problem_is_one_line_for_a_terminal_and_a_record_for_a_program() -> None:
    (problem,) = reading.read(("台账.xlsx", issues(issue_row(CPU数量="一百")))).errors
    assert problem.line() == (
        "台账.xlsx · 授权发放台账 · row 2 · column G (CPU数量) · “一百”: a whole number is expected here, such as 128"
    )
    assert problem.as_dict() == {
        "file": "台账.xlsx",
        "sheet": "授权发放台账",
        "row": 2,
        "column": "G",
        "heading": "CPU数量",
        "value": "一百",
        "rule": "a whole number is expected here, such as 128",
        "severity": "error",
    }


def test_a_later_check_can_point_at_a_cell_of_a_row() -> None:
    (table,) = reading.read(("a.xlsx", issues(ISSUE_ROW))).tables
    problem = table.problem(table.rows[0], "unit", "unknown unit; the nearest are %(names)s", names="甲局")
    assert where(problem) == (2, "C", "深圳市教育局", "unknown unit; the nearest are %(names)s")
    assert problem.heading == "单位名称"


# Out and in again

words = st.text(st.sampled_from("深圳市教育局云平台第一（）()AZ09-＝=+@'\""), min_size=1, max_size=12)
numbers = st.from_regex(r"[A-Z]{2}-[0-9]{4}-[0-9]{4}", fullmatch=True)
days = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))
moments = st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2090, 1, 1)).map(
    lambda t: t.replace(second=0, microsecond=0)
)
remarks = st.just("") | words


def rows_of(row_type: Any, *fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Row]:
    """Rows with these first fields; the row number is 0 and the rest as it is when nothing is given."""
    return st.tuples(*fields).map(lambda values: row_type(0, *values))


ROW_STRATEGIES: dict[str, st.SearchStrategy[Row]] = {
    "units": rows_of(UnitRow, numbers, words, words, remarks, words, remarks, remarks),
    "issues": rows_of(
        IssueRow,
        numbers,
        words,
        st.sampled_from(["virtualization", "cloud_management", "bms"]),
        remarks,
        st.sampled_from(["formal", "temporary"]),
        st.integers(1, 1_000_000),
        st.none() | days,
        days,
        remarks,
        st.none() | days,
    ),
    "imports": rows_of(
        ImportRow,
        numbers,
        days,
        st.sampled_from(["success", "failure"]),
        remarks,
        days,
        st.sampled_from(["passed", "failed"]),
    ),
    "changes": rows_of(ChangeRow, numbers, st.just("expand"), days, st.integers(1, 999), remarks, remarks),
    "budget": rows_of(
        BudgetRow,
        st.sampled_from(["appropriation", "receipt", "payment"]),
        days,
        st.integers(1, 10**12).map(lambda cents: Decimal(cents) / 100),
        remarks,
        remarks,
    ),
    "services": rows_of(
        ServiceRow, numbers, words, words, moments, st.none() | moments, st.none() | moments, remarks, st.integers(1, 5)
    ),
}


@pytest.mark.parametrize("kind", list(LEDGERS))
@pytest.mark.parametrize("form", ["xlsx", "csv"])
@given(data=st.data())
def test_what_is_written_reads_back_the_same(kind: Any, form: str, data: st.DataObject) -> None:
    place = LEDGERS[kind].row_type._fields.index(LEDGERS[kind].key or "row")
    unique = (lambda row: row[place]) if LEDGERS[kind].key else None
    rows = data.draw(st.lists(ROW_STRATEGIES[kind], max_size=6, unique_by=unique))
    out = io.BytesIO()
    write = write_xlsx if form == "xlsx" else write_csv
    write((ledger_cells(kind, row) for row in rows), ledger_columns(kind), out)
    read = reading.read((f"a.{form}", out.getvalue()))
    assert read.problems == []
    assert [row._replace(row=0) for row in read.tables[0].rows] == rows
    assert [row.row for row in read.tables[0].rows] == list(range(2, len(rows) + 2))
