"""数据已变动: what the ledgers say now of an evaluation's day against what it states, and which entries did it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from licensetrack.allocation.models import DELTAS, LedgerEvent, LicenseSet
from licensetrack.core.columns import canonical_json
from licensetrack.measures.catalogue import MEASURES, fed_by, figures_of
from licensetrack.measures.ledger_sums import conditions
from licensetrack.measures.question import Question
from licensetrack.measures.reading import Reading
from licensetrack.performance.freezing import read_row, trace_rows
from licensetrack.performance.queries import numbers
from licensetrack.performance.sheet import Value
from licensetrack.procurement.models import BudgetEntry
from licensetrack.support.models import ServiceOrder

ALLOCATION, BUDGET, SERVICE = "allocation", "budget", "service"
ADDED = ("value", "numerator", "denominator")
# By what a row behind a figure is found again; sums aside, the rest of it is words.
KEYS = ("set_id", "unit_id", "entry_id", "number")
Row = Mapping[str, Any]


class Stated(Protocol):
    """What states figures of a day: an evaluation, a monitoring."""

    @property
    def as_of(self) -> dt.date: ...
    @property
    def known_at(self) -> dt.datetime: ...
    @property
    def figures(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class ChangedFigure:
    """A measure that would now give another value for the evaluation's day than the one it states."""

    name: str
    label: str
    unit: str
    stated: Value
    present: Value


@dataclass(frozen=True)
class LateEntry:
    """An entry of a ledger for a day up to the evaluation's, recorded after its values were read.

    `ledger` is allocation, budget or service; `subject` the set's, voucher's or order's number; `action` the event, the
    kind of budget entry, or the kind of service. `moves` names the measures that it adds to or takes from; `gone` says
    that it takes back what was counted.
    """

    ledger: str
    subject: str
    action: str
    on: dt.date
    at: dt.datetime
    moves: frozenset[str]
    gone: bool = False


@dataclass(frozen=True)
class Differences:
    """Figures that changed, and every entry that moved one; entries may cancel each other out."""

    figures: tuple[ChangedFigure, ...]
    entries: tuple[LateEntry, ...]

    def __bool__(self) -> bool:
        return bool(self.figures or self.entries)


def differences(db: Session, found: Stated) -> Differences:
    """What changed since the values were read; what was frozen stays as it is."""
    stated, now = numbers(found.figures), Reading(db, Question(found.as_of))
    present = figures_of(now)
    changed = [
        ChangedFigure(name, MEASURES[name].label, MEASURES[name].unit, value, present[name])
        for name, value in stated.items()
        if name in present and present[name] != value
    ]
    return Differences(tuple(changed), tuple(_late_entries(db, found, now)))


def has_changed(db: Session, found: Stated) -> bool:
    """Whether there is any such entry; for a mark in a list."""
    return next(_late_entries(db, found, Reading(db, Question(found.as_of))), None) is not None


def _late_entries(db: Session, found: Stated, now: Reading) -> Iterator[LateEntry]:
    """Every entry recorded after the values were read that moves a figure of the day, ledger by ledger."""
    yield from _events(db, found)
    then = Reading(db, Question(found.as_of, found.known_at))
    yield from _money(db, found, now, then)
    yield from _orders(found, now, then)


def _events(db: Session, found: Stated) -> Iterator[LateEntry]:
    deltas = [getattr(LedgerEvent, name) for name in DELTAS]
    query = (
        select(LicenseSet.number, LedgerEvent.action, LedgerEvent.on, LedgerEvent.at, LedgerEvent.product, *deltas)
        .join(LicenseSet, LicenseSet.id == LedgerEvent.set_id)
        .where(*conditions(Question(found.as_of)), LedgerEvent.at > found.known_at)
        .where(or_(*(delta != 0 for delta in deltas)))
        .order_by(LedgerEvent.at, LedgerEvent.id)
    )
    for number, action, on, at, product, *changes in db.execute(query):
        moved = [name for name, change in zip(DELTAS, changes, strict=True) if change]
        moves = fed_by(*(f"{whose}.{name}" for name in moved for whose in (product, "*")))
        yield LateEntry(ALLOCATION, number, action, on, at, moves)


def _money(db: Session, found: Stated, now: Reading, then: Reading) -> Iterator[LateEntry]:
    standing = {entry.id for entry in now.entries}
    late = [entry for entry in now.entries if entry.at > found.known_at]
    gone = [entry for entry in then.entries if entry.id not in standing]
    reversals = {
        entry.reverses_id: entry
        for entry in db.scalars(select(BudgetEntry).where(BudgetEntry.reverses_id.in_([one.id for one in gone])))
    }
    for entry in sorted([*late, *gone], key=lambda one: (one.at, one.id)):
        back = reversals.get(entry.id)
        at = entry.at if back is None else back.at
        yield LateEntry(
            BUDGET, entry.voucher, entry.kind, entry.on, at, fed_by(f"budget.{entry.kind}"), gone=entry in gone
        )


def _orders(found: Stated, now: Reading, then: Reading) -> Iterator[LateEntry]:
    moves = fed_by("support.order")
    standing, before = _counted(now), _counted(then)
    for order in sorted(standing.values(), key=lambda one: (one.recorded_at, one.number)):
        if order.recorded_at > found.known_at:
            yield _order(order, order.recorded_at, moves)
    of_the_year = {order.number for order in then.orders}
    for number, order in before.items():
        if number not in standing:  # taken back; or, of an earlier year, not overdue after all
            yield _order(order, order.superseded_at or found.known_at, moves, gone=number in of_the_year)


def _counted(reading: Reading) -> dict[str, ServiceOrder]:
    """Number → every order that some figure counts: those of the year, and whatever is overdue."""
    return {order.number: order for order in (*reading.orders, *(order for order, _ in reading.overdue))}


def _order(order: ServiceOrder, at: dt.datetime, moves: frozenset[str], *, gone: bool = False) -> LateEntry:
    return LateEntry(SERVICE, order.number, order.kind, order.received.date(), at, moves, gone)


@dataclass(frozen=True)
class ChangedRow:
    """A row behind a figure that came, went, or adds something else by now; one of the two may be missing."""

    then: Row | None
    now: Row | None

    @property
    def shown(self) -> Row:
        """Its words, as they are now where it still stands."""
        return self.now or self.then or {}


def changed_rows(db: Session, found: Stated, name: str, evaluation_id: int | None) -> list[ChangedRow]:
    """The rows behind one measure that differ: as frozen (or as known at the reading, where nothing was), and now."""
    measure, asked = MEASURES[name], Question(found.as_of)
    if evaluation_id is None:
        then = measure.trace(db, Question(found.as_of, found.known_at))
    else:
        then = list(trace_rows(db, evaluation_id, name))
    now = [read_row(json.loads(canonical_json(row))) for row in measure.trace(db, asked)]  # as freezing writes them
    return list(_compared(then, now))


def _compared(then: Sequence[Row], now: Sequence[Row]) -> Iterator[ChangedRow]:
    before, after = _by_key(then), _by_key(now)
    for key in [*before, *(key for key in after if key not in before)]:
        old, new = before.get(key), after.get(key)
        if old is None or new is None or _sums(old) != _sums(new):
            yield ChangedRow(old, new)


def _by_key(rows: Iterable[Row]) -> dict[tuple[Any, ...], Row]:
    found: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        found[tuple(row.get(key) for key in KEYS)] = row
    return found


def _sums(row: Row) -> list[Decimal]:
    return [Decimal(row[name]) for name in ADDED if row.get(name) is not None]
