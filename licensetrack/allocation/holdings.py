"""What a unit held on a day, and under which district and category its sets count: read from the facts of each set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation.fold import Fact, Holder, Leg, State, fold, in_order
from licensetrack.allocation.ledger import Operation, facts_of, post, standing_events
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.allocation.stays import Stay, Told, stays
from licensetrack.units.history import last_day_of, places_of
from licensetrack.units.models import Unit


class Held(NamedTuple):
    """A set that was with a unit: how many CPUs it had at the end of the day asked for, and its stay there."""

    set_id: int
    number: str
    product: str
    kind: str
    platform: str
    cpus: int
    stay: Stay


class Holdings(NamedTuple):
    """What a unit held at the end of a day, and what came to it only after that day."""

    sets: list[Held]
    later: list[Held]

    def totals(self) -> dict[str, tuple[int, int]]:
        """Product → (sets, CPUs), of the sets held; formal and temporary ones alike, for all of them move."""
        found: dict[str, tuple[int, int]] = {}
        for held in self.sets:
            sets, cpus = found.get(held.product, (0, 0))
            found[held.product] = (sets + 1, cpus + held.cpus)
        return dict(sorted(found.items(), reverse=True))  # virtualization first, as everywhere


def told_of(db: Session, set_id: int) -> Told:
    """A set's standing facts in order, each with its legs."""
    facts = in_order(list(facts_of(standing_events(db, set_id)).values()))
    _, legs = fold(facts)
    return list(zip(facts, legs, strict=True))


def holdings(db: Session, unit_id: int, on: dt.date) -> Holdings:
    """The sets that a unit held at the end of a day, and those that came later, in order of number."""
    ever = select(LedgerEvent.set_id).where(LedgerEvent.unit_id == unit_id)
    query = select(LicenseSet.id, LicenseSet.number, LicenseSet.product, LicenseSet.kind).where(LicenseSet.id.in_(ever))
    found = Holdings([], [])
    for set_id, number, product, kind in db.execute(query.order_by(LicenseSet.number)):
        told = told_of(db, set_id)
        platform = fold([fact for fact, _ in told if fact.on <= on] or [told[0][0]])[0].shown.platform
        for stay in stays(told):
            if stay.unit_id != unit_id or (stay.until is not None and stay.until <= on):
                continue
            day = max(on, stay.since)
            held = Held(set_id, number, product, kind, platform, _cpus(told, unit_id, day), stay)
            (found.sets if stay.since <= on else found.later).append(held)
    return found


def classify(
    db: Session, license_set: LicenseSet, unit: Unit, operation: Operation, since: dt.date
) -> State | None:  # fmt: skip
    """Lets a set count where its unit belonged, on every day from `since` on which the unit held it; gives the state
    where that changed anything.

    The one home of the rule that sets follow their unit into another district or category: the past stays, and a set
    that is given to the unit for a day gone by counts where the unit belonged on that day.
    """
    told, places = told_of(db, license_set.id), places_of(db, unit)
    facts: list[Fact] = []
    for stay in stays(told):
        if stay.unit_id != unit.id or (stay.until is not None and stay.until <= since):
            continue
        moved = False
        for place, following in zip(places, [*places[1:], None], strict=True):
            day = max(place.since, stay.since, since)
            if (following and following.since <= day) or (stay.until is not None and day >= stay.until):
                continue
            holder = Holder(unit.id, place.district, place.category)
            if moved or _holder(told, day) != holder:
                facts.append(Fact("reclassify", day, holder=holder))
                moved = True
    return post(db, license_set, operation, add=facts) if facts else None


def classify_all(db: Session, unit: Unit, operation: Operation, since: dt.date) -> None:
    """The same for every set that the unit held on any day from `since`."""
    ever = select(LedgerEvent.set_id).where(LedgerEvent.unit_id == unit.id)
    query = select(LicenseSet).where(LicenseSet.id.in_(ever)).order_by(LicenseSet.id)
    for license_set in db.scalars(query.execution_options(populate_existing=True)).all():
        classify(db, license_set, unit, operation, since)


def classify_late(db: Session, license_set: LicenseSet, unit: Unit, actor: Actor, on: dt.date) -> None:
    """After a set was given to a unit for a day gone by: where the unit moved since, the set moves with it."""
    last = last_day_of(db, unit.id, "move")
    if last is None or last <= on:
        return
    operation = Operation(actor)
    classify(db, license_set, unit, operation, on)
    operation.record(db, "allocation:set:reclassify", f"set:{license_set.number}", unit=unit.code, on=on)


def follow_units(db: Session, license_set: LicenseSet, operation: Operation) -> State | None:
    """After a fact was corrected or taken back: wherever the set was, it counts where that unit belonged.

    Gives the state that stands then, where that changed anything.
    """
    state = None
    for unit_id in dict.fromkeys(stay.unit_id for stay in stays(told_of(db, license_set.id))):
        state = classify(db, license_set, db.get_one(Unit, unit_id), operation, license_set.issued_on) or state
    return state


def _legs(told: Told, day: dt.date) -> Sequence[Leg]:
    return [leg for fact, legs in told if fact.on <= day for leg in legs]


def _cpus(told: Told, unit_id: int, day: dt.date) -> int:
    return sum(leg.deltas[1] for leg in _legs(told, day) if leg.holder.unit_id == unit_id)


def _holder(told: Told, day: dt.date) -> Holder:
    return _legs(told, day)[-1].holder
