"""Budget entries as lines of the ledger that they could be loaded from again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy.orm import Session

from licensetrack.exchange.rows import BudgetRow
from licensetrack.procurement import contracts, projects
from licensetrack.procurement.models import BudgetEntry


def budget_rows(db: Session, entries: Iterable[BudgetEntry]) -> Iterator[BudgetRow]:
    """One line for each entry, with all that is kept of its project, contract and payment."""
    known_projects = {one.id: one for one in projects.projects(db)}
    known_contracts = {one.id: one for one in contracts.contracts(db)}
    known_terms = {one.id: one for one in contracts.terms(db)}
    for number, entry in enumerate(entries, 2):
        project = known_projects.get(entry.project_id or 0)
        contract = known_contracts.get(entry.contract_id or 0)
        term = known_terms.get(entry.term_id or 0)
        row = BudgetRow(
            number, entry.kind, entry.on, entry.amount, entry.summary, entry.voucher, entry.source or None,
            entry.approval,
        )  # fmt: skip
        if project is not None:
            row = row._replace(project_code=project.code, project=project.name)
        if contract is not None:
            row = row._replace(contract=contract.number, supplier=contract.supplier, contract_amount=contract.amount)
        yield row if term is None else row._replace(term=term.label, condition=term.condition)
