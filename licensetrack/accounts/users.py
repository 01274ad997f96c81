"""Accounts: made, given a new password, switched off; each by one verb with its audit entry."""

from __future__ import annotations

import secrets

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from licensetrack.accounts.models import LoginSession, User
from licensetrack.accounts.permissions import ROLES, Actor, Scope, require
from licensetrack.accounts.rules import check_password
from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.db import transaction
from licensetrack.core.errors import NotFound, Refused

HASH_METHOD = "scrypt:32768:8:3"  # OWASP's parameters for this N; no compiled package needed


def random_password() -> str:
    """A password that passes the policy: 18 characters, about 100 bits."""
    while True:
        password = secrets.token_urlsafe(14)[:18]
        if any(c.isdigit() for c in password) and any(c.islower() for c in password):
            return password


def create_user(login: str, name: str, role: str, password: str, *, actor: Actor, scope: Scope | None = None) -> User:
    """Makes an account. Raises Refused for an unknown role, a weak password or a login that exists."""
    require(actor, "accounts:user:create")
    if role not in ROLES:
        raise Refused("There is no role “%(role)s”.", role=role)
    check_password(password, login)
    scope = scope or Scope()
    with transaction() as db:
        if find_user(db, login) is not None:
            raise Refused("The login “%(login)s” exists already.", login=login)
        user = User(
            login=login, name=name, role=role, scope_kind=scope.kind, scope_value=scope.value, failures=0,
            locked_until=None, active=True, created_at=now(),
            password_hash=generate_password_hash(password, HASH_METHOD),
        )  # fmt: skip
        db.add(user)
        db.flush()
        audit.record(db, "accounts:user:create", f"user:{login}", actor, role=role, scope=[scope.kind, scope.value])
    return user


def set_password(login: str, password: str, *, actor: Actor) -> None:
    """Gives an account a new password, opens its lock and ends its sessions. Raises NotFound or Refused."""
    require(actor, "accounts:user:password")
    check_password(password, login)
    with transaction() as db:
        user = find_user(db, login)
        if user is None:
            raise NotFound("There is no user “%(login)s”.", login=login)
        user.password_hash = generate_password_hash(password, HASH_METHOD)
        user.failures, user.locked_until = 0, None
        db.flush()
        _end_sessions(db, user)
        audit.record(db, "accounts:user:password", f"user:{login}", actor)


def set_active(login: str, active: bool, *, actor: Actor) -> None:
    """Switches an account on or off; its sessions end at once. Raises NotFound."""
    require(actor, "accounts:user:active")
    with transaction() as db:
        user = find_user(db, login)
        if user is None:
            raise NotFound("There is no user “%(login)s”.", login=login)
        audit.record(db, "accounts:user:active", f"user:{login}", actor, old=user.active, new=active)
        user.active = active
        db.flush()
        _end_sessions(db, user)


def _end_sessions(db: Session, user: User) -> None:
    standing = (LoginSession.user_id == user.id, LoginSession.ended_at.is_(None))
    db.execute(update(LoginSession).where(*standing).values(ended_at=now()))


def find_user(db: Session, login: str) -> User | None:
    """The account with this login, or None."""
    return db.scalars(select(User).where(User.login == login)).first()


def actor_of(user: User) -> Actor:
    """The account as the one who acts."""
    return Actor(user.id, user.login, user.name, user.role, Scope(user.scope_kind, user.scope_value))
