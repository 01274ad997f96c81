"""Many sign at once: a certificate is counter-signed once, a set is accepted once and stands on one certificate."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from licensetrack.allocation import life
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.handover import signing
from licensetrack.handover.acceptance_models import AcceptanceCertificate, CertificateLine, ImportAttempt, ReworkTask
from licensetrack.handover.acceptance_rules import CHECKS
from licensetrack.handover.attempts import record_attempt
from licensetrack.handover.certificates import draw_certificate, freeze_certificate, void_certificate
from tests.handover.people import of_unit, paper
from tests.invariants import broken
from tests.races.test_races import at_once, kinds
from tests.trade import ALICE, day, fresh, imported, issued, unit

MANY = 50


@pytest.fixture(autouse=True)
def books_right_afterwards(database: object) -> Iterator[None]:
    """Whatever raced: every invariant holds."""
    yield
    assert broken() == []


def acceptances() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).where(LedgerEvent.action == "accept")) or 0


def test_fifty_counter_signatures_of_one_certificate_have_one_effect() -> None:
    holder = unit()
    drawn = draw_certificate(holder, [imported(f"SQ-{number}", holder) for number in range(3)], actor=ALICE)
    signed = signing.sign_certificate(drawn, actor=of_unit(holder), conclusion="pass", checks=CHECKS)

    def countersign() -> object:
        return signing.countersign_certificate(signed, actor=ALICE, on=today(), document=paper())

    assert kinds(at_once(*[countersign] * MANY)) == {"done": 1, "Conflict": MANY - 1}
    assert acceptances() == 3


def test_fifty_acceptances_of_one_set_have_one_effect() -> None:
    license_set = imported("SQ-1", unit())

    def accept() -> object:
        return life.accept_import(fresh(license_set), actor=ALICE, on=day("02-20"), evidence="验收单.pdf")

    found = kinds(at_once(*[accept] * MANY))
    assert (found["done"], sum(found.values())) == (1, MANY)
    assert acceptances() == 1


def test_a_certificate_that_is_signed_declined_and_voided_at_once_goes_one_way() -> None:
    holder = unit()
    drawn = draw_certificate(holder, [imported("SQ-1", holder)], actor=ALICE)
    bob = of_unit(holder)
    results = at_once(
        *[lambda: signing.sign_certificate(drawn, actor=bob, conclusion="pass", checks=CHECKS)] * 3,
        *[lambda: signing.decline_certificate(drawn, actor=ALICE, on=today(), reason="截图不清")] * 3,
        *[lambda: void_certificate(drawn, actor=ALICE, reason="重复")] * 3,
        *[lambda: freeze_certificate(drawn, paper(), actor=ALICE)] * 3,
    )
    assert kinds(results) == {"done": 1, "Conflict": 11}
    with reading() as db:
        last = db.scalars(select(AcceptanceCertificate)).one()
        assert last.version == 2
        assert (db.scalar(select(func.count()).select_from(ReworkTask)) or 0) == (last.stage == "declined")


def test_certificates_drawn_at_once_for_one_set_are_one_and_numbers_have_no_hole() -> None:
    holder = unit()
    license_set = imported("SQ-1", holder)
    found = kinds(at_once(*[lambda: draw_certificate(holder, [license_set], actor=ALICE)] * 12))
    assert (found["done"], sum(found.values())) == (1, 12)
    with reading() as db:
        assert db.scalars(select(CertificateLine.open_set_id)).all() == [license_set.id]
    others = [imported(f"SQ-{number}", holder) for number in range(2, 8)]

    def draw(one: LicenseSet) -> object:
        return draw_certificate(holder, [one], actor=ALICE)

    assert kinds(at_once(*[lambda one=one: draw(one) for one in others])) == {"done": 6}  # type: ignore[misc]


def test_attempts_told_at_once_are_numbered_one_after_the_other() -> None:
    license_set = issued("SQ-1", unit(), 16)

    def tell() -> object:
        return record_attempt(
            fresh(license_set), actor=ALICE, on=day("02-10"), succeeded=False, reason_code="network"
        )  # fmt: skip

    done = kinds(at_once(*[tell] * 12))["done"]
    with reading() as db:
        assert db.scalars(select(ImportAttempt.nth).order_by(ImportAttempt.nth)).all() == list(range(1, done + 1))
    assert fresh(license_set).failed_imports == done >= 1
