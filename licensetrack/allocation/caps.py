"""The counters of what was bought: moved at once with every set, and never past a hard cap."""

from __future__ import annotations

from sqlalchemy import case, update
from sqlalchemy.orm import Session

from licensetrack.core.errors import Conflict
from licensetrack.procurement.models import Entitlement


def use_entitlement(db: Session, entitlement_id: int, sets: int, cpus: int) -> None:
    """Moves an entitlement's counters, at once and only within a hard cap. Raises Conflict with what is free."""
    if sets == 0 and cpus == 0:
        return
    e = Entitlement
    within = case(
        (e.cap_rule != "hard", True),
        else_=(e.cap_cpus.is_(None) | (e.used_cpus + cpus <= e.cap_cpus))
        & (e.cap_sets.is_(None) | (e.used_sets + sets <= e.cap_sets)),
    )
    moved = db.execute(
        update(e)
        .where(e.id == entitlement_id, within)
        .values(used_sets=e.used_sets + sets, used_cpus=e.used_cpus + cpus)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise _capped(db.get_one(e, entitlement_id, populate_existing=True), sets, cpus)


def _capped(entitlement: Entitlement, sets: int, cpus: int) -> Conflict:
    if entitlement.cap_cpus is not None and entitlement.used_cpus + cpus > entitlement.cap_cpus:
        return Conflict(
            "The entitlement “%(contract)s” is capped: %(free)s CPUs are free, %(asked)s are asked for.",
            contract=entitlement.contract, free=entitlement.cap_cpus - entitlement.used_cpus, asked=cpus,
        )  # fmt: skip
    return Conflict(
        "The entitlement “%(contract)s” is capped: %(free)s sets are free, %(asked)s are asked for.",
        contract=entitlement.contract, free=(entitlement.cap_sets or 0) - entitlement.used_sets, asked=sets,
    )  # fmt: skip
