"""A granted line becomes a set or a change of one, whole or not at all; with the last line the request is fulfilled."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from licensetrack.accounts.permissions import Actor, Scope
from licensetrack.allocation import life
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.core.settings import setting
from licensetrack.handover.handing_out import HandedFile, Wish, issue_directly, next_set_number
from licensetrack.handover.models import LicenseFile
from licensetrack.procurement.caps import change_cap
from licensetrack.procurement.queries import entitlement_for
from licensetrack.requests.fulfillment import (
    OWN,
    Given,
    allow_own_fulfillment,
    drop_line,
    fulfill_line,
    open_lines,
)
from licensetrack.requests.models import LicenseRequest, RequestLine
from licensetrack.requests.reviewing import accept_request, approve_request
from licensetrack.units.models import Platform, Unit
from tests.asking import ALICE, RITA, approved, bob, its_lines, line, submitted
from tests.conftest import Clock
from tests.handover.vendor_files import huawei_dat
from tests.trade import day, fresh, issued, unit

pytestmark = pytest.mark.usefixtures("database")

OLGA = Actor(None, "olga", "Olga", "operator")  # issues
ON = day("05-06")


def the_line(request: LicenseRequest) -> RequestLine:
    [found] = its_lines(request)
    return found


def stage_of(request: LicenseRequest) -> str:
    with reading() as db:
        return db.get_one(LicenseRequest, request.id).stage


def actions(found: LicenseSet) -> list[tuple[str, Any]]:
    with reading() as db:
        query = select(LedgerEvent).where(LedgerEvent.set_id == found.id).order_by(LedgerEvent.seq)
        return [(event.action, (event.details or {}).get("request")) for event in db.scalars(query)]


def file(**more: Any) -> HandedFile:
    return HandedFile("LIC.dat", huawei_dat(customer="", kind="COMM", **{"esn": "ESN-0001", **more}))


def test_a_new_line_becomes_a_numbered_set_with_its_file_and_closes_the_request() -> None:
    request = approved(unit())
    made = fulfill_line(the_line(request), actor=OLGA, on=ON, given=Given(file=file()))
    assert (made.number, made.cpus, made.kind, made.fingerprint) == ("SQ-2024-0001", 16, "formal", "ESN-0001")
    assert actions(made) == [("issue", request.number)]
    done = the_line(request)
    assert (done.stage, done.result_set_id, done.settled_on) == ("fulfilled", made.id, ON)
    assert stage_of(request) == "fulfilled"
    with reading() as db:
        assert db.scalars(select(LicenseFile.set_id)).all() == [made.id]
        tags = db.scalars(select(AuditEntry.tag).order_by(AuditEntry.seq.desc()).limit(4)).all()
    assert tags == ["requests:request:fulfill", "requests:line:fulfill", "handover:file:attach", "allocation:set:issue"]


def test_a_request_stays_open_until_its_last_line_is_settled() -> None:
    holder = unit()
    request = approved(holder, line(), line(platform="政务云二号", fingerprint="ESN-2", product="cloud_management"))
    first, second = its_lines(request)
    fulfill_line(first, actor=OLGA, on=ON)
    assert stage_of(request) == "approved"
    with reading() as db:
        assert [one.id for one, _, _ in open_lines(db, OLGA)] == [second.id]
    drop_line(second, actor=OLGA, on=ON, reason="单位不再需要")
    assert stage_of(request) == "fulfilled"
    with reading() as db:
        assert open_lines(db, OLGA) == []


def test_an_expansion_makes_no_new_set() -> None:
    holder = unit()
    found = issued("SQ-1", holder, 16)
    request = approved(holder, line("expansion", set="SQ-1", cpus=8))
    assert fulfill_line(the_line(request), actor=OLGA, on=ON).id == found.id
    assert (fresh(found).cpus, actions(found)) == (24, [("issue", None), ("expand", request.number)])


def test_a_renewal_a_migration_and_a_return_change_the_set_they_are_about() -> None:
    holder = unit()
    found = issued("SQ-1", holder, 16, details={"fingerprint": "ESN-0001", "platform": "政务云一号"})
    renewed = approved(holder, line("renewal", set="SQ-1", valid_until="2027-12-31"))
    fulfill_line(the_line(renewed), actor=OLGA, on=ON, given=Given(support_end=day("2026-12-31")))
    assert (fresh(found).valid_until, fresh(found).support_end) == (day("2027-12-31"), day("2026-12-31"))
    migrated = approved(
        holder,
        line("migration", set="SQ-1", platform="政务云二号", site="二号机房", fingerprint="ESN-9", reason="搬迁"),
    )
    fulfill_line(the_line(migrated), actor=OLGA, on=day("05-07"))
    moved = fresh(found)
    with reading() as db:
        platform = db.get_one(Platform, moved.platform_id).name
    assert (platform, moved.site, moved.fingerprint) == ("政务云二号", "二号机房", "ESN-9")
    returned = approved(holder, line("return", set="SQ-1", reason="停用"))
    fulfill_line(the_line(returned), actor=OLGA, on=day("05-08"))
    assert fresh(found).stage == "returned"
    assert [action for action, _ in actions(found)] == ["issue", "renew", "move", "replace_host", "return"]


def test_a_temporary_set_becomes_formal_and_is_never_counted_twice() -> None:
    holder = unit()
    temporary = issued("SQ-T", holder, 16, kind="temporary", details={"fingerprint": "ESN-1"})
    request = approved(holder, line("formalize", set="SQ-T", cpus=16))
    formal = fulfill_line(the_line(request), actor=OLGA, on=ON, given=Given(number="SQ-2024-0500"))
    assert (formal.number, formal.kind, formal.cpus, formal.predecessor_id) == (
        "SQ-2024-0500",
        "formal",
        16,
        temporary.id,
    )
    assert (fresh(temporary).stage, fresh(temporary).issued_sets) == ("superseded", 0)


def test_less_may_be_given_than_was_granted_and_never_more() -> None:
    request = approved(unit(), grants={})
    with pytest.raises(Refused, match="more than were granted"):
        fulfill_line(the_line(request), actor=OLGA, on=ON, given=Given(cpus=17))
    made = fulfill_line(the_line(request), actor=OLGA, on=ON, given=Given(cpus=12, kind="temporary"))
    assert (made.cpus, made.kind) == (12, "temporary")
    asked = approved(unit("SZ0002"), line(license_kind="temporary", valid_until="2025-12-31", fingerprint="ESN-7"))
    with pytest.raises(Refused, match="temporary"):
        fulfill_line(the_line(asked), actor=OLGA, on=ON, given=Given(kind="formal"))


def test_a_refused_fulfillment_leaves_line_set_and_file_as_they_were() -> None:
    request = approved(unit())
    found = the_line(request)
    with pytest.raises(Refused, match="another host"):
        fulfill_line(found, actor=OLGA, on=ON, given=Given(file=file(esn="2102311ZZZ10K5000999")))
    with transaction() as db:
        entitlement = entitlement_for(db, "virtualization").id
    change_cap(entitlement, rule="hard", cap_cpus=10, cap_sets=None, reason="合同", actor=ALICE)
    with pytest.raises(Conflict, match="10 CPUs are free"):
        fulfill_line(found, actor=OLGA, on=ON, given=Given(file=file()))
    with reading() as db:
        assert db.scalars(select(LicenseSet)).all() == []
        assert db.scalars(select(LicenseFile)).all() == []
    assert (the_line(request).stage, stage_of(request)) == ("granted", "approved")


def test_a_line_is_fulfilled_once_and_as_it_was_seen() -> None:
    request = approved(unit())
    found = the_line(request)
    with pytest.raises(Conflict):
        fulfill_line(found, actor=OLGA, on=ON, seen=request.version - 1)
    fulfill_line(found, actor=OLGA, on=ON, seen=request.version)
    for act in (fulfill_line, lambda one, **how: drop_line(one, reason="x", **how)):
        with pytest.raises(Conflict, match="not open"):
            act(found, actor=OLGA, on=ON)


def test_whoever_asked_or_entered_it_does_not_issue_unless_the_office_says_so() -> None:
    holder = unit()
    request = submitted(holder, actor=OLGA)
    accept_request(request, actor=ALICE)
    approve_request(request, actor=RITA)
    with pytest.raises(Refused, match="another person issues"):
        fulfill_line(the_line(request), actor=OLGA, on=ON)
    with pytest.raises(Forbidden):
        allow_own_fulfillment(True, actor=OLGA)
    allow_own_fulfillment(True, actor=Actor(None, "mia", "Mia", "manager"))
    with reading() as db:
        assert setting(db, OWN, False) is True
    fulfill_line(the_line(request), actor=OLGA, on=ON)


def test_units_reviewers_and_other_districts_do_not_issue() -> None:
    holder = unit()
    request = approved(holder)
    far = Actor(None, "o2", "O", "operator", Scope("district", "南山区"))
    for actor, error in ((bob(holder), Forbidden), (RITA, Forbidden), (far, NotFound)):
        with pytest.raises(error):
            fulfill_line(the_line(request), actor=actor, on=ON)
        with pytest.raises(error):
            drop_line(the_line(request), actor=actor, on=ON, reason="x")


def test_a_line_about_a_set_that_left_the_unit_is_refused() -> None:
    holder = unit()
    found = issued("SQ-1", holder, 16)
    request = approved(holder, line("expansion", set="SQ-1", cpus=8))
    life.relocate_set(found, unit("SZ0002"), actor=ALICE, on=day("05-01"), reason="划转")
    with pytest.raises(Refused, match="no longer held"):
        fulfill_line(the_line(request), actor=OLGA, on=ON)


def test_numbers_go_on_above_those_given_by_hand(clock: Clock) -> None:
    holder = unit()
    issued("SQ-2024-0107", holder)
    issued("SQ-2024-0099-T", holder)
    issued("SQ-2024-ABCD", holder)
    with transaction() as db:
        assert next_set_number(db, 2024) == "SQ-2024-0108"
        assert next_set_number(db, 2023) == "SQ-2023-0001"
    issued("SQ-2024-12345", holder)
    with transaction() as db:
        assert next_set_number(db, 2024) == "SQ-2024-12346"


def test_a_set_that_no_request_asked_for_needs_a_reason() -> None:
    holder: Unit = unit()
    wish = Wish("virtualization", cpus=16, platform="政务云一号")
    with pytest.raises(Refused) as refusal:
        issue_directly(holder, wish, actor=OLGA, on=ON, reason=" ")
    assert refusal.value.field == "reason"
    made = issue_directly(holder, wish, actor=OLGA, on=ON, reason="电话申请，补录")
    with reading() as db:
        event = db.scalars(select(LedgerEvent).where(LedgerEvent.set_id == made.id)).one()
    assert event.details == {"platform": "政务云一号", "reason": "电话申请，补录"}
