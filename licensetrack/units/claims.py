"""One person at a time changes a unit; whoever comes second is told what changed, by whom and when."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.models import User
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import BUSINESS_ZONE, now
from licensetrack.core.errors import Conflict
from licensetrack.units.models import Unit, UnitEvent


def claim_unit(db: Session, unit: Unit, seen: int | None = None) -> None:
    """Compare and swap: a form that was filled in before somebody else's change must not undo it.

    `seen` is the version that the visitor saw, where that is older than the unit in hand. PostgreSQL locks the row
    from here on. Raises Conflict.
    """
    if unit not in db:
        db.add(unit)
    claimed = db.execute(
        update(Unit)
        .where(Unit.id == unit.id, Unit.version == unit.version)
        .values(version=Unit.version)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1 or seen not in (None, unit.version):  # type: ignore[attr-defined]
        raise _overtaken(db, unit)
    db.refresh(unit)


def mark_changed(db: Session, unit: Unit) -> None:
    """Writes what was changed on the unit in hand; forms that show what was before are stale from here on."""
    unit.version += 1
    unit.recorded_at = now()
    db.flush()


def _overtaken(db: Session, unit: Unit) -> Conflict:
    """What the last change was, from the audit trail: old and new values, the person, the time of day."""
    of_unit = AuditEntry.subject == f"unit:{unit.code}", AuditEntry.tag.startswith("units:unit:")
    query = select(AuditEntry).where(*of_unit).order_by(AuditEntry.seq.desc())
    last = db.scalars(query.limit(1)).first()
    if last is None:
        return Conflict("The unit %(code)s changed meanwhile. Please look at it again.", code=unit.code)
    name = db.scalar(select(User.name).where(User.id == last.actor_id)) if last.actor_id is not None else None
    at = last.at.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
    values = {"code": unit.code, "who": name or last.actor, "at": at}
    changed: dict[str, Any] = json.loads(last.details).get("changed") or {}
    if not changed:
        return Conflict("%(who)s changed the unit %(code)s at %(at)s. Please look at it again.", **values)
    what = "；".join(f"“{old}” → “{new}”" for old, new in changed.values())
    return Conflict(
        "%(who)s changed the unit %(code)s at %(at)s: %(what)s. Please look at it again.", **values, what=what
    )


def write_event(
    db: Session,
    unit_id: int,
    action: str,
    on: dt.date,
    actor_id: int | None,
    *,
    other_id: int | None = None,
    details: dict[str, Any] | None = None,
    reverses_id: int | None = None,
) -> UnitEvent:
    """Adds one thing that happened to a unit to its history; part of the caller's transaction and audit."""
    event = UnitEvent(
        unit_id=unit_id, action=action, on=on, at=now(), actor_id=actor_id, other_id=other_id, details=details,
        reverses_id=reverses_id,
    )  # fmt: skip
    db.add(event)
    db.flush()
    return event
