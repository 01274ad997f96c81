"""Issuing licence sets, one or a hundred thousand: the single way by which a set comes into the ledger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation.caps import use_entitlement
from licensetrack.allocation.fold import Deltas, Fact, Holder, Leg, State, fold
from licensetrack.allocation.ledger import STEP, Operation, covered_by_digest
from licensetrack.allocation.models import DELTAS, LicenseSet
from licensetrack.allocation.rules import check_day, check_kind, check_size
from licensetrack.allocation.stages import ENDED, FORMAL, TEMPORARY
from licensetrack.core import outbox
from licensetrack.core.clock import today
from licensetrack.core.columns import canonical_json
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
        if db.scalar(select(LicenseSet.id).where(LicenseSet.number == number)) is not None:
            raise Refused("The licence number %(number)s exists already.", number=number)
        fact = Fact("issue", on, 0, cpus, Holder(unit.id, unit.district, unit.category), details or {})
        if predecessor:
            _check_predecessor(db, predecessor, kind)
        operation = Operation(actor)
        new = NewSet(number, product_code, kind, entitlement.id, [fact], predecessor)
        [set_id] = add_sets(db, [new], operation)
        operation.record(db, "allocation:set:issue", f"set:{number}", unit=unit.code, cpus=cpus, on=on)
        outbox.post(db, "allocation:set:issue", set_id=set_id)
        return db.get_one(LicenseSet, set_id)


def add_sets(
    db: Session, new_sets: Sequence[NewSet], operation: Operation, platforms: dict[tuple[int, str], int] | None = None
) -> Sequence[int]:
    """Writes new sets with all their facts; returns their ids in order. Part of the caller's transaction and audit.

    `platforms` remembers between several calls which platforms there are. Raises Refused for a predecessor that does
    not exist or a life that the table of moves forbids; a number that exists ends the transaction in Conflict.
    """
    platforms = {} if platforms is None else platforms
    unknown = [pair for pair in _platforms_of(new_sets) if pair not in platforms]
    platforms.update(ensure_platforms(db, unknown) if unknown else {})
    ids = reserve_ids(db, "license_set", len(new_sets))
    predecessors = _predecessor_ids(db, new_sets, ids)
    metrics = {bought.code: bought.metric for bought in products(db)}
    last_day = today()
    sets: list[tuple[object, ...]] = []
    events: list[tuple[object, ...]] = []
    used: dict[int, tuple[int, int]] = {}
    for set_id, new in zip(ids, new_sets, strict=True):
        check_kind(new.kind)
        check_size(metrics[new.product], new.facts[0].cpus)
        for fact in new.facts:
            check_day(fact.on, last_day)
        facts = [_placed(fact, (index + 1) * STEP) for index, fact in enumerate(new.facts)]
        state, legs = fold(facts)
        seq = 0
        for fact, fact_legs in zip(facts, legs, strict=True):
            for leg in fact_legs:
                seq += 1
                events.append(_event_row(set_id, seq, new, fact, leg, operation))
        standing = state.standing()
        predecessor_id = predecessors.get(new.predecessor) if new.predecessor else None
        sets.append(_set_row(set_id, new, state, standing, seq, predecessor_id, platforms))
        if new.kind == FORMAL:
            so_far = used.get(new.entitlement_id, (0, 0))
            used[new.entitlement_id] = (so_far[0] + standing[0], so_far[1] + standing[1])
    insert_rows(db, "license_set", SET_COLUMNS, sets)
    insert_rows(db, "ledger_event", EVENT_COLUMNS, events)
    for entitlement_id in sorted(used):  # one order for all, so that nobody waits in a ring
        use_entitlement(db, entitlement_id, *used[entitlement_id], operation, _only_unit(new_sets))
    return ids


def _only_unit(new_sets: Sequence[NewSet]) -> int | None:
    """The unit that all of them are for; None where there are several, as in a load."""
    units = {new.facts[0].holder.unit_id for new in new_sets if new.facts[0].holder}
    return units.pop() if len(units) == 1 else None


def _placed(fact: Fact, position: int) -> Fact:
    """The fact at its position; `_replace` would take twice as long, which a hundred thousand rows feel."""
    return Fact(fact.action, fact.on, position, fact.cpus, fact.holder, fact.details, fact.document_id, fact.place)


def _event_row(set_id: int, seq: int, new: NewSet, fact: Fact, leg: Leg, operation: Operation) -> tuple[object, ...]:
    """One event of a new set in the order of EVENT_COLUMNS."""
    action, on, position, cpus, _, details, document_id, place = fact
    (unit_id, district, category), deltas = leg
    line = operation.next_line(covered_by_digest(set_id, seq, new.product, fact, leg, None))
    return (
        set_id, seq, position, action, on.isoformat(), operation.at_text, operation.actor.id, unit_id, new.product,
        new.kind, district, category, cpus, canonical_json(details) if details else None, document_id, place,
        operation.key, line, *deltas,
    )  # fmt: skip


def _set_row(
    set_id: int,
    new: NewSet,
    state: State,
    standing: Deltas,
    seq: int,
    predecessor_id: int | None,
    platforms: Mapping[tuple[int, str], int],
) -> tuple[object, ...]:
    """A new set's state in the order of SET_COLUMNS; its issue tells what it shows besides."""
    issue = new.facts[0]
    shown, platform_id = issue.details or {}, None
    if issue.holder and (platform := shown.get("platform")):
        platform_id = platforms[issue.holder.unit_id, platform]
    return (
        set_id, new.number, state.holder.unit_id, platform_id, new.product, new.entitlement_id, new.kind, state.cpus,
        state.stage, state.issued_on.isoformat(), _day(state.imported_on), _day(state.accepted_on),
        _day(state.ended_on), shown.get("fingerprint", ""), shown.get("license_file", ""), shown.get("support_end"),
        predecessor_id, shown.get("note", ""), seq, *standing,
    )  # fmt: skip


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
    """Predecessor number → set id, from the ledger or from this very batch. The table itself refuses known numbers."""
    wanted = list({new.predecessor for new in new_sets if new.predecessor})
    if not wanted:
        return {}
    batch = dict(zip((new.number for new in new_sets), ids, strict=True))
    found = {number: batch[number] for number in wanted if number in batch}
    for start in range(0, len(wanted), 500):
        query = select(LicenseSet.number, LicenseSet.id).where(LicenseSet.number.in_(wanted[start : start + 500]))
        found.update(db.execute(query).all())
    for number in wanted:
        if number not in found:
            raise Refused("There is no licence set %(number)s.", number=number)
    return found


def _day(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()
