"""Jobs that keep the books in order: every invariant asked, and files that a crash left cleared away."""

from __future__ import annotations

import structlog

from licensetrack.core import blobs, result_files
from licensetrack.core.db import transaction
from licensetrack.jobs import uploads
from licensetrack.jobs.handlers import Run, handles
from licensetrack.verify.report import note, verify

log = structlog.get_logger()


def check_books() -> int:
    """Asks every invariant, as `licensetrack verify` does; says in the log which are broken. Returns how many."""
    findings = verify()
    note(findings)
    broken = [finding for finding in findings if finding.broken]
    for finding in broken:
        log.error("invariant broken", invariant=finding.invariant, examples=list(finding.broken))
    if not broken:
        log.info("books are right")
    return len(broken)


def sweep_files() -> int:
    """Removes files that a crash left without a row, results whose days are over, half uploads; returns how many."""
    with transaction() as db:
        removed = [*blobs.sweep(db), *result_files.sweep(db), *uploads.sweep(db)]
    if removed:
        log.info("files that nobody needs removed", count=len(removed))
    return len(removed)


@handles("books:check", label="Check the books")
def work_check(run: Run) -> dict[str, int]:
    """Every night."""
    broken = check_books()
    if broken:
        run.say("%(count)s invariants are broken.", count=broken)
    return {"broken": broken}


@handles("files:sweep", label="Clear away files without a row")
def work_sweep(_run: Run) -> dict[str, int]:
    """Every hour."""
    return {"removed": sweep_files()}
