"""The policy: two profiles that contradict each other, decided by the security administrator alone."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, text

from licensetrack.accounts import own, sessions, users
from licensetrack.accounts.permissions import ROLES, SYSTEM, Actor
from licensetrack.accounts.policy import change_policy, policy
from licensetrack.accounts.profiles import ASVS, MLPS
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Forbidden, Refused
from tests.accounts.people import RIGHT, demand_factor, person, state
from tests.conftest import Clock

SECURITY = Actor(None, "sec", "Sec", "security_administrator")
PASSWORDS = [f"{word} horse 4 {word}" for word in ("amber", "birch", "cedar", "delta", "ember", "fjord")]


@pytest.fixture(autouse=True)
def fresh_database(database: Engine) -> None:
    pass


def test_before_anybody_decides_it_is_graded_protection_without_second_factors() -> None:
    with reading() as db:
        assert policy(db) == (MLPS, frozenset())


def test_none_of_the_last_five_comes_again_and_the_sixth_may(clock: Clock) -> None:
    person("bob")
    token, current = sessions.sign_in("bob", RIGHT), RIGHT
    for password in PASSWORDS[:4]:
        token, current = own.change_password(token, current, password), password
    for before in (RIGHT, *PASSWORDS[:4]):
        with pytest.raises(Refused, match="last 5 may not come again"):
            own.change_password(token, current, before)
    token = own.change_password(token, current, PASSWORDS[4])
    own.change_password(token, PASSWORDS[4], RIGHT)
    with reading() as db:
        assert db.execute(text("SELECT count(*) FROM password_history")).scalar_one() == 5, "no more hashes than needed"


def test_the_other_profile_remembers_only_the_present_one(clock: Clock) -> None:
    demand_factor(profile="asvs")
    person("bob")
    token = sessions.sign_in("bob", RIGHT)
    with pytest.raises(Refused, match="in use before"):
        own.change_password(token, RIGHT, RIGHT)
    token = own.change_password(token, RIGHT, PASSWORDS[0])
    own.change_password(token, PASSWORDS[0], RIGHT)
    clock.forward(days=1000)
    assert state(sessions.sign_in("bob", RIGHT)) == "open", "and no password grows old"


def test_a_profile_acts_on_new_accounts_at_once() -> None:
    with pytest.raises(Refused, match="at least 3 of"):
        users.create_user("bob", "Bob", "auditor", "meadow lantern crow", actor=SYSTEM)
    change_policy("asvs", [], actor=SECURITY)
    users.create_user("bob", "Bob", "auditor", "meadow lantern crow", actor=SYSTEM)


def test_nobody_else_decides_and_nothing_that_does_not_exist() -> None:
    for role in set(ROLES) - {"security_administrator"}:
        with pytest.raises(Forbidden):
            change_policy("asvs", [], actor=Actor(None, role, role, role))
    for profile, roles in (("none", []), ("mlps", ["king"]), ("mlps", ["system"])):
        with pytest.raises(Refused):
            change_policy(profile, roles, actor=SECURITY)
    with reading() as db:
        assert policy(db) == (MLPS, frozenset())
        assert db.execute(text("SELECT count(*) FROM audit_entry")).scalar_one() == 0


def test_two_who_decide_at_the_same_time_do_not_overwrite_each_other() -> None:
    with reading() as db:
        seen = policy(db).mark
    change_policy("asvs", ["operator"], actor=SECURITY, seen=seen)
    with pytest.raises(Conflict, match="changed meanwhile"):
        change_policy("mlps", [], actor=SECURITY, seen=seen)
    with reading() as db:
        assert policy(db) == (ASVS, frozenset({"operator"}))
        entry = db.execute(text("SELECT subject, details FROM audit_entry")).one()
    assert entry.subject == "setting:accounts.policy"
    assert '"new":{"factor_roles":["operator"],"profile":"asvs"}' in entry.details
