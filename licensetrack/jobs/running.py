"""One job from its claim to its end, and all that are due, one after the other, in this very process."""

from __future__ import annotations

import math
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator

import structlog
from sqlalchemy.orm import Session

from licensetrack.accounts import users
from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.core.db import BUSY, DUPLICATE, reading, transaction
from licensetrack.core.errors import DomainError, Forbidden
from licensetrack.core.job_claims import (
    Claimed,
    claim,
    fail,
    finish,
    give_back,
    is_anything_due,
    put_back,
    stop,
    wait_after,
)  # fmt: skip
from licensetrack.jobs import progress_files
from licensetrack.jobs.handlers import Cancelled, Lost, Result, Run, handlers

log = structlog.get_logger()
BROKE_OFF = "It broke off: %(reason)s."
PASSING = (BUSY, DUPLICATE)  # refusals that another attempt may not meet
BATCH = 10  # quick jobs at a time
QUICK, PATIENCE = 0.01, 0.1  # seconds that a quick job takes at the most; that the others of its batch wait for it
_took: dict[str, float] = {}  # how long each kind took when this process last did it
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
        then = None if limit is not None else lambda db: claim_batch(db, kinds, worker)
        batch = do_all(batch, then, patience=math.inf)  # nobody else is here whom they could be put back for
    return made


def claim_due(kinds: list[str], worker: str = "", most: int = BATCH) -> list[Claimed]:
    """As `claim_batch`, in a transaction of its own; writes nothing where nothing is due."""
    if not is_anything_due(kinds):
        return []
    with transaction(even_read_only=True) as db:
        return claim_batch(db, kinds, worker or process_name(), most)


def claim_batch(db: Session, kinds: list[str], worker: str, most: int = BATCH) -> list[Claimed]:
    """The oldest due job of these kinds as one's own; where it is quick, more quick ones with it."""
    token = secrets.token_hex(16)
    first = claim(db, worker, kinds, token=token)
    if not first or most == 1 or not is_quick(first[0].kind):
        return first
    return first + claim(db, worker, [kind for kind in kinds if is_quick(kind)], most - 1, token=token)


def is_quick(kind: str) -> bool:
    """Whether jobs of this kind are claimed and ended several at a time: the last one here was over at once."""
    return not handlers()[kind].long and _took.get(kind, QUICK) < QUICK


def do_all(batch: list[Claimed], then: Next | None = None, *, patience: float = PATIENCE) -> list[Claimed]:
    """Does claimed jobs one after the other to their ends, good or bad.

    With `then`, the next ones are claimed in the transaction that writes the ends: one wait for the disk for both.
    Where one was not as quick as its kind was, those behind it are put back for others.
    """
    began = time.monotonic()
    ends: list[tuple[Claimed, Result]] = []
    waiting: list[Claimed] = []
    for nth, mine in enumerate(batch):
        if nth and time.monotonic() - began > patience:
            waiting = batch[nth:]
            break
        ends += [(mine, result) for result in do(mine)]
    if not ends and not waiting:
        return []
    with transaction(even_read_only=True) as db:
        if not finish(db, *ends):
            log.warning("job was given to another worker", jobs=[mine.id for mine, _ in ends])
        put_back(db, waiting)
        return then(db) if then is not None else []


def do(mine: Claimed) -> Iterator[Result]:
    """Does a claimed job; gives its result if its good end is still to be written."""
    run = Run(mine, SYSTEM)
    progress_files.remove(mine.id)  # a worker that fell left what was said to its own attempt
    try:
        began = time.monotonic()
        run.actor = _actor(mine)
        result = handlers()[mine.kind].work(run)
        _took[mine.kind] = time.monotonic() - began
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
