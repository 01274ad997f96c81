"""Recording an attempt to import a set: what happened, what the platform shows, the screenshot that proves it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation import life
from licensetrack.allocation.fold import fold, in_order
from licensetrack.allocation.ledger import facts_of, standing_events
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.allocation.state_row import check_seen
from licensetrack.core import audit, blobs, outbox
from licensetrack.core.clock import now
from licensetrack.core.db import transaction
from licensetrack.handover.acceptance_models import ImportAttempt
from licensetrack.handover.acceptance_rules import (
    REASONS,
    Shown,
    check_failure,
    check_long,
    check_shown,
    differences,
    in_ledger_words,
)
from licensetrack.handover.acceptance_stages import DIFFERS, FAILED, SUCCEEDED
from licensetrack.handover.file_kinds import check_picture
from licensetrack.handover.rework import close_rework
from licensetrack.units.models import Unit

RECORD = "handover:attempt:record"
MOST_NOTE = 400  # with its reason before it, it is the reason of a fact


def record_attempt(
    license_set: LicenseSet,
    *,
    actor: Actor,
    on: dt.date,
    succeeded: bool,
    reason_code: str = "",
    note: str = "",
    shown_cpus: int | None = None,
    shown_until: dt.date | None = None,
    shown_fingerprint: str = "",
    screenshot: tuple[str, bytes] | None = None,
    seen: int | None = None,
) -> ImportAttempt:
    """Keeps one attempt and tells the ledger: imported only if the platform shows what was issued.

    What it shows is asked after a success. Where it differs, the attempt is kept as `differs`, the ledger hears of a
    failed import with the difference as its reason, and the set stays open. Raises Refused, Conflict.
    """
    require(actor, RECORD)
    shown = Shown(shown_cpus, shown_until, shown_fingerprint.strip())
    check_long(note, MOST_NOTE, "note")
    check_long(shown.fingerprint, 80, "shown_fingerprint")
    if not succeeded:
        check_failure(reason_code, note)
    kind = check_picture(screenshot[1]) if screenshot else ""
    with transaction() as db:
        holder = db.get_one(Unit, license_set.unit_id)
        require(actor, RECORD, district=holder.district, unit_id=holder.id)
        check_seen(db, license_set, seen)
        issued = as_issued(db, license_set, on)
        reason, result = "", FAILED
        if succeeded:
            check_shown(issued, shown)
            found = differences(issued, shown)
            result, reason = (DIFFERS, in_ledger_words(found)) if found else (SUCCEEDED, "")
        else:
            reason = REASONS[reason_code] + (f"：{note.strip()}" if note.strip() else "")
        before = license_set.version
        if result == SUCCEEDED:
            life.record_import(license_set, actor=actor, on=on)
        else:
            life.record_failed_import(license_set, actor=actor, on=on, reason=reason)
        attempt = ImportAttempt(
            set_id=license_set.id, nth=_next(db, license_set.id), on=on, at=now(), actor_id=actor.id, actor=actor.name,
            position=_position(db, license_set.id, before, "import" if result == SUCCEEDED else "import_failed"),
            result=result, reason=reason_code if result == FAILED else "", note=note.strip(), issued_cpus=issued.cpus,
            issued_until=issued.until, shown_cpus=shown.cpus, shown_until=shown.until,
            shown_fingerprint=shown.fingerprint, screenshot_id=None,
        )  # fmt: skip
        if screenshot:
            picture = blobs.register(db, screenshot[1], f"{license_set.number}-{attempt.nth}.{kind}")
            attempt.screenshot_id = picture.id
        db.add(attempt)
        db.flush()
        if result == SUCCEEDED:
            close_rework(db, license_set.id, on)
        audit.record(
            db, RECORD, f"set:{license_set.number}", actor, nth=attempt.nth, on=on, result=result, reason=reason,
            shown_cpus=shown.cpus, shown_until=shown.until, screenshot=attempt.screenshot_id,
        )  # fmt: skip
        outbox.post(db, RECORD, set_id=license_set.id, attempt_id=attempt.id, result=result, reason=reason)
        if screenshot:
            blobs.keep(screenshot[1])
    return attempt


def as_issued(db: Session, license_set: LicenseSet, on: dt.date) -> Shown:
    """What the set's platform should have shown on a day, by the facts up to then; proofs may come weeks later."""
    facts = [fact for fact in facts_of(standing_events(db, license_set.id)).values() if fact.on <= on]
    if not facts:
        return Shown(license_set.cpus, license_set.valid_until, license_set.fingerprint)
    state, _ = fold(in_order(facts))
    until = state.shown.valid_until
    return Shown(state.cpus, dt.date.fromisoformat(until) if until else None, state.shown.fingerprint)


def _next(db: Session, set_id: int) -> int:
    """The set's next number; its row is claimed already, so nobody else counts at the same time."""
    return (db.scalar(select(func.max(ImportAttempt.nth)).where(ImportAttempt.set_id == set_id)) or 0) + 1


def _position(db: Session, set_id: int, before: int, action: str) -> int:
    """Where the ledger put the new fact: the position that no event up to version `before` had."""
    of_set = (LedgerEvent.set_id == set_id, LedgerEvent.action == action)
    known = select(LedgerEvent.position).where(LedgerEvent.set_id == set_id, LedgerEvent.seq <= before)
    query = select(LedgerEvent.position).where(*of_set, LedgerEvent.seq > before, LedgerEvent.position.not_in(known))
    return int(db.scalars(query).one())
