"""Where a person's notices go: the e-mail address and the language, changed by oneself or by who makes accounts."""

from __future__ import annotations

from licensetrack.accounts.permissions import Actor, require
from licensetrack.accounts.rules import check_email, check_language
from licensetrack.accounts.users import claim
from licensetrack.core import audit
from licensetrack.core.db import transaction
from licensetrack.core.errors import Refused


def change_own_contact(email: str, language: str, *, actor: Actor, seen: int | None = None) -> None:
    """One's own address and language of notices; an empty address gets no mail. Raises Refused, Conflict."""
    if actor.id is None:
        raise Refused("The program itself has no address.")
    _write(actor.login, email, language, "accounts:own:contact", actor, seen)


def set_contact(login: str, email: str, *, actor: Actor, seen: int | None = None) -> None:
    """Somebody's address, by the system administrator. Raises NotFound, Refused, Conflict."""
    require(actor, "accounts:user:contact")
    _write(login, email, None, "accounts:user:contact", actor, seen)


def veiled(email: str) -> str:
    """An address as the audit trail and lists carry it: whose it may be, without telling it."""
    box, at, domain = email.partition("@")
    return f"{box[:1]}***{at}{domain}" if at else ""


def _write(login: str, email: str, language: str | None, tag: str, actor: Actor, seen: int | None) -> None:
    email = email.strip()
    check_email(email)
    if language is not None:
        check_language(language)
    with transaction() as db:
        user = claim(db, login, seen)
        old = (user.email, user.language)
        user.email, user.language = email, language or user.language
        db.flush()
        audit.record(
            db, tag, f"user:{login}", actor, email=[veiled(old[0]), veiled(email)], language=[old[1], user.language]
        )  # fmt: skip
