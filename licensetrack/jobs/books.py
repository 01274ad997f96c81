"""Jobs that keep the books in order: every invariant asked, and files that a crash left cleared away."""

from __future__ import annotations

from contextlib import suppress

import structlog

from licensetrack.core import blobs, result_files
from licensetrack.core.clock import today
from licensetrack.core.db import transaction
from licensetrack.core.errors import ReadOnly
from licensetrack.jobs import progress_files, uploads
from licensetrack.jobs.handlers import Run, handles
from licensetrack.verify.history import CheckRun
from licensetrack.verify.nightly import check_books, check_files

log = structlog.get_logger()


def sweep_files() -> int:
    """Removes files that a crash left without a row, results whose days are over, half uploads, progress.

    None while the program is read-only, for then a row may be what is missing.
    """
    removed: list[str] = []
    with suppress(ReadOnly), transaction() as db:
        removed += [*blobs.sweep(db), *result_files.sweep(db), *uploads.sweep(db), *progress_files.sweep(db)]
    if removed:
        log.info("files that nobody needs removed", count=len(removed))
    return len(removed)


@handles("books:check", label="Check the books", long=True, even_read_only=True)
def work_check(run: Run) -> dict[str, int]:
    """Every night, and when somebody asks: every invariant but the bytes of the files."""
    return _told(run, check_books(actor=run.actor))


@handles("files:check", label="Check the files", long=True, even_read_only=True)
def work_files(run: Run) -> dict[str, int]:
    """Every night: bytes against digest, all of them or, where there are many, one share of seven.

    What a crash left is cleared away first: after a power cut this may be the first job that runs.
    """
    sweep_files()
    whole = bool(run.arguments.get("whole"))
    return _told(run, check_files(actor=run.actor, whole=whole, day=today()))


def _told(run: Run, made: CheckRun) -> dict[str, int]:
    for one in made.broken:
        log.error("invariant broken", invariant=one["invariant"], examples=one["examples"])
    if made.broken:
        run.say("%(count)s invariants are broken.", count=len(made.broken))
    return {"check": made.id, "asked": made.asked, "broken": len(made.broken)}


@handles("files:sweep", label="Clear away files without a row")
def work_sweep(_run: Run) -> dict[str, int]:
    """Every hour."""
    return {"removed": sweep_files()}
