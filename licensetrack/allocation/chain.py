"""Where a set comes from and goes to: the sets before and after it, and the units that held it one after another."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from licensetrack.allocation.holdings import told_of
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.stays import stays
from licensetrack.units.models import Unit

LONGEST = 20  # a temporary set and its formal one make two; more are a mistake, and must not run on for ever


class Kin(NamedTuple):
    """One set of a chain."""

    id: int
    number: str
    kind: str
    stage: str
    cpus: int | None
    issued_on: dt.date
    ended_on: dt.date | None
    unit: str
    district: str
    unit_id: int


class Holding(NamedTuple):
    """A unit that held the set from a day up to the day before `until`, which is empty while it holds it."""

    unit_id: int
    unit: str
    since: dt.date
    until: dt.date | None


def kin_of_set(db: Session, set_id: int) -> tuple[list[Kin], list[Kin]]:
    """The sets that this one replaced, the oldest first, and those that replace it."""
    before: list[Kin] = []
    newer = set_id
    while len(before) < LONGEST:
        older = select(LicenseSet.predecessor_id).where(LicenseSet.id == newer).scalar_subquery()
        found = _kin(db, LicenseSet.id == older)
        if not found:
            break
        before.insert(0, found[0])
        newer = found[0].id
    after: list[Kin] = []
    ids = [set_id]
    while ids and len(after) < LONGEST:
        found = _kin(db, LicenseSet.predecessor_id.in_(ids))
        after += found
        ids = [one.id for one in found]
    return before, after


def _kin(db: Session, which: ColumnElement[bool]) -> list[Kin]:
    query = (
        select(
            LicenseSet.id, LicenseSet.number, LicenseSet.kind, LicenseSet.stage, LicenseSet.cpus, LicenseSet.issued_on,
            LicenseSet.ended_on, Unit.name, Unit.district, Unit.id,
        )
        .join(Unit, Unit.id == LicenseSet.unit_id)
        .where(which)
        .order_by(LicenseSet.issued_on, LicenseSet.number)
    )  # fmt: skip
    return [Kin._make(row) for row in db.execute(query)]


def holders_of_set(db: Session, set_id: int) -> list[Holding]:
    """The units that held a set, one after the other."""
    found = sorted(stays(told_of(db, set_id)), key=lambda stay: stay.since)
    query = select(Unit.id, Unit.name).where(Unit.id.in_({stay.unit_id for stay in found}))
    names = dict(db.execute(query).all())
    return [Holding(stay.unit_id, names[stay.unit_id], stay.since, stay.until) for stay in found]
