"""Accounts: made, given a password, a role and a scope, switched off; whatever changes an account ends its sessions and
tokens.

The system administrator makes accounts, which may nothing at first; the security administrator gives each its role
and scope. The program itself (SYSTEM: the command line, a demonstration) does both at once.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.models import User
from licensetrack.accounts.passwords import check_new_password, hashed, write_password
from licensetrack.accounts.permissions import ADMINISTRATORS, NO_ROLE, SYSTEM, Actor, Scope, require
from licensetrack.accounts.policy import policy
from licensetrack.accounts.rules import check_grant, check_login, check_password
from licensetrack.accounts.session_rows import end_rows
from licensetrack.accounts.token_rows import end_tokens
from licensetrack.core import audit, outbox
from licensetrack.core.clock import BUSINESS_ZONE, now
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, NotFound, Refused


def create_user(
    login: str, name: str, role: str, password: str, *, actor: Actor, scope: Scope | None = None,
    must_change: bool = True,
) -> User:  # fmt: skip
    """Makes an account. A role at once is only for who may grant roles, too.

    Raises Refused for an unknown role, a weak password or a login that exists.
    """
    require(actor, "accounts:user:create")
    scope = scope or Scope()
    if role != NO_ROLE:
        require(actor, "accounts:role:grant")
    check_login(login)
    check_grant(role, scope)
    if not name.strip():
        raise Refused("An account needs the name of its person.").at("name")
    with reading() as db:
        check_password(password, login, policy(db).profile)
    password_hash = hashed(password)  # outside the transaction: it takes long, and nobody else could write
    with transaction() as db:
        if db.scalar(select(User.id).where(func.lower(User.login) == login.lower())) is not None:
            raise Refused("The login “%(login)s” exists already.", login=login).at("login")
        user = User(
            login=login, name=name.strip(), role=role, scope_kind=scope.kind, scope_value=scope.value, failures=0,
            locked_until=None, active=True, created_at=now(), password_hash=password_hash, totp_seed=None,
            factor_since=None,
        )  # fmt: skip
        db.add(user)
        db.flush()
        write_password(db, user, password_hash, must_change=must_change)
        audit.record(db, "accounts:user:create", f"user:{login}", actor, role=role, scope=[scope.kind, scope.value])
        outbox.post(db, "accounts:user:create", user_id=user.id)
    return user


def set_password(login: str, password: str, *, actor: Actor, must_change: bool = True, seen: int | None = None) -> None:
    """Gives an account a new password, opens its lock and ends its sessions; its second factor stays.

    Raises NotFound, Conflict or Refused. Whoever resets the password of another administrator could do the other's
    work, unless a second factor stands in the way; without one it takes the command line.
    """
    require(actor, "accounts:user:password")
    with reading() as db:
        user = _found(db, login)
    if actor.id is not None and actor.id == user.id:
        raise Refused("Your own password is changed on the page of your own account.")
    if actor != SYSTEM and user.role in ADMINISTRATORS and user.factor_since is None:
        raise Refused("The password of an administrator without a second factor is reset by command on the server.")
    check_new_password(user, password)
    password_hash = hashed(password)
    with transaction(even_read_only=True) as db:
        user = claim(db, login, seen if seen is not None else user.version)
        write_password(db, user, password_hash, must_change=must_change)
        end_rows(db, user.id)
        end_tokens(db, user, actor, "accounts:user:password")
        audit.record(db, "accounts:user:password", f"user:{login}", actor)
        outbox.post(db, "accounts:user:password", user_id=user.id)


def set_active(login: str, active: bool, *, actor: Actor, seen: int | None = None) -> None:
    """Switches an account on or off; its sessions end at once. Raises NotFound, Conflict, or Refused for one's own."""
    require(actor, "accounts:user:active")
    with transaction() as db:
        user = claim(db, login, seen)
        if actor.id is not None and actor.id == user.id:
            raise Refused("Nobody switches the own account on or off.")
        audit.record(db, "accounts:user:active", f"user:{login}", actor, old=user.active, new=active)
        user.active = active
        db.flush()
        end_rows(db, user.id)
        end_tokens(db, user, actor, "accounts:user:active")


def grant_role(login: str, role: str, scope: Scope, *, actor: Actor, seen: int | None = None) -> None:
    """Gives an account the one role it has, and whose rows it sees; its sessions end at once.

    Raises NotFound, Conflict, or Refused: nobody grants anything to oneself.
    """
    require(actor, "accounts:role:grant")
    check_grant(role, scope)
    with transaction() as db:
        user = claim(db, login, seen)
        if actor.id is not None and actor.id == user.id:
            raise Refused("Nobody grants a role to oneself.")
        old = [user.role, user.scope_kind, user.scope_value]
        user.role, user.scope_kind, user.scope_value = role, scope.kind, scope.value
        db.flush()
        end_rows(db, user.id)
        end_tokens(db, user, actor, "accounts:role:grant")
        audit.record(
            db, "accounts:role:grant", f"user:{login}", actor, old=old, new=[role, scope.kind, scope.value]
        )  # fmt: skip
        outbox.post(db, "accounts:role:grant", user_id=user.id)


def end_accounts_of_unit(unit_id: int, *, actor: Actor, on: dt.date) -> list[str]:
    """Switches off every account that sees this unit alone, for a unit that was merged or closed; gives the logins.

    Part of the caller's transaction and right: it follows from the end of the unit, it is no act of its own.
    """
    with transaction() as db:
        its = (User.scope_kind == "unit", User.scope_value == str(unit_id), User.active.is_(True))
        users = db.scalars(select(User).where(*its).order_by(User.id).with_for_update()).all()
        for user in users:
            user.active, user.version = False, user.version + 1
            db.flush()
            end_rows(db, user.id)
            end_tokens(db, user, actor, "accounts:user:active")
            audit.record(
                db, "accounts:user:active", f"user:{user.login}", actor,
                old=True, new=False, unit_id=unit_id, unit_ended=on.isoformat(),
            )  # fmt: skip
        return [user.login for user in users]


def claim(db: Session, login: str, seen: int | None = None) -> User:
    """The account, held until the transaction ends, one version further. Raises NotFound, or Conflict when the version
    seen is no longer the newest.
    """
    taken = update(User).where(User.login == login).values(version=User.version + 1)
    if seen is not None:
        taken = taken.where(User.version == seen)
    found = db.scalar(taken.returning(User.id).execution_options(synchronize_session=False))
    user = _found(db, login)
    if found is None:
        raise _changed_meanwhile(db, login)
    db.refresh(user)
    return user


def _changed_meanwhile(db: Session, login: str) -> Conflict:
    its = audit.AuditEntry.subject == f"user:{login}", audit.AuditEntry.tag.not_like("accounts:session:%")
    last = db.execute(
        select(audit.AuditEntry.actor, audit.AuditEntry.at).where(*its).order_by(audit.AuditEntry.seq.desc()).limit(1)
    ).first()
    who, when = (last.actor, last.at) if last else ("—", now())
    return Conflict(
        "The account was changed by %(actor)s at %(at)s meanwhile. Please look at it again.",
        actor=who,
        at=when.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M"),
    )


def _found(db: Session, login: str) -> User:
    user = find_user(db, login)
    if user is None:
        raise NotFound("There is no user “%(login)s”.", login=login)
    return user


def find_user(db: Session, login: str) -> User | None:
    """The account with this login, or None."""
    return db.scalars(select(User).where(User.login == login)).first()


def actor_of(user: User) -> Actor:
    """The account as the one who acts."""
    return Actor(user.id, user.login, user.name, user.role, Scope(user.scope_kind, user.scope_value))
