"""What is done by the clock: the schedules, and the jobs that fall due of them, one for each time and never two."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core.columns import instant_text
from licensetrack.core.job_queue import Job, write_job
from licensetrack.core.job_schedules import ScheduleRow
from licensetrack.core.statements import insert_for
from licensetrack.jobs.cron import next_after

MOST_SLOTS = 10_000  # of one schedule at once


@dataclass(frozen=True)
class Schedule:
    """A job that the clock wants: `cron` in business time, `label` a msgid.

    Times that were missed (no worker ran) are made up by one job, for the latest of them; with `each`, by one for
    every time. The slot is `run.mine.slot`.
    """

    name: str
    cron: str
    kind: str
    label: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    each: bool = False


SCHEDULES: dict[str, Schedule] = {
    one.name: one
    for one in (
        Schedule("close-month", "40 0 * * *", "months:close", "Close the month"),
        Schedule("backup", "30 1 * * *", "backups:make", "Backup of the night"),
        Schedule("check-books", "30 2 * * *", "books:check", "Check the books"),
        Schedule("check-files", "0 3 * * *", "files:check", "Check the files"),
        Schedule("clean-sessions", "30 4 * * *", "accounts:sessions", "Clean up sessions"),
        Schedule("unused-accounts", "0 5 * * *", "accounts:unused", "Unused accounts"),
        Schedule("reminders", "30 6 * * *", "reminders:tell", "Tell what is due"),
        Schedule("watch-backups", "0 8,14,20 * * *", "backups:watch", "Age of the newest backup"),
        Schedule("lapse-waivers", "5 0 * * *", "inventory:lapse", "Open differences whose waiver is over"),
        Schedule("notices", "* * * * *", "notices:dispatch", "Tell people what happened"),
        Schedule("notices-digest", "0 8 * * *", "notices:digest", "Gather the day's notices into one mail each"),
        Schedule("notices-sweep", "50 3 * * *", "notices:sweep", "Clear away old notices"),
        Schedule("sweep-jobs", "20 * * * *", "jobs:sweep", "Forget old jobs of the clock"),
        Schedule("sweep-files", "10 * * * *", "files:sweep", "Clear away files without a row"),
    )
}


def plan_due(db: Session, at: dt.datetime) -> list[Job]:
    """Writes a job for every time of every schedule that has come by `at` and has none; returns the new ones.

    A schedule that is met for the first time begins now. For the leader, in the transaction that asked the fence.
    """
    made = []
    for one in SCHEDULES.values():
        row = _locked(db, one, at)
        if row is None or row.paused:
            continue
        slots = due_slots(one, row, at)
        for slot in slots if one.each else slots[-1:]:
            made.append(write_slot(db, one, slot))
        if slots:
            _planned(db, one.name, slots[-1])
    return made


def is_due(db: Session, at: dt.datetime) -> bool:
    """Whether `plan_due` would write anything; asks without a lock."""
    rows = {row.name: row for row in db.scalars(select(ScheduleRow))}
    for one in SCHEDULES.values():
        row = rows.get(one.name)
        if row is None or (not row.paused and due_slots(one, row, at)):
            return True
    return False


def due_slots(one: Schedule, row: ScheduleRow, at: dt.datetime) -> list[dt.datetime]:
    """The times of a schedule after the last planned one, up to `at`."""
    cron = row.cron or one.cron
    slots: list[dt.datetime] = []
    slot = next_after(cron, row.planned_until)
    while slot is not None and slot <= at and len(slots) < MOST_SLOTS:
        slots.append(slot)
        slot = next_after(cron, slot)
    return slots


def write_slot(db: Session, one: Schedule, slot: dt.datetime) -> Job:
    """The job of one time; the one that is there where there is one."""
    return write_job(
        db, one.kind, SYSTEM, dict(one.arguments), dedupe=f"{one.name}:{instant_text(slot)}", schedule=one.name,
        slot=slot,
    )  # fmt: skip


def _locked(db: Session, one: Schedule, at: dt.datetime) -> ScheduleRow | None:
    first = insert_for(db, ScheduleRow).values(name=one.name, cron=None, paused=False, planned_until=at, revision=1)
    db.execute(first.on_conflict_do_nothing())
    query = select(ScheduleRow).where(ScheduleRow.name == one.name).execution_options(populate_existing=True)
    return db.scalars(query if db.get_bind().dialect.name == "sqlite" else query.with_for_update()).first()


def _planned(db: Session, name: str, slot: dt.datetime) -> None:
    moved = update(ScheduleRow).where(ScheduleRow.name == name).values(planned_until=slot)
    db.execute(moved, execution_options={"synchronize_session": False})
