"""Working a difference off: a correcting act of the ledger through its own verb, and the difference bound to it.

Both or neither: who comes second finds the set or the difference changed, and nothing of his is written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation import life
from licensetrack.allocation.acting import How
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.allocation.papers import NO_PAPER, Paper
from licensetrack.allocation.rules import check_quantity, check_reason
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.inventory import comparison as c
from licensetrack.inventory.differences import may_touch
from licensetrack.inventory.models import Difference, ReconciliationRun
from licensetrack.inventory.moving import CHANGED, NO_WAIVER, ROOM, move
from licensetrack.inventory.stages import ASKED, OPEN, WAIVED
from licensetrack.units.models import Platform, Unit

PERMISSION = f"{ROOM}:work_off"
GROW, TAKE = ("expand",), ("shrink", "return")
# What can be done about each class; a shortage grows, idle CPUs shrink (`acts_for`).
ACTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        c.QUANTITY: (*GROW, *TAKE),
        c.CORE_RULE: GROW,
        c.ONLY_OURS: ("return", "move", "relocate"),
        c.ONLY_THEIRS: ("move", "relocate"),
        c.DATE: ("renew",),
        c.EDITION: ("upgrade",),
        c.FINGERPRINT: ("replace_host",),
    }
)


@dataclass(frozen=True)
class Correction:
    """What is to be done in the ledger, from which day and why; of the rest what the act needs."""

    action: str
    on: dt.date
    reason: str
    cpus: int | None = None
    platform: str = ""
    to: Unit | None = None
    fingerprint: str = ""
    edition: str = ""
    valid_until: dt.date | None = None


def acts_for(difference: Difference) -> tuple[str, ...]:
    """The acts of the ledger that work off a difference; none where it is about a contract as a whole."""
    if difference.unit_id is None or difference.stage not in (OPEN, ASKED, WAIVED):
        return ()
    acts = ACTS[difference.kind]
    if difference.kind == c.QUANTITY:
        return GROW if difference.quantity > 0 else TAKE
    return acts


def work_off(
    difference: Difference,
    license_set: LicenseSet,
    correction: Correction,
    *,
    actor: Actor,
    seen: int | None = None,
    seen_set: int | None = None,
    paper: Paper = NO_PAPER,
) -> Difference:
    """open, asked or waived → worked off, by an act on a set; the next run says whether it helped.

    Raises Refused where the act does not fit the difference or the ledger refuses it, Conflict when either changed.
    """
    require(actor, PERMISSION)
    _check_fits(difference, license_set, correction)
    how: How = {"seen": seen_set, "paper": paper}
    with transaction() as db:
        may_touch(db, difference, PERMISSION, actor)
        here = db.get(Platform, difference.platform_id) if difference.platform_id else None
        _ACT[correction.action](license_set, correction, actor, how, here)
        return _bind(db, difference, license_set, correction.reason, actor, seen)


def bind_event(
    difference: Difference, license_set: LicenseSet, *, actor: Actor, note: str, seen: int | None = None
) -> Difference:
    """The same for what was done in the ledger already: the set's last act since the difference was found.

    Raises Refused where nothing happened to the set since, or it has nothing to do with the difference.
    """
    require(actor, PERMISSION)
    check_reason(note)
    if license_set.product != difference.product:
        raise Refused("The set %(number)s is of another product.", number=license_set.number).at("number")
    with transaction() as db:
        may_touch(db, difference, PERMISSION, actor)
        if difference.unit_id is not None and license_set.unit_id != difference.unit_id:
            raise Refused("The set %(number)s is held by another unit.", number=license_set.number).at("number")
        last = _last_event(db, license_set.id)
        found = db.get_one(ReconciliationRun, difference.opened_run_id)
        if last is None or last.at <= found.at:
            raise Refused("Nothing happened to the set %(number)s since the difference was found.",
                          number=license_set.number).at("number")  # fmt: skip
        return _bind(db, difference, license_set, note, actor, seen)


def _bind(
    db: Session, difference: Difference, license_set: LicenseSet, note: str, actor: Actor, seen: int | None
) -> Difference:
    event = _last_event(db, license_set.id)
    if event is None:
        raise Conflict(CHANGED)
    return move(
        db, difference, "work_off", actor, seen=seen, note=note.strip(), row=NO_WAIVER, set_id=license_set.id,
        event=event.action, operation=event.key, on=event.on, document_id=event.document_id,
    )  # fmt: skip


def _last_event(db: Session, set_id: int) -> LedgerEvent | None:
    return db.scalars(
        select(LedgerEvent).where(LedgerEvent.set_id == set_id).order_by(LedgerEvent.seq.desc()).limit(1)
    ).first()


def _check_fits(difference: Difference, license_set: LicenseSet, correction: Correction) -> None:
    if correction.action not in acts_for(difference):
        raise Refused("“%(action)s” does not work off this difference.", action=correction.action).at("action")
    if license_set.product != difference.product:
        raise Refused("The set %(number)s is of another product.", number=license_set.number).at("number")
    comes_here = correction.action == "relocate" and difference.kind == c.ONLY_THEIRS
    held_here = license_set.unit_id == difference.unit_id
    if held_here and comes_here:
        raise Refused("The set %(number)s is held by this very unit.", number=license_set.number).at("number")
    if not held_here and not comes_here:
        raise Refused("The set %(number)s is held by another unit.", number=license_set.number).at("number")
    if difference.kind != c.ONLY_THEIRS and license_set.number not in difference.facts.get("sets", ()):
        raise Refused("The set %(number)s is not one of those that the difference is about.",
                      number=license_set.number).at("number")  # fmt: skip
    if difference.set_id is not None and license_set.id != difference.set_id:
        raise Refused("The set %(number)s is not one of those that the difference is about.",
                      number=license_set.number).at("number")  # fmt: skip
    if correction.action in ("expand", "shrink"):
        if correction.cpus is None:
            raise Refused("The CPU quantity is missing.").at("cpus")
        check_quantity(correction.cpus)
        if correction.cpus > abs(difference.quantity):
            raise Refused("The difference is %(most)s CPUs; %(cpus)s would make a new one.",
                          most=abs(difference.quantity), cpus=correction.cpus).at("cpus")  # fmt: skip


Act = Callable[[LicenseSet, Correction, Actor, How, Platform | None], Any]


def _expand(one: LicenseSet, said: Correction, actor: Actor, how: How, _here: Platform | None) -> None:
    life.expand_set(one, actor=actor, on=said.on, cpus=said.cpus or 0, reason=said.reason, **how)


def _shrink(one: LicenseSet, said: Correction, actor: Actor, how: How, _here: Platform | None) -> None:
    life.shrink_set(one, actor=actor, on=said.on, cpus=said.cpus or 0, reason=said.reason, **how)


def _return(one: LicenseSet, said: Correction, actor: Actor, how: How, _here: Platform | None) -> None:
    life.return_set(one, actor=actor, on=said.on, reason=said.reason, **how)


def _move(one: LicenseSet, said: Correction, actor: Actor, how: How, here: Platform | None) -> None:
    """To the platform that was named, or, where a platform runs without a set, to that one."""
    platform = said.platform or (here.name if here is not None else "")
    life.move_set(one, actor=actor, on=said.on, platform=platform, reason=said.reason, **how)


def _relocate(one: LicenseSet, said: Correction, actor: Actor, how: How, here: Platform | None) -> None:
    if said.to is None:
        raise Refused("A relocation must name the unit that takes the set over.").at("to")
    platform = said.platform or (here.name if here is not None and here.unit_id == said.to.id else "")
    life.relocate_set(one, said.to, actor=actor, on=said.on, platform=platform, reason=said.reason, **how)


def _renew(one: LicenseSet, said: Correction, actor: Actor, how: How, _here: Platform | None) -> None:
    life.renew_set(one, actor=actor, on=said.on, valid_until=said.valid_until, reason=said.reason, **how)


def _upgrade(one: LicenseSet, said: Correction, actor: Actor, how: How, _here: Platform | None) -> None:
    life.upgrade_set(one, actor=actor, on=said.on, edition=said.edition, reason=said.reason, **how)


def _replace_host(one: LicenseSet, said: Correction, actor: Actor, how: How, _here: Platform | None) -> None:
    life.replace_host(one, actor=actor, on=said.on, old_fingerprint=one.fingerprint, new_fingerprint=said.fingerprint,
                      reason=said.reason, **how)  # fmt: skip


_ACT: Mapping[str, Act] = MappingProxyType(
    {
        "expand": _expand, "shrink": _shrink, "return": _return, "move": _move, "relocate": _relocate,
        "renew": _renew, "upgrade": _upgrade, "replace_host": _replace_host,
    }
)  # fmt: skip
