"""The pages that say a recorded fact right or take it back, and show what is taken back and said anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from licensetrack.allocation.fold import Fact, Holder
from licensetrack.allocation.ledger import facts_of, standing_events
from licensetrack.allocation.life import correct_fact, drop_fact
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.queries import set_by_number
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import NotFound, Refused
from licensetrack.units.models import Unit
from licensetrack.web import change_words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import UNFIT, ActForm, perform
from licensetrack.web.change_forms import CorrectForm, TakeBackForm
from licensetrack.web.changes import seen_version
from licensetrack.web.chosen_unit import offered_units, unit_named
from licensetrack.web.foretelling import Foretold, foretell, set_in_hand

corrections = Blueprint("corrections", __name__, url_prefix="/corrections")

_DAYS = ("valid_until", "support_end")
_CHANGE = ("said_reason",)
FIELDS = {
    "issue": (
        "to", "cpus", "platform", "site", "edition", "fingerprint", "license_file", "valid_until", "support_end",
        "note",
    ),
    "import": (),
    "import_failed": _CHANGE,
    "accept": ("evidence", "acceptor"),
    "decline": _CHANGE,
    "expand": ("cpus", *_CHANGE),
    "shrink": ("cpus", *_CHANGE),
    "relocate": ("to", "platform", "site", *_CHANGE),
    "move": ("platform", "site", *_CHANGE),
    "replace_host": ("old_fingerprint", "fingerprint", *_CHANGE),
    "renew": ("valid_until", "support_end", *_CHANGE),
    "upgrade": ("edition", *_CHANGE),
    "return": _CHANGE,
    "revoke": _CHANGE,
    "void": _CHANGE,
}  # fmt: skip
"""What may be said anew of each act, besides its day."""
_OWN_NAMES = {"said_reason": "reason"}  # fields that are called otherwise than the detail, since a form has one reason


@corrections.get("/of/<int:position>/<path:number>")
@needs("allocation:set:correct")
def show(position: int, number: str) -> ResponseReturnValue:
    """A recorded fact in a form."""
    with reading() as db:
        fact = _fact(db, number, position)
        holder = db.get(Unit, fact.holder.unit_id) if fact.holder else None
    details = fact.details or {}
    known: dict[str, Any] = {name: details.get(_OWN_NAMES.get(name, name)) for name in FIELDS.get(fact.action, ())}
    known |= {name: dt.date.fromisoformat(known[name]) for name in _DAYS if known.get(name)}
    known |= {"on": fact.on, "cpus": abs(fact.cpus or 0) or None, "to": holder.name if holder else ""}
    return _page(position, number, _form(fact, known))


@corrections.post("/of/<int:position>/<path:number>")
@needs("allocation:set:correct")
def correct(position: int, number: str) -> ResponseReturnValue:
    """Says it right; with `look` only shows what that would change."""
    with reading() as db:
        fact = _fact(db, number, position)
    form = _form(fact, None)

    def act(db: Session, license_set: LicenseSet) -> object:
        right = _as_said(db, fact, form)
        if right == fact._replace(details=dict(fact.details or {})):
            raise Refused("Nothing is said differently.")
        return correct_fact(license_set, right, actor=actor(), reason=form["reason"].data, seen=seen_version(form))

    return _send(number, form, act, lambda foretold: _page(position, number, form, foretold))


@corrections.get("/take-back/<int:position>/<path:number>")
@needs("allocation:set:correct")
def show_take_back(position: int, number: str) -> ResponseReturnValue:
    """Asks why a fact never happened."""
    return _take_back_page(position, number, TakeBackForm(None))


@corrections.post("/take-back/<int:position>/<path:number>")
@needs("allocation:set:correct")
def take_back(position: int, number: str) -> ResponseReturnValue:
    """Takes it back; with `look` only shows what that would change."""
    form = TakeBackForm()

    def act(db: Session, license_set: LicenseSet) -> object:
        return drop_fact(license_set, position, actor=actor(), reason=form.reason.data, seen=seen_version(form))

    return _send(number, form, act, lambda foretold: _take_back_page(position, number, form, foretold))


def _send(
    number: str,
    form: ActForm,
    act: Callable[[Session, LicenseSet], object],
    page: Callable[[Foretold | None], str],
) -> ResponseReturnValue:
    if "look" in request.args:
        if form.validate_on_submit():
            try:
                return page(foretell(number, act))
            except Refused as refusal:
                form.tell(refusal)
        return page(None), UNFIT

    def done() -> str:
        with transaction() as db:
            act(db, set_in_hand(db, number)[0])
        return url_for("ledger.one_set", number=number, _anchor="life")

    return perform(form, done, lambda: page(None))


def _form(fact: Fact, known: dict[str, Any] | None) -> ActForm:
    """The form with the fields that a fact of this kind has."""
    form: ActForm = CorrectForm(None, **known) if known is not None else CorrectForm()
    wanted = {*FIELDS.get(fact.action, ()), "on", "reason", "once", "version", "csrf_token"}
    if fact.cpus is None:
        wanted.discard("cpus")  # a set of a product that is counted in sets
    for name in [field.name for field in form if field.name not in wanted]:
        del form[name]
    return form


def _as_said(db: Session, fact: Fact, form: ActForm) -> Fact:
    """The fact with what the form says; what the form does not know stays."""
    details = dict(fact.details or {})
    for name in FIELDS.get(fact.action, ()):
        if name not in form or name in ("to", "cpus"):
            continue
        value, key = form[name].data, _OWN_NAMES.get(name, name)
        text = value.isoformat() if isinstance(value, dt.date) else (value or "").strip()
        if text or key in details:
            details[key] = text
    cpus = fact.cpus
    if "cpus" in form:
        cpus = -form["cpus"].data if fact.action == "shrink" else form["cpus"].data
    holder = fact.holder
    if holder is not None and "to" in form:
        to = unit_named(db, form["to"].data or "", actor().scope)
        if to.id != holder.unit_id:
            holder = Holder(to.id, to.district, to.category)
    return fact._replace(on=form["on"].data, cpus=cpus, holder=holder, details=details)


def _fact(db: Session, number: str, position: int) -> Fact:
    row = set_by_number(db, number, actor().scope)
    fact = facts_of(standing_events(db, row.id)).get(position)
    if fact is None:
        raise NotFound("There is no such record.")
    return fact


def _page(position: int, number: str, form: ActForm, foretold: Foretold | None = None) -> str:
    with reading() as db:
        row, fact = set_by_number(db, number, actor().scope), _fact(db, number, position)
        fields = ("on", *(name for name in FIELDS.get(fact.action, ()) if name in form), "reason")
        units = offered_units(db, actor().scope, 0) if "to" in form else ()
        return render_template(
            "changes/correct.html", row=row, fact=fact, form=form, fields=fields, foretold=foretold, units=units,
            words=change_words,
        )  # fmt: skip


def _take_back_page(position: int, number: str, form: ActForm, foretold: Foretold | None = None) -> str:
    with reading() as db:
        row, fact = set_by_number(db, number, actor().scope), _fact(db, number, position)
        return render_template(
            "changes/take_back.html", row=row, fact=fact, form=form, foretold=foretold, words=change_words
        )
