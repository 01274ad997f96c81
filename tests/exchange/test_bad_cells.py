"""Every broken cell is told by file, sheet, row, column, value and rule."""

import datetime as dt
from typing import Any

import pytest

from licensetrack.exchange import cells, columns, reading, row_checks, table_reader
from tests.exchange.making import ISSUE_HEADING, ISSUE_ROW, issue_row, issues, where, with_sheet_xml, workbook

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
    without_formula = with_sheet_xml(data, lambda xml: xml.replace(b"<f>NA()</f>", b""))
    read = reading.read(("a.xlsx", without_formula))
    assert [where(p) for p in read.errors] == [(2, "H", "#N/A", columns.ERROR_VALUE)]


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
        "台账.xlsx · 授权发放台账 · row 2 · column G (CPU数量) · “一百”: A whole number is expected here, such as 128."
    )
    assert problem.as_dict() == {
        "file": "台账.xlsx",
        "sheet": "授权发放台账",
        "row": 2,
        "column": "G",
        "heading": "CPU数量",
        "value": "一百",
        "rule": "A whole number is expected here, such as 128.",
        "severity": "error",
    }


def test_a_later_check_can_point_at_a_cell_of_a_row() -> None:
    (table,) = reading.read(("a.xlsx", issues(ISSUE_ROW))).tables
    problem = table.problem(table.rows[0], "unit", "unknown unit; the nearest are %(names)s", names="甲局")
    assert where(problem) == (2, "C", "深圳市教育局", "unknown unit; the nearest are %(names)s")
    assert problem.heading == "单位名称"
