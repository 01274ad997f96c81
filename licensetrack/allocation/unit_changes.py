"""What happens to a unit and to all sets that it holds, both or neither: merged, split, closed, moved, reopened."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.accounts.users import end_accounts_of_unit
from licensetrack.allocation import life
from licensetrack.allocation.holdings import Held, Holdings, classify_all, holdings
from licensetrack.allocation.ledger import Operation, shown_on
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.allocation.rules import check_reason
from licensetrack.core import audit, outbox
from licensetrack.core.db import transaction
from licensetrack.core.errors import Refused
from licensetrack.units.claims import claim_unit
from licensetrack.units.directory import MOVES, UnitEntry, register_unit, update_unit
from licensetrack.units.endings import end_unit, take_ending_back
from licensetrack.units.models import Unit
from licensetrack.units.platforms import carry_description
from licensetrack.units.rules import check_change_day, check_stands

MERGE, SPLIT, CLOSE, REOPEN = "units:unit:merge", "units:unit:split", "units:unit:close", "units:unit:reopen"


def change_unit(
    unit: Unit,
    entry: UnitEntry,
    *,
    on: dt.date,
    actor: Actor,
    seen: int | None = None,
    confirmed: bool = False,
) -> dict[str, tuple[str, str]]:
    """Changes a unit's line from `on`; into another district or category its sets follow. Returns what changed.

    Raises as `units.directory.update_unit` does.
    """
    with transaction() as db:
        changed = update_unit(unit, entry, on=on, actor=actor, seen=seen, confirmed=confirmed)
        if any(field in changed for field in MOVES):
            operation = Operation(actor)
            classify_all(db, unit, operation, on)
            operation.record(db, "allocation:set:reclassify", f"unit:{unit.code}", on=on)
    return changed


def merge_unit(unit: Unit, into: Unit, *, on: dt.date, actor: Actor, reason: str, seen: int | None = None) -> Holdings:
    """The unit becomes part of another on `on`: whatever it held that day is the other's from then on.

    Platforms and hosts stay where they are, so no licence file is to be revoked. The unit's accounts end. Returns what
    moved. Raises Refused where sets came to the unit after that day, where either unit has ended; Conflict when it
    changed since `seen`.
    """
    for one in (unit, into):
        require(actor, MERGE, district=one.district, unit_id=one.id)
    check_reason(reason)
    check_change_day(on)
    if unit.id == into.id:
        raise Refused("A unit can not be merged into itself.").at("into")
    with transaction() as db:
        for one in sorted((unit, into), key=lambda one: one.id):  # one order for all, so that nobody waits in a ring
            claim_unit(db, one, seen if one is unit else None)
        check_stands(unit)
        check_stands(into)
        held = _held_at_the_end(db, unit, on)
        moved = _relocate(db, held.sets, unit, into, on, reason, actor)
        ended = end_accounts_of_unit(unit.id, actor=actor, on=on)
        end_unit(db, unit, "merge", on, actor, into=into, details={"reason": reason, "moved": moved})
        _record(db, MERGE, unit, actor, on, held, into=into.code, reason=reason, accounts=ended)
    return held


def split_unit(
    unit: Unit,
    entry: UnitEntry,
    numbers: Collection[str],
    *,
    on: dt.date,
    actor: Actor,
    reason: str,
    dissolve: bool = False,
    confirmed: bool = False,
    seen: int | None = None,
) -> Unit:
    """A new unit comes out of this one on `on` and takes the chosen sets along; returns the new unit.

    With `dissolve` the old unit ends on that day; then it may hold nothing any more.
    Raises Refused for a set that it did not hold on that day, and as `register_unit` does.
    """
    require(actor, SPLIT, district=unit.district, unit_id=unit.id)
    check_reason(reason)
    check_change_day(on)
    with transaction() as db:
        claim_unit(db, unit, seen)
        check_stands(unit)
        held = holdings(db, unit.id, on)
        chosen = [one for one in held.sets if one.number in numbers]
        strange = sorted(set(numbers) - {one.number for one in chosen})
        if strange:
            raise Refused(
                "“%(name)s” did not hold the set %(number)s on %(on)s.", name=unit.name, number=strange[0], on=on
            ).at("sets")
        new = register_unit(entry, actor=actor, on=on, confirmed=confirmed, out_of=unit)
        moved = _relocate(db, chosen, unit, new, on, reason, actor)
        if dissolve:
            left = _held_at_the_end(db, unit, on)
            if left.sets:
                raise Refused(
                    "%(count)s sets would be left with “%(name)s”; choose them too, or let it stay.",
                    count=len(left.sets), name=unit.name,
                ).at("sets")  # fmt: skip
            end_accounts_of_unit(unit.id, actor=actor, on=on)
            end_unit(db, unit, "split", on, actor, details={"reason": reason, "moved": moved})
        _record(db, SPLIT, unit, actor, on, Holdings(chosen, []), new=new.code, reason=reason, dissolved=dissolve)
    return new


def close_unit(
    unit: Unit, *, on: dt.date, actor: Actor, reason: str, return_sets: bool = False, seen: int | None = None
) -> Holdings:
    """The unit is no more from `on`. Sets that it still holds are returned on that day, if `return_sets` says so.

    Raises Refused where it holds sets and nobody said so, or held one beyond that day.
    """
    require(actor, CLOSE, district=unit.district, unit_id=unit.id)
    check_reason(reason)
    check_change_day(on)
    with transaction() as db:
        claim_unit(db, unit, seen)
        check_stands(unit)
        held = _held_at_the_end(db, unit, on)
        for one in held.sets:
            if one.stay.until is not None:
                raise Refused(
                    "The set %(number)s was held until %(until)s; the unit can not be closed before that day.",
                    number=one.number, until=one.stay.until,
                ).at("on")  # fmt: skip
        if held.sets and not return_sets:
            raise Refused(
                "“%(name)s” still holds %(count)s sets. Relocate them first, or say that all are returned.",
                name=unit.name, count=len(held.sets),
            ).at("return_sets")  # fmt: skip
        moved = []
        for one in held.sets:
            before = _positions(db, one.set_id)
            life.return_set(_fresh(db, one.set_id), actor=actor, on=on, reason=reason)
            moved += [[one.set_id, position] for position in _positions(db, one.set_id) - before]
        ended = end_accounts_of_unit(unit.id, actor=actor, on=on)
        end_unit(db, unit, "close", on, actor, details={"reason": reason, "moved": moved})
        _record(db, CLOSE, unit, actor, on, held, reason=reason, accounts=ended)
    return held


def reopen_unit(unit: Unit, *, actor: Actor, reason: str, seen: int | None = None) -> int:
    """The unit's ending never happened: what moved with it comes back, as of that day; returns how many sets.

    Nothing is erased: the facts are reversed on their day, the ending is told as taken back. Accounts stay ended.
    Raises Refused where later facts of a set rest on its move.
    """
    require(actor, REOPEN, district=unit.district, unit_id=unit.id)
    check_reason(reason)
    with transaction() as db:
        claim_unit(db, unit, seen)
        ending = take_ending_back(db, unit, reason, actor)
        moved: list[list[int]] = (ending.details or {}).get("moved", [])
        standing = [(set_id, position) for set_id, position in moved if position in _positions(db, set_id, now=True)]
        for set_id, position in standing:
            life.drop_fact(_fresh(db, set_id), position, actor=actor, reason=reason)
        subject, count = f"unit:{unit.code}", len(standing)
        audit.record(db, REOPEN, subject, actor, ending=ending.action, on=ending.on, sets=count, reason=reason)
        outbox.post(db, REOPEN, unit_id=unit.id)
    return count


def _held_at_the_end(db: Session, unit: Unit, on: dt.date) -> Holdings:
    """What the unit held on its last day. Raises Refused where something came to it after that day."""
    held = holdings(db, unit.id, on)
    if held.later:
        first = min(held.later, key=lambda one: one.stay.since)
        raise Refused(
            "The set %(number)s came to “%(name)s” on %(since)s, after %(on)s. Correct that, or choose a later day.",
            number=first.number, name=unit.name, since=first.stay.since, on=on,
        ).at("on")  # fmt: skip
    return held


def _relocate(
    db: Session, sets: Collection[Held], unit: Unit, to: Unit, on: dt.date, reason: str, actor: Actor
) -> list[list[int]]:
    """Moves the sets with their platforms and hosts; returns set id and position of each fact, to find it again."""
    moved = []
    for one in sorted(sets, key=lambda one: one.set_id):
        license_set, before = _fresh(db, one.set_id), _positions(db, one.set_id)
        shown = shown_on(db, license_set, on)
        life.relocate_set(
            license_set, to, actor=actor, on=on, reason=reason, platform=shown.platform, site=shown.site,
            fingerprint=shown.fingerprint,
        )  # fmt: skip
        new = db.scalars(
            select(LedgerEvent.position).where(
                LedgerEvent.set_id == one.set_id, LedgerEvent.action == "relocate", LedgerEvent.position.not_in(before)
            )
        )
        moved += [[one.set_id, position] for position in set(new)]
        carry_description(db, unit, to, shown.platform)
    return moved


def _record(db: Session, tag: str, unit: Unit, actor: Actor, on: dt.date, held: Holdings, **details: Any) -> None:
    numbers = [one.number for one in held.sets]
    audit.record(db, tag, f"unit:{unit.code}", actor, on=on, sets=numbers, totals=held.totals(), **details)
    outbox.post(db, tag, unit_id=unit.id)


def _fresh(db: Session, set_id: int) -> LicenseSet:
    return db.get_one(LicenseSet, set_id, populate_existing=True)


def _positions(db: Session, set_id: int, *, now: bool = False) -> set[int]:
    """Positions that a set ever used; with `now` those of facts that stand."""
    query = select(LedgerEvent.position).where(LedgerEvent.set_id == set_id)
    if now:
        back = select(LedgerEvent.reverses_id).where(LedgerEvent.set_id == set_id, LedgerEvent.reverses_id.is_not(None))
        query = query.where(LedgerEvent.reverses_id.is_(None), LedgerEvent.id.not_in(back))
    return set(db.scalars(query))
