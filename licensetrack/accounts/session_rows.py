"""The rows behind sessions: one more for each step of a sign-in, with a new token; ended, they let nobody in."""

from __future__ import annotations

import hashlib
import secrets
from typing import NamedTuple

from sqlalchemy import update
from sqlalchemy.orm import Session

from licensetrack.accounts.models import LoginSession
from licensetrack.core.clock import now


class Browser(NamedTuple):
    """Where a session comes from, as far as a request tells it."""

    address: str = ""
    device: str = ""


UNKNOWN = Browser()


def open_row(db: Session, user_id: int, state: str, browser: Browser) -> str:
    """A new session in this state; gives its token (256 bits), which is kept nowhere."""
    token, at = secrets.token_urlsafe(32), now()
    db.add(
        LoginSession(
            token_digest=token_digest(token), user_id=user_id, state=state, started_at=at, seen_at=at, ended_at=None,
            address=browser.address[:64], device=browser.device[:200],
        )
    )  # fmt: skip
    db.flush()
    return token


def end_rows(db: Session, user_id: int, *, spare: int | None = None) -> int:
    """Ends the account's sessions at once, but for the one spared; how many they were."""
    standing = update(LoginSession).where(LoginSession.user_id == user_id, LoginSession.ended_at.is_(None))
    if spare is not None:
        standing = standing.where(LoginSession.id != spare)
    ended = standing.values(ended_at=now()).returning(LoginSession.id)
    return len(db.scalars(ended.execution_options(synchronize_session=False)).all())


def end_row(db: Session, session_id: int) -> bool:
    """Ends one session; whether it still stood."""
    standing = update(LoginSession).where(LoginSession.id == session_id, LoginSession.ended_at.is_(None))
    ended = standing.values(ended_at=now()).returning(LoginSession.id)
    return db.scalar(ended.execution_options(synchronize_session=False)) is not None


def token_digest(token: str) -> str:
    """By what the row of a token is found."""
    return hashlib.sha256(token.encode()).hexdigest()
