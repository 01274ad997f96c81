"""A worker killed at any moment of a large load or of a report: all of it or nothing, done in the end, nothing left.

Each run kills some twenty times, at other moments each time; `KILLS=200` kills two hundred times, which takes longer
than a test may: `-o faulthandler_timeout=0` lets it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest
from sqlalchemy import func, select, text, update

from licensetrack.accounts import users
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.allocation.models import LedgerEvent
from licensetrack.core import db, result_files
from licensetrack.core.audit import AuditEntry
from licensetrack.core.blobs import Blob
from licensetrack.core.job_claims import take_back
from licensetrack.core.job_queue import DONE, Job
from licensetrack.exchange.loading import NamedBytes
from licensetrack.jobs import outputs, uploads
from licensetrack.jobs.books import sweep_files
from licensetrack.jobs.outputs import want_output
from licensetrack.performance import queries
from licensetrack.reports.evaluation_outputs import Output, read_output
from licensetrack.reports.sealed_pack import quiet
from tests import postgres, site
from tests.conftest import use_folders
from tests.exchange.ledger_files import HEADINGS, ISSUES, issue, units
from tests.invariants import broken
from tests.site import KEYS, person

ROOT = Path(__file__).resolve().parents[2]
ROWS, PARTS = 10_000, 2  # the parts run beside each other
KILLS = int(os.environ.get("KILLS", "20"))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="needs a signal that cannot be caught"),
]
DICE = random.Random()


class Work(NamedTuple):
    """What a job takes where nobody kills it; measured anew each time."""

    steps: int
    seconds: float


@dataclass
class Killed:
    """The worker that is killed again and again."""

    process: subprocess.Popen[str]
    kills: int = 0

    def tell(self, how: str, number: float) -> list[str]:
        """Lets it work and die; what it answers."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{how} {number}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        assert answer, "the forking process itself has died"
        self.kills += answer[0] == "killed"
        return answer


@contextmanager
def killed_worker(url: str, folder: Path) -> Iterator[Killed]:
    """One that works on this database and these folders."""
    keys = [KEYS["seal_key"].decode(), KEYS["signing_key"]]
    command = [sys.executable, "-m", "tests.jobs.killed_worker", url, str(folder), *keys]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Killed(process)
        finally:
            process.kill()


def large_ledger() -> NamedBytes:
    """An issue ledger of ten thousand rows."""
    written = io.StringIO()
    rows = [HEADINGS[ISSUES], *(issue(f"SQ-{n:05d}") for n in range(ROWS))]
    csv.writer(written).writerows(rows)
    return NamedBytes("授权发放台账.csv", written.getvalue().encode("utf-8-sig"))


def wait_for_the_server() -> None:
    """A PostgreSQL server notices within moments that its client is gone, and rolls back; SQLite has none."""
    if db.engine().dialect.name != "postgresql":
        return
    others = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    )
    for _ in range(1000):
        with db.reading() as session:
            if session.scalar(others) == 0:
                return
        time.sleep(0.02)
    raise AssertionError("the server keeps the killed worker's connection")


def give_back() -> None:
    """What the leader does once the killed worker has been silent for long enough; here at once."""
    with db.transaction() as session:
        take_back(session, dt.timedelta(0))
        session.execute(update(Job).values(not_before=None), execution_options={"synchronize_session": False})


def patient() -> None:
    """The jobs bear more than three kills."""
    with db.transaction() as session:
        session.execute(update(Job).values(most_attempts=1000), execution_options={"synchronize_session": False})


def states(kind: str) -> list[str]:
    """Where the jobs of a kind stand."""
    with db.reading() as session:
        return list(session.scalars(select(Job.state).where(Job.kind == kind)))


def number_of(query: object) -> int:
    """A number out of the database."""
    with db.reading() as session:
        return int(session.scalar(query) or 0)  # type: ignore[call-overload]


def entries(tag: str) -> int:
    """How many entries of the audit trail bear a tag."""
    return number_of(select(func.count()).select_from(AuditEntry).where(AuditEntry.tag == tag))


def files_in(folder: Path) -> set[str]:
    """The names of all files below a folder."""
    return {path.name for path in folder.rglob("*") if path.is_file()}


def named_results() -> set[str]:
    """The files that ended jobs name."""
    with db.reading() as session:
        results = session.scalars(select(Job.result).where(Job.state == DONE))
        return {
            one["stored"] for result in results for one in result.values() if isinstance(one, dict) and "stored" in one
        }


def sweep_later(folder: Path) -> None:
    """The hourly sweep, when what a kill left in the store of files is older than an hour."""
    for path in (folder / "blobs").rglob("*"):
        os.utime(path, (time.time() - 7200,) * 2)
    sweep_files()


def check_no_orphan(folder: Path) -> None:
    """Every file that lies there is named by a row, and every name has its file."""
    assert files_in(folder / "results") == named_results()
    assert files_in(folder / "uploads") == set()
    with db.reading() as session:
        assert files_in(folder / "blobs") == set(session.scalars(select(Blob.digest)))
    assert [str(path) for path in folder.rglob("*.part")] == []
    assert [str(path) for path in folder.glob("*.jobs/*")] == []


def some_kill(worker: Killed, measured: Work) -> None:
    """Half of the kills come from outside at any instant, half at any step."""
    if DICE.random() < 0.5:
        worker.tell("after", DICE.uniform(0, measured.seconds))
    else:
        worker.tell("step", DICE.randint(1, measured.steps))


def killed_until_done(worker: Killed, kind: str, measured: Work, most: int, look: Callable[[bool], None]) -> Work:
    """Lets one job be done while the worker is killed, `most` times at the most; what uninterrupted work takes."""
    for _ in range(most):
        patient()
        some_kill(worker, measured)
        wait_for_the_server()
        done = states(kind) == [DONE]
        look(done)
        if done:
            return measured
        give_back()
    answer = worker.tell("steps", 0)
    assert (answer[0], states(kind)) == ("ended", [DONE])
    look(True)
    return Work(int(answer[1]), float(answer[2]))


def start(url: str, folder: Path) -> None:
    """An empty installation with an operator."""
    db.connect(url)
    use_folders(folder)
    users.create_user("operator", "王芳", "operator", site.PASSWORD, actor=SYSTEM, must_change=False)


def load_killed(url: str, folder: Path, measured: Work, most: int) -> tuple[int, Work]:
    """Uploads, checks and loads the ledger under kills, into an empty installation; how many kills that were."""
    start(url, folder)
    operator, rows = person("operator"), select(func.count()).select_from(LedgerEvent)

    def nothing_is_written(_done: bool) -> None:
        assert (number_of(rows), entries("exchange:ledger:load")) == (0, 0)

    def all_or_nothing(done: bool) -> None:
        assert (number_of(rows), entries("exchange:ledger:load")) == ((ROWS, 1) if done else (0, 0))

    with killed_worker(url, folder) as worker:
        token = uploads.keep([units(), large_ledger()], actor=operator)
        killed_until_done(worker, uploads.CHECK, measured, most // 5, nothing_is_written)
        uploads.confirm(uploads.upload_of(token, operator), actor=operator)
        measured = killed_until_done(worker, uploads.LOAD, measured, most - most // 5, all_or_nothing)
    sweep_later(folder)
    all_or_nothing(done=True)
    check_no_orphan(folder)
    return worker.kills, measured


@pytest.mark.parametrize("part", range(PARTS))
def test_a_load_of_ten_thousand_rows_survives_kills(part: int, tmp_path: Path, migrated_sqlite: Path) -> None:
    kills, measured, wanted = 0, Work(60, 1.5), KILLS // PARTS
    for number in count():
        if kills >= wanted:
            break
        folder = tmp_path / str(number)
        folder.mkdir()
        shutil.copyfile(migrated_sqlite, folder / "licensetrack.db")
        more, measured = load_killed(
            f"sqlite:///{folder / 'licensetrack.db'}", folder, measured, min(25, wanted - kills)
        )
        kills += more
    assert broken() == []


@pytest.mark.postgres
def test_a_load_survives_kills_on_postgres(tmp_path: Path, postgres_server: postgres.Server) -> None:
    kills, measured = 0, Work(60, 2.5)
    for number in count():
        if kills >= KILLS // 2:
            break
        folder = tmp_path / str(number)
        folder.mkdir()
        with postgres_server.migrated() as url:
            more, measured = load_killed(url, folder, measured, KILLS // 2 - kills)
            kills += more
            assert broken() == []
            db.engine().dispose()


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Path:
    """The sample year with its signed evaluation, to be copied."""
    folder = tmp_path_factory.mktemp("year")
    site.furnish(folder, migrated_sqlite)
    return folder


@pytest.mark.parametrize("part", range(PARTS))
def test_a_report_survives_kills(part: int, tmp_path: Path, year: Path) -> None:
    kills, measured, wanted = 0, Work(60, 1.0), KILLS // PARTS
    for number in count():
        if kills >= wanted:
            break
        folder = tmp_path / str(number)
        shutil.copytree(year, folder)
        site.use(site.settings_in(folder))
        with killed_worker(f"sqlite:///{folder / 'house.db'}", folder) as worker:
            want_output(1, Output("evaluation.docx"), actor=person("manager"), digests=["sha256"])

            def all_or_nothing(done: bool) -> None:
                assert (len(named_results()), entries(outputs.TAG)) == ((1, 1) if done else (0, 0))

            most = min(50, wanted - kills)
            measured = killed_until_done(worker, outputs.MAKE, measured, most, all_or_nothing)
            kills += worker.kills
        sweep_later(folder)
        all_or_nothing(done=True)
        check_no_orphan(folder)
        check_bytes()
    assert broken() == []


def check_bytes() -> None:
    """The result is the report as it is made at once."""
    with db.reading() as session:
        kept = session.scalars(select(Job.result).where(Job.kind == outputs.MAKE)).one()
        at_once = io.BytesIO()
        ready = read_output(session, queries.evaluation(session, 1), Output("evaluation.docx"))
    assert kept is not None
    ready.write(at_once, quiet)
    with result_files.open_kept(kept["file"]) as file:
        assert file.read() == at_once.getvalue()
