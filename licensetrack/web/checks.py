"""The history of checks, and the way back to writing after a red one."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from wtforms import IntegerField
from wtforms.validators import InputRequired

from licensetrack.core.db import reading
from licensetrack.core.pages import turn
from licensetrack.core.read_only import standing_period
from licensetrack.jobs.acts import check_now
from licensetrack.verify import history, nightly
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.digits import page_asked
from licensetrack.web.fields import reason_field

checks = Blueprint("checks", __name__, url_prefix="/checks")

PAGE_SIZE = 50
KINDS = {history.BOOKS: lazy_gettext("Books"), history.FILES: lazy_gettext("Files")}


class ReleaseForm(ActForm):
    """Why everybody may write again."""

    period = IntegerField(validators=[InputRequired()])
    reason = reason_field(lazy_gettext("What was broken, and how it was put right"))


@checks.get("")
@needs("system:check:read")
def index() -> ResponseReturnValue:
    """When was checked, how long, how much, and what was broken."""
    return _index(ActForm(None), ReleaseForm(None))


@checks.get("/<int:run_id>")
@needs("system:check:read")
def one(run_id: int) -> ResponseReturnValue:
    """One check, with examples of what broke each invariant."""
    with reading() as db:
        return render_template("checks/one.html", run=history.check_run(db, run_id), KINDS=KINDS)


@checks.post("/now")
@needs("system:check:run")
def now() -> ResponseReturnValue:
    """Asks for whole checks of books and files; a worker makes them."""
    form = ActForm()

    def act() -> str:
        check_now(actor=actor())
        flash(gettext("The checks are on their way; look again in a moment."))
        return url_for("checks.index")

    return perform(form, act, lambda: _index(form, ReleaseForm(None)), even_read_only=True)


@checks.post("/release")
@needs("system:read_only:release")
def release() -> ResponseReturnValue:
    """Lets everybody write again."""
    form = ReleaseForm()

    def act() -> str:
        nightly.release(form.period.data, form.reason.data or "", actor=actor())
        flash(gettext("Everybody may write again."))
        return url_for("checks.index")

    return perform(form, act, lambda: _index(ActForm(None), form), even_read_only=True)


def _index(asked: ActForm, form: ReleaseForm) -> str:
    with reading() as db:
        place = turn(page_asked(), history.how_many(db), PAGE_SIZE)
        period = standing_period(db)
        return render_template(
            "checks/index.html",
            rows=history.check_runs(db, most=PAGE_SIZE, start=place.before),
            page=place.page,
            last=place.last,
            period=period,
            lacking=[str(KINDS[kind]) for kind in nightly.lacking(db, period)] if period else [],
            asked=asked,
            form=form,
            KINDS=KINDS,
        )
