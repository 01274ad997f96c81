"""A sheet is known by its headings, wherever they stand and whatever their words."""

import datetime as dt
from typing import Any

import pytest

from licensetrack.exchange import reading
from licensetrack.exchange.headings import fold, forms, words
from licensetrack.exchange.ledgers import LEDGERS
from tests.exchange.making import ISSUE_HEADING, ISSUE_ROW, workbook


def read_issues(
    rows: list[list[object]], sheet: str = "Sheet1", file: str = "a.xlsx", decorate: Any = None
) -> reading.Reading:
    return reading.read((file, workbook({sheet: rows}, decorate)))


def rules(read: reading.Reading) -> list[str]:
    return [problem.rule for problem in read.errors]


@pytest.mark.parametrize("kind", list(LEDGERS))
def test_the_table_of_words_and_the_rows_name_the_same_fields(kind: str) -> None:
    assert list(forms()[kind].columns.keys() ^ LEDGERS[kind].fields.keys()) == []  # type: ignore[index]
    assert LEDGERS[kind].row_type._fields == ("row", *LEDGERS[kind].fields)  # type: ignore[index]


@pytest.mark.parametrize("kind", list(LEDGERS))
def test_no_word_heads_two_columns_of_one_ledger(kind: str) -> None:
    said = [
        fold(word)
        for column in forms()[kind].columns.values()
        for word in {fold(w) for w in (column.say, *column.also)}
    ]
    assert len(said) == len(set(said))


@pytest.mark.parametrize("name", [name for name in words() if name != "rows"])
def test_no_word_of_a_list_has_two_meanings(name: str) -> None:
    said = [word for meanings in words()[name].values() for word in meanings]
    assert len(said) == len(set(said))


@pytest.mark.parametrize(
    "heading",
    [
        *(
            "CPU数量",
            "CPU颗数",
            "授权CPU颗数",
            "CPU数",
            "CPU 数量",
            "ＣＰＵ数量",
            "cpu数量",
            "CPU数量（个）",
            "CPU数量\n(颗)",
            "*CPU数量",
        ),
        *(
            "CPU数量：",
            "授权CPU数量",
            "发放CPU",
            "【必填】CPU数量",
            "CPU\u200b数量",
            "\u3000CPU数量\u3000",
            "CPUs",
            "CPU count",
        ),
    ],
)
def test_the_quantity_goes_by_many_headings(heading: str) -> None:
    read = read_issues([[heading if text == "CPU数量" else text for text in ISSUE_HEADING], ISSUE_ROW])
    assert read.problems == []
    assert read.tables[0].rows[0].cpus == 16


@pytest.mark.parametrize("kind", list(LEDGERS))
def test_english_headings_are_understood(kind: str) -> None:
    form = forms()[kind]
    english = [[word for word in column.also if word.isascii()] for column in form.columns.values()]
    headings = [said[0] if said else column.say for said, column in zip(english, form.columns.values(), strict=True)]
    read = reading.read(("a.xlsx", workbook({"Sheet1": [headings]})))
    assert [table.kind for table in read.tables] == [kind]
    assert list(read.tables[0].columns) == list(form.columns)


def test_titles_a_reporting_line_and_blank_rows_may_stand_above() -> None:
    top: list[list[object]] = [
        ["2024年度授权发放台账"],
        [],
        ["填报单位：大数据中心", None, None, None, "填报日期：2024年12月31日"],
        [],
        [],
    ]

    def merge(book: Any, pages: dict[str, Any]) -> None:
        pages["Sheet1"].merge_range(0, 0, 0, 8, "2024年度授权发放台账")

    read = read_issues([*top, ISSUE_HEADING, ISSUE_ROW], decorate=merge)
    assert read.problems == []
    assert read.tables[0].heading_row == 6
    assert read.tables[0].rows[0].row == 7


def test_columns_may_stand_in_any_order_and_with_gaps() -> None:
    order = [8, 6, 2, 5, 1, 3, 4]
    rows = [[None, None, *(line[i] for i in order)] for line in (ISSUE_HEADING, ISSUE_ROW)]
    read = read_issues(rows)
    assert read.problems == []
    assert read.tables[0].columns["issued_on"] == ("C", "正式授权发放日期")
    assert read.tables[0].rows[0].issued_on == dt.date(2024, 3, 5)


def test_columns_that_nothing_reads_are_named_but_stop_nothing() -> None:
    read = read_issues([[*ISSUE_HEADING, "接收人", "发放方式"], [*ISSUE_ROW, "张三", "当面"]])
    assert read.errors == []
    assert read.tables[0].ignored == ["接收人", "发放方式"]
    assert [(p.rule, p.values, p.row) for p in read.warnings] == [
        (reading.COLUMNS_IGNORED, {"columns": "接收人、发放方式"}, 1)
    ]


def test_a_heading_of_two_rows_with_groups_is_understood() -> None:
    upper = ["序号", "授权编号", "使用单位", "授权信息", None, None, "临时授权", "正式授权"]
    lower = [None, None, None, "产品类别", "授权类型", "CPU颗数", "日期", "发放日期"]

    def merge(book: Any, pages: dict[str, Any]) -> None:
        for column in range(3):
            pages["Sheet1"].merge_range(1, column, 2, column, upper[column])
        pages["Sheet1"].merge_range(1, 3, 1, 5, "授权信息")

    row = [1, "SQ-1", "深圳市教育局", "云管软件", "正式", 8, None, dt.date(2024, 3, 5)]
    read = read_issues([["授权发放台账"], upper, lower, row], decorate=merge)
    assert read.problems == []
    (table,) = read.tables
    assert table.heading_row == 3
    assert table.columns["temporary_on"][0] == "G"
    assert table.rows[0][:9] == (
        4,
        "SQ-1",
        "深圳市教育局",
        "cloud_management",
        "",
        "formal",
        8,
        None,
        dt.date(2024, 3, 5),
    )


def test_a_missing_column_is_named_with_the_words_it_may_have() -> None:
    read = read_issues([[None if text == "CPU数量" else text for text in ISSUE_HEADING], ISSUE_ROW])
    (problem,) = read.errors
    assert problem.rule == reading.COLUMN_MISSING
    assert problem.values["column"] == "CPU数量"
    assert "CPU颗数" in problem.text()
    assert "授权发放台账" in problem.text()
    assert read.tables == []


def test_every_missing_column_is_named_at_once() -> None:
    gone = {"CPU数量", "授权类型"}
    read = read_issues([[None if text in gone else text for text in ISSUE_HEADING], ISSUE_ROW])
    assert {problem.values["column"] for problem in read.errors} == gone


def test_two_columns_for_one_field_are_an_error_that_names_both() -> None:
    read = read_issues([[*ISSUE_HEADING, "CPU颗数"], [*ISSUE_ROW, 16]])
    (problem,) = read.errors
    assert problem.rule == reading.COLUMN_TWICE
    assert problem.values["columns"] == "G CPU数量、J CPU颗数"


def test_a_general_word_counts_only_where_no_better_one_stands() -> None:
    heading = [
        "编号" if text == "授权编号" else "日期" if text == "正式授权发放日期" else text for text in ISSUE_HEADING
    ]
    assert read_issues([heading, ISSUE_ROW]).tables[0].rows[0].number == "SQ-2024-0001"
    both = read_issues([["编号", *ISSUE_HEADING], ["内部7", *ISSUE_ROW]])
    assert both.tables[0].rows[0].number == "SQ-2024-0001"


@pytest.mark.parametrize(
    ("sheet", "title", "file"),
    [
        ("虚拟化", "授权发放台账", "a.xlsx"),
        ("Sheet1", "虚拟化软件授权发放台账", "a.xlsx"),
        ("Sheet1", "授权发放台账", "虚拟化.xlsx"),
    ],
)
def test_the_product_may_be_said_by_the_sheet_its_title_or_the_file(sheet: str, title: str, file: str) -> None:
    rows = [[title], *([cell for i, cell in enumerate(line) if i != 3] for line in (ISSUE_HEADING, ISSUE_ROW))]
    read = read_issues(rows, sheet, file)
    assert read.problems == []
    assert read.tables[0].rows[0].product == "virtualization"


def test_one_sheet_for_each_product_makes_one_table_each() -> None:
    rows = [[cell for i, cell in enumerate(line) if i != 3] for line in (ISSUE_HEADING, ISSUE_ROW)]
    other = [rows[0], [1, "SQ-2024-0002", *rows[1][2:]]]
    read = reading.read(("a.xlsx", workbook({"虚拟化软件": rows, "云管理软件": other, "BMS": [rows[0]]})))
    assert read.problems == []
    assert [(table.sheet, [row.product for row in table.rows]) for table in read.tables] == [
        ("虚拟化软件", ["virtualization"]),
        ("云管理软件", ["cloud_management"]),
        ("BMS", []),
    ]


def test_a_product_that_nobody_names_is_a_missing_column() -> None:
    rows = [[cell for i, cell in enumerate(line) if i != 3] for line in (ISSUE_HEADING, ISSUE_ROW)]
    assert [p.values["column"] for p in read_issues(rows).errors] == ["产品类别"]


def test_a_title_that_names_two_products_says_nothing() -> None:
    rows = [
        ["虚拟化软件、云管理软件授权台账"],
        *([c for i, c in enumerate(line) if i != 3] for line in (ISSUE_HEADING, ISSUE_ROW)),
    ]
    assert [p.values["column"] for p in read_issues(rows).errors] == ["产品类别"]


@pytest.mark.parametrize(
    ("title", "heading", "cell", "yuan"),
    [
        ("预算执行台账", "金额（万元）", 7515, 75_150_000),
        ("预算执行台账", "金额（元）", 7515, 7515),
        ("预算执行台账（单位：万元）", "金额", 7515, 75_150_000),
        ("金额单位：元", "金额", 7515, 7515),
        ("预算执行台账", "金额", "7515万元", 75_150_000),
        ("预算执行台账（单位：万元）", "金额（元）", 7515, 7515),
    ],
)
def test_the_heading_says_whether_money_is_in_yuan_or_ten_thousands(
    title: str, heading: str, cell: object, yuan: int
) -> None:
    rows = [[title], ["序号", "类型", "日期", heading], [1, "年初预算", dt.date(2024, 1, 15), cell]]
    read = reading.read(("a.xlsx", workbook({"Sheet1": rows})))
    assert read.problems == []
    assert read.tables[0].rows[0].amount == yuan


def test_an_amount_without_a_unit_anywhere_is_an_error() -> None:
    rows = [["预算执行台账"], ["类型", "日期", "金额"], ["支出", dt.date(2024, 1, 15), 7515]]
    assert rules(reading.read(("a.xlsx", workbook({"Sheet1": rows})))) == [
        "Neither the heading nor the cell says whether the amount is in 元 or 万元."
    ]


def test_a_sheet_that_is_no_ledger_is_passed_over_with_a_word() -> None:
    read = reading.read(
        ("a.xlsx", workbook({"授权发放台账": [ISSUE_HEADING, ISSUE_ROW], "说明": [["填写说明"]], "空": []}))
    )
    assert read.errors == []
    assert [(p.sheet, p.rule) for p in read.warnings] == [("说明", reading.NO_LEDGER_HERE)]


def test_a_file_without_any_ledger_is_an_error() -> None:
    assert rules(reading.read(("a.xlsx", workbook({"菜单": [["菜名", "价格"], ["面", 12]]})))) == [reading.NO_LEDGER]
    assert rules(reading.read(("a.xlsx", workbook({"空": []})))) == [reading.NO_ROWS]


def test_a_hidden_sheet_is_not_read_but_mentioned() -> None:
    def hide(book: Any, pages: dict[str, Any]) -> None:
        pages["旧"].hide()

    sheets = {"授权发放台账": [ISSUE_HEADING, ISSUE_ROW], "旧": [ISSUE_HEADING, ISSUE_ROW]}
    read = reading.read(("a.xlsx", workbook(sheets, hide)))
    assert [table.sheet for table in read.tables] == ["授权发放台账"]
    assert [(p.sheet, p.rule, p.severity) for p in read.problems] == [("旧", reading.HIDDEN_SHEET, "warning")]
