"""A job is a row: written with the change that wants it, done once, tried again when it breaks off, ended in words."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Engine, select

from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.core import audit, job_claims
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, NotFound, Refused
from licensetrack.core.job_claims import claim, finish, take_back
from licensetrack.core.job_queue import Job, ask_again, ask_cancel, enqueue, job_of, log_lines
from licensetrack.jobs import progress_files, running
from licensetrack.jobs.books import sweep_files
from licensetrack.jobs.handlers import Lost, Run, handlers, handles
from licensetrack.jobs.running import claim_batch, do_all, run_queued

EFFECTS: list[int] = []
pytestmark = pytest.mark.usefixtures("database", "kinds")


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kinds of this file alone."""
    monkeypatch.setattr("licensetrack.jobs.handlers.HANDLERS", dict(handlers()))  # loaded before: they are once
    EFFECTS.clear()
    for kind, work in (("t:count", count), ("t:break", break_off), ("t:refuse", refuse), ("t:audit", write_audit),
                       ("t:cancel", cancelled_meanwhile)):  # fmt: skip
        handles(kind, label="Check the books")(work)


def count(run: Run) -> dict[str, int]:
    EFFECTS.append(run.arguments["n"])
    run.progress(1, 2)
    run.say("%(count)s invariants are broken.", count=run.arguments["n"])
    return {"n": run.arguments["n"]}


def break_off(run: Run) -> None:
    EFFECTS.append(run.attempt)
    raise ZeroDivisionError


def refuse(_run: Run) -> None:
    raise Refused("There is no year %(year)s.", year=1999)


def write_audit(run: Run) -> None:
    with run.completing({"link": "/x"}) as db:
        audit.record(db, "t:effect", "job", SYSTEM)
        run.progress(5, 10)


def cancelled_meanwhile(run: Run) -> None:
    with reading() as db:
        job = job_of(db, run.job_id, SYSTEM, others=True)
        db.expunge(job)
    ask_cancel(job, actor=SYSTEM, others=True)
    run.progress(1, 10)
    EFFECTS.append(1)


def wanted(kind: str, **options: object) -> Job:
    with transaction() as db:
        return enqueue(db, kind, actor=SYSTEM, **options)  # type: ignore[arg-type]


def now_of(job: Job) -> Job:
    with reading() as db:
        found = job_of(db, job.id, SYSTEM, others=True)
        db.expunge(found)
        return found


def test_a_job_is_done_once_and_says_what_came_out() -> None:
    job = wanted("t:count", n=7)
    assert run_queued() == 1
    assert run_queued() == 0
    assert EFFECTS == [7]
    ended = now_of(job)
    assert (ended.state, ended.result, ended.attempt, ended.percent) == ("done", {"n": 7}, 1, 100)
    with reading() as db:
        assert [line.message_values for line in log_lines(db, job.id)] == [{"count": 7}]


def test_a_job_whose_change_was_rolled_back_is_never_done() -> None:
    def change_and_break_off() -> None:
        with transaction() as db:
            enqueue(db, "t:count", actor=SYSTEM, n=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_break_off()
    assert run_queued() == 0


def test_the_same_wish_twice_is_one_job() -> None:
    first = wanted("t:count", dedupe="x", n=1)
    assert wanted("t:count", dedupe="x", n=2).id == first.id
    run_queued()
    assert EFFECTS == [1]
    assert wanted("t:count", dedupe="x", n=3).state == "done"


def test_a_job_that_is_not_due_waits() -> None:
    wanted("t:count", not_before=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1), n=1)
    assert run_queued() == 0


def test_what_breaks_off_is_tried_again_after_a_while_and_fails_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    job = wanted("t:break")
    assert run_queued() == 1
    assert now_of(job).state == "queued"
    assert now_of(job).not_before is not None
    monkeypatch.setattr("licensetrack.jobs.running.wait_after", lambda _: -dt.timedelta(seconds=1))
    with transaction() as db:
        db.get_one(Job, job.id).not_before = None
    assert run_queued() == 2
    assert EFFECTS == [1, 2, 3]
    ended = now_of(job)
    assert (ended.state, ended.error_values) == ("failed", {"reason": "ZeroDivisionError"})
    assert ended.ended_at is not None


def test_the_waits_grow_and_end_at_an_hour() -> None:
    assert [job_claims.wait_after(n).total_seconds() for n in (1, 2, 3, 40)] == [10, 20, 40, 3600]


def test_a_refusal_fails_at_once_in_its_words_and_can_be_asked_for_again() -> None:
    job = wanted("t:refuse")
    run_queued()
    ended = now_of(job)
    assert (ended.state, ended.error, ended.error_values) == ("failed", "There is no year %(year)s.", {"year": "1999"})
    assert ask_again(ended, actor=SYSTEM, others=True).state == "queued"
    with pytest.raises(Conflict):
        ask_again(ended, actor=SYSTEM, others=True)


def test_the_effect_and_the_end_are_one_transaction() -> None:
    job = wanted("t:audit")
    run_queued()
    assert (now_of(job).state, now_of(job).result) == ("done", {"link": "/x"})


def test_who_lost_the_claim_writes_nothing() -> None:
    job = wanted("t:audit")
    with transaction() as db:
        [late] = claim(db, "slow", ["t:audit"])
    with transaction() as db:
        assert take_back(db, -dt.timedelta(seconds=1)) == [job.id]
        db.get_one(Job, job.id).not_before = None
    run_queued()
    do_all([late])
    with reading() as db:
        assert len(db.scalars(select(audit.AuditEntry).where(audit.AuditEntry.tag == "t:effect")).all()) == 1
    with pytest.raises(Lost):
        Run(late, SYSTEM).say("late")


def test_a_queued_job_is_taken_back_and_a_running_one_ends_when_it_says_how_far_it_is() -> None:
    queued, running = wanted("t:count", n=1), wanted("t:cancel")
    assert ask_cancel(queued, actor=SYSTEM, others=True).state == "cancelled"
    run_queued()
    assert (EFFECTS, now_of(running).state) == ([], "cancelled")
    with pytest.raises(Conflict):
        ask_cancel(running, actor=SYSTEM, others=True)


def test_a_wish_to_cancel_that_a_fallen_worker_left_does_not_end_the_next_attempt() -> None:
    job = wanted("t:audit")
    with transaction() as db:
        [fallen] = claim(db, "fallen", ["t:audit"])
    progress_files.write(fallen, 1, 10)
    progress_files.ask_cancel(job)
    with transaction() as db:
        take_back(db, -dt.timedelta(seconds=1))
        db.get_one(Job, job.id).not_before = None
    run_queued()
    assert now_of(job).state == "done"


def test_what_a_job_said_is_swept_away_when_its_worker_fell_right_after_its_end(database: Engine) -> None:
    if database.dialect.name != "sqlite":
        return  # there it is said in the row
    over, running = wanted("t:count", n=1), wanted("t:count", n=2)
    with transaction() as db:
        claims = claim(db, "w", ["t:count"], 2)
    for mine in claims:
        progress_files.write(mine, 1, 10)
    progress_files.ask_cancel(over)
    with transaction() as db:
        finish(db, (claims[0], None))
    assert sweep_files() == 2
    assert [progress_files.seen(now_of(job)) for job in (over, running)] == [(0, 0), (1, 10)]


def test_the_job_of_somebody_else_is_not_told() -> None:
    job = wanted("t:count", n=1)
    with reading() as db, pytest.raises(NotFound):
        job_of(db, job.id, Actor(5, "bob", "Bob", "operator"))


def test_a_worker_that_was_silent_too_often_makes_the_job_fail() -> None:
    job = wanted("t:count", attempts=2, n=1)
    for state in ("queued", "failed"):
        with transaction() as db:
            db.get_one(Job, job.id).not_before = None
            assert len(claim(db, "gone", ["t:count"])) == 1
        with transaction() as db:
            take_back(db, -dt.timedelta(seconds=1))
        assert now_of(job).state == state
    assert now_of(job).error == job_claims.SILENT


def test_two_threads_never_get_the_same_job(database: Engine) -> None:
    from concurrent.futures import ThreadPoolExecutor

    for n in range(30):
        wanted("t:count", n=n)
    with ThreadPoolExecutor(4) as pool:
        made = sum(pool.map(lambda _: run_queued(), range(4)))
    assert made == 30
    assert sorted(EFFECTS) == list(range(30))
    assert database is not None


def test_a_kind_that_was_over_at_once_is_claimed_several_at_a_time_and_ended_by_one_statement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "_took", {"t:count": 0.001, "t:audit": 0.5})
    jobs = [wanted("t:count", n=n) for n in (1, 2, 3)]
    slow = [wanted("t:audit"), wanted("t:audit")]
    kinds = ["t:count", "t:audit"]
    with transaction() as db:
        batch = claim_batch(db, kinds, "w")
    assert [mine.id for mine in batch] == [job.id for job in jobs]
    assert len({mine.claim for mine in batch}) == 1
    after = do_all(batch, lambda db: claim_batch(db, kinds, "w"), patience=60)
    assert [mine.id for mine in after] == [slow[0].id], "what takes its time is claimed alone"
    assert [(now_of(job).state, now_of(job).result) for job in jobs] == [("done", {"n": n}) for n in (1, 2, 3)]


def test_those_behind_one_that_took_longer_than_its_kind_are_put_back_as_if_never_claimed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(running, "_took", {"t:count": 0.001})
    first, second, third = (wanted("t:count", n=n) for n in (1, 2, 3))
    with transaction() as db:
        batch = claim_batch(db, ["t:count"], "w")
    ask_cancel(third, actor=SYSTEM, others=True)
    assert do_all(batch, patience=-1) == []
    assert EFFECTS == [1]
    assert [(now_of(job).state, now_of(job).attempt) for job in (first, second, third)] == [
        ("done", 1), ("queued", 0), ("cancelled", 0),
    ]  # fmt: skip
    run_queued()
    assert (EFFECTS, now_of(second).attempt) == ([1, 2], 1)


def test_of_several_that_end_together_the_one_that_was_given_away_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(running, "_took", {"t:count": 0.001})
    jobs = [wanted("t:count", n=1) for _ in range(3)]
    with transaction() as db:
        batch = claim_batch(db, ["t:count"], "w")
        db.get_one(Job, jobs[1].id).claim = "another's"
    do_all(batch, patience=60)
    assert [now_of(job).state for job in jobs] == ["done", "running", "done"]
