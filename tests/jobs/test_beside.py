"""The server brings a worker with it, which is started again when it falls, and ends with the server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import run
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core import db
from licensetrack.core.job_queue import Job, enqueue
from licensetrack.core.leases import Lease

pytestmark = pytest.mark.slow


@contextmanager
def served(url: str, folder: Path, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """`licensetrack serve` over a database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    environment = os.environ | {"DATABASE_URL": url, "LICENSETRACK_INSTANCE": str(folder)}
    with (folder / "server.log").open("w") as log:
        command = [str(run.write_launcher()), "serve", "--port", port, *more]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            yield server
        finally:
            server.kill()
            server.wait()


def until(what: Callable[[], bool]) -> None:
    for _ in range(1200):
        if what():
            return
        time.sleep(0.1)
    pytest.fail("it does not come about")


def leading_worker() -> int:
    """The number of the process that took the lease last."""
    with db.reading() as session:
        row = session.get(Lease, "worker")
        return int(row.holder.rpartition(":")[2]) if row is not None else 0


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def state(job_id: int) -> str:
    with db.reading() as session:
        return session.get_one(Job, job_id).state


def test_the_worker_works_is_started_again_and_both_end_when_the_server_is_told_to(
    sqlite_url: str, tmp_path: Path
) -> None:
    db.connect(sqlite_url)
    with db.transaction() as session:
        job_id = enqueue(session, "files:sweep", actor=SYSTEM).id
    with served(sqlite_url, tmp_path) as server:
        until(lambda: state(job_id) == "done")
        first = leading_worker()
        os.kill(first, signal.SIGKILL)
        with db.transaction() as session:
            job_id = enqueue(session, "files:sweep", actor=SYSTEM).id
        until(lambda: state(job_id) == "done")
        with db.reading() as session:
            second = int(session.get_one(Job, job_id).worker.rpartition(":")[2])
        assert second != first
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
        assert not lives(second)


def test_the_worker_ends_when_the_server_is_killed(sqlite_url: str, tmp_path: Path) -> None:
    db.connect(sqlite_url)
    with served(sqlite_url, tmp_path) as server:
        until(lambda: leading_worker() != 0)
        worker = leading_worker()
        assert lives(worker)
        server.kill()
        until(lambda: not lives(worker))


def test_pages_can_be_served_without_a_worker(sqlite_url: str, tmp_path: Path) -> None:
    db.connect(sqlite_url)
    with served(sqlite_url, tmp_path, "--no-worker") as server:
        until(lambda: b"Ctrl-C" in (tmp_path / "server.log").read_bytes())
        time.sleep(1)
        children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
        assert not children.exists() or children.read_text().strip() == ""
        server.send_signal(signal.SIGTERM)
        assert server.wait(60) == 0
