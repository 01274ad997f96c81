"""A request goes from its unit through two pairs of hands, and every step leaves its trace."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DatabaseError

from licensetrack.accounts.permissions import Actor
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.core.outbox import OutboxMessage
from licensetrack.requests.drafting import draft_request, keep_draft, submit_request
from licensetrack.requests.models import LicenseRequest, RequestEvent, RequestVersion
from licensetrack.requests.moving import settle_line
from licensetrack.requests.reviewing import (
    accept_request,
    approve_request,
    reject_request,
    return_request,
    withdraw_request,
)
from tests.asking import ALICE, DANA, RITA, approved, bob, drafted, its_lines, line, submitted, taken_on, typed
from tests.trade import day, fresh, issued, unit

pytestmark = pytest.mark.usefixtures("database")


def events(request: LicenseRequest) -> list[tuple[str, str, str, str]]:
    with reading() as db:
        query = select(RequestEvent).where(RequestEvent.request_id == request.id).order_by(RequestEvent.seq)
        return [(e.action, e.from_stage, e.to_stage, e.login) for e in db.scalars(query)]


def tags() -> list[str]:
    with reading() as db:
        query = select(AuditEntry.tag).where(AuditEntry.tag.like("requests:%")).order_by(AuditEntry.seq)
        return list(db.scalars(query))


def test_a_request_is_asked_accepted_and_approved_by_three_people() -> None:
    request = approved(unit())
    assert (request.stage, request.version) == ("approved", 4)
    assert events(request) == [
        ("draft", "start", "draft", "bob"),
        ("submit", "draft", "submitted", "bob"),
        ("accept", "submitted", "accepted", "alice"),
        ("approve", "accepted", "approved", "rita"),
    ]
    assert tags() == [f"requests:request:{action}" for action in ("draft", "submit", "accept", "approve")]
    with reading() as db:
        posted = db.scalars(select(OutboxMessage.tag).where(OutboxMessage.tag.like("requests:%"))).all()
    assert sorted(posted) == sorted(tags())


def test_numbers_follow_each_other_within_a_year(clock: object) -> None:
    holder = unit()
    assert [drafted(holder).number for _ in range(3)] == ["XQ-2024-0001", "XQ-2024-0002", "XQ-2024-0003"]


def test_what_was_typed_becomes_lines_and_a_version_that_nobody_can_change() -> None:
    request = submitted(unit(), line(cpus="１６颗", hosts="主机名\tCPU颗数\nnode-1\t8颗\nnode-2\t８"))
    [found] = its_lines(request)
    assert (found.cpus_asked, found.cpus_granted, found.stage) == (16, None, "asked")
    assert found.hosts == [{"name": "node-1", "sockets": 8, "cores": 0}, {"name": "node-2", "sockets": 8, "cores": 0}]
    with reading() as db:
        version = db.scalars(select(RequestVersion)).one()
    assert (version.number, version.content["lines"][0]["cpus"]) == (1, 16)
    for table in ("request_version", "request_event"):
        with pytest.raises(DatabaseError, match="append-only"), transaction() as db:
            db.execute(text(f"DELETE FROM {table}"))


def test_less_may_be_granted_than_was_asked_and_both_numbers_stay() -> None:
    request = taken_on(unit(), line(key="a"), line(key="b", platform="政务云二号", fingerprint="ESN-2"))
    approve_request(request, actor=RITA, grants={"a": 12, "b": 0})
    assert [(x.cpus_asked, x.cpus_granted, x.stage) for x in its_lines(request)] == [
        (16, 12, "granted"),
        (16, 0, "refused"),
    ]


@pytest.mark.parametrize("grants", [{"a": 17}, {"a": -1}, {"a": 0}, {"z": 1}])
def test_more_than_asked_nothing_at_all_or_another_line_is_not_granted(grants: dict[str, int | None]) -> None:
    request = taken_on(unit(), line(key="a"))
    with pytest.raises(Refused):
        approve_request(request, actor=RITA, grants=grants)
    assert [(x.cpus_granted, x.stage) for x in its_lines(request)] == [(None, "asked")]
    assert len(events(request)) == 3


def test_a_returned_request_keeps_its_number_and_its_lines_and_gets_a_new_version() -> None:
    holder = unit()
    request = submitted(holder, line(key="a"), line(key="b", platform="政务云二号", fingerprint="ESN-2"))
    [before, _] = its_lines(request)
    returned = return_request(request, actor=ALICE, note="主机清单不全")
    keep_draft(returned, typed(line(key="a", cpus=12, hosts="n\t12")), actor=bob(holder), seen=returned.revision)
    again = submit_request(returned, actor=bob(holder))
    [after] = its_lines(request)
    assert (again.number, again.stage, after.id, after.cpus_asked) == (request.number, "submitted", before.id, 12)
    with reading() as db:
        assert db.scalars(select(RequestVersion.number).order_by(RequestVersion.number)).all() == [1, 2]


def test_nobody_returns_or_rejects_without_a_reason() -> None:
    request = submitted(unit())
    for act in (return_request, reject_request):
        with pytest.raises(Refused, match="reason"):
            act(request, actor=ALICE, note="  ")
    assert reject_request(request, actor=RITA, note="不在配发范围").stage == "rejected"


def test_who_asked_or_entered_a_request_does_not_review_it() -> None:
    holder = unit()
    entered = submitted(holder, actor=ALICE)
    assert entered.entered_on_behalf
    for act in (accept_request, approve_request):
        with pytest.raises((Refused, Conflict)):
            act(entered, actor=ALICE)
    carol = Actor(None, "carol", "Carol", "operator")
    accepted = accept_request(entered, actor=carol)
    with pytest.raises(Forbidden):
        approve_request(accepted, actor=carol)
    assert approve_request(accepted, actor=RITA).stage == "approved"


def test_a_reviewer_who_accepted_does_not_approve() -> None:
    request = accept_request(submitted(unit()), actor=RITA)
    with pytest.raises(Refused, match="another person approves"):
        approve_request(request, actor=RITA)
    assert request.stage == "accepted"


def test_the_database_itself_refuses_one_person_in_two_places(database: Engine) -> None:
    request = taken_on(unit())
    for column, value in (("acceptor", "bob"), ("approver", "bob"), ("approver", "alice")):
        with pytest.raises(DatabaseError), transaction() as db:
            db.execute(text(f"UPDATE license_request SET {column} = '{value}' WHERE id = {request.id}"))


def test_a_unit_withdraws_until_it_is_decided() -> None:
    holder = unit()
    assert withdraw_request(taken_on(holder), actor=bob(holder)).stage == "withdrawn"
    with pytest.raises(Conflict, match="approved by Rita"):
        withdraw_request(approved(holder, line(fingerprint="ESN-9")), actor=bob(holder))
    with pytest.raises(Refused, match="unit itself"):
        withdraw_request(submitted(holder, line(fingerprint="ESN-8")), actor=ALICE)


def test_a_stale_page_is_told_what_happened_meanwhile() -> None:
    request = submitted(unit())
    accept_request(request, actor=ALICE, seen=2)
    with pytest.raises(Conflict, match="accepted by Alice"):
        return_request(request, actor=RITA, note="退回", seen=2)


def test_another_unit_and_roles_without_the_right_get_nothing() -> None:
    holder, other = unit("SZ0001"), unit("SZ0002")
    request = drafted(holder)
    with pytest.raises(NotFound):
        keep_draft(request, typed(), actor=bob(other))
    with pytest.raises(NotFound):
        submit_request(request, actor=bob(other))
    with pytest.raises(NotFound):
        draft_request(holder, actor=bob(other))
    with pytest.raises(Forbidden):
        draft_request(holder, actor=DANA)
    with pytest.raises(Forbidden):
        accept_request(submit_request(request, actor=bob(holder)), actor=bob(holder))


def test_a_request_is_fulfilled_with_its_last_open_line() -> None:
    holder = unit()
    request = approved(holder, line(key="a"), line(key="b", platform="政务云二号", fingerprint="ESN-2"))
    first, second = its_lines(request)
    given = issued("SQ-1", holder, 16, "02-01")
    with transaction() as db:
        assert (
            settle_line(db, first, "fulfill", actor=ALICE, on=day("02-01"), result_set_id=given.id).stage == "approved"
        )
    with transaction() as db:
        assert settle_line(db, second, "drop", actor=ALICE, on=day("02-02")).stage == "fulfilled"
    with pytest.raises(Refused), transaction() as db:
        settle_line(db, second, "fulfill", actor=ALICE, on=day("02-02"), result_set_id=fresh(given).id)


def test_a_refused_act_leaves_nothing_behind() -> None:
    request = drafted(unit(), line(cpus="许多"))
    before = tags()
    with pytest.raises(Refused):
        submit_request(request, actor=ALICE)
    assert (tags(), len(events(request)), its_lines(request)) == (before, 1, [])
    with reading() as db:
        assert db.scalars(select(RequestVersion)).all() == []


def test_the_audit_tells_where_the_request_stood_and_what_was_granted() -> None:
    approved(unit(), line(key="a"), grants={"a": 4})
    with reading() as db:
        query = select(AuditEntry.details).where(AuditEntry.tag == "requests:request:approve")
        told = json.loads(db.scalars(query).one())
    assert told["stage"] == ["accepted", "approved"]
    assert told["lines"] == [{"line": 1, "asked": 16, "granted": 4, "stage": "granted"}]
