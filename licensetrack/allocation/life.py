"""What happens to a set after its issue: one verb for each move, all of one shape: who may, what is right, post."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, Actor, require
from licensetrack.allocation.fold import Fact, Holder, State
from licensetrack.allocation.ledger import Operation, post
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.rules import check_acceptable, check_day, check_reason, check_size
from licensetrack.core import outbox
from licensetrack.core.db import transaction
from licensetrack.core.errors import Refused
from licensetrack.procurement.queries import product
from licensetrack.units.models import Unit


def record_import(license_set: LicenseSet, *, actor: Actor, on: dt.date) -> State:
    """issued → imported: the unit loaded the licence file into its platform."""
    return _act(license_set, Fact("import", on), "allocation:import:record", actor)


def record_failed_import(license_set: LicenseSet, *, actor: Actor, on: dt.date, reason: str) -> State:
    """An attempt that failed: the set stays where it is, its import no longer counts as passed at the first attempt."""
    check_reason(reason)
    return _act(license_set, Fact("import_failed", on, details={"reason": reason}), "allocation:import:fail", actor)


def accept_import(license_set: LicenseSet, *, actor: Actor, on: dt.date, evidence: str, acceptor: str = "") -> State:
    """imported → accepted: from `on` the set counts toward coverage."""
    check_acceptable(license_set.imported_on, on)
    details = {"evidence": evidence, "acceptor": acceptor}
    return _act(license_set, Fact("accept", on, details=details), "allocation:import:accept", actor)


def decline_import(license_set: LicenseSet, *, actor: Actor, on: dt.date, reason: str) -> State:
    """imported → declined: the acceptance was refused with a reason; rework follows."""
    check_reason(reason)
    check_acceptable(license_set.imported_on, on)
    return _act(license_set, Fact("decline", on, details={"reason": reason}), "allocation:import:decline", actor)


def expand_set(license_set: LicenseSet, *, actor: Actor, on: dt.date, cpus: int, reason: str) -> State:
    """Adds CPUs to a held set; it makes no new set."""
    return _act(license_set, Fact("expand", on, cpus=cpus, details={"reason": reason}), "allocation:set:expand", actor)


def shrink_set(license_set: LicenseSet, *, actor: Actor, on: dt.date, cpus: int, reason: str) -> State:
    """Takes CPUs from a held set; `cpus` is how many, above zero."""
    return _act(license_set, Fact("shrink", on, cpus=-cpus, details={"reason": reason}), "allocation:set:shrink", actor)


def relocate_set(license_set: LicenseSet, to: Unit, *, actor: Actor, on: dt.date, reason: str) -> State:
    """Moves a held set to another unit: a minus at one unit and a plus at the other on the same day."""
    require(actor, "allocation:set:relocate", district=to.district, unit_id=to.id)
    fact = Fact("relocate", on, holder=Holder(to.id, to.district, to.category), details={"reason": reason})
    return _act(license_set, fact, "allocation:set:relocate", actor)


def reclassify_set(license_set: LicenseSet, unit: Unit, *, actor: Actor, on: dt.date) -> State:
    """Follows a unit into another district or category: the count moves there from `on`, the past stays."""
    if unit.id != license_set.unit_id:
        raise Refused("The set %(number)s is held by another unit.", number=license_set.number)
    fact = Fact("reclassify", on, holder=Holder(unit.id, unit.district, unit.category))
    return _act(license_set, fact, "allocation:set:reclassify", actor)


def return_set(license_set: LicenseSet, *, actor: Actor, on: dt.date, reason: str, change: int | None = None) -> State:
    """Takes a set back for good; `change`, where the paper states one, must be minus all its CPUs."""
    return _act(
        license_set, Fact("return", on, cpus=change, details={"reason": reason}), "allocation:set:return", actor
    )


def revoke_set(license_set: LicenseSet, *, actor: Actor, on: dt.date, reason: str) -> State:
    """The centre withdraws a set, with its reason."""
    check_reason(reason)
    return _act(license_set, Fact("revoke", on, details={"reason": reason}), "allocation:set:revoke", actor)


def supersede_set(license_set: LicenseSet, *, actor: Actor, on: dt.date) -> State:
    """A temporary set ends on the day its formal one is issued, so that it is never counted twice."""
    return _act(license_set, Fact("supersede", on), "allocation:set:supersede", actor)


def correct_fact(license_set: LicenseSet, fact: Fact, *, actor: Actor, reason: str) -> State:
    """Says one recorded fact right: the wrong one, told by `position`, is reversed on its day; nothing is edited."""
    check_reason(reason)
    with _operation(license_set, fact.on, "allocation:set:correct", actor) as (db, operation):
        if fact.action == "issue":
            check_size(product(db, license_set.product).metric, fact.cpus)
        state = post(db, license_set, operation, replace=[fact])
        subject = f"set:{license_set.number}"
        operation.record(db, "allocation:set:correct", subject, action=fact.action, on=fact.on, reason=reason)
    return state


def drop_fact(license_set: LicenseSet, position: int, *, actor: Actor, reason: str) -> State:
    """Takes one recorded fact back because it never happened. Raises Refused where later facts rest on it."""
    check_reason(reason)
    with _operation(license_set, license_set.issued_on, "allocation:set:correct", actor) as (db, operation):
        state = post(db, license_set, operation, drop=[position])
        operation.record(db, "allocation:set:correct", f"set:{license_set.number}", dropped=position, reason=reason)
    return state


@contextmanager
def _operation(
    license_set: LicenseSet, on: dt.date, permission: str, actor: Actor
) -> Iterator[tuple[Session, Operation]]:
    """Who may, which day; then one transaction into which the set is brought; its version tells whether it is stale."""
    require(actor, permission)
    check_day(on)
    with transaction() as db:
        if license_set not in db:
            db.add(license_set)
        if actor.scope != EVERYWHERE:
            holder = db.get_one(Unit, license_set.unit_id)
            require(actor, permission, district=holder.district, unit_id=holder.id)
        yield db, Operation(actor)


def _act(license_set: LicenseSet, fact: Fact, permission: str, actor: Actor) -> State:
    with _operation(license_set, fact.on, permission, actor) as (db, operation):
        state = post(db, license_set, operation, add=[fact])
        operation.record(db, permission, f"set:{license_set.number}", on=fact.on, cpus=fact.cpus)
        outbox.post(db, permission, set_id=license_set.id)
    return state
