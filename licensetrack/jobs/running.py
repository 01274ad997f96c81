"""One job from its claim to its end, and all that are due, one after the other, in this very process."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

import structlog
from sqlalchemy.orm import Session

from licensetrack.accounts import users
from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.core.db import BUSY, DUPLICATE, reading, transaction
from licensetrack.core.errors import DomainError, Forbidden
from licensetrack.core.job_claims import Claimed, claim, fail, finish, give_back, is_anything_due, stop, wait_after
from licensetrack.jobs import progress_files
from licensetrack.jobs.handlers import Cancelled, Lost, Run, handlers

log = structlog.get_logger()
BROKE_OFF = "It broke off: %(reason)s."
PASSING = (BUSY, DUPLICATE)  # refusals that another attempt may not meet
Next = Callable[[Session], Claimed | None]


def process_name() -> str:
    """How this process calls itself in rows: machine and number."""
    return f"{socket.gethostname()}:{os.getpid()}"[:120]


def run_queued(limit: int | None = None) -> int:
    """Does what is due now, and what that brings; returns how many attempts were made. What waits for later waits."""
    made, kinds, mine = 0, list(handlers()), None
    while limit is None or made < limit:
        if mine is None:
            mine = claim_one(kinds)
        if mine is None:
            break
        mine, made = do(mine), made + 1
    return made


def claim_one(kinds: list[str], worker: str = "") -> Claimed | None:
    """The oldest due job of these kinds as one's own, or None; writes nothing where there is none."""
    if not is_anything_due(kinds):
        return None
    with transaction(even_read_only=True) as db:
        return claim(db, worker or process_name(), kinds)


def do(mine: Claimed, then: Next | None = None) -> Claimed | None:
    """Does a claimed job to its end, good or bad; with `then`, claims the next one in the transaction of the end."""
    try:
        run = Run(mine, _actor(mine))
        result = handlers()[mine.kind].work(run)
        if run.completed:
            return None
        with transaction(even_read_only=True) as db:
            if not finish(db, mine, result):
                raise Lost
            return then(db) if then is not None else None
    except Lost:
        log.warning("job was given to another worker", job=mine.id, kind=mine.kind)
    except Cancelled:
        with transaction(even_read_only=True) as db:
            stop(db, mine)
    except DomainError as refusal:
        values = {name: str(value) for name, value in refusal.values.items()}
        with transaction(even_read_only=True) as db:
            if refusal.message in PASSING:
                give_back(db, mine, refusal.message, values, after=wait_after(mine.attempt))
            else:
                fail(db, mine, refusal.message, values)
    except Exception as error:
        log.exception("job broke off", job=mine.id, kind=mine.kind, attempt=mine.attempt)
        values = {"reason": type(error).__name__}
        with transaction(even_read_only=True) as db:
            give_back(db, mine, BROKE_OFF, values, after=wait_after(mine.attempt))
    finally:
        progress_files.remove(mine.id)
    return None


def _actor(mine: Claimed) -> Actor:
    """Whoever wanted the job, with the role and scope of now: rights that were taken away meanwhile are gone."""
    if mine.wanted_by_id is None:
        return SYSTEM
    with reading() as db:
        user = db.get(User, mine.wanted_by_id)
        if user is None or not user.active:
            raise Forbidden("The account of “%(login)s”, who asked for this, is switched off.", login=mine.wanted_by)
        return users.actor_of(user)
