"""Accounts that nobody uses: told after a while, switched off after ninety days; and sessions whose time is over."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import and_, delete, func, literal, or_, select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.models import AccessToken, AccountWarning, LoginSession, OldPassword, User
from licensetrack.accounts.permissions import Actor, require
from licensetrack.accounts.policy import policy
from licensetrack.accounts.rules import HALF_WAY
from licensetrack.accounts.session_rows import end_rows
from licensetrack.accounts.sessions import OPEN
from licensetrack.accounts.token_rows import end_tokens
from licensetrack.core import audit
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import BUSINESS_ZONE, business_day, now
from licensetrack.core.db import transaction

UNUSED = dt.timedelta(days=90)
NOTICE = dt.timedelta(days=14)
SESSIONS_KEPT = dt.timedelta(days=190)  # logs are kept six months at least
SWITCH, TELL, CLEAN = "accounts:user:active", "accounts:user:warn", "accounts:session:clean"
KEEPER = "system_administrator"


class Unused(NamedTuple):
    """An account, when somebody last used or renewed it, and the day from which it may be switched off."""

    user_id: int
    login: str
    name: str
    used_at: dt.datetime
    off_on: dt.date


def unused_accounts(db: Session, at: dt.datetime) -> list[Unused]:
    """Active accounts that nobody used for so long that their people are told; the last keeper of accounts never."""
    users = db.scalars(select(User).where(User.active).order_by(User.id)).all()
    used = _used_at(db)
    keepers = [user for user in users if user.role == KEEPER]
    spared = max(keepers, key=lambda user: used[user.id], default=None)
    return [
        Unused(user.id, user.login, user.name, used[user.id], business_day(used[user.id] + UNUSED))
        for user in users
        if user is not spared and at - used[user.id] >= UNUSED - NOTICE
    ]


def warn_unused(found: Unused, *, actor: Actor) -> bool:
    """Notes that the person is told now; False when that was done since the account was last used."""
    require(actor, TELL)
    with transaction() as db:
        user = db.get(User, found.user_id, with_for_update=True)
        told = select(AccountWarning.id).where(
            AccountWarning.user_id == found.user_id, AccountWarning.used_at == found.used_at
        )
        if user is None or db.scalar(told) is not None:
            return False
        db.add(AccountWarning(user_id=found.user_id, used_at=found.used_at, told_at=now()))
        db.flush()
        audit.record(db, TELL, f"user:{found.login}", actor, unused_since=found.used_at, off_on=found.off_on)
    return True


def switch_off_unused(found: Unused, *, actor: Actor) -> bool:
    """Switches the account off once the ninety days are over and its person was told two weeks before."""
    require(actor, SWITCH)
    with transaction() as db:
        at = now()
        user = db.get(User, found.user_id, with_for_update=True, populate_existing=True)
        told_at = db.scalar(
            select(AccountWarning.told_at).where(
                AccountWarning.user_id == found.user_id, AccountWarning.used_at == found.used_at
            )
        )
        if user is None or not user.active or told_at is None or at - told_at < NOTICE or at - found.used_at < UNUSED:
            return False
        if _used_at(db)[user.id] != found.used_at:
            return False  # used meanwhile
        user.active, user.version = False, user.version + 1
        db.flush()
        end_rows(db, user.id)
        end_tokens(db, user, actor, SWITCH)
        audit.record(db, SWITCH, f"user:{user.login}", actor, old=True, new=False, unused_since=found.used_at)
    return True


def clean_sessions(*, actor: Actor) -> tuple[int, int]:
    """Ends sessions whose time is over, and forgets those that ended long ago but the newest of each account.

    Returns how many of both.
    """
    require(actor, CLEAN)
    with transaction(even_read_only=True) as db:
        at, profile = now(), policy(db).profile
        row = LoginSession
        over = or_(
            row.seen_at < at - profile.idle,
            row.started_at < at - profile.absolute,
            and_(row.state != OPEN, row.started_at < at - HALF_WAY),
        )
        ended = update(row).where(row.ended_at.is_(None), over).values(ended_at=at).returning(row.id)
        newest = select(func.max(row.id)).where(row.state == OPEN).group_by(row.user_id)
        old = delete(row).where(row.ended_at < at - SESSIONS_KEPT, row.id.not_in(newest)).returning(row.id)
        unsynced = {"synchronize_session": False}
        counts = [len(db.scalars(one.execution_options(**unsynced)).all()) for one in (ended, old)]
        if any(counts):
            audit.record(db, CLEAN, "sessions", actor, ended=counts[0], forgotten=counts[1])
    return counts[0], counts[1]


def _used_at(db: Session) -> dict[int, dt.datetime]:
    """Account → the newest sign of life: session or token used, a password set, made or switched on again."""
    signs = [
        select(User.id, User.created_at),
        select(LoginSession.user_id, func.max(LoginSession.seen_at))
        .where(LoginSession.state == OPEN)
        .group_by(LoginSession.user_id),
        select(OldPassword.user_id, func.max(OldPassword.set_at)).group_by(OldPassword.user_id),
        select(User.id, func.max(AuditEntry.at))
        .join(AuditEntry, AuditEntry.subject == literal("user:") + User.login)
        .where(AuditEntry.tag == SWITCH, AuditEntry.outcome == "done")
        .group_by(User.id),
    ]
    found: dict[int, dt.datetime] = {}
    for query in signs:
        for user_id, at in db.execute(query):
            found[user_id] = max(at, found.get(user_id, at))
    for user_id, day in db.execute(
        select(AccessToken.user_id, func.max(AccessToken.used_on)).group_by(AccessToken.user_id)
    ):
        if day is not None:
            at = dt.datetime.combine(day, dt.time(), BUSINESS_ZONE).astimezone(dt.UTC)
            found[user_id] = max(at, found.get(user_id, at))
    return found
