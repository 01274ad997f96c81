"""Access tokens for programs: made and ended by their account, acting with its rights, good for a year at most.

A token is 256 random bits behind a prefix that scanners for secrets can look for. It is shown once and can not be
guessed, so that no lock after failures is needed; an account whose password was guessed at keeps its programs.
"""

from __future__ import annotations

import datetime as dt
import secrets
from contextlib import suppress

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.models import AccessToken, User
from licensetrack.accounts.own import proved
from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.accounts.policy import policy
from licensetrack.accounts.session_rows import token_digest
from licensetrack.accounts.sessions import OPEN, session_in
from licensetrack.accounts.token_rows import END, tokens_of
from licensetrack.accounts.users import actor_of, claim
from licensetrack.core import audit
from licensetrack.core.clock import now, today
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, NotFound, ReadOnly, Refused

MAKE, USE = "accounts:token:make", "accounts:token:use"
PREFIX = "lt_"
MOST = 10
LONGEST = dt.timedelta(days=365)
LONGEST_NAME = 80
NO_FACTOR = "The policy demands a second factor of your role. Set it up first."


def check_token(name: str, expires_on: dt.date, standing: list[str]) -> None:
    """A name of its own, a last day within a year, and no more than ten. Raises Refused at the field."""
    if not name:
        raise Refused("A token needs a name: which program uses it?").at("name")
    if len(name) > LONGEST_NAME:
        raise Refused(
            "This text is too long: it has %(length)s letters, %(most)s are allowed.",
            length=len(name), most=LONGEST_NAME,
        ).at("name")  # fmt: skip
    if name in standing:
        raise Refused("You have a token of this name already.").at("name")
    if not today() <= expires_on <= today() + LONGEST:
        raise Refused("The last day lies within the next %(most)s days.", most=LONGEST.days).at("expires_on")
    if len(standing) >= MOST:
        raise Refused("An account has %(most)s tokens at most. End one that is not needed any more.", most=MOST)


def make_token(
    session: str, current: str, name: str, expires_on: dt.date, *, seen: int | None = None, address: str = ""
) -> str:
    """A new token of one's own, which is kept nowhere. `seen` is the account's version that the visitor saw.

    Raises Refused for a wrong password (which counts as at sign-in), an unfit name or day, the eleventh token, and
    where the policy demands a second factor that is not on; Conflict when sent twice.
    """
    login, name = proved(session, current).login, " ".join(name.split())
    with transaction() as db:
        session_in(db, session, OPEN)
        user = claim(db, login, seen)
        if _lacks_factor(db, user):
            raise Refused(NO_FACTOR)
        check_token(name, expires_on, [one.name for one in tokens_of(db, user.id) if not one.expired])
        token = PREFIX + secrets.token_urlsafe(32)
        made = AccessToken(
            user_id=user.id, name=name, digest=token_digest(token), made_at=now(), expires_on=expires_on,
            used_on=None, ended_at=None,
        )  # fmt: skip
        db.add(made)
        db.flush()
        audit.record(
            db, MAKE, f"user:{login}", actor_of(user), number=made.id, name=name, valid_until=expires_on,
            address=address,
        )  # fmt: skip
    return token


def end_own_token(session: str, token_id: int) -> None:
    """Ends one of the own tokens. Raises NotFound for those of others, and for those that have ended."""
    with transaction(even_read_only=True) as db:
        _, user = session_in(db, session, OPEN)
        own = (AccessToken.id == token_id, AccessToken.user_id == user.id, AccessToken.ended_at.is_(None))
        ended = update(AccessToken).where(*own).values(ended_at=now()).returning(AccessToken.name)
        name = db.scalar(ended.execution_options(synchronize_session=False))
        if name is None:
            raise NotFound("There is no such token.")
        audit.record(db, END, f"user:{user.login}", actor_of(user), number=token_id, name=name)


def token_actor(token: str, *, address: str = "", asked: str = "") -> Actor | None:
    """The account that a token acts as, with its rights of this moment; None for a token that is not good.

    `asked` is the address that was asked for. A refused use is recorded with its reason, never with the token.
    """
    with reading() as db:
        found = db.execute(
            select(AccessToken, User)
            .join(User, User.id == AccessToken.user_id)
            .where(AccessToken.digest == token_digest(token))
        ).first()
        why = _why_not(db, found.AccessToken, found.User) if found is not None else "unknown"
    if found is None or why:
        subject = f"user:{found.User.login}" if found is not None else "token"
        more = {"number": found.AccessToken.id, "name": found.AccessToken.name} if found is not None else {}
        with transaction(even_read_only=True) as db:
            audit.record(
                db, USE, subject, SYSTEM, outcome="refused", refusal=why, page=asked[:200], address=address, **more
            )  # fmt: skip
        return None
    row, day = found.AccessToken, today()
    if row.used_on is None or row.used_on < day:  # the day is enough, and a lost one does no harm
        with suppress(Conflict, ReadOnly), transaction(even_read_only=True, patient=False) as db:
            db.execute(update(AccessToken).where(AccessToken.id == row.id).values(used_on=day))
    return actor_of(found.User)


def _why_not(db: Session, token: AccessToken, user: User) -> str:
    if token.ended_at is not None:
        return "ended"
    if token.expired:
        return "expired"
    if not user.active:
        return "switched_off"
    return "no_factor" if _lacks_factor(db, user) else ""


def _lacks_factor(db: Session, user: User) -> bool:
    return user.factor_since is None and user.role in policy(db).factor_roles
