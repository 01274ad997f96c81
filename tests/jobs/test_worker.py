"""The worker does by the clock what people forget: it checks the books at night and clears what a crash left."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

import run
from licensetrack.core import blobs, db
from licensetrack.jobs import books
from licensetrack.jobs.cron import trigger_of
from licensetrack.jobs.handlers import handlers
from licensetrack.jobs.schedules import SCHEDULES
from tests.conftest import use_folders
from tests.trade import accepted, unit


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Path:
    db.connect(sqlite_url)
    use_folders(tmp_path)
    accepted("SQ-2024-0001", unit())
    return tmp_path


def test_a_file_without_a_row_goes_after_an_hour_and_one_with_a_row_stays(office: Path) -> None:
    with db.transaction() as session:
        kept = blobs.store(session, b"kept", "kept.pdf").digest
    blobs.keep(b"left behind by a crash")
    blobs.keep(b"being uploaded just now")
    for path in (office / "blobs").glob("??/*"):
        if path.read_bytes() != b"being uploaded just now":
            os.utime(path, (time.time() - 7200,) * 2)
    assert books.sweep_files() == 1
    left = {path.read_bytes() for path in (office / "blobs").glob("??/*")}
    assert left == {b"kept", b"being uploaded just now"}
    assert blobs.path_of(kept).exists()


def test_every_schedule_has_a_time_that_the_scheduler_understands_and_somebody_who_does_it() -> None:
    for name, one in SCHEDULES.items():
        assert name == one.name
        assert trigger_of(one.cron)
        assert one.kind in handlers()


def test_the_worker_starts_and_ends_when_it_is_told_to(sqlite_url: str, tmp_path: Path) -> None:
    environment = os.environ | {"DATABASE_URL": sqlite_url, "LICENSETRACK_INSTANCE": str(tmp_path)}
    command = [str(run.write_launcher()), "worker"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "worker started" in process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    process.stdout.close()
