"""The two jobs of an upload: the check that tells what a load would do, and the load that does it, or nothing."""

from __future__ import annotations

from typing import Any

from licensetrack.core import result_files
from licensetrack.core.result_files import Draft
from licensetrack.exchange.changes import Outcome
from licensetrack.exchange.loading import Load
from licensetrack.exchange.outcome_text import summary, told_text
from licensetrack.jobs import uploads
from licensetrack.jobs.handlers import Run, handles


@handles(uploads.CHECK, label="Check ledgers", long=True)
def check(run: Run) -> None:
    """Tells row by row what a load would do: it is run and rolled back."""
    outcome = _read(run).apply(dry_run=True)
    with result_files.drafting(run.job_id) as draft, run.completing(_result(outcome, draft)):
        pass
    if outcome.refused:
        uploads.let_go(run.arguments["upload"])


@handles(uploads.LOAD, label="Load ledgers", long=True)
def load(run: Run) -> None:
    """Loads what the check showed, in the transaction that ends the job: rows, audit entry and end, or none of them."""
    read, result = _read(run), dict[str, Any]()
    with result_files.drafting(run.job_id) as draft, run.completing(result):
        outcome = read.apply(promised=run.arguments["promised"])
        result.update(_result(outcome, draft))
    uploads.let_go(run.arguments["upload"])


def _read(run: Run) -> Load:
    return Load(uploads.read_files(run.arguments), actor=run.actor, progress=run.progress)


def _result(outcome: Outcome, draft: Draft) -> dict[str, Any]:
    draft.file.write(told_text(outcome))
    return summary(outcome) | {"told": draft.finish("outcome.json", "application/json")}
