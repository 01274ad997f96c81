"""One job from its claim to its end, and all that are due, one after the other, in this very process."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator

import structlog
from sqlalchemy.orm import Session

from licensetrack.accounts import users
from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.core.db import BUSY, DUPLICATE, reading, transaction
from licensetrack.core.errors import DomainError, Forbidden
from licensetrack.core.job_claims import Claimed, claim, fail, finish, give_back, is_anything_due, stop, wait_after
from licensetrack.jobs import progress_files
from licensetrack.jobs.handlers import Cancelled, Lost, Result, Run, handlers

log = structlog.get_logger()
BROKE_OFF = "It broke off: %(reason)s."
PASSING = (BUSY, DUPLICATE)  # refusals that another attempt may not meet
BATCH = 10  # quick jobs at a time
Next = Callable[[Session], list[Claimed]]


def process_name() -> str:
    """How this process calls itself in rows: machine and number."""
    return f"{socket.gethostname()}:{os.getpid()}"[:120]


def run_queued(limit: int | None = None) -> int:
    """Does what is due now, and what that brings; returns how many attempts were made. What waits for later waits."""
    made, kinds, worker = 0, list(handlers()), process_name()
    batch: list[Claimed] = []
    while limit is None or made < limit:
        batch = batch or claim_due(kinds, worker, BATCH if limit is None else 1)
        if not batch:
            break
        made += len(batch)
        batch = do_all(batch, None if limit is not None else lambda db: claim_batch(db, kinds, worker))
    return made


def claim_due(kinds: list[str], worker: str = "", most: int = BATCH) -> list[Claimed]:
    """As `claim_batch`, in a transaction of its own; writes nothing where nothing is due."""
    if not is_anything_due(kinds):
        return []
    with transaction(even_read_only=True) as db:
        return claim_batch(db, kinds, worker or process_name(), most)


def claim_batch(db: Session, kinds: list[str], worker: str, most: int = BATCH) -> list[Claimed]:
    """The oldest due job of these kinds as one's own; where it is quick, more quick ones with it."""
    first = claim(db, worker, kinds)
    if not first or most == 1 or not handlers()[first[0].kind].quick:
        return first
    return first + claim(db, worker, [kind for kind in kinds if handlers()[kind].quick], most - 1)


def do_all(batch: list[Claimed], then: Next | None = None) -> list[Claimed]:
    """Does claimed jobs one after the other to their ends, good or bad.

    With `then`, the next ones are claimed in the transaction that writes the ends: one wait for the disk for both.
    """
    ends = [(mine, result) for mine in batch for result in do(mine)]
    if not ends:
        return []
    with transaction(even_read_only=True) as db:
        if not finish(db, *ends):
            log.warning("job was given to another worker", jobs=[mine.id for mine, _ in ends])
        return then(db) if then is not None else []


def do(mine: Claimed) -> Iterator[Result]:
    """Does a claimed job; gives its result if its good end is still to be written."""
    run = Run(mine, SYSTEM)
    progress_files.remove(mine.id)  # a worker that fell left what was said to its own attempt
    try:
        run.actor = _actor(mine)
        result = handlers()[mine.kind].work(run)
        if not run.completed:
            yield result
    except Lost:
        log.warning("job was given to another worker", job=mine.id, kind=mine.kind)
    except Exception as error:
        _end_badly(mine, error)
    finally:
        if run.left_files:
            progress_files.remove(mine.id)


def _end_badly(mine: Claimed, error: Exception) -> None:
    """Cancelled as asked, failed in words, or tried again after a while."""
    message, values, again = BROKE_OFF, {"reason": type(error).__name__}, True
    if isinstance(error, DomainError):
        message, again = error.message, error.message in PASSING
        values = {name: str(value) for name, value in error.values.items()}
    elif not isinstance(error, Cancelled):
        log.error("job broke off", job=mine.id, kind=mine.kind, attempt=mine.attempt, exc_info=error)
    with transaction(even_read_only=True) as db:
        if isinstance(error, Cancelled):
            stop(db, mine)
        elif again:
            give_back(db, mine, message, values, after=wait_after(mine.attempt))
        else:
            fail(db, mine, message, values)


def _actor(mine: Claimed) -> Actor:
    """Whoever wanted the job, with the role and scope of now: rights that were taken away meanwhile are gone."""
    if mine.wanted_by_id is None:
        return SYSTEM
    with reading() as db:
        user = db.get(User, mine.wanted_by_id)
        if user is None or not user.active:
            raise Forbidden("The account of “%(login)s”, who asked for this, is switched off.", login=mine.wanted_by)
        return users.actor_of(user)
