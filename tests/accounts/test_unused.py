"""Accounts that nobody uses are told, then switched off; sessions whose time is over are cleaned up."""

from __future__ import annotations

import datetime as dt
import hashlib

import pytest
from sqlalchemy import Engine, select, update

from licensetrack.accounts import users
from licensetrack.accounts.models import LoginSession, User
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.accounts.unused import clean_sessions
from licensetrack.core.clock import now
from licensetrack.core.db import reading, transaction
from licensetrack.core.job_queue import Job, enqueue
from licensetrack.jobs.running import run_queued
from tests.conftest import Clock
from tests.notices.hearing import heard, number_of, person

pytestmark = pytest.mark.usefixtures("clock", "database")


def sign_in(login: str, *, seen: dt.datetime | None = None, ended: dt.datetime | None = None) -> int:
    """A session of that person, used just now."""
    at = seen or now()
    with transaction() as db:
        user = users.find_user(db, login)
        assert user is not None
        row = LoginSession(
            token_digest=hashlib.sha256(f"{login}{at}".encode()).hexdigest(), user_id=user.id, state="open",
            started_at=at, seen_at=at, ended_at=ended, address="", device="",
        )  # fmt: skip
        db.add(row)
        db.flush()
        return row.id


def night() -> dict[str, object]:
    """The night's job; what it came to."""
    with transaction() as db:
        number = enqueue(db, "accounts:unused", actor=SYSTEM).id
    run_queued()
    with reading() as db:
        job = db.get_one(Job, number)
    assert job.state == "done", job.error
    assert job.result is not None
    return job.result


def active() -> set[str]:
    """Who may sign in."""
    with reading() as db:
        return set(db.scalars(select(User.login).where(User.active)))


def test_an_account_is_told_two_weeks_before_it_is_switched_off_and_never_twice(database: Engine, clock: Clock) -> None:
    sun, bob = person("sun", "system_administrator"), person("bob", "operator")
    for nth in range(1, 100):
        clock.forward(days=1)
        sign_in("sun")
        result = night()
        assert result["told"] == (["bob"] if nth == 76 else [])
        assert result["switched_off"] == (["bob"] if nth == 90 else [])
    assert active() == {"sun"}
    assert heard(bob) == [("account_unused", "user:bob")]
    assert [kind for kind, _ in heard(sun)] == ["accounts_switched_off"]


def test_who_signs_in_after_the_notice_stays(database: Engine, clock: Clock) -> None:
    person("sun", "system_administrator")
    person("bob", "operator")
    clock.forward(days=80)
    assert night()["told"] == ["bob"]
    sign_in("bob")
    clock.forward(days=20)
    assert night() == {"told": [], "switched_off": []}
    clock.forward(days=60)
    assert night()["told"] == ["bob"], "the next time it is told again"


def test_nobody_is_switched_off_who_was_not_told_two_weeks_before(database: Engine, clock: Clock) -> None:
    person("sun", "system_administrator")
    person("bob", "operator")
    clock.forward(days=120)  # no worker ran
    assert night() == {"told": ["bob"], "switched_off": []}
    clock.forward(days=13)
    assert night()["switched_off"] == []
    clock.forward(days=1)
    assert night()["switched_off"] == ["bob"]


def test_the_last_system_administrator_is_never_switched_off(database: Engine, clock: Clock) -> None:
    person("sun", "system_administrator")
    clock.forward(days=5)
    person("son", "system_administrator")
    for _ in range(2):
        clock.forward(days=100)
        night()
    clock.forward(days=100)
    assert night() == {"told": [], "switched_off": []}
    assert active() == {"son"}


def test_an_account_that_was_switched_on_again_has_its_ninety_days(database: Engine, clock: Clock) -> None:
    sun = person("sun", "system_administrator")
    person("bob", "operator")
    clock.forward(days=80)
    night()
    clock.forward(days=15)
    assert night()["switched_off"] == ["bob"]
    users.set_active("bob", True, actor=sun)
    clock.forward(days=50)
    assert night() == {"told": [], "switched_off": []}


def test_sessions_whose_time_is_over_end_and_old_ones_are_forgotten_but_the_newest(
    database: Engine, clock: Clock
) -> None:
    bob = person("bob", "operator")
    at = now()
    old = [sign_in("bob", seen=at - dt.timedelta(days=days), ended=at - dt.timedelta(days=days)) for days in (400, 300)]
    idle, fresh = sign_in("bob", seen=at - dt.timedelta(hours=2)), sign_in("bob")
    assert clean_sessions(actor=SYSTEM) == (1, 2)
    with reading() as db:
        rows = {row.id: row for row in db.scalars(select(LoginSession).where(LoginSession.user_id == number_of(bob)))}
    assert set(rows) == {idle, fresh}
    assert not set(old) & set(rows)
    assert rows[idle].ended_at is not None
    assert rows[fresh].ended_at is None
    with transaction() as db:
        ancient = at - dt.timedelta(days=500)
        db.execute(update(LoginSession).values(ended_at=ancient, seen_at=ancient, started_at=ancient))
    assert clean_sessions(actor=SYSTEM) == (0, 1)
    with reading() as db:
        assert db.scalars(select(LoginSession.id)).all() == [fresh], "when an account was last used stays known"
