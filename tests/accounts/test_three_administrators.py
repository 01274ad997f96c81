"""三员分立: one makes accounts, another grants roles, the third looks on; nobody helps oneself, nobody holds two."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from licensetrack.accounts import second_factor, sessions, users
from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import ADMINISTRATORS, NO_ROLE, ROLES, SYSTEM, Actor, Scope
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from tests.accounts.people import OTHER, RIGHT, enrolled, person, state, version
from tests.conftest import Clock

FUTIAN, UNIT = Scope("district", "福田区"), Scope("unit", "7")


@pytest.fixture(autouse=True)
def three(database: Engine, clock: Clock) -> dict[str, Actor]:
    """The three, each with an account."""
    return {role: person(role.split("_")[0], role) for role in ADMINISTRATORS}


@pytest.fixture
def system(three: dict[str, Actor]) -> Actor:
    return three["system_administrator"]


@pytest.fixture
def security(three: dict[str, Actor]) -> Actor:
    return three["security_administrator"]


def user(login: str) -> User:
    with reading() as db:
        found = users.find_user(db, login)
        assert found is not None
        return found


def test_one_makes_the_account_and_another_gives_it_its_role(system: Actor, security: Actor) -> None:
    users.create_user("bob", "Bob", NO_ROLE, RIGHT, actor=system)
    assert user("bob").must_change
    with pytest.raises(Forbidden):
        users.grant_role("bob", "operator", FUTIAN, actor=system)
    users.grant_role("bob", "operator", FUTIAN, actor=security)
    bob = user("bob")
    assert (bob.role, bob.scope_kind, bob.scope_value) == ("operator", "district", "福田区")
    users.grant_role("bob", "unit_user", UNIT, actor=security)
    assert user("bob").role == "unit_user", "the new role instead of the old one, never beside it"


def test_the_system_administrator_makes_nobody_who_may_anything(system: Actor) -> None:
    for role in ROLES:
        with pytest.raises(Forbidden):
            users.create_user("bob", "Bob", role, RIGHT, actor=system, scope=FUTIAN)
    with reading() as db:
        assert users.find_user(db, "bob") is None


def test_nobody_helps_oneself(system: Actor, security: Actor) -> None:
    acts: list[Callable[[], object]] = [
        lambda: users.grant_role("security", "operator", Scope(), actor=security),
        lambda: second_factor.reset_factor("security", actor=security),
        lambda: users.set_password("system", OTHER, actor=system),
        lambda: users.set_active("system", False, actor=system),
    ]
    for act in acts:
        with pytest.raises(Refused):
            act()
    assert user("security").role == "security_administrator"
    assert user("system").active


def test_nobody_but_the_two_touches_an_account() -> None:
    acts: dict[str, list[Callable[[Actor], object]]] = {
        "system_administrator": [
            lambda who: users.create_user("bob", "Bob", NO_ROLE, RIGHT, actor=who),
            lambda who: users.set_password("audit", OTHER, actor=who),
            lambda who: users.set_active("audit", False, actor=who),
        ],
        "security_administrator": [
            lambda who: users.grant_role("audit", "operator", Scope(), actor=who),
            lambda who: second_factor.reset_factor("audit", actor=who),
            lambda who: sessions.end_session(1, actor=who),
        ],
    }
    for whose, theirs in acts.items():
        for role in {*ROLES, NO_ROLE} - {whose}:
            for act in theirs:
                with pytest.raises(Forbidden):
                    act(Actor(99, "mallory", "Mallory", role))


def test_one_administrator_does_not_become_another_by_a_new_password(system: Actor) -> None:
    with pytest.raises(Refused, match="by command on the server"):
        users.set_password("security", OTHER, actor=system)
    assert state(sessions.sign_in("security", RIGHT)) == "open", "nothing was changed"
    enrolled("security")
    users.set_password("security", OTHER, actor=system)
    assert state(sessions.sign_in("security", OTHER)) == "factor", "the telephone is still in the way"
    users.set_password("audit", OTHER, actor=SYSTEM)


def test_a_role_that_does_not_exist_or_does_not_fit_its_scope_is_refused(security: Actor) -> None:
    person("bob")
    for role, scope in (
        ("king", Scope()),
        ("system", Scope()),
        ("unit_user", Scope()),
        ("unit_user", FUTIAN),
        ("district_manager", Scope()),
        ("operator", Scope("district", "")),
        ("operator", Scope("galaxy", "7")),
        ("operator", Scope("all", "7")),
    ):
        with pytest.raises(Refused):
            users.grant_role("bob", role, scope, actor=security)
    assert user("bob").role == "auditor"


def test_two_who_decide_about_one_account_do_not_overwrite_each_other(system: Actor, security: Actor) -> None:
    person("bob")
    seen = version("bob")
    users.grant_role("bob", "operator", Scope(), actor=security, seen=seen)
    acts: list[Callable[[], object]] = [
        lambda: users.grant_role("bob", "reviewer", Scope(), actor=security, seen=seen),
        lambda: users.set_active("bob", False, actor=system, seen=seen),
        lambda: users.set_password("bob", OTHER, actor=system, seen=seen),
        lambda: second_factor.reset_factor("bob", actor=security, seen=seen),
    ]
    for act in acts:
        with pytest.raises(Conflict, match="changed by security at 2024-12-31 09:00"):
            act()
    bob = user("bob")
    assert (bob.role, bob.active) == ("operator", True)
    with pytest.raises(NotFound):
        users.grant_role("nobody", "operator", Scope(), actor=security)


def test_what_they_did_is_in_the_trail_with_old_and_new(system: Actor, security: Actor) -> None:
    users.create_user("bob", "Bob", NO_ROLE, RIGHT, actor=system)
    users.grant_role("bob", "operator", FUTIAN, actor=security)
    users.set_active("bob", False, actor=system)
    with reading() as db:
        rows = db.execute(text("SELECT tag, actor, details FROM audit_entry WHERE subject = 'user:bob' ORDER BY seq"))
        told = [tuple(row) for row in rows]
    assert [(tag, actor) for tag, actor, _ in told] == [
        ("accounts:user:create", "system"),
        ("accounts:role:grant", "security"),
        ("accounts:user:active", "system"),
    ]
    assert told[1][2] == '{"new":["operator","district","福田区"],"old":["none","all",""]}'
    assert told[2][2] == '{"new":false,"old":true}'


def test_a_login_that_looks_like_another_is_refused(system: Actor) -> None:
    for login in ("", "b", "bob smith", "bоb", "bob\u202e", "-bob", "b" * 81, "bob/../"):
        with pytest.raises(Refused) as refused:
            users.create_user(login, "Bob", NO_ROLE, RIGHT, actor=system)
        assert refused.value.field == "login"
    person("bob")
    with pytest.raises(Refused, match="exists already"):
        users.create_user("BOB", "Bob", NO_ROLE, RIGHT, actor=system)
    with pytest.raises(Refused, match="name of its person"):
        users.create_user("carol", " ", NO_ROLE, RIGHT, actor=system)
