"""The sets that a load speaks of, by number, with the temporary sets that went before them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.allocation.bulk_posting import RecordedSet, read_sets
from licensetrack.allocation.models import LicenseSet

TEMPORARY_MARK = "-T"  # a row with a temporary and a formal date tells of two sets; the temporary one gets this mark


def any_set(db: Session) -> bool:
    """Whether the ledger holds any set."""
    return db.execute(select(LicenseSet.id).limit(1)).first() is not None


def recorded_sets(db: Session, numbers: Sequence[str]) -> dict[str, RecordedSet]:
    """Number → recorded set, also for the temporary sets of these numbers."""
    return read_sets(db, [*numbers, *(number + TEMPORARY_MARK for number in numbers)])


def issued_on(recorded: RecordedSet) -> dt.date:
    """The day of a recorded set's issue."""
    return min(fact.on for fact in recorded.facts.values())
