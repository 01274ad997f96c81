"""What happens to a set after its issue: one verb for each move, all of one shape: who may, what is right, post.

Every verb takes `seen`, the version of the set that the visitor saw (where it is another now, that is a Conflict),
and the `paper` that the act rests on; see `acting.How`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Unpack

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation import change_rules as rules
from licensetrack.allocation import papers
from licensetrack.allocation.acting import How, act, operation
from licensetrack.allocation.fold import Fact, Holder, State
from licensetrack.allocation.holdings import classify_late, follow_units
from licensetrack.allocation.issuing import issue_set
from licensetrack.allocation.kinship import check_no_overlap
from licensetrack.allocation.ledger import post
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.rules import check_acceptable, check_reason, check_size
from licensetrack.allocation.shown import Shown, check_words
from licensetrack.allocation.stages import FORMAL, TEMPORARY
from licensetrack.allocation.stays import HolderEnded
from licensetrack.core import outbox
from licensetrack.core.db import transaction
from licensetrack.core.errors import Refused
from licensetrack.procurement.queries import product
from licensetrack.units.models import Unit

Paper, NO_PAPER = papers.Paper, papers.NO_PAPER


def record_import(license_set: LicenseSet, *, actor: Actor, on: dt.date, **how: Unpack[How]) -> State:
    """issued → imported: the unit loaded the licence file into its platform."""
    return act(license_set, Fact("import", on), "allocation:import:record", actor, how)


def record_failed_import(
    license_set: LicenseSet, *, actor: Actor, on: dt.date, reason: str, **how: Unpack[How]
) -> State:
    """An attempt that failed: the set stays where it is, its import no longer counts as passed at the first attempt."""
    check_reason(reason)
    fact = Fact("import_failed", on, details={"reason": reason})
    return act(license_set, fact, "allocation:import:fail", actor, how)


def accept_import(
    license_set: LicenseSet,
    *,
    actor: Actor,
    on: dt.date,
    evidence: str,
    acceptor: str = "",
    **how: Unpack[How],
) -> State:
    """imported → accepted: from `on` the set counts toward coverage."""
    fact = Fact("accept", on, details={"evidence": evidence, "acceptor": acceptor})
    return act(license_set, fact, "allocation:import:accept", actor, how, _after_import(license_set))


def decline_import(license_set: LicenseSet, *, actor: Actor, on: dt.date, reason: str, **how: Unpack[How]) -> State:
    """imported → declined: the acceptance was refused with a reason; rework follows."""
    check_reason(reason)
    fact = Fact("decline", on, details={"reason": reason})
    return act(license_set, fact, "allocation:import:decline", actor, how, _after_import(license_set))


def expand_set(
    license_set: LicenseSet,
    *,
    actor: Actor,
    on: dt.date,
    cpus: int,
    reason: str,
    **how: Unpack[How],
) -> State:
    """Adds CPUs to a held set; it makes no new set."""
    fact = Fact("expand", on, cpus=cpus, details={"reason": reason})
    return act(license_set, fact, "allocation:set:expand", actor, how)


def shrink_set(
    license_set: LicenseSet,
    *,
    actor: Actor,
    on: dt.date,
    cpus: int,
    reason: str,
    **how: Unpack[How],
) -> State:
    """Takes CPUs from a held set; `cpus` is how many, above zero."""
    fact = Fact("shrink", on, cpus=-cpus, details={"reason": reason})
    return act(license_set, fact, "allocation:set:shrink", actor, how)


def relocate_set(
    license_set: LicenseSet,
    to: Unit,
    *,
    actor: Actor,
    on: dt.date,
    reason: str,
    platform: str = "",
    site: str = "",
    fingerprint: str = "",
    **how: Unpack[How],
) -> State:
    """Moves a held set to another unit: a minus at one unit and a plus at the other on the same day.

    `fingerprint` says that the host stays the same, as when a unit is merged: then no file is to be revoked.
    """
    require(actor, "allocation:set:relocate", district=to.district, unit_id=to.id)
    rules.check_other_unit(license_set.unit_id, to.id)
    details = _said(reason=reason, platform=platform, site=site, fingerprint=fingerprint)
    fact = Fact("relocate", on, holder=Holder(to.id, to.district, to.category), details=details)
    with transaction() as db:
        try:
            state = act(license_set, fact, "allocation:set:relocate", actor, how)
        except HolderEnded as refusal:
            raise refusal.at("to") from None
        classify_late(db, license_set, to, actor, on)
    return state


def move_set(
    license_set: LicenseSet,
    *,
    actor: Actor,
    on: dt.date,
    platform: str = "",
    site: str = "",
    reason: str,
    **how: Unpack[How],
) -> State:
    """Another room or another platform of the same unit; no figure changes."""
    fact = Fact("move", on, details=_said(reason=reason, platform=platform, site=site))
    return act(license_set, fact, "allocation:set:move", actor, how, rules.check_move)


def replace_host(
    license_set: LicenseSet,
    *,
    actor: Actor,
    on: dt.date,
    old_fingerprint: str,
    new_fingerprint: str,
    reason: str,
    **how: Unpack[How],
) -> State:
    """Another host bears the set from `on`: its fingerprint changes, the file of the old one is to be revoked."""
    check_reason(reason)
    details = _said(reason=reason, old_fingerprint=old_fingerprint.strip(), fingerprint=new_fingerprint.strip())
    fact = Fact("replace_host", on, details=details)
    return act(license_set, fact, "allocation:set:replace_host", actor, how, rules.check_replacement)


def renew_set(
    license_set: LicenseSet,
    *,
    actor: Actor,
    on: dt.date,
    support_end: dt.date | None = None,
    valid_until: dt.date | None = None,
    reason: str,
    **how: Unpack[How],
) -> State:
    """Prolongs what a set is supported or valid for."""
    days = {"support_end": support_end, "valid_until": valid_until}
    said = _said(reason=reason, **{name: day.isoformat() if day else "" for name, day in days.items()})
    fact = Fact("renew", on, details=said)
    return act(license_set, fact, "allocation:set:renew", actor, how, rules.check_renewal)


def upgrade_set(
    license_set: LicenseSet,
    *,
    actor: Actor,
    on: dt.date,
    edition: str,
    reason: str,
    **how: Unpack[How],
) -> State:
    """Another edition of the same product; no figure changes."""
    fact = Fact("upgrade", on, details=_said(reason=reason, edition=edition.strip()))
    return act(license_set, fact, "allocation:set:upgrade", actor, how, rules.check_upgrade)


def reclassify_set(license_set: LicenseSet, unit: Unit, *, actor: Actor, on: dt.date, **how: Unpack[How]) -> State:
    """Follows a unit into another district or category: the count moves there from `on`, the past stays."""
    if unit.id != license_set.unit_id:
        raise Refused("The set %(number)s is held by another unit.", number=license_set.number)
    fact = Fact("reclassify", on, holder=Holder(unit.id, unit.district, unit.category))
    return act(license_set, fact, "allocation:set:reclassify", actor, how)


def return_set(
    license_set: LicenseSet,
    *,
    actor: Actor,
    on: dt.date,
    reason: str,
    change: int | None = None,
    **how: Unpack[How],
) -> State:
    """Takes a set back for good; `change`, where the paper states one, must be minus all its CPUs."""
    fact = Fact("return", on, cpus=change, details={"reason": reason})
    return act(license_set, fact, "allocation:set:return", actor, how)


def revoke_set(license_set: LicenseSet, *, actor: Actor, on: dt.date, reason: str, **how: Unpack[How]) -> State:
    """The centre withdraws a set, with its reason."""
    check_reason(reason)
    fact = Fact("revoke", on, details={"reason": reason})
    return act(license_set, fact, "allocation:set:revoke", actor, how)


def void_set(license_set: LicenseSet, *, actor: Actor, on: dt.date, reason: str, **how: Unpack[How]) -> State:
    """Ends a set that was issued by mistake. An accepted one did its work: it is returned or revoked."""
    check_reason(reason)
    fact = Fact("void", on, details={"reason": reason})
    return act(license_set, fact, "allocation:set:void", actor, how)


def supersede_set(license_set: LicenseSet, *, actor: Actor, on: dt.date, **how: Unpack[How]) -> State:
    """A temporary set ends on the day its formal one is issued, so that it is never counted twice."""

    def check(_shown: Shown, _fact: Fact) -> None:
        if license_set.kind != TEMPORARY:
            raise Refused("The set %(number)s is formal already.", number=license_set.number)

    return act(license_set, Fact("supersede", on), "allocation:set:supersede", actor, how, check)


def formalize_set(
    temporary: LicenseSet,
    number: str,
    *,
    actor: Actor,
    on: dt.date,
    cpus: int | None,
    details: Mapping[str, Any] | None = None,
    **how: Unpack[How],
) -> LicenseSet:
    """temporary → formal: one set ends and the other begins on `on`, both or neither; returns the formal one.

    Platform, room, edition and host are those of the temporary set where `details` do not say otherwise.
    """
    with transaction() as db:
        ended = supersede_set(temporary, actor=actor, on=on, **how)
        shown = {name: getattr(ended.shown, name) for name in ("platform", "site", "edition", "fingerprint")}
        unit, paper = db.get_one(Unit, temporary.unit_id), how.get("paper", NO_PAPER)
        words = {**_said(**shown), **(details or {})}
        return issue_set(
            number, unit, temporary.product, cpus=cpus, on=on, actor=actor, kind=FORMAL, details=words,
            predecessor=temporary.number, paper=paper,
        )  # fmt: skip


def correct_fact(license_set: LicenseSet, fact: Fact, *, actor: Actor, reason: str, **how: Unpack[How]) -> State:
    """Says one recorded fact right: the wrong one, told by `position`, is reversed on its day; nothing is edited."""
    check_reason(reason)
    check_words(fact.details)
    fact = papers.with_paper(fact, how.get("paper", NO_PAPER))
    with operation(license_set, fact.on, "allocation:set:correct", actor, how) as (db, acting):
        if fact.action == "issue":
            check_size(product(db, license_set.product).metric, fact.cpus)
        state = post(db, license_set, acting, replace=[fact])
        state = follow_units(db, license_set, acting) or state
        check_no_overlap(db, license_set)
        subject = f"set:{license_set.number}"
        acting.record(db, "allocation:set:correct", subject, action=fact.action, on=fact.on, reason=reason)
        if acting.lines:
            outbox.post(db, "allocation:set:correct", set_id=license_set.id)
    return state


def drop_fact(license_set: LicenseSet, position: int, *, actor: Actor, reason: str, **how: Unpack[How]) -> State:
    """Takes one recorded fact back because it never happened. Raises Refused where later facts rest on it."""
    check_reason(reason)
    with operation(license_set, license_set.issued_on, "allocation:set:correct", actor, how) as (db, acting):
        state = post(db, license_set, acting, drop=[position])
        state = follow_units(db, license_set, acting) or state
        check_no_overlap(db, license_set)
        acting.record(db, "allocation:set:correct", f"set:{license_set.number}", dropped=position, reason=reason)
        if acting.lines:
            outbox.post(db, "allocation:set:correct", set_id=license_set.id)
    return state


def _after_import(license_set: LicenseSet) -> Callable[[Shown, Fact], None]:
    """Acceptance follows the import; asked only after who may, so that strangers do not learn how the set stands."""
    return lambda _, fact: check_acceptable(license_set.imported_on, fact.on)


def _said(**words: str) -> dict[str, str]:
    """Words that were said, without those that are empty."""
    return {name: text.strip() for name, text in words.items() if text.strip()}
