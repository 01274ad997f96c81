"""What was refused goes into the audit trail: who wanted what of which record, from where, and the rule that said no.

Recorded after the refused act was rolled back, in a transaction of its own. Only the rule's text is kept (the msgid),
never its values or a field of the form: they may be secrets, or somebody else's data.
"""

from __future__ import annotations

import logging

from flask import current_app, g, request
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from licensetrack.core import audit
from licensetrack.core.db import BUSY, transaction
from licensetrack.core.errors import Conflict, DomainError, Forbidden
from licensetrack.web.access import PUBLIC, SIGNED_IN, access_of, actor

SAFE = ("GET", "HEAD", "OPTIONS")
# What the first part of an address is about; with the first value in the address it makes the subject.
ABOUT = {"sets": "set", "units": "unit", "requests": "request", "accounts": "user", "certificates": "certificate"}


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
        with transaction() as db:
            audit.record(
                db, _tag(error), subject_asked(), actor(), outcome="refused", reason=reason, refusal=kind,
                page=request.path[:200], method=request.method, address=request.remote_addr or "",
            )  # fmt: skip
    except (Conflict, SQLAlchemyError) as failed:  # the visitor's answer does not wait for the trail
        logging.getLogger("licensetrack").error("a refusal could not be recorded", exc_info=failed)


def _tag(error: DomainError | None) -> str:
    """The permission that was asked for; a page without one is told by its endpoint."""
    asked = error.values.get("permission") if error is not None else None
    marked = access_of(current_app, request.endpoint) if request.endpoint else None
    return str(asked or (marked if marked not in (None, PUBLIC, SIGNED_IN) else f"web:{request.endpoint}"))[:80]


def subject_asked() -> str:
    """Which record the address is about; a view that knows better says so in `flask.g.subject`."""
    said = g.get("subject")
    if said:
        return str(said)[:200]
    first = request.path.strip("/").partition("/")[0]
    values = list((request.view_args or {}).values())
    return f"{ABOUT.get(first, first)}:{values[0]}"[:200] if values else request.path[:200]
