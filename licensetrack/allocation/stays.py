"""Who held a set from when to when, against what became of the units: nothing is held after a unit's end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.allocation.fold import Fact, Leg
from licensetrack.core.errors import Refused
from licensetrack.units.models import Unit
from licensetrack.units.rules import check_in_use

MOST_ASKED = 500  # values in one query: databases limit them
Told = Sequence[tuple[Fact, Sequence[Leg]]]


class HolderEnded(Refused):
    """The unit that would hold a set has ended."""


class Stay(NamedTuple):
    """A set was with a unit from `since` up to the day before `until`; it still is where that is None."""

    unit_id: int
    since: dt.date
    until: dt.date | None


class End(NamedTuple):
    """How a unit ended; what `units.rules.check_in_use` needs."""

    name: str
    stage: str
    ended_on: dt.date | None


def stays(told: Told) -> list[Stay]:
    """The stays that a set's facts tell of, in order of their ends; one that begins and ends on one day is none."""
    held: dict[int, int] = {}
    since: dict[int, dt.date] = {}
    found = []
    for fact, legs in told:
        for leg in legs:
            unit_id, before = leg.holder.unit_id, held.get(leg.holder.unit_id, 0)
            held[unit_id] = before + leg.deltas[0]
            if before == 0 and held[unit_id] > 0:
                since[unit_id] = fact.on
            elif before > 0 and held[unit_id] == 0 and (first := since.pop(unit_id)) != fact.on:
                found.append(Stay(unit_id, first, fact.on))
    return [*found, *(Stay(unit_id, day, None) for unit_id, day in since.items())]


def check_stays(those: Iterable[Stay], ends: Mapping[int, End]) -> None:
    """No stay reaches beyond its unit's end. Raises HolderEnded."""
    for stay in those:
        end = ends.get(stay.unit_id)
        if end is not None and end.ended_on is not None and (stay.until is None or stay.until > end.ended_on):
            try:
                check_in_use(end, max(stay.since, end.ended_on))
            except Refused as refusal:
                raise HolderEnded(refusal.message, **refusal.values) from None


def ends_of(db: Session, unit_ids: Iterable[int], *, lock: Iterable[int] = ()) -> dict[int, End]:
    """Unit id → end, for those that have ended.

    PostgreSQL holds the rows of `lock` until the transaction ends: such a unit cannot end before the set has come.
    """
    wanted, locked = sorted(set(unit_ids)), frozenset(lock)
    columns = (Unit.id, Unit.name, Unit.stage, Unit.ended_on)
    found: dict[int, End] = {}
    for ids, share in (([i for i in wanted if i in locked], True), ([i for i in wanted if i not in locked], False)):
        for start in range(0, len(ids), MOST_ASKED):
            query = select(*columns).where(Unit.id.in_(ids[start : start + MOST_ASKED])).order_by(Unit.id)
            if share:
                query = query.with_for_update(read=True)
            found.update({i: End(name, stage, on) for i, name, stage, on in db.execute(query) if on is not None})
    return found


def all_ends(db: Session) -> dict[int, End]:
    """Unit id → end, of every unit that has ended; for those who check many sets, as a load of ledgers does."""
    query = select(Unit.id, Unit.name, Unit.stage, Unit.ended_on).where(Unit.ended_on.is_not(None))
    return {unit_id: End(name, stage, on) for unit_id, name, stage, on in db.execute(query)}


def check_told(db: Session, told: Told, *, lock_all: bool = False) -> None:
    """Checks one set's life, locking the unit that holds it in the end (`lock_all`: every unit that ever did)."""
    those = stays(told)
    lock = [stay.unit_id for stay in those if lock_all or stay.until is None]
    check_stays(those, ends_of(db, [stay.unit_id for stay in those], lock=lock))
