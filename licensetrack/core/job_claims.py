"""The worker's side of the job table: claim, beat, end, take back what a silent worker left; all by compare and set.

Each statement names the claim it was given. A worker that was held up so long that its job was given to another
finds nobody there, and its transaction is rolled back.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections import defaultdict
from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import Integer, Table, bindparam, case, func, insert, or_, select, update
from sqlalchemy.orm import Session

from licensetrack.core.clock import now
from licensetrack.core.columns import Instant, JsonText, canonical_json
from licensetrack.core.db import reading
from licensetrack.core.job_queue import CANCELLED, DONE, FAILED, QUEUED, RUNNING, Job, JobLine
from licensetrack.core.leases import database_now
from licensetrack.core.statements import QUIETLY, touched

_jobs = cast(Table, Job.__table__)
FIRST_WAIT, LONGEST_WAIT = dt.timedelta(seconds=10), dt.timedelta(hours=1)
SILENT = "The worker that did this job was not heard of any more, %(times)s times."


class Claimed(NamedTuple):
    """A job that this process may do: its row's values at the claim, and the token."""

    id: int
    kind: str
    arguments: dict[str, Any]
    claim: str
    attempt: int
    most_attempts: int
    wanted_by_id: int | None
    wanted_by: str
    schedule: str | None
    slot: dt.datetime | None


def wait_after(attempt: int) -> dt.timedelta:
    """How long after its n-th attempt went wrong a job waits: 10 seconds, doubled each time, an hour at most."""
    return min(FIRST_WAIT * int(2 ** min(attempt - 1, 20)), LONGEST_WAIT)


def is_anything_due(kinds: Collection[str]) -> bool:
    """Whether a job of these kinds could be claimed now; asks without holding up any writer."""
    with reading() as db:
        return db.scalar(select(Job.id).where(*_due(kinds)).limit(1)) is not None


def claim(
    db: Session, worker: str, kinds: Collection[str], most: int = 1, *, token: str | None = None
) -> list[Claimed]:
    """Takes the oldest jobs of these kinds that are due, `most` at once; no two processes get the same one.

    `token` is given where jobs that are claimed by two statements shall end by one.
    """
    at = now()
    token = token or secrets.token_hex(16)
    values = {"kinds": list(kinds), "at": at, "clock": at, "token": token, "by": worker, "most": most}
    rows = db.connection().execute(_claiming(db.get_bind().dialect.name), values).all()
    return sorted(Claimed(*row) for row in rows)


@cache
def _claiming(dialect: str) -> Any:
    """The statement of `claim`, built once: with `_FINISH` it is what every job costs."""
    free = or_(_jobs.c.not_before.is_(None), _jobs.c.not_before <= bindparam("at", type_=Instant))
    wanted = _jobs.c.kind.in_(bindparam("kinds", expanding=True))
    oldest = select(_jobs.c.id).where(_jobs.c.state == QUEUED, wanted, free).order_by(_jobs.c.id)
    oldest = oldest.limit(bindparam("most", type_=Integer))
    clock: Any = bindparam("clock", type_=Instant)
    if dialect == "sqlite":
        taken = update(_jobs).where(_jobs.c.id.in_(oldest))
    else:  # a join with rows that are locked once; as a subquery they might be looked for again and again
        due = oldest.with_for_update(skip_locked=True).cte("due")
        taken, clock = update(_jobs).where(_jobs.c.id == due.c.id), func.clock_timestamp()  # `leases.database_now`
    return taken.values(
        state=RUNNING, claim=bindparam("token"), worker=bindparam("by"), beat_at=clock, started_at=clock, done=0,
        total=0, attempt=_jobs.c.attempt + 1, error="", error_values={}, note="", note_values={},
    ).returning(*(_jobs.c[name] for name in Claimed._fields))  # fmt: skip


def _due(kinds: Collection[str]) -> tuple[Any, ...]:
    return Job.state == QUEUED, Job.kind.in_(kinds), or_(Job.not_before.is_(None), Job.not_before <= now())


def beat(db: Session, claims: Collection[str]) -> None:
    """Says that the jobs of these claims are still being worked on; one that is being ended just now needs no beat."""
    running = select(Job.id).where(Job.claim.in_(claims))
    if db.get_bind().dialect.name != "sqlite":
        running = running.with_for_update(skip_locked=True)
    ids = list(db.scalars(running))
    said = update(Job).where(Job.id.in_(ids), Job.claim.in_(claims)).values(beat_at=database_now(db))
    touched(db, said)


def note_progress(db: Session, mine: Claimed, done: int, total: int) -> bool | None:
    """Writes how far a job is; whether somebody asked to cancel it, or None where the claim is lost."""
    said = (
        update(Job)
        .where(Job.id == mine.id, Job.claim == mine.claim)
        .values(done=max(done, 0), total=max(total, 0), beat_at=database_now(db))
        .returning(Job.cancel_asked_at)
    )
    row = db.execute(said, execution_options=QUIETLY).first()
    return None if row is None else row[0] is not None


def note_line(db: Session, mine: Claimed, message: str, values: dict[str, Any]) -> bool:
    """Adds a line to the job's log and shows it as its newest word; False where the claim is lost."""
    said = update(Job).where(Job.id == mine.id, Job.claim == mine.claim).values(note=message, note_values=values)
    if not touched(db, said):
        return False
    _add_line(db, mine.id, mine.attempt, message, values)
    return True


_FINISH = (
    update(_jobs)
    .where(_jobs.c.id.in_(bindparam("ids", expanding=True)), _jobs.c.claim == bindparam("token"))
    .values(
        state=DONE, claim=None, result=bindparam("outcome", type_=JsonText), ended_at=bindparam("at", type_=Instant),
        done=case((_jobs.c.total > 0, _jobs.c.total), else_=_jobs.c.done), error="", error_values={},
    )
)  # fmt: skip


def finish(db: Session, *ends: tuple[Claimed, dict[str, Any] | None]) -> bool:
    """Good ends with their results, in the transaction of their effects.

    False where one of the claims is lost: then nothing may be written of it.
    """
    at, ended, alike = now(), 0, defaultdict[tuple[str, str], list[int]](list)
    results: dict[str, dict[str, Any] | None] = {}
    for mine, result in ends:  # one statement for all that were claimed together and came to the same
        text = canonical_json(result)
        results[text] = result
        alike[mine.claim, text].append(mine.id)
    for (token, text), ids in alike.items():
        values = {"ids": ids, "token": token, "outcome": results[text], "at": at}
        ended += db.connection().execute(_FINISH, values).rowcount
    return ended == len(ends)


def put_back(db: Session, jobs: Collection[Claimed]) -> None:
    """Queues claimed jobs again that were not begun: that was no attempt. One that was cancelled meanwhile is."""
    for mine in jobs:
        cancelled = Job.cancel_asked_at.is_not(None)
        waits = case((cancelled, CANCELLED), else_=QUEUED)
        said = update(Job).where(Job.id == mine.id, Job.claim == mine.claim)
        touched(db, said.values(
            state=waits, ended_at=case((cancelled, Job.cancel_asked_at)), claim=None, worker="", started_at=None,
            beat_at=None, attempt=Job.attempt - 1,
        ))  # fmt: skip


def give_back(db: Session, mine: Claimed, message: str, values: dict[str, Any], *, after: dt.timedelta) -> bool:
    """An attempt went wrong: queued again after a while, or failed where that was the last one."""
    _say_error(db, mine, message, values)
    if mine.attempt >= mine.most_attempts:
        return _ended(db, mine, state=FAILED, ended_at=now(), error=message, error_values=values)
    return _ended(db, mine, state=QUEUED, not_before=now() + after, error=message, error_values=values)


def fail(db: Session, mine: Claimed, message: str, values: dict[str, Any]) -> bool:
    """A bad end in words: trying again would not help."""
    _say_error(db, mine, message, values)
    return _ended(db, mine, state=FAILED, ended_at=now(), error=message, error_values=values)


def stop(db: Session, mine: Claimed) -> bool:
    """The end that somebody asked for."""
    return _ended(db, mine, state=CANCELLED, ended_at=now())


def take_back(db: Session, silence: dt.timedelta) -> list[int]:
    """Jobs whose worker was silent for so long: queued again, failed after the last attempt, or cancelled as asked.

    Returns their ids. The claim goes with it: a worker that wakes up again writes nothing.
    """
    at = database_now(db)
    # A beat of the far future was written before the clock was put back.
    silent = (Job.state == RUNNING, or_(Job.beat_at < at - silence, Job.beat_at > at + silence))
    ask = select(Job.id, Job.attempt, Job.most_attempts, Job.cancel_asked_at).where(*silent).order_by(Job.id)
    if db.get_bind().dialect.name != "sqlite":
        ask = ask.with_for_update(skip_locked=True)
    found = db.execute(ask).all()
    for row in found:
        ended: dict[str, Any] = {"state": QUEUED, "not_before": now() + min(wait_after(row.attempt), silence)}
        if row.cancel_asked_at is not None:
            ended = {"state": CANCELLED, "ended_at": now()}
        elif row.attempt >= row.most_attempts:
            ended = {"state": FAILED, "ended_at": now()}
        values = {"times": row.attempt}
        ended |= {"claim": None, "error": SILENT, "error_values": values}
        touched(db, update(Job).where(Job.id == row.id, *silent).values(ended))
        _add_line(db, row.id, row.attempt, SILENT, values)
    return [row.id for row in found]


def _ended(db: Session, mine: Claimed, **values: Any) -> bool:
    return bool(touched(db, update(Job).where(Job.id == mine.id, Job.claim == mine.claim).values(claim=None, **values)))


def _say_error(db: Session, mine: Claimed, message: str, values: dict[str, Any]) -> None:
    held = select(Job.id).where(Job.id == mine.id, Job.claim == mine.claim)
    if db.scalar(held) is not None:
        _add_line(db, mine.id, mine.attempt, message, values)


def _add_line(db: Session, job_id: int, attempt: int, message: str, values: dict[str, Any]) -> None:
    line = {"job_id": job_id, "attempt": attempt, "at": now(), "message": message, "message_values": values}
    db.execute(insert(JobLine).values(line))
