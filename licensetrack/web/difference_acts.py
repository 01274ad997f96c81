"""What is done with a difference: worked off in the ledger, bound to what was done there, explained, waived."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.allocation.models import LicenseSet
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Refused
from licensetrack.inventory import differences as verbs
from licensetrack.inventory import queries
from licensetrack.inventory.models import Difference
from licensetrack.inventory.working_off import bind_event, work_off
from licensetrack.units.models import Unit
from licensetrack.web import inventory_forms as forms
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, ReasonForm, perform
from licensetrack.web.chosen_unit import unit_named
from licensetrack.web.differences import page

difference_acts = Blueprint("difference_acts", __name__, url_prefix="/inventory/differences")


@difference_acts.post("/<int:difference_id>/work-off")
@needs("inventory:difference:work_off")
def correct(difference_id: int) -> ResponseReturnValue:
    """A correcting act of the ledger, and the difference bound to it."""
    form = forms.WorkOffForm()

    def act(found: Difference) -> None:
        with transaction() as db:
            license_set = _set(db, form.number.data or "")
            correction = form.correction(_to(db, form, found))
            work_off(found, license_set, correction, actor=actor(), seen=form.seen)

    return _step(difference_id, "", form, act)


@difference_acts.post("/<int:difference_id>/bind")
@needs("inventory:difference:work_off")
def bind(difference_id: int) -> ResponseReturnValue:
    """What was done in the ledger already is bound to the difference."""
    form = forms.BindForm()

    def act(found: Difference) -> None:
        with transaction() as db:
            license_set = _set(db, form.number.data or "")
            bind_event(found, license_set, actor=actor(), note=form.note.data or "", seen=form.seen)

    return _step(difference_id, "bind", form, act)


@difference_acts.post("/<int:difference_id>/explain")
@needs("inventory:difference:explain")
def explain(difference_id: int) -> ResponseReturnValue:
    """Says what is known of it."""
    form = forms.ExplainForm()
    return _step(difference_id, "explain", form, lambda found: verbs.explain_difference(
        found, actor=actor(), note=form.note.data or "", seen=form.seen))  # fmt: skip


@difference_acts.post("/<int:difference_id>/waive")
@needs("inventory:difference:waive")
def waive(difference_id: int) -> ResponseReturnValue:
    """Waives it with a paper, or asks a second person."""
    form = forms.WaiveForm()

    def act(found: Difference) -> None:
        sent = form.paper.data
        paper = (sent.filename or "", sent.read()) if sent else None
        verbs.waive_difference(
            found, actor=actor(), until=form.until.data, reason=form.reason.data or "", paper=paper, seen=form.seen
        )  # fmt: skip

    return _step(difference_id, "waive", form, act)


@difference_acts.post("/<int:difference_id>/confirm")
@needs("inventory:difference:confirm")
def confirm(difference_id: int) -> ResponseReturnValue:
    """A second person confirms the waiver."""
    form = forms.AnswerForm()
    return _step(difference_id, "confirm", form, lambda found: verbs.confirm_waiver(
        found, actor=actor(), note=form.reason.data or "", seen=form.seen))  # fmt: skip


@difference_acts.post("/<int:difference_id>/decline")
@needs("inventory:difference:decline")
def decline(difference_id: int) -> ResponseReturnValue:
    """A second person declines the waiver."""
    form = ReasonForm()
    return _step(difference_id, "decline", form, lambda found: verbs.decline_waiver(
        found, actor=actor(), reason=form.reason.data or "", seen=form.seen))  # fmt: skip


def _step(difference_id: int, name: str, form: ActForm, verb: Callable[[Difference], object]) -> ResponseReturnValue:
    """One step; refused, the page is shown again with the reason at its form (named by its act without a name)."""
    with reading() as db:
        found = queries.difference(db, difference_id, actor().scope)
        db.expunge(found)

    def act() -> str:
        verb(found)
        return url_for("differences.one", difference_id=found.id)

    return perform(form, act, lambda: page(difference_id, {name or form["action"].data: form}))


def _set(db: Session, number: str) -> LicenseSet:
    found = db.scalars(select(LicenseSet).where(LicenseSet.number == number.strip())).first()
    if found is None or not _sees(db, found):
        raise Refused("There is no licence set %(number)s.", number=number.strip()[:40]).at("number")
    return found


def _sees(db: Session, license_set: LicenseSet) -> bool:
    unit = db.get_one(Unit, license_set.unit_id)
    return actor().scope.covers(district=unit.district, unit_id=unit.id)


def _to(db: Session, form: forms.WorkOffForm, found: Difference) -> Unit | None:
    """The unit that takes a set over: the one that was named, or the one where something runs without a set."""
    if form.action.data != "relocate":
        return None
    if form.to.data:
        return unit_named(db, form.to.data, actor().scope)
    return db.get(Unit, found.unit_id) if found.kind == "only_theirs" and found.unit_id else None
