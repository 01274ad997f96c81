"""The forms of a budget entry: what a paper states, and why an entry is taken back or corrected."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from licensetrack.core.clock import today
from licensetrack.handover.file_kinds import check_scan
from licensetrack.procurement import contracts, projects
from licensetrack.procurement.budgets import KINDS, BudgetLine, Paper, line_of
from licensetrack.procurement.models import BudgetEntry
from licensetrack.procurement.rules import check_approval
from licensetrack.web import bought_words, wording
from licensetrack.web.acts import ActForm
from licensetrack.web.fields import MoneyField, day_field, reason_field, text_field

OF_CONTRACT, OF_TERM = "contract", "term"


class EntryForm(ActForm):
    """One line of the budget ledger."""

    kind = SelectField(lazy_gettext("Type"), choices=[SelectChoice(kind, wording.BUDGET_KINDS[kind]) for kind in KINDS])
    on = day_field(lazy_gettext("Date"))
    amount = MoneyField(lazy_gettext("Amount (yuan)"), [InputRequired()])
    voucher = text_field(lazy_gettext("Voucher"), 80, needed=True)
    approval = text_field(lazy_gettext("Approval number"), 80)
    source = SelectField(
        lazy_gettext("Source of funds"), choices=[SelectChoice(*one) for one in bought_words.SOURCES.items()]
    )
    project_id = SelectField(lazy_gettext("Project"), coerce=int)
    contract_id = SelectField(lazy_gettext("Contract and payment"))
    summary = text_field(lazy_gettext("Summary"), 200)
    paper = FileField(lazy_gettext("Voucher as a scan (PDF, OFD, JPG or PNG, at most 20 MB)"))

    def offer(self, db: Session) -> None:
        """The projects, contracts and payments that the entry may be for."""
        self.project_id.choices = [
            SelectChoice(0, lazy_gettext("No project, or that of the contract")),
            *(SelectChoice(one.id, f"{one.year} · {one.code} {one.name}") for one in projects.projects(db)),
        ]
        of_contract: dict[int, list[SelectChoice]] = {}
        for term in contracts.terms(db):
            of_contract.setdefault(term.contract_id, []).append(SelectChoice(f"{OF_TERM}:{term.id}", term.label))
        choices = [SelectChoice("", lazy_gettext("No contract"))]
        for one in contracts.contracts(db):
            known = f"{one.number} {one.supplier}".strip()
            choices.append(SelectChoice(f"{OF_CONTRACT}:{one.id}", known))
            for term in of_contract.get(one.id, ()):
                choices.append(SelectChoice(term.value, f"{one.number} · {term.label}"))
        self.contract_id.choices = choices

    def fill(self, entry: BudgetEntry) -> None:
        """Shows a recorded entry."""
        line = line_of(entry)
        for name in ("kind", "on", "amount", "voucher", "approval", "source", "summary"):
            self._fields[name].data = getattr(line, name)
        self.project_id.data = line.project_id or 0
        if line.term_id is not None:
            self.contract_id.data = f"{OF_TERM}:{line.term_id}"
        elif line.contract_id is not None:
            self.contract_id.data = f"{OF_CONTRACT}:{line.contract_id}"

    def line(self) -> BudgetLine:
        """What was typed. Raises Refused for an adjustment without the number of what ordered it."""
        chosen, _, number = (self.contract_id.data or "").partition(":")
        approval = (self.approval.data or "").strip()
        check_approval(self.kind.data, approval)
        return BudgetLine(
            self.kind.data, self.on.data or today(), self.amount.data or Decimal(0), (self.voucher.data or "").strip(),
            (self.summary.data or "").strip(), self.source.data or "", approval, self.project_id.data or None,
            int(number) if chosen == OF_CONTRACT else None, int(number) if chosen == OF_TERM else None,
        )  # fmt: skip

    def scan(self) -> Paper | None:
        """The paper that came along. Raises Refused for what is no scan."""
        file = self.paper.data
        if not isinstance(file, FileStorage) or not file.filename:
            return None
        file.stream.seek(0)
        content = file.stream.read()
        check_scan(content, "paper")
        return Paper(file.filename, content)


class CorrectionForm(EntryForm):
    """An entry put right."""

    reason = reason_field(lazy_gettext("Reason"))


class ReversalForm(ActForm):
    """Why an entry is taken back."""

    reason = reason_field(lazy_gettext("Reason"))
