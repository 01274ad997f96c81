"""Revocation codes (失效码): which acts open a clock, how a code stops it, and what a correction does to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from licensetrack.accounts.permissions import EVERYWHERE, Actor, Scope
from licensetrack.allocation import issuing, life
from licensetrack.allocation.fold import Fact, Holder
from licensetrack.allocation.ledger import Operation
from licensetrack.allocation.models import LicenseSet, Revocation
from licensetrack.allocation.revocations import OpenRevocation, open_revocations, record_revocation_code
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Forbidden, NotFound
from tests.allocation.looking import broken, fact, refused, revocations, rows
from tests.trade import ALICE, day, issued, unit

pytestmark = pytest.mark.usefixtures("database")

ON = day("05-01")


def hosted(number: str = "SQ-1", code: str = "SZ0001", **more: str) -> LicenseSet:
    """A set on a host with a fingerprint."""
    return issued(number, unit(code), details={"fingerprint": "ESN-1", "platform": "政务云"}, **more)


def replaced(license_set: LicenseSet, on: dt.date = ON, old: str = "ESN-1", new: str = "ESN-2") -> Revocation:
    life.replace_host(license_set, actor=ALICE, on=on, old_fingerprint=old, new_fingerprint=new, reason="主板更换")
    return revocations(license_set)[-1]


def awaited(on: str = "06-01", scope: Scope = EVERYWHERE) -> list[OpenRevocation]:
    with reading() as db:
        return open_revocations(db, scope, day(on))


ACTS: dict[str, Callable[[LicenseSet], object]] = {
    "replace_host": replaced,
    "shrink": lambda s: life.shrink_set(s, actor=ALICE, on=ON, cpus=4, reason="缩容"),
    "relocate": lambda s: life.relocate_set(s, unit("SZ0002"), actor=ALICE, on=ON, reason="划转"),
    "move": lambda s: life.move_set(s, actor=ALICE, on=ON, platform="新政务云", reason="平台整合"),
    "return": lambda s: life.return_set(s, actor=ALICE, on=ON, reason="停用"),
    "revoke": lambda s: life.revoke_set(s, actor=ALICE, on=ON, reason="违规"),
}
OTHERS: dict[str, Callable[[LicenseSet], object]] = {
    "expand": lambda s: life.expand_set(s, actor=ALICE, on=ON, cpus=4, reason="扩容"),
    "renew": lambda s: life.renew_set(s, actor=ALICE, on=ON, valid_until=dt.date(2030, 1, 1), reason="续期"),
    "upgrade": lambda s: life.upgrade_set(s, actor=ALICE, on=ON, edition="企业版", reason="升级"),
    "move": lambda s: life.move_set(s, actor=ALICE, on=ON, site="B202", reason="搬迁"),
    "void": lambda s: life.void_set(s, actor=ALICE, on=ON, reason="发放有误"),
}


@pytest.mark.parametrize("action", ACTS)
def test_an_act_that_makes_a_file_void_opens_a_clock_of_sixty_days(action: str) -> None:
    license_set = hosted()
    holder = license_set.unit_id
    ACTS[action](license_set)
    [one] = awaited()
    assert (one.number, one.action, one.fingerprint, one.unit_id) == ("SQ-1", action, "ESN-1", holder)
    assert (one.opened_on, one.due_on, one.days_left) == (ON, day("06-30"), 29)
    assert broken() == []


def test_a_voided_set_opens_one_only_where_its_file_was_in_use() -> None:
    license_set = hosted()
    life.record_import(license_set, actor=ALICE, on=day("02-10"))
    life.void_set(license_set, actor=ALICE, on=ON, reason="发放有误")
    assert [one.action for one in awaited()] == ["void"]
    assert broken() == []


@pytest.mark.parametrize("action", OTHERS)
def test_an_act_that_leaves_the_file_as_it_is_opens_none(action: str) -> None:
    OTHERS[action](hosted())
    assert awaited() == []
    assert broken() == []


def test_without_a_fingerprint_or_for_a_temporary_set_there_is_no_code() -> None:
    life.return_set(issued("SQ-1", unit()), actor=ALICE, on=ON, reason="停用")
    life.return_set(hosted("SQ-2", "SZ0002", kind="temporary"), actor=ALICE, on=ON, reason="停用")
    assert awaited() == []
    assert broken() == []


def test_the_code_of_a_relocated_set_is_awaited_from_the_unit_that_had_the_host() -> None:
    license_set = hosted()
    giver = license_set.unit_id
    taker = unit("SZ0002", district="南山区")
    life.relocate_set(license_set, taker, actor=ALICE, on=ON, reason="划转")
    assert len(awaited(scope=Scope("unit", str(giver)))) == len(awaited(scope=Scope("district", "福田区"))) == 1
    assert awaited(scope=Scope("unit", str(taker.id))) == awaited(scope=Scope("district", "南山区")) == []


def test_a_host_that_goes_along_to_another_unit_needs_no_code() -> None:
    license_set = hosted()
    taker = unit("SZ0002")
    life.relocate_set(license_set, taker, actor=ALICE, on=ON, reason="划转", fingerprint="ESN-1")
    assert awaited() == []
    assert broken() == []


def test_the_code_stops_the_clock() -> None:
    one = replaced(hosted())
    done = record_revocation_code(one, " LIC-99 ", actor=ALICE, on=day("05-20"))
    assert (done.code, done.recorded_on) == ("LIC-99", day("05-20"))
    assert awaited() == []
    again = record_revocation_code(done, "LIC-98", actor=ALICE, on=day("05-20"))
    assert again.code == "LIC-98", "a code that was mistyped is recorded again"
    assert broken() == []


def test_a_code_that_can_not_be_is_refused_at_its_field() -> None:
    one = replaced(hosted())
    record = record_revocation_code
    refused(lambda: record(one, " ", actor=ALICE, on=ON), "code is missing", "code")
    refused(lambda: record(one, "1" * 201, actor=ALICE, on=ON), "too long", "code")
    refused(lambda: record(one, "1", actor=ALICE, on=day("04-30")), "became void on 2024-05-01", "on")
    refused(lambda: record(one, "1", actor=ALICE, on=day("2999-01-01")), "future", "on")


def test_only_the_centre_records_a_code_and_only_within_its_scope() -> None:
    one, before = replaced(hosted()), rows()
    with pytest.raises(Forbidden):
        record_revocation_code(one, "1", actor=Actor(None, "bob", "Bob", "unit_user"), on=ON)
    eve = Actor(None, "eve", "Eve", "operator", Scope("district", "罗湖区"))
    with pytest.raises(NotFound):
        record_revocation_code(one, "1", actor=eve, on=ON)
    assert rows() == before


def test_two_people_with_one_code_and_the_second_looks_again() -> None:
    license_set = hosted()
    mine = replaced(license_set)
    [theirs] = revocations(license_set)
    record_revocation_code(mine, "LIC-1", actor=ALICE, on=ON)
    before = rows()
    with pytest.raises(Conflict, match="licensetrack recorded a revocation code of the set SQ-1 meanwhile"):
        record_revocation_code(theirs, "LIC-2", actor=ALICE, on=ON)
    assert rows() == before


def test_an_act_taken_back_voids_its_revocation_and_no_code_comes_any_more() -> None:
    license_set = hosted()
    one = replaced(license_set)
    life.drop_fact(license_set, one.position, actor=ALICE, reason="并未更换")
    [voided] = revocations(license_set)
    assert voided.voided_at is not None
    assert awaited() == []
    with pytest.raises(Conflict):
        record_revocation_code(one, "LIC-1", actor=ALICE, on=ON)
    assert broken() == []


def test_an_act_put_right_takes_its_clock_along() -> None:
    license_set = hosted()
    replaced(license_set)
    right = fact(license_set, "replace_host")._replace(on=day("05-11"))
    life.correct_fact(license_set, right, actor=ALICE, reason="日期有误")
    [one] = awaited()
    assert (one.opened_on, one.due_on) == (day("05-11"), day("07-10"))
    assert broken() == []


def test_a_fingerprint_put_right_is_asked_for_as_it_was() -> None:
    license_set = hosted()
    replaced(license_set)
    issue = fact(license_set, "issue")
    details = {**(issue.details or {}), "fingerprint": "ESN-0"}
    life.correct_fact(license_set, issue._replace(details=details), actor=ALICE, reason="抄错")
    assert [one.fingerprint for one in awaited()] == ["ESN-0"]
    details["fingerprint"] = ""
    life.correct_fact(license_set, issue._replace(details=details), actor=ALICE, reason="并无指纹")
    assert awaited() == []
    assert broken() == []


def test_a_life_that_comes_in_at_once_opens_its_clocks_too() -> None:
    holder = unit()
    facts = [
        Fact("issue", day("02-01"), 0, 16, Holder(holder.id, holder.district, holder.category), {"fingerprint": "A"}),
        Fact("replace_host", day("03-01"), details={"old_fingerprint": "A", "fingerprint": "B"}),
        Fact("return", day("05-01")),
    ]
    with transaction() as db:
        operation = Operation(ALICE)
        issuing.add_sets(db, [issuing.NewSet("SQ-1", "virtualization", "formal", 1, facts)], operation)
        operation.record(db, "exchange:ledger:load", "files")
    assert [(one.action, one.fingerprint) for one in awaited()] == [("replace_host", "A"), ("return", "B")]
    assert broken() == []
