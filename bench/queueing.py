"""Claiming and finishing jobs that do nothing, against a bare loop of `UPDATE … RETURNING` on the same database.

The bare loop takes a job and commits, one statement each by the driver alone, on the same table with the same settings
of the connection; it never finishes what it took.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import text

from bench.measuring import Result, in_child, side_by_side, stopwatch
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core import db, schema
from licensetrack.core.job_queue import enqueue
from licensetrack.jobs.handlers import Run, handles
from licensetrack.jobs.running import run_queued

JOBS, ROUNDS = 500, 2
TAKE = """
    UPDATE job SET state = 'running', claim = 'x', worker = 'bare', attempt = attempt + 1
    WHERE id = (SELECT id FROM job WHERE state = 'queued' ORDER BY id LIMIT 1{lock}) RETURNING id, kind, arguments"""


def run(folder: Path) -> list[Result]:
    """The rate of whole jobs as a share of the bare loop's, on SQLite and on PostgreSQL."""
    from psycopg import sql

    from tests import postgres

    found = []
    with ExitStack() as stack:
        server = stack.enter_context(postgres.server())
        server.run(sql.SQL("ALTER SYSTEM RESET ALL"), sql.SQL("SELECT pg_reload_conf()"))  # as an office runs it
        addresses = {
            "SQLite": f"sqlite:///{folder / 'bench.db'}",
            "PostgreSQL": stack.enter_context(server.migrated()),
        }
        schema.upgrade(addresses["SQLite"])
        for name, url in addresses.items():
            arguments = {"url": url}
            in_child("bench.queueing:ours", arguments)  # the first round finds nothing in memory
            ours, bare = side_by_side(("bench.queueing:ours", "bench.queueing:barely"), arguments, ROUNDS)
            note = f"{JOBS / ours.median:,.0f} jobs/s against {JOBS / bare.median:,.0f} updates/s"
            label = f"jobs claimed and finished on {name}, of bare updates"
            found.append(Result(label, bare.median / ours.median, 0.5, "×", note, at_least=True))
    return found


@handles("bench:nothing", label="Nothing")
def work_nothing(_run: Run) -> None:
    """A job that does nothing."""


def ours(url: str) -> dict[str, float]:
    """As a worker does them."""
    answer: dict[str, float] = {}
    _fill(url)
    assert run_queued(1) == 1  # loads every kind of job, as a worker does once
    with stopwatch(answer):
        assert run_queued() == JOBS
    return answer


def barely(url: str) -> dict[str, float]:
    """As one would write it into the driver."""
    answer: dict[str, float] = {}
    _fill(url)
    sqlite = url.startswith("sqlite")
    statement = TAKE.format(lock="" if sqlite else " FOR UPDATE SKIP LOCKED")
    connection = db.engine().raw_connection()
    cursor = connection.cursor()
    if not sqlite:
        connection.driver_connection.autocommit = True  # type: ignore[union-attr]
    with stopwatch(answer):
        taken = 0
        while taken < JOBS:
            cursor.execute(statement)
            taken += len(cursor.fetchall())
    return answer


def _fill(url: str) -> None:
    db.connect(url)
    with db.transaction() as session:
        session.execute(text("DELETE FROM job"))
        for _ in range(JOBS + 1):
            enqueue(session, "bench:nothing", actor=SYSTEM)
