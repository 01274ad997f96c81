"""Reminders that were told, and the limits after which something is told."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from wtforms.validators import InputRequired

from licensetrack.core.clock import today
from licensetrack.core.columns import canonical_json
from licensetrack.core.db import reading
from licensetrack.core.digests import digest
from licensetrack.core.errors import Conflict
from licensetrack.reminders import queries
from licensetrack.reminders.limits import CHANGE, DAYS_OF_YEAR, DEFAULTS, change_limits
from licensetrack.reminders.limits import limits as present_limits
from licensetrack.web import reminder_words as words
from licensetrack.web.access import actor, needs, signed_in
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.asked import as_of
from licensetrack.web.digits import page_asked
from licensetrack.web.fields import WholeField

reminders = Blueprint("reminders", __name__, url_prefix="/reminders")


class LimitsForm(ActForm):
    """One field for each limit."""


for _name in DEFAULTS:
    setattr(LimitsForm, _name, WholeField(words.LIMITS[_name], [InputRequired()]))


@reminders.get("")
@signed_in
def index() -> ResponseReturnValue:
    """What the visitor was told, the newest first."""
    visitor = actor()
    heard = queries.kinds_heard(visitor.role)
    kind = request.args.get("kind", "")
    told_on = as_of(request.args["told_on"]) if request.args.get("told_on") else None
    with reading() as db:
        page = queries.page_of_reminders(
            db, visitor, today(), kind=kind if kind in heard else "", told_on=told_on, page=page_asked()
        )
        return render_template(
            "reminders/index.html",
            page=page,
            words=words,
            heard=heard,
            kind=kind,
            told_on=told_on,
            today=today(),
            options=[(name, words.KINDS[name]) for name in heard],
        )


@reminders.get("/limits")
@needs(CHANGE)
def show_limits() -> ResponseReturnValue:
    """The limits as they hold."""
    with reading() as db:
        held = present_limits(db)
    return _limits(LimitsForm(None, **held), held)


@reminders.post("/limits")
@needs(CHANGE)
def limits() -> ResponseReturnValue:
    """Decides them anew."""
    form = LimitsForm()
    with reading() as db:
        held = present_limits(db)

    def act() -> str:
        if form.version.data and form.version.data != mark(held):
            raise Conflict("Somebody else changed the limits meanwhile. Please look at them again.")
        change_limits({name: form[name].data for name in DEFAULTS}, actor=actor(), seen=held)
        flash(gettext("The limits are changed."))
        return url_for("reminders.show_limits")

    return perform(form, act, lambda: _limits(form, held))


def mark(held: dict[str, int]) -> str:
    """A word that differs when the limits do."""
    return digest(canonical_json(held), "sha256")[:16]


def _limits(form: Any, held: dict[str, int]) -> str:
    return render_template(
        "reminders/limits.html", form=form, mark=mark(held), names=list(DEFAULTS), days_of_year=DAYS_OF_YEAR
    )
