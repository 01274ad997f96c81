"""The counters of what was bought: moved at once with every set, never past a hard cap, past a soft one by consent."""

from __future__ import annotations

from typing import Protocol, cast

from sqlalchemy import ColumnElement, Table, and_, or_, select, true, update
from sqlalchemy.orm import Session

from licensetrack.allocation.models import CapConsent
from licensetrack.core import audit
from licensetrack.core.audit import Acting
from licensetrack.core.clock import now
from licensetrack.core.errors import Conflict, Refused
from licensetrack.procurement.models import Entitlement

e = Entitlement
_bought = cast(Table, Entitlement.__table__)


class Mover(Protocol):
    """The act that moves a counter: whose, and under which key it posts its events."""

    @property
    def actor(self) -> Acting: ...
    @property
    def key(self) -> str: ...


def use_entitlement(
    db: Session, entitlement_id: int, sets: int, cpus: int, by: Mover, unit_id: int | None = None
) -> None:
    """Moves an entitlement's counters, at once and only within its cap; above a soft cap it uses up one consent.

    `unit_id` is the unit whose set it is; None for a load of many. Raises Conflict with what is free, Refused
    where a second person has to consent first.
    """
    if sets == 0 and cpus == 0:
        return
    if _move(db, entitlement_id, sets, cpus, or_(_bought.c.cap_rule == "open", _within(sets, cpus))):
        return
    # Above the cap: whoever comes here holds the entitlement's row from now on, so consents are taken one by one.
    if not _move(db, entitlement_id, sets, cpus, _bought.c.cap_rule != "hard"):
        raise _capped(db.get_one(e, entitlement_id, populate_existing=True), sets, cpus)
    moved = db.get_one(e, entitlement_id, populate_existing=True)
    if _is_over(moved, sets, cpus):
        _use_consent(db, moved, sets, cpus, by, unit_id)


def _within(sets: int, cpus: int) -> ColumnElement[bool]:
    """Whether nothing that grows passes its cap; what shrinks may always."""
    c = _bought.c
    return and_(
        c.cap_cpus.is_(None) | (c.used_cpus + cpus <= c.cap_cpus) if cpus > 0 else true(),
        c.cap_sets.is_(None) | (c.used_sets + sets <= c.cap_sets) if sets > 0 else true(),
    )


def _is_over(moved: Entitlement, sets: int, cpus: int) -> bool:
    if moved.cap_rule == "open":
        return False
    over_cpus = cpus > 0 and moved.cap_cpus is not None and moved.used_cpus > moved.cap_cpus
    return over_cpus or (sets > 0 and moved.cap_sets is not None and moved.used_sets > moved.cap_sets)


def _move(db: Session, entitlement_id: int, sets: int, cpus: int, allowed: ColumnElement[bool]) -> bool:
    c = _bought.c
    moved = db.execute(
        update(_bought)
        .where(c.id == entitlement_id, allowed)
        .values(used_sets=c.used_sets + sets, used_cpus=c.used_cpus + cpus)
    )
    return bool(moved.rowcount == 1)  # type: ignore[attr-defined]


def _use_consent(db: Session, moved: Entitlement, sets: int, cpus: int, by: Mover, unit_id: int | None) -> None:
    """Takes the smallest consent that suffices; who confirmed it may not be the one who acts now. Raises Refused."""
    consent = CapConsent
    whose = consent.unit_id.is_(None) if unit_id is None else consent.unit_id.is_(None) | (consent.unit_id == unit_id)
    query = (
        select(consent.id)
        .where(consent.entitlement_id == moved.id, consent.stage == "confirmed", whose)
        .where(consent.sets >= sets, consent.cpus >= cpus, consent.answered_login != by.actor.login)
        .order_by(consent.unit_id.is_(None), consent.cpus, consent.sets, consent.id)
        .limit(1)
    )
    found = db.scalar(query)
    used = found is not None and db.execute(
        update(consent)
        .where(consent.id == found, consent.stage == "confirmed")
        .values(stage="used", used_by=by.key, used_at=now(), used_sets=max(sets, 0), used_cpus=max(cpus, 0))
        .execution_options(synchronize_session=False)
    ).rowcount == 1  # type: ignore[attr-defined]  # fmt: skip
    if not used:
        raise _needs_consent(moved, sets, cpus)
    audit.record(db, "allocation:cap:use", f"entitlement:{moved.id}", by.actor, consent=found, sets=sets, cpus=cpus)


def _needs_consent(moved: Entitlement, sets: int, cpus: int) -> Refused:
    """A rule, not a race: nobody else has to move first. `moved` counts already what is asked for."""
    if cpus > 0 and moved.cap_cpus is not None and moved.used_cpus > moved.cap_cpus:
        free, asked = moved.cap_cpus - moved.used_cpus + cpus, cpus
        return Refused(
            "Above the soft cap of “%(contract)s” (%(free)s CPUs are free, %(asked)s are asked for) a second person"
            " must consent first.",
            contract=moved.contract, free=max(free, 0), asked=asked,
        )  # fmt: skip
    free = (moved.cap_sets or 0) - moved.used_sets + sets
    return Refused(
        "Above the soft cap of “%(contract)s” (%(free)s sets are free, %(asked)s are asked for) a second person"
        " must consent first.",
        contract=moved.contract, free=max(free, 0), asked=sets,
    )  # fmt: skip


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
