"""What an evaluation gives to take away: its documents in three forms, and the sealed pack."""

from __future__ import annotations

import io
import tempfile
from typing import BinaryIO

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from config import Settings
from licensetrack.core import signing
from licensetrack.core.db import reading
from licensetrack.performance import queries
from licensetrack.performance.evidence_wanted import wanted_of
from licensetrack.performance.stages import SIGNED
from licensetrack.reports.evidence_binder import write_binder
from licensetrack.reports.outputs import KINDS, MEDIA_TYPES, Form, file_name, write_evaluation
from licensetrack.reports.sealed_pack import pack_name, write_pack
from licensetrack.web.access import needs
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


@outputs.get("/outputs")
@needs("performance:read")
def index(evaluation_id: int) -> ResponseReturnValue:
    """Everything there is to take away, and what it is for."""
    see_all()
    with reading() as db:
        found = queries.evaluation(db, evaluation_id)
        sheet = queries.sheet(db, found, with_traces=False)
    return render_template(
        "outputs/outputs.html",
        found=found,
        sheet=sheet,
        documents=[(kind, *WORDS[kind]) for kind in KINDS],
        fingerprint=signing.fingerprint(),
        pack=pack_name(sheet),
        SIGNED=SIGNED,
    )


@outputs.get("/outputs/<kind>.<any(pdf, docx, xlsx):form>")
@needs("performance:read")
def document(evaluation_id: int, kind: str, form: Form) -> Response:
    """One document; of a signed evaluation the same bytes for ever."""
    see_all()
    with reading() as db:
        sheet = queries.sheet(db, queries.evaluation(db, evaluation_id))
    content = write_evaluation(sheet, form, kind)
    record_download(
        "performance:evaluation:download", f"evaluation:{evaluation_id}", kind=kind, format=form, digest=sheet.digest
    )
    return attachment(io.BytesIO(content), file_name(sheet, form, kind), MEDIA_TYPES[form])


@outputs.get("/evidence.zip")
@needs("performance:read")
def binder(evaluation_id: int) -> Response:
    """The evidence with its index; of a signed evaluation as it was frozen."""
    see_all()
    target: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer is sent
    with reading() as db:
        found = queries.evaluation(db, evaluation_id)
        sheet, lines = queries.sheet(db, found, with_traces=False), wanted_of(db, found)
    write_binder(sheet, lines, target)
    target.seek(0)
    record_download(
        "performance:evidence:download", f"evaluation:{evaluation_id}", files=len(sheet.papers) + len(sheet.evidence)
    )
    return attachment(target, file_name(sheet, "zip", "evidence"), "application/zip")


@outputs.get("/pack.zip")
@needs("performance:pack:download")
def pack(evaluation_id: int) -> Response:
    """The sealed pack of a signed evaluation."""
    see_all()
    settings: Settings = current_app.config["LICENSETRACK"]
    target: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer is sent
    with reading() as db:
        found = queries.evaluation(db, evaluation_id)
        sheet = write_pack(db, found, target, digests=settings.digests)
    target.seek(0)
    record_download(
        "performance:pack:download", f"evaluation:{evaluation_id}", digest=sheet.digest, key=signing.fingerprint()
    )
    return attachment(target, pack_name(sheet), "application/zip")
