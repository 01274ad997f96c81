"""Monitorings to look at: the list, one with its figures, lights and steps, and its forms to take away."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from licensetrack.core.clock import end_of_month_before, month_end, today
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound, Refused
from licensetrack.performance import monitoring_queries as queries
from licensetrack.performance.differences import differences
from licensetrack.performance.goals import declarable, declared
from licensetrack.performance.monitoring import draft_monitoring
from licensetrack.performance.monitoring_composing import gaps
from licensetrack.performance.monitoring_models import Monitoring
from licensetrack.performance.monitoring_sheet import MonitoringSheet
from licensetrack.performance.monitoring_stages import DRAFT, MENDED, OPEN, REPORTED, SUBMITTED
from licensetrack.performance.sentences import WordingError
from licensetrack.reports.monitoring_form import Texts
from licensetrack.reports.monitoring_words import figures_of
from licensetrack.reports.outputs import MEDIA_TYPES, Form, write_goals, write_monitoring
from licensetrack.web import monitoring_words as words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, ReasonForm, perform
from licensetrack.web.asked import as_of
from licensetrack.web.evaluations import see_all
from licensetrack.web.exports import attachment, record_download
from licensetrack.web.monitoring_forms import MendForm, NewForm, StepForm

monitoring = Blueprint("monitoring", __name__, url_prefix="/monitoring")

Forms = Mapping[str, ActForm]


@monitoring.get("")
@needs("performance:read")
def index() -> ResponseReturnValue:
    """All monitorings, the newest cut-off first, and the form of a new one."""
    see_all()
    return _index()


@monitoring.post("")
@needs("performance:monitoring:draft")
def draft() -> ResponseReturnValue:
    """Drafts one for a month's end, or another day."""
    see_all()
    form = NewForm()

    def act() -> str:
        made = draft_monitoring(_cut_off(form), code=form.framework.data or "", actor=actor())
        return url_for("monitoring.one", monitoring_id=made.id)

    return perform(form, act, lambda: _index(form))


@monitoring.get("/<int:monitoring_id>")
@needs("performance:read")
def one(monitoring_id: int) -> ResponseReturnValue:
    """One monitoring: funds, indicators, what is to be put right, who took which step."""
    see_all()
    return page(monitoring_id)


@monitoring.get("/<int:monitoring_id>/form.<any(pdf, docx, xlsx):form>")
@needs("performance:read")
def paper(monitoring_id: int, form: Form) -> Response:
    """项目支出绩效运行监控表; of a reported monitoring the same bytes for ever."""
    see_all()
    with reading() as db:
        found = queries.monitoring(db, monitoring_id)
        sheet = queries.sheet(db, found)
        results = queries.results(db, sheet)
    content = write_monitoring(sheet, form, results)
    record_download("performance:monitoring:download", queries.subject(found), format=form, digest=sheet.digest)
    return attachment(io.BytesIO(content), _file_name(sheet, form), MEDIA_TYPES[form])


@monitoring.get("/goals/<int:year>.<any(pdf, docx, xlsx):form>")
@needs("performance:read")
def goals(year: int, form: Form) -> Response:
    """项目支出绩效目标申报表 of a year, with the targets in force on the day asked for."""
    see_all()
    if not 2000 <= year < 2100:
        raise NotFound("There is no framework for %(year)s.", year=year)
    with reading() as db:
        sheet = declared(db, year, as_of(), request.args.get("framework", ""))
    record_download("performance:goals:download", f"goals:{year}", format=form, as_of=sheet.as_of)
    return attachment(io.BytesIO(write_goals(sheet, form)), f"goals-{year}.{form}", MEDIA_TYPES[form])


def page(monitoring_id: int, forms: Forms | None = None, at: int = 0) -> str:
    """The page of one; `forms` are those that were refused, by the name of their step; `at` the follow-up's."""
    with reading() as db:
        found = queries.monitoring(db, monitoring_id)
        sheet = queries.sheet(db, found)
        points = queries.follow_ups(db, found.id)
        return render_template(
            "monitoring/one.html",
            found=found,
            sheet=sheet,
            steps=queries.steps(db, found.id),
            points=points,
            point_steps=queries.follow_up_steps(db, [point.id for point in points]),
            forms=_forms(found) | dict(forms or {}),
            at=at,
            gaps=gaps(sheet) if found.stage == DRAFT else [],
            changed=differences(db, found),
            newest=_newest(db, found),
            texts=_texts(sheet),
            words=words,
            DRAFT=DRAFT,
            SUBMITTED=SUBMITTED,
            REPORTED=REPORTED,
            OPEN=OPEN,
            MENDED=MENDED,
        )


def _forms(found: Monitoring) -> dict[str, ActForm]:
    plain = {name: StepForm(None) for name in ("rework", "submit", "report", "close", "accept")}
    reasons = {name: ReasonForm(None) for name in ("send_back", "reopen", "return")}
    return {**plain, **reasons, "mend": MendForm(None, on=min(today(), found.as_of + dt.timedelta(days=366)))}


def _newest(db: Session, found: Monitoring) -> bool:
    last = queries.latest(db, found.as_of)
    return last is not None and last.id == found.id


def _texts(sheet: MonitoringSheet) -> dict[str, str]:
    """The sentences of the header with their figures; one that does not fit them any more as it was written."""
    fill = Texts(figures_of(sheet.figures))
    made = {}
    for field in ("goal", "progress"):
        template = getattr(sheet.header, field)
        try:
            made[field] = fill(template, field)
        except WordingError:
            made[field] = template
    return made


def _index(form: NewForm | None = None) -> str:
    day = today()
    last = end_of_month_before(day)
    form = form or NewForm(None, year=last.year, month=last.month)
    with reading() as db:
        found, goals = queries.monitorings(db), declarable(db)
        several = [one for _, used in goals if len(used) > 1 for one in used]
        form.framework.choices = [
            SelectChoice("", gettext("the only one in force")),
            *(SelectChoice(one.code, f"{one.year} · {one.name}") for one in several),
        ]
        return render_template(
            "monitoring/index.html",
            rows=found,
            goals=goals,
            several=several,
            asked_day=as_of(),
            form=form,
            words=words,
        )


def _cut_off(form: NewForm) -> dt.date:
    """The day typed, else the end of the month chosen. Raises Refused for a year that is none."""
    if form.day.data is not None:
        chosen: dt.date = form.day.data
        return chosen
    year, month = form.year.data or 0, form.month.data
    if not 2000 <= year < 2100:
        raise Refused("There is no framework for %(year)s.", year=year).at("year")
    return month_end(dt.date(year, month, 1))


def _file_name(sheet: MonitoringSheet, form: str) -> str:
    """monitoring-2024-07-31.pdf; later versions and drafts say so."""
    mark = "-draft" if not sheet.frozen else f"-v{sheet.version}" if sheet.version > 1 else ""
    return f"monitoring-{sheet.as_of.isoformat()}{mark}.{form}"
