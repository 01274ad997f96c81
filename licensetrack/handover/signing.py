"""Signing a certificate: the unit first, then the centre, in the system or by a sealed scan; or declining it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation import life
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.rules import check_day, check_reason
from licensetrack.core import blobs
from licensetrack.core.clock import today
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.handover.acceptance_models import AcceptanceCertificate, CertificateLine
from licensetrack.handover.acceptance_rules import (
    PASS,
    check_conclusion,
    check_long,
    check_shown_equal,
    check_two_signers,
)
from licensetrack.handover.acceptance_stages import SCANNED
from licensetrack.handover.certificate_lines import lines_of, locked_sets, release_sets
from licensetrack.handover.certificates import ROOM, check_scope, check_seen, keep_paper, move, record
from licensetrack.handover.file_kinds import check_scan
from licensetrack.handover.rework import close_rework, open_rework


def sign_certificate(
    certificate: AcceptanceCertificate,
    *,
    actor: Actor,
    conclusion: str,
    checks: Sequence[str],
    problems: str = "",
    rework: str = "",
    seen: int | None = None,
) -> AcceptanceCertificate:
    """drawn → unit_signed: the unit itself says, point by point, whether the acceptance passes.

    Raises Refused for anybody but a person of the unit, and for a pass that the records contradict; Conflict.
    """
    with transaction() as db:
        check_scope(db, certificate, f"{ROOM}:sign", actor)
        if actor.scope.kind != "unit":
            raise Refused("Only a person of the unit signs for the unit here; else let it sign and seal on paper.")
        said = _said(db, certificate, conclusion, checks, problems, rework)
        moved = move(
            db, certificate, "sign", actor, seen,
            unit_signer_id=actor.id, unit_signer=actor.name, unit_signed_on=today(), **said,
        )  # fmt: skip
        record(db, moved, f"{ROOM}:sign", actor, conclusion=conclusion, checks=list(checks), problems=problems)
    return moved


def attach_scan(
    certificate: AcceptanceCertificate,
    content: bytes,
    *,
    actor: Actor,
    unit_signer: str,
    signed_on: dt.date,
    conclusion: str,
    checks: Sequence[str],
    problems: str = "",
    rework: str = "",
    seen: int | None = None,
) -> AcceptanceCertificate:
    """printed → scanned: the centre adds the scan of the signed and sealed paper, and says what stands on it."""
    kind = check_scan(content)
    check_day(signed_on)
    check_long(unit_signer, 80, "unit_signer")
    if not unit_signer.strip():
        raise Refused("Say who signed for the unit.").at("unit_signer")
    if signed_on < certificate.drawn_on:
        raise Refused("The certificate was drawn on %(drawn)s; it was not signed before.",
                      drawn=certificate.drawn_on).at("signed_on")  # fmt: skip
    with transaction() as db:
        check_scope(db, certificate, f"{ROOM}:scan", actor)
        said = _said(db, certificate, conclusion, checks, problems, rework)
        scan = blobs.register(db, content, f"{certificate.number}-scan.{kind}")
        moved = move(
            db, certificate, "scan", actor, seen, unit_signer_id=None, unit_signer=unit_signer.strip(),
            unit_signed_on=signed_on, scan_id=scan.id, scan_digest=scan.digest, **said,
        )  # fmt: skip
        record(db, moved, f"{ROOM}:scan", actor, digest=scan.digest, unit_signer=unit_signer, conclusion=conclusion)
        blobs.keep(content)
    return moved


def countersign_certificate(
    certificate: AcceptanceCertificate,
    *,
    actor: Actor,
    on: dt.date,
    document: bytes = b"",
    seen: int | None = None,
) -> AcceptanceCertificate:
    """unit_signed or scanned → accepted: the centre signs, and every set on the certificate counts from `on`, at once.

    `document` is the paper with both signatures, for one that was signed in the system; a scan is its own paper.
    Raises Refused where a set is no longer as it was drawn or both sides are one person; Conflict.
    """
    with transaction() as db:
        check_scope(db, certificate, f"{ROOM}:countersign", actor)
        check_seen(db, certificate, seen)
        if certificate.conclusion and certificate.conclusion != PASS:
            raise Refused(
                "The unit found problems. Decline the certificate; the sets are accepted anew after the rework."
            )
        check_two_signers((certificate.unit_signer_id, certificate.unit_signer), (actor.id, actor.name))
        check_day(on)
        if certificate.unit_signed_on and on < certificate.unit_signed_on:
            raise Refused("The unit signed on %(signed)s; the centre does not sign before.",
                          signed=certificate.unit_signed_on).at("on")  # fmt: skip
        scanned = certificate.stage == SCANNED
        kept = {} if scanned else keep_paper(db, document)
        moved = move(
            db, certificate, "countersign", actor, seen,
            center_signer_id=actor.id, center_signer=actor.name, accepted_on=on, ended_on=on, **kept,
        )  # fmt: skip
        paper = life.Paper(moved.scan_id or moved.document_id)
        for line, license_set in _as_drawn(db, moved):
            life.accept_import(
                license_set, actor=actor, on=on, evidence=moved.number, acceptor=moved.unit_signer, paper=paper
            )  # fmt: skip
            close_rework(db, line.set_id, on)
        release_sets(db, moved)
        record(db, moved, f"{ROOM}:countersign", actor, on=on, digest=moved.scan_digest or moved.document_digest)
        if not scanned:
            blobs.keep(document)
    return moved


def decline_certificate(
    certificate: AcceptanceCertificate, *, actor: Actor, on: dt.date, reason: str, seen: int | None = None
) -> AcceptanceCertificate:
    """An open certificate → declined: its sets are declined in the ledger and each gets a task for rework."""
    check_reason(reason)
    check_long(reason, 500, "reason")
    with transaction() as db:
        check_scope(db, certificate, f"{ROOM}:decline", actor)
        moved = move(db, certificate, "decline", actor, seen, ended_on=on, ended_reason=reason.strip())
        for line, license_set in _as_drawn(db, moved):
            life.decline_import(license_set, actor=actor, on=on, reason=reason.strip())
            open_rework(db, line.set_id, certificate_id=moved.id, on=on, reason=reason.strip(), actor=actor)
        release_sets(db, moved)
        record(db, moved, f"{ROOM}:decline", actor, on=on, reason=reason)
    return moved


def _said(
    db: Session,
    certificate: AcceptanceCertificate,
    conclusion: str,
    checks: Sequence[str],
    problems: str,
    rework: str,
) -> dict[str, object]:
    """What the unit concludes, as columns; a pass must not contradict what the platforms show."""
    check_conclusion(conclusion, checks, problems)
    check_long(problems, 1000, "problems")
    check_long(rework, 1000, "rework")
    if conclusion == PASS:
        check_shown_equal({line.number: _differs(line) for line in lines_of(db, certificate.id) if _differs(line)})
    return {"conclusion": conclusion, "checks": sorted(checks), "problems": problems.strip(), "rework": rework.strip()}


def _differs(line: CertificateLine) -> str:
    found = []
    if line.capacity_equal is False:
        found.append(f"{line.issued_cpus} ≠ {line.shown_cpus}")
    if line.validity_equal is False:
        found.append(f"{line.valid_until} ≠ {line.shown_until}")
    return "; ".join(found)


def _as_drawn(db: Session, certificate: AcceptanceCertificate) -> list[tuple[CertificateLine, LicenseSet]]:
    """Each line with its set, held until the end. Raises Conflict for a set that is no longer as it was drawn."""
    lines = {line.set_id: line for line in lines_of(db, certificate.id)}
    pairs = [(lines[found.id], found) for found in locked_sets(db, sorted(lines))]
    for line, found in pairs:
        drawn = (certificate.unit_id, line.issued_cpus, line.imported_on, line.valid_until)
        if (found.unit_id, found.cpus, found.imported_on, found.valid_until) != drawn:
            raise Conflict(
                "The set %(number)s changed since the certificate was drawn. Void it and draw another one.",
                number=found.number,
            )
    return pairs
