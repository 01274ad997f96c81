"""Service levels: what is promised from which day on, the working days that count, who works for which firm."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import Refused
from licensetrack.support.kinds import kinds, severities
from licensetrack.support.limits import (
    Promise,
    engineers,
    lines,
    load_year,
    record_limit,
    set_firm,
    working_days,
)
from licensetrack.web import service_words as words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.fields import WholeField, day_field, text_field

service_levels = Blueprint("service_levels", __name__, url_prefix="/service-levels")

LARGEST = 64 * 1024


class LimitForm(ActForm):
    """A line of the service levels; limits in minutes."""

    severity = SelectField(lazy_gettext("Severity of the order"))
    kind = SelectField(lazy_gettext("Kind of service"), default="")
    valid_from = day_field(lazy_gettext("In force from"))
    answer = WholeField(lazy_gettext("To answer, minutes"))
    arrive = WholeField(lazy_gettext("To be on site, minutes"))
    restore = WholeField(lazy_gettext("To restore, minutes"))
    hours = text_field(lazy_gettext("Hours of a working day"), 120)
    note = text_field(lazy_gettext("Note"), 200)

    def prepare(self) -> LimitForm:
        """Puts the lists in."""
        self.severity.choices = words.options(severities())
        self.kind.choices = [SelectChoice("", gettext("All kinds")), *words.options(kinds())]
        return self


class YearForm(ActForm):
    """The working days of a year, typed or as a file."""

    content = TextAreaField(lazy_gettext("Working days of a year"), [Length(max=LARGEST)])
    file = FileField(lazy_gettext("Or its file"))

    def text(self) -> str:
        """What was sent. Raises Refused."""
        sent = self.file.data
        if isinstance(sent, FileStorage) and sent.filename:
            sent.stream.seek(0)
            try:
                return sent.stream.read(LARGEST).decode("utf-8-sig")
            except UnicodeDecodeError:
                raise Refused("The file can not be read: %(reason)s", reason="UTF-8").at("file") from None
        return self.content.data or ""


class FirmForm(ActForm):
    """Who works for which firm."""

    login = StringField(lazy_gettext("Engineer"), [InputRequired(), Length(max=80)])
    firm = StringField(lazy_gettext("Firm"), [Length(max=80)])


@service_levels.get("")
@needs("support:order:read")
def page() -> ResponseReturnValue:
    """All lines, the calendars, the engineers."""
    return _page()


@service_levels.post("/limits")
@needs("support:limit:record")
def record() -> ResponseReturnValue:
    """States a line."""
    form = LimitForm().prepare()

    def act() -> str:
        promise = Promise(form.answer.data, form.arrive.data, form.restore.data, (form.hours.data or "").strip())
        record_limit(
            form.severity.data, promise, actor=actor(), valid_from=form.valid_from.data, kind=form.kind.data or "",
            note=form.note.data or "",
        )  # fmt: skip
        return url_for("service_levels.page")

    return perform(form, act, lambda: _page(limit=form))


@service_levels.post("/calendars")
@needs("support:calendar:load")
def load() -> ResponseReturnValue:
    """Loads a year's working days."""
    form = YearForm()

    def act() -> str:
        load_year(form.text(), actor=actor())
        return url_for("service_levels.page", _anchor="calendars")

    return perform(form, act, lambda: _page(year=form))


@service_levels.post("/engineers")
@needs("support:engineer:place")
def place() -> ResponseReturnValue:
    """Says for which firm an engineer works."""
    form = FirmForm()

    def act() -> str:
        set_firm(form.login.data or "", form.firm.data or "", actor=actor())
        return url_for("service_levels.page", _anchor="engineers")

    return perform(form, act, lambda: _page(firm=form))


def _page(limit: LimitForm | None = None, year: YearForm | None = None, firm: FirmForm | None = None) -> str:
    with reading() as db:
        days = working_days(db)
        return render_template(
            "service/levels.html",
            lines=lines(db),
            years=[days.years[number] for number in sorted(days.years, reverse=True)],
            lacking=[number for number in (today().year, today().year + 1) if number not in days.years],
            people=engineers(db),
            limit=limit or LimitForm(None, valid_from=today()).prepare(),
            year=year or YearForm(None),
            firm=firm or FirmForm(None),
            words=words,
        )
