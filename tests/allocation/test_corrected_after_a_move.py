"""A set whose relocation turns out wrong counts where its unit belonged on every day, also when that moved since."""

from __future__ import annotations

import pytest

from licensetrack.allocation import life
from licensetrack.allocation.ledger import facts_of, standing_events
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.unit_changes import change_unit
from licensetrack.core.db import reading
from licensetrack.measures.ledger_sums import split
from licensetrack.measures.question import Question
from licensetrack.units.directory import UnitEntry
from tests.invariants import broken
from tests.trade import ALICE, accepted, day, fresh, unit

pytestmark = pytest.mark.usefixtures("database")


def by_district(on: str) -> dict[str, int]:
    """Accepted CPUs of each district that has any."""
    with reading() as db:
        found = split(db, Question(day(on)), "district")
    cpus = {name: counters["virtualization"]["accepted_cpus"] for name, counters in found.items()}
    return {name: count for name, count in cpus.items() if count}


def relocation_of(license_set: LicenseSet) -> int:
    """The position of its relocation."""
    with reading() as db:
        facts = facts_of(standing_events(db, license_set.id)).values()
    return next(fact.position for fact in facts if fact.action == "relocate")


def test_a_relocation_taken_back_leaves_the_set_where_its_unit_moved_meanwhile() -> None:
    home, other = unit("SZ0001", district="福田区"), unit("SZ0002", district="罗湖区")
    license_set = accepted("SQ-1", home, 16)
    life.relocate_set(license_set, other, actor=ALICE, on=day("03-01"), reason="误记")
    change_unit(home, UnitEntry(home.code, home.name, home.category, "南山区"), on=day("04-01"), actor=ALICE)
    assert by_district("12-31") == {"罗湖区": 16}
    found = fresh(license_set)
    state = life.drop_fact(found, relocation_of(found), actor=ALICE, reason="没有调拨")
    assert state.holder.district == "南山区"  # the state that stands, not one before it
    assert by_district("03-31") == {"福田区": 16}
    assert by_district("12-31") == {"南山区": 16}
    assert broken() == []
