"""Issuing from a list: a table and its licence files are uploaded, looked at row by row, and issued together."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField, MultipleFileField
from wtforms import BooleanField, TextAreaField
from wtforms.validators import Length

from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import Refused
from licensetrack.exchange.batch_issuing import MOST_FILES, highest_number, issue_batch, preview_batch
from licensetrack.handover.handing_out import ISSUE
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import UNFIT, ActForm, perform
from licensetrack.web.fields import reason_field
from licensetrack.web.held_files import Named, held, hold, let_go

batch = Blueprint("batch", __name__, url_prefix="/issuing/batch")


class ListForm(ActForm):
    """A table, chosen or pasted, and the licence files."""

    table = FileField(lazy_gettext("The list (xlsx, xls or csv)"))
    pasted = TextAreaField(lazy_gettext("… or pasted here, with its headings"), [Length(max=2_000_000)])
    files = MultipleFileField(lazy_gettext("Licence files"))

    def uploaded(self) -> list[Named]:
        """The table, then the files. Raises Refused without a table."""
        chosen: Any = self.table.data
        if chosen:
            table = (chosen.filename, chosen.read())
        elif (self.pasted.data or "").strip():
            table = (f"{gettext('pasted')}.tsv", (self.pasted.data or "").encode())
        else:
            raise Refused("Choose a list, or paste it.").at("table")
        files = [(file.filename, file.read()) for file in self.files.data or () if file and file.filename]
        if len(files) > MOST_FILES:
            raise Refused("More than %(most)s files at once.", most=MOST_FILES).at("files")
        return [table, *files]


class ConfirmForm(ActForm):
    """Yes, with the reason that stays with every set."""

    acknowledged = BooleanField(lazy_gettext("The differences are right all the same"))
    reason = reason_field(lazy_gettext("Why without a request"))


class ForgetForm(ActForm):
    """A button."""


@batch.get("")
@needs(ISSUE)
def choose() -> ResponseReturnValue:
    """Where the list and its files are chosen."""
    return _choose(ListForm(None))


@batch.post("")
@needs(ISSUE)
def upload() -> ResponseReturnValue:
    """Takes list and files, sealed, and leads to what would happen."""
    form = ListForm()
    if form.validate_on_submit():
        try:
            return redirect(url_for("batch.one", token=hold(form.uploaded(), actor())), 303)
        except Refused as refusal:
            form.tell(refusal)
    return _choose(form), UNFIT


@batch.get("/<token>")
@needs(ISSUE)
def one(token: str) -> ResponseReturnValue:
    """Row by row what would be issued; nothing is written."""
    return _preview(token, ConfirmForm(None))


@batch.post("/<token>/confirm")
@needs(ISSUE)
def confirm(token: str) -> ResponseReturnValue:
    """Issues all of it in one transaction."""
    form = ConfirmForm()

    def act() -> str:
        table, *files = held(token, actor())
        numbers = issue_batch(
            table, files, actor=actor(), reason=form.reason.data or "", acknowledged=bool(form.acknowledged.data)
        )
        return url_for("ledger.sets", sort="-number", q=numbers[0] if len(numbers) == 1 else None)

    answer = perform(form, act, lambda: _preview(token, form))
    if not isinstance(answer, tuple):  # led on: what was issued need not be kept here
        let_go(token)
    return answer


@batch.post("/<token>/forget")
@needs(ISSUE)
def forget(token: str) -> ResponseReturnValue:
    """Throws an upload away."""
    held(token, actor())
    let_go(token)
    return redirect(url_for("batch.choose"), 303)


def _choose(form: ListForm) -> str:
    with reading() as db:
        return render_template("issuing/batch.html", form=form, highest=highest_number(db, today().year))


def _preview(token: str, form: ConfirmForm) -> str:
    table, *files = held(token, actor())
    found = preview_batch(table, files, actor=actor())
    return render_template(
        "issuing/batch_preview.html", batch=found, form=form, token=token, forget=ForgetForm(None), translate=gettext,
        names=[table[0], len(files)],
    )  # fmt: skip
