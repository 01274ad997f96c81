"""From facts to deltas, purely: a set's facts in order give its standing after each, and the change that each makes.

A back-dated fact changes what later facts mean (an expansion before the acceptance makes the acceptance larger), so
the ledger never computes one event's deltas alone: it folds all facts and posts what differs from what is recorded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from licensetrack.allocation.revoking import Opened, is_opened
from licensetrack.allocation.rules import check_handed_back, check_quantity
from licensetrack.allocation.shown import NOTHING_SHOWN, Shown, shown_after, shown_by_issue
from licensetrack.allocation.stages import ACCEPTED, ENDED, HELD, IMPORTED, ISSUED, SET_MOVES, START
from licensetrack.core.errors import Refused
from licensetrack.core.transitions import next_stage

Deltas = tuple[int, int, int, int, int, int, int]  # in the order of models.DELTAS
NOTHING: Deltas = (0, 0, 0, 0, 0, 0, 0)


class Holder(NamedTuple):
    """Who holds the set, with the dimensions a count can be split by, as they are on that day."""

    unit_id: int
    district: str
    category: str


class Fact(NamedTuple):
    """One thing that happened: what, on which day, what it says. `cpus` is a size for issue, else a signed change."""

    action: str
    on: dt.date
    position: int = 0
    cpus: int | None = None
    holder: Holder | None = None  # for issue, relocate and reclassify
    details: Mapping[str, Any] | None = None
    document_id: int | None = None
    place: str = ""


class Leg(NamedTuple):
    """The change one fact makes at one holder; a relocation has two legs."""

    holder: Holder
    deltas: Deltas


class State(NamedTuple):
    """Where a set stands after its facts."""

    stage: str
    holder: Holder
    cpus: int | None
    failed: int
    issued_on: dt.date
    imported_on: dt.date | None
    accepted_on: dt.date | None
    ended_on: dt.date | None
    shown: Shown = NOTHING_SHOWN
    revocations: tuple[Opened, ...] = ()

    def standing(self) -> Deltas:
        """The seven counters: a set that is held counts at every stage it has reached."""
        if self.stage not in HELD:
            return NOTHING
        size = self.cpus or 0
        if self.stage == ISSUED:
            return (1, size, 0, 0, 0, 0, self.failed)
        if self.accepted_on is None:
            return (1, size, 1, size, 0, 0, self.failed)
        return (1, size, 1, size, 1, size, self.failed)


def fold(facts: Sequence[Fact]) -> tuple[State, list[list[Leg]]]:
    """The last state, and for each fact its legs. `facts` are in order (see `in_order`), the first is the issue.

    Raises Refused, with the fact's day in words, where the table of moves does not allow the order of events.
    """
    first = facts[0]
    if first.action != "issue" or first.holder is None:
        raise Refused("The set was not yet issued on %(on)s.", on=first.on)
    if first.cpus is not None:
        check_quantity(first.cpus)
    next_stage(SET_MOVES, START, "issue")
    state = State(
        ISSUED, first.holder, first.cpus, 0, first.on, None, None, None, shown_by_issue(first.details)
    )  # fmt: skip
    before = state.standing()
    legs = [[Leg(first.holder, before)]]
    for fact in facts[1:]:
        moved = _apply(state, fact)
        after = moved.standing()
        if moved.holder == state.holder:
            legs.append([Leg(state.holder, _minus(after, before))])
        else:
            legs.append([Leg(state.holder, _minus(NOTHING, before)), Leg(moved.holder, after)])
        state, before = moved, after
    return state, legs


def in_order(facts: Sequence[Fact]) -> list[Fact]:
    """Facts by day, and on one day by position."""
    return sorted(facts, key=_order)


def _order(fact: Fact) -> tuple[dt.date, int]:
    return (fact.on, fact.position)


def _check_possible(state: State, fact: Fact) -> None:
    """Says in plain words what the table of moves forbids anyway. Raises Refused."""
    if state.stage in ENDED:
        raise Refused("The set was handed back or ended on %(ended)s; nothing can follow on %(on)s.",
                      ended=state.ended_on, on=fact.on).at("on")  # fmt: skip
    if fact.action == "issue":
        raise Refused("The set was issued on %(issued)s; it can not be issued again on %(on)s.",
                      issued=state.issued_on, on=fact.on).at("on")  # fmt: skip
    if fact.action in ("accept", "decline") and state.stage == ISSUED:
        raise Refused(
            "The set was not yet imported on %(on)s; only an imported set can be accepted or declined.", on=fact.on
        ).at("on")
    if fact.action in ("accept", "decline", "import", "import_failed") and state.stage == ACCEPTED:
        raise Refused("The set was accepted on %(accepted)s; nothing more can be imported, accepted or declined on"
                      " %(on)s.", accepted=state.accepted_on, on=fact.on).at("on")  # fmt: skip
    if fact.action == "void" and state.stage == ACCEPTED:
        raise Refused("The set was accepted on %(accepted)s; it is returned or revoked then, not voided.",
                      accepted=state.accepted_on).at("on")  # fmt: skip
    if fact.action in ("import", "import_failed") and state.imported_on is not None and state.stage == IMPORTED:
        raise Refused("The set was imported on %(imported)s; it can not be imported again on %(on)s.",
                      imported=state.imported_on, on=fact.on).at("on")  # fmt: skip


def _apply(state: State, fact: Fact) -> State:
    _check_possible(state, fact)
    stage = next_stage(SET_MOVES, state.stage, fact.action)
    if fact.action == "return":
        check_handed_back(state.cpus, fact.cpus)
    changes: dict[str, Any] = {"stage": stage}
    if fact.action == "import":
        changes["imported_on"] = fact.on
    elif fact.action == "accept":
        changes["accepted_on"] = fact.on
    elif fact.action == "import_failed":
        changes["failed"] = state.failed + 1
    elif fact.action in ("expand", "shrink"):
        changes["cpus"] = _resized(state, fact)
    elif fact.action == "relocate":
        changes["holder"] = fact.holder or state.holder
    elif fact.action == "reclassify" and fact.holder and fact.holder.unit_id == state.holder.unit_id:
        changes["holder"] = fact.holder  # a set that left for another unit before that day is not concerned
    if stage in ENDED:
        changes["ended_on"] = fact.on
    return _shown_anew(state, fact, state._replace(**changes))


def _shown_anew(before: State, fact: Fact, after: State) -> State:
    """With the words that the fact changes, and the revocation that it opens."""
    leaves = after.holder.unit_id != before.holder.unit_id
    shown = shown_after(before.shown, fact.action, fact.details, leaves=leaves)
    revocations = before.revocations
    host = (fact.details or {}).get("fingerprint", "") if fact.action == "relocate" else ""
    moves = leaves and host != before.shown.fingerprint  # one that names the very same host moves papers, not machines
    if is_opened(
        fact.action,
        before.shown.fingerprint,
        other_unit=moves,
        other_platform=shown.platform != before.shown.platform,
        imported=before.imported_on is not None,
    ):
        one = Opened(fact.position, fact.action, fact.on, before.shown.fingerprint, before.holder.unit_id)
        revocations = (*revocations, one)
    return after._replace(shown=shown, revocations=revocations)


def _resized(state: State, fact: Fact) -> int:
    if state.cpus is None:
        raise Refused("This product is counted in sets; it has no CPUs to change.").at("cpus")
    change = fact.cpus or 0
    if (change > 0) != (fact.action == "expand") or change == 0:
        raise Refused("An expansion adds CPUs and a shrinking takes CPUs away; %(change)s does neither.",
                      change=change).at("cpus")  # fmt: skip
    if state.cpus + change <= 0:
        raise Refused("The set has %(cpus)s CPUs on %(on)s; %(change)s would leave none. Hand it back instead.",
                      cpus=state.cpus, on=fact.on, change=change).at("cpus")  # fmt: skip
    check_quantity(state.cpus + change)
    return state.cpus + change


def _minus(left: Deltas, right: Deltas) -> Deltas:
    return (
        left[0] - right[0], left[1] - right[1], left[2] - right[2], left[3] - right[3],
        left[4] - right[4], left[5] - right[5], left[6] - right[6],
    )  # fmt: skip
