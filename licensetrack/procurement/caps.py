"""How much may be issued of what was bought: an entitlement's cap is changed with a reason, and its history is kept."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require_city
from licensetrack.core import audit, outbox
from licensetrack.core.clock import BUSINESS_ZONE, now
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, NotFound, Refused
from licensetrack.procurement.models import CapChange, Entitlement
from licensetrack.procurement.rules import check_cap, check_room

PERMISSION = "procurement:entitlement:cap"


def change_cap(
    entitlement_id: int,
    *,
    rule: str,
    cap_sets: int | None,
    cap_cpus: int | None,
    reason: str,
    actor: Actor,
    seen: int | None = None,
) -> CapChange:
    """Gives an entitlement another cap. `seen` is the id of the last change that the visitor saw, 0 for none.

    Raises Refused when more is used already than a hard cap allows, Conflict when somebody changed it meanwhile.
    """
    require_city(actor, PERMISSION)
    check_cap(rule, cap_sets, cap_cpus)
    if not reason.strip():
        raise Refused("A reason is needed.").at("reason")
    with transaction() as db:
        entitlement = _held(db, entitlement_id)
        _check_seen(db, entitlement_id, seen)
        if (rule, cap_sets, cap_cpus) == (entitlement.cap_rule, entitlement.cap_sets, entitlement.cap_cpus):
            raise Refused("This is the cap that the entitlement has already.").at("rule")
        check_room(rule, cap_cpus, entitlement.used_cpus, "cap_cpus")
        check_room(rule, cap_sets, entitlement.used_sets, "cap_sets")
        change = CapChange(
            entitlement_id=entitlement_id, old_rule=entitlement.cap_rule, old_sets=entitlement.cap_sets,
            old_cpus=entitlement.cap_cpus, new_rule=rule, new_sets=cap_sets, new_cpus=cap_cpus,
            used_sets=entitlement.used_sets, used_cpus=entitlement.used_cpus, reason=reason.strip()[:500],
            actor_id=actor.id, login=actor.login, name=actor.name, at=now(),
        )  # fmt: skip
        entitlement.cap_rule, entitlement.cap_sets, entitlement.cap_cpus = rule, cap_sets, cap_cpus
        db.add(change)
        db.flush()
        audit.record(
            db, PERMISSION, f"entitlement:{entitlement_id}", actor, reason=change.reason,
            old=[change.old_rule, change.old_sets, change.old_cpus], new=[rule, cap_sets, cap_cpus],
        )  # fmt: skip
        outbox.post(db, PERMISSION, entitlement_id=entitlement_id)
    return change


def _held(db: Session, entitlement_id: int) -> Entitlement:
    """The entitlement with its row held until the end: who issues meanwhile waits, and counts under the new cap."""
    held = db.execute(
        update(Entitlement)
        .where(Entitlement.id == entitlement_id)
        .values(used_sets=Entitlement.used_sets)
        .execution_options(synchronize_session=False)
    )
    if held.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound("There is no such record.")
    return db.get_one(Entitlement, entitlement_id, populate_existing=True)


def _check_seen(db: Session, entitlement_id: int, seen: int | None) -> None:
    last = next(iter(cap_changes(db, entitlement_id, most=1)), None)
    if last is not None and seen is not None and last.id != seen:
        raise Conflict(
            "The cap was changed meanwhile by %(name)s at %(at)s. Please look at it again.",
            name=last.name, at=last.at.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M"),
        )  # fmt: skip


def cap_changes(db: Session, entitlement_id: int, *, most: int = 100) -> Sequence[CapChange]:
    """The history of an entitlement's cap, the newest first."""
    query = select(CapChange).where(CapChange.entitlement_id == entitlement_id)
    return db.scalars(query.order_by(CapChange.id.desc()).limit(most)).all()
