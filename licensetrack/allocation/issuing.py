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
from licensetrack.allocation.fold import Fact, Holder, Leg, State, fold
from licensetrack.allocation.holdings import classify_late
from licensetrack.allocation.ledger import STEP, Operation, covered_by_digest
from licensetrack.allocation.models import DELTAS, LicenseSet
from licensetrack.allocation.papers import NO_PAPER, Paper, with_paper
from licensetrack.allocation.revocations import write_revocations
from licensetrack.allocation.revoking import Opened, can_be_revoked
from licensetrack.allocation.rules import check_day, check_kind, check_number, check_size
from licensetrack.allocation.shown import check_words
from licensetrack.allocation.stages import ENDED, FORMAL, TEMPORARY
from licensetrack.allocation.state_row import platform_of
from licensetrack.allocation.stays import check_stays, ends_of, stays
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
    "imported_on", "accepted_on", "ended_on", "fingerprint", "license_file", "support_end", "edition", "site",
    "valid_until", "predecessor_id", "note", "version", *DELTAS,
)  # fmt: skip
EVENT_COLUMNS = (
    "set_id", "seq", "position", "action", '"on"', "at", "actor_id", "unit_id", "product", "kind", "district",
    "category", "cpus", "details", "document_id", "place", "key", "line", *DELTAS,
)  # fmt: skip


@dataclass(slots=True)
class NewSet:
    """A set that enters the ledger, with its facts in order; the first one is its issue.

    The facts' `details` carry what the state row shows besides (see `shown.SAYS`), days as ISO text. `predecessor` is
    the number of the temporary set that this formal one replaces.
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
    paper: Paper = NO_PAPER,
) -> LicenseSet:
    """Gives a unit one licence set of a product from `on`; `cpus` is its size (none for a product counted in sets).

    Raises Refused where a rule forbids it, Conflict where a hard entitlement has not enough left.
    """
    require(actor, "allocation:set:issue", district=unit.district, unit_id=unit.id)
    check_number(number)
    check_words(details)
    with transaction() as db:
        entitlement = entitlement_for(db, product_code)
        if db.scalar(select(LicenseSet.id).where(LicenseSet.number == number)) is not None:
            raise Refused("The licence number %(number)s exists already.", number=number).at("number")
        fact = Fact("issue", on, 0, cpus, Holder(unit.id, unit.district, unit.category), details or {})
        fact = with_paper(fact, paper)
        if predecessor:
            _check_predecessor(db, predecessor, kind, on)
        operation = Operation(actor)
        new = NewSet(number, product_code, kind, entitlement.id, [fact], predecessor)
        [set_id] = add_sets(db, [new], operation)
        operation.record(db, "allocation:set:issue", f"set:{number}", unit=unit.code, cpus=cpus, on=on)
        outbox.post(db, "allocation:set:issue", set_id=set_id)
        license_set = db.get_one(LicenseSet, set_id)
        classify_late(db, license_set, unit, actor, on)
        return license_set


def add_sets(
    db: Session, new_sets: Sequence[NewSet], operation: Operation, platforms: dict[tuple[int, str], int] | None = None
) -> Sequence[int]:
    """Writes new sets with all their facts; returns their ids in order. Part of the caller's transaction and audit.

    `platforms` remembers between several calls which platforms there are. Raises Refused for a predecessor that does
    not exist or a life that the table of moves forbids; a number that exists ends the transaction in Conflict.
    """
    platforms = {} if platforms is None else platforms
    ids = reserve_ids(db, "license_set", len(new_sets))
    predecessors = _predecessor_ids(db, new_sets, ids)
    metrics = {bought.code: bought.metric for bought in products(db)}
    last_day = today()
    holders = {fact.holder.unit_id for new in new_sets for fact in new.facts if fact.holder}
    ends = ends_of(db, holders, lock=holders)
    states: list[tuple[State, int]] = []
    events: list[tuple[object, ...]] = []
    used: dict[int, tuple[int, int]] = {}
    revocations: dict[int, tuple[Opened, ...]] = {}
    for set_id, new in zip(ids, new_sets, strict=True):
        check_kind(new.kind)
        check_size(metrics[new.product], new.facts[0].cpus)
        for fact in new.facts:
            check_day(fact.on, last_day)
        facts = [_placed(fact, (index + 1) * STEP) for index, fact in enumerate(new.facts)]
        state, legs = fold(facts)
        if ends:
            check_stays(stays(list(zip(facts, legs, strict=True))), ends)
        seq = 0
        for fact, fact_legs in zip(facts, legs, strict=True):
            for leg in fact_legs:
                seq += 1
                events.append(_event_row(set_id, seq, new, fact, leg, operation))
        states.append((state, seq))
        if state.revocations and can_be_revoked(new.kind):
            revocations[set_id] = state.revocations
        if new.kind == FORMAL:
            standing = state.standing()
            so_far = used.get(new.entitlement_id, (0, 0))
            used[new.entitlement_id] = (so_far[0] + standing[0], so_far[1] + standing[1])
    unknown = {pair for state, _ in states if (pair := platform_of(state)) and pair not in platforms}
    platforms.update(ensure_platforms(db, unknown) if unknown else {})
    sets = [
        _set_row(set_id, new, state, seq, predecessors.get(new.predecessor), platforms)
        for set_id, new, (state, seq) in zip(ids, new_sets, states, strict=True)
    ]
    insert_rows(db, "license_set", SET_COLUMNS, sets)
    insert_rows(db, "ledger_event", EVENT_COLUMNS, events)
    if revocations:
        write_revocations(db, revocations, operation.at)
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
    seq: int,
    predecessor_id: int | None,
    platforms: Mapping[tuple[int, str], int],
) -> tuple[object, ...]:
    """A new set's state in the order of SET_COLUMNS."""
    shown, platform = state.shown, platform_of(state)
    return (
        set_id, new.number, state.holder.unit_id, platforms[platform] if platform else None, new.product,
        new.entitlement_id, new.kind, state.cpus, state.stage, state.issued_on.isoformat(), _day(state.imported_on),
        _day(state.accepted_on), _day(state.ended_on), shown.fingerprint, shown.license_file,
        shown.support_end or None, shown.edition, shown.site, shown.valid_until or None, predecessor_id, shown.note,
        seq, *state.standing(),
    )  # fmt: skip


def _check_predecessor(db: Session, number: str, kind: str, on: dt.date) -> None:
    """A formal set replaces a temporary one that has ended before, else the unit would hold both. Raises Refused."""
    before = db.scalars(select(LicenseSet).where(LicenseSet.number == number)).first()
    if before is None:
        return  # told where the predecessors are looked up
    if kind != FORMAL or before.kind != TEMPORARY or before.stage not in ENDED:
        raise Refused(
            "Only a temporary set that has ended can be replaced by a formal one; %(number)s is not.", number=number
        )
    if before.ended_on is not None and before.ended_on > on:
        raise Refused("The temporary set %(number)s is held until %(ended)s; its formal one can not begin on %(on)s.",
                      number=number, ended=before.ended_on, on=on).at("on")  # fmt: skip


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
