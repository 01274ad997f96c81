"""Jobs whose effect is one row, so that it can be counted; for workers that are killed and stopped."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import text

from licensetrack.jobs.handlers import Run, handles
from licensetrack.jobs.schedules import SCHEDULES, Schedule

TABLE = "CREATE TABLE effect (job_id BIGINT NOT NULL, attempt INTEGER NOT NULL)"
SECONDS = 0.03
EVERY_SECOND = Schedule("every-second", "* * * * * *", "chaos:effect", "Check the books", each=True)


def only_ours() -> None:
    """Leaves the schedule of these tests alone."""
    SCHEDULES.clear()
    SCHEDULES[EVERY_SECOND.name] = EVERY_SECOND


@handles("chaos:effect", label="Check the books")
def work_effect(run: Run) -> None:
    """Takes a moment, then writes its row together with its end."""
    time.sleep(SECONDS)
    _effect(run)


@handles("chaos:quick", label="Check the books")
def work_quick(run: Run) -> None:
    """Is over at once, so that workers take several; now and then one takes its time: those behind it are put back."""
    time.sleep(0.15 if run.job_id % 50 == 0 else 0)
    _effect(run)


@handles("chaos:held", label="Check the books")
def work_held(run: Run) -> None:
    """The first attempt says that it began, and goes on only when somebody lets it; a later one goes straight on."""
    folder = Path(run.arguments["folder"])
    if run.attempt == 1:
        (folder / "began").touch()
        while not (folder / "go").exists():
            time.sleep(0.05)
    _effect(run)
    (folder / f"wrote-{run.attempt}").touch()


def _effect(run: Run) -> None:
    with run.completing() as db:
        db.execute(
            text("INSERT INTO effect (job_id, attempt) VALUES (:job, :attempt)"),
            {"job": run.job_id, "attempt": run.attempt},
        )
