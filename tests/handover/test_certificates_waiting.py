"""What waits for whom, and which papers of a set are there."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.allocation import issuing
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.handover import acceptance_queries as queries
from licensetrack.handover import archive, signing
from licensetrack.handover.acceptance_rules import CHECKS
from licensetrack.handover.attempts import record_attempt
from licensetrack.handover.certificates import draw_certificate, freeze_certificate
from licensetrack.handover.license_files import attach_file
from licensetrack.handover.receipts import sign_receipt
from tests.handover.people import of_unit, paper, picture
from tests.handover.vendor_files import huawei_dat
from tests.trade import ALICE, accepted, day, fresh, imported, issued, unit

pytestmark = pytest.mark.usefixtures("database")


def numbers(name: str, scope: Scope = EVERYWHERE) -> list[str]:
    with reading() as db:
        return [row.number for row in getattr(queries, name)(db, scope)]


def waiting(side: str, scope: Scope = EVERYWHERE) -> list[str]:
    with reading() as db:
        return [row.number for row in queries.certificates_waiting(db, scope, side)]


def test_each_list_holds_what_waits_for_it_within_one_s_scope() -> None:
    near, far = unit("SZ0001"), unit("SZ0002", district="南山区")
    issued("SQ-1", near)
    issued("SQ-2", far)
    imported("SQ-3", near)
    found = draw_certificate(near, [imported("SQ-4", near)], actor=ALICE)
    of_near, of_far = Scope("unit", str(near.id)), Scope("district", "南山区")
    assert (numbers("to_import"), numbers("to_import", of_near), numbers("to_import", of_far)) == (
        ["SQ-1", "SQ-2"], ["SQ-1"], ["SQ-2"],
    )  # fmt: skip
    assert (numbers("to_accept"), numbers("to_accept", of_far)) == (["SQ-3"], [])
    assert (waiting("unit"), waiting("center"), waiting("unit", of_far)) == ([found.number], [], [])
    signed = signing.sign_certificate(found, actor=of_unit(near), conclusion="pass", checks=CHECKS)
    assert (waiting("unit"), waiting("center")) == ([], [found.number])
    signing.decline_certificate(signed, actor=ALICE, on=today(), reason="截图不清")
    assert (waiting("center"), numbers("rework"), numbers("rework", of_far)) == ([], ["SQ-4"], [])
    printed = freeze_certificate(draw_certificate(near, [fresh_of("SQ-3")], actor=ALICE), paper(), actor=ALICE)
    assert waiting("unit") == [printed.number]
    assert numbers("to_accept") == []


def fresh_of(number: str) -> LicenseSet:
    with reading() as db:
        return fresh(db.scalars(select(LicenseSet).where(LicenseSet.number == number)).one())


def states(set_id: int) -> list[str]:
    with reading() as db:
        return list(archive.archive_of_set(db, set_id).papers.values())


def test_a_set_s_archive_fills_paper_by_paper() -> None:
    holder = unit()
    bob = of_unit(holder)
    found = issuing.issue_set(
        "SQ-1", holder, "virtualization", cpus=16, on=day("02-01"), actor=ALICE, details={"request": "XQ-2024-0001"}
    )
    assert states(found.id) == ["there", "missing", "missing", "missing", "missing"]
    attach_file(found, "a.dat", huawei_dat(customer="", kind="COMM"), actor=ALICE)
    sign_receipt(fresh(found), actor=bob, on=today())
    assert states(found.id) == ["there", "there", "there", "missing", "missing"]
    record_attempt(
        fresh(found), actor=bob, on=today(), succeeded=True, shown_cpus=16, screenshot=("a.png", picture())
    )  # fmt: skip
    signed = signing.sign_certificate(
        draw_certificate(holder, [fresh(found)], actor=bob), actor=bob, conclusion="pass", checks=CHECKS
    )
    assert states(found.id) == ["there", "there", "there", "there", "missing"]
    signing.countersign_certificate(signed, actor=ALICE, on=today(), document=paper())
    with reading() as db:
        row = archive.archive_of_set(db, found.id)
        assert (row.complete, row.missing) == (True, [])
        assert archive.to_file(db) == []
        counts = archive.summary(db, archive.ArchiveAsked())
    assert (counts["all"], counts["none"]) == (1, 1)


def test_what_a_loaded_ledger_only_names_is_not_there() -> None:
    holder = unit()
    found = accepted("SQ-1", holder)
    assert states(found.id) == ["missing", "missing", "missing", "missing", "named"]
    with reading() as db:
        asked = archive.ArchiveAsked(lacks="certificate")
        assert [row.number for row in archive.page_of_archive(db, asked).rows] == ["SQ-1"]
        assert [row.number for row in archive.whole_archive(db, asked, Scope("unit", str(holder.id + 1)))] == []
        assert archive.summary(db, archive.ArchiveAsked())["certificate"] == 1
