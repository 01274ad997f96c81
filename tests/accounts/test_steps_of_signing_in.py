"""Signing in by steps: what is missing is asked for in turn, each step has a token of its own, none is skipped."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from licensetrack.accounts import own, second_factor, sessions, users
from licensetrack.accounts.permissions import NO_ROLE, SYSTEM, Scope, allows
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Refused
from tests.accounts.people import (
    OTHER,
    RIGHT,
    Telephone,
    at_once,
    demand_factor,
    enrolled,
    half_way,
    person,
    state,
)
from tests.conftest import Clock


@pytest.fixture(autouse=True)
def clock_stands_still(database: Engine, clock: Clock) -> None:
    pass


def test_the_first_password_must_be_changed_by_its_owner() -> None:
    person("bob", must_change=True)
    token = sessions.sign_in("bob", RIGHT)
    assert state(token) == "password"
    assert sessions.session_actor(token) is None
    with pytest.raises(Refused, match="in use before"):
        own.choose_password(token, RIGHT)
    opened = own.choose_password(token, OTHER)
    assert (state(opened), state(token)) == ("open", None)
    assert state(sessions.sign_in("bob", OTHER)) == "open"


def test_a_password_that_somebody_reset_must_be_changed_too() -> None:
    person("bob")
    users.set_password("bob", OTHER, actor=SYSTEM)
    assert state(sessions.sign_in("bob", OTHER)) == "password"


def test_a_second_factor_that_the_policy_demands_is_set_up_at_the_sign_in_and_then_the_password() -> None:
    demand_factor("auditor")
    person("bob", must_change=True)
    token = sessions.sign_in("bob", RIGHT)
    assert state(token) == "enrol"
    for act in (
        lambda: own.choose_password(token, OTHER),
        lambda: own.change_password(token, RIGHT, OTHER),
        lambda: sessions.pass_factor(token, "123456"),
        lambda: own.end_other_sessions(token),
    ):
        with pytest.raises(Refused, match="Please begin again"):
            act()
    telephone = Telephone(own.seed_to_show(token)[0])
    later, codes = own.confirm_factor(token, telephone.code())
    assert (state(later), state(token), len(codes)) == ("password", None, 10)
    with pytest.raises(Refused):
        own.remove_factor(later, RIGHT)
    opened = own.choose_password(later, OTHER)
    assert state(opened) == "open"
    with pytest.raises(Refused, match="policy demands"):
        own.remove_factor(opened, OTHER)


def test_who_has_a_second_factor_gives_the_code_before_the_new_password() -> None:
    person("bob")
    telephone, _ = enrolled("bob")
    users.set_password("bob", OTHER, actor=SYSTEM)
    token = sessions.sign_in("bob", OTHER)
    assert state(token) == "factor"
    with pytest.raises(Refused):
        own.choose_password(token, RIGHT)
    assert state(sessions.pass_factor(token, telephone.code())) == "password"


def test_nobody_is_asked_for_a_second_factor_until_the_policy_says_so() -> None:
    for role in ("system_administrator", "operator"):
        person(role, role)
        assert state(sessions.sign_in(role, RIGHT)) == "open"
    demand_factor("operator")
    assert state(sessions.sign_in("operator", RIGHT)) == "enrol"
    assert state(sessions.sign_in("system_administrator", RIGHT)) == "open"


def test_a_sign_in_that_stops_half_way_is_over_after_a_quarter_of_an_hour(clock: Clock) -> None:
    person("bob")
    telephone, _ = enrolled("bob")
    token = half_way()
    clock.forward(minutes=14)
    assert state(token) == "factor"
    clock.forward(minutes=2)
    assert state(token) is None
    with pytest.raises(Refused, match="took too long"):
        sessions.pass_factor(token, telephone.code())


def test_an_account_changed_between_two_steps_goes_no_further() -> None:
    changes: list[Callable[[str], object]] = [
        lambda login: users.set_active(login, False, actor=SYSTEM),
        lambda login: users.set_password(login, OTHER, actor=SYSTEM),
        lambda login: second_factor.reset_factor(login, actor=SYSTEM),
        lambda login: users.grant_role(login, "operator", Scope(), actor=SYSTEM),
    ]
    for index, change in enumerate(changes):
        login = f"bob{index}"
        person(login)
        telephone, _ = enrolled(login)
        token = half_way(login)
        change(login)
        with pytest.raises(Refused, match="Please begin again"):
            sessions.pass_factor(token, telephone.code())


def test_one_step_passed_twice_at_once_opens_one_session() -> None:
    person("bob", must_change=True)
    token = sessions.sign_in("bob", RIGHT)
    results = at_once([lambda: own.choose_password(token, OTHER)] * 4)
    assert len([one for one in results if isinstance(one, str)]) == 1
    assert state(token) is None


def test_an_account_without_a_role_signs_in_and_may_nothing() -> None:
    person("bob", NO_ROLE)
    actor = sessions.session_actor(sessions.sign_in("bob", RIGHT))
    assert actor is not None
    with reading() as db:
        tags = db.execute(text("SELECT DISTINCT tag FROM audit_entry")).scalars().all()
    assert not any(allows(actor, permission) for permission in [*tags, "allocation:read", "measures:read", "*"])


def test_an_unknown_login_is_locked_like_a_known_one(clock: Clock) -> None:
    person("bob")

    def answers(login: str) -> list[str]:
        said = []
        for _ in range(6):
            with pytest.raises(Refused) as refused:
                sessions.sign_in(login, "wrong")
            said.append(refused.value.message)
        return said

    for seconds in (0, 61, 121):
        clock.forward(seconds=seconds)
        known, unknown = answers("bob"), answers("nobody-here")
        assert known == unknown
        assert sessions.TOO_MANY in known


def test_the_trail_tells_every_step_and_never_a_code() -> None:
    person("bob", must_change=False)
    telephone, codes = enrolled("bob")
    token = half_way()
    with pytest.raises(Refused):
        sessions.pass_factor(token, "000000")
    sessions.pass_factor(token, telephone.code(), browser=sessions.Browser("10.0.0.7", "Firefox"))
    sessions.pass_factor(half_way(), codes[0])
    with reading() as db:
        rows = db.execute(text("SELECT outcome, details FROM audit_entry WHERE tag = 'accounts:session:start'")).all()
    told = [(row.outcome, row.details) for row in rows][-5:]
    assert [outcome for outcome, _ in told] == ["done", "refused", "done", "done", "done"]
    assert '"factor":"wrong"' in told[1][1]
    assert '"factor":"code"' in told[2][1]
    assert '"address":"10.0.0.7"' in told[2][1]
    assert '"factor":"recovery"' in told[4][1]
    assert not any(telephone.code() in details or codes[0] in details for _, details in told)


def test_a_password_too_old_is_changed_at_the_sign_in(clock: Clock) -> None:
    person("bob")
    clock.forward(days=90)
    assert state(sessions.sign_in("bob", RIGHT)) == "open"
    clock.forward(seconds=1)
    token = sessions.sign_in("bob", RIGHT)
    assert state(token) == "password"
    own.choose_password(token, OTHER)
    assert state(sessions.sign_in("bob", OTHER)) == "open"
    with transaction() as db:
        db.execute(text("DELETE FROM password_history"))
    assert state(sessions.sign_in("bob", OTHER)) == "password", "as old as the account, where nothing else is known"
