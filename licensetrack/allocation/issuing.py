"""Issuing licence sets, one or a hundred thousand: the single way by which a set comes into the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation.fold import Fact, Holder, fold
from licensetrack.allocation.ledger import STEP, Operation, covered_by_digest, use_entitlement
from licensetrack.allocation.models import DELTAS, LicenseSet
from licensetrack.allocation.rules import check_day, check_kind, check_size
from licensetrack.allocation.stages import ENDED, FORMAL, TEMPORARY
from licensetrack.core import outbox
from licensetrack.core.columns import canonical_json, instant_text
from licensetrack.core.db import insert_rows, reserve_ids, transaction
from licensetrack.core.errors import Refused
from licensetrack.procurement.queries import entitlement_for, products
from licensetrack.units.directory import ensure_platforms
from licensetrack.units.models import Unit

SET_COLUMNS = (
    "id", "number", "unit_id", "platform_id", "product", "entitlement_id", "kind", "cpus", "stage", "issued_on",
    "imported_on", "accepted_on", "ended_on", "fingerprint", "license_file", "support_end", "predecessor_id", "note",
    "version", *DELTAS,
)  # fmt: skip
EVENT_COLUMNS = (
    "set_id", "seq", "position", "action", '"on"', "at", "actor_id", "unit_id", "product", "kind", "district",
    "category", "cpus", "details", "document_id", "place", "key", "line", *DELTAS,
)  # fmt: skip


@dataclass(slots=True)
class NewSet:
    """A set that enters the ledger, with its facts in order; the first one is its issue.

    The issue fact's `details` carry what the state row shows besides: platform, license_file, support_end (ISO day),
    fingerprint, note. `predecessor` is the number of the temporary set that this formal one replaces.
    """

    number: str
    product: str
    kind: str
    entitlement_id: int
    facts: list[Fact]
    predecessor: str = ""


def issue_set(
    number: str,
    unit: Unit,
    product_code: str,
    *,
    cpus: int | None,
    on: dt.date,
    actor: Actor,
    kind: str = FORMAL,
    details: Mapping[str, Any] | None = None,
    predecessor: str = "",
) -> LicenseSet:
    """Gives a unit one licence set of a product from `on`; `cpus` is its size (none for a product counted in sets).

    Raises Refused where a rule forbids it, Conflict where a hard entitlement has not enough left.
    """
    require(actor, "allocation:set:issue", district=unit.district, unit_id=unit.id)
    with transaction() as db:
        entitlement = entitlement_for(db, product_code)
        fact = Fact("issue", on, 0, cpus, Holder(unit.id, unit.district, unit.category), details or {})
        if predecessor:
            _check_predecessor(db, predecessor, kind)
        operation = Operation(actor)
        new = NewSet(number, product_code, kind, entitlement.id, [fact], predecessor)
        [set_id] = add_sets(db, [new], operation)
        operation.record(db, "allocation:set:issue", f"set:{number}", unit=unit.code, cpus=cpus, on=on)
        outbox.post(db, "allocation:set:issue", set_id=set_id)
        return db.get_one(LicenseSet, set_id)


def add_sets(db: Session, new_sets: Sequence[NewSet], operation: Operation) -> Sequence[int]:
    """Writes new sets with all their facts; returns their ids in order. Part of the caller's transaction and audit.

    Raises Refused for a number that exists, a predecessor that does not, or a life that the table of moves forbids.
    """
    platforms = ensure_platforms(db, _platforms_of(new_sets))
    ids = reserve_ids(db, "license_set", len(new_sets))
    predecessors = _predecessor_ids(db, new_sets, ids)
    sets: list[tuple[object, ...]] = []
    events: list[tuple[object, ...]] = []
    used: dict[int, tuple[int, int]] = {}
    at = instant_text(operation.at)
    metrics = {bought.code: bought.metric for bought in products(db)}
    for set_id, new in zip(ids, new_sets, strict=True):
        check_kind(new.kind)
        check_size(metrics[new.product], new.facts[0].cpus)
        facts = [fact._replace(position=(index + 1) * STEP) for index, fact in enumerate(new.facts)]
        for fact in facts:
            check_day(fact.on)
        state, legs = fold(facts)
        seq = 0
        for fact, fact_legs in zip(facts, legs, strict=True):
            for leg in fact_legs:
                seq += 1
                line = operation.next_line(covered_by_digest(set_id, seq, new.product, fact, leg, None))
                events.append(
                    (
                        set_id, seq, fact.position, fact.action, fact.on.isoformat(), at, operation.actor.id,
                        leg.holder.unit_id, new.product, new.kind, leg.holder.district, leg.holder.category, fact.cpus,
                        canonical_json(fact.details) if fact.details else None, fact.document_id, fact.place,
                        operation.key, line, *leg.deltas,
                    )
                )  # fmt: skip
        shown = facts[0].details or {}
        first = facts[0].holder
        platform = shown.get("platform")
        sets.append(
            (
                set_id, new.number, state.holder.unit_id,
                platforms[first.unit_id, platform] if platform and first else None,
                new.product, new.entitlement_id, new.kind, state.cpus, state.stage, state.issued_on.isoformat(),
                _day(state.imported_on), _day(state.accepted_on), _day(state.ended_on), shown.get("fingerprint", ""),
                shown.get("license_file", ""), shown.get("support_end"), predecessors.get(new.predecessor),
                shown.get("note", ""), seq, *state.standing(),
            )
        )  # fmt: skip
        if new.kind == FORMAL:
            standing, so_far = state.standing(), used.get(new.entitlement_id, (0, 0))
            used[new.entitlement_id] = (so_far[0] + standing[0], so_far[1] + standing[1])
    insert_rows(db, "license_set", SET_COLUMNS, sets)
    insert_rows(db, "ledger_event", EVENT_COLUMNS, events)
    for entitlement_id in sorted(used):  # one order for all, so that nobody waits in a ring
        use_entitlement(db, entitlement_id, *used[entitlement_id])
    return ids


def _check_predecessor(db: Session, number: str, kind: str) -> None:
    """A formal set replaces a temporary one that has ended before, else the unit would hold both. Raises Refused."""
    before = db.scalars(select(LicenseSet).where(LicenseSet.number == number)).first()
    if before is not None and (kind != FORMAL or before.kind != TEMPORARY or before.stage not in ENDED):
        raise Refused(
            "Only a temporary set that has ended can be replaced by a formal one; %(number)s is not.", number=number
        )


def _platforms_of(new_sets: Sequence[NewSet]) -> list[tuple[int, str]]:
    wanted = []
    for new in new_sets:
        first = new.facts[0]
        platform = (first.details or {}).get("platform")
        if platform and first.holder:
            wanted.append((first.holder.unit_id, platform))
    return wanted


def _predecessor_ids(db: Session, new_sets: Sequence[NewSet], ids: Sequence[int]) -> dict[str, int]:
    """Predecessor number → set id, from the ledger or from this very batch; also refuses numbers that are taken."""
    batch = dict(zip((new.number for new in new_sets), ids, strict=True))
    if len(batch) != len(new_sets):
        raise Refused("A licence number appears twice among the new sets.")
    wanted = {new.predecessor for new in new_sets if new.predecessor}
    asked = list(batch) + list(wanted)
    known: dict[str, int] = {}
    for start in range(0, len(asked), 500):
        chunk = asked[start : start + 500]
        known.update(db.execute(select(LicenseSet.number, LicenseSet.id).where(LicenseSet.number.in_(chunk))).all())
    for number in batch:
        if number in known:
            raise Refused("The licence number %(number)s exists already.", number=number)
    found = {number: batch.get(number) or known.get(number) for number in wanted}
    for number, set_id in found.items():
        if set_id is None:
            raise Refused("There is no licence set %(number)s.", number=number)
    return {number: set_id for number, set_id in found.items() if set_id is not None}


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
