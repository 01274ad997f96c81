"""Contracts: what they cost, promise and buy, what was paid for them, and how city and districts share them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from licensetrack.accounts.permissions import require_city
from licensetrack.core.db import reading
from licensetrack.exchange.spreadsheet_out import OutputColumn
from licensetrack.measures import money
from licensetrack.measures.cost_shares import CostShares, cost_shares
from licensetrack.measures.question import Question, percent
from licensetrack.procurement import contracts as kept
from licensetrack.procurement import lines, projects
from licensetrack.procurement.contract_models import Contract
from licensetrack.procurement.contracts import CHANGE, REGISTER
from licensetrack.web import bought_words, wording
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import perform
from licensetrack.web.asked import as_of, known_at
from licensetrack.web.contract_forms import ContractForm
from licensetrack.web.exports import export_table, record_download

contracts = Blueprint("contracts", __name__, url_prefix="/contracts")

READ = "procurement:read"


@contracts.get("")
@needs(READ)
def index() -> ResponseReturnValue:
    """All contracts with what was paid for each."""
    require_city(actor(), READ)
    with reading() as db:
        return render_template(
            "budget/contracts.html",
            rows=kept.contracts(db),
            paid=_paid(money.all_entries(db, Question(as_of(), known_at()))),
            projects={one.id: one for one in projects.projects(db)},
            words=bought_words,
        )


@contracts.get("/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export(form: str) -> Response:
    """All contracts as a file."""
    require_city(actor(), READ)
    with reading() as db:
        paid = _paid(money.all_entries(db, Question(as_of(), known_at())))
        codes = {one.id: one.code for one in projects.projects(db)}
        rows: list[list[object]] = [
            [one.number, one.name, one.supplier, codes.get(one.project_id or 0, ""), one.amount,
             paid.get(one.id, Decimal(0)), one.signed_on, one.starts_on, one.ends_on, one.note]
            for one in kept.contracts(db)
        ]  # fmt: skip
    record_download("exchange:export", "list:contracts", format=form)
    words = bought_words.CONTRACT
    texts = [OutputColumn(str(words[name])) for name in ("number", "name", "supplier")]
    return export_table(form, gettext("Contracts"), [
        *texts, OutputColumn(str(bought_words.PROJECT["code"])), OutputColumn(str(words["amount"]), "money"),
        OutputColumn(gettext("Paid (yuan)"), "money"),
        *(OutputColumn(str(words[name]), "day") for name in ("signed_on", "starts_on", "ends_on")),
        OutputColumn(str(words["note"])),
    ], rows)  # fmt: skip


@contracts.get("/new")
@needs(REGISTER)
def new() -> ResponseReturnValue:
    """Where a contract is registered."""
    return _form_page(ContractForm(None))


@contracts.post("/new")
@needs(REGISTER)
def register() -> ResponseReturnValue:
    """Registers a contract."""
    form = _offering(ContractForm())

    def act() -> str:
        return _address(kept.register_contract(form.entry(), actor=actor()).id)

    return perform(form, act, lambda: _form_page(form))


@contracts.get("/<int:contract_id>")
@needs(READ)
def one(contract_id: int) -> ResponseReturnValue:
    """One contract: its payments, due and made, and what it buys."""
    contract, asked = _contract(contract_id), Question(as_of(), known_at())
    with reading() as db:
        entries = [one for one in money.all_entries(db, asked) if one.contract_id == contract_id]
        terms = kept.terms(db, contract_id)
        return render_template(
            "budget/contract.html",
            contract=contract,
            asked=asked,
            entries=entries,
            paid=money.paid(entries),
            total_paid=_paid(entries).get(contract_id, Decimal(0)),
            terms=terms,
            lines=lines.lines(db, contract_id),
            loose=lines.lines(db, None),
            about={
                "projects": {one.id: one for one in projects.projects(db)},
                "contracts": {contract_id: contract},
                "terms": {one.id: one for one in terms},
            },
            words=bought_words,
        )


@contracts.get("/<int:contract_id>/edit")
@needs(CHANGE)
def edit(contract_id: int) -> ResponseReturnValue:
    """Where a contract is changed."""
    form = ContractForm(None)
    form.fill(_contract(contract_id))
    form.project_id.data = form.project_id.data or 0
    return _form_page(form, contract_id)


@contracts.post("/<int:contract_id>/edit")
@needs(CHANGE)
def change(contract_id: int) -> ResponseReturnValue:
    """Changes what a contract says."""
    form = _offering(ContractForm())

    def act() -> str:
        kept.change_contract(contract_id, form.entry(), actor=actor(), seen=form.seen)
        return _address(contract_id)

    return perform(form, act, lambda: _form_page(form, contract_id))


@contracts.get("/<int:contract_id>/shares")
@needs(READ)
def shares(contract_id: int) -> ResponseReturnValue:
    """How city and districts share the contract, by what they held on a day."""
    contract, asked = _contract(contract_id), Question(as_of(), known_at())
    with reading() as db:
        found = cost_shares(db, asked, contract_id)
        return render_template(
            "budget/shares.html", contract=contract, asked=asked, found=found, percent=percent, words=bought_words
        )


@contracts.get("/<int:contract_id>/shares/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export_shares(contract_id: int, form: str) -> Response:
    """The shares as a file."""
    contract, asked = _contract(contract_id), Question(as_of(), known_at())
    with reading() as db:
        found = cost_shares(db, asked, contract_id)
    record_download("exchange:export", f"contract:{contract.number}", format=form, as_of=asked.as_of)
    title = f"{gettext('Cost shares')} {contract.number} {asked.as_of.isoformat()}"
    return export_table(form, title, *_share_table(found))


def _share_table(found: CostShares) -> tuple[list[OutputColumn], list[list[object]]]:
    columns = [OutputColumn(gettext("City or district"))]
    for line in found.lines:
        product = wording.word(wording.PRODUCTS, line.line.product)
        unit = str(bought_words.METRICS[line.metric])
        columns.append(OutputColumn(f"{product} {unit}", "whole"))
        columns.append(OutputColumn(gettext("%(product)s (yuan)", product=product), "money"))
    columns.append(OutputColumn(gettext("Share of the total (percent)"), "money"))
    columns.append(OutputColumn(gettext("Share (yuan)"), "money"))
    rows: list[list[object]] = []
    for name, share in found.by_district.items():
        cells = [cell for line in found.lines for cell in (line.held.get(name, 0), line.shares.get(name, Decimal(0)))]
        rows.append([name, *cells, percent(share, found.amount), share])
    if found.undivided:
        open_ones = [cell for line in found.lines for cell in (0, line.undivided)]
        rows.append([gettext("Not shared yet"), *open_ones, percent(found.undivided, found.amount), found.undivided])
    sums = [cell for line in found.lines for cell in (line.total, line.line.amount)]
    return columns, [*rows, [gettext("Total"), *sums, percent(found.amount, found.amount), found.amount]]


def _contract(contract_id: int) -> Contract:
    require_city(actor(), READ)
    with reading() as db:
        return kept.contract(db, contract_id)


def _paid(entries: Any) -> dict[int, Decimal]:
    sums: dict[int, Decimal] = {}
    for (contract_id, _), amount in money.paid(entries).items():
        if contract_id is not None:
            sums[contract_id] = sums.get(contract_id, Decimal(0)) + amount
    return sums


def _offering(form: Any) -> Any:
    with reading() as db:
        form.offer(db)
    return form


def _address(contract_id: int) -> str:
    return url_for("contracts.one", contract_id=contract_id)


def _form_page(form: ContractForm, contract_id: int | None = None) -> str:
    contract = None if contract_id is None else _contract(contract_id)
    return render_template("budget/contract_form.html", form=_offering(form), contract=contract)
