"""Loading ledgers from the page: choose files, see row by row what would happen, confirm, watch, done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select

from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Refused
from licensetrack.exchange.changes import ACTIONS
from licensetrack.exchange.loading import NamedBytes
from licensetrack.units.models import Unit
from licensetrack.web import bought_words, wording
from licensetrack.web.access import actor, needs
from licensetrack.web.digits import page_asked
from licensetrack.web.load_jobs import Jobs

loading = Blueprint("loading", __name__, url_prefix="/load")

PERMISSION = "exchange:ledger:load"
PAGE_SIZE = 100
MOST_FILES = 50
LEDGERS = {
    "units": (lazy_gettext("Units"), "单位名录"),
    "issues": (lazy_gettext("Issues"), "授权发放台账"),
    "imports": (lazy_gettext("Imports and acceptances"), "导入验收台账"),
    "changes": (lazy_gettext("Changes of sets"), "授权变更台账"),
    "budget": (lazy_gettext("Budget"), "预算执行台账"),
    "services": (lazy_gettext("Service orders"), "技术服务台账"),
    "demand": (lazy_gettext("Demand survey"), "需求调研表"),
    "prices": (lazy_gettext("Price survey"), "市场单价调研表"),
}


def jobs() -> Jobs:
    """The uploads of this installation."""
    return Jobs(current_app.config["LICENSETRACK"].uploads)


@loading.get("")
@needs(PERMISSION)
def choose() -> ResponseReturnValue:
    """Where files are chosen or dropped."""
    return render_template(
        "loading/choose.html", ledgers=LEDGERS, most=current_app.config["MAX_CONTENT_LENGTH"] // 2**20
    )


@loading.post("")
@needs(PERMISSION)
def upload() -> ResponseReturnValue:
    """Takes the files and begins to check them."""
    files = [NamedBytes(file.filename, file.read()) for file in request.files.getlist("files") if file.filename]
    if not files:
        raise Refused("No file was chosen.")
    if len(files) > MOST_FILES:
        raise Refused("More than %(most)s files at once.", most=MOST_FILES)
    unique = list({(file.name, file.digest): file for file in files}.values())
    job = jobs().begin(unique, actor())
    return redirect(url_for("loading.one", job_id=job.id), 303)


@loading.get("/<job_id>")
@needs(PERMISSION)
def one(job_id: str) -> ResponseReturnValue:
    """An upload at whatever stage it is."""
    kept = jobs()
    job = kept.job(job_id, actor())
    if job.works:
        return render_template("loading/working.html", job=job)
    if job.state == "failed":
        text = gettext(job.refusal[0]) % job.refusal[1] if job.refusal else ""
        return render_template("loading/failed.html", job=job, text=text)
    changes = kept.changes(job)
    asked = request.args.get("show", "")
    shown = [change for change in changes if not asked or change["ledger"] == asked]
    last = max(1, -(-len(shown) // PAGE_SIZE))
    page = min(max(page_asked(), 1), last)
    return render_template(
        "loading/outcome.html",
        job=job,
        problems=kept.problems(job),
        changes=shown[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        asked=asked,
        page=page,
        last=last,
        ledgers=LEDGERS,
        field_word=lambda name: wording.word(wording.FIELDS, name),
        value_word=_value_words(changes),
        translate=gettext,
        totals={action: sum(counts.get(action, 0) for counts in job.counts.values()) for action in ACTIONS},
    )


@loading.get("/<job_id>/progress")
@needs(PERMISSION)
def progress(job_id: str) -> ResponseReturnValue:
    """How far the work is, for the page that watches it."""
    job = jobs().job(job_id, actor())
    return jsonify(
        {"works": job.works, "state": job.state, "done": job.done, "total": job.total, "percent": job.percent}
    )


@loading.post("/<job_id>/confirm")
@needs(PERMISSION)
def confirm(job_id: str) -> ResponseReturnValue:
    """Loads what was shown. A second click finds the first at work and is led to it."""
    kept = jobs()
    job = kept.job(job_id, actor())
    with suppress(Conflict):
        kept.confirm(job, actor())
    return redirect(url_for("loading.one", job_id=job.id), 303)


@loading.post("/<job_id>/forget")
@needs(PERMISSION)
def forget(job_id: str) -> ResponseReturnValue:
    """Throws an upload away."""
    kept = jobs()
    kept.forget(kept.job(job_id, actor()))
    return redirect(url_for("loading.choose"), 303)


def _value_words(changes: list[dict[str, Any]]) -> Callable[[str, Any], str]:
    """How values of fields are written; units stand in the list by their id and are shown by their name."""
    ids = {value for change in changes for value in change["fields"].get("unit", ()) if isinstance(value, int)}
    with reading() as db:
        names = dict(db.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))).all())
    words = {"product": wording.PRODUCTS, "kind": wording.BUDGET_KINDS, "source": bought_words.SOURCES}

    def value_word(name: str, value: Any) -> str:
        if value in (None, ""):
            return "—"
        if name == "unit" and value in names:
            return names[value]
        return wording.word(words[name], str(value)) if name in words else str(value)

    return value_word
