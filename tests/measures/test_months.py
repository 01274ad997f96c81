"""A month is closed once: its figures as known then stay, whatever is recorded afterwards; its report is one page."""

from __future__ import annotations

import datetime as dt
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, text

from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.allocation import life
from licensetrack.core import blobs, db
from licensetrack.core.clock import today
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Forbidden, Refused
from licensetrack.core.job_queue import Job, enqueue
from licensetrack.core.read_only import is_read_only
from licensetrack.exchange import loading
from licensetrack.jobs.running import run_queued
from licensetrack.measures.catalogue import MEASURES
from licensetrack.measures.month_models import MonthClosing
from licensetrack.measures.months import (
    close_month,
    closings,
    month_ends,
    months_to_close,
    report_of,
    text_of,
    then_and_now,
    value_of,
)
from licensetrack.reports.month_report import ACTIONS, WAITING, MonthSheet, month_document
from licensetrack.reports.outputs import rendered
from licensetrack.verify import month_checks, nightly
from licensetrack.verify.report import CLOSINGS
from tests.conftest import Clock
from tests.notices.hearing import heard, person
from tests.site import SAMPLE
from tests.trade import ALICE, accepted, day, imported, unit


def broken() -> list[str]:
    """What the check of closed months says."""
    with reading() as session:
        return list(month_checks.closings(session.connection()))


def closed(as_of: str, clock: Clock) -> MonthClosing:
    """A month, closed on the first of the next at half past one."""
    end = dt.date.fromisoformat(as_of)
    clock.set(f"{end + dt.timedelta(days=1)} 01:30")
    return close_month(end, actor=SYSTEM)


def test_what_is_recorded_afterwards_shows_as_a_difference_and_changes_nothing(database: Engine, clock: Clock) -> None:
    clock.set("2025-03-20 09:00")
    accepted("SQ-1", unit(), 16, on="2025-02-01", import_on="2025-02-10", accept_on="2025-02-20")
    late = imported("SQ-2", unit("SZ0002"), 8, on="2025-03-01", import_on="2025-03-05")
    closing = closed("2025-03-31", clock)
    clock.set("2025-04-08 09:00")
    life.accept_import(late, actor=ALICE, on=day("2025-03-28"), evidence="补登验收单.pdf")  # the paper came late
    with reading() as session:
        changed = {row.name: (row.then, row.now) for row in then_and_now(session, closing) if row.differs}
        assert len(then_and_now(session, closing)) == len(MEASURES)
    assert changed["virtualization.accepted_cpus"] == (16, 24)
    assert changed["units.served"] == (1, 2)
    assert changed["import.pass_rate"] == (Decimal("50.00"), Decimal("100.00"))
    assert broken() == []


def test_a_month_is_closed_once(database: Engine, clock: Clock) -> None:
    first = closed("2025-03-31", clock)
    clock.set("2025-04-02 09:00")
    again = close_month(dt.date(2025, 3, 31), actor=SYSTEM)
    assert (again.id, again.known_at) == (first.id, first.known_at)
    with pytest.raises(Exception, match="append-only"), transaction() as session:
        session.execute(text("UPDATE month_figure SET value = '1'"))


@pytest.mark.parametrize("as_of", ["2025-03-30", "2025-04-30"])
def test_only_a_month_that_is_over_can_be_closed(database: Engine, clock: Clock, as_of: str) -> None:
    clock.set("2025-04-30 09:00")
    with pytest.raises(Refused, match="last day"):
        close_month(dt.date.fromisoformat(as_of), actor=SYSTEM)


def test_nobody_but_the_program_closes_a_month(database: Engine, clock: Clock) -> None:
    clock.set("2025-04-30 09:00")
    with pytest.raises(Forbidden):
        close_month(dt.date(2025, 3, 31), actor=Actor(None, "mia", "Mia", "manager"))


def test_a_figure_that_no_longer_is_what_was_known_then_breaks_the_books(database: Engine, clock: Clock) -> None:
    clock.set("2025-03-20 09:00")
    accepted("SQ-1", unit(), 16, on="2025-02-01", import_on="2025-02-10", accept_on="2025-02-20")
    closed("2025-03-31", clock)
    assert broken() == []
    with transaction() as session:
        forged = "UPDATE month_figure SET value = '17' WHERE name = 'virtualization.accepted_cpus'"
        for statement in _unguarded(session, "month_figure", forged):
            session.execute(text(statement))
    assert broken() == ["virtualization.accepted_cpus of 2025-03: kept 17, known then 16"]


def test_a_measure_that_is_defined_anew_is_told_and_stops_nothing(
    database: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed("2025-03-31", clock)
    asked = month_checks.figures
    monkeypatch.setattr(month_checks, "figures", lambda *which: asked(*which) | {"units.served": 7})
    run = nightly.check_books(actor=SYSTEM)
    assert [one["invariant"] for one in run.broken] == [CLOSINGS]
    assert run.green
    assert not is_read_only()


def _unguarded(session: db.Session, table: str, statement: str) -> list[str]:
    """The statement past the guard, as somebody with the database in hand could do it."""
    if session.get_bind().dialect.name == "sqlite":
        return [f"DROP TRIGGER {table}_no_update", statement]
    return [f"ALTER TABLE {table} DISABLE TRIGGER ALL", statement, f"ALTER TABLE {table} ENABLE TRIGGER ALL"]


def test_months_that_were_missed_are_closed_one_by_one(database: Engine, clock: Clock) -> None:
    assert month_ends(dt.date(2024, 11, 5), dt.date(2025, 2, 28)) == [
        dt.date(2024, 11, 30), dt.date(2024, 12, 31), dt.date(2025, 1, 31),
    ]  # fmt: skip
    closed("2025-01-31", clock)
    clock.set("2025-04-15 09:00")
    with reading() as session:
        assert months_to_close(session, today()) == [dt.date(2025, 2, 28), dt.date(2025, 3, 31)]


@pytest.mark.parametrize("value", [None, 0, 4375, Decimal("99.5"), Decimal("7515.00"), Decimal("0.00")])
def test_a_figure_comes_back_as_it_was_kept(value: int | Decimal | None) -> None:
    assert value_of(text_of(value)) == value


def test_the_reports_of_the_sample_year_are_one_page_each_and_go_to_the_managers(
    sqlite_url: str, tmp_path: Path, clock: Clock
) -> None:
    db.connect(sqlite_url)
    blobs.use_folder(tmp_path / "blobs")
    clock.set("2025-06-01 00:05")
    assert not loading.load(loading.files_of([SAMPLE]), actor=SYSTEM).refused
    mia, bob = person("mia", "manager"), person("bob", "operator")
    clock.set("2025-06-01 00:50")
    close_month(dt.date(2024, 12, 31), actor=SYSTEM)  # and then the worker was off for half a year
    with transaction() as session:
        number = enqueue(session, "months:close", actor=SYSTEM).id
    run_queued()
    months = [f"{end:%Y-%m}" for end in month_ends(dt.date(2024, 12, 1), dt.date(2025, 6, 1))]
    with reading() as session:
        assert session.get_one(Job, number).result == {"months": months}
        found = [(one, report_of(session, one.id)) for one in closings(session)][::-1]
        papers = [blobs.load(session, made.document_id) for _, made in found if made is not None]
    assert [blob.name for blob, _ in papers] == [f"month-{month}.pdf" for month in months]
    readers = [PdfReader(io.BytesIO(content)) for _, content in papers]
    assert [len(reader.pages) for reader in readers] == [1] * 6
    page = re.sub(r"\s+", "", readers[0].pages[0].extract_text())
    assert "2024年12月软件授权管理月报" in page
    assert "4,375" in page
    assert heard(mia) == [("month_report", f"month:{month}") for month in months]
    assert heard(bob) == []


def test_the_fullest_month_is_one_page_too() -> None:
    figures = {
        name: Decimal("99.99") if "rate" in name else Decimal("751500.55") if "budget" in name else 1234567
        for name in MEASURES
    }
    before = dict.fromkeys(MEASURES, 0)
    sheet = MonthSheet(
        dt.date(2025, 12, 31), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), figures, before, dict.fromkeys(ACTIONS, 12345),
        dict.fromkeys(WAITING, (12345, 12345)), "某市政务服务和数据管理局大数据资源管理中心",
    )  # fmt: skip
    assert len(PdfReader(io.BytesIO(rendered(month_document(sheet), "pdf"))).pages) == 1
