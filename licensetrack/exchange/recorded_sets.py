"""What the ledger holds of the sets that a load speaks of: read in bulk, with the facts that stand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from licensetrack.allocation.fold import Fact
from licensetrack.allocation.ledger import facts_of
from licensetrack.allocation.models import LedgerEvent, LicenseSet

TEMPORARY_MARK = "-T"  # a row with a temporary and a formal date tells of two sets; the temporary one gets this mark
MOST_ASKED = 500  # values in one query: databases limit them
_sets, _events = LicenseSet.__table__.c, LedgerEvent.__table__


@dataclass(frozen=True)
class RecordedSet:
    """One set of the ledger with its standing facts by position."""

    id: int
    product: str
    facts: dict[int, Fact]

    @property
    def issued_on(self) -> dt.date:
        """The day of its issue."""
        return min(fact.on for fact in self.facts.values())


def any_set(db: Session) -> bool:
    """Whether the ledger holds any set."""
    return db.execute(select(_sets.id).limit(1)).first() is not None


def recorded_sets(db: Session, numbers: Sequence[str]) -> dict[str, RecordedSet]:
    """Number → recorded set, also for the temporary sets of these numbers."""
    asked = [*numbers, *(number + TEMPORARY_MARK for number in numbers)]
    sets: dict[int, Row[Any]] = {}
    for start in range(0, len(asked), MOST_ASKED):
        query = select(_sets.id, _sets.number, _sets.product).where(_sets.number.in_(asked[start : start + MOST_ASKED]))
        sets.update({row.id: row for row in db.execute(query)})
    by_id: dict[int, list[Row[Any]]] = {}
    reversal = aliased(LedgerEvent)
    ids = list(sets)
    for start in range(0, len(ids), MOST_ASKED):
        part = ids[start : start + MOST_ASKED]
        back = select(reversal.reverses_id).where(reversal.set_id.in_(part), reversal.reverses_id.is_not(None))
        standing = select(_events).where(
            _events.c.set_id.in_(part), _events.c.reverses_id.is_(None), _events.c.id.not_in(back)
        )
        for event in db.execute(standing.order_by(_events.c.set_id, _events.c.seq)):
            by_id.setdefault(event.set_id, []).append(event)
    return {
        row.number: RecordedSet(set_id, row.product, facts_of(by_id.get(set_id, []))) for set_id, row in sets.items()
    }
