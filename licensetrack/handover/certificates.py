"""Acceptance certificates: drawn for imported sets of one unit, frozen on paper, voided; the move all verbs take."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.rules import check_reason
from licensetrack.core import audit, blobs, outbox
from licensetrack.core.clock import BUSINESS_ZONE, now, today
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, NotFound, Refused
from licensetrack.core.numbering import next_number
from licensetrack.core.transitions import next_stage
from licensetrack.handover.acceptance_models import AcceptanceCertificate
from licensetrack.handover.acceptance_rules import check_long
from licensetrack.handover.acceptance_stages import (
    ACCEPTED,
    CERTIFICATE_MOVES,
    DECLINED,
    DRAWN,
    PRINTED,
    SCANNED,
    START,
    UNIT_SIGNED,
    VOID,
)
from licensetrack.handover.certificate_lines import check_drawable, frozen_line, locked_sets, release_sets
from licensetrack.units.models import Unit

ROOM = "handover:certificate"
PRINT = "handover:paper:print"
MOST_SETS = 200
MOVED = {
    DRAWN: "The certificate %(number)s was drawn by %(by)s at %(at)s. Please look at it again.",
    PRINTED: "The certificate %(number)s was printed by %(by)s at %(at)s. Please look at it again.",
    UNIT_SIGNED: "The certificate %(number)s was signed for the unit by %(by)s at %(at)s. Please look at it again.",
    SCANNED: "The sealed scan of the certificate %(number)s was added by %(by)s at %(at)s. Please look at it again.",
    ACCEPTED: "The certificate %(number)s was counter-signed by %(by)s at %(at)s. Please look at it again.",
    DECLINED: "The certificate %(number)s was declined by %(by)s at %(at)s. Please look at it again.",
    VOID: "The certificate %(number)s was voided by %(by)s at %(at)s. Please look at it again.",
}


def draw_certificate(
    unit: Unit,
    sets: Sequence[LicenseSet],
    *,
    actor: Actor,
    asked: Mapping[int, int | None] | None = None,
    note: str = "",
) -> AcceptanceCertificate:
    """Draws one certificate for imported sets of a unit; their facts are frozen on its lines.

    `asked` gives, by set id, how many CPUs the unit had asked for. Raises Refused for a set that is not to be accepted,
    Conflict where somebody drew one for it at the same moment.
    """
    require(actor, f"{ROOM}:draw", district=unit.district, unit_id=unit.id)
    check_long(note, 500, "note")
    ids = sorted({one.id for one in sets})
    if not ids:
        raise Refused("Choose at least one set.").at("sets")
    if len(ids) > MOST_SETS:
        raise Refused("A certificate has %(most)s sets at the most.", most=MOST_SETS).at("sets")
    with transaction() as db:
        held = locked_sets(db, ids)
        for one in held:
            check_drawable(db, one, unit)
        day, at = today(), now()
        number = f"YS-{day.year}-{next_number(db, f'YS-{day.year}'):04d}"
        drawn = AcceptanceCertificate(
            number=number, unit_id=unit.id, unit_name=unit.name, unit_code=unit.code,
            stage=next_stage(CERTIFICATE_MOVES, START, "draw"), version=1, drawn_on=day, drawn_at=at,
            drawn_by_id=actor.id, drawn_by=actor.name, moved_at=at, moved_by=actor.name, note=note.strip(), checks=[],
        )  # fmt: skip
        db.add(drawn)
        db.flush()
        for position, one in enumerate(sorted(held, key=lambda found: found.number), 1):
            db.add(frozen_line(db, drawn, position, one, (asked or {}).get(one.id)))
        db.flush()
        audit.record(
            db, f"{ROOM}:draw", f"certificate:{number}", actor, unit=unit.code, sets=[one.number for one in held]
        )
        outbox.post(db, f"{ROOM}:draw", certificate_id=drawn.id)
    return drawn


def freeze_certificate(
    certificate: AcceptanceCertificate, content: bytes, *, actor: Actor, seen: int | None = None
) -> AcceptanceCertificate:
    """drawn → printed: keeps the rendered PDF for ever; printing again hands out the same bytes. Raises Conflict."""
    with transaction() as db:
        check_scope(db, certificate, PRINT, actor)
        check_seen(db, certificate, seen)
        kept = keep_paper(db, content)
        moved = move(db, certificate, "print", actor, seen, **kept)
        record(db, moved, PRINT, actor, digest=moved.document_digest)
        blobs.keep(content)
    return moved


def void_certificate(
    certificate: AcceptanceCertificate, *, actor: Actor, reason: str, seen: int | None = None
) -> AcceptanceCertificate:
    """Withdraws an open certificate; its sets stay as they are and can be drawn anew. Raises Refused, Conflict."""
    check_reason(reason)
    check_long(reason, 500, "reason")
    with transaction() as db:
        check_scope(db, certificate, f"{ROOM}:void", actor)
        moved = move(db, certificate, "void", actor, seen, ended_on=today(), ended_reason=reason.strip())
        release_sets(db, moved)
        record(db, moved, f"{ROOM}:void", actor, reason=reason)
    return moved


def check_scope(db: Session, certificate: AcceptanceCertificate, permission: str, actor: Actor) -> None:
    """Whether the actor may do this with this unit's certificate. Raises Forbidden, NotFound."""
    unit = db.get_one(Unit, certificate.unit_id)
    require(actor, permission, district=unit.district, unit_id=unit.id)


def move(
    db: Session, certificate: AcceptanceCertificate, action: str, actor: Actor, seen: int | None, **values: Any
) -> AcceptanceCertificate:
    """Takes the certificate to its next stage if nobody did meanwhile; gives it as it is then.

    Raises Conflict, which says what was done by whom and when, and Refused for a move that the table does not hold.
    """
    check_seen(db, certificate, seen)
    stage = next_stage(CERTIFICATE_MOVES, certificate.stage, action)
    table = AcceptanceCertificate
    moved = db.execute(
        update(table)
        .where(table.id == certificate.id, table.version == certificate.version, table.stage == certificate.stage)
        .values(stage=stage, version=table.version + 1, moved_at=now(), moved_by=actor.name, **values)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise _moved_meanwhile(db, certificate.id)
    return db.get_one(table, certificate.id, populate_existing=True)


def check_seen(db: Session, certificate: AcceptanceCertificate, seen: int | None) -> None:
    """Whether the visitor saw the certificate as it is; asked before all that depends on it. Raises Conflict."""
    if seen is not None and seen != certificate.version:
        raise _moved_meanwhile(db, certificate.id)


def _moved_meanwhile(db: Session, certificate_id: int) -> Conflict:
    last = db.get(AcceptanceCertificate, certificate_id, populate_existing=True)
    if last is None:
        raise NotFound("There is no such certificate.")
    at = last.moved_at.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
    return Conflict(MOVED[last.stage], number=last.number, by=last.moved_by, at=at)


def keep_paper(db: Session, content: bytes) -> dict[str, Any]:
    """The columns of a certificate whose paper is frozen now; the file is named by its digest."""
    if not content.startswith(b"%PDF-"):
        raise Refused("The certificate's paper is a PDF.")
    paper = blobs.register(db, content, f"{hashlib.sha256(content).hexdigest()}.pdf")
    return {"document_id": paper.id, "document_digest": paper.digest}


def record(db: Session, certificate: AcceptanceCertificate, tag: str, actor: Actor, **details: Any) -> None:
    """The audit entry and the message of a move."""
    audit.record(db, tag, f"certificate:{certificate.number}", actor, stage=certificate.stage, **details)
    outbox.post(db, tag, certificate_id=certificate.id, stage=certificate.stage)
