"""Bulletins: the list with its completion, a new one, one with the task of each unit, and what is done with them."""

from __future__ import annotations

import io
from collections.abc import Callable

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from licensetrack.core import blobs
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.exchange.spreadsheet_out import OutputColumn
from licensetrack.support import bulletin_queries as queries
from licensetrack.support import bulletins as verbs
from licensetrack.support.bulletin_models import Bulletin, BulletinTask
from licensetrack.support.bulletins import bulletin_of, task_of
from licensetrack.units.models import Unit
from licensetrack.web import bulletin_words as words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, ReasonForm, perform
from licensetrack.web.bulletin_forms import ConfirmForm, NoticeForm, ReportForm, UnitForm
from licensetrack.web.bulletin_page import page
from licensetrack.web.chosen_unit import unit_named
from licensetrack.web.digits import page_asked
from licensetrack.web.exports import attachment, export_table, record_download
from licensetrack.web.service_forms import read_files

bulletins = Blueprint("bulletins", __name__, url_prefix="/bulletins")

READ = "support:bulletin:read"


@bulletins.get("")
@needs(READ)
def index() -> ResponseReturnValue:
    """One page of the bulletins, with their completion."""
    with reading() as db:
        rows, total, place = queries.page_of_completions(db, actor().scope, today(), page_asked())
    return render_template("bulletins/index.html", rows=rows, total=total, place=place, words=words)


@bulletins.get("/new")
@needs("support:bulletin:publish")
def new() -> ResponseReturnValue:
    """The form of a new one."""
    return render_template("bulletins/new.html", form=NoticeForm(None, released_on=today()).prepare())


@bulletins.post("/new")
@needs("support:bulletin:publish")
def publish() -> ResponseReturnValue:
    """Makes one known."""
    form = NoticeForm().prepare()

    def act() -> str:
        made = verbs.publish_bulletin(form.notice(), actor=actor())
        return url_for("bulletins.one", number=made.number)

    return perform(form, act, lambda: render_template("bulletins/new.html", form=form))


@bulletins.get("/<number>")
@needs(READ)
def one(number: str) -> ResponseReturnValue:
    """A bulletin and the tasks that the visitor sees."""
    return page(number)


@bulletins.get("/<number>/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export(number: str, form: str) -> Response:
    """Completion by unit as a file."""
    visitor = actor()
    with reading() as db:
        found = bulletin_of(db, number, visitor)
        rows = [
            [unit.code, unit.name, task.district, "、".join(task.sets), str(words.STAGES[task.stage]), task.done_on,
             task.result, task.retest,
             gettext("yes") if queries.is_overdue(task, found, today()) else gettext("no")]
            for task, unit in queries.tasks_of(db, found, visitor.scope)
        ]  # fmt: skip
    record_download("support:bulletin:export", f"bulletin:{number}", format=form)
    headings = [
        OutputColumn(gettext("Unit code")), OutputColumn(gettext("Unit")), OutputColumn(gettext("District")),
        OutputColumn(gettext("Licence sets")), OutputColumn(gettext("Stage")), OutputColumn(gettext("Done on"), "day"),
        OutputColumn(gettext("What was done")), OutputColumn(gettext("What the re-test found")),
        OutputColumn(gettext("Overdue")),
    ]  # fmt: skip
    return export_table(form, number, headings, rows)


@bulletins.get("/tasks/<int:task_id>/papers/<int:paper_id>")
@needs(READ)
def paper(task_id: int, paper_id: int) -> Response:
    """A file that a unit laid with its task."""
    with reading() as db:
        task = task_of(db, task_id, actor())
        found = next((one for one in queries.papers_of(db, [task.id]).get(task.id, []) if one.id == paper_id), None)
        if found is None:
            raise NotFound("There is no such file.")
        blob, content = blobs.load(db, found.blob_id)
        number, unit = db.get_one(Bulletin, task.bulletin_id).number, db.get_one(Unit, task.unit_id).code
        name, digest = found.name, blob.digest
    record_download("support:bulletin:download", f"bulletin:{number}", unit=unit, name=name, digest=digest)
    return attachment(io.BytesIO(content), name, "application/octet-stream")


@bulletins.post("/<number>/units")
@needs("support:bulletin:adjust")
def add(number: str) -> ResponseReturnValue:
    """Adds a unit."""
    form, found = UnitForm(), _look(number)

    def act() -> str:
        with reading() as db:
            unit = unit_named(db, form.to.data or "", actor().scope)
        verbs.add_unit(found, unit, actor=actor())
        return url_for("bulletins.one", number=number)

    return perform(form, act, lambda: page(number, "add", form))


@bulletins.post("/<number>/close")
@needs("support:bulletin:close")
def close(number: str) -> ResponseReturnValue:
    """Closes it."""
    return _of_bulletin(number, "close", verbs.close_bulletin)


@bulletins.post("/<number>/reopen")
@needs("support:bulletin:reopen")
def reopen(number: str) -> ResponseReturnValue:
    """Opens it again."""
    return _of_bulletin(number, "reopen", verbs.reopen_bulletin)


@bulletins.post("/tasks/<int:task_id>/report")
@needs("support:task:report")
def report(task_id: int) -> ResponseReturnValue:
    """The unit says what it did."""
    form = ReportForm()
    return _of_task(task_id, "report", form, lambda task: verbs.report_task(
        task, actor=actor(), done_on=form.done_on.data, result=form.result.data or "",
        papers=read_files(form.papers.data), seen=form.seen))  # fmt: skip


@bulletins.post("/tasks/<int:task_id>/confirm")
@needs("support:task:confirm")
def confirm(task_id: int) -> ResponseReturnValue:
    """The centre confirms."""
    form = ConfirmForm()
    return _of_task(task_id, "confirm", form, lambda task: verbs.confirm_task(
        task, actor=actor(), retest=form.retest.data or "", seen=form.seen))  # fmt: skip


@bulletins.post("/tasks/<int:task_id>/return")
@needs("support:task:return")
def give_back(task_id: int) -> ResponseReturnValue:
    """The centre returns it."""
    return _reasoned(task_id, "return", verbs.return_task)


@bulletins.post("/tasks/<int:task_id>/drop")
@needs("support:task:drop")
def drop(task_id: int) -> ResponseReturnValue:
    """The unit is not concerned."""
    return _reasoned(task_id, "drop", verbs.drop_task)


@bulletins.post("/tasks/<int:task_id>/restore")
@needs("support:task:restore")
def restore(task_id: int) -> ResponseReturnValue:
    """It is concerned after all."""
    return _reasoned(task_id, "restore", verbs.restore_task)


def _look(number: str) -> Bulletin:
    with reading() as db:
        found = bulletin_of(db, number, actor())
        db.expunge(found)
    return found


def _of_bulletin(number: str, name: str, verb: Callable[..., Bulletin]) -> ResponseReturnValue:
    form, found = ReasonForm(), _look(number)

    def act() -> str:
        verb(found, actor=actor(), reason=form.reason.data or "", seen=form.seen)
        return url_for("bulletins.one", number=number)

    return perform(form, act, lambda: page(number, name, form))


def _reasoned(task_id: int, name: str, verb: Callable[..., BulletinTask]) -> ResponseReturnValue:
    form = ReasonForm()
    return _of_task(
        task_id, name, form, lambda task: verb(task, actor=actor(), reason=form.reason.data or "", seen=form.seen)
    )


def _of_task(
    task_id: int, name: str, form: ActForm, verb: Callable[[BulletinTask], BulletinTask]
) -> ResponseReturnValue:
    with reading() as db:
        task = task_of(db, task_id, actor())
        number = db.get_one(Bulletin, task.bulletin_id).number
        db.expunge(task)

    def act() -> str:
        verb(task)
        return url_for("bulletins.one", number=number, task=task_id, _anchor=f"t-{task_id}")

    return perform(form, act, lambda: page(number, name, form, at=task_id))
