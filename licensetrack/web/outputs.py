"""What an evaluation gives to take away: its documents in three forms, and the sealed pack."""

from __future__ import annotations

import tempfile
from typing import Any, BinaryIO

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from wtforms import HiddenField

from config import Settings
from licensetrack.core import signing
from licensetrack.core.db import reading
from licensetrack.jobs.outputs import want_output, wanted_by
from licensetrack.performance import queries
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.performance.stages import SIGNED
from licensetrack.reports.evaluation_outputs import BINDER, PACK, Output, output, read_output, takes_long
from licensetrack.reports.outputs import KINDS, Form
from licensetrack.reports.sealed_pack import pack_name, quiet
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.evaluations import see_all
from licensetrack.web.exports import attachment, record_download

outputs = Blueprint("outputs", __name__, url_prefix="/evaluations/<int:evaluation_id>")

WORDS = {
    "evaluation": (
        lazy_gettext("Evaluation report"),
        lazy_gettext("All chapters, tables and charts, with the forms and lists as annexes."),
    ),
    "self-assessment": (
        lazy_gettext("Self-assessment form"),
        lazy_gettext("项目支出绩效自评表: funds, goals and every indicator in the official form."),
    ),
    "score-table": (
        lazy_gettext("Score table"),
        lazy_gettext("Every indicator with weight, rule, target, result, score, reason and evidence."),
    ),
    "brief": (lazy_gettext("Brief for the leadership"), lazy_gettext("Result, figures and charts on one page.")),
    "units": (lazy_gettext("List of units"), lazy_gettext("The units served, with their sets and CPUs.")),
    "sets": (lazy_gettext("List of sets"), lazy_gettext("The formal sets held on the evaluation date.")),
}
ARCHIVES = {BINDER: lazy_gettext("Binder of evidence"), PACK: lazy_gettext("Sealed pack")}
FORM_WORDS = {"pdf": "PDF", "docx": "Word", "xlsx": "Excel"}


class MakeForm(ActForm):
    """A button that has something long made."""

    output = HiddenField()


@outputs.get("/outputs")
@needs("performance:read")
def index(evaluation_id: int) -> ResponseReturnValue:
    """Everything there is to take away, what it is for, and what was made for this visitor."""
    see_all()
    return _index(evaluation_id, MakeForm(formdata=None))


@outputs.post("/outputs")
@needs("performance:read")
def make(evaluation_id: int) -> ResponseReturnValue:
    """Has something long made, by a job."""
    see_all()
    form = MakeForm()

    def act() -> str:
        one = output(form.output.data or "")
        job = want_output(evaluation_id, one, actor=actor(), digests=_settings().digests)
        return url_for("results.one", job_id=job.id)

    return perform(form, act, lambda: _index(evaluation_id, form), even_read_only=True)


@outputs.get("/outputs/<kind>.<any(pdf, docx, xlsx):form>")
@needs("performance:read")
def document(evaluation_id: int, kind: str, form: Form) -> ResponseReturnValue:
    """One document; of a signed evaluation the same bytes for ever."""
    return take(evaluation_id, output(f"{kind}.{form}"))


@outputs.get("/evidence.zip")
@needs("performance:read")
def binder(evaluation_id: int) -> ResponseReturnValue:
    """The evidence with its index; of a signed evaluation as it was frozen."""
    return take(evaluation_id, Output(BINDER))


@outputs.get("/pack.zip")
@needs("performance:pack:download")
def pack(evaluation_id: int) -> ResponseReturnValue:
    """The sealed pack of a signed evaluation."""
    return take(evaluation_id, Output(PACK))


def take(evaluation_id: int, one: Output) -> ResponseReturnValue:
    """The file, or, where making it takes long, the page on which it can be had made."""
    see_all()
    with reading() as db:
        found = queries.evaluation(db, evaluation_id)
        ready = None
        if not takes_long(one, queries.sheet(db, found, with_traces=False)):
            ready = read_output(db, found, one, _settings().digests)
    if ready is None:
        return redirect(url_for("outputs.index", evaluation_id=evaluation_id), 303)
    target: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer is sent
    ready.write(target, quiet)
    target.seek(0)
    record_taking(evaluation_id, one, ready.sheet)
    return attachment(target, ready.name, ready.media_type)


def record_taking(evaluation_id: int, one: Output, sheet: EvaluationSheet) -> None:
    """Says in the audit trail who took what of an evaluation."""
    subject = f"evaluation:{evaluation_id}"
    if one.name == PACK:
        record_download("performance:pack:download", subject, digest=sheet.digest, key=signing.fingerprint())
    elif one.name == BINDER:
        record_download("performance:evidence:download", subject, files=len(sheet.papers) + len(sheet.evidence))
    else:
        record_download("performance:evaluation:download", subject, kind=one.kind, format=one.form, digest=sheet.digest)


def output_word(one: Output) -> str:
    """What it is called."""
    if one.name in ARCHIVES:
        return str(ARCHIVES[one.name])
    return f"{WORDS[one.kind][0]} {FORM_WORDS[one.form]}"


def _index(evaluation_id: int, form: MakeForm) -> str:
    with reading() as db:
        found = queries.evaluation(db, evaluation_id)
        sheet = queries.sheet(db, found, with_traces=False)
        made = wanted_by(db, actor(), evaluation_id)
    more: dict[str, Any] = {"pack": pack_name(sheet), "fingerprint": signing.fingerprint(), "SIGNED": SIGNED}
    return render_template(
        "outputs/outputs.html",
        found=found,
        sheet=sheet,
        documents=[(kind, *WORDS[kind]) for kind in KINDS],
        long=lambda name: takes_long(output(name), sheet),
        form=form,
        made=made,
        output_word=output_word,
        **more,
    )


def _settings() -> Settings:
    found: Settings = current_app.config["LICENSETRACK"]
    return found
