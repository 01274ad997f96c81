"""The unit directory (单位名录): a unit is registered once, and changed with its history kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit
from licensetrack.core.clock import now, today
from licensetrack.core.db import insert_rows, reserve_ids, transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.names import name_key
from licensetrack.units.models import Platform, Unit, UnitName


@dataclass(frozen=True)
class UnitEntry:
    """One line of the directory."""

    code: str
    name: str
    category: str
    district: str
    level: str = ""
    contact: str = ""
    phone: str = ""
    note: str = ""


def differences(unit: Unit, entry: UnitEntry) -> dict[str, tuple[str, str]]:
    """Field → (recorded, new) for every field in which the entry differs from the recorded unit."""
    recorded = {field: getattr(unit, field) for field in asdict(entry)}
    return {field: (recorded[field], new) for field, new in asdict(entry).items() if recorded[field] != new}


def check_entry(entry: UnitEntry) -> None:
    """Code, name, category and district are needed. Raises Refused."""
    for field in ("code", "name", "category", "district"):
        if not getattr(entry, field).strip():
            raise Refused("A unit needs a %(field)s.", field=field)


def register_unit(entry: UnitEntry, *, actor: Actor) -> Unit:
    """A new unit joins the directory. Raises Refused when its code or name is taken."""
    require(actor, "units:unit:register", district=entry.district)
    check_entry(entry)
    with transaction() as db:
        key = name_key(entry.name)
        taken = db.scalars(select(Unit).where((Unit.code == entry.code) | (Unit.name_key == key))).first()
        if taken is not None:
            raise Refused(
                "The code or name of “%(name)s” (%(code)s) is taken already.", name=taken.name, code=taken.code
            )
        unit = Unit(**asdict(entry), name_key=key, recorded_at=now())
        db.add(unit)
        db.flush()
        db.add(UnitName(unit_id=unit.id, name=unit.name, name_key=key, until=None))
        db.flush()
        audit.record(db, "units:unit:register", f"unit:{unit.code}", actor, new=asdict(entry))
    return unit


def update_unit(unit: Unit, entry: UnitEntry, *, on: dt.date, actor: Actor) -> dict[str, tuple[str, str]]:
    """Changes a unit's line from `on`; a new name leaves the old one findable. Returns what changed.

    Raises Refused for a name that is taken or a day to come, Conflict when the unit changed since it was read.
    """
    for district in (unit.district, entry.district):  # nobody moves a unit into a district that is not theirs
        require(actor, "units:unit:update", district=district, unit_id=unit.id)
    check_entry(entry)
    if on > today():
        raise Refused("The date %(on)s lies in the future.", on=on)
    with transaction() as db:
        if unit not in db:
            db.add(unit)
        _claim(db, unit)
        changed = differences(unit, entry)
        if not changed:
            return {}
        if "name" in changed:
            _rename(db, unit, entry.name, on)
        for field, (_, new) in changed.items():
            setattr(unit, field, new)
        unit.recorded_at = now()
        db.flush()
        audit.record(db, "units:unit:update", f"unit:{unit.code}", actor, changed=changed, on=on)
    return changed


def _claim(db: Session, unit: Unit) -> None:
    """Compare and swap: a form that was filled in before somebody else's change must not undo it."""
    claimed = db.execute(
        update(Unit)
        .where(Unit.id == unit.id, Unit.recorded_at == unit.recorded_at)
        .values(recorded_at=Unit.recorded_at)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("The unit %(code)s changed meanwhile. Please look at it again.", code=unit.code)
    db.refresh(unit)


def _rename(db: Session, unit: Unit, name: str, on: dt.date) -> None:
    key = name_key(name)
    taken = db.scalars(select(Unit).where(Unit.name_key == key, Unit.id != unit.id)).first()
    if taken is not None:
        raise Refused("The code or name of “%(name)s” (%(code)s) is taken already.", name=taken.name, code=taken.code)
    db.execute(update(UnitName).where(UnitName.unit_id == unit.id, UnitName.until.is_(None)).values(until=on))
    db.add(UnitName(unit_id=unit.id, name=name, name_key=key, until=None))
    unit.name_key = key


def ensure_platforms(db: Session, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """(unit id, platform name) → id for every pair, new ones made; part of the caller's act, so audited there."""
    pairs = {(unit_id, name): name_key(name) for unit_id, name in wanted}
    query = select(Platform.unit_id, Platform.name_key, Platform.id)
    if len(pairs) == 1:
        query = query.where(Platform.unit_id == next(iter(pairs))[0])
    known = {(unit_id, key): platform_id for unit_id, key, platform_id in db.execute(query)}
    new: dict[tuple[int, str], str] = {}
    for (unit_id, name), key in pairs.items():
        if (unit_id, key) not in known:
            new.setdefault((unit_id, key), name)
    if new:
        ids = reserve_ids(db, "platform", len(new))
        rows = [(i, unit_id, name, key) for i, ((unit_id, key), name) in zip(ids, new.items(), strict=True)]
        insert_rows(db, "platform", ("id", "unit_id", "name", "name_key"), rows)
        known.update(zip(new, ids, strict=True))
    return {(unit_id, name): known[unit_id, key] for (unit_id, name), key in pairs.items()}
