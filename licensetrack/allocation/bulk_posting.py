"""Posting to many sets at once, as a ledger of ten thousand imports does: planned set by set, written in bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from licensetrack.allocation.caps import use_entitlement
from licensetrack.allocation.fold import Fact
from licensetrack.allocation.ledger import Operation, facts_of, plan
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.allocation.revocations import write_revocations
from licensetrack.allocation.revoking import Opened
from licensetrack.allocation.stages import FORMAL
from licensetrack.allocation.state_row import platform_of, state_values
from licensetrack.allocation.stays import Stay, all_ends, check_stays, ends_of, stays
from licensetrack.units.directory import ensure_platforms

MOST_ASKED = 500  # values in one query: databases limit them
_sets, _events = cast(Table, LicenseSet.__table__), cast(Table, LedgerEvent.__table__)


@dataclass(frozen=True)
class RecordedSet:
    """A set as it stands in the books: its state row, its standing events, the positions it ever used, its facts."""

    row: Row[Any]
    events: Sequence[Row[Any]]
    used: frozenset[int]
    facts: Mapping[int, Fact]


def read_sets(db: Session, numbers: Sequence[str]) -> dict[str, RecordedSet]:
    """Number → recorded set, for those that exist. PostgreSQL locks their rows: nobody moves them meanwhile."""
    rows: list[Row[Any]] = []
    for start in range(0, len(numbers), MOST_ASKED):
        wanted = _sets.c.number.in_(numbers[start : start + MOST_ASKED])
        rows += db.execute(select(_sets).where(wanted).order_by(_sets.c.id).with_for_update())
    events: dict[int, list[Row[Any]]] = {row.id: [] for row in rows}
    ids = list(events)
    for start in range(0, len(ids), MOST_ASKED):
        wanted = _events.c.set_id.in_(ids[start : start + MOST_ASKED])
        for event in db.execute(select(_events).where(wanted).order_by(_events.c.set_id, _events.c.seq)):
            events[event.set_id].append(event)
    return {row.number: _recorded(row, events[row.id]) for row in rows}


def _recorded(row: Row[Any], events: Sequence[Row[Any]]) -> RecordedSet:
    taken_back = {event.reverses_id for event in events}
    standing = [event for event in events if event.reverses_id is None and event.id not in taken_back]
    return RecordedSet(row, standing, frozenset(event.position for event in events), facts_of(standing))


class BulkPosting:
    """Collects what sets change by and writes all of it at once, inside the caller's transaction and audit."""

    def __init__(self, db: Session, operation: Operation) -> None:
        self._db, self._operation = db, operation
        self._events: list[dict[str, object]] = []
        self._states: list[dict[str, object]] = []
        self._platforms: list[tuple[int, str] | None] = []  # one for each state
        self._revocations: dict[int, tuple[Opened, ...]] = {}
        self._used: dict[int, tuple[int, int]] = {}
        self._ends = all_ends(db)
        self._stays: list[Stay] = []

    def post(
        self,
        recorded: RecordedSet,
        *,
        add: Sequence[Fact],
        replace: Sequence[Fact],
        right: tuple[str, int] | None = None,
    ) -> None:
        """Plans one set's change as `ledger.post` does; a set is posted to once. Raises Refused."""
        row = recorded.row
        product, entitlement_id = right or (row.product, row.entitlement_id)
        events, used = recorded.events, recorded.used
        planned = plan(row, events, used, self._operation, add=add, replace=replace, product=product)
        if any(fact.holder for fact in (*add, *replace)) or self._ends:
            those = stays(planned.told)
            check_stays(those, self._ends)
            self._stays += those
        self._events += planned.events
        state = state_values(planned.state)
        state |= {"version": planned.seq, "product": product, "entitlement_id": entitlement_id}
        self._states.append({f"new_{name}": value for name, value in state.items()} | {"set_id": row.id})
        self._platforms.append(platform_of(planned.state))
        if planned.concerns_revocations(row.kind):
            self._revocations[row.id] = planned.state.revocations
        if row.kind == FORMAL:
            after = planned.state.standing()
            self._use(row.entitlement_id, -row.issued_sets, -row.issued_cpus)
            self._use(entitlement_id, after[0], after[1])

    def _use(self, entitlement_id: int, sets: int, cpus: int) -> None:
        before = self._used.get(entitlement_id, (0, 0))
        self._used[entitlement_id] = (before[0] + sets, before[1] + cpus)

    def write(self) -> None:
        """Inserts the events, updates the state rows, moves the counters. Raises Conflict beyond a hard cap."""
        if not self._states:
            return
        holders = {stay.unit_id for stay in self._stays}
        check_stays(self._stays, ends_of(self._db, holders, lock=holders))  # once more: now nobody ends meanwhile
        shown = {platform for platform in self._platforms if platform}
        platforms = ensure_platforms(self._db, shown) if shown else {}
        for state, platform in zip(self._states, self._platforms, strict=True):
            state["new_platform_id"] = platforms[platform] if platform else None
        names = [name for name in self._states[0] if name.startswith("new_")]
        values: dict[str, Any] = {name.removeprefix("new_"): bindparam(name) for name in names}
        connection = self._db.connection()  # the tables themselves: the session would look for objects to match
        if self._events:
            connection.execute(insert(_events), self._events)
        connection.execute(update(_sets).where(_sets.c.id == bindparam("set_id")).values(values), self._states)
        if self._revocations:
            write_revocations(self._db, self._revocations, self._operation.at)
        for entitlement_id in sorted(self._used):  # one order for all, so that nobody waits in a ring
            use_entitlement(self._db, entitlement_id, *self._used[entitlement_id], self._operation)
