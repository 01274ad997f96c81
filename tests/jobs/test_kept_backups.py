"""The backups of every night: which are kept, and the alarm when one fails or the newest is too old."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core import blobs, db, milestones, signing
from licensetrack.core.clock import BUSINESS_ZONE, now
from licensetrack.core.job_queue import Job, enqueue
from licensetrack.core.read_only import begin_read_only
from licensetrack.jobs import kept_backups
from licensetrack.jobs.handlers import Cancelled
from licensetrack.jobs.running import run_queued
from tests.conftest import Clock
from tests.notices.hearing import heard, person
from tests.trade import accepted, unit


def nights(first: str, count: int) -> list[dt.datetime]:
    """Instants of so many nights."""
    begin = dt.datetime.fromisoformat(f"{first} 01:30").replace(tzinfo=BUSINESS_ZONE)
    return [begin + dt.timedelta(days=n) for n in range(count)]


def test_seven_of_days_four_of_weeks_and_twelve_of_months_are_kept() -> None:
    year = nights("2024-01-01", 500)
    kept = sorted(kept_backups.to_keep(year))
    assert kept[-7:] == year[-7:]
    weeks = {instant.isocalendar()[:2] for instant in kept[-10:]}
    assert len(weeks) == 4
    months = [instant.strftime("%Y-%m") for instant in kept]
    assert len(set(months)) == 12
    assert len(kept) == 7 + 3 + 10  # the newest week and the newest two months are among the days and weeks


def test_what_is_kept_stays_kept_night_after_night() -> None:
    found: list[dt.datetime] = []
    for instant in nights("2024-01-01", 800):
        found = sorted(kept_backups.to_keep([*found, instant]))
    assert len(found) <= kept_backups.DAILY + kept_backups.WEEKLY + kept_backups.MONTHLY
    assert len({instant.strftime("%Y-%m") for instant in found}) == kept_backups.MONTHLY
    assert found[-1] - found[0] > dt.timedelta(days=300)


def test_few_backups_are_all_kept() -> None:
    few = nights("2024-01-01", 5)
    assert kept_backups.to_keep(few) == set(few)
    assert kept_backups.to_keep([]) == set()


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Path:
    """An installation with a set, and its own place for backups."""
    db.connect(sqlite_url)
    blobs.use_folder(tmp_path / "blobs")
    signing.use_key("5" * 64, "ed25519")
    kept_backups.use_folder(tmp_path / "backups")
    accepted("SQ-2024-0001", unit())
    return tmp_path / "backups"


def run(kind: str) -> Job:
    """A job of this kind, done now."""
    with db.transaction(even_read_only=True) as session:
        number = enqueue(session, kind, actor=SYSTEM, attempts=1).id
    run_queued()
    with db.reading() as session:
        return session.scalars(select(Job).where(Job.id == number)).one()


def test_the_nights_job_writes_one_and_thins_out_the_old_ones(office: Path, clock: Clock) -> None:
    for _ in range(9):
        assert run("backups:make").state == "done"
        clock.forward(days=1)
    names = sorted(path.name for path in office.iterdir())
    assert names[-1] == "licensetrack-20250108-090000.zip"
    assert len(names) == 9 - 1, "of the first week only the newest night is kept"
    assert zipfile.is_zipfile(office / names[0])


def test_nothing_old_is_removed_while_the_program_is_read_only(office: Path, clock: Clock) -> None:
    with db.transaction() as session:
        begin_read_only(session, "x")
    for _ in range(9):
        assert run("backups:make").state == "done"
        clock.forward(days=1)
    assert len(list(office.iterdir())) == 9


def test_a_backup_that_fails_is_told_once_a_day(office: Path, clock: Clock) -> None:
    mia = person("mia", "manager")
    office.parent.mkdir(exist_ok=True)
    office.write_text("a file where the folder should be")
    assert run("backups:make").state == "failed"
    assert run("backups:make").state == "failed"
    assert heard(mia) == [("backup_failed", "backup")]
    assert list(office.parent.glob("*.zip*")) == []


def test_a_backup_that_somebody_stopped_did_not_fail(office: Path, clock: Clock) -> None:
    assert run("backups:make").state == "done"

    def stop(_done: int, _total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        kept_backups.make_backup(stop)
    with db.reading() as session:
        last = milestones.milestone(session, milestones.BACKUP)
        assert last is not None
        assert last.good


def test_a_backup_older_than_48_hours_is_told(office: Path, clock: Clock) -> None:
    mia = person("mia", "manager")
    run("backups:make")
    clock.forward(hours=47)
    assert run("backups:watch").result == {"newest": (now() - dt.timedelta(hours=47)).isoformat(), "too_old": False}
    assert heard(mia) == []
    clock.forward(hours=2)
    run("backups:watch")
    run("backups:watch")
    assert heard(mia) == [("backup_old", "backup")]
