"""A reviewer names who approves in their stead, the manager decides how many people a request needs."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.accounts.users import create_user, set_active
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.requests import waiting
from licensetrack.requests.delegations import delegate, delegations, end_delegation
from licensetrack.requests.models import RequestEvent
from licensetrack.requests.policy import Policy, change_policy, policy
from licensetrack.requests.reviewing import accept_request, approve_request
from tests.asking import ALICE, RITA, line, submitted, taken_on
from tests.conftest import Clock
from tests.trade import unit

pytestmark = pytest.mark.usefixtures("database")
MANAGER = Actor(None, "max", "Max", "manager")


@pytest.fixture
def people(clock: Clock) -> dict[str, User]:
    """A reviewer who goes away, operators, an auditor."""
    for login, role in (("rolf", "reviewer"), ("opal", "operator"), ("otto", "operator"), ("dana", "auditor")):
        create_user(login, login.title(), role, "correct horse 4", actor=SYSTEM)
    with reading() as db:
        return {user.login: user for user in db.scalars(select(User))}


def acting(user: User, role: str) -> Actor:
    return Actor(user.id, user.login, user.name, role)


def test_a_deputy_approves_in_the_stead_of_a_reviewer_and_it_is_recorded(people: dict[str, User]) -> None:
    rolf, opal = acting(people["rolf"], "reviewer"), acting(people["opal"], "operator")
    request = taken_on(unit())
    with pytest.raises(Forbidden):
        approve_request(request, actor=opal)
    delegate(people["opal"], actor=rolf, first_day=today(), last_day=today())
    with reading() as db:
        assert [row.number for row in waiting.to_approve(db, opal)] == [request.number]
    assert approve_request(request, actor=opal).approved_for == "rolf"
    with reading() as db:
        event = db.scalars(select(RequestEvent).where(RequestEvent.action == "approve")).one()
        audit = db.scalars(select(AuditEntry.details).where(AuditEntry.tag == "requests:request:approve")).one()
    assert (event.login, event.acted_for, json.loads(audit)["acted_for"]) == ("opal", "rolf", "rolf")


def test_a_deputy_approves_on_the_days_named_and_not_after_it_was_ended(people: dict[str, User], clock: Clock) -> None:
    rolf, opal = acting(people["rolf"], "reviewer"), acting(people["opal"], "operator")
    request = taken_on(unit())
    clock.set("2025-03-01")
    made = delegate(people["opal"], actor=rolf, first_day=today(), last_day=today())
    for moment in ("2025-02-28 12:00", "2025-03-02 00:01"):
        clock.set(moment)
        with pytest.raises(Forbidden):
            approve_request(request, actor=opal)
    clock.set("2025-03-01 23:59")
    end_delegation(made.id, actor=rolf)
    with pytest.raises(Forbidden):
        approve_request(request, actor=opal)
    with pytest.raises(Conflict):
        end_delegation(made.id, actor=rolf)
    with reading() as db:
        assert [(p, d) for _, p, d in delegations(db, rolf.id)] == [("Rolf", "Opal")]


def test_a_deputy_never_approves_what_they_or_the_reviewer_asked_for_or_took_on(people: dict[str, User]) -> None:
    rolf, opal = acting(people["rolf"], "reviewer"), acting(people["opal"], "operator")
    holder = unit()
    delegate(people["opal"], actor=rolf, first_day=today(), last_day=today())
    entered = accept_request(submitted(holder, actor=opal), actor=ALICE)
    own = accept_request(submitted(holder, line(fingerprint="E2")), actor=opal)
    for request in (entered, own, accept_request(submitted(holder, line(fingerprint="E3")), actor=rolf)):
        with pytest.raises(Refused):
            approve_request(request, actor=opal)
        assert request.stage == "accepted"


def test_whoever_lost_the_right_lends_it_to_nobody(people: dict[str, User]) -> None:
    rolf, opal = acting(people["rolf"], "reviewer"), acting(people["opal"], "operator")
    delegate(people["opal"], actor=rolf, first_day=today(), last_day=today())
    set_active("rolf", False, actor=SYSTEM)
    with pytest.raises(Forbidden):
        approve_request(taken_on(unit()), actor=opal)


def test_days_and_people_of_a_delegation_must_fit(people: dict[str, User], clock: Clock) -> None:
    rolf, opal = acting(people["rolf"], "reviewer"), acting(people["opal"], "operator")
    day = today()
    early = day.replace(year=2023)
    for deputy, first, last in (
        ("opal", day, early), ("opal", early, early), ("opal", day, day.replace(year=2027)), ("dana", day, day),
        ("rolf", day, day),
    ):  # fmt: skip
        with pytest.raises(Refused):
            delegate(people[deputy], actor=rolf, first_day=first, last_day=last)
    with pytest.raises(Forbidden):
        delegate(people["otto"], actor=opal, first_day=day, last_day=day)
    made = delegate(people["opal"], actor=rolf, first_day=day, last_day=day)
    with pytest.raises(NotFound):
        end_delegation(made.id, actor=RITA)


def test_two_people_are_the_rule_until_the_manager_decides_otherwise() -> None:
    holder = unit()
    with reading() as db:
        assert policy(db) == Policy()
    with pytest.raises(Forbidden):
        change_policy(Policy(every=False), actor=ALICE)
    change_policy(Policy(every=False, kinds=("return",), above=32), actor=MANAGER)
    small = accept_request(submitted(holder, line(key="a")), actor=ALICE, grants={"a": 8})
    assert (small.stage, small.acceptor, small.approver, small.version) == ("approved", "alice", "alice", 4)
    large = submitted(holder, line(cpus=33, hosts="n\t33", fingerprint="E2"))
    assert accept_request(large, actor=ALICE).stage == "accepted"
    both = [line(fingerprint=f"E{n}", platform=f"平台{n}") for n in (3, 4, 5)]
    assert accept_request(submitted(holder, *both), actor=ALICE).stage == "accepted", "48 CPUs of one product"
    with pytest.raises(Refused):
        accept_request(submitted(holder, line(fingerprint="E9"), actor=ALICE), actor=ALICE)


def test_what_was_taken_on_keeps_what_held_for_it() -> None:
    change_policy(Policy(every=False, above=8), actor=MANAGER)
    request = accept_request(submitted(unit()), actor=RITA)
    change_policy(Policy(every=False), actor=MANAGER)
    with pytest.raises(Refused):
        approve_request(request, actor=RITA)


@pytest.mark.parametrize("wrong", [Policy(False, ("gift",)), Policy(False, (), -1), Policy(False, (), 10**9)])
def test_a_policy_that_makes_no_sense_is_refused(wrong: Policy) -> None:
    with pytest.raises(Refused):
        change_policy(wrong, actor=MANAGER)
    with reading() as db:
        assert policy(db) == Policy()
