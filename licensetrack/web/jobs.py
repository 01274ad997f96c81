"""Jobs as pages: what is queued, running and done; a job's progress, polled once a second; cancel and ask again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from licensetrack.core.db import reading
from licensetrack.core.job_queue import STATES, Job, log_lines
from licensetrack.jobs import acts, leading, queries
from licensetrack.jobs.handlers import handlers
from licensetrack.jobs.queries import Wanted, sees_all
from licensetrack.jobs.schedules import SCHEDULES
from licensetrack.web import job_words
from licensetrack.web.access import actor, local_path, signed_in
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.digits import page_asked, whole
from licensetrack.web.shown import moment

jobs = Blueprint("jobs", __name__, url_prefix="/jobs")
LINES = 200  # of a log, on its page


@jobs.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The jobs that the visitor may see, the newest first."""
    asked = {name: request.args.get(name, "").strip() for name in ("state", "kind", "schedule")}
    wanted = Wanted(**asked, own=request.args.get("show") == "own")
    with reading() as db:
        page = queries.page_of_jobs(db, wanted, page_asked(), actor())
        leads = leading.leader(db)
    kinds = sorted((kind, job_words.kind_word(kind)) for kind in handlers())
    return render_template(
        "jobs/index.html", page=page, wanted=wanted, kinds=kinds, words=job_words, states=STATES, leads=leads,
        sees_all=sees_all(actor()), schedules=SCHEDULES,
    )  # fmt: skip


@jobs.get("/<int:job_id>")
@signed_in
def one(job_id: int) -> ResponseReturnValue:
    """One job."""
    return _page(job_id, ActForm(formdata=None))


@jobs.get("/<int:job_id>/progress")
@signed_in
def progress(job_id: int) -> ResponseReturnValue:
    """How far a job is, for the page that watches it; `after` names the last line that the page has."""
    with reading() as db:
        job = queries.visible_job(db, job_id, actor())
        lines = log_lines(db, job_id, after=whole(request.args.get("after", ""), 0) or 0)[:LINES]
        told = [_line(line) for line in lines]
    return jsonify(progress_of(job) | {"lines": told})


def progress_of(job: Job) -> dict[str, Any]:
    """What a page that watches a job needs: whether it goes on, how far it is, its newest word."""
    return {
        "works": not job.ended, "state": job.state, "word": job_words.state_word(job.state), "done": job.done,
        "total": job.total, "percent": job.percent, "note": job_words.state_line(job),
    }  # fmt: skip


@jobs.post("/<int:job_id>/cancel")
@signed_in
def cancel(job_id: int) -> ResponseReturnValue:
    """Takes a job back, or tells it to end."""
    form, job = ActForm(), _seen(job_id)

    def act() -> str:
        acts.cancel_job(job, actor=actor())
        return url_for("jobs.one", job_id=job_id)

    return perform(form, act, lambda: _page(job_id, form), even_read_only=True)


@jobs.post("/<int:job_id>/retry")
@signed_in
def retry(job_id: int) -> ResponseReturnValue:
    """Queues a failed or cancelled job anew."""
    form, job = ActForm(), _seen(job_id)

    def act() -> str:
        acts.retry_job(job, actor=actor())
        return url_for("jobs.one", job_id=job_id)

    return perform(form, act, lambda: _page(job_id, form), even_read_only=True)


def _seen(job_id: int) -> Job:
    with reading() as db:
        return queries.visible_job(db, job_id, actor())


def _page(job_id: int, form: ActForm) -> str:
    with reading() as db:
        job = queries.visible_job(db, job_id, actor())
        lines = log_lines(db, job_id)
        told = [_line(line) for line in lines[-LINES:]]
    return render_template(
        "jobs/one.html", job=job, form=form, lines=told, left_out=max(0, len(lines) - LINES), words=job_words,
        schedule=SCHEDULES.get(job.schedule or ""), sees_all=sees_all(actor()),
        link=local_path((job.result or {}).get("link")),
        can_cancel=not job.ended and job.cancel_asked_at is None, can_retry=job.state in ("failed", "cancelled"),
    )  # fmt: skip


def _line(line: Any) -> dict[str, Any]:
    return {
        "id": line.id, "at": line.at.isoformat(), "moment": moment(line.at), "attempt": line.attempt,
        "text": job_words.said(line.message, line.message_values),
    }  # fmt: skip
