"""Backups taken while people work: each is one instant that really was, comes back, and its books hold."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from licensetrack.core import blobs, db, sealing, signing
from licensetrack.jobs.backup_archive import check_archive
from licensetrack.jobs.backup_places import PREFIX
from licensetrack.jobs.backups import restore, write_backup
from licensetrack.measures.catalogue import figures
from licensetrack.measures.json_form import json_form
from licensetrack.measures.question import Question
from licensetrack.verify.report import verify, verify_records
from tests import postgres
from tests.trade import day, unit

ROOT = Path(__file__).resolve().parents[2]
YEAR_END = day("12-31")
pytestmark = pytest.mark.slow


class Office:
    """The writer's process; `told` is what it confirmed so far."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.told = process, list[str]()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told.append(line.strip())

    def pause(self) -> None:
        """Holds the writer, wherever it is, so that the books do not grow while a copy is looked at."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def wait_for(self, count: int) -> None:
        for _ in range(600):
            if len(self.told) >= count:
                return
            assert self.process.poll() is None, "the writer has ended by itself"
            time.sleep(0.05)
        raise AssertionError(f"only {len(self.told)} acts in 30 s")


@contextmanager
def working(url: str, folder: Path) -> Iterator[Office]:
    """An office at work, by the real verbs in a process of its own."""
    command = [sys.executable, "-m", "tests.jobs.backup_writer", url, str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        office = Office(process)
        office.wait_for(3)
        yield office
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def counted(known_at: Any = None) -> Any:
    with db.reading() as session:
        return json_form(figures(session, Question(YEAR_END, known_at)))


def acts() -> list[str]:
    """What the bound database holds, in the words of the writer."""
    query = "SELECT e.action, s.number FROM ledger_event e JOIN license_set s ON s.id = e.set_id"
    words = {"issue": "issued", "import": "imported", "accept": "accepted"}
    with db.reading() as session:
        return [f"{words[action]} {number}" for action, number in session.execute(text(query))]


@pytest.fixture(autouse=True)
def ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LICENSETRACK_PG_BIN", str(postgres.programs()))
    sealing.use_key(b"a key for sealing in tests, thirty-two!")
    signing.use_key("5" * 64)


def backed_up_and_restored(url: str, places: Iterator[str], tmp_path: Path, rounds: int) -> None:
    """Takes `rounds` backups under load, restores and verifies each, and compares with what was at its instant."""
    live_blobs, seen = tmp_path / "blobs", []
    db.connect(url)
    blobs.use_folder(live_blobs)
    unit()
    with working(url, live_blobs) as office:
        for number in range(rounds):
            office.go_on()
            office.wait_for(len(office.told) + 1)  # it is writing when the backup begins
            archive, place = tmp_path / "office.zip", tmp_path / f"restored-{number}"
            before = set(office.told)
            write_backup(archive)
            after = len(office.told)
            office.pause()
            with next_place(places, place) as new:
                restored = restore(archive, new, place / "blobs")
                db.connect(new)
                held = acts()
                assert before <= set(held), "what was confirmed before the backup began is in it"
                assert len(held) <= after + 1, "and nothing that came after it ended, but for the act under way"
                assert [finding for finding in verify_records() if finding.broken] == []
                if number % 25 == 0:
                    assert [finding for finding in verify() if finding.broken] == []
                seen.append((restored.manifest["audit"]["seq"], counted(), restored.manifest["figures"]["values"]))
                db.engine().dispose()
            shutil.rmtree(place, ignore_errors=True)
            db.connect(url)
            blobs.use_folder(live_blobs)
            archive.unlink()
        assert office.process.poll() is None, "the office worked all the time"
        assert len(office.told) > rounds
    with db.reading() as session:
        instants = {row.seq: row.at for row in session.execute(text("SELECT seq, at FROM audit_entry"))}
    for seq, found, told in seen:
        at = instants[seq] if not isinstance(instants[seq], str) else _instant(instants[seq])
        assert found == counted(at), f"the figures of the backup at audit entry {seq} are those of that instant"
        assert told["virtualization.accepted_cpus"] == found["virtualization.accepted_cpus"]
    assert len({seq for seq, _, _ in seen}) == rounds, "each backup is of another instant"
    assert not list(tmp_path.glob(f"{PREFIX}*"))


def _instant(said: str) -> Any:
    import datetime as dt

    return dt.datetime.fromisoformat(said).replace(tzinfo=dt.UTC)


@contextmanager
def next_place(places: Any, place: Path) -> Iterator[str]:
    if places is None:
        yield f"sqlite:///{place / 'new.db'}"
    else:
        with places.empty() as url:
            yield url
            db.engine().dispose()


def test_a_hundred_backups_under_load_on_sqlite(sqlite_url: str, tmp_path: Path) -> None:
    backed_up_and_restored(sqlite_url, None, tmp_path, 100)  # type: ignore[arg-type]


@pytest.mark.postgres
def test_ten_backups_under_load_on_postgresql(
    postgres_url: str, postgres_server: postgres.Server, tmp_path: Path
) -> None:
    backed_up_and_restored(postgres_url, postgres_server, tmp_path, 10)  # type: ignore[arg-type]


KILLED = """
import sys
from pathlib import Path
from licensetrack.core import blobs, db, sealing, signing
from licensetrack.jobs.backups import write_backup
sealing.use_key(b"a key for sealing in tests, thirty-two!"); signing.use_key("5" * 64)
db.connect(sys.argv[1]); blobs.use_folder(Path(sys.argv[2]))
print("begins", flush=True)
write_backup(Path(sys.argv[3]), lambda done, total: print(done, flush=True))
"""


def test_a_backup_killed_at_any_moment_leaves_no_file_under_its_final_name(sqlite_url: str, tmp_path: Path) -> None:
    db.connect(sqlite_url)
    blobs.use_folder(tmp_path / "blobs")
    with db.transaction() as session:
        for number in range(40):
            blobs.store(session, os.urandom(60_000), f"{number}.pdf")
    db.engine().dispose()
    target = tmp_path / "backups" / "office.zip"
    arguments = [sqlite_url, str(tmp_path / "blobs"), str(target)]
    finished = left = 0
    for number in range(20):
        process = subprocess.Popen([sys.executable, "-c", KILLED, *arguments], cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.012 * number)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        if target.exists():
            check_archive(target)  # it was quicker than the kill, and is whole
            target.unlink()
            finished += 1
        left += len(list(target.parent.glob(f"{PREFIX}*")))
    assert finished < 20
    assert left > 0, "some were killed in the middle"
    db.connect(sqlite_url)
    write_backup(target)
    assert [path.name for path in target.parent.iterdir()] == ["office.zip"], "the next one cleans up behind them"
    db.engine().dispose()
