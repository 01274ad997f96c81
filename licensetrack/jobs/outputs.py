"""Making a long document, binder or pack: a job whose result is a file, kept some days for whoever wanted it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.accounts.scoping import check_sees_all
from licensetrack.core import audit, result_files
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import NotFound
from licensetrack.core.job_queue import DONE, ENDED, Job, enqueue, job_of
from licensetrack.jobs.handlers import Run, handles
from licensetrack.jobs.queries import with_progress
from licensetrack.performance import queries
from licensetrack.reports.evaluation_outputs import Output, output, read_output

MAKE = "outputs:make"
TAG = "performance:output:make"
LISTED = 100  # of a person's newest jobs of this kind


class Wanted(NamedTuple):
    """A job that makes, or made, something to take away."""

    job: Job
    output: Output
    evaluation_id: int
    file: Mapping[str, Any] | None  # as core/result_files.py keeps it, while it is kept

    @property
    def until(self) -> dt.datetime | None:
        """How long the file is kept."""
        return dt.datetime.fromisoformat(self.file["until"]) if self.file else None


@handles(MAKE, label="Make a document", long=True, even_read_only=True)
def make(run: Run) -> None:
    """Writes the file, then names it in the transaction that ends the job, with the entry in the audit trail."""
    one, evaluation_id = output(run.arguments["output"]), int(run.arguments["evaluation_id"])
    check_may(run.actor, one)
    with result_files.drafting(run.job_id) as draft:
        with reading() as db:
            found = queries.evaluation(db, evaluation_id)
            ready = read_output(db, found, one, run.arguments["digests"])
        ready.write(draft.file, run.progress)
        file = draft.finish(ready.name, ready.media_type)
        with run.completing({"file": file, "link": f"/results/{run.job_id}"}) as db:
            subject, digest = f"evaluation:{evaluation_id}", ready.sheet.digest
            audit.record(db, TAG, subject, run.actor, output=one.name, digest=digest, file=file["digest"])


def want_output(evaluation_id: int, one: Output, *, actor: Actor, digests: Sequence[str]) -> Job:
    """Queues it; the same while it is being made is that job. Raises Forbidden, and NotFound for a partial sight."""
    check_may(actor, one)
    with transaction(even_read_only=True) as db:
        for wanted in wanted_by(db, actor, evaluation_id):
            if wanted.output == one and wanted.job.state not in ENDED:
                return wanted.job
        return enqueue(db, MAKE, actor=actor, evaluation_id=evaluation_id, output=one.name, digests=list(digests))


def wanted_by(db: Session, actor: Actor, evaluation_id: int) -> list[Wanted]:
    """What this person had made of an evaluation, the newest first."""
    mine = select(Job).where(Job.kind == MAKE, Job.wanted_by_id == actor.id).order_by(Job.id.desc()).limit(LISTED)
    found = [_wanted(with_progress(db, job)) for job in db.scalars(mine).all()]
    return [wanted for wanted in found if wanted.evaluation_id == evaluation_id]


def wanted_output(db: Session, job_id: int, actor: Actor) -> Wanted:
    """What a job makes, for the one who wanted it and may have it still. Raises NotFound, Forbidden."""
    job = with_progress(db, job_of(db, job_id, actor))
    if job.kind != MAKE:
        raise NotFound("There is no such record.")
    wanted = _wanted(job)
    check_may(actor, wanted.output)
    return wanted


def check_may(actor: Actor, one: Output) -> None:
    """An output counts the whole city: it needs its permission and a sight that ends nowhere."""
    require(actor, one.permission)
    check_sees_all(actor, "There is no such evaluation.")


def _wanted(job: Job) -> Wanted:
    file = (job.result or {}).get("file") if job.state == DONE else None
    kept = file if file and not result_files.is_over(file) else None
    return Wanted(job, output(job.arguments["output"]), int(job.arguments["evaluation_id"]), kept)
