"""The life of one set as a story: facts in order of their days, what was taken back and what was said instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from licensetrack.accounts.models import User
from licensetrack.allocation.models import DELTAS, LedgerEvent
from licensetrack.units.models import Unit


@dataclass(frozen=True)
class Change:
    """What one fact changes at one unit; only counters that move."""

    unit: str
    unit_id: int
    deltas: dict[str, int]


@dataclass
class Told:
    """One fact as it was recorded: what happened, when, recorded by whom from which paper, whether it still stands."""

    position: int
    action: str
    on: dt.date
    at: dt.datetime
    by: str | None
    cpus: int | None
    details: dict[str, Any]
    document_id: int | None
    place: str
    changes: list[Change] = field(default_factory=list)
    taken_back_at: dt.datetime | None = None
    taken_back_by: str | None = None
    corrects: bool = False
    counted_anew_at: dt.datetime | None = None

    @property
    def stands(self) -> bool:
        """Whether nobody took it back."""
        return self.taken_back_at is None

    def says_the_same(self, other: Told) -> bool:
        """Whether both say the same of the day, whatever it changes."""
        return (self.action, self.on, self.cpus, self.details) == (other.action, other.on, other.cpus, other.details)


def story_of_set(db: Session, set_id: int) -> list[Told]:
    """Every fact of a set in order of its day, each as it was first said and then as it was corrected.

    A fact posted anew only because an earlier one was corrected (its words stayed, its counts moved) is told once.
    """
    rows = db.execute(
        select(LedgerEvent, Unit.name, User.name)
        .join(Unit, Unit.id == LedgerEvent.unit_id)
        .outerjoin(User, User.id == LedgerEvent.actor_id)
        .where(LedgerEvent.set_id == set_id)
        .order_by(LedgerEvent.seq)
    ).all()
    reversals = {event.reverses_id: (event.at, name) for event, _, name in rows if event.reverses_id is not None}
    facts: dict[tuple[int, str], Told] = {}
    said: set[int] = set()
    for event, unit, recorder in rows:
        if event.reverses_id is not None:
            continue
        told = facts.get((event.position, event.key))
        if told is None:
            told = Told(
                event.position, event.action, event.on, event.at, recorder, event.cpus, event.details or {},
                event.document_id, event.place, corrects=event.position in said,
            )  # fmt: skip
            facts[event.position, event.key] = told
            said.add(event.position)
        told.changes.append(Change(unit, event.unit_id, _moved(event)))
        if event.id in reversals:
            told.taken_back_at, told.taken_back_by = reversals[event.id]
    return _in_order(_without_recounts(list(facts.values())))


class Posted(NamedTuple):
    """One event as the ledger holds it, with only the counters that it moves."""

    action: str
    takes_back: bool
    on: dt.date
    unit: str
    cpus: int | None
    deltas: dict[str, int]


def posted_since(db: Session, set_id: int, seq: int) -> list[Posted]:
    """The events of a set after one, in the order they were written; a reversal bears the name of what it reverses."""
    reversed_event = aliased(LedgerEvent)
    rows = db.execute(
        select(LedgerEvent, Unit.name, reversed_event.action)
        .join(Unit, Unit.id == LedgerEvent.unit_id)
        .outerjoin(reversed_event, reversed_event.id == LedgerEvent.reverses_id)
        .where(LedgerEvent.set_id == set_id, LedgerEvent.seq > seq)
        .order_by(LedgerEvent.seq)
    )
    return [
        Posted(original or event.action, original is not None, event.on, unit, event.cpus, _moved(event))
        for event, unit, original in rows
    ]


def _without_recounts(facts: Sequence[Told]) -> list[Told]:
    """Leaves out what was taken back only to be said again in the same words."""
    kept: dict[int, list[Told]] = {}
    for told in facts:
        before = kept.setdefault(told.position, [])
        same_units = before and {change.unit_id for change in before[-1].changes} == {c.unit_id for c in told.changes}
        if before and same_units and not before[-1].stands and told.says_the_same(before[-1]):
            first = before.pop()
            told.counted_anew_at = told.at
            told.at, told.by, told.corrects = first.at, first.by, first.corrects
        before.append(told)
    return [told for chain in kept.values() for told in chain]


def _moved(event: LedgerEvent) -> dict[str, int]:
    return {name: getattr(event, name) for name in DELTAS if getattr(event, name)}


def _in_order(facts: Sequence[Told]) -> list[Told]:
    """By the day of what stands; what was taken back stays directly before what replaced it."""
    day: dict[int, dt.date] = {}
    for told in facts:
        if told.stands or told.position not in day:
            day[told.position] = told.on
    return sorted(facts, key=lambda told: (day[told.position], told.position, told.at))
