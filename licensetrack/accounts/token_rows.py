"""The rows behind access tokens: which ones stand, and the end of all of them when their account changes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.models import AccessToken, User
from licensetrack.accounts.permissions import Actor
from licensetrack.core import audit
from licensetrack.core.clock import now

END = "accounts:token:end"


def tokens_of(db: Session, user_id: int) -> Sequence[AccessToken]:
    """The account's tokens that nobody ended, the newest first; expired ones stand until somebody ends them."""
    query = select(AccessToken).where(AccessToken.user_id == user_id, AccessToken.ended_at.is_(None))
    return db.scalars(query.order_by(AccessToken.id.desc())).all()


def end_tokens(db: Session, user: User, actor: Actor, cause: str) -> int:
    """Ends every token of an account whose password, role, second factor or activity changed; how many they were.

    `cause` is the audit tag of that change. Part of the caller's transaction and right.
    """
    standing = update(AccessToken).where(AccessToken.user_id == user.id, AccessToken.ended_at.is_(None))
    ended = standing.values(ended_at=now()).returning(AccessToken.name)
    names = db.scalars(ended.execution_options(synchronize_session=False)).all()
    if names:
        audit.record(db, END, f"user:{user.login}", actor, names=sorted(names), action=cause)
    return len(names)
