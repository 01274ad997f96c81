"""The unit directory (单位名录): a unit is registered once, and changed with its history kept."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit, outbox
from licensetrack.core.clock import now, today
from licensetrack.core.db import insert_rows, reserve_ids, transaction
from licensetrack.core.errors import Refused
from licensetrack.core.lookalikes import skeleton
from licensetrack.core.names import name_key, tidy_name
from licensetrack.units.claims import claim_unit, mark_changed, write_event
from licensetrack.units.districts import present_district
from licensetrack.units.history import last_day_of
from licensetrack.units.models import Platform, Unit, UnitName
from licensetrack.units.rules import check_change_day, check_credit_code, check_stands

TAKEN = "The code or name of “%(name)s” (%(code)s) is taken already."
MOVES = ("district", "category")  # the dimensions that every count can be split by


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
    short_name: str = ""
    credit_code: str = ""
    superior: str = ""
    address: str = ""
    in_scope: bool = True


def entry_of(unit: Unit) -> UnitEntry:
    """A recorded unit's line as it is now."""
    return UnitEntry(**{field: getattr(unit, field) for field in UnitEntry.__dataclass_fields__})


def normal(entry: UnitEntry) -> UnitEntry:
    """The line as it is kept: the district by its present name, the credit code in capitals, nothing invisible."""
    credit_code = unicodedata.normalize("NFKC", entry.credit_code)
    return replace(
        entry,
        name=tidy_name(entry.name),
        district=present_district(entry.district),
        short_name=tidy_name(entry.short_name),
        superior=tidy_name(entry.superior),
        credit_code="".join(credit_code.split()).upper(),
    )


def differences(unit: Unit, entry: UnitEntry) -> dict[str, tuple[str, str]]:
    """Field → (recorded, new) for every field in which the entry differs from the recorded unit."""
    recorded = {field: getattr(unit, field) for field in asdict(entry)}
    return {field: (recorded[field], new) for field, new in asdict(normal(entry)).items() if recorded[field] != new}


def check_entry(entry: UnitEntry) -> None:
    """Code, name, category and district are needed, and a credit code must be one. Raises Refused."""
    for field in ("code", "name", "category", "district"):
        if not getattr(entry, field).strip():
            raise Refused("A unit needs a %(field)s.", field=field).at(field)
    if entry.credit_code:
        check_credit_code(entry.credit_code)


def register_unit(
    entry: UnitEntry,
    *,
    actor: Actor,
    on: dt.date | None = None,
    confirmed: bool = False,
    out_of: Unit | None = None,
) -> Unit:
    """A new unit joins the directory, since `on` where that is known. Raises Refused when its code or name is taken.

    A name that looks like another's is refused until it is `confirmed`. `out_of` is the unit that it was part of.
    """
    entry = normal(entry)
    require(actor, "units:unit:register", district=entry.district)
    check_entry(entry)
    check_change_day(on or today())
    with transaction() as db:
        _refuse_taken(db, Unit.code == entry.code, "code")
        _check_name(db, entry.name, None, confirmed=confirmed)
        _check_credit_code_is_free(db, entry.credit_code, None)
        key = name_key(entry.name)
        unit = Unit(
            **asdict(entry), name_key=key, skeleton=skeleton(entry.name), recorded_at=now(), ended_on=None,
            merged_into_id=None,
        )  # fmt: skip
        db.add(unit)
        db.flush()
        db.add(UnitName(unit_id=unit.id, name=unit.name, name_key=key, since=on, until=None))
        other_id = None if out_of is None else out_of.id
        since = None if on is None else {"since": on.isoformat()}
        write_event(db, unit.id, "register", on or today(), actor.id, other_id=other_id, details=since)
        audit.record(db, "units:unit:register", f"unit:{unit.code}", actor, new=asdict(entry), on=on)
    return unit


def update_unit(
    unit: Unit,
    entry: UnitEntry,
    *,
    on: dt.date,
    actor: Actor,
    seen: int | None = None,
    confirmed: bool = False,
) -> dict[str, tuple[str, str]]:
    """Changes a unit's line from `on`; a new name leaves the old one findable. Returns what changed.

    The sets that the unit holds do not follow by themselves: see `allocation.unit_changes.change_unit`.
    Raises Refused for a name that is taken, a day to come or before the last change of the kind, a unit that ended;
    Conflict when the unit changed since it was read.
    """
    entry = normal(entry)
    for district in (unit.district, entry.district):  # nobody moves a unit into a district that is not theirs
        require(actor, "units:unit:update", district=district, unit_id=unit.id)
    check_entry(entry)
    check_change_day(on)
    with transaction() as db:
        claim_unit(db, unit, seen)
        changed = differences(unit, entry)
        if not changed:
            return {}
        _change(db, unit, entry, changed, on, actor, confirmed=confirmed)
        audit.record(db, "units:unit:update", f"unit:{unit.code}", actor, changed=changed, on=on)
    return changed


def rename_unit(
    unit: Unit, name: str, *, on: dt.date, actor: Actor, seen: int | None = None, confirmed: bool = False
) -> None:
    """The unit is called otherwise from `on`; papers with the old name still find it. Raises Refused, Conflict."""
    require(actor, "units:unit:rename", district=unit.district, unit_id=unit.id)
    check_change_day(on)
    with transaction() as db:
        claim_unit(db, unit, seen)
        entry = normal(replace(entry_of(unit), name=name))
        changed = differences(unit, entry)
        if "name" not in changed:
            raise Refused("The unit is called so already.").at("name")
        check_entry(entry)
        _change(db, unit, entry, changed, on, actor, confirmed=confirmed)
        audit.record(db, "units:unit:rename", f"unit:{unit.code}", actor, changed=changed, on=on)
        outbox.post(db, "units:unit:rename", unit_id=unit.id)


def _change(
    db: Session,
    unit: Unit,
    entry: UnitEntry,
    changed: dict[str, tuple[str, str]],
    on: dt.date,
    actor: Actor,
    *,
    confirmed: bool,
) -> None:
    check_stands(unit)
    if "name" in changed:
        _rename(db, unit, entry.name, on, actor, confirmed=confirmed)
    if "credit_code" in changed:
        _check_credit_code_is_free(db, entry.credit_code, unit.id)
    moved = {field: changed[field] for field in MOVES if field in changed}
    if moved:
        check_change_day(on, last_day_of(db, unit.id, "move"))
        write_event(db, unit.id, "move", on, actor.id, details={field: list(pair) for field, pair in moved.items()})
    for field, (_, new) in changed.items():
        setattr(unit, field, new)
    mark_changed(db, unit)


def _rename(db: Session, unit: Unit, name: str, on: dt.date, actor: Actor, *, confirmed: bool) -> None:
    _check_name(db, name, unit.id, confirmed=confirmed)
    key = name_key(name)
    present = db.scalars(select(UnitName).where(UnitName.unit_id == unit.id, UnitName.until.is_(None))).one()
    check_change_day(on, present.since)
    db.execute(update(UnitName).where(UnitName.id == present.id).values(until=on))
    db.add(UnitName(unit_id=unit.id, name=name, name_key=key, since=on, until=None))
    write_event(db, unit.id, "rename", on, actor.id, details={"name": [unit.name, name]})
    unit.name_key, unit.skeleton = key, skeleton(name)


def _check_name(db: Session, name: str, own_id: int | None, *, confirmed: bool) -> None:
    """A name belongs to one unit, and one that looks like another's is most often a slip of the keyboard."""
    others = Unit.id != (own_id or 0)
    _refuse_taken(db, (Unit.name_key == name_key(name)) & others, "name")
    if confirmed:
        return
    twin = db.scalars(select(Unit).where(Unit.skeleton == skeleton(name), others)).first()
    if twin is not None:
        raise Refused(
            "“%(name)s” looks like the name of “%(twin)s” (%(code)s) and is another. Confirm it if both are meant.",
            name=name, twin=twin.name, code=twin.code,
        ).at("confirmed")  # fmt: skip


def _refuse_taken(db: Session, where: ColumnElement[bool], field: str) -> None:
    taken = db.scalars(select(Unit).where(where)).first()
    if taken is not None:
        raise Refused(TAKEN, name=taken.name, code=taken.code).at(field)


def _check_credit_code_is_free(db: Session, credit_code: str, own_id: int | None) -> None:
    if not credit_code:
        return
    taken = db.scalars(select(Unit).where(Unit.credit_code == credit_code, Unit.id != (own_id or 0))).first()
    if taken is not None:
        raise Refused("The credit code belongs to “%(name)s” (%(code)s) already.", name=taken.name, code=taken.code).at(
            "credit_code"
        )


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
