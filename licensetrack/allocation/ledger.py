"""Posting to the ledger: facts are added or replaced, the fold says what follows, events and state go in at once.

Locks are taken in one order by all: the set, then entitlements by their number, then the end of the audit chain.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session, aliased

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation.caps import use_entitlement
from licensetrack.allocation.fold import Fact, Holder, Leg, State, fold, in_order
from licensetrack.allocation.models import DELTAS, LedgerEvent, LicenseSet
from licensetrack.allocation.revocations import write_revocations
from licensetrack.allocation.revoking import can_be_revoked
from licensetrack.allocation.shown import NOTHING_SHOWN, Shown
from licensetrack.allocation.stages import FORMAL, RANK
from licensetrack.allocation.state_row import CHANGED, claim, write_state
from licensetrack.allocation.stays import check_told
from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.columns import canonical_json, instant_text
from licensetrack.core.errors import Conflict, Refused

STEP = 1000  # room between two facts' positions, for one that turns out to lie between them
_events = LedgerEvent.__table__


@dataclass
class Operation:
    """One act and all events it posts: they share a key, an instant and one audit entry that holds their digest."""

    actor: Actor
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    at: dt.datetime = field(default_factory=now)
    lines: int = 0
    _hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    @cached_property
    def at_text(self) -> str:
        """The instant as plain text, for rows inserted in bulk."""
        return instant_text(self.at)

    def next_line(self, covered: str) -> int:
        """Numbers one event of this operation and takes it into the digest."""
        self.lines += 1
        self._hash.update(covered.encode())
        return self.lines

    def digest(self) -> str:
        """SHA-256 over the operation's events, in their order."""
        return self._hash.hexdigest()

    def record(self, db: Session, tag: str, subject: str, **details: Any) -> None:
        """Writes the operation's audit entry; nothing when no event was posted."""
        if self.lines:
            audit.record(
                db,
                tag,
                subject,
                self.actor,
                operation=self.key,
                events=self.lines,
                events_digest=self.digest(),
                **details,
            )


def covered_by_digest(set_id: int, seq: int, product: str, fact: Fact, leg: Leg, reverses_id: int | None) -> str:
    """What an operation's digest says of one event: enough that no figure can be changed behind its back."""
    action, on, position, cpus, *_ = fact
    (unit_id, district, category), (a, b, c, d, e, f, g) = leg
    size, reverses = "" if cpus is None else cpus, "" if reverses_id is None else reverses_id
    return (
        f"{set_id}|{seq}|{product}|{position}|{action}|{on}|{unit_id}|{district}|{category}|{size}"
        f"|{a}|{b}|{c}|{d}|{e}|{f}|{g}|{reverses}\n"
    )


def standing_events(db: Session, set_id: int) -> Sequence[Row[tuple[LedgerEvent]]]:
    """A set's events that were not taken back, in the order they were recorded."""
    reversal = aliased(LedgerEvent)
    taken_back = select(reversal.reverses_id).where(reversal.set_id == set_id, reversal.reverses_id.is_not(None))
    query = select(_events).where(
        _events.c.set_id == set_id, _events.c.reverses_id.is_(None), _events.c.id.not_in(taken_back)
    )
    return db.execute(query.order_by(_events.c.seq)).all()


def facts_of(events: Iterable[Row[tuple[LedgerEvent]]]) -> dict[int, Fact]:
    """Position → fact, from standing events; of a relocation's two legs the second names the new holder."""
    facts: dict[int, Fact] = {}
    for event in events:
        holder = Holder(event.unit_id, event.district, event.category)
        keeps_holder = event.action in ("issue", "relocate", "reclassify")
        facts[event.position] = Fact(
            event.action, event.on, event.position, event.cpus, holder if keeps_holder else None, event.details,
            event.document_id, event.place,
        )  # fmt: skip
    return facts


def shown_on(db: Session, license_set: LicenseSet, on: dt.date) -> Shown:
    """What a set shows at the end of a day; nothing before its issue."""
    facts = [fact for fact in facts_of(standing_events(db, license_set.id)).values() if fact.on <= on]
    first = min(facts, key=lambda fact: (fact.on, fact.position), default=None)
    return fold(in_order(facts))[0].shown if first and first.action == "issue" else NOTHING_SHOWN


def post(
    db: Session,
    license_set: LicenseSet,
    operation: Operation,
    *,
    add: Sequence[Fact] = (),
    drop: Sequence[int] = (),
    replace: Sequence[Fact] = (),
    right: tuple[str, int] | None = None,
) -> State:
    """Adds facts, drops some by position, replaces some at theirs; writes the events that follow and the state row.

    `right` (product, entitlement id) corrects under which right the set was issued: every event is then told anew.
    Raises Refused where the set's life would break a rule, Conflict when the set changed since it was read.
    """
    claim(db, license_set)
    recorded = standing_events(db, license_set.id)
    used = db.scalars(select(_events.c.position).where(_events.c.set_id == license_set.id)).all() if add else ()
    before, entitlement_before = (license_set.issued_sets, license_set.issued_cpus), license_set.entitlement_id
    product, entitlement_id = right or (license_set.product, license_set.entitlement_id)
    planned = plan(license_set, recorded, used, operation, add=add, drop=drop, replace=replace, product=product)
    if drop or replace or any(fact.holder for fact in add):
        check_told(db, planned.told, lock_all=bool(drop or replace))
    if planned.events:
        db.execute(insert(LedgerEvent), planned.events)
    write_state(db, license_set, planned.state, planned.seq, product=product, entitlement_id=entitlement_id)
    if planned.concerns_revocations(license_set.kind):
        write_revocations(db, {license_set.id: planned.state.revocations}, operation.at)
    after = planned.state.standing()
    if license_set.kind == FORMAL:
        changes = {entitlement_before: (-before[0], -before[1])}
        sets, cpus = changes.get(entitlement_id, (0, 0))
        changes[entitlement_id] = (sets + after[0], cpus + after[1])
        for changed in sorted(changes):  # one order for all, so that nobody waits in a ring
            use_entitlement(db, changed, *changes[changed], operation, planned.state.holder.unit_id)
    return planned.state


class Posting(NamedTuple):
    """What changed facts of one set come to: its state, its last seq, the events to be inserted, its life as told."""

    state: State
    seq: int
    events: list[dict[str, object]]
    told: Sequence[tuple[Fact, list[Leg]]]

    def concerns_revocations(self, kind: str) -> bool:
        """Whether there may be one to open, to move or to void; most acts have nothing to do with any."""
        taken_back = any(event["reverses_id"] is not None for event in self.events)
        return can_be_revoked(kind) and (bool(self.state.revocations) or taken_back)


def plan(
    license_set: LicenseSet | Row[Any],
    recorded: Sequence[Row[Any]],
    used: Iterable[int],
    operation: Operation,
    *,
    add: Sequence[Fact] = (),
    drop: Sequence[int] = (),
    replace: Sequence[Fact] = (),
    product: str,
) -> Posting:
    """Folds the facts as they will be and says which events take the books there; writes nothing.

    `recorded` are the standing events, `used` all positions that the set ever used. Raises Refused, Conflict.
    """
    facts = facts_of(recorded)
    if any(position not in facts for position in (*drop, *(fact.position for fact in replace))):
        raise Conflict(CHANGED, number=license_set.number)
    for position in drop:
        del facts[position]
    facts.update({fact.position: fact for fact in replace})
    if not facts:
        raise Refused("The issue itself can not be taken back; revoke the set instead.")
    taken = set(used)
    for fact in add:
        placed = _place(facts, fact, taken)
        facts[placed.position] = placed
        taken.add(placed.position)
    ordered = in_order(list(facts.values()))
    state, legs = fold(ordered)
    told = list(zip(ordered, legs, strict=True))
    seq, events = _events_to_write(license_set, product, operation, recorded, told)
    return Posting(state, seq, events, told)


def _place(facts: dict[int, Fact], fact: Fact, used: set[int]) -> Fact:
    """A new fact comes last; where that breaks the order of a day, it goes before that day's later kinds.

    A position is used once: a fact that was taken back keeps its own, or the new one would seem to correct it.
    """
    last = fact._replace(position=(max(used) // STEP + 1) * STEP)
    try:
        fold(in_order([*facts.values(), last]))
        return last
    except Refused:
        later = [f.position for f in facts.values() if f.on == fact.on and RANK[f.action] > RANK[fact.action]]
        if not later:
            raise
    position = min(later) - 1
    while position in used:
        position -= 1
    return fact._replace(position=position)


def _events_to_write(
    license_set: LicenseSet | Row[Any],
    product: str,
    operation: Operation,
    recorded: Sequence[Row[Any]],
    wanted: Sequence[tuple[Fact, list[Leg]]],
) -> tuple[int, list[dict[str, object]]]:
    """Reversals of recorded events that are no longer right, and those that are missing; with the set's last seq."""
    seq = license_set.version
    standing: dict[int, list[Row[tuple[LedgerEvent]]]] = {}
    for event in recorded:
        standing.setdefault(event.position, []).append(event)
    rows: list[dict[str, object]] = []

    def append(product: str, fact: Fact, leg: Leg, reverses_id: int | None) -> None:
        nonlocal seq
        seq += 1
        covered = covered_by_digest(license_set.id, seq, product, fact, leg, reverses_id)
        rows.append(
            {
                "set_id": license_set.id, "seq": seq, "position": fact.position, "action": fact.action, "on": fact.on,
                "at": operation.at, "actor_id": operation.actor.id, "unit_id": leg.holder.unit_id,
                "product": product, "kind": license_set.kind, "district": leg.holder.district,
                "category": leg.holder.category, "cpus": fact.cpus,
                "details": dict(fact.details) if fact.details else None, "document_id": fact.document_id,
                "place": fact.place, "key": operation.key, "line": operation.next_line(covered),
                "reverses_id": reverses_id, **dict(zip(DELTAS, leg.deltas, strict=True)),
            }
        )  # fmt: skip

    for fact, legs in wanted:
        old = standing.pop(fact.position, [])
        if _says_the_same(old, product, fact, legs):
            continue
        for event in old:
            _reverse(event, append)
        for leg in legs:
            append(product, fact, leg, None)
    for dropped in standing.values():
        for event in dropped:
            _reverse(event, append)
    return seq, rows


def _reverse(event: Row[tuple[LedgerEvent]], append: Callable[[str, Fact, Leg, int | None], None]) -> None:
    holder = Holder(event.unit_id, event.district, event.category)
    back = tuple(-getattr(event, name) for name in DELTAS)
    fact = Fact("correct", event.on, event.position, event.cpus, None, None, event.document_id, event.place)
    append(event.product, fact, Leg(holder, back), event.id)


def _says_the_same(old: Sequence[Row[tuple[LedgerEvent]]], product: str, fact: Fact, legs: Sequence[Leg]) -> bool:
    if len(old) != len(legs):
        return False
    for event, leg in zip(old, legs, strict=True):
        if (event.product, event.action, event.on, event.cpus) != (product, fact.action, fact.on, fact.cpus):
            return False
        if (event.unit_id, event.district, event.category) != leg.holder:
            return False
        if tuple(getattr(event, name) for name in DELTAS) != leg.deltas:
            return False
        if canonical_json(event.details or {}) != canonical_json(dict(fact.details or {})):
            return False
    return True
