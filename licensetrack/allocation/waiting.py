"""What was issued and is not imported yet, as of a day: the list that the centre works through."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.accounts.scoping import rows_within
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.allocation.stages import FORMAL
from licensetrack.units.models import Unit

_e = LedgerEvent.__table__.c


class WaitingSet(NamedTuple):
    """A formal set that its unit has not imported; `days` since its issue."""

    number: str
    product: str
    unit_id: int
    unit: str
    district: str
    contact: str
    phone: str
    cpus: int
    failed_imports: int
    issued_on: dt.date
    days: int


def waiting_for_import(
    db: Session, as_of: dt.date, *, known_at: dt.datetime | None = None, scope: Scope = EVERYWHERE, days: int = 0
) -> list[WaitingSet]:
    """Formal sets held and not imported at the end of `as_of`, for at least so many days; the longest wait first."""
    where = [_e.kind == FORMAL, _e.on <= as_of, *rows_within(scope, district=_e.district, unit_id=_e.unit_id)]
    if known_at is not None:
        where.append(_e.at <= known_at)
    held = (
        select(
            _e.set_id, _e.unit_id, _e.district, func.sum(_e.issued_cpus).label("cpus"),
            func.sum(_e.failed_imports).label("failed"),
        )
        .where(*where)
        .group_by(_e.set_id, _e.unit_id, _e.district)
        .having(func.sum(_e.issued_sets) > 0, func.sum(_e.imported_sets) == 0)
        .subquery()
    )  # fmt: skip
    query = (
        select(
            LicenseSet.number, LicenseSet.product, held.c.unit_id, Unit.name, held.c.district, Unit.contact, Unit.phone,
            held.c.cpus, held.c.failed, LicenseSet.issued_on,
        )
        .join(LicenseSet, LicenseSet.id == held.c.set_id)
        .join(Unit, Unit.id == held.c.unit_id)
        .where(LicenseSet.issued_on <= as_of - dt.timedelta(days=days))
        .order_by(LicenseSet.issued_on, LicenseSet.number)
    )  # fmt: skip
    return [WaitingSet._make((*row, (as_of - row.issued_on).days)) for row in db.execute(query)]
