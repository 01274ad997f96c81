"""Two people with one set: whoever comes second is told what the first one did, and nothing is written."""

from __future__ import annotations

import datetime as dt

import pytest

from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.accounts.users import actor_of, create_user
from licensetrack.allocation import life
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.clock import now
from licensetrack.core.errors import Conflict
from tests.allocation.looking import fact, rows
from tests.trade import ALICE, accepted, day, fresh, unit

pytestmark = pytest.mark.usefixtures("database")


def wang() -> Actor:
    return actor_of(create_user("wang", "王某", "operator", "correct horse 42", actor=SYSTEM))


def told(license_set: LicenseSet, seen: int) -> Conflict:
    """What somebody hears who saw that version."""
    before = rows()
    with pytest.raises(Conflict) as found:
        life.expand_set(license_set, actor=ALICE, on=day("07-01"), cpus=8, reason="扩容", seen=seen)
    assert rows() == before
    return found.value


def test_the_second_hears_what_the_first_did_on_which_day_and_who_recorded_it_when() -> None:
    license_set = accepted("SQ-1", unit())
    seen = license_set.version
    life.relocate_set(license_set, unit("SZ0002"), actor=wang(), on=day("06-01"), reason="划转")
    values = told(license_set, seen).values
    assert (values["set_action"], values["on"], values["by"]) == ("relocate", day("06-01"), "王某")
    at = values["at"]
    assert isinstance(at, dt.datetime)
    assert abs(now() - at) < dt.timedelta(minutes=1)


def test_what_was_done_is_told_and_not_what_it_made_of_later_facts() -> None:
    license_set = accepted("SQ-1", unit())
    seen = license_set.version
    life.expand_set(license_set, actor=ALICE, on=day("02-05"), cpus=4, reason="补录")
    assert told(license_set, seen).values["set_action"] == "expand"


def test_a_correction_is_told_as_a_correction() -> None:
    license_set = accepted("SQ-1", unit())
    seen = license_set.version
    right = fact(license_set, "import")._replace(on=day("02-11"))
    life.correct_fact(license_set, right, actor=ALICE, reason="日期有误")
    assert told(license_set, seen).values["set_action"] == "correct"


def test_of_several_acts_the_last_one_is_told() -> None:
    license_set = accepted("SQ-1", unit())
    seen = license_set.version
    life.expand_set(license_set, actor=ALICE, on=day("05-01"), cpus=4, reason="扩容")
    life.shrink_set(license_set, actor=ALICE, on=day("06-01"), cpus=2, reason="缩容")
    conflict = told(license_set, seen)
    assert conflict.values["set_action"] == "shrink"
    assert "SQ-1 changed meanwhile: shrink on 2024-06-01, recorded by licensetrack at" in str(conflict)


def test_whoever_holds_a_stale_row_is_told_the_same() -> None:
    license_set = accepted("SQ-1", unit())
    stale = fresh(license_set)
    life.return_set(license_set, actor=ALICE, on=day("06-01"), reason="停用")
    with pytest.raises(Conflict, match="return on 2024-06-01"):
        life.expand_set(stale, actor=ALICE, on=day("07-01"), cpus=8, reason="扩容")


def test_whoever_saw_the_newest_version_acts() -> None:
    license_set = accepted("SQ-1", unit())
    state = life.expand_set(license_set, actor=ALICE, on=day("07-01"), cpus=8, reason="扩容", seen=license_set.version)
    assert state.cpus == 24
    assert (
        told(license_set, license_set.version + 7).message
        == "The set %(number)s changed meanwhile. Please look at it again."
    )
