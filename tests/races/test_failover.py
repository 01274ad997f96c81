"""A primary that dies loses nothing that was acknowledged, if its standby is synchronous and the program listens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from licensetrack.core import db, schema
from licensetrack.core.db import transaction
from licensetrack.core.errors import Uncertain
from licensetrack.verify.report import verify_records
from tests.pair import Server, pair
from tests.trade import unit

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
pytestmark = [pytest.mark.postgres, pytest.mark.slow]


def furnished(server: Server) -> str:
    """The address of the program's database on that server, with one unit in it."""
    schema.upgrade(server.url())
    db.connect(server.url())
    unit()
    db.engine().dispose()
    return server.url()


def written_until_the_primary_dies(first: Server, folder: Path, *, seconds: float) -> set[str]:
    """What an office at work was told is in the books, before its primary was killed."""
    command = [sys.executable, "-m", "tests.jobs.backup_writer", first.url(), str(folder)]
    writer = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    told: list[str] = []
    assert writer.stdout is not None
    listener = threading.Thread(target=lambda out: told.extend(line.strip() for line in out), args=[writer.stdout])
    listener.start()
    while len(told) < 3:
        assert writer.poll() is None
        time.sleep(0.05)
    time.sleep(seconds)
    first.kill()
    writer.wait(60)
    listener.join()
    writer.stdout.close()
    return set(told)


def held() -> set[str]:
    query = "SELECT e.action, s.number FROM ledger_event e JOIN license_set s ON s.id = e.set_id"
    words = {"issue": "issued", "import": "imported", "accept": "accepted"}
    with db.reading() as session:
        return {f"{words[action]} {number}" for action, number in session.execute(text(query))}


def test_a_fail_over_by_hand_loses_no_acknowledged_write(tmp_path: Path) -> None:
    acknowledged = 0
    for number in range(ROUNDS):
        with pair() as (first, second):
            furnished(first)
            told = written_until_the_primary_dies(first, tmp_path / str(number), seconds=1 + number)
            second.promote()
            db.connect(second.url())
            books = held()
            assert told - books == set(), "what was confirmed is in the books of the one that took over"
            assert len(books - told) <= 1, "and at the most the act that was under way"
            assert [finding for finding in verify_records() if finding.broken and "file" not in finding.invariant] == []
            unit("SZ0002")  # and it takes new ones
            db.engine().dispose()
            acknowledged += len(told)
    assert acknowledged >= 10 * ROUNDS


def test_without_waiting_for_the_standby_writes_are_lost(tmp_path: Path) -> None:
    with pair(synchronous=False) as (first, second):
        furnished(first)
        receiver = second.receiver()
        os.kill(receiver.pid, signal.SIGSTOP)
        told = written_until_the_primary_dies(first, tmp_path, seconds=1.5)
        second.kill()  # what was sent and not yet taken in is gone with it
        second.start()
        second.promote()
        db.connect(second.url())
        assert told - held(), "else the test above is blind"
        db.engine().dispose()


def test_a_cancelled_wait_for_the_standby_is_no_acknowledgement() -> None:
    with pair() as (first, second):
        furnished(first)
        db.connect(first.url())
        receiver = second.receiver()
        os.kill(receiver.pid, signal.SIGSTOP)
        said: list[object] = []

        def write() -> None:
            try:
                with transaction() as session:
                    session.execute(text("INSERT INTO setting VALUES ('hole', '1', '2024-01-01')"))
                said.append("acknowledged")
            except Uncertain as error:
                said.append(error)

        waiting = threading.Thread(target=write)
        waiting.start()
        asleep = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"
        while not (pid := first.ask(asleep)):
            time.sleep(0.05)
        assert not said, "it waits for the standby"
        first.ask(f"SELECT pg_cancel_backend({pid})")
        waiting.join(30)
        [error] = said
        assert isinstance(error, Uncertain), "PostgreSQL said COMMIT with a warning; that is no acknowledgement"
        os.kill(receiver.pid, signal.SIGCONT)
        with db.reading() as session:  # asked again, it is there: the same form sent again finds its key
            assert session.execute(text("SELECT count(*) FROM setting WHERE name = 'hole'")).scalar_one() == 1
        with transaction() as session:  # and the next one, on the same connection, is certain again
            session.execute(text("DELETE FROM setting WHERE name = 'hole'"))
        db.engine().dispose()


def test_a_connection_that_breaks_while_it_commits_is_no_refusal() -> None:
    with pair() as (first, second):
        furnished(first)
        db.connect(first.url())
        os.kill(second.receiver().pid, signal.SIGSTOP)
        said: list[object] = []

        def write() -> None:
            try:
                with transaction() as session:
                    session.execute(text("INSERT INTO setting VALUES ('cut', '1', '2024-01-01')"))
                said.append("acknowledged")
            except Exception as error:
                said.append(error)

        waiting = threading.Thread(target=write)
        waiting.start()
        while not first.ask("SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'"):
            time.sleep(0.05)
        first.kill()
        waiting.join(30)
        assert [type(one) for one in said] == [Uncertain]
        db.engine().dispose()
