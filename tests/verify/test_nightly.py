"""The nightly check: kept with what it asked and found; red, it stops all writing until somebody releases it."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from licensetrack.accounts.permissions import Actor
from licensetrack.core import blobs
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import now
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Forbidden, ReadOnly, Refused
from licensetrack.core.job_queue import Job, enqueue
from licensetrack.core.read_only import ReadOnlyPeriod, is_read_only, standing_period
from licensetrack.exchange import loading
from licensetrack.jobs.running import run_queued
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question
from licensetrack.verify import nightly
from licensetrack.verify.history import BOOKS, FILES, CheckRun, check_runs, newest_whole
from tests.conftest import Clock
from tests.notices.hearing import heard, on_their_way, person
from tests.site import SAMPLE
from tests.trade import accepted, day, unit

SUN = Actor(id=None, login="sun", name="孙某", role="system_administrator")
pytestmark = pytest.mark.usefixtures("database")


def damage(by: int = 1) -> None:
    """Somebody changed a number behind the program's back."""
    with transaction(even_read_only=True) as db:
        query = "UPDATE entitlement SET used_cpus = used_cpus + :by WHERE product = 'virtualization'"
        db.execute(text(query), {"by": by})


def at_night() -> list[str]:
    """The night's jobs as the worker does them; the states they ended in."""
    with transaction(even_read_only=True) as db:
        made = [enqueue(db, kind, actor=nightly_actor(), whole=True).id for kind in ("books:check", "files:check")]
    run_queued()
    with reading() as db:
        return [db.get_one(Job, number).state for number in made]


def nightly_actor() -> Actor:
    return Actor(None, "system", "licensetrack", "system")


def standing() -> ReadOnlyPeriod:
    with reading() as db:
        found = standing_period(db)
    assert found is not None
    return found


def test_a_green_night_is_kept_and_stops_nothing(database: Engine) -> None:
    accepted("SQ-1", unit())
    assert at_night() == ["done", "done"]
    with reading() as db:
        runs = check_runs(db)
    assert [(run.kind, run.green, run.login) for run in runs] == [(FILES, True, "system"), (BOOKS, True, "system")]
    assert runs[1].asked > 60
    assert runs[1].ended_at >= runs[1].began_at
    assert not is_read_only()
    unit("SZ0002")


def test_a_red_night_stops_all_writing_and_calls_the_three(database: Engine) -> None:
    people = [
        person("sun2", "system_administrator", email="sun@centre.example"),
        person("oli", "operator", email="oli@centre.example"),
        person("mia", "manager", email="mia@centre.example"),
        person("rosa", "reviewer", email="rosa@centre.example"),
    ]
    accepted("SQ-1", unit())
    damage()
    assert at_night() == ["done", "done"]
    with reading() as db:
        run = newest_whole(db, BOOKS)
        assert run is not None
        assert [one["invariant"] for one in run.broken] == [standing().cause]
        assert run.broken[0]["examples"]
        told = figures(db, Question(day("12-31")))
    assert told["virtualization.accepted_cpus"] == 16, "figures go on"
    assert [heard(one) for one in people] == [[("books_broken", f"check:{run.id}")]] * 3 + [[]]
    assert [row for row in on_their_way() if row[0] == "mail"] == [("mail", "books_broken", "waiting")] * 3


def test_while_it_stands_verbs_loads_and_jobs_write_nothing(database: Engine, tmp_path: Path) -> None:
    accepted("SQ-1", unit())
    damage()
    at_night()
    with pytest.raises(ReadOnly):
        accepted("SQ-2", unit("SZ0002"))
    with pytest.raises(ReadOnly):
        loading.load(loading.files_of([SAMPLE]), actor=nightly_actor())
    with transaction(even_read_only=True) as db:
        refused = enqueue(db, "reminders:tell", actor=nightly_actor()).id
    run_queued()
    with reading() as db:
        job = db.get_one(Job, refused)
        assert (job.state, job.error) == ("failed", str(job.error))
        assert "read-only" in job.error
        assert db.scalars(select(AuditEntry.tag).order_by(AuditEntry.seq.desc())).first() == nightly.RUN


def test_it_is_released_with_a_reason_after_green_checks_that_came_later(database: Engine, clock: Clock) -> None:
    accepted("SQ-1", unit())
    damage()
    at_night()
    period = standing().id
    clock.forward(minutes=10)
    with pytest.raises(Refused, match="green check"):
        nightly.release(period, "已还原", actor=SUN)
    damage(-1)
    with pytest.raises(Refused, match="green check"):
        nightly.release(period, "已还原", actor=SUN)
    at_night()
    with pytest.raises(Refused, match="reason"):
        nightly.release(period, "  ", actor=SUN)
    with pytest.raises(Forbidden):
        nightly.release(period, "已还原", actor=Actor(None, "oli", "Oli", "operator"))
    nightly.release(period, "数据库被误改，已按备份还原", actor=SUN)
    with pytest.raises(Conflict):
        nightly.release(period, "again", actor=SUN)
    accepted("SQ-2", unit("SZ0002"))
    with reading() as db:
        ended = db.get_one(ReadOnlyPeriod, period)
        assert (ended.ended_login, ended.reason) == ("sun", "数据库被误改，已按备份还原")
        tags = db.scalars(select(AuditEntry.tag).where(AuditEntry.tag.like("system:read_only:%"))).all()
    assert list(tags) == [nightly.BEGIN, nightly.RELEASE]


def test_a_green_check_from_before_the_stop_releases_nobody(database: Engine, clock: Clock) -> None:
    with transaction() as db:
        path = blobs.path_of(blobs.store(db, b"paper", "1.pdf").digest)
    nightly.check_books(actor=SUN)
    clock.forward(minutes=10)
    path.write_bytes(b"pap3r")
    nightly.check_files(actor=SUN)
    path.write_bytes(b"paper")
    clock.forward(minutes=10)
    nightly.check_files(actor=SUN)
    with reading() as db:
        assert nightly.lacking(db, standing()) == [BOOKS]
    with pytest.raises(Refused, match="green check"):
        nightly.release(standing().id, "已还原", actor=SUN)
    nightly.check_books(actor=SUN)
    nightly.release(standing().id, "已还原", actor=SUN)
    assert not is_read_only()


def orphan(hours: float) -> Path:
    """A file that a crash left between its bytes and its row, so many hours ago."""
    path = blobs.path_of("ab" * 32)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"half an upload")
    left = (now() - dt.timedelta(hours=hours)).timestamp()
    os.utime(path, (left, left))
    return path


def test_what_a_power_cut_left_is_cleared_away_before_it_is_asked_for(database: Engine, clock: Clock) -> None:
    left = orphan(hours=12)
    assert at_night() == ["done", "done"]
    assert not left.exists()
    assert not is_read_only()


def test_what_the_hourly_sweep_may_still_meet_is_not_wrong_yet(database: Engine, clock: Clock) -> None:
    left = orphan(hours=2)
    assert nightly.check_files(actor=SUN).green
    assert left.exists()


def test_while_the_program_is_read_only_nothing_is_cleared_away(database: Engine, clock: Clock) -> None:
    left = orphan(hours=12)
    assert not nightly.check_files(actor=SUN).green
    assert at_night() == ["done", "done"]
    assert left.exists(), "a row may be what is missing"


def test_a_second_red_check_begins_no_second_period(database: Engine) -> None:
    accepted("SQ-1", unit())
    damage()
    at_night()
    at_night()
    with reading() as db:
        assert len(db.scalars(select(ReadOnlyPeriod)).all()) == 1
        assert len(db.scalars(select(CheckRun).where(CheckRun.kind == BOOKS)).all()) == 2


def test_one_bit_of_one_file_is_found_and_stops_writing(database: Engine) -> None:
    with transaction() as db:
        kept = [blobs.store(db, f"paper {nth}".encode(), f"{nth}.pdf").digest for nth in range(20)]
    assert nightly.check_files(actor=SUN).green
    path = blobs.path_of(kept[7])
    path.write_bytes(bytes([path.read_bytes()[0] ^ 1]) + path.read_bytes()[1:])
    red = nightly.check_files(actor=SUN)
    assert (red.asked, red.green) == (20, False)
    assert "7.pdf" in red.broken[0]["examples"][0]
    assert is_read_only()


def test_a_week_of_shares_reads_every_file_once(database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction() as db:
        for nth in range(40):
            blobs.store(db, f"paper {nth}".encode(), f"{nth}.pdf")
    monkeypatch.setattr(nightly, "AT_ONCE_BYTES", 10)
    first = dt.date(2025, 3, 3)
    week = [nightly.check_files(actor=SUN, day=first + dt.timedelta(days=n)) for n in range(7)]
    assert sum(run.asked for run in week) == 40
    assert len({run.part for run in week}) == 7
    assert {run.asked for run in week} != {40}
    with reading() as db:
        assert newest_whole(db, FILES) is None


def test_the_history_can_not_be_changed(database: Engine) -> None:
    nightly.check_files(actor=SUN)
    with pytest.raises(Exception, match="append-only"), transaction() as db:
        db.execute(text("UPDATE check_run SET broken = '[]'"))
