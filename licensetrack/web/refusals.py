"""What was refused goes into the audit trail: who wanted what of which record, from where, and the rule that said no.

Recorded after the refused act was rolled back, in a transaction of its own. Only the rule's text is kept (the msgid),
never its values or a field of the form: they may be secrets, or somebody else's data.
"""

from __future__ import annotations

import logging
from typing import Any

from flask import current_app, request
from flask_login import current_user
from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from licensetrack.accounts.models import User
from licensetrack.core import audit
from licensetrack.core.db import BUSY, transaction
from licensetrack.core.errors import Conflict, DomainError, Forbidden
from licensetrack.units.models import Unit
from licensetrack.web.access import PUBLIC, SIGNED_IN, access_of, actor

SAFE = ("GET", "HEAD", "OPTIONS")
# What a number in an address is the number of, by the address's first part.
ABOUT = {
    "sets": "set",
    "changes": "set",
    "corrections": "set",
    "imports": "set",
    "files": "set",
    "requests": "request",
    "certificates": "certificate",
    "service": "order",
    "bulletins": "bulletin",
}
# Records that an address names by their id, and the name that the trail knows them by.
KNOWN_AS: dict[str, tuple[str, Any]] = {
    "unit_id": ("unit", select(Unit.code).where(Unit.id == bindparam("id"))),
    "user_id": ("user", select(User.login).where(User.id == bindparam("id"))),
}


def record_refusal(error: DomainError) -> None:
    """Records that the visitor's act was refused. What was only looked at and not found is not recorded."""
    looked = request.method in SAFE and not isinstance(error, Forbidden)
    if looked or not current_user.is_authenticated or error.message == BUSY:
        return
    _record(error.message, "conflict" if isinstance(error, Conflict) else type(error).__name__.lower(), error)


def record_stale_form() -> None:
    """Records a form that came without our own token: too old, or sent from another site."""
    if current_user.is_authenticated:
        _record("This form is too old, or it came from elsewhere.", "token", None)


def _record(reason: str, kind: str, error: DomainError | None) -> None:
    try:
        with transaction(even_read_only=True) as db:
            audit.record(
                db, _tag(error), subject_asked(db), actor(), outcome="refused", reason=reason, refusal=kind,
                page=request.path[:200], method=request.method, address=request.remote_addr or "",
            )  # fmt: skip
    except (Conflict, SQLAlchemyError) as failed:  # the visitor's answer does not wait for the trail
        logging.getLogger("licensetrack").error("a refusal could not be recorded", exc_info=failed)


def _tag(error: DomainError | None) -> str:
    """The permission that was asked for; a page without one is told by its endpoint."""
    asked = error.values.get("permission") if error is not None else None
    marked = access_of(current_app, request.endpoint) if request.endpoint else None
    return str(asked or (marked if marked not in (None, PUBLIC, SIGNED_IN) else f"web:{request.endpoint}"))[:80]


def subject_asked(db: Session) -> str:
    """Which record the address is about, named as the verbs name it; else the address itself."""
    first = request.path.strip("/").partition("/")[0]
    for name, value in (request.view_args or {}).items():
        if name == "number" and first in ABOUT:
            return f"{ABOUT[first]}:{value}"[:200]
        if name in KNOWN_AS:
            kind, query = KNOWN_AS[name]
            return f"{kind}:{db.scalar(query, {'id': value}) or value}"[:200]
    return request.path[:200]
