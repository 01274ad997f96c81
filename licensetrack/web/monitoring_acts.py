"""What is done with a monitoring: its indicators judged, its header written, its steps taken, its points put right."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.performance import monitoring as verbs
from licensetrack.performance import monitoring_follow_ups as point_verbs
from licensetrack.performance import monitoring_queries as queries
from licensetrack.performance.monitoring_composing import BUDGET
from licensetrack.performance.monitoring_models import FollowUp, Monitoring
from licensetrack.performance.monitoring_rules import Judgement
from licensetrack.performance.monitoring_sheet import MonitoringSheet
from licensetrack.performance.sentences import WordingError
from licensetrack.reports.monitoring_form import Texts
from licensetrack.reports.monitoring_words import figures_of
from licensetrack.web import monitoring_words as words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, ReasonForm, perform
from licensetrack.web.evaluations import see_all
from licensetrack.web.monitoring import page
from licensetrack.web.monitoring_forms import (
    HeaderForm,
    JudgementForm,
    MendForm,
    SpendingForm,
    StepForm,
)

acts = Blueprint("monitoring_acts", __name__, url_prefix="/monitoring")


@acts.get("/<int:monitoring_id>/indicators/<code>")
@needs("performance:monitoring:judge")
def show_judgement(monitoring_id: int, code: str) -> ResponseReturnValue:
    """The form for one indicator, or for the year's spending under the code `budget`."""
    found, sheet = _look(monitoring_id)
    return _judgement_page(found, sheet, code, _judgement_form(sheet, code, fresh=True))


@acts.post("/<int:monitoring_id>/indicators/<code>")
@needs("performance:monitoring:judge")
def judge(monitoring_id: int, code: str) -> ResponseReturnValue:
    """Says something of one indicator, or of the year's spending."""
    found, sheet = _look(monitoring_id)
    form = _judgement_form(sheet, code, fresh=False)

    def act() -> str:
        said = (
            form.judgement()
            if isinstance(form, JudgementForm)
            else Judgement(forecast=form.forecast.data, forecast_reason=(form.forecast_reason.data or "").strip())
        )
        verbs.judge_monitoring(found, {code: said}, actor=actor(), seen=form.seen)
        return url_for("monitoring.one", monitoring_id=found.id, _anchor=f"i-{code}")

    return perform(form, act, lambda: _judgement_page(found, sheet, code, form))


@acts.get("/<int:monitoring_id>/header")
@needs("performance:monitoring:judge")
def show_header(monitoring_id: int) -> ResponseReturnValue:
    """The form for the lines above the form."""
    found, sheet = _look(monitoring_id)
    return _header_page(found, sheet, HeaderForm(None, obj=sheet.header))


@acts.post("/<int:monitoring_id>/header")
@needs("performance:monitoring:judge")
def write_header(monitoring_id: int) -> ResponseReturnValue:
    """Writes the lines above the form; a number in them must be one of its figures."""
    found, sheet = _look(monitoring_id)
    form = HeaderForm()

    def act() -> str:
        header = form.header()
        fill = Texts(figures_of(sheet.figures))
        for field in ("goal", "progress"):
            try:
                fill(getattr(header, field), str(form[field].label.text))
            except WordingError as refusal:
                raise refusal.at(field) from None
        verbs.judge_monitoring(found, {}, header, actor=actor(), seen=form.seen)
        return url_for("monitoring.one", monitoring_id=found.id)

    return perform(form, act, lambda: _header_page(found, sheet, form))


@acts.post("/<int:monitoring_id>/rework")
@needs("performance:monitoring:rework")
def rework(monitoring_id: int) -> ResponseReturnValue:
    """Reads figures, trends and targets anew."""
    form = StepForm()
    return _step(monitoring_id, "rework", form, lambda found: verbs.rework_monitoring(
        found, actor=actor(), seen=form.seen))  # fmt: skip


@acts.post("/<int:monitoring_id>/submit")
@needs("performance:monitoring:submit")
def submit(monitoring_id: int) -> ResponseReturnValue:
    """draft → submitted."""
    form = StepForm()
    return _step(monitoring_id, "submit", form, lambda found: verbs.submit_monitoring(
        found, actor=actor(), seen=form.seen))  # fmt: skip


@acts.post("/<int:monitoring_id>/send-back")
@needs("performance:monitoring:send_back")
def send_back(monitoring_id: int) -> ResponseReturnValue:
    """submitted → draft, with what is to be mended."""
    form = ReasonForm()
    return _step(monitoring_id, "send_back", form, lambda found: verbs.send_back_monitoring(
        found, actor=actor(), reason=form.reason.data, seen=form.seen))  # fmt: skip


@acts.post("/<int:monitoring_id>/report")
@needs("performance:monitoring:report")
def report(monitoring_id: int) -> ResponseReturnValue:
    """submitted → reported: frozen for ever."""
    form = StepForm()
    return _step(monitoring_id, "report", form, lambda found: verbs.report_monitoring(
        found, actor=actor(), seen=form.seen))  # fmt: skip


@acts.post("/<int:monitoring_id>/close")
@needs("performance:monitoring:close")
def close(monitoring_id: int) -> ResponseReturnValue:
    """reported → closed."""
    form = StepForm()
    return _step(monitoring_id, "close", form, lambda found: verbs.close_monitoring(
        found, actor=actor(), seen=form.seen))  # fmt: skip


@acts.post("/<int:monitoring_id>/reopen")
@needs("performance:monitoring:reopen")
def reopen(monitoring_id: int) -> ResponseReturnValue:
    """Makes the next version of a reported one."""
    form = ReasonForm()
    return _step(monitoring_id, "reopen", form, lambda found: verbs.reopen_monitoring(
        found, actor=actor(), reason=form.reason.data))  # fmt: skip


@acts.post("/points/<int:point_id>/mend")
@needs("performance:follow_up:mend")
def mend(point_id: int) -> ResponseReturnValue:
    """Says on which day and how it was put right."""
    form = MendForm()
    return _point(point_id, "mend", form, lambda point: point_verbs.mend_follow_up(
        point, actor=actor(), on=form.on.data, result=form.result.data, seen=form.seen))  # fmt: skip


@acts.post("/points/<int:point_id>/accept")
@needs("performance:follow_up:accept")
def accept(point_id: int) -> ResponseReturnValue:
    """Accepts how it was put right."""
    form = StepForm()
    return _point(point_id, "accept", form, lambda point: point_verbs.accept_follow_up(
        point, actor=actor(), seen=form.seen))  # fmt: skip


@acts.post("/points/<int:point_id>/return")
@needs("performance:follow_up:return")
def give_back(point_id: int) -> ResponseReturnValue:
    """Returns it with what is still missing."""
    form = ReasonForm()
    return _point(point_id, "return", form, lambda point: point_verbs.return_follow_up(
        point, actor=actor(), reason=form.reason.data, seen=form.seen))  # fmt: skip


def _step(
    monitoring_id: int, name: str, form: ActForm, verb: Callable[[Monitoring], Monitoring]
) -> ResponseReturnValue:
    """One step; refused, the page is shown again with the reason at its form."""
    found, _ = _look(monitoring_id)
    return perform(
        form,
        lambda: url_for("monitoring.one", monitoring_id=verb(found).id),
        lambda: page(found.id, {name: form}),
    )


def _point(point_id: int, name: str, form: ActForm, verb: Callable[[FollowUp], FollowUp]) -> ResponseReturnValue:
    see_all()
    with reading() as db:
        point = queries.follow_up(db, point_id)
        db.expunge(point)

    def act() -> str:
        verb(point)
        return url_for("monitoring.one", monitoring_id=point.monitoring_id, _anchor="points")

    return perform(form, act, lambda: page(point.monitoring_id, {name: form}, at=point.id))


def _look(monitoring_id: int) -> tuple[Monitoring, MonitoringSheet]:
    see_all()
    with reading() as db:
        found = queries.monitoring(db, monitoring_id)
        sheet = queries.sheet(db, found)
        db.expunge(found)
    return found, sheet


def _judgement_form(sheet: MonitoringSheet, code: str, *, fresh: bool) -> JudgementForm | SpendingForm:
    """The form for one indicator, with what was said of it. Raises NotFound."""
    if code == BUDGET:
        if not fresh:
            return SpendingForm()
        budget = sheet.budget
        typed = budget.forecast if budget.forecast_reason else None
        return SpendingForm(None, forecast=typed, forecast_reason=budget.forecast_reason)
    try:
        said = sheet.indicator(code).judgement
    except KeyError:
        raise NotFound("There is no such record.") from None
    return JudgementForm(None, obj=said) if fresh else JudgementForm()


def _judgement_page(found: Monitoring, sheet: MonitoringSheet, code: str, form: ActForm) -> str:
    return render_template(
        "monitoring/indicator.html",
        found=found,
        sheet=sheet,
        one=None if code == BUDGET else sheet.indicator(code),
        trend=sheet.budget.trend if code == BUDGET else sheet.indicator(code).trend,
        code=code,
        form=form,
        words=words,
    )


def _header_page(found: Monitoring, sheet: MonitoringSheet, form: HeaderForm) -> str:
    return render_template("monitoring/header.html", found=found, sheet=sheet, form=form)
