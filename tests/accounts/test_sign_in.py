"""Signing in: the right password opens a session that ends in time, wrong ones cost a guesser more and more."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Engine, select, text

from licensetrack.accounts import passwords, sessions, users
from licensetrack.accounts.models import LoginSession, User
from licensetrack.accounts.permissions import SYSTEM, Scope
from licensetrack.accounts.rules import check_password, is_over, wait_after
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Forbidden, NotFound, Refused
from tests.conftest import Clock
from tests.trade import ALICE

RIGHT, WRONG = "correct horse 4", "wrong"


@pytest.fixture(autouse=True)
def bob(database: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bob of unit 7, known to the program; his password is hashed with little work, else these tests took a minute."""
    monkeypatch.setattr(passwords, "HASH_METHOD", "scrypt:1024:8:1")
    users.create_user("bob", "Bob", "unit_user", RIGHT, actor=SYSTEM, scope=Scope("unit", "7"), must_change=False)


def refusal(login: str = "bob", password: str = WRONG) -> str:
    with pytest.raises(Refused) as refused:
        sessions.sign_in(login, password)
    return refused.value.message


def test_a_session_says_who_acts_and_ends_when_he_leaves() -> None:
    token = sessions.sign_in("bob", RIGHT, address="10.0.0.7")
    actor = sessions.session_actor(token)
    assert actor is not None
    assert (actor.login, actor.role, actor.scope) == ("bob", "unit_user", Scope("unit", "7"))
    sessions.sign_out(token, actor=actor)
    assert sessions.session_actor(token) is None
    assert sessions.session_actor("made up") is None


def test_neither_the_token_nor_the_password_stands_in_the_database() -> None:
    token = sessions.sign_in("bob", RIGHT)
    with reading() as db:
        kept = [str(row) for table in ("account", "login_session", "audit_entry")
                for row in db.execute(text(f"SELECT * FROM {table}"))]  # fmt: skip
    assert not any(token in row or RIGHT in row for row in kept)


def test_an_unknown_login_a_wrong_password_and_a_switched_off_account_sound_alike() -> None:
    users.set_active("bob", False, actor=SYSTEM)
    assert refusal("bob", RIGHT) == refusal("nobody", RIGHT) == sessions.WRONG
    users.set_active("bob", True, actor=SYSTEM)
    assert refusal("bob", "wrong") == sessions.WRONG


def test_after_five_failures_the_account_waits_twice_as_long_each_time_and_the_right_password_waits_too(
    clock: Clock,
) -> None:
    assert [refusal() for _ in range(5)] == [sessions.WRONG] * 5
    assert "wait" in refusal("bob", RIGHT)
    clock.forward(seconds=61)
    assert refusal() == sessions.WRONG
    clock.forward(seconds=61)
    assert "wait" in refusal("bob", RIGHT), "two minutes now"
    clock.forward(seconds=61)
    assert sessions.sign_in("bob", RIGHT)
    assert [refusal() for _ in range(4)] == [sessions.WRONG] * 4
    assert sessions.sign_in("bob", RIGHT), "a success forgives what came before"


def test_a_password_is_hashed_with_as_much_work_as_is_advised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    users.set_password("bob", "another horse 5", actor=SYSTEM)
    with reading() as db:
        assert db.scalars(select(User.password_hash)).one().startswith("scrypt:32768:8:3$")


def test_the_wait_doubles_from_one_minute_to_one_hour() -> None:
    minutes = [wait_after(failures).total_seconds() / 60 for failures in range(4, 14)]
    assert minutes == [0, 1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert wait_after(10**6) == dt.timedelta(hours=1)


def test_an_idle_session_is_over_after_half_an_hour_and_any_after_twelve(clock: Clock) -> None:
    token = sessions.sign_in("bob", RIGHT)
    clock.forward(minutes=29)
    assert sessions.session_actor(token) is not None, "which makes it busy again"
    clock.forward(minutes=29)
    assert sessions.session_actor(token) is not None
    clock.forward(minutes=31)
    assert sessions.session_actor(token) is None
    token = sessions.sign_in("bob", RIGHT)
    for _ in range(29):
        clock.forward(minutes=25)
        alive = sessions.session_actor(token) is not None
    assert not alive, "after twelve hours also the busiest"


def test_the_limits_of_a_session_belong_to_it() -> None:
    start = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    half_an_hour, twelve = dt.timedelta(minutes=30), dt.timedelta(hours=12)
    instant = dt.timedelta(microseconds=1)
    assert not is_over(start, start, start + half_an_hour)
    assert is_over(start, start, start + half_an_hour + instant)
    assert not is_over(start, start + twelve, start + twelve)
    assert is_over(start, start + twelve, start + twelve + instant)


@pytest.mark.parametrize("change", ["a new password", "switched off", "off and on again"])
def test_a_stolen_session_ends_when_the_account_is_changed(change: str) -> None:
    token = sessions.sign_in("bob", RIGHT)
    if change == "a new password":
        users.set_password("bob", "another horse 5", actor=SYSTEM)
    else:
        users.set_active("bob", False, actor=SYSTEM)
    if change == "off and on again":
        users.set_active("bob", True, actor=SYSTEM)
    assert sessions.session_actor(token) is None


def test_rights_are_read_anew_with_every_request() -> None:
    token = sessions.sign_in("bob", RIGHT)
    with transaction() as db:
        db.execute(text("UPDATE account SET role = 'auditor'"))
    actor = sessions.session_actor(token)
    assert actor is not None
    assert actor.role == "auditor"


def test_a_new_password_opens_the_lock() -> None:
    for _ in range(6):
        refusal()
    users.set_password("bob", "another horse 5", actor=SYSTEM)
    assert sessions.sign_in("bob", "another horse 5")


def test_every_sign_in_and_every_refusal_is_in_the_audit_trail() -> None:
    sessions.sign_in("bob", RIGHT, address="10.0.0.7")
    refusal("bob\x00\u202e", "wrong")
    with reading() as db:
        rows = db.scalars(select(AuditEntry).where(AuditEntry.tag == "accounts:session:start")).all()
    assert [(row.subject, row.outcome, row.actor) for row in rows] == [
        ("user:bob", "done", "bob"), ("user:bob", "refused", "system"),
    ]  # fmt: skip


@pytest.mark.parametrize("password", ["short1", "onlysmallletters", "123456789012", "xxbobxx-12345678", "            "])
def test_a_weak_password_is_refused_in_words(password: str) -> None:
    with pytest.raises(Refused, match="password"):
        check_password(password, "bob")


def test_a_random_password_passes_its_own_policy() -> None:
    for _ in range(50):
        check_password(passwords.random_password(), "bob")


def test_accounts_are_made_once_with_a_role_that_exists_by_whoever_may() -> None:
    with pytest.raises(Refused, match="exists already"):
        users.create_user("Bob", "Bob", "auditor", RIGHT, actor=SYSTEM)
    for role in ("king", "system"):
        with pytest.raises(Refused, match="no role"):
            users.create_user("dana", "Dana", role, RIGHT, actor=SYSTEM)
    for act in (
        lambda: users.create_user("dana", "Dana", "auditor", RIGHT, actor=ALICE),
        lambda: users.set_password("bob", RIGHT, actor=ALICE),
        lambda: users.set_active("bob", False, actor=ALICE),
    ):
        with pytest.raises(Forbidden):
            act()
    for act in (
        lambda: users.set_password("nobody", RIGHT, actor=SYSTEM),
        lambda: users.set_active("nobody", False, actor=SYSTEM),
    ):
        with pytest.raises(NotFound):
            act()
    with reading() as db:
        assert db.scalars(select(User.login)).all() == ["bob"]
        assert db.scalars(select(LoginSession)).all() == []
