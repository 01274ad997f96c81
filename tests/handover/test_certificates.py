"""Certificates: one for many sets, signed by both sides or by a sealed scan; declined ones leave rework behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation import life
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.core import blobs
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import today
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.core.outbox import OutboxMessage
from licensetrack.handover import signing
from licensetrack.handover.acceptance_models import AcceptanceCertificate, CertificateLine, ReworkTask
from licensetrack.handover.acceptance_rules import CHECKS
from licensetrack.handover.attempts import record_attempt
from licensetrack.handover.certificate_lines import lines_of
from licensetrack.handover.certificates import draw_certificate, freeze_certificate, void_certificate
from licensetrack.units.models import Unit
from tests.handover.people import of_unit, paper, person, picture
from tests.invariants import broken
from tests.trade import ALICE, day, fresh, imported, issued, unit

pytestmark = pytest.mark.usefixtures("database")
PASSES: dict[str, Any] = {"conclusion": "pass", "checks": CHECKS}


def drawn(holder: Unit, *numbers: str) -> AcceptanceCertificate:
    """A certificate over imported sets of a unit."""
    return draw_certificate(holder, [imported(number, holder) for number in numbers or ("SQ-1",)], actor=ALICE)


def lines(certificate: AcceptanceCertificate) -> list[CertificateLine]:
    with reading() as db:
        found = list(lines_of(db, certificate.id))
        db.expunge_all()
    return found


def again(certificate: AcceptanceCertificate) -> AcceptanceCertificate:
    with reading() as db:
        found = db.get_one(AcceptanceCertificate, certificate.id)
        db.expunge(found)
    return found


def signed(certificate: AcceptanceCertificate, actor: Actor) -> AcceptanceCertificate:
    return signing.sign_certificate(certificate, actor=actor, **PASSES)


def accept(certificate: AcceptanceCertificate, **more: Any) -> AcceptanceCertificate:
    return signing.countersign_certificate(
        certificate, **{"actor": ALICE, "on": today(), "document": paper(), **more}
    )  # fmt: skip


def scan(certificate: AcceptanceCertificate, **more: Any) -> AcceptanceCertificate:
    told = {"actor": ALICE, "unit_signer": "王五", "signed_on": today(), **PASSES, **more}
    return signing.attach_scan(certificate, told.pop("content", paper("盖章扫描件")), **told)


def rows() -> tuple[Any, ...]:
    with reading() as db:
        tables = (
            AcceptanceCertificate,
            CertificateLine,
            ReworkTask,
            LedgerEvent,
            AuditEntry,
            OutboxMessage,
            blobs.Blob,
        )
        counted = [db.scalar(select(func.count()).select_from(table)) for table in tables]
        return (*counted, tuple(db.execute(select(AcceptanceCertificate.stage, AcceptanceCertificate.version)).all()))


def books_are_right() -> None:
    assert broken() == []


def test_one_certificate_is_drawn_for_many_sets_and_keeps_their_facts() -> None:
    holder = unit(name="福田区第一小学")
    first = issued("SQ-2", holder, 16, details={"platform": "校园云", "fingerprint": "ESN-0017"})
    record_attempt(first, actor=ALICE, on=day("02-08"), succeeded=False, reason_code="clock")
    record_attempt(
        fresh(first), actor=ALICE, on=day("02-10"), succeeded=True, shown_cpus=16, screenshot=("a.png", picture())
    )
    second = imported("SQ-1", holder, 32)
    found = draw_certificate(holder, [first, second], actor=ALICE, asked={first.id: 20}, note="一期")
    assert (found.number, found.stage, found.version) == (f"YS-{today().year}-0001", "drawn", 1)
    assert (found.unit_name, found.note, found.drawn_by) == ("福田区第一小学", "一期", "Alice")
    plain, told = lines(found)
    assert [plain.number, told.number] == ["SQ-1", "SQ-2"]
    assert (told.platform, told.asked_cpus, told.issued_cpus, told.shown_cpus) == ("校园云", 20, 16, 16)
    assert (told.attempts, told.capacity_equal, told.screenshot) == (2, True, True)
    assert (plain.attempts, plain.capacity_equal, plain.shown_cpus, plain.screenshot) == (0, None, None, False)
    assert drawn(holder, "SQ-3").number.endswith("-0002")
    books_are_right()


def test_both_sides_sign_in_the_system_and_every_set_counts_at_once() -> None:
    holder = unit()
    found = signed(drawn(holder, "SQ-1", "SQ-2", "SQ-3"), of_unit(holder))
    assert (found.stage, found.unit_signer, found.unit_signed_on) == ("unit_signed", "bob 同志", today())
    done = accept(found, actor=person("olga", "operator"))
    assert (done.stage, done.center_signer, done.accepted_on) == ("accepted", "olga 同志", today())
    with reading() as db:
        for license_set in db.scalars(select(LicenseSet)):
            assert (license_set.stage, license_set.accepted_on) == ("accepted", today())
        events = db.scalars(select(LedgerEvent).where(LedgerEvent.action == "accept")).all()
        assert {event.details["evidence"] for event in events if event.details} == {done.number}
        assert {event.details["acceptor"] for event in events if event.details} == {"bob 同志"}
        assert done.document_id is not None
        blob, content = blobs.load(db, done.document_id)
    assert (blob.name, content) == (f"{done.document_digest}.pdf", paper())
    assert [line.open_set_id for line in lines(done)] == [None] * 3
    books_are_right()


def test_a_sealed_scan_stands_for_the_signature_of_the_unit() -> None:
    printed = freeze_certificate(drawn(unit()), paper(), actor=ALICE)
    assert (printed.stage, printed.document_digest != "") == ("printed", True)
    scanned = scan(printed)
    assert (scanned.stage, scanned.unit_signer, scanned.unit_signer_id) == ("scanned", "王五", None)
    done = accept(scanned, document=b"")
    assert (done.stage, done.document_digest, done.scan_digest) == (
        "accepted", printed.document_digest, scanned.scan_digest,
    )  # fmt: skip
    assert fresh_set("SQ-1").stage == "accepted"
    books_are_right()


def fresh_set(number: str) -> LicenseSet:
    with reading() as db:
        found = db.scalars(select(LicenseSet).where(LicenseSet.number == number)).one()
        db.expunge(found)
    return found


def test_a_declined_certificate_leaves_a_task_that_ends_with_the_next_import() -> None:
    holder = unit()
    found = drawn(holder, "SQ-1", "SQ-2")
    gone = signing.decline_certificate(found, actor=ALICE, on=today(), reason="容量截图不清")
    assert (gone.stage, gone.ended_reason) == ("declined", "容量截图不清")
    assert fresh_set("SQ-1").stage == "declined"
    with reading() as db:
        tasks = db.scalars(select(ReworkTask).order_by(ReworkTask.set_id)).all()
        assert [(task.reason, task.closed_on, task.certificate_id) for task in tasks] == [
            ("容量截图不清", None, found.id)
        ] * 2
    record_attempt(fresh_set("SQ-1"), actor=ALICE, on=today(), succeeded=False, reason_code="network")
    assert open_tasks() == 2
    record_attempt(fresh_set("SQ-1"), actor=ALICE, on=today(), succeeded=True, shown_cpus=16)
    assert open_tasks() == 1
    anew = draw_certificate(holder, [fresh_set("SQ-1"), fresh_set("SQ-2")], actor=ALICE)
    accept(signed(anew, of_unit(holder)))
    assert (open_tasks(), fresh_set("SQ-2").stage) == (0, "accepted")
    books_are_right()


def open_tasks() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).where(ReworkTask.open_set_id.is_not(None))) or 0


def test_a_unit_that_finds_problems_says_so_and_the_centre_can_then_only_decline() -> None:
    holder = unit()
    told = signing.sign_certificate(
        drawn(holder),
        actor=of_unit(holder),
        conclusion="fail",
        checks=["authorized"],
        problems="业务中断",
        rework="重装",
    )
    assert (told.conclusion, told.problems, told.checks) == ("fail", "业务中断", ["authorized"])
    with pytest.raises(Refused, match="found problems"):
        accept(told)
    assert signing.decline_certificate(told, actor=ALICE, on=today(), reason="按单位意见整改").stage == "declined"
    books_are_right()


def test_a_voided_certificate_sets_its_sets_free() -> None:
    holder = unit()
    found = drawn(holder)
    with pytest.raises(Refused, match=f"is on the certificate {found.number} already"):
        draw_certificate(holder, [fresh_set("SQ-1")], actor=ALICE)
    assert void_certificate(found, actor=ALICE, reason="重复开单").stage == "void"
    assert fresh_set("SQ-1").stage == "imported"
    assert draw_certificate(holder, [fresh_set("SQ-1")], actor=ALICE).stage == "drawn"
    books_are_right()


def test_a_set_is_on_one_open_certificate_whoever_writes_the_rows() -> None:
    found = drawn(unit(), "SQ-1", "SQ-2")
    one = lines(found)[0].set_id
    with pytest.raises((Conflict, IntegrityError)), transaction() as db:
        db.execute(text(f"UPDATE certificate_line SET open_set_id = {one} WHERE set_id <> {one}"))


def of_another_unit(holder: Unit) -> object:
    return draw_certificate(unit("SZ0009"), [imported("SQ-9", holder)], actor=ALICE)


REFUSED: dict[str, tuple[Callable[[Unit], object], str]] = {
    "no set": (lambda holder: draw_certificate(holder, [], actor=ALICE), "at least one set"),
    "not imported": (lambda holder: draw_certificate(holder, [issued("SQ-9", holder)], actor=ALICE), "not waiting"),
    "another unit's set": (of_another_unit, "held by another unit"),
    "a foreign unit": (
        lambda holder: draw_certificate(holder, [imported("SQ-9", holder)], actor=of_unit(unit("SZ0009"), "eve")),
        "no such record",
    ),
    "the centre signs for the unit": (lambda holder: signed(drawn(holder), ALICE), "Only a person of the unit"),
    "a check is missing": (
        lambda holder: signing.sign_certificate(
            drawn(holder), actor=of_unit(holder), conclusion="pass", checks=CHECKS[1:]
        ),
        "every point",
    ),
    "no conclusion": (
        lambda holder: signing.sign_certificate(drawn(holder), actor=of_unit(holder), conclusion="", checks=CHECKS),
        "whether the acceptance passes",
    ),
    "a fail without words": (
        lambda holder: signing.sign_certificate(drawn(holder), actor=of_unit(holder), conclusion="fail", checks=[]),
        "what is wrong",
    ),
    "counter-signed before the unit": (lambda holder: accept(drawn(holder)), "not possible"),
    "counter-signed on a day before": (
        lambda holder: accept(signed(drawn(holder), of_unit(holder)), on=today() - dt.timedelta(days=1)),
        "does not sign before",
    ),
    "counter-signed by the same name": (
        lambda holder: accept(
            signed(drawn(holder), of_unit(holder)), actor=Actor(None, "alice", "bob 同志", "operator")
        ),
        "two different people",
    ),
    "no paper": (lambda holder: accept(signed(drawn(holder), of_unit(holder)), document=b""), "is a PDF"),
    "scanned before it was printed": (lambda holder: scan(drawn(holder)), "not possible"),
    "a scan of nobody": (
        lambda holder: scan(freeze_certificate(drawn(holder), paper(), actor=ALICE), unit_signer=" "), "who signed"
    ),
    "a scan that is none": (
        lambda holder: scan(freeze_certificate(drawn(holder), paper(), actor=ALICE), content=b"MZ"), "sealed scan is"
    ),
    "declined without a reason": (
        lambda holder: signing.decline_certificate(drawn(holder), actor=ALICE, on=today(), reason=" "),
        "reason is needed",
    ),
    "accepted twice": (
        lambda holder: accept(accept(signed(drawn(holder), of_unit(holder)))), "not possible"
    ),
    "voided after acceptance": (
        lambda holder: void_certificate(accept(signed(drawn(holder), of_unit(holder))), actor=ALICE, reason="x"),
        "not possible",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str) -> None:
    act, words = REFUSED[case]
    with pytest.raises((Refused, NotFound), match=words):
        act(unit())
    books_are_right()


def test_a_refused_counter_signature_leaves_nothing_behind() -> None:
    holder = unit()
    found = signed(drawn(holder, "SQ-1", "SQ-2"), of_unit(holder))
    life.expand_set(fresh_set("SQ-2"), actor=ALICE, on=day("03-01"), cpus=8, reason="扩容")
    before, files = rows(), sorted(blobs.folder().glob("??/*"))
    with pytest.raises(Conflict, match="SQ-2 changed since"):
        accept(found)
    assert (rows(), sorted(blobs.folder().glob("??/*"))) == (before, files)
    assert (fresh_set("SQ-1").stage, again(found).stage) == ("imported", "unit_signed")
    books_are_right()


def test_a_stale_page_says_what_was_done_by_whom_and_when() -> None:
    holder = unit()
    found = drawn(holder)
    signed(found, of_unit(holder))
    with pytest.raises(Conflict, match="signed for the unit by bob 同志 at 20"):
        void_certificate(again(found), actor=ALICE, reason="重复", seen=1)
    with pytest.raises(Conflict, match="signed for the unit by bob"):
        freeze_certificate(found, paper(), actor=ALICE)


def test_only_the_centre_counter_signs_scans_declines_and_voids() -> None:
    holder = unit()
    bob, eve = of_unit(holder), person("eve", "vendor_engineer")
    found = drawn(holder)
    for actor in (bob, eve):
        for act in (
            lambda who: accept(found, actor=who),
            lambda who: scan(found, actor=who),
            lambda who: signing.decline_certificate(found, actor=who, on=today(), reason="x"),
            lambda who: void_certificate(found, actor=who, reason="x"),
        ):
            with pytest.raises(Forbidden):
                act(actor)
    with pytest.raises(NotFound):
        signed(found, of_unit(unit("SZ0002"), "charlie"))
    assert freeze_certificate(found, paper(), actor=bob).stage == "printed", "the unit prints its own"


def test_the_database_itself_refuses_one_account_for_both_sides() -> None:
    holder = unit()
    found = signed(drawn(holder), of_unit(holder))
    with pytest.raises((IntegrityError, DatabaseError)), transaction() as db:
        db.execute(
            update(AcceptanceCertificate)
            .where(AcceptanceCertificate.id == found.id)
            .values(center_signer_id=AcceptanceCertificate.unit_signer_id)
        )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE acceptance_certificate SET accepted_on = '2024-01-01'",
        "UPDATE certificate_line SET issued_cpus = 99",
        "DELETE FROM certificate_line",
        "DELETE FROM acceptance_certificate",
    ],
)
def test_what_was_signed_can_not_be_changed_even_by_hand(change: str) -> None:
    holder = unit()
    accept(signed(drawn(holder), of_unit(holder)))
    with pytest.raises(DatabaseError, match="is append-only"), transaction() as db:
        db.execute(text(change))
