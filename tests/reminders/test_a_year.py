"""A year day by day through the real verbs and jobs: every step of every due date once, none missing, none too many."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from sqlalchemy import Engine, select

from licensetrack.accounts.permissions import SYSTEM, Scope
from licensetrack.core import db
from licensetrack.core.clock import now
from licensetrack.core.db import reading, transaction
from licensetrack.core.job_queue import Job, enqueue
from licensetrack.jobs import schedules
from licensetrack.jobs.running import run_queued
from licensetrack.notices.models import Delivery, Notice, NoticeEvent
from licensetrack.reminders.models import Reminder
from tests.conftest import BUSINESS_ZONE, Clock
from tests.notices.hearing import number_of, person
from tests.notices.mail_server import mail_server
from tests.notices.sending import reaching, send
from tests.reminders import lives
from tests.trade import unit

FIRST = dt.date(2025, 1, 1)
OFF = [range(40, 47), range(100, 101), range(200, 223), range(300, 303)]  # days on which no worker ran
Told = tuple[str, str, dt.date, int]


def worked(nth: int) -> bool:
    """Whether a worker ran on the n-th day."""
    return not any(nth in span for span in OFF)


def work() -> None:
    """A worker's morning: plans what has come due, and does it."""
    with transaction() as session:
        schedules.plan_due(session, now())
    run_queued()


@pytest.fixture
def mornings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the reminders are planned."""
    only = {"reminders": schedules.SCHEDULES["reminders"]}
    monkeypatch.setattr(schedules, "SCHEDULES", only)


@pytest.mark.slow
@pytest.mark.usefixtures("mornings")
def test_every_step_of_every_due_date_is_told_once_in_a_year(database: Engine, clock: Clock) -> None:
    sqlite = database.dialect.name == "sqlite"
    count, days = (36, 365) if sqlite else (12, 120)
    clock.set("2024-12-31 23:00")
    units = [unit(f"SZ000{nth}", district="福田区") for nth in range(4)]
    operator = person("oli", "operator")
    clerks = {one.id: person(f"u{one.id}", "unit_user", Scope("unit", str(one.id))) for one in units}
    everybody = lives.drawn(units, FIRST, count, seed=7)
    expected: dict[Told, tuple[dt.date, int]] = {}
    with transaction() as session:
        schedules.plan_due(session, now())  # the schedule begins
    for nth in range(days):
        day = FIRST + nth * lives.DAY
        clock.set(f"{day} 05:00")
        for one in everybody:
            lives.live(one, day)
        if not worked(nth):
            continue
        clock.set(f"{day} 06:31")
        work()
        for one in everybody:
            for kind, due_on, whose in lives.due(one, day):
                step = lives.reached(kind, due_on, day)
                if step is not None:
                    expected.setdefault((kind, f"set:{one.number}", due_on, step), (day, whose))
    with reading() as session:
        told = {(r.kind, r.subject, r.due_on, r.step): r for r in session.scalars(select(Reminder))}
        assert {key: row.told_on for key, row in told.items()} == {key: day for key, (day, _) in expected.items()}
        heard = session.execute(select(Notice.user_id, NoticeEvent.dedupe).join(NoticeEvent)).all()
        jobs = session.scalars(select(Job.state)).all()
    names = {key: "reminder:" + ":".join(str(part) for part in key) for key in expected}
    wanted = {(number_of(operator), names[key]) for key in expected}
    wanted |= {(number_of(clerks[whose]), names[key]) for key, (_, whose) in expected.items()}
    assert set(heard) == wanted
    assert len(heard) == len(wanted)
    assert set(jobs) == {"done"}
    assert len(told) > (400 if sqlite else 40)
    if sqlite:
        assert {key[0] for key in told} == set(lives.BEFORE)
        late = [row for row in told.values() if (row.due_on - row.told_on).days < row.step]
        assert late, "some steps were made up after days without a worker"


@pytest.mark.slow
@pytest.mark.usefixtures("mornings")
def test_mail_comes_once_a_day_also_when_the_mail_server_was_down(sqlite_url: str) -> None:
    """Sixty days with a real mail server, which is away on three of them until the evening."""
    db.connect(sqlite_url)
    down, port = {20, 33, 34}, 0
    with time_machine.travel(dt.datetime(2024, 12, 31, tzinfo=dt.UTC), tick=True) as traveller:
        places = [unit(f"SZ000{nth}") for nth in range(2)]
        person("oli", "operator", email="oli@centre.example")
        person("uma", "unit_user", Scope("unit", str(places[0].id)), email="uma@unit.example")
        everybody = lives.drawn(places, FIRST - 60 * lives.DAY, 14, seed=11)
        for nth in range(-60, 60):
            day = FIRST + nth * lives.DAY
            traveller.move_to(dt.datetime.combine(day, dt.time(6, 31), BUSINESS_ZONE))
            for one in everybody:
                lives.live(one, day)
        with transaction() as session:
            schedules.plan_due(session, now())
        mails: dict[str, list[str]] = {}
        days: dict[str, list[int]] = {}
        for nth in range(60, 120):
            day = FIRST + nth * lives.DAY
            traveller.move_to(dt.datetime.combine(day, dt.time(5, 0), BUSINESS_ZONE))
            for one in everybody:
                lives.live(one, day)
            traveller.move_to(dt.datetime.combine(day, dt.time(6, 31), BUSINESS_ZONE))
            work()
            traveller.move_to(dt.datetime.combine(day, dt.time(8, 0), BUSINESS_ZONE))
            digest()
            if nth - 60 in down:
                with reaching(port):
                    send()
                traveller.move_to(dt.datetime.combine(day, dt.time(21, 0), BUSINESS_ZONE))
            with mail_server() as box, reaching(box.port):
                port = box.port
                send()
                send()
            for recipient, message in box.taken:
                body = message.get_body(("plain",))
                assert body is not None
                mails.setdefault(recipient, []).append(body.get_content())
                days.setdefault(recipient, []).append(nth)
    with reading() as session:
        told = {row.told_on for row in session.scalars(select(Reminder))}
        count = len(session.scalars(select(Reminder)).all())
        units = len(session.scalars(select(Reminder).where(Reminder.unit_id == places[0].id)).all())
        assert set(session.scalars(select(Delivery.state))) == {"collected", "sent"}
    assert days["oli@centre.example"] == sorted({(day - FIRST).days for day in told}), "one mail on each such day"
    assert len(set(days["uma@unit.example"])) == len(days["uma@unit.example"])
    assert {60 + nth for nth in down} & set(days["oli@centre.example"])
    assert sum(text.count("/sets/SQ-") for text in mails["oli@centre.example"]) == count > 60
    assert sum(text.count("/sets/SQ-") for text in mails["uma@unit.example"]) == units > 0


def digest() -> None:
    """The job of eight o'clock."""
    with transaction() as session:
        enqueue(session, "notices:digest", actor=SYSTEM)
    run_queued()


def test_a_year_without_anything_due_tells_nothing(database: Engine, clock: Clock) -> None:
    clock.set("2025-01-01 06:31")
    work_day = now()
    with transaction() as session:
        schedules.plan_due(session, work_day)
    with reading() as session:
        assert session.scalars(select(Reminder)).all() == []
