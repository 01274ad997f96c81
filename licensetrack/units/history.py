"""A unit's history: what happened to it as such, what it was called and where it belonged on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from licensetrack.accounts.models import User
from licensetrack.units.models import Unit, UnitEvent, UnitName
from licensetrack.units.rules import CLOSED, MERGED, SPLIT

ENDINGS = {"merge": MERGED, "split": SPLIT, "close": CLOSED}


class Happened(NamedTuple):
    """One line of a unit's time line; `other` is the unit that came to it, came out of it or took it in."""

    id: int
    action: str
    on: dt.date
    at: dt.datetime
    by: str | None
    other_id: int | None
    other: str | None
    details: dict[str, Any]
    taken_back_at: dt.datetime | None
    taken_back_by: str | None

    @property
    def stands(self) -> bool:
        """Whether nobody took it back."""
        return self.taken_back_at is None


class Place(NamedTuple):
    """The dimensions of a unit from a day on."""

    since: dt.date
    district: str
    category: str


def time_line(db: Session, unit_id: int) -> list[Happened]:
    """What happened to a unit, in order of the day; what another unit did to it is told from this one's side.

    Its own registration comes first: most were recorded long after the unit came to be.
    A reopening is told at what it took back, not by itself.
    """
    event, other, back, by, back_by = UnitEvent, aliased(Unit), aliased(UnitEvent), aliased(User), aliased(User)
    query = (
        select(event, other.id, other.name, by.name, back.at, back_by.name)
        .outerjoin(other, other.id == event.unit_id + event.other_id - unit_id)
        .outerjoin(by, by.id == event.actor_id)
        .outerjoin(back, back.reverses_id == event.id)
        .outerjoin(back_by, back_by.id == back.actor_id)
        .where(or_(event.unit_id == unit_id, event.other_id == unit_id), event.reverses_id.is_(None))
        .order_by(event.on, event.id)
    )
    seen_from_here = {"merge": "take_in", "register": "give_out"}
    lines = []
    for row, other_id, name, who, back_at, back_who in db.execute(query):
        action = row.action if row.unit_id == unit_id else seen_from_here[row.action]
        lines.append(
            Happened(row.id, action, row.on, row.at, who, other_id, name, row.details or {}, back_at, back_who)
        )
    return sorted(lines, key=lambda line: (line.action != "register", line.on, line.id))


def last_day_of(db: Session, unit_id: int, action: str) -> dt.date | None:
    """The day of the last standing event of a kind."""
    query = select(func.max(UnitEvent.on)).where(UnitEvent.unit_id == unit_id, UnitEvent.action == action)
    return db.scalar(query)


def ending_of(db: Session, unit_id: int) -> UnitEvent | None:
    """The event that ended a unit and was not taken back."""
    back = select(UnitEvent.reverses_id).where(UnitEvent.reverses_id.is_not(None))
    query = select(UnitEvent).where(
        UnitEvent.unit_id == unit_id, UnitEvent.action.in_(ENDINGS), UnitEvent.id.not_in(back)
    )
    return db.scalars(query.order_by(UnitEvent.id.desc())).first()


def places_of(db: Session, unit: Unit) -> list[Place]:
    """Where a unit belonged, from when on, oldest first; the first one holds for all time before."""
    query = select(UnitEvent).where(UnitEvent.unit_id == unit.id, UnitEvent.action == "move")
    moves = db.scalars(query.order_by(UnitEvent.on.desc(), UnitEvent.id.desc())).all()
    district, category, found = unit.district, unit.category, []
    for move in moves:
        found.append(Place(move.on, district, category))
        said = move.details or {}
        district, category = said.get("district", [district])[0], said.get("category", [category])[0]
    found.append(Place(dt.date.min, district, category))
    return found[::-1]


def names_of(db: Session, unit_id: int) -> Sequence[UnitName]:
    """Every name a unit has or had, oldest first."""
    return db.scalars(select(UnitName).where(UnitName.unit_id == unit_id).order_by(UnitName.id)).all()


def name_on(db: Session, unit_id: int, on: dt.date) -> str:
    """What the unit was called on a day."""
    name = ""
    for one in names_of(db, unit_id):
        if not name or one.since is None or one.since <= on:
            name = one.name
    return name
