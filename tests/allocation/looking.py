"""What tests of changes look at: the facts and rows of a set, its revocations, and whether a refusal left anything."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import func, select

from licensetrack.allocation.fold import Fact
from licensetrack.allocation.ledger import facts_of, standing_events
from licensetrack.allocation.models import LedgerEvent, LicenseSet, Revocation
from licensetrack.allocation.queries import SetRow, set_by_number
from licensetrack.allocation.revocations import revocations_of_set
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.outbox import OutboxMessage
from licensetrack.verify.report import verify_records


def broken() -> list[str]:
    """Invariants that do not hold; none when the books are right."""
    return [finding.invariant for finding in verify_records() if finding.broken]


def rows() -> tuple[int, ...]:
    with reading() as db:
        tables = (LicenseSet, LedgerEvent, Revocation, AuditEntry, OutboxMessage)
        return tuple(db.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def refused(act: Callable[[], object], words: str, field: str = "") -> None:
    """The act is refused in these words, at this field, and leaves nothing behind."""
    before = rows()
    with pytest.raises((Refused, Conflict), match=words) as found:
        act()
    assert rows() == before
    assert found.value.field == field


def row(number: str) -> SetRow:
    with reading() as db:
        return set_by_number(db, number)


def facts(license_set: LicenseSet) -> dict[int, Fact]:
    with reading() as db:
        return facts_of(standing_events(db, license_set.id))


def fact(license_set: LicenseSet, action: str) -> Fact:
    """The one fact of this kind."""
    [found] = [fact for fact in facts(license_set).values() if fact.action == action]
    return found


def revocations(license_set: LicenseSet) -> Sequence[Revocation]:
    with reading() as db:
        found = revocations_of_set(db, license_set.id)
        for one in found:
            db.expunge(one)
    return found
