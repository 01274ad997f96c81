"""The budget ledger with its projects, contracts, payments and approvals: kept as records, and out again the same."""

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from licensetrack.core import db
from licensetrack.exchange import loading
from licensetrack.exchange.budget_out import budget_rows
from licensetrack.exchange.changes import Outcome
from licensetrack.exchange.ledgers_out import ledger_cells, ledger_columns
from licensetrack.exchange.loading import NamedBytes
from licensetrack.exchange.spreadsheet_out import write_xlsx
from licensetrack.procurement import contracts, projects
from licensetrack.procurement.budgets import standing_entries
from licensetrack.procurement.models import BudgetEntry
from tests.exchange.ledger_files import count, load
from tests.exchange.making import workbook
from tests.trade import ALICE

pytestmark = pytest.mark.usefixtures("installation")

HEADING = (
    "类型", "日期", "金额（万元）", "摘要", "凭证号", "资金来源", "调整文号", "项目编码", "项目名称",
    "合同编号", "供应商", "合同金额（元）", "支付期次", "支付条件",
)  # fmt: skip
P = ("XM-1", "场地授权项目")
GRANTED = ("年初预算", "2024-01-15", 7000, "批复", "PZ-1", "当年财政拨款", "深财预〔2024〕1号", *P)
ADJUSTED = ("追加", "2024-08-20", 515, "追加预算", "PZ-2", "上年结转", "深财预〔2024〕88号", *P)
PAID = ("支付", "2024-04-18", 2254.5, "首付款", "PZ-3", "当年财政拨款", "", *P)
FIRST = (*PAID, "HT-1", "甲公司", 75150000, "首付款", "合同签订后")
LAST = ("支付", "2024-12-18", 751.5, "尾款", "PZ-4", "", "", *P, "HT-1", "", "", 3, "验收后")
ROWS = (GRANTED, ADJUSTED, FIRST, LAST)


def ledger(*rows: Sequence[object], heading: Sequence[object] = HEADING) -> NamedBytes:
    return NamedBytes("预算执行台账.xlsx", workbook({"预算执行台账": [heading, *rows]}))


def told(outcome: Outcome) -> list[tuple[str, str, dict[str, Any]]]:
    return [(change.action, change.subject, dict(change.fields)) for change in outcome.changes]


def kept() -> dict[str, Any]:
    """All that the bought side holds, in words."""
    with db.reading() as session:
        return {
            "entries": [tuple(row)[1:] for row in budget_rows(session, standing_entries(session))],
            "projects": [(one.year, one.code, one.name) for one in projects.projects(session)],
            "contracts": [(one.number, one.supplier, one.amount) for one in contracts.contracts(session)],
            "terms": [(one.label, one.condition) for one in contracts.terms(session)],
            "lines": session.scalar(select(func.count()).select_from(BudgetEntry)),
        }


def test_projects_contracts_payments_and_approvals_are_kept_and_loading_twice_changes_nothing() -> None:
    first = load(ledger(*ROWS))
    assert not first.refused
    assert told(first)[2] == ("new", "PZ-3", {"contract": (None, "HT-1"), "term": (None, "首付款")})
    before = kept()
    assert before["projects"] == [(2024, "XM-1", "场地授权项目")]
    assert before["contracts"] == [("HT-1", "甲公司", Decimal("75150000.00"))]
    assert before["terms"] == [("首付款", "合同签订后"), ("3", "验收后")]
    with db.reading() as session:
        entries = {one.voucher: one for one in standing_entries(session)}
    assert (entries["PZ-2"].approval, entries["PZ-2"].source) == ("深财预〔2024〕88号", "carried_over")
    assert (entries["PZ-4"].contract_id, entries["PZ-4"].project_id) == (1, 1)
    assert [count(f"budget.{name}", "12-31") for name in ("initial", "adjusted", "appropriated", "spent")] == [
        7000, 515, 7515, 3006,
    ]  # fmt: skip
    again = load(ledger(*ROWS))
    assert [action for action, _, _ in told(again)] == ["same"] * 4
    assert kept() == before


def test_a_ledger_that_tells_less_takes_nothing_away_and_one_that_tells_more_adds() -> None:
    short = [row[:5] for row in ROWS]
    load(ledger(*short, heading=HEADING[:5]))
    richer = load(ledger(*ROWS))
    assert {action for action, _, _ in told(richer)} == {"changed"}
    assert told(richer)[2][2]["contract"] == (None, "HT-1")
    before = kept()
    assert before["lines"] == 12, "each of the four was taken back and posted again"
    assert {action for action, _, _ in told(load(ledger(*short, heading=HEADING[:5])))} == {"same"}
    assert kept() == before


def test_what_a_ledger_changes_of_a_contract_is_told_and_the_entries_stay() -> None:
    load(ledger(*ROWS))
    dearer = (*PAID, "HT-1", "甲公司", 80000000, "首付款", "签订后十日")
    renamed = (*ADJUSTED[:8], "场地授权及服务项目")
    dearer, last = (*dearer[:8], "", *dearer[9:]), (*LAST[:8], "", *LAST[9:])
    outcome = load(ledger((*GRANTED[:8], ""), renamed, dearer, last))
    assert told(outcome)[1] == ("changed", "PZ-2", {"project_name": ("场地授权项目", "场地授权及服务项目")})
    assert told(outcome)[2][2] == {
        "contract_amount": (Decimal("75150000.00"), Decimal("80000000.00")), "condition": ("合同签订后", "签订后十日"),
    }  # fmt: skip
    assert kept()["lines"] == 4


@pytest.mark.parametrize(
    ("row", "column", "rule"),
    [
        ((*LAST[:10], "乙公司", "", 3, "验收后"), "供应商", "stands twice"),
        ((*LAST[:11], 1, 3, "验收后"), "合同金额（元）", "stands twice"),
        ((*LAST[:12], "首付款", "验收后"), "支付条件", "stands twice"),
        ((*LAST[:9], "", "乙公司", "", "", ""), "合同编号", "needs the contract's number"),
        ((*LAST[:7], "", "别的项目", *LAST[9:]), "项目名称", "needs its code"),
        ((*LAST[:5], "彩票", *LAST[6:]), "资金来源", "One of these"),
        (("支付", "2024-12-18", 0, "", "PZ-4"), "金额（万元）", "above 0"),
    ],
)
def test_a_cell_that_can_not_be_right_is_named_and_nothing_is_written(
    row: Sequence[object], column: str, rule: str
) -> None:
    outcome = loading.load([ledger(*ROWS[:3], row)], actor=ALICE)
    [problem] = outcome.problems
    assert (problem.row, problem.heading) == (5, column)
    assert rule in problem.rule
    assert kept()["lines"] == 0
    assert kept()["projects"] == []


def test_what_is_exported_loads_again_and_changes_nothing() -> None:
    load(ledger(*ROWS))
    before, out = kept(), io.BytesIO()
    with db.reading() as session:
        cells = [ledger_cells("budget", row) for row in budget_rows(session, standing_entries(session))]
    write_xlsx(cells, ledger_columns("budget"), out)
    outcome = load(NamedBytes("导出.xlsx", out.getvalue()))
    assert [action for action, _, _ in told(outcome)] == ["same"] * 4
    assert kept() == before
    again = io.BytesIO()
    with db.reading() as session:
        cells_again = [ledger_cells("budget", row) for row in budget_rows(session, standing_entries(session))]
    write_xlsx(cells_again, ledger_columns("budget"), again)
    assert cells_again == cells
