"""One bad cell anywhere and nothing is written; the error puts a finger on file, sheet, row, column, value and rule."""

import datetime as dt
from pathlib import Path

import pytest

from licensetrack.core.clock import today
from licensetrack.core.errors import Forbidden
from licensetrack.exchange import loading
from licensetrack.exchange.changes import MOST_PROBLEMS
from licensetrack.exchange.loading import NamedBytes
from tests.exchange.ledger_files import (
    BUDGET,
    BUREAU,
    CHANGES,
    IMPORTS,
    ISSUES,
    SCHOOL,
    SERVICES,
    UNITS,
    attempt,
    change,
    count,
    dump,
    edited,
    files_in,
    issue,
    ledger,
    load,
    order,
    refused,
    sample,
    sample_year,
    units,
)
from tests.trade import ALICE, day

pytestmark = pytest.mark.usefixtures("installation")

TOMORROW = today() + dt.timedelta(days=1)
EARLY = dt.date(2023, 1, 1)
NO_UNIT, NO_SET = "There is no unit of this name", "There is no licence set"
BAD: list[tuple[str, str, str, object, str]] = [
    (UNITS, "SZ0002", "单位名称", None, "column C (单位名称)"),
    (ISSUES, "SQ-2024-0007", "CPU数量", "十六", "column G (CPU数量) · “十六”"),
    (ISSUES, "SQ-2024-0007", "单位名称", "深圳市发展居", f"column C (单位名称) · “深圳市发展居”: {NO_UNIT}"),
    (ISSUES, "SQ-2024-0007", "正式授权发放日期", TOMORROW, "column I (正式授权发放日期)"),
    (IMPORTS, "SQ-2024-0007", "授权编号", "SQ-2024-9907", f"column B (授权编号) · “SQ-2024-9907”: {NO_SET}"),
    (IMPORTS, "SQ-2024-0007", "导入日期", EARLY, "column C (导入日期) · “2023-01-01”: The set was not yet issued"),
    (CHANGES, "SQ-2024-0185", "CPU增减", -15, "column E (CPU增减) · “-15”: A return takes the whole set"),
    (CHANGES, "SQ-2024-0003", "调入单位", "南山财政局", f"column F (调入单位) · “南山财政局”: {NO_UNIT}"),
    (BUDGET, "PZ-2024-003", "凭证号", "PZ-2024-002", "column F (凭证号) · “PZ-2024-002”: “PZ-2024-002” stands twice"),
    (BUDGET, "PZ-2024-003", "日期", TOMORROW, "column C (日期)"),
    (SERVICES, "FW-2024-0001", "响应时间", EARLY, "column F (响应时间) · “2023-01-01 00:00:00”: The response"),
]


@pytest.mark.parametrize(("kind", "row", "heading", "value", "place"), BAD)
def test_one_bad_cell_of_the_sample_year_and_nothing_is_written(
    installation: Path, kind: str, row: str, heading: str, value: object, place: str
) -> None:
    empty = dump()
    wrong = edited(sample(kind), {(row, heading): value})
    errors = refused(*(wrong if file.name == wrong.name else file for file in sample_year()))
    assert any(f"{kind}.xlsx · " in error and "· row " in error and place in error for error in errors), errors
    assert (dump(), files_in(installation)) == (empty, [])


@pytest.mark.parametrize(("kind", "row", "heading", "value", "place"), BAD[:4])
def test_a_bad_cell_in_a_corrected_file_changes_nothing_of_what_is_recorded(
    installation: Path, kind: str, row: str, heading: str, value: object, place: str
) -> None:
    load(*sample_year())
    before, files = dump(), files_in(installation)
    assert any(place in error for error in refused(edited(sample(kind), {(row, heading): value}), sample(CHANGES)))
    assert (dump(), files_in(installation)) == (before, files)


def test_an_unknown_unit_names_the_three_nearest() -> None:
    names = ("民政局", "财政局", "科创局", "教育研究院")
    directory = [(f"SZ10{n:02d}", f"深圳市{name}", "事业单位", "市级", "福田区") for n, name in enumerate(names)]
    [error] = refused(ledger(UNITS, *directory), ledger(ISSUES, issue("SQ-1", "深圳市民正局")))
    assert error == (
        "授权发放台账.xlsx · 授权发放台账 · row 2 · column B (单位名称) · “深圳市民正局”: "
        "There is no unit of this name in the directory. The nearest are: 深圳市民政局、深圳市财政局、深圳市科创局."
    )


CONTRADICTIONS = {
    "the same number for two units": (
        [ledger(ISSUES, issue("SQ-1")), ledger(ISSUES, issue("SQ-1", SCHOOL), name="再发")],
        "再发.xlsx · 授权发放台账 · row 2 · column A (授权编号) · “SQ-1”: The number SQ-1 stands twice",
    ),
    "an expansion of a set that was handed back": (
        [
            ledger(ISSUES, issue("SQ-1")),
            ledger(CHANGES, change("SQ-1", "回收", "05-01"), change("SQ-1", "扩容", "06-01", 4)),
        ],
        "row 3 · column C (变更日期) · “2024-06-01”: The set was handed back or ended on 2024-05-01",
    ),
    "an acceptance before the import": (
        [ledger(ISSUES, issue("SQ-1")), ledger(IMPORTS, attempt("SQ-1", "02-10", accepted="02-05"))],
        "column E (验收日期) · “2024-02-05”: The set was not yet imported",
    ),
    "more CPUs taken away than there are": (
        [ledger(ISSUES, issue("SQ-1")), ledger(CHANGES, change("SQ-1", "缩容", "05-01", -16))],
        "column D (CPU增减) · “-16”: The set has 16 CPUs on 2024-05-01",
    ),
    "CPUs for a product that is counted in sets": (
        [ledger(ISSUES, issue("SQ-1", cpus=None, product="BMS")), ledger(CHANGES, change("SQ-1", "扩容", "05-01", 4))],
        "column D (CPU增减) · “4”: This product is counted in sets",
    ),
    "a voucher with two amounts in two files": (
        [
            ledger(BUDGET, ("支出", day("04-18"), 100, "首付", "PZ-1")),
            ledger(BUDGET, ("支出", day("04-18"), 200, "首付", "PZ-1"), name="另账"),
        ],
        "另账.xlsx · 预算执行台账 · row 2 · column E (凭证号) · “PZ-1”: “PZ-1” stands twice, and the two rows differ",
    ),
    "a voucher that is missing": (
        [ledger(BUDGET, ("支出", day("04-18"), 100, "首付", None))],
        "column E (凭证号): A budget entry needs a voucher number.",
    ),
    "one order number for two orders": (
        [ledger(SERVICES, order("FW-1")), ledger(SERVICES, order("FW-1", SCHOOL), name="另单")],
        "另单.xlsx · 技术服务台账 · row 2 · column A (工单编号) · “FW-1”: “FW-1” stands twice",
    ),
    "two units of one name": (
        [ledger(UNITS, ("SZ0009", BUREAU, "事业单位", "市级", "福田区"), name="又一")],
        "又一.xlsx · 单位名录 · row 2 · column B (单位名称) · “深圳市发展局”: The code or name of",
    ),
    "one code for two units": (
        [ledger(UNITS, ("SZ0001", "别的单位", "事业单位", "市级", "福田区"), name="又一")],
        "又一.xlsx · 单位名录 · row 2 · column A (单位编码) · “SZ0001”: “SZ0001” stands twice",
    ),
}


@pytest.mark.parametrize("what", CONTRADICTIONS)
def test_what_contradicts_itself_is_an_error_at_the_row_that_breaks_it(what: str) -> None:
    files, expected = CONTRADICTIONS[what]
    empty = dump()
    errors = refused(units(), *files)
    assert [error for error in errors if expected in error], errors
    assert dump() == empty


def test_a_recorded_life_is_not_broken_by_a_row_that_comes_later() -> None:
    load(units(), ledger(ISSUES, issue("SQ-1")), ledger(CHANGES, change("SQ-1", "回收", "05-01")))
    before = dump()
    [error] = refused(ledger(CHANGES, change("SQ-1", "扩容", "06-01", 4), name="六月"))
    assert "六月.xlsx · 授权变更台账 · row 2 · column C (变更日期) · “2024-06-01”: The set was handed back" in error
    assert dump() == before


def test_the_same_words_in_two_files_are_told_once() -> None:
    imported = attempt("SQ-1", "02-10", accepted="02-20")
    paid = ("支出", day("04-18"), 100, "首付", "PZ-1")
    twice = [
        ledger(kind, row, name=name)
        for kind, row in ((ISSUES, issue("SQ-1")), (IMPORTS, imported), (BUDGET, paid), (SERVICES, order("FW-1")))
        for name in ("甲" + kind, "乙" + kind)
    ]
    load(units(), *twice)
    assert [count(name) for name in ("virtualization.accepted_sets", "support.orders", "budget.spent")] == [1, 1, 100]


def test_a_formal_set_does_not_become_temporary_afterwards() -> None:
    load(units(), ledger(ISSUES, issue("SQ-1", on="02-01")))
    [error] = refused(ledger(ISSUES, issue("SQ-1", on="", temporary="03-01", kind="临时")))
    assert "column D (授权类型): The set SQ-1 is formal since 2024-02-01" in error


def test_of_a_thousand_errors_five_hundred_are_listed_and_the_rest_counted() -> None:
    lines = [issue(f"SQ-{n}", f"无此单位{n}") for n in range(1000)]
    errors = refused(units(), ledger(ISSUES, *lines))
    assert len(errors) == MOST_PROBLEMS + 1
    assert errors[-1].startswith("授权发放台账.xlsx: 500 more cells")


def test_whoever_may_not_load_is_told_before_a_file_is_opened() -> None:
    bob = ALICE.__class__(None, "bob", "Bob", "unit_user")
    for act in (loading.load, loading.preview):
        with pytest.raises(Forbidden):
            act([NamedBytes("x.xlsx", b"")], actor=bob)
