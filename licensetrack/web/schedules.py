"""What runs when, on a page: each schedule in words, its next time and last result; run now, pause, another time."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from wtforms import StringField
from wtforms.validators import Length

from licensetrack.core.clock import now
from licensetrack.core.db import reading
from licensetrack.jobs import acts, leading, queries
from licensetrack.web import job_words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform

schedules = Blueprint("schedules", __name__, url_prefix="/schedules")


class TimeForm(ActForm):
    """Another time."""

    cron = StringField(lazy_gettext("Cron text"), [Length(max=100)])


@schedules.get("")
@needs("system:schedule:read")
def index() -> ResponseReturnValue:
    """Every schedule."""
    with reading() as db:
        rows, leads = queries.planned(db, now()), leading.leader(db)
        return render_template("jobs/schedules.html", rows=rows, leads=leads, words=job_words)


@schedules.get("/<name>")
@needs("system:schedule:read")
def one(name: str) -> ResponseReturnValue:
    """One schedule, its last jobs and what can be done with it."""
    form = TimeForm(formdata=None)
    with reading() as db:
        form.cron.data = queries.planned_one(db, acts.schedule_named(name), now()).cron
    return _page(name, form)


@schedules.post("/<name>/time")
@needs("system:schedule:change")
def change(name: str) -> ResponseReturnValue:
    """Gives it another time."""
    form = TimeForm()

    def act() -> str:
        acts.change_time(name, form.cron.data or "", actor=actor(), seen=form.seen)
        flash(gettext("The time is changed."))
        return url_for("schedules.one", name=name)

    return perform(form, act, lambda: _page(name, form), even_read_only=True)


@schedules.post("/<name>/run")
@needs("system:schedule:run")
def run(name: str) -> ResponseReturnValue:
    """Wants its job at once, and leads to it."""
    form = TimeForm()

    def act() -> str:
        return url_for("jobs.one", job_id=acts.run_now(name, actor=actor()).id)

    return perform(form, act, lambda: _page(name, form), even_read_only=True)


@schedules.post("/<name>/pause")
@needs("system:schedule:pause")
def pause(name: str) -> ResponseReturnValue:
    """Lets its times pass by."""
    form = TimeForm()

    def act() -> str:
        acts.pause_schedule(name, actor=actor(), seen=form.seen)
        return url_for("schedules.one", name=name)

    return perform(form, act, lambda: _page(name, form), even_read_only=True)


@schedules.post("/<name>/resume")
@needs("system:schedule:resume")
def resume(name: str) -> ResponseReturnValue:
    """Goes on with the next time."""
    form = TimeForm()

    def act() -> str:
        acts.resume_schedule(name, actor=actor(), seen=form.seen)
        return url_for("schedules.one", name=name)

    return perform(form, act, lambda: _page(name, form), even_read_only=True)


def _page(name: str, form: TimeForm) -> str:
    with reading() as db:
        one = queries.planned_one(db, acts.schedule_named(name), now())
        page = queries.page_of_jobs(db, queries.Wanted(schedule=name), 1, actor())
        if form.cron.data is None:
            form.cron.data = one.cron
        return render_template("jobs/schedule.html", one=one, page=page, form=form, words=job_words)
