"""A small bought side, and how each of its invariants can be broken."""

from __future__ import annotations

from decimal import Decimal

from licensetrack.core import blobs
from licensetrack.core.db import transaction
from licensetrack.procurement.budgets import BudgetLine, post_entry, reverse_entry
from licensetrack.procurement.contracts import ContractEntry, TermEntry, add_term, register_contract
from licensetrack.procurement.lines import LineEntry, add_line
from licensetrack.procurement.projects import ProjectEntry, register_project
from licensetrack.procurement.surveys import Price, record_survey
from tests.trade import ALICE, day
from tests.verify.breakages import Case


def buy() -> None:
    """A project of the year, a contract with two payments, one of them made, one made twice and taken back."""
    project = register_project(ProjectEntry(2024, "XM-1", "场地授权项目"), actor=ALICE)
    contract = register_contract(ContractEntry("HT-1", amount=Decimal(100), project_id=project.id), actor=ALICE)
    other = register_contract(ContractEntry("HT-2"), actor=ALICE)
    first = add_term(contract.id, TermEntry("首付款", amount=Decimal(60)), actor=ALICE)
    add_term(contract.id, TermEntry("尾款", amount=Decimal(40)), actor=ALICE)
    add_term(other.id, TermEntry("全款"), actor=ALICE)
    add_line(contract.id, "bms", LineEntry(amount=Decimal(100)), actor=ALICE)
    with transaction() as db:
        paper = blobs.store(db, "报价".encode(), "市场单价调研.txt").id
    record_survey(2024, "市场单价调研", paper, "报价", [Price(2, "bms", "甲公司", Decimal(1))], actor=ALICE)
    line = BudgetLine("payment", day("03-20"), Decimal(60), "PZ-HT-1", term_id=first.id)
    post_entry(line, actor=ALICE)
    slip = post_entry(BudgetLine("payment", day("03-20"), Decimal(60), "PZ-HT-2", term_id=first.id), actor=ALICE)
    reverse_entry(slip, actor=ALICE, reason="重复")


OTHER = "(SELECT id FROM contract WHERE number = 'HT-2')"
PROCUREMENT_CASES = [
    Case("a budget entry lies in the year of its project", ("UPDATE project SET year = 2023 WHERE code = 'XM-1'",)),
    Case(
        "a payment of a contract is one of its own",
        (f"UPDATE budget_entry SET contract_id = {OTHER} WHERE voucher = 'PZ-HT-1'",),
    ),
    Case(
        "only a payment is made for a contract",
        (f"UPDATE budget_entry SET contract_id = {OTHER} WHERE voucher = 'PZ-1'",),
    ),
    Case(
        "a budget reversal says the same of project and contract",
        ("UPDATE budget_entry SET source = 'other' WHERE reverses_id IS NOT NULL AND voucher = 'PZ-HT-2'",),
    ),
    Case(
        "a contract promises no more in payments than it costs",
        ("UPDATE payment_term SET amount = amount + 1 WHERE label = '尾款'",),
    ),
    Case(
        "a contract buys for no more than it costs",
        ("UPDATE entitlement SET amount = amount + 1 WHERE contract = 'HT-1'",),
    ),
    Case("a survey has lines of its kind, and no others", ("UPDATE survey SET kind = 'demand'",)),
    Case(
        "an entitlement is named after its contract",
        ("UPDATE entitlement SET contract = 'HT-2' WHERE contract = 'HT-1'",),
    ),
]
