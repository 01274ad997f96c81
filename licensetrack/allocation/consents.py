"""Going above a soft cap takes two persons: one asks with a reason, another confirms, and one act uses it up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation.models import CapConsent
from licensetrack.allocation.rules import MOST_CPUS, check_reason
from licensetrack.core import audit, outbox
from licensetrack.core.clock import now
from licensetrack.core.db import row_with_id, transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.procurement.models import Entitlement

MOST_SETS = 100_000
LONGEST_REASON = 500
CONSENT_MOVES = MappingProxyType(
    {
        ("asked", "confirm"): "confirmed",
        ("asked", "decline"): "declined",
        ("asked", "withdraw"): "withdrawn",
        ("confirmed", "withdraw"): "withdrawn",
        ("confirmed", "use"): "used",
    }
)


def ask_consent(
    entitlement_id: int, *, sets: int, cpus: int, reason: str, actor: Actor, unit_id: int | None = None
) -> CapConsent:
    """Asks that one act may go above a soft cap, adding so many sets and CPUs at the most. Raises Refused."""
    require(actor, "allocation:cap:ask")
    check_reason(reason)
    if not 0 <= cpus <= MOST_CPUS:
        raise Refused("The CPU quantity %(cpus)s is not between 1 and %(most)s.", cpus=cpus, most=MOST_CPUS).at("cpus")
    if not 0 <= sets <= MOST_SETS or sets + cpus == 0:
        raise Refused("Say how many sets or CPUs the act may add.").at("sets")
    with transaction() as db:
        entitlement = row_with_id(db, Entitlement, entitlement_id)
        if entitlement.cap_rule != "soft":
            raise Refused("Only a soft cap can be passed by consent.")
        consent = CapConsent(
            entitlement_id=entitlement_id, unit_id=unit_id, sets=sets, cpus=cpus,
            reason=reason.strip()[:LONGEST_REASON], stage="asked", asked_by=actor.id, asked_login=actor.login,
            asked_name=actor.name, asked_at=now(),
        )  # fmt: skip
        db.add(consent)
        db.flush()
        audit.record(
            db, "allocation:cap:ask", f"entitlement:{entitlement_id}", actor, consent=consent.id, sets=sets, cpus=cpus,
            reason=consent.reason,
        )  # fmt: skip
        outbox.post(db, "allocation:cap:ask", consent_id=consent.id)
    return consent


def confirm_consent(consent_id: int, *, actor: Actor) -> CapConsent:
    """Confirms what somebody else asked for. Raises Refused for one's own wish, Conflict when it was answered."""
    return _answer(consent_id, "confirm", "allocation:cap:confirm", "", actor)


def decline_consent(consent_id: int, *, actor: Actor, reason: str) -> CapConsent:
    """Declines what somebody else asked for, with a reason. Raises Refused, Conflict."""
    check_reason(reason)
    return _answer(consent_id, "decline", "allocation:cap:confirm", reason, actor)


def withdraw_consent(consent_id: int, *, actor: Actor) -> CapConsent:
    """Takes back what is no longer needed, as long as no act used it. Raises Conflict."""
    require(actor, "allocation:cap:ask")
    with transaction() as db:
        consent = _found(db, consent_id)
        _move(db, consent, "withdraw", {})
        audit.record(db, "allocation:cap:withdraw", f"entitlement:{consent.entitlement_id}", actor, consent=consent_id)
    return consent


def _answer(consent_id: int, action: str, permission: str, reason: str, actor: Actor) -> CapConsent:
    require(actor, permission)
    with transaction() as db:
        consent = _found(db, consent_id)
        if consent.asked_login == actor.login:
            raise Refused("Whoever asked for a consent can not give it; a second person is needed.")
        values = {
            "answered_by": actor.id, "answered_login": actor.login, "answered_name": actor.name, "answered_at": now(),
            "answer": reason.strip()[:LONGEST_REASON],
        }  # fmt: skip
        _move(db, consent, action, values)
        subject = f"entitlement:{consent.entitlement_id}"
        audit.record(db, f"allocation:cap:{action}", subject, actor, consent=consent_id, reason=reason)
        outbox.post(db, f"allocation:cap:{action}", consent_id=consent_id)
    return consent


def _found(db: Session, consent_id: int) -> CapConsent:
    return row_with_id(db, CapConsent, consent_id)


def _move(db: Session, consent: CapConsent, action: str, values: Mapping[str, object]) -> None:
    """Compare and swap on the stage; nobody is answered twice and nothing used is taken back. Raises Conflict."""
    before = [stage for (stage, move) in CONSENT_MOVES if move == action]
    moved = db.execute(
        update(CapConsent)
        .where(CapConsent.id == consent.id, CapConsent.stage.in_(before))
        .values(stage=CONSENT_MOVES[before[0], action], **values)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("This consent was answered, withdrawn or used already.")
    db.refresh(consent)


def consents(
    db: Session, entitlement_id: int | None = None, *, stages: Sequence[str] = (), most: int = 50
) -> Sequence[CapConsent]:
    """Consents of an entitlement, or of all, at these stages (any, without), the newest first."""
    query = select(CapConsent).order_by(CapConsent.id.desc()).limit(most)
    if entitlement_id is not None:
        query = query.where(CapConsent.entitlement_id == entitlement_id)
    if stages:
        query = query.where(CapConsent.stage.in_(stages))
    return db.scalars(query).all()
