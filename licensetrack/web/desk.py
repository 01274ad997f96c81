"""The home page of each role: the work that waits for it, list by list; each list whole on a page of its own."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import require
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.exchange.spreadsheet_out import OutputColumn
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question
from licensetrack.reminders.rules import ENDING, SOON
from licensetrack.web.access import actor, needs, signed_in
from licensetrack.web.asked import as_of
from licensetrack.web.digits import days_asked
from licensetrack.web.exports import export_table, record_download
from licensetrack.web.work_lists import LISTS, Read, WorkList, lists_of
from licensetrack.web.work_rows import Asked

desk = Blueprint("desk", __name__, url_prefix="/desk")

SHOWN = 6
WINDOWS = tuple(days for days in ENDING if days)
KEY_FIGURES = (
    "units.served", "virtualization.accepted_sets", "virtualization.accepted_cpus", "import.pass_rate",
    "import.first_pass_rate",
)  # fmt: skip
# Their work is the figures themselves.
AT_THE_OVERVIEW = ("auditor",)


def asked() -> Asked:
    """Whose list, as of which day, how many days ahead."""
    return Asked(actor(), as_of(), days_asked("within", SOON))


@desk.get("")
@signed_in
def home() -> ResponseReturnValue:
    """What waits for the visitor."""
    visitor, question = actor(), asked()
    if visitor.role in AT_THE_OVERVIEW:
        return redirect(url_for("dashboard.overview"))
    with reading() as db:
        lists = [Read(one, one.read(db, question)) for one in lists_of(visitor)]
        counted = Question(question.as_of, None, visitor.scope)
        values = figures(db, counted) if visitor.role in ("manager", "district_manager") else {}
        return render_template(
            "desk/home.html",
            lists=lists,
            waiting=[one for one in lists if one.rows],
            asked=question,
            values={name: values[name] for name in KEY_FIGURES if name in values},
            SHOWN=SHOWN,
        )


@desk.get("/<key>")
@signed_in
def one_list(key: str) -> ResponseReturnValue:
    """One list, whole."""
    found = _list(key)
    with reading() as db:
        read = _read(db, found)
        return render_template("desk/list.html", read=read, asked=asked(), WINDOWS=WINDOWS)


@desk.get("/<key>/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export_list(key: str, form: str) -> Response:
    """One list as a file."""
    found, question = _list(key), asked()
    record_download("desk:list:export", f"list:{key}", format=form, as_of=question.as_of, within=question.within)
    columns = [
        OutputColumn(gettext("Number")),
        OutputColumn(str(found.whose)),
        OutputColumn(gettext("What it is about")),
        OutputColumn(str(found.since), "day"),
        OutputColumn(str(found.days), "whole"),
        OutputColumn(gettext("Note")),
    ]
    with reading() as db:
        rows = [[row.label, row.unit, row.about, row.since, row.days, row.note] for row in _read(db, found).rows]
    return export_table(form, str(found.title), columns, rows)


def _list(key: str) -> WorkList:
    """The list of that name. Raises NotFound, and Forbidden for a visitor who may not see it."""
    if key not in LISTS:
        raise NotFound("There is no such list.")
    require(actor(), LISTS[key].permission)
    return LISTS[key]


def _read(db: Session, found: WorkList) -> Read:
    return Read(found, found.read(db, asked()))
