"""What ends, and when: held sets by the end of their validity or of their support, as of a day."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.accounts.scoping import rows_within
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.allocation.stages import HELD
from licensetrack.core.clock import today
from licensetrack.units.models import Unit

ENDS = ("valid_until", "support_end")
_e = LedgerEvent.__table__.c


class Held(NamedTuple):
    """A set that a unit holds, and whom to talk to."""

    number: str
    product: str
    kind: str
    cpus: int | None
    unit_id: int
    unit: str
    contact: str
    phone: str


class Ending(NamedTuple):
    """A held set and the day on which something of it ends; `by` says what, `days` are left (below zero: over)."""

    held: Held
    ends_on: dt.date | None
    by: str
    days: int


def ending_sets(db: Session, as_of: dt.date, *, within: int | None = 90, scope: Scope = EVERYWHERE) -> list[Ending]:
    """Sets held at the end of `as_of` whose validity or support ends within so many days, or has ended; what ends
    first comes first. Without `within` all held sets, those without an end last.
    """
    found = []
    for row, ends in _held(db, as_of, scope):
        ends_on, by = min(((day, name) for name, day in ends.items() if day is not None), default=(None, ""))
        days = (ends_on - as_of).days if ends_on is not None else 0
        if within is None or (ends_on is not None and days <= within):
            found.append(Ending(row, ends_on, by, days))
    return sorted(found, key=lambda one: (one.ends_on is None, one.ends_on, one.held.number))


def each_ending(db: Session, as_of: dt.date, *, within: int = 90, scope: Scope = EVERYWHERE) -> list[Ending]:
    """Like `ending_sets`, but validity and support of a set each for itself: both want to be told."""
    found = [
        Ending(row, day, name, (day - as_of).days)
        for row, ends in _held(db, as_of, scope)
        for name, day in ends.items()
        if day is not None and (day - as_of).days <= within
    ]
    return sorted(found, key=lambda one: (one.ends_on, one.held.number, one.by))


Row = tuple[Held, dict[str, dt.date | None]]


def _held(db: Session, as_of: dt.date, scope: Scope) -> list[Row]:
    return _held_now(db, scope) if as_of >= today() else _held_then(db, as_of, scope)


def _held_now(db: Session, scope: Scope) -> list[Row]:
    """From the state rows, which say how it stands now."""
    query = (
        select(
            LicenseSet.number, LicenseSet.product, LicenseSet.kind, LicenseSet.cpus, LicenseSet.unit_id, Unit.name,
            Unit.contact, Unit.phone, *(getattr(LicenseSet, name) for name in ENDS),
        )
        .join(Unit, Unit.id == LicenseSet.unit_id)
        .where(LicenseSet.stage.in_(HELD), *rows_within(scope, district=Unit.district, unit_id=LicenseSet.unit_id))
    )  # fmt: skip
    return [(Held(*row[:8]), dict(zip(ENDS, row[8:], strict=True))) for row in db.execute(query)]


def _held_then(db: Session, as_of: dt.date, scope: Scope) -> list[Row]:
    """From what had happened by that day: who held what, and which end was said last."""
    where = [_e.on <= as_of, *rows_within(scope, district=_e.district, unit_id=_e.unit_id)]
    held = (
        select(_e.set_id, _e.unit_id, func.sum(_e.issued_cpus).label("cpus"))
        .where(*where)
        .group_by(_e.set_id, _e.unit_id)
        .having(func.sum(_e.issued_sets) > 0)
        .subquery()
    )
    query = (
        select(
            LicenseSet.id, LicenseSet.number, LicenseSet.product, LicenseSet.kind, held.c.cpus, held.c.unit_id,
            Unit.name, Unit.contact, Unit.phone,
        )
        .join(LicenseSet, LicenseSet.id == held.c.set_id)
        .join(Unit, Unit.id == held.c.unit_id)
    )  # fmt: skip
    rows = db.execute(query).all()
    ends = _said(db, [row.id for row in rows], as_of)
    return [(Held._make((*row[1:4], row.cpus or None, *row[5:9])), ends.get(row.id, {})) for row in rows]


def _said(db: Session, ids: list[int], as_of: dt.date) -> dict[int, dict[str, dt.date | None]]:
    """Set → its ends, as its issue and its renewals up to the day say them."""
    reversal: Any = aliased(LedgerEvent)
    query = (
        select(LedgerEvent.set_id, LedgerEvent.details)
        .outerjoin(reversal, reversal.reverses_id == LedgerEvent.id)
        .where(LedgerEvent.action.in_(("issue", "renew")), LedgerEvent.on <= as_of, reversal.id.is_(None))
        .order_by(LedgerEvent.on, LedgerEvent.position)
    )
    wanted, found = set(ids), defaultdict[int, dict[str, dt.date | None]](dict)
    for set_id, details in db.execute(query):
        if set_id in wanted:
            said = {name: dt.date.fromisoformat(details[name]) for name in ENDS if (details or {}).get(name)}
            found[set_id].update(said)
    return found
