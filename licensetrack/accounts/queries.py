"""Reading accounts and sessions, for those who look after them and for everybody's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from licensetrack.accounts.models import LoginSession, OldPassword, User
from licensetrack.accounts.permissions import NO_ROLE, Scope
from licensetrack.accounts.second_factor import codes_left
from licensetrack.accounts.sessions import has_passed
from licensetrack.core.clock import now
from licensetrack.core.errors import NotFound


class Account(NamedTuple):
    """An account as lists and pages show it; nothing secret."""

    id: int
    login: str
    name: str
    role: str
    scope: Scope
    active: bool
    locked_until: dt.datetime | None
    must_change: bool
    factor_since: dt.datetime | None
    created_at: dt.datetime
    version: int
    seen_at: dt.datetime | None
    password_at: dt.datetime
    email: str
    language: str

    @property
    def locked(self) -> bool:
        """Whether a guesser has to wait now."""
        return self.locked_until is not None and self.locked_until > now()


class Open(NamedTuple):
    """A session that stands."""

    id: int
    user_id: int
    login: str
    name: str
    state: str
    address: str
    device: str
    started_at: dt.datetime
    seen_at: dt.datetime


def accounts(db: Session, *, search: str = "", without_role: bool = False) -> list[Account]:
    """Accounts by login; `search` finds logins and names. Those without a role come alone when asked for."""
    query = select(User).order_by(func.lower(User.login))
    if plain := search.strip():
        query = query.where(
            or_(User.login.icontains(plain, autoescape=True), User.name.icontains(plain, autoescape=True))
        )
    if without_role:
        query = query.where(User.role == NO_ROLE)
    return _told(db, db.scalars(query).all())


def account(db: Session, user_id: int) -> Account:
    """One account. Raises NotFound."""
    found = db.get(User, user_id)
    if found is None:
        raise NotFound("There is no such account.")
    return _told(db, [found])[0]


def unused_codes(db: Session, user_id: int) -> int:
    """How many recovery codes an account has left."""
    return codes_left(db, user_id)


def open_sessions(db: Session, user_id: int | None = None) -> list[Open]:
    """Sessions that stand, the one used last first; of one account or of all."""
    query = (
        select(LoginSession, User.login, User.name)
        .join(User, User.id == LoginSession.user_id)
        .where(LoginSession.ended_at.is_(None), User.active.is_(True))
        .order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())
    )
    if user_id is not None:
        query = query.where(LoginSession.user_id == user_id)
    at = now()
    return [
        Open(row.id, row.user_id, login, name, row.state, row.address, row.device, row.started_at, row.seen_at)
        for row, login, name in db.execute(query)
        if not has_passed(db, row, at)
    ]


def _told(db: Session, users: Sequence[User]) -> list[Account]:
    ids = [user.id for user in users]
    seen = dict(
        db.execute(
            select(LoginSession.user_id, func.max(LoginSession.seen_at))
            .where(LoginSession.user_id.in_(ids), LoginSession.state == "open")
            .group_by(LoginSession.user_id)
        ).all()
    )
    changed = dict(
        db.execute(
            select(OldPassword.user_id, func.max(OldPassword.set_at))
            .where(OldPassword.user_id.in_(ids))
            .group_by(OldPassword.user_id)
        ).all()
    )
    return [
        Account(
            user.id, user.login, user.name, user.role, Scope(user.scope_kind, user.scope_value), user.active,
            user.locked_until, user.must_change, user.factor_since, user.created_at, user.version,
            seen.get(user.id), changed.get(user.id, user.created_at),
            user.email, user.language,
        )
        for user in users
    ]  # fmt: skip
