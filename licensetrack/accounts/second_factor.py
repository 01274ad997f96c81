"""The second factor: a seed that a telephone turns into a code every half minute (RFC 6238), and codes for its loss.

Each time step is taken once, and none that is older than one taken before: a code that somebody saw is worth nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import pyotp
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.models import RecoveryCode, User
from licensetrack.accounts.permissions import Actor, require
from licensetrack.accounts.rules import plain_code, steps_around
from licensetrack.accounts.session_rows import end_rows
from licensetrack.accounts.token_rows import end_tokens
from licensetrack.accounts.users import claim
from licensetrack.core import audit, outbox
from licensetrack.core.clock import now
from licensetrack.core.db import transaction
from licensetrack.core.errors import Refused
from licensetrack.core.sealing import seal, unseal

ISSUER = "licensetrack"
CODES = 10
CODE_LENGTH, RECOVERY_LENGTH = 6, 16
_BLIND = {"synchronize_session": False}


def draw_seed(user: User) -> None:
    """A seed that waits for its first code; one that waits already stays, so that a page shown twice shows the same."""
    if user.factor_since is None and user.totp_seed is None:
        user.totp_seed = seal(pyotp.random_base32(32).encode(), _purpose(user))


def seed_of(user: User) -> str:
    """The seed as people type it. Raises Refused where there is none."""
    if user.totp_seed is None:
        raise Refused("The second factor is not being set up. Please begin again.")
    return unseal(user.totp_seed, _purpose(user)).decode()


def address_of(user: User) -> str:
    """What the QR code says: an otpauth:// address that authenticators understand."""
    return str(pyotp.TOTP(seed_of(user)).provisioning_uri(name=user.login, issuer_name=ISSUER))


def accept(db: Session, user: User, typed: str) -> str:
    """Takes a code of the telephone ("code") or of the list ("recovery"), each once; "" when it is worth nothing."""
    code = plain_code(typed)
    if len(code) == CODE_LENGTH and code.isdigit():
        return "code" if accept_code(db, user, code) else ""
    if len(code) == RECOVERY_LENGTH:
        unused = (RecoveryCode.user_id == user.id, RecoveryCode.digest == _digest(user.id, code))
        used = update(RecoveryCode).where(*unused, RecoveryCode.used_at.is_(None)).values(used_at=now())
        if db.scalar(used.returning(RecoveryCode.id).execution_options(**_BLIND)) is not None:
            return "recovery"
    return ""


def accept_code(db: Session, user: User, typed: str) -> bool:
    """Takes a code of the telephone; false when it is wrong, too old, or of a step that was taken before."""
    code, totp = plain_code(typed), pyotp.TOTP(seed_of(user))
    for step in steps_around(now()):
        if hmac.compare_digest(totp.generate_otp(step), code):
            newer = update(User).where(User.id == user.id, User.totp_step < step).values(totp_step=step)
            if db.scalar(newer.returning(User.id).execution_options(**_BLIND)) is not None:
                return True
    return False


def draw_codes(db: Session, user: User) -> list[str]:
    """Ten new recovery codes, which only their reader knows from now on; the ones before are gone."""
    db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [base64.b32encode(secrets.token_bytes(10)).decode() for _ in range(CODES)]
    db.add_all(RecoveryCode(user_id=user.id, digest=_digest(user.id, code), used_at=None) for code in codes)
    db.flush()
    return ["-".join(code[start : start + 4] for start in range(0, RECOVERY_LENGTH, 4)) for code in codes]


def codes_left(db: Session, user_id: int) -> int:
    """How many recovery codes are unused."""
    unused = (RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return db.scalar(select(func.count()).select_from(RecoveryCode).where(*unused)) or 0


def take_away(db: Session, user: User) -> None:
    """Seed and recovery codes are gone; the next seed is another one, whose steps begin anew."""
    user.totp_seed, user.factor_since, user.totp_step = None, None, 0
    db.flush()
    db.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def reset_factor(login: str, *, actor: Actor, seen: int | None = None) -> None:
    """Takes a lost second factor away and ends the account's sessions; a new password never does that.

    Raises NotFound, Conflict, or Refused for one's own account and where there is none.
    """
    require(actor, "accounts:factor:reset")
    with transaction(even_read_only=True) as db:
        user = claim(db, login, seen)
        if actor.id is not None and actor.id == user.id:
            raise Refused("Nobody resets the own second factor.")
        if user.factor_since is None:
            raise Refused("This account has no second factor.")
        take_away(db, user)
        end_rows(db, user.id)
        end_tokens(db, user, actor, "accounts:factor:reset")
        audit.record(db, "accounts:factor:reset", f"user:{login}", actor)
        outbox.post(db, "accounts:factor:reset", user_id=user.id)


def _purpose(user: User) -> str:
    """A sealed seed is bound to its account: moved into another row it does not open."""
    return f"second-factor:{user.id}"


def _digest(user_id: int, code: str) -> str:
    return hashlib.sha256(f"recovery:{user_id}:{code}".encode()).hexdigest()
