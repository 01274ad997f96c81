"""Loading ledgers from the page: choose files, see row by row what would happen, confirm, watch, done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from flask import Blueprint, current_app, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from sqlalchemy import select

from licensetrack.core import result_files
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, NotFound, Refused
from licensetrack.core.job_queue import QUEUED, Job
from licensetrack.core.pages import rows_of_page
from licensetrack.exchange import outcome_text
from licensetrack.exchange.changes import ACTIONS
from licensetrack.exchange.loading import NamedBytes
from licensetrack.exchange.outcome_text import Told
from licensetrack.jobs import uploads
from licensetrack.jobs.uploads import Upload
from licensetrack.units.models import Unit
from licensetrack.web import bought_words, wording
from licensetrack.web.access import actor, needs
from licensetrack.web.digits import page_asked
from licensetrack.web.job_words import state_line
from licensetrack.web.jobs import progress_of

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
    "hosts": (lazy_gettext("Hosts that run"), "主机清单"),
}
STATES = {
    uploads.CHECKING: lazy_gettext("Checking"),
    uploads.READY: lazy_gettext("To be confirmed"),
    uploads.WRONG: lazy_gettext("Errors"),
    uploads.LOADING: lazy_gettext("Loading"),
    uploads.LOADED: lazy_gettext("Loaded"),
    uploads.INTERRUPTED: lazy_gettext("Interrupted"),
    uploads.OFF: lazy_gettext("Called off"),
}
TAGS = {
    uploads.READY: "tag-open", uploads.LOADED: "tag-good", uploads.WRONG: "tag-bad", uploads.INTERRUPTED: "tag-bad",
}  # fmt: skip


@loading.get("")
@needs(PERMISSION)
def choose() -> ResponseReturnValue:
    """Where files are chosen or dropped, and where one's earlier uploads stand."""
    return render_template(
        "loading/choose.html",
        ledgers=LEDGERS,
        most=current_app.config["MAX_CONTENT_LENGTH"] // 2**20,
        uploads=uploads.uploads_of(actor()),
        states=STATES,
        tags=TAGS,
    )


@loading.post("")
@needs(PERMISSION)
def upload() -> ResponseReturnValue:
    """Takes the files and wants them checked."""
    files = [NamedBytes(file.filename, file.read()) for file in request.files.getlist("files") if file.filename]
    if not files:
        raise Refused("No file was chosen.")
    if len(files) > MOST_FILES:
        raise Refused("More than %(most)s files at once.", most=MOST_FILES)
    unique = list({(file.name, file.digest): file for file in files}.values())
    return redirect(url_for("loading.one", token=uploads.keep(unique, actor=actor())), 303)


@loading.get("/<token>")
@needs(PERMISSION)
def one(token: str) -> ResponseReturnValue:
    """An upload at whatever stage it is."""
    found = uploads.upload_of(token, actor())
    if found.works:
        return render_template("loading/working.html", upload=found, note=_note(found.job))
    if found.state in (uploads.INTERRUPTED, uploads.OFF):
        return render_template("loading/ended.html", upload=found, states=STATES, text=state_line(found.job))
    return _outcome(found)


@loading.get("/<token>/progress")
@needs(PERMISSION)
def progress(token: str) -> ResponseReturnValue:
    """How far the work is, for the page that watches it."""
    return jsonify(progress_of(uploads.upload_of(token, actor()).job))


@loading.post("/<token>/confirm")
@needs(PERMISSION)
def confirm(token: str) -> ResponseReturnValue:
    """Loads what was shown. A second click finds the first at work and is led to it."""
    found = uploads.upload_of(token, actor())
    with suppress(Conflict):
        uploads.confirm(found, actor=actor())
    return redirect(url_for("loading.one", token=token), 303)


@loading.post("/<token>/forget")
@needs(PERMISSION)
def forget(token: str) -> ResponseReturnValue:
    """Throws an upload away, or stops the work on it."""
    uploads.call_off(uploads.upload_of(token, actor()), actor=actor())
    return redirect(url_for("loading.choose"), 303)


def _note(job: Job) -> str:
    """What a visitor who waits should know."""
    return state_line(job) or (gettext("It waits for its turn and begins by itself.") if job.state == QUEUED else "")


def _outcome(found: Upload) -> ResponseReturnValue:
    """What would happen, or did, row by row; after some days only how many rows."""
    result = found.job.result or {}
    try:
        with result_files.open_kept(result["told"]) as file:
            told, kept = outcome_text.told(file.read()), True
    except NotFound:
        told, kept = Told([], []), False
    asked = request.args.get("show", "")
    shown = [change for change in told.changes if not asked or change["ledger"] == asked]
    changes, place = rows_of_page(shown, page_asked(), PAGE_SIZE)
    return render_template(
        "loading/outcome.html",
        upload=found,
        result=result,
        kept=kept,
        problems=told.problems,
        changes=changes,
        asked=asked,
        page=place.page,
        last=place.last,
        ledgers=LEDGERS,
        field_word=lambda name: wording.word(wording.FIELDS, name),
        value_word=_value_words(told.changes),
        translate=gettext,
        totals={action: sum(counts.get(action, 0) for counts in result["counts"].values()) for action in ACTIONS},
    )


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
