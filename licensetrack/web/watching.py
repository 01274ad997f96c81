"""What a page says of a job while it is watched: how far it is, whether it goes on, and why it ended badly."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from licensetrack.core.job_queue import Job
from licensetrack.jobs import progress_files


def seen(job: Job) -> dict[str, Any]:
    """State and progress of a job for templates and for the script that polls (static/watch.js)."""
    done, total = progress_files.seen(job)
    percent = min(100, done * 100 // total) if total else 0
    return {"works": not job.ended, "state": job.state, "done": done, "total": total, "percent": percent}


def error_text(job: Job) -> str:
    """What went wrong, in the visitor's language; nothing where nothing did."""
    if not job.error:
        return ""
    text = str(gettext(job.error))
    return text % job.error_values if job.error_values else text
