"""Signing in and out: a session is a row, its cookie holds only a random token."""

from __future__ import annotations

import hashlib
import secrets

from sqlalchemy import select, update
from werkzeug.security import check_password_hash, generate_password_hash

from licensetrack.accounts.models import LoginSession, User
from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.accounts.rules import is_over, wait_after
from licensetrack.accounts.users import HASH_METHOD, actor_of, find_user
from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Refused

WRONG = "The login name or the password is wrong."
_nobody: list[str] = []


def _hash_of_nobody() -> str:
    if not _nobody:  # an unknown login must cost the same time as a known one
        _nobody.append(generate_password_hash(secrets.token_hex(16), HASH_METHOD))
    return _nobody[0]


def sign_in(login: str, password: str, *, address: str = "") -> str:
    """Checks a password and opens a session; returns its token (256 bits).

    Raises Refused, in the same words for every cause but a lock.
    """
    login = "".join(letter for letter in login if letter.isprintable())[:80]
    user, locked = _count_attempt(login)
    right = check_password_hash(user.password_hash if user is not None else _hash_of_nobody(), password)
    if user is None or not user.active or not right or locked:
        _record_refusal(login, address, locked=locked)
        if locked:
            raise Refused("Too many failed sign-ins. Please wait and try again.")
        raise Refused(WRONG)
    token = secrets.token_urlsafe(32)
    with transaction() as db:
        at = now()
        db.execute(update(User).where(User.id == user.id).values(failures=0, locked_until=None))
        db.add(
            LoginSession(
                token_digest=_digest(token), user_id=user.id, started_at=at, seen_at=at, ended_at=None, address=address
            )
        )
        db.flush()
        audit.record(db, "accounts:session:start", f"user:{login}", actor_of(user), address=address)
    return token


def _count_attempt(login: str) -> tuple[User | None, bool]:
    """The account, and whether it is locked. An attempt counts as failed until its password proves right.

    Counting before the look at the password leaves guesses that come all at once no more tries than others.
    """
    with transaction() as db:
        audit.lock_head(db)
        user = find_user(db, login)
        if user is None:
            return None, False
        at = now()
        if user.locked_until is not None and user.locked_until > at:
            return user, True
        failures = user.failures + 1
        wait = wait_after(failures)
        db.execute(
            update(User).where(User.id == user.id).values(failures=failures, locked_until=at + wait if wait else None)
        )
    return user, False


def _record_refusal(login: str, address: str, *, locked: bool) -> None:
    with transaction() as db:
        audit.record(
            db, "accounts:session:start", f"user:{login}", SYSTEM, outcome="refused", address=address, locked=locked
        )


def session_actor(token: str) -> Actor | None:
    """Who a token belongs to, or None when the session is unknown, ended or over. Rights are read anew each time."""
    with reading() as db:
        row = db.execute(
            select(LoginSession, User)
            .join(User, User.id == LoginSession.user_id)
            .where(LoginSession.token_digest == _digest(token))
        ).first()
        if row is None or row.LoginSession.ended_at is not None or not row.User.active:
            return None
        at = now()
        if is_over(row.LoginSession.started_at, row.LoginSession.seen_at, at):
            return None
        actor, seen_at = actor_of(row.User), row.LoginSession.seen_at
    if (at - seen_at).total_seconds() > 60:  # once a minute is enough to tell idle from busy
        with transaction() as db:
            db.execute(update(LoginSession).where(LoginSession.token_digest == _digest(token)).values(seen_at=at))
    return actor


def sign_out(token: str, *, actor: Actor) -> None:
    """Ends a session on the server: its token is worth nothing from now on."""
    with transaction() as db:
        db.execute(update(LoginSession).where(LoginSession.token_digest == _digest(token)).values(ended_at=now()))
        audit.record(db, "accounts:session:end", f"user:{actor.login}", actor)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
