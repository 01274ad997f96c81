"""A session ends with what it rested on: whatever happens to the account, the old cookie is worth nothing at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from licensetrack.accounts import own, second_factor, sessions, users
from licensetrack.accounts.permissions import SYSTEM, Actor, Scope
from licensetrack.accounts.queries import open_sessions
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound, Refused
from tests.accounts.people import OTHER, RIGHT, Telephone, enrolled, person, state
from tests.conftest import Clock

TODAY = dt.date(2024, 12, 31)
UNIT = Scope("unit", "7")


@pytest.fixture(autouse=True)
def bob(database: Engine, clock: Clock) -> None:
    person("bob", "unit_user", UNIT)


def ids(login: str = "bob") -> list[int]:
    """The numbers of the sessions that stand."""
    with reading() as db:
        return [one.id for one in open_sessions(db) if one.login == login]


def elsewhere() -> str:
    """Another session of Bob's."""
    return sessions.sign_in("bob", RIGHT)


def _turn_on() -> None:
    token = elsewhere()
    own.begin_factor(token, RIGHT)
    own.confirm_factor(token, Telephone(own.seed_to_show(token)[0]).code())


EVENTS: dict[str, Callable[[Clock], object]] = {
    "an administrator resets the password": lambda _: users.set_password("bob", OTHER, actor=SYSTEM),
    "Bob changes the password": lambda _: own.change_password(elsewhere(), RIGHT, OTHER),
    "another role is granted": lambda _: users.grant_role("bob", "auditor", Scope(), actor=SYSTEM),
    "another scope is granted": lambda _: users.grant_role("bob", "unit_user", Scope("unit", "8"), actor=SYSTEM),
    "the account is switched off": lambda _: users.set_active("bob", False, actor=SYSTEM),
    "the unit is closed": lambda _: users.end_accounts_of_unit(7, actor=SYSTEM, on=TODAY),
    "the second factor is turned on": lambda _: _turn_on(),
    "Bob ends the others": lambda _: own.end_other_sessions(elsewhere()),
    "the security administrator ends it": lambda _: [sessions.end_session(one, actor=SYSTEM) for one in ids()],
    "nobody used it for half an hour": lambda clock: clock.forward(minutes=31),
    "it is twelve hours old": lambda clock: clock.forward(hours=12, seconds=1),
}


@pytest.mark.parametrize("event", EVENTS)
def test_a_session_ends_at_once_when(event: str, clock: Clock) -> None:
    token = sessions.sign_in("bob", RIGHT)
    assert state(token) == "open"
    EVENTS[event](clock)
    assert sessions.session_of(token) is None
    assert sessions.session_actor(token) is None
    for act in (
        lambda: own.change_password(token, RIGHT, OTHER),
        lambda: own.end_other_sessions(token),
        lambda: own.begin_factor(token, RIGHT),
    ):
        with pytest.raises(Refused, match="Please begin again"):
            act()


def test_it_ends_when_the_second_factor_is_reset_or_turned_off() -> None:
    telephone, _ = enrolled("bob")
    first = sessions.pass_factor(sessions.sign_in("bob", RIGHT), telephone.code())
    second = sessions.pass_factor(sessions.sign_in("bob", RIGHT), telephone.code(1))
    assert state(own.remove_factor(first, RIGHT)) == "open"
    assert (state(first), state(second)) == (None, None)
    telephone, _ = enrolled("bob")
    second_factor.reset_factor("bob", actor=SYSTEM)
    assert ids() == []


def test_a_unit_that_ends_takes_its_accounts_along_and_no_others() -> None:
    person("carol", "unit_user", Scope("unit", "77"))
    person("dana", "district_manager", Scope("district", "7"))
    person("erin", "vendor_engineer", UNIT)
    users.set_active("erin", False, actor=SYSTEM)
    assert users.end_accounts_of_unit(7, actor=SYSTEM, on=TODAY) == ["bob"]
    with reading() as db:
        active = db.execute(text("SELECT login FROM account WHERE active ORDER BY login")).scalars().all()
        entry = db.execute(text("SELECT subject, details FROM audit_entry ORDER BY seq DESC LIMIT 1")).one()
    assert active == ["carol", "dana"]
    assert (entry.subject, entry.details) == (
        "user:bob",
        '{"new":false,"old":true,"unit_ended":"2024-12-31","unit_id":7}',
    )
    assert users.end_accounts_of_unit(7, actor=SYSTEM, on=TODAY) == []


def test_one_ends_the_own_sessions_and_nobody_elses() -> None:
    person("carol", "auditor")
    sessions.sign_in("carol", RIGHT)
    token, other = sessions.sign_in("bob", RIGHT), sessions.sign_in("bob", RIGHT)
    standing = sessions.session_of(other)
    assert standing is not None
    with pytest.raises(NotFound):
        own.end_own_session(token, ids("carol")[0])
    with pytest.raises(NotFound):
        own.end_own_session(token, 4711)
    own.end_own_session(token, standing.id)
    assert (state(token), state(other)) == ("open", None)
    with pytest.raises(NotFound):
        own.end_own_session(token, standing.id)
    assert len(ids("carol")) == 1


def test_the_list_tells_where_from_and_since_when(clock: Clock) -> None:
    token = sessions.sign_in("bob", RIGHT, address="10.0.0.7", device="Firefox/130")
    clock.forward(minutes=5)
    sessions.session_of(token)
    with reading() as db:
        [row] = open_sessions(db)
    assert (row.login, row.state, row.address, row.device) == ("bob", "open", "10.0.0.7", "Firefox/130")
    assert row.seen_at - row.started_at == dt.timedelta(minutes=5)
    clock.forward(minutes=31)
    with reading() as db:
        assert open_sessions(db) == [], "what is over is not listed"


def test_a_wrong_present_password_counts_like_a_wrong_sign_in(clock: Clock) -> None:
    token = sessions.sign_in("bob", RIGHT)
    for _ in range(5):
        with pytest.raises(Refused, match="present password is wrong"):
            own.change_password(token, "wrong", OTHER)
    with pytest.raises(Refused, match="wait") as refused:
        own.change_password(token, RIGHT, OTHER)
    assert refused.value.field == "current"
    clock.forward(seconds=61)
    assert state(own.change_password(token, RIGHT, OTHER)) == "open"


def test_only_the_security_administrator_ends_the_sessions_of_others() -> None:
    security = Actor(None, "sec", "Sec", "security_administrator")
    token = sessions.sign_in("bob", RIGHT)
    sessions.end_session(ids()[0], actor=security)
    assert state(token) is None
    for session_id in (1, 4711):
        with pytest.raises(NotFound):
            sessions.end_session(session_id, actor=security)
