"""Many work off one difference, or compare at once: each has exactly one effect."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from licensetrack.allocation.models import LicenseSet
from licensetrack.core.db import reading
from licensetrack.inventory.models import Difference
from licensetrack.inventory.runs import make_run
from licensetrack.inventory.working_off import Correction, work_off
from tests.invariants import broken
from tests.inventory.seeing import again, compared, licensed, scanned, story, the_one
from tests.races.test_races import at_once, kinds
from tests.trade import ALICE, day, fresh, unit

MANY = 12


@pytest.fixture(autouse=True)
def books_right_afterwards(database: object) -> Iterator[None]:
    """Whatever raced: every invariant holds."""
    yield
    assert broken() == []


def test_many_who_work_off_one_difference_have_one_effect() -> None:
    holder = unit()
    license_set = licensed("SQ-1", holder, 16)
    scanned(holder, 10, 10)
    compared()
    found = the_one()

    def correct() -> object:
        seen = fresh(license_set)
        return work_off(found, seen, Correction("expand", day("07-02"), "补足", cpus=4), actor=ALICE)

    assert kinds(at_once(*[correct] * MANY)) == {"done": 1, "Conflict": MANY - 1}
    assert again(found).stage == "worked_off"
    assert story(found) == ["find", "work_off"]
    with reading() as db:
        assert db.scalars(select(LicenseSet.issued_cpus)).one() == 20


def test_many_who_compare_at_once_find_a_difference_once() -> None:
    holder = unit()
    licensed("SQ-1", holder, 16)
    scanned(holder, 10, 10)
    assert set(kinds(at_once(*[lambda: make_run(day("07-01"), actor=ALICE)] * MANY))) <= {"done", "Conflict"}
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(Difference)) == 1


def test_a_comparison_beside_a_correction_leaves_the_story_whole() -> None:
    holder = unit()
    license_set = licensed("SQ-1", holder, 16)
    scanned(holder, 10, 10)
    compared()
    found = the_one()

    def correct() -> object:
        return work_off(found, fresh(license_set), Correction("expand", day("07-02"), "补足", cpus=4), actor=ALICE)

    at_once(correct, *[lambda: make_run(day("07-02"), actor=ALICE)] * 4)
    assert story(found)[:1] == ["find"]
