"""The parts of a contract, each on a form of its own: a payment that it promises, an entitlement that it buys."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from licensetrack.accounts.permissions import require_city
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.procurement import contracts, lines
from licensetrack.procurement.contract_models import PaymentTerm
from licensetrack.procurement.contracts import CHANGE
from licensetrack.procurement.models import Entitlement
from licensetrack.procurement.queries import entitlement
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import perform
from licensetrack.web.contract_forms import LineForm, NewLineForm, PartForm, TermForm

contract_parts = Blueprint("contract_parts", __name__, url_prefix="/contracts/<int:contract_id>")


@contract_parts.get("/terms/new")
@needs(CHANGE)
def new_term(contract_id: int) -> ResponseReturnValue:
    """Where a payment is added."""
    return _page(contract_id, TermForm(None), gettext("Add a payment"))


@contract_parts.post("/terms/new")
@needs(CHANGE)
def add_term(contract_id: int) -> ResponseReturnValue:
    """Adds a payment to those that the contract promises."""
    form = TermForm()
    return _do(
        contract_id, form, gettext("Add a payment"),
        lambda: contracts.add_term(contract_id, form.entry(), actor=actor()),
    )  # fmt: skip


@contract_parts.get("/terms/<int:term_id>")
@needs(CHANGE)
def edit_term(contract_id: int, term_id: int) -> ResponseReturnValue:
    """Where a payment is changed."""
    form = TermForm(None)
    form.fill(_term(contract_id, term_id))
    return _page(contract_id, form, gettext("Change the payment"))


@contract_parts.post("/terms/<int:term_id>")
@needs(CHANGE)
def change_term(contract_id: int, term_id: int) -> ResponseReturnValue:
    """Changes what the contract promises about a payment."""
    form = TermForm()
    return _do(
        contract_id, form, gettext("Change the payment"),
        lambda: contracts.change_term(_term(contract_id, term_id).id, form.entry(), actor=actor()),
    )  # fmt: skip


@contract_parts.get("/lines/new")
@needs(CHANGE)
def new_line(contract_id: int) -> ResponseReturnValue:
    """Where an entitlement is added."""
    return _page(contract_id, _offering(NewLineForm(None)), gettext("Add an entitlement"))


@contract_parts.post("/lines/new")
@needs(CHANGE)
def add_line(contract_id: int) -> ResponseReturnValue:
    """Adds an entitlement that the contract buys."""
    form = _offering(NewLineForm())
    return _do(
        contract_id, form, gettext("Add an entitlement"),
        lambda: lines.add_line(contract_id, form.product.data, form.entry(), actor=actor()),
    )  # fmt: skip


@contract_parts.get("/lines/<int:entitlement_id>")
@needs(CHANGE)
def edit_line(contract_id: int, entitlement_id: int) -> ResponseReturnValue:
    """Where it is told what the contract buys with an entitlement."""
    form = LineForm(None)
    form.fill(_line(contract_id, entitlement_id))
    return _page(contract_id, form, gettext("What the contract buys"))


@contract_parts.post("/lines/<int:entitlement_id>")
@needs(CHANGE)
def change_line(contract_id: int, entitlement_id: int) -> ResponseReturnValue:
    """Says anew what the contract buys with an entitlement; one without a contract joins it."""
    form = LineForm()
    return _do(
        contract_id, form, gettext("What the contract buys"),
        lambda: lines.change_line(entitlement_id, contract_id, form.entry(), actor=actor()),
    )  # fmt: skip


def _term(contract_id: int, term_id: int) -> PaymentTerm:
    with reading() as db:
        found = next((one for one in contracts.terms(db, contract_id) if one.id == term_id), None)
    if found is None:
        raise NotFound("There is no such record.")
    return found


def _line(contract_id: int, entitlement_id: int) -> Entitlement:
    with reading() as db:
        found = entitlement(db, entitlement_id)
    if found.contract_id not in (None, contract_id):
        raise NotFound("There is no such record.")
    return found


def _offering(form: NewLineForm) -> NewLineForm:
    with reading() as db:
        form.offer(db)
    return form


def _do(contract_id: int, form: PartForm, title: str, verb: Callable[[], object]) -> ResponseReturnValue:
    def act() -> str:
        verb()
        return url_for("contracts.one", contract_id=contract_id)

    return perform(form, act, lambda: _page(contract_id, form, title))


def _page(contract_id: int, form: PartForm, title: str) -> str:
    require_city(actor(), CHANGE)
    with reading() as db:
        contract = contracts.contract(db, contract_id)
    return render_template("budget/part_form.html", form=form, title=title, contract=contract)
