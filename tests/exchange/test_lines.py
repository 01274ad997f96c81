"""Blank lines, sums, signatures and merged cells: what a sheet holds besides one record a line."""

from typing import Any

from licensetrack.exchange import cells, reading, row_checks, table_reader
from tests.exchange.making import ISSUE_HEADING, ISSUE_ROW, issue_row, issues, where, workbook

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
