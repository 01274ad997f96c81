"""Attempts to prove who one is: counted as failed before anybody looks at the proof, forgiven when it was right.

Counting first leaves guesses that come all at once no more tries than those that come one by one.
"""

from __future__ import annotations

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.models import User
from licensetrack.accounts.rules import wait_after
from licensetrack.core import outbox
from licensetrack.core.clock import now, today

TOO_MANY = "Too many failed sign-ins. Please wait and try again."
LOCK = "accounts:account:lock"
_BLIND = {"synchronize_session": False}


def count_attempt(db: Session, user_id: int) -> bool:
    """Counts one more failure; whether the account may try at all now, or is locked."""
    at = now()
    free = or_(User.locked_until.is_(None), User.locked_until <= at)
    counted = update(User).where(User.id == user_id, free).values(failures=User.failures + 1).returning(User.failures)
    failures = db.scalar(counted.execution_options(**_BLIND))
    if failures is None:
        return False
    wait = wait_after(failures)
    locked = update(User).where(User.id == user_id).values(locked_until=at + wait if wait else None)
    db.execute(locked.execution_options(**_BLIND))
    return True


def tell_lock(db: Session, user_id: int) -> None:
    """After an attempt that failed: where it locked the account, those who watch over accounts are told."""
    failures = db.scalar(select(User.failures).where(User.id == user_id)) or 0
    if wait_after(failures):
        outbox.post(db, LOCK, user_id=user_id, failures=failures, on=today().isoformat())


def forgive(db: Session, user_id: int) -> None:
    """The whole proof was right: nothing of what failed before counts."""
    right = update(User).where(User.id == user_id).values(failures=0, locked_until=None)
    db.execute(right.execution_options(**_BLIND))


def take_back(db: Session, user_id: int) -> None:
    """The password was right and a second factor follows: this attempt was no failure, the others still count.

    Else whoever knows the password could begin anew after every few guesses of the second factor.
    """
    undone = (
        update(User).where(User.id == user_id, User.failures > 0).values(failures=User.failures - 1, locked_until=None)
    )
    db.execute(undone.execution_options(**_BLIND))
