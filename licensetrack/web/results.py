"""What a job made: its progress while it is made, then the file with its digest, for whoever wanted it alone."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from licensetrack.core import result_files
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.jobs.outputs import Wanted, wanted_output
from licensetrack.performance import queries
from licensetrack.web.access import actor, needs
from licensetrack.web.exports import attachment
from licensetrack.web.job_words import state_line
from licensetrack.web.outputs import output_word, record_taking

results = Blueprint("results", __name__, url_prefix="/results")


@results.get("/<int:job_id>")
@needs("performance:read")
def one(job_id: int) -> ResponseReturnValue:
    """One file that is being made, or lies ready."""
    wanted = _wanted(job_id)
    return render_template(
        "outputs/result.html", wanted=wanted, title=output_word(wanted.output), text=state_line(wanted.job)
    )


@results.get("/<int:job_id>/file")
@needs("performance:read")
def file(job_id: int) -> ResponseReturnValue:
    """The file."""
    wanted = _wanted(job_id)
    if wanted.file is None:
        raise NotFound(result_files.GONE)
    with reading() as db:
        sheet = queries.sheet(db, queries.evaluation(db, wanted.evaluation_id), with_traces=False)
    content = result_files.open_kept(wanted.file)
    record_taking(wanted.evaluation_id, wanted.output, sheet)
    return attachment(content, wanted.file["name"], wanted.file["media_type"])


def _wanted(job_id: int) -> Wanted:
    with reading() as db:
        return wanted_output(db, job_id, actor())
