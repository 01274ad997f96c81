"""A unit ends while sets come to it: either the set came first and moves along, or it is refused; never in between."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from sqlalchemy import func, select

from licensetrack.allocation import life, unit_changes
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, DomainError, Refused
from licensetrack.units import queries
from licensetrack.units.models import Unit
from tests.invariants import broken
from tests.races.test_races import at_once
from tests.trade import ALICE, accepted, day, issued, unit

WHY = "机构改革"


@pytest.fixture(autouse=True)
def books_right_afterwards(database: object) -> Iterator[None]:
    """Whatever raced: every invariant holds, also that nothing is held after a unit's end."""
    yield
    assert broken() == []


def again(one: Unit) -> Unit:
    with reading() as db:
        return queries.unit(db, one.id)


def merge(old: Unit, new: Unit) -> object:
    return unit_changes.merge_unit(again(old), again(new), on=day("06-01"), actor=ALICE, reason=WHY)


def held_by(one: Unit) -> int:
    with reading() as db:
        query = select(func.count()).where(LicenseSet.unit_id == one.id, LicenseSet.issued_sets > 0)
        return int(db.scalar(query) or 0)


def test_a_set_issued_while_its_unit_is_merged_goes_along_or_is_refused() -> None:
    new = unit("SZ0002")
    for number in range(4):
        old = unit(f"SZ1{number:03}")
        issue = [partial(issued, f"SQ-{number}-{nth}", old, on="05-01") for nth in range(3)]
        results = at_once(partial(merge, old, new), *issue)
        came = [one for one in results[1:] if isinstance(one, LicenseSet)]
        assert not isinstance(results[0], DomainError) or isinstance(results[0], Conflict)
        assert all(isinstance(one, LicenseSet | Refused | Conflict) for one in results[1:])
        ended = again(old).ended_on is not None
        assert held_by(old) == (0 if ended else len(came))


def test_a_set_relocated_while_its_new_unit_is_closed_arrives_before_or_not_at_all() -> None:
    home = unit("SZ0002")
    for number in range(4):
        old, one = unit(f"SZ1{number:03}"), accepted(f"SQ-{number}", home)
        close = partial(unit_changes.close_unit, again(old), on=day("06-01"), actor=ALICE, reason=WHY)
        relocate = partial(life.relocate_set, one, old, actor=ALICE, on=day("05-01"), reason="划转")
        results = at_once(close, relocate)
        refused = [result for result in results if isinstance(result, DomainError)]
        assert len(refused) == 1, results
        assert held_by(old) == (1 if again(old).ended_on is None else 0)


def test_two_units_merged_into_each_other_at_once_end_as_one() -> None:
    for number in range(4):
        one, other = unit(f"SZ1{number:03}"), unit(f"SZ2{number:03}")
        accepted(f"SQ-{number}-1", one)
        accepted(f"SQ-{number}-2", other)
        results = at_once(partial(merge, one, other), partial(merge, other, one))
        assert sum(isinstance(result, DomainError) for result in results) == 1
        assert sorted([held_by(one), held_by(other)]) == [0, 2]


def test_one_unit_merged_twice_at_once_is_merged_once() -> None:
    old, first, second = unit("SZ0001"), unit("SZ0002"), unit("SZ0003")
    accepted("SQ-1", old)
    results = at_once(partial(merge, old, first), partial(merge, old, second))
    assert sum(isinstance(result, DomainError) for result in results) == 1
    assert held_by(first) + held_by(second) == 1
