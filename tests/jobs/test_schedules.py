"""What the clock wants: each time of a schedule has one job, also over a gap; cron texts mean what crontab means."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.core.clock import BUSINESS_ZONE, now
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Refused
from licensetrack.core.job_queue import Job, enqueue
from licensetrack.core.job_schedules import ScheduleRow
from licensetrack.jobs import schedules
from licensetrack.jobs.cron import next_after
from licensetrack.jobs.running import run_queued
from licensetrack.jobs.schedules import Schedule, is_due, plan_due


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BUSINESS_ZONE)


@pytest.fixture
def nightly(monkeypatch: pytest.MonkeyPatch) -> None:
    two = (Schedule("nightly", "0 2 * * *", "books:check", ""), Schedule("monthly", "0 8 1 * *", "x", "", each=True))
    monkeypatch.setattr(schedules, "SCHEDULES", {one.name: one for one in two})


def plan(text: str) -> list[str]:
    with transaction() as db:
        return [job.dedupe or "" for job in plan_due(db, at(text))]


@pytest.mark.usefixtures("database", "nightly")
def test_a_schedule_begins_when_it_is_first_seen_and_each_time_has_one_job() -> None:
    assert plan("2024-03-01 12:00") == []
    with reading() as db:
        assert not is_due(db, at("2024-03-02 01:59"))
        assert is_due(db, at("2024-03-02 02:00"))
    assert plan("2024-03-02 02:00") == ["nightly:2024-03-01 18:00:00.000000"]
    assert plan("2024-03-02 02:00") == []


@pytest.mark.usefixtures("database", "nightly")
def test_after_a_gap_the_latest_time_is_made_up_or_each_where_each_counts() -> None:
    plan("2024-01-15 12:00")
    assert plan("2024-03-10 12:00") == [
        "nightly:2024-03-09 18:00:00.000000",
        "monthly:2024-02-01 00:00:00.000000",
        "monthly:2024-03-01 00:00:00.000000",
    ]


@pytest.mark.usefixtures("database", "nightly")
def test_a_paused_schedule_plans_nothing_and_a_changed_time_is_kept() -> None:
    plan("2024-03-01 12:00")
    with transaction() as db:
        db.get_one(ScheduleRow, "nightly").paused = True
        db.get_one(ScheduleRow, "monthly").cron = "0 9 2 * *"
    plan("2024-03-05 12:00")
    with reading() as db:
        assert [job.slot for job in db.scalars(select(Job))] == [at("2024-03-02 09:00")]


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("30 2 * * *", "2024-03-01 02:30", "2024-03-02 02:30"),
        ("30 2 * * *", "2024-03-01 02:29", "2024-03-01 02:30"),
        ("0 9 * * 1", "2024-03-01 00:00", "2024-03-04 09:00"),  # a Monday
        ("0 9 * * 0", "2024-03-01 00:00", "2024-03-03 09:00"),  # a Sunday, as is 7
        ("0 9 * * 7", "2024-03-01 00:00", "2024-03-03 09:00"),
        ("0 9 * * 1-5", "2024-03-01 10:00", "2024-03-04 09:00"),
        ("0 9 * * 6,0", "2024-03-01 10:00", "2024-03-02 09:00"),
        ("0 0 29 2 *", "2024-03-01 00:00", "2028-02-29 00:00"),
        ("*/20 8-9 * * *", "2024-03-01 08:40", "2024-03-01 09:00"),
        ("* * * * * *", "2024-03-01 08:40:07", "2024-03-01 08:40:08"),
    ],
)
def test_the_next_time_of_a_cron_text(cron: str, after: str, expected: str) -> None:
    assert next_after(cron, at(after)) == at(expected)


@pytest.mark.parametrize(
    "cron",
    ["", "* * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "5-1 * * * *", "*/0 * * * *",
     "a * * * *", "1,,2 * * * *", "0 0 1 * 1", "0 0 31 2 *", "* * * * * * *", "-1 * * * *", "0 9 * * mon"],
)  # fmt: skip
def test_a_cron_text_that_is_none_is_refused_at_its_field(cron: str) -> None:
    with pytest.raises(Refused) as refusal:
        next_after(cron, at("2024-03-01 00:00"))
    assert refusal.value.field == "cron"


@pytest.mark.usefixtures("database")
def test_what_runs_each_minute_is_forgotten_within_the_hour_but_for_the_newest_and_what_people_wanted() -> None:
    bob = Actor(5, "bob", "Bob", "system_administrator")
    with transaction() as db:
        for minute in (1, 2):
            schedules.write_slot(db, schedules.SCHEDULES["notices"], at(f"2024-03-01 02:0{minute}"))
            enqueue(db, "notices:send", actor=SYSTEM, dedupe=f"send:{minute}")
        enqueue(db, "notices:send", actor=bob)
        enqueue(db, "notices:send", actor=SYSTEM, dedupe="send:failed")
        for job in db.scalars(select(Job)):
            job.state, job.ended_at = "done", now() - dt.timedelta(hours=2)
            job.worker, job.attempt = "w", 1
            if job.dedupe == "send:failed":
                job.state = "failed"
        db.flush()
    with transaction() as db:
        enqueue(db, "jobs:sweep", actor=SYSTEM)
    run_queued()
    with reading() as db:
        kept = [(job.kind, job.wanted_by, job.slot) for job in db.scalars(select(Job).order_by(Job.id))]
    assert kept == [
        ("notices:dispatch", "system", at("2024-03-01 02:02")), ("notices:send", "bob", None),
        ("notices:send", "system", None), ("jobs:sweep", "system", None),
    ]  # fmt: skip


@pytest.mark.usefixtures("database")
def test_jobs_of_the_clock_that_ended_long_ago_are_forgotten_but_for_the_newest() -> None:
    for day_of_march in (1, 2, 3):
        with transaction() as db:
            schedules.write_slot(db, schedules.SCHEDULES["sweep-files"], at(f"2024-03-0{day_of_march} 02:00"))
    with transaction() as db:
        enqueue(db, "files:sweep", actor=SYSTEM)
    run_queued()
    with transaction() as db:
        for job in db.scalars(select(Job)):
            job.ended_at = at("2024-03-04 00:00")
    with transaction() as db:
        enqueue(db, "jobs:sweep", actor=SYSTEM)
    run_queued()
    with reading() as db:
        kept = db.scalars(select(Job).order_by(Job.id)).all()
    assert [(job.kind, job.slot) for job in kept] == [
        ("files:sweep", at("2024-03-03 02:00")), ("files:sweep", None), ("jobs:sweep", None),
    ]  # fmt: skip
    assert kept[-1].result == {"removed": 2}
