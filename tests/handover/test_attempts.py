"""Recording imports: what the platform shows must equal what was issued, or the set stays open; all is kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from licensetrack.accounts.permissions import Scope
from licensetrack.allocation import life
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.core import blobs
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.core.outbox import OutboxMessage
from licensetrack.handover.acceptance_models import ImportAttempt, ReworkTask
from licensetrack.handover.attempts import record_attempt
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question, Value
from tests.handover.people import of_unit, person, picture
from tests.invariants import broken
from tests.trade import ALICE, day, fresh, imported, issued, unit

pytestmark = pytest.mark.usefixtures("database")
SUCCESS: dict[str, Any] = {"succeeded": True, "shown_cpus": 16}


def attempt(license_set: LicenseSet, on: str = "02-10", **told: Any) -> ImportAttempt:
    """An attempt recorded by the operator."""
    return record_attempt(fresh(license_set), on=day(on), **{"actor": ALICE, **told})


def figure(name: str) -> Value:
    with reading() as db:
        return figures(db, Question(day("12-31")))[name]


def rows() -> tuple[int, ...]:
    with reading() as db:
        tables = (ImportAttempt, LedgerEvent, AuditEntry, OutboxMessage, blobs.Blob, ReworkTask)
        return tuple(db.scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def books_are_right() -> None:
    assert broken() == []


def test_a_platform_that_shows_what_was_issued_has_imported_the_set() -> None:
    license_set = issued("SQ-1", unit(), 16)
    told = attempt(license_set, **SUCCESS, shown_fingerprint="", note="远程完成")
    assert (told.nth, told.result, told.issued_cpus, told.shown_cpus, told.reason) == (1, "succeeded", 16, 16, "")
    found = fresh(license_set)
    assert (found.stage, found.imported_on, found.failed_imports) == ("imported", day("02-10"), 0)
    books_are_right()


def test_a_platform_that_shows_other_cpus_leaves_the_set_open_and_counts_as_failed() -> None:
    license_set = issued("SQ-1", unit(), 16)
    told = attempt(license_set, succeeded=True, shown_cpus=12)
    assert (told.result, told.shown_cpus, told.issued_cpus) == ("differs", 12, 16)
    found = fresh(license_set)
    assert (found.stage, found.imported_on, found.failed_imports) == ("issued", None, 1)
    with reading() as db:
        event = db.scalars(select(LedgerEvent).where(LedgerEvent.action == "import_failed")).one()
        assert event.details == {"reason": "平台显示与发放不一致：CPU数应为16，显示12"}
        assert event.position == told.position
        message = db.scalars(select(OutboxMessage).where(OutboxMessage.tag == "handover:attempt:record")).one()
        assert message.payload["result"] == "differs"
    books_are_right()


def test_another_host_than_the_one_licensed_differs_however_the_fingerprint_is_written() -> None:
    holder = unit()
    one = issued("SQ-1", holder, 16, details={"fingerprint": "210235-a1b2"})
    other = issued("SQ-2", holder, 16, details={"fingerprint": "210235-a1b2"})
    assert attempt(one, **SUCCESS, shown_fingerprint="210235A1B3").result == "differs"
    assert attempt(other, **SUCCESS, shown_fingerprint="210235 A1B2").result == "succeeded"


def test_a_set_without_cpus_shows_none() -> None:
    license_set = issued("SQ-1", unit(), None, product="bms")
    with pytest.raises(Refused, match="counted in sets"):
        attempt(license_set, **SUCCESS)
    assert attempt(license_set, succeeded=True).result == "succeeded"


def test_a_proof_that_comes_after_an_expansion_is_held_against_the_size_of_its_day() -> None:
    license_set = issued("SQ-1", unit(), 16)
    life.expand_set(license_set, actor=ALICE, on=day("03-01"), cpus=8, reason="新增宿主机")
    assert attempt(license_set, "02-10", **SUCCESS).result == "succeeded"
    assert fresh(license_set).cpus == 24


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"succeeded": False}, "reason_code"),
        ({"succeeded": False, "reason_code": "bad luck"}, "reason_code"),
        ({"succeeded": False, "reason_code": "other", "note": "  "}, "note"),
        ({"succeeded": True}, "shown_cpus"),
        ({"succeeded": True, "shown_cpus": -1}, "shown_cpus"),
        ({**SUCCESS, "note": "x" * 501}, "note"),
        ({**SUCCESS, "screenshot": ("a.png", b"<svg onload=alert(1)>")}, "screenshot"),
        ({**SUCCESS, "screenshot": ("a.png", b"")}, "screenshot"),
        ({**SUCCESS, "screenshot": ("a.png", picture() + b"\0" * (5 * 1024 * 1024))}, "screenshot"),
        ({**SUCCESS, "on": "01-31"}, ""),
        ({**SUCCESS, "on": "2999-01-01"}, ""),
    ],
)
def test_a_refused_attempt_leaves_nothing_behind(told: dict[str, Any], field: str) -> None:
    license_set = issued("SQ-1", unit(), 16)
    before, files = rows(), sorted(blobs.folder().glob("??/*"))
    with pytest.raises(Refused) as refusal:
        attempt(license_set, **told)
    if field:
        assert refusal.value.field == field
    assert (rows(), sorted(blobs.folder().glob("??/*"))) == (before, files)


def test_the_screenshot_is_kept_under_the_number_of_the_attempt() -> None:
    license_set = issued("SQ-1", unit(), 16)
    attempt(license_set, succeeded=False, reason_code="clock")
    told = attempt(license_set, "02-11", **SUCCESS, screenshot=("../../x.exe", picture()))
    assert told.screenshot_id is not None
    with reading() as db:
        blob, content = blobs.load(db, told.screenshot_id)
    assert (blob.name, content) == ("SQ-1-2.png", picture())
    books_are_right()


def test_the_rates_follow_from_the_attempts() -> None:
    holder = unit()
    first, second, third = (issued(f"SQ-{number}", holder, 16) for number in (1, 2, 3))
    attempt(first, **SUCCESS)
    attempt(second, succeeded=False, reason_code="fingerprint")
    assert (figure("import.first_pass_rate"), figure("import.pass_rate")) == (100, 0)
    attempt(second, "02-11", **SUCCESS)
    assert figure("import.first_pass_rate") == 50
    attempt(third, succeeded=True, shown_cpus=8)
    attempt(third, "02-12", **SUCCESS)
    assert figure("import.first_pass_rate") == Decimal("33.33")
    for license_set in (first, second):
        life.accept_import(fresh(license_set), actor=ALICE, on=day("03-01"), evidence="验收单")
    assert [figure(f"virtualization.{stage}_sets") for stage in ("imported", "accepted")] == [3, 2]
    assert figure("import.pass_rate") == Decimal("66.67")
    books_are_right()


def test_an_attempt_told_late_gets_the_next_number_and_its_own_day() -> None:
    license_set = issued("SQ-1", unit(), 16)
    attempt(license_set, "02-12", **SUCCESS)
    told = attempt(license_set, "02-11", succeeded=False, reason_code="damaged")
    assert (told.nth, told.on) == (2, day("02-11"))
    assert (fresh(license_set).stage, fresh(license_set).failed_imports) == ("imported", 1)
    books_are_right()


def test_an_imported_set_is_not_imported_again() -> None:
    license_set = imported("SQ-1", unit(), 16)
    with pytest.raises(Refused, match="can not be imported again"):
        attempt(license_set, "02-12", **SUCCESS)


def test_the_unit_and_the_engineer_record_attempts_and_nobody_else_from_outside_the_centre() -> None:
    holder, other = unit("SZ0001"), unit("SZ0002")
    license_set = issued("SQ-1", holder, 16)
    attempt(license_set, succeeded=False, reason_code="network", actor=of_unit(holder))
    attempt(license_set, succeeded=False, reason_code="network", actor=person("eve", "vendor_engineer"))
    with pytest.raises(NotFound):
        attempt(license_set, **SUCCESS, actor=of_unit(other, "charlie"))
    for role in ("auditor", "manager", "reviewer", "district_manager"):
        with pytest.raises(Forbidden):
            attempt(license_set, **SUCCESS, actor=person(role, role, Scope("district", holder.district)))
    assert fresh(license_set).failed_imports == 2


def test_a_form_that_is_stale_is_a_conflict_and_writes_nothing() -> None:
    license_set = issued("SQ-1", unit(), 16)
    stale = fresh(license_set)
    attempt(license_set, succeeded=False, reason_code="expired")
    before = rows()
    with pytest.raises(Conflict):
        record_attempt(stale, actor=ALICE, on=day("02-10"), **SUCCESS)
    with pytest.raises(Conflict):
        attempt(license_set, **SUCCESS, seen=1)
    assert rows() == before


@pytest.mark.parametrize("change", ["UPDATE import_attempt SET shown_cpus = 16", "DELETE FROM import_attempt"])
def test_what_was_told_of_an_attempt_can_not_be_changed_even_by_hand(change: str) -> None:
    attempt(issued("SQ-1", unit(), 16), succeeded=True, shown_cpus=12)
    with pytest.raises(DatabaseError, match="import_attempt is append-only"), transaction() as db:
        db.execute(text(change))
