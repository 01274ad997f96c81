"""Entitlements: how much of what was bought is used, under which cap; the cap is changed, consents asked and given."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from sqlalchemy import select
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from licensetrack.allocation.consents import ask_consent, confirm_consent, consents, decline_consent, withdraw_consent
from licensetrack.allocation.models import CapConsent
from licensetrack.core.db import reading
from licensetrack.procurement.caps import PERMISSION, cap_changes, change_cap
from licensetrack.procurement.queries import entitlement, entitlements
from licensetrack.units.models import Unit
from licensetrack.units.queries import units
from licensetrack.web import cap_words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.fields import WholeField, reason_field

bought = Blueprint("entitlements", __name__, url_prefix="/entitlements")


class CapForm(ActForm):
    """Another cap."""

    rule = SelectField(lazy_gettext("Cap rule"), choices=[SelectChoice(*one) for one in cap_words.RULES.items()])
    cap_cpus = WholeField(lazy_gettext("Cap in CPUs"))
    cap_sets = WholeField(lazy_gettext("Cap in sets"))
    reason = reason_field(lazy_gettext("Reason"))


class ConsentForm(ActForm):
    """A wish to go above a soft cap."""

    unit = SelectField(lazy_gettext("For which unit"), coerce=int)
    sets = WholeField(lazy_gettext("Sets at the most"), [InputRequired()], default=1)
    cpus = WholeField(lazy_gettext("CPUs at the most"), [InputRequired()])
    why = reason_field(lazy_gettext("Reason"))


class AnswerForm(ActForm):
    """The second person's no; a yes needs no words."""

    answer = reason_field(lazy_gettext("Reason"))


class PlainForm(ActForm):
    """A button."""


@bought.get("")
@needs("procurement:read")
def index() -> ResponseReturnValue:
    """Every entitlement with what is used of it, and the consents that wait for a second person."""
    with reading() as db:
        rows = entitlements(db)
        open_ones = consents(db, stages=("asked",))
        return render_template(
            "issuing/entitlements.html",
            rows=rows,
            by_id={row.id: row for row in rows},
            waiting=open_ones,
            units=_names(db, open_ones),
            words=cap_words,
        )


@bought.get("/<int:entitlement_id>")
@needs("procurement:read")
def one(entitlement_id: int) -> ResponseReturnValue:
    """One entitlement: its use, the history of its cap, its consents."""
    return _page(entitlement_id)


@bought.post("/<int:entitlement_id>/cap")
@needs(PERMISSION)
def change(entitlement_id: int) -> ResponseReturnValue:
    """Gives it another cap."""
    form = CapForm()

    def act() -> str:
        change_cap(
            entitlement_id, rule=form.rule.data, cap_sets=form.cap_sets.data, cap_cpus=form.cap_cpus.data,
            reason=form.reason.data, actor=actor(), seen=form.seen,
        )  # fmt: skip
        return url_for("entitlements.one", entitlement_id=entitlement_id)

    return perform(form, act, lambda: _page(entitlement_id, cap=form))


@bought.post("/<int:entitlement_id>/consents")
@needs("allocation:cap:ask")
def ask(entitlement_id: int) -> ResponseReturnValue:
    """Asks for a second person's consent."""
    form = _consent_form()

    def act() -> str:
        ask_consent(
            entitlement_id, sets=form.sets.data or 0, cpus=form.cpus.data or 0, reason=form.why.data, actor=actor(),
            unit_id=form.unit.data or None,
        )  # fmt: skip
        return url_for("entitlements.one", entitlement_id=entitlement_id, _anchor="consents")

    return perform(form, act, lambda: _page(entitlement_id, wish=form))


@bought.post("/consents/<int:consent_id>/confirm")
@needs("allocation:cap:confirm")
def confirm(consent_id: int) -> ResponseReturnValue:
    """The second person says yes."""
    return _answered(consent_id, PlainForm(), lambda: confirm_consent(consent_id, actor=actor()))


@bought.post("/consents/<int:consent_id>/decline")
@needs("allocation:cap:confirm")
def decline(consent_id: int) -> ResponseReturnValue:
    """The second person says no, and why."""
    form = AnswerForm()
    return _answered(
        consent_id, form, lambda: decline_consent(consent_id, actor=actor(), reason=form.answer.data or "")
    )


@bought.post("/consents/<int:consent_id>/withdraw")
@needs("allocation:cap:ask")
def withdraw(consent_id: int) -> ResponseReturnValue:
    """What is no longer needed is taken back."""
    return _answered(consent_id, PlainForm(), lambda: withdraw_consent(consent_id, actor=actor()))


def _answered(consent_id: int, form: ActForm, verb: Any) -> ResponseReturnValue:
    with reading() as db:
        known = db.get(CapConsent, consent_id)
        entitlement_id = 0 if known is None else known.entitlement_id

    def act() -> str:
        verb()
        return url_for("entitlements.one", entitlement_id=entitlement_id, _anchor="consents")

    return perform(form, act, lambda: _page(entitlement_id, answer=form, answered=consent_id))


def _consent_form() -> ConsentForm:
    form = ConsentForm()
    with reading() as db:
        known = [SelectChoice(unit.id, f"{unit.name}（{unit.code}）") for unit in units(db)]
    form.unit.choices = [SelectChoice(0, str(lazy_gettext("any (for a load of ledgers)"))), *known]
    return form


def _page(
    entitlement_id: int,
    *,
    cap: CapForm | None = None,
    wish: ConsentForm | None = None,
    answer: ActForm | None = None,
    answered: int = 0,
) -> str:
    with reading() as db:
        row = entitlement(db, entitlement_id)
        changes, asked = cap_changes(db, entitlement_id), consents(db, entitlement_id)
        return render_template(
            "issuing/entitlement.html",
            row=row,
            changes=changes,
            consents=asked,
            units=_names(db, asked),
            cap=cap or CapForm(None, rule=row.cap_rule, cap_cpus=row.cap_cpus, cap_sets=row.cap_sets),
            version=changes[0].id if changes else 0,
            wish=wish or _consent_form(),
            answer=answer or AnswerForm(None),
            answered=answered,
            plain=PlainForm(None),
            words=cap_words,
        )


def _names(db: Any, asked: Any) -> dict[int, str]:
    ids = {one.unit_id for one in asked if one.unit_id is not None}
    return dict(db.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))).all())
