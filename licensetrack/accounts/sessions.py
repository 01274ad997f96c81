"""Signing in and out: a session is a row, its cookie holds only a random token.

Signing in has steps: the password, then what is missing: a code of the second factor, a second factor where the policy
demands one, a password of one's own. Each step passed makes a new row with a new token; until the last one the session
reaches nothing but its next step.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any, NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from licensetrack.accounts import second_factor
from licensetrack.accounts.attempts import TOO_MANY, count_attempt, forgive, take_back, tell_lock
from licensetrack.accounts.models import LoginSession, OldPassword, User
from licensetrack.accounts.passwords import is_password_of
from licensetrack.accounts.permissions import SYSTEM, Actor, require
from licensetrack.accounts.policy import policy
from licensetrack.accounts.rules import HALF_WAY, is_old, is_over, wait_after
from licensetrack.accounts.session_rows import UNKNOWN, Browser, end_row, open_row, token_digest
from licensetrack.accounts.users import actor_of, find_user
from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, NotFound, Refused

FACTOR, ENROL, PASSWORD, OPEN = "factor", "enrol", "password", "open"
WRONG = "The login name or the password is wrong."
WRONG_CODE = "This code is wrong, too old, or was used before."
GONE = "This sign-in was given up or took too long. Please begin again."
START = "accounts:session:start"


class Standing(NamedTuple):
    """A session that stands: its number, what it still lacks, and who has it."""

    id: int
    state: str
    actor: Actor


def sign_in(login: str, password: str, *, address: str = "", device: str = "") -> str:
    """Checks a password and opens a session; returns its token (256 bits). The session may lack further steps.

    Raises Refused, in the same words for every cause but a lock; an unknown login is locked like a known one.
    """
    login = "".join(letter for letter in login if letter.isprintable())[:80]
    with transaction(even_read_only=True) as db:
        user = find_user(db, login)
        free = count_attempt(db, user.id) if user is not None else not _seems_locked(db, login)
    right = is_password_of(user, password)
    if user is None or not user.active or not right or not free:
        _record_refusal(login, address, user if free else None, locked=not free)
        raise Refused(WRONG if free else TOO_MANY)
    with transaction(even_read_only=True) as db:
        present = db.get(User, user.id, with_for_update=True, populate_existing=True)
        if present is None or not present.active or present.password_hash != user.password_hash:
            raise Refused(WRONG)
        state = FACTOR if present.factor_since is not None else _state_without_factor(db, present)
        if state == FACTOR:
            take_back(db, present.id)
        else:
            forgive(db, present.id)
        if state == ENROL:
            second_factor.draw_seed(present)
        token = open_row(db, present.id, state, Browser(address, device))
        audit.record(db, START, f"user:{login}", actor_of(present), address=address, state=state)
    return token


def _state_without_factor(db: Session, user: User) -> str:
    return ENROL if user.role in policy(db).factor_roles else state_with_factor(db, user)


def state_with_factor(db: Session, user: User) -> str:
    """What is missing when the second factor is no question any more."""
    set_at = db.scalar(select(func.max(OldPassword.set_at)).where(OldPassword.user_id == user.id)) or user.created_at
    return PASSWORD if user.must_change or is_old(set_at, now(), policy(db).profile) else OPEN


def _seems_locked(db: Session, login: str) -> bool:
    """Whether a login that does not exist would be locked if it did: else the lock would tell which ones exist."""
    row = audit.AuditEntry
    refused = select(row.at).where(row.subject == f"user:{login}", row.tag == START, row.outcome == "refused")
    looked_at = refused.where(row.details.not_like('%"locked":true%')).order_by(row.seq.desc()).limit(20)
    failures = db.scalars(looked_at).all()
    return bool(failures) and failures[0] + wait_after(len(failures)) > now()


def _record_refusal(login: str, address: str, counted: User | None, **more: Any) -> None:
    with transaction(even_read_only=True) as db:
        audit.record(db, START, f"user:{login}", SYSTEM, outcome="refused", address=address, **more)
        if counted is not None:
            tell_lock(db, counted.id)


def pass_factor(token: str, typed: str, *, browser: Browser = UNKNOWN) -> str:
    """The second step: a code of the telephone or a recovery code. Returns the token of the session it opens.

    Raises Refused for a wrong code, which counts like a wrong password.
    """
    with transaction(even_read_only=True) as db:
        session, user = session_in(db, token, FACTOR)
        free = count_attempt(db, user.id)
        how = second_factor.accept(db, user, typed) if free else ""
        if how and end_row(db, session.id):
            forgive(db, user.id)
            state = state_with_factor(db, user)
            fresh = open_row(db, user.id, state, browser)
            subject, address = f"user:{user.login}", browser.address
            audit.record(db, START, subject, actor_of(user), address=address, state=state, factor=how)
            return fresh
        _record_refusal(user.login, browser.address, user if free else None, locked=not free, factor="wrong")
    raise Refused(WRONG_CODE if free else TOO_MANY).at("code")


def session_in(db: Session, token: str, *states: str) -> tuple[LoginSession, User]:
    """The session of a token that stands in one of the states, and its account, held until the transaction ends.

    Raises Refused when it is over, or in another state.
    """
    row = _row(db, token)
    if row is None or row[0].state not in states:
        raise Refused(GONE)
    session, user = row
    db.refresh(user, with_for_update=True)
    db.refresh(session)
    if session.ended_at is not None or not user.active:
        raise Refused(GONE)
    return session, user


def session_of(token: str, *, used: bool = True) -> Standing | None:
    """The session of a token, or None when it is unknown, ended or over. Rights are read anew each time.

    It grows old as long as nobody uses it: what a page asks by itself is no use.
    """
    with reading() as db:
        row = _row(db, token)
        if row is None:
            return None
        session, at = row[0], now()
        found, seen_at = Standing(session.id, session.state, actor_of(row[1])), session.seen_at
    if used and (at - seen_at).total_seconds() > 60:  # once a minute is enough to tell idle from busy
        with suppress(Conflict), transaction(even_read_only=True, patient=False) as db:
            db.execute(update(LoginSession).where(LoginSession.id == found.id).values(seen_at=at))
    return found


def session_actor(token: str) -> Actor | None:
    """Who has signed in with this token, wholly; or None."""
    found = session_of(token)
    return found.actor if found is not None and found.state == OPEN else None


def _row(db: Session, token: str) -> tuple[LoginSession, User] | None:
    found = db.execute(
        select(LoginSession, User)
        .join(User, User.id == LoginSession.user_id)
        .where(LoginSession.token_digest == token_digest(token))
    ).first()
    if found is None or found.LoginSession.ended_at is not None or not found.User.active:
        return None
    return None if has_passed(db, found.LoginSession, now()) else (found.LoginSession, found.User)


def has_passed(db: Session, session: LoginSession, at: dt.datetime) -> bool:
    """Whether the session's time is over."""
    half_way = session.state != OPEN and at - session.started_at > HALF_WAY
    return half_way or is_over(session.started_at, session.seen_at, at, policy(db).profile)


def sign_out(token: str, *, actor: Actor) -> None:
    """Ends a session on the server: its token is worth nothing from now on."""
    with transaction(even_read_only=True) as db:
        ended = update(LoginSession).where(LoginSession.token_digest == token_digest(token))
        db.execute(ended.where(LoginSession.ended_at.is_(None)).values(ended_at=now()))
        audit.record(db, "accounts:session:end", f"user:{actor.login}", actor)


def end_session(session_id: int, *, actor: Actor) -> None:
    """Ends anybody's session. Raises NotFound when there is none that stands."""
    require(actor, "accounts:session:end")
    with transaction(even_read_only=True) as db:
        session = db.get(LoginSession, session_id)
        if session is None or not end_row(db, session_id):
            raise NotFound("There is no such session.")
        user = db.get_one(User, session.user_id)
        audit.record(db, "accounts:session:end", f"user:{user.login}", actor, session=session_id)
