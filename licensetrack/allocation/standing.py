"""Sets at one stage of their life now, each with the day since which it stands there, for lists of work."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.accounts.scoping import rows_within
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.allocation.stages import DECLINED, IMPORTED
from licensetrack.units.models import Unit


class StandingSet(NamedTuple):
    """A set that waits at its stage; `reason` is why, where somebody said it."""

    number: str
    product: str
    kind: str
    cpus: int | None
    unit_id: int
    unit: str
    since: dt.date
    reason: str = ""


def sets_at_stage(db: Session, stage: str, *, scope: Scope = EVERYWHERE) -> list[StandingSet]:
    """Sets at this stage now; who stands there longest comes first."""
    query = (
        select(
            LicenseSet.id, LicenseSet.number, LicenseSet.product, LicenseSet.kind, LicenseSet.cpus, LicenseSet.unit_id,
            Unit.name.label("unit"), LicenseSet.issued_on, LicenseSet.imported_on,
        )
        .join(Unit, Unit.id == LicenseSet.unit_id)
        .where(LicenseSet.stage == stage, *rows_within(scope, district=Unit.district, unit_id=LicenseSet.unit_id))
    )  # fmt: skip
    rows = db.execute(query).all()
    refused = _declined(db, [row.id for row in rows]) if stage == DECLINED else {}
    found = []
    for row in rows:
        since = (row.imported_on if stage in (IMPORTED, DECLINED) else None) or row.issued_on
        since, reason = refused.get(row.id, (since, ""))
        found.append(StandingSet(*row[1:7], since, reason))
    return sorted(found, key=lambda one: (one.since, one.number))


def _declined(db: Session, ids: list[int]) -> dict[int, tuple[dt.date, str]]:
    """Set → day and reason of its last standing refusal."""
    reversal: Any = aliased(LedgerEvent)
    query = (
        select(LedgerEvent.set_id, LedgerEvent.on, LedgerEvent.details)
        .outerjoin(reversal, reversal.reverses_id == LedgerEvent.id)
        .where(LedgerEvent.action == "decline", LedgerEvent.set_id.in_(ids), reversal.id.is_(None))
        .order_by(LedgerEvent.on, LedgerEvent.position)
    )
    return {set_id: (on, str((details or {}).get("reason") or "")) for set_id, on, details in db.execute(query)}
