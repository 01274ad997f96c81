"""What a file proves: a link is laid with who, when and why, and undone by an act that says as much."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require_city
from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.performance.evidence_models import EvidenceFile, EvidenceLink
from licensetrack.performance.evidence_queries import framework_for, is_there
from licensetrack.performance.evidence_rules import INDICATOR, Target, check_why

ROOM = "performance:evidence"


def link_evidence(evidence: EvidenceFile, target: Target, *, actor: Actor, reason: str) -> EvidenceLink:
    """Says that a file proves something. Raises Refused for what is not there, Conflict for a withdrawn file."""
    require_city(actor, f"{ROOM}:link")
    check_why(reason)
    with transaction() as db:
        audit.lock_head(db)
        fresh = db.get_one(EvidenceFile, evidence.id, populate_existing=True)
        if fresh.withdrawn_at is not None:
            raise Conflict("The evidence %(number)s was withdrawn.", number=fresh.number)
        link = lay_link(db, fresh, target, actor, reason)
    if link is None:
        raise Refused("The evidence %(number)s is linked to this already.", number=evidence.number).at("target")
    return link


def unlink_evidence(link: EvidenceLink, *, actor: Actor, reason: str) -> EvidenceLink:
    """Takes back what was said of a file; both stay recorded. Raises Refused without a reason, Conflict."""
    require_city(actor, f"{ROOM}:unlink")
    check_why(reason)
    undone = {
        "undone_at": now(), "undone_by": actor.login, "undone_name": actor.name, "undone_reason": reason.strip(),
    }  # fmt: skip
    with transaction() as db:
        changed = db.execute(
            update(EvidenceLink)
            .where(EvidenceLink.id == link.id, EvidenceLink.undone_at.is_(None))
            .values(undone)
            .execution_options(synchronize_session=False)
        )
        if changed.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict("This link was undone meanwhile. Please look at it again.")
        evidence = db.get_one(EvidenceFile, link.evidence_id)
        audit.record(db, f"{ROOM}:unlink", subject_of(evidence), actor, link=link.id, reason=reason)
        return db.get_one(EvidenceLink, link.id, populate_existing=True)


def subject_of(evidence: EvidenceFile) -> str:
    """What the audit trail calls a file."""
    return f"evidence:{evidence.number}"


def lay_link(db: Session, evidence: EvidenceFile, target: Target, actor: Actor, reason: str) -> EvidenceLink | None:
    """Part of the caller's transaction, which holds the audit's head; nothing where the link stands already."""
    _check_there(db, target)
    same = {
        "evidence_id": evidence.id, "target": target.kind, "subject": target.subject, "framework": target.framework,
        "year": target.year, "wanted": target.wanted,
    }  # fmt: skip
    if db.scalar(select(EvidenceLink.id).filter_by(**same, undone_at=None)) is not None:
        return None
    link = EvidenceLink(
        **same, reason=reason.strip(), linked_at=now(), linked_by_id=actor.id, linked_by=actor.login,
        linked_name=actor.name, undone_at=None, undone_by="", undone_name="", undone_reason="",
    )  # fmt: skip
    db.add(link)
    db.flush()
    audit.record(db, f"{ROOM}:link", subject_of(evidence), actor, link=link.id, target=target.address, reason=reason)
    return link


def _check_there(db: Session, target: Target) -> None:
    if target.kind != INDICATOR:
        if not is_there(db, target):
            raise Refused("There is no “%(subject)s” that the file could belong to.", subject=target.subject[:80]).at(
                "target"
            )
        return
    framework = framework_for(db, target.framework, target.year)
    leaves = {} if framework is None else {leaf.code: leaf for leaf in framework.leaves()}
    if target.subject not in leaves:
        raise Refused("There is no indicator %(code)s.", code=target.subject[:20]).at("target")
    if target.wanted and target.wanted not in leaves[target.subject].wanted_evidence:
        raise Refused(
            "The indicator %(code)s does not ask for “%(wanted)s”.", code=target.subject, wanted=target.wanted[:80]
        ).at("target")
