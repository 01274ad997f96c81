"""Passwords: drawn at random, kept as scrypt hashes, compared with those an account had before."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from licensetrack.accounts.models import OldPassword, User
from licensetrack.accounts.policy import policy
from licensetrack.accounts.profiles import LONGEST_MEMORY
from licensetrack.accounts.rules import check_password
from licensetrack.core.clock import now
from licensetrack.core.db import reading
from licensetrack.core.errors import Refused

HASH_METHOD = "scrypt:32768:8:3"  # OWASP's parameters for this N; no compiled package needed
_nobody: list[str] = []


def random_password() -> str:
    """A password that passes every profile: 18 characters, about 100 bits, none that look alike in print."""
    while True:
        password = "".join(
            secrets.choice("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_") for _ in range(18)
        )
        kinds = (str.isdigit, str.islower, str.isupper)
        if all(any(map(kind, password)) for kind in kinds) and password[0].isalnum():
            return password


def hashed(password: str) -> str:
    """The hash that is kept."""
    return generate_password_hash(password, HASH_METHOD)


def is_password_of(user: User | None, password: str) -> bool:
    """Whether the password is the account's; for nobody it costs the same time and is wrong."""
    if user is None and not _nobody:
        _nobody.append(hashed(secrets.token_hex(16)))
    right = check_password_hash(_nobody[0] if user is None else user.password_hash, password)
    return right and user is not None


def check_new_password(user: User, password: str) -> None:
    """What the policy demands, and none of the last ones. Raises Refused.

    Call it outside a transaction: each comparison costs as much as a sign-in, and nobody else could write meanwhile.
    """
    with reading() as db:
        profile = policy(db).profile
        newest = select(OldPassword.password_hash).where(OldPassword.user_id == user.id).order_by(OldPassword.id.desc())
        former = db.scalars(newest.limit(profile.remembered)).all()
    check_password(password, user.login, profile)
    if any(check_password_hash(one, password) for one in former):
        raise Refused("This password was in use before; the last %(count)s may not come again.", count=len(former)).at(
            "password"
        )


def write_password(db: Session, user: User, password_hash: str, *, must_change: bool) -> None:
    """Makes the hash the account's present one and forgets those that no profile remembers."""
    user.password_hash, user.must_change = password_hash, must_change
    user.failures, user.locked_until = 0, None
    db.add(OldPassword(user_id=user.id, password_hash=password_hash, set_at=now()))
    db.flush()
    newest = select(OldPassword.id).where(OldPassword.user_id == user.id).order_by(OldPassword.id.desc())
    kept = db.scalars(newest.limit(LONGEST_MEMORY)).all()
    db.execute(delete(OldPassword).where(OldPassword.user_id == user.id, OldPassword.id.not_in(kept)))
