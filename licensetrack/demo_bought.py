"""The bought side of the demonstration: the sample year's project with its contract, and what each payment was for.

Amounts and days stay those of the sample year; the entries are corrected only to say what they belong to.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from licensetrack.accounts.permissions import Actor
from licensetrack.core.db import reading
from licensetrack.performance.sheet import Header
from licensetrack.procurement.budgets import correct_entry, line_of, standing_entries
from licensetrack.procurement.contracts import ContractEntry, TermEntry, add_term, register_contract
from licensetrack.procurement.lines import LineEntry, change_line
from licensetrack.procurement.projects import ProjectEntry, register_project
from licensetrack.procurement.queries import entitlements
from licensetrack.procurement.shares import divide

SHARES = {"virtualization": 60, "cloud_management": 35, "bms": 5}
REASON = "补录项目、合同和支付期次（示例）"


def tell_what_was_bought(header: Header, actor: Actor) -> None:
    """Registers project and contract, and ties the year's entries to them."""
    project = register_project(
        ProjectEntry(
            header.year, header.project_code or f"XM-{header.year}-001", header.project, header.project_class,
            "continuing", header.authority, "", header.implementer, "", starts_on=header.period_start,
            ends_on=header.period_end, basis="\n".join(header.basis),
        ),
        actor=actor,
    )  # fmt: skip
    with reading() as db:
        entries = [entry for entry in standing_entries(db) if entry.on.year == header.year]
    payments = [entry for entry in entries if entry.kind == "payment"]
    if not payments:
        return
    contract = register_contract(
        ContractEntry(
            f"HT-{header.year}-001", "场地授权采购合同（示例）", "示例供应商",
            sum((entry.amount for entry in payments), Decimal(0)), project.id,
            starts_on=header.period_start, ends_on=header.period_start + dt.timedelta(days=3 * 365),
        ),
        actor=actor,
    )  # fmt: skip
    terms = {
        entry.id: add_term(contract.id, TermEntry(f"第{nth}期", entry.summary, entry.amount), actor=actor)
        for nth, entry in enumerate(payments, 1)
    }
    _say_what_is_bought(contract.id, contract.amount or Decimal(0), actor)
    for entry in entries:
        line = replace(line_of(entry), source=entry.source or "fiscal", project_id=project.id)
        if entry.id in terms:
            line = replace(line, term_id=terms[entry.id].id)
        correct_entry(entry, line, actor=actor, reason=REASON, document_id=entry.document_id, place=entry.place)


def _say_what_is_bought(contract_id: int, amount: Decimal, actor: Actor) -> None:
    """Splits the contract's amount over the three entitlements (shares made up for the demonstration)."""
    with reading() as db:
        bought = entitlements(db)
    shares = divide(amount, {one.product: SHARES.get(one.product, 0) for one in bought})
    for one in bought:
        change_line(one.id, contract_id, LineEntry("企业版", shares.get(one.product) or None), actor=actor)
