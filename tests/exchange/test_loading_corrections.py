"""A corrected file changes only what differs, through reversals and right events; what was known before stays known."""

import datetime as dt

import pytest
from sqlalchemy import select

from licensetrack.allocation.models import LedgerEvent
from licensetrack.core import db
from licensetrack.core.clock import now, today
from licensetrack.exchange.loading import NamedBytes
from tests.exchange.ledger_files import (
    BUDGET,
    BUREAU,
    CHANGES,
    HOSPITAL,
    IMPORTS,
    ISSUES,
    SCHOOL,
    SERVICES,
    UNITS,
    attempt,
    books_are_right,
    change,
    count,
    did,
    dump,
    edited,
    issue,
    ledger,
    load,
    order,
    sample,
    sample_year,
    units,
)
from tests.trade import day

pytestmark = pytest.mark.usefixtures("installation")

CPUS = "virtualization.accepted_cpus"


def year() -> list[NamedBytes]:
    """Three sets with a life each, their money and a service order."""
    return [
        units(),
        ledger(ISSUES, issue("SQ-1"), issue("SQ-2", SCHOOL, 32, "03-01"), issue("SQ-3", HOSPITAL, 64, "03-05")),
        ledger(
            IMPORTS,
            attempt("SQ-1", "02-10", accepted="02-20"),
            attempt("SQ-2", "03-08", failed="指纹不符"),
            attempt("SQ-2", "03-09", accepted="03-20"),
            attempt("SQ-3", "03-10", accepted="03-25"),
        ),
        ledger(
            CHANGES,
            change("SQ-1", "扩容", "05-01", 8, why="新增宿主机"),
            change("SQ-2", "迁移", "06-01", to=HOSPITAL),
            change("SQ-3", "回收", "10-04", -64, why="平台停用"),
        ),
        ledger(
            BUDGET, ("年初预算", day("01-15"), 7515, "批复", "PZ-1"), ("支出", day("04-18"), 2254.5, "首付", "PZ-2")
        ),
        ledger(SERVICES, order("FW-1"), order("FW-2", SCHOOL)),
    ]


def figures() -> list[object]:
    """A line of figures through the year."""
    dates = ("02-20", "03-20", "05-01", "06-01", "10-04", "12-31")
    return [count(CPUS, on) for on in dates]


BEFORE = [16, 48, 120, 120, 56, 56]


def correct(kind: str, cells: dict[tuple[str, str], object], name: str = "") -> tuple[list[object], dt.datetime]:
    """Loads the year, then one corrected ledger, twice: what the first correction did, and the instant before it."""
    load(*year())
    assert figures() == BEFORE
    known, events = now(), len(dump()["ledger_event"])
    wrong = next(file for file in year() if file.name == f"{kind}.xlsx")
    right = edited(wrong, cells, name)
    outcome = load(right)
    after = dump()
    assert not load(right).changed_anything, "a third load of it changes nothing"
    assert dump() == after
    assert [count(CPUS, on, known) for on in ("02-20", "10-04")] == [16, 56], "as it was known before"
    added = len(after["ledger_event"]) - events
    assert added <= 8, "only what differs is told anew"
    books_are_right()
    return did(outcome), known


def test_a_corrected_quantity_counts_from_the_day_of_the_issue() -> None:
    done, known = correct(ISSUES, {("SQ-1", "CPU数量"): 20})
    assert done == [("SQ-1", "changed", {"cpus": (16, 20)})]
    assert figures() == [20, 52, 124, 124, 60, 60]
    assert count("virtualization.issued_cpus", "02-01", known) == 16


def test_a_corrected_day_of_issue_moves_the_count() -> None:
    done, _ = correct(ISSUES, {("SQ-1", "正式授权发放日期"): dt.date(2024, 2, 5)})
    assert done == [("SQ-1", "changed", {"on": (day("02-01"), day("02-05"))})]
    assert [count("virtualization.issued_sets", on) for on in ("02-04", "02-05")] == [0, 1]


def test_a_corrected_unit_moves_the_set_to_it_from_its_issue_on() -> None:
    done, known = correct(ISSUES, {("SQ-1", "单位名称"): SCHOOL})
    assert done == [("SQ-1", "changed", {"unit": (BUREAU, SCHOOL)})]
    assert (count("units.served"), count("units.served", known_at=known)) == (2, 2)
    assert [count("units.served", on) for on in ("02-20", "03-20")] == [1, 1]


def test_a_corrected_product_moves_the_set_to_it() -> None:
    done, _ = correct(ISSUES, {("SQ-1", "产品类别"): "云管理软件"})
    assert done == [("SQ-1", "changed", {"product": ("virtualization", "cloud_management")})]
    assert (count(CPUS), count("cloud_management.accepted_cpus")) == (32, 24)


def test_a_corrected_day_of_import_moves_its_count() -> None:
    done, _ = correct(IMPORTS, {("SQ-1", "导入日期"): dt.date(2024, 2, 12)})
    assert done == [("SQ-1", "changed", {"on": (day("02-10"), day("02-12"))})]
    assert [count("virtualization.imported_sets", on) for on in ("02-11", "02-12")] == [0, 1]
    assert figures() == BEFORE


def test_a_corrected_reason_of_a_failure_changes_no_figure() -> None:
    done, _ = correct(IMPORTS, {("SQ-2", "失败原因"): "授权文件损坏"})
    assert done == [("SQ-2", "changed", {"reason": ("指纹不符", "授权文件损坏")})]
    assert (figures(), count("import.first_pass_rate")) == (BEFORE, 50)


def test_an_attempt_that_did_not_fail_after_all_is_no_failure_any_more() -> None:
    load(units(), ledger(ISSUES, issue("SQ-1"), issue("SQ-2")))
    wrong = ledger(IMPORTS, attempt("SQ-1", failed="误填"), attempt("SQ-2", accepted="02-20"))
    load(wrong)
    load(edited(wrong, {("SQ-1", "导入结果"): "成功", ("SQ-1", "失败原因"): None}))
    assert (count("virtualization.imported_sets"), count("import.first_pass_rate")) == (2, 100)
    books_are_right()


def test_a_corrected_expansion_counts_from_its_day() -> None:
    done, _ = correct(CHANGES, {("SQ-1", "CPU增减"): 12})
    assert done == [("SQ-1", "changed", {"cpus": (8, 12)})]
    assert figures() == [16, 48, 124, 124, 60, 60]


@pytest.mark.parametrize("name", ["", "授权变更台账（更正）.xlsx"])
def test_a_corrected_day_of_an_expansion_moves_it_and_does_not_double_it(name: str) -> None:
    done, _ = correct(CHANGES, {("SQ-1", "变更日期"): dt.date(2024, 6, 1)}, name)
    assert done == [("SQ-1", "changed", {"on": (day("05-01"), day("06-01"))})]
    assert figures() == [16, 48, 112, 120, 56, 56]


def test_a_corrected_receiver_of_a_relocation_holds_the_set_from_that_day() -> None:
    done, _ = correct(CHANGES, {("SQ-2", "调入单位"): BUREAU})
    assert done == [("SQ-2", "changed", {"unit": (HOSPITAL, BUREAU)})]
    assert count("units.served") == 1


def test_a_corrected_day_of_a_return_ends_the_count_on_that_day() -> None:
    correct(CHANGES, {("SQ-3", "变更日期"): dt.date(2024, 11, 4)})
    assert [count(CPUS, on) for on in ("10-04", "11-03", "11-04")] == [120, 120, 56]


def test_a_corrected_amount_takes_the_entry_back_and_posts_it_right() -> None:
    done, known = correct(BUDGET, {("PZ-2", "金额（万元）"): 2300})
    assert [(subject, action) for subject, action, _ in done] == [("PZ-2", "changed")]
    assert (count("budget.spent"), count("budget.spent", known_at=known)) == (2300, 2254.5)
    assert len(dump()["budget_entry"]) == 4


def test_a_corrected_service_order_becomes_a_new_version() -> None:
    done, known = correct(SERVICES, {("FW-1", "满意度"): 2})
    assert done == [("FW-1", "changed", {"satisfaction": (5, 2)})]
    assert (count("support.satisfaction_rate"), count("support.satisfaction_rate", known_at=known)) == (50, 100)


def test_a_service_order_for_another_unit_is_shown_with_both_names() -> None:
    done, _ = correct(SERVICES, {("FW-1", "单位名称"): HOSPITAL})
    assert done[0][2]["unit"] == (BUREAU, HOSPITAL)


def test_a_renamed_unit_is_found_under_both_names() -> None:
    done, _ = correct(UNITS, {("SZ0001", "单位名称"): "深圳市发展和改革局"})
    assert done == [("深圳市发展和改革局", "changed", {"name": (BUREAU, "深圳市发展和改革局")})]
    load(ledger(ISSUES, issue("SQ-8", BUREAU), issue("SQ-9", "深圳市发展和改革局")))
    assert count("virtualization.issued_sets") == 4


def test_a_unit_that_moves_to_another_district_takes_its_sets_along_from_today() -> None:
    correct(UNITS, {("SZ0001", "所属区"): "光明区"})
    with db.reading() as session:
        query = select(LedgerEvent.district, LedgerEvent.accepted_sets).where(LedgerEvent.action == "reclassify")
        assert sorted(map(tuple, session.execute(query))) == [("光明区", 1), ("福田区", -1)]
    assert count(CPUS, today().isoformat()) == 56


def test_a_name_with_other_brackets_and_blanks_is_no_new_name() -> None:
    load(ledger(UNITS, ("SZ0001", "发展局（示例）", "事业单位", "市级", "福田区")))
    assert not load(ledger(UNITS, ("SZ0001", "发展局 (示例) ", "事业单位", "市级", "福田区"))).changed_anything


def test_a_file_with_only_new_rows_adds_them_and_leaves_the_rest() -> None:
    load(*year())
    outcome = load(
        ledger(ISSUES, issue("SQ-4", cpus=4, on="07-01"), name="七月"),
        ledger(CHANGES, change("SQ-1", "扩容", "07-01", 4), change("SQ-1", "扩容", "08-01", 2), name="七月变更"),
    )
    assert sorted((subject, action) for subject, action, _ in did(outcome)) == [
        ("SQ-1", "new"),
        ("SQ-1", "new"),
        ("SQ-4", "new"),
    ]
    assert [count(CPUS, on) for on in ("06-30", "07-01", "08-01")] == [120, 124, 126]
    books_are_right()


def test_a_cumulative_file_repeats_the_old_rows_and_adds_the_new_ones() -> None:
    load(*year())
    old = [change("SQ-1", "扩容", "05-01", 8, why="新增宿主机"), change("SQ-2", "迁移", "06-01", to=HOSPITAL)]
    load(ledger(CHANGES, *old, change("SQ-1", "扩容", "09-01", 4), name="一至九月"))
    assert [count(CPUS, on) for on in ("08-31", "09-01")] == [120, 124]
    books_are_right()


def test_old_facts_that_arrive_after_newer_ones_take_their_place() -> None:
    load(units(), ledger(ISSUES, issue("SQ-1")), ledger(CHANGES, change("SQ-1", "扩容", "05-01", 8)))
    load(ledger(CHANGES, change("SQ-1", "扩容", "03-01", 4), name="三月"))
    load(ledger(IMPORTS, attempt("SQ-1", "02-10", accepted="02-20")))
    assert [count(CPUS, on) for on in ("02-20", "03-01", "05-01")] == [16, 20, 28]
    books_are_right()


def test_a_temporary_licence_becomes_formal_and_counts_once() -> None:
    temporary = issue("SQ-1", on="", temporary="01-10", kind="临时")
    load(units(), ledger(ISSUES, temporary))
    assert count("virtualization.issued_sets") == 0
    load(ledger(ISSUES, issue("SQ-1", on="02-01", temporary="01-10")))
    assert [count("virtualization.issued_sets", on) for on in ("01-31", "02-01")] == [0, 1]
    load(ledger(ISSUES, issue("SQ-1", on="02-05", temporary="01-10")))
    assert [count("virtualization.issued_sets", on) for on in ("02-04", "02-05")] == [0, 1]
    assert not load(ledger(ISSUES, temporary)).changed_anything, "the old paper says nothing new"
    books_are_right()


def test_a_temporary_paper_that_comes_late_tells_what_was_before_the_formal_licence() -> None:
    load(units(), ledger(ISSUES, issue("SQ-1", on="02-01")))
    load(ledger(ISSUES, issue("SQ-1", on="", temporary="01-10", kind="临时")))
    with db.reading() as session:
        rows = session.execute(select(LedgerEvent.action, LedgerEvent.on).where(LedgerEvent.kind == "temporary"))
        assert sorted(map(tuple, rows)) == [("issue", day("01-10")), ("supersede", day("02-01"))]
    books_are_right()


def test_one_corrected_cell_of_the_sample_year_changes_one_row() -> None:
    load(*sample_year())
    outcome = load(edited(sample(ISSUES), {("SQ-2024-0002", "CPU数量"): 17}))
    assert did(outcome) == [("SQ-2024-0002", "changed", {"cpus": (16, 17)})]
    assert (count(CPUS, "12-31"), outcome.counts["issues"]["same"]) == (4376, 190)
    load(sample(ISSUES))
    assert count(CPUS, "12-31") == 4375
    books_are_right()
