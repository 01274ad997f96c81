"""The budget ledger (预算执行台账) read in: entries, and the projects, contracts and payments that its rows name.

What a row does not tell stays as it is recorded; what two rows tell differently of one contract is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation.ledger import Operation
from licensetrack.core.errors import DomainError, Refused
from licensetrack.exchange.changes import CHANGED, NEW, SAME, Outcome, Source
from licensetrack.exchange.other_loading import TWICE, Told
from licensetrack.procurement import contracts, projects
from licensetrack.procurement.budgets import BudgetLine, completed, correct_entry, line_of, post_entry, standing_entries
from licensetrack.procurement.claims import differences
from licensetrack.procurement.contract_models import Contract, PaymentTerm, Project
from licensetrack.procurement.contracts import ContractEntry, TermEntry
from licensetrack.procurement.models import BudgetEntry
from licensetrack.procurement.projects import ProjectEntry

CODE_NEEDED = "There is no project of this name in that year; a new one needs its code."
CONTRACT_NEEDED = "What is told of a contract needs the contract's number."
AT = {"project_id": "project_code", "contract_id": "contract", "term_id": "term"}
Changes = dict[str, tuple[object, object]]


def load_budget(
    db: Session, table: Any, outcome: Outcome, told: Told, operation: Operation, documents: Mapping[str, int]
) -> None:
    """Posts new budget entries; a voucher whose entry differs is taken back and posted right."""
    known = {entry.voucher: entry for entry in standing_entries(db)}
    bought = _Bought(db, operation.actor)
    for row in table.rows:
        source = Source("budget", table.file, table.sheet, row.row)
        if row.voucher and told.again(row.voucher, row._replace(row=0), source, "voucher"):
            continue
        try:
            entry = known.get(row.voucher)
            line, changed = bought.line(row, entry, source)
            changed |= {} if entry is None else bought.in_words(differences(entry, line))
            if entry is not None and line == line_of(entry):
                outcome.note(CHANGED if changed else SAME, source, line.voucher, changed)
                continue
            outcome.note(NEW if entry is None else CHANGED, source, line.voucher, changed)
            document_id = documents.get(table.file)
            if entry is None:
                post_entry(line, actor=operation.actor, document_id=document_id, place=source.place)
            else:
                reason = f"{source.file} {source.place}"
                correct_entry(
                    entry, line, actor=operation.actor, reason=reason, document_id=document_id, place=source.place
                )
        except DomainError as error:
            at = AT.get(error.field, error.field) or "amount"
            outcome.refuse(source, error.message, error.values, at, getattr(row, "entry" if at == "kind" else at))


class _Bought:
    """The projects, contracts and payments that rows name: found, registered, or changed to what they say."""

    def __init__(self, db: Session, actor: Actor) -> None:
        self._db, self._actor = db, actor
        self._said: dict[tuple[str, str], tuple[object, Source]] = {}

    def line(self, row: Any, entry: BudgetEntry | None, source: Source) -> tuple[BudgetLine, Changes]:
        """The row as a line of the ledger, and what it made new or different around it."""
        changed: Changes = {}
        recorded = BudgetLine(row.entry, row.on, row.amount, row.voucher) if entry is None else line_of(entry)
        if recorded.on.year != row.on.year:
            recorded = replace(recorded, project_id=None)
        project = self._project(row, source, changed)
        contract = self._contract(row, project, source, changed)
        term = self._term(row, contract, source, changed)
        paid = row.entry == "payment"
        line = BudgetLine(
            row.entry, row.on, row.amount, row.voucher, row.summary, row.source or recorded.source,
            row.approval or recorded.approval, recorded.project_id if project is None else project.id,
            (recorded.contract_id if contract is None else contract.id) if paid else None,
            (term.id if term is not None else recorded.term_id if contract is None else None) if paid else None,
        )  # fmt: skip
        return completed(self._db, line), changed

    def in_words(self, changed: Mapping[str, tuple[object, object]]) -> Changes:
        """What differs in an entry, with the names of what it points at."""
        models: dict[str, tuple[Any, str]] = {
            "project_id": (Project, "code"), "contract_id": (Contract, "number"), "term_id": (PaymentTerm, "label"),
        }  # fmt: skip
        words: Changes = {}
        for name, pair in changed.items():
            if name in models:
                model, shown = models[name]
                found = (None if one is None else getattr(self._db.get(model, one), shown) for one in pair)
                words[name.removesuffix("_id")] = (next(found), next(found))
            else:
                words[name] = pair
        return words

    def _project(self, row: Any, source: Source, changed: Changes) -> Project | None:
        year = row.on.year
        if not row.project_code:
            if not row.project:
                return None
            named = [one for one in projects.projects(self._db, year) if one.name == row.project]
            if not named:
                raise Refused(CODE_NEEDED).at("project")
            return named[0]
        known = projects.project_of(self._db, year, row.project_code)
        self._check_said(f"{year} {row.project_code}", "project", row.project, source)
        if known is None:
            changed["project"] = (None, row.project_code)
            entry = ProjectEntry(year, row.project_code, row.project or row.project_code)
            return projects.register_project(entry, actor=self._actor)
        if row.project and row.project != known.name:
            changed["project_name"] = (known.name, row.project)
            entry = replace(_entry_of(ProjectEntry, known), name=row.project)
            projects.change_project(known.id, entry, actor=self._actor)
        return known

    def _contract(self, row: Any, project: Project | None, source: Source, changed: Changes) -> Contract | None:
        if not row.contract:
            for name in ("supplier", "contract_amount", "term", "condition"):
                if getattr(row, name):
                    raise Refused(CONTRACT_NEEDED).at("contract")
            return None
        told: dict[str, str | Decimal] = {}
        for name, field in (("supplier", "supplier"), ("amount", "contract_amount")):
            said = getattr(row, field)
            self._check_said(row.contract, field, said, source)
            if said:
                told[name] = said
        known = contracts.contract_numbered(self._db, row.contract)
        if known is None:
            changed["contract"] = (None, row.contract)
            entry = ContractEntry(row.contract, project_id=None if project is None else project.id, **told)  # type: ignore[arg-type]
            return contracts.register_contract(entry, actor=self._actor)
        entry = replace(_entry_of(ContractEntry, known), **told)
        for name, pair in differences(known, entry).items():
            changed["contract_amount" if name == "amount" else name] = pair
        contracts.change_contract(known.id, entry, actor=self._actor)
        return known

    def _term(self, row: Any, contract: Contract | None, source: Source, changed: Changes) -> PaymentTerm | None:
        label = row.term or row.condition[:40]
        if contract is None or not label:
            return None
        self._check_said(f"{contract.number} {label}", "condition", row.condition, source)
        known = next((one for one in contracts.terms(self._db, contract.id) if one.label == label), None)
        if known is None:
            changed["term"] = (None, label)
            return contracts.add_term(contract.id, TermEntry(label, row.condition), actor=self._actor)
        if row.condition and row.condition != known.condition:
            changed["condition"] = (known.condition, row.condition)
            entry = replace(_entry_of(TermEntry, known), condition=row.condition)
            contracts.change_term(known.id, entry, actor=self._actor)
        return known

    def _check_said(self, number: str, field: str, value: object, source: Source) -> None:
        """Raises Refused where another row told something else of the same."""
        if not value:
            return
        said, first = self._said.setdefault((number, field), (value, source))
        if said != value:
            raise Refused(TWICE, number=number, place=f"{first.file} {first.place}").at(field)


def _entry_of(kind: type[Any], row: Any) -> Any:
    return kind(**{name: getattr(row, name) for name in kind.__dataclass_fields__})
