"""Seeded bugs, kept for ever: each is a mistake that somebody could make, and the machine must find every one.

A bug replaces a small part of the real program while its context lasts. What it measures is the tests, not the code.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from sqlalchemy import case, func, literal

from licensetrack.accounts import permissions
from licensetrack.allocation import acting, caps, fold, issuing, ledger, life
from licensetrack.allocation.fold import State
from licensetrack.allocation.stages import ACCEPTED, DECLINED, ISSUED, RETURNED, REVOKED
from licensetrack.core import idempotency, outbox
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.measures import ledger_sums
from licensetrack.procurement.models import Entitlement

ZOO: dict[str, Callable[[], Any]] = {}


def bug(seeded: Callable[[], Iterator[None]]) -> Callable[[], Iterator[None]]:
    """Puts a bug into the zoo under its name."""
    ZOO[seeded.__name__.replace("_", " ")] = contextmanager(seeded)
    return seeded


def instead(where: Any, name: str, then: Callable[..., Any]) -> Any:
    """`then` is called with what was there before and the call's own arguments."""
    before = getattr(where, name)
    return patch.object(where, name, lambda *args, **more: then(before, *args, **more))


@bug
def a_set_is_accepted_that_was_never_imported() -> Iterator[None]:
    moves = MappingProxyType({**fold.SET_MOVES, (ISSUED, "accept"): ACCEPTED})
    with (
        patch.object(fold, "SET_MOVES", moves),
        patch.object(life, "check_acceptable", lambda *_: None),
        instead(fold, "_check_possible", lambda before, at, one: None if one.action == "accept" else before(at, one)),
    ):
        yield


@bug
def an_expansion_counts_as_a_set_more() -> Iterator[None]:
    event = ledger_sums._e

    def sums(before: Any) -> list[Any]:
        more = func.sum(event.issued_sets + case((event.action == "expand", 1), else_=0)).label("issued_sets")
        return [more if column.name == "issued_sets" else column for column in before()]

    with instead(ledger_sums, "_sums", sums):
        yield


@bug
def a_relocation_has_no_minus() -> Iterator[None]:
    def folded(before: Any, facts: Any) -> Any:
        state, legs = before(facts)
        return state, [of_one[-1:] for of_one in legs]

    with instead(ledger, "fold", folded):
        yield


def _standing(of_stage: str, counts: Callable[[State], fold.Deltas]) -> Any:
    return instead(State, "standing", lambda before, state: counts(state) if state.stage == of_stage else before(state))


@bug
def a_returned_set_keeps_its_cpus() -> Iterator[None]:
    with _standing(RETURNED, lambda state: (0, state.cpus or 0, 0, 0, 0, 0, 0)):
        yield


@bug
def a_revoked_set_still_counts() -> Iterator[None]:
    with _standing(REVOKED, lambda state: state._replace(stage=ACCEPTED).standing()):
        yield


@bug
def the_cap_is_not_asked_when_a_set_is_expanded() -> Iterator[None]:
    def use(before: Any, db: Any, entitlement_id: int, sets: int, cpus: int, *more: Any) -> None:
        if sets:
            before(db, entitlement_id, sets, cpus, *more)
        elif cpus:
            db.get_one(Entitlement, entitlement_id, populate_existing=True).cap_rule = "open"
            db.flush()
            before(db, entitlement_id, sets, cpus, *more)

    with instead(ledger, "use_entitlement", use):
        yield


@bug
def the_cap_counts_sets_and_forgets_cpus() -> Iterator[None]:
    with patch.object(caps, "_within", lambda sets, cpus: literal(True)):
        yield


@bug
def temporary_sets_are_counted() -> Iterator[None]:
    with instead(ledger_sums, "conditions", lambda before, question, kind="formal": before(question, kind)[1:]):
        yield


@bug
def temporary_sets_use_up_the_entitlement() -> Iterator[None]:
    with patch.object(issuing, "FORMAL", "temporary"):
        yield


@bug
def a_correction_says_it_was_always_known() -> Iterator[None]:
    def write(before: Any, license_set: Any, product: str, operation: Any, recorded: Any, wanted: Any) -> Any:
        seq, rows = before(license_set, product, operation, recorded, wanted)
        if any(row["reverses_id"] for row in rows):
            rows = [{**row, "at": recorded[0].at} for row in rows]
        return seq, rows

    with instead(ledger, "_events_to_write", write):
        yield


@bug
def a_reversal_stands_on_the_day_of_the_correction() -> Iterator[None]:
    with instead(ledger, "_reverse", lambda before, event, append: before(_on(event, today()), append)):
        yield


class _on:  # noqa: N801
    """An event with another day."""

    def __init__(self, event: Any, on: dt.date) -> None:
        self.event, self.on = event, on

    def __getattr__(self, name: str) -> Any:
        return getattr(self.event, name)


@bug
def a_late_fact_leaves_later_ones_as_they_are() -> Iterator[None]:
    def write(before: Any, license_set: Any, product: str, operation: Any, recorded: Any, wanted: Any) -> Any:
        told = {event.position for event in recorded}
        as_recorded = [event for event in recorded if event.position in {fact.position for fact, _ in wanted}]
        if len(as_recorded) < len(recorded):  # something is dropped: that it can do
            return before(license_set, product, operation, recorded, wanted)
        new = [(fact, legs) for fact, legs in wanted if fact.position not in told]
        return before(license_set, product, operation, [], new) if new else (license_set.version, [])

    with instead(ledger, "_events_to_write", write):
        yield


@bug
def a_stale_form_wins() -> Iterator[None]:
    with patch.object(ledger, "claim", lambda db, license_set: db.refresh(license_set)):
        yield


@bug
def a_second_click_acts_again() -> Iterator[None]:
    with (
        patch.object(idempotency, "answered", lambda *_: None),
        patch.object(idempotency, "remember", lambda *_: None),
    ):
        yield


@bug
def a_form_sent_again_with_another_text_is_taken_for_the_same() -> Iterator[None]:
    with instead(idempotency, "answered", lambda before, db, key, _: before(db, key, "always the same")):
        yield


@bug
def one_verb_forgets_whose_set_it_is() -> Iterator[None]:
    def require(before: Any, actor: Any, permission: str, **whose: Any) -> None:
        before(actor, permission, **({} if permission == "allocation:import:fail" else whose))

    with instead(acting, "require", require):
        yield


@bug
def a_unit_may_expand_its_own_sets() -> Iterator[None]:
    more = (*permissions.GRANTS["unit_user"], "allocation:set:expand")
    with patch.dict(permissions.GRANTS, unit_user=more):
        yield


@bug
def one_verb_leaves_no_audit_entry() -> Iterator[None]:
    def record(before: Any, operation: Any, db: Any, tag: str, *args: Any, **details: Any) -> None:
        if tag != "allocation:set:shrink":
            before(operation, db, tag, *args, **details)

    with instead(ledger.Operation, "record", record):
        yield


@bug
def nobody_is_told_of_a_relocation() -> Iterator[None]:
    def post(before: Any, db: Any, tag: str, **payload: Any) -> None:
        if tag != "allocation:set:relocate":
            before(db, tag, **payload)

    with instead(outbox, "post", post):
        yield


@bug
def a_failed_import_takes_a_declined_set_back_to_the_start() -> Iterator[None]:
    moves = MappingProxyType({**fold.SET_MOVES, (DECLINED, "import_failed"): ISSUED})
    with patch.object(fold, "SET_MOVES", moves):
        yield


@bug
def a_failed_import_is_forgotten_after_the_next() -> Iterator[None]:
    def apply(before: Any, state: State, fact: Any) -> State:
        return before(state._replace(failed=0) if fact.action == "import_failed" else state, fact)

    with instead(fold, "_apply", apply):
        yield


@bug
def an_act_may_lie_in_the_future() -> Iterator[None]:
    with patch.object(acting, "check_day", lambda *_: None):
        yield


@bug
def a_revocation_needs_no_reason() -> Iterator[None]:
    with patch.object(life, "check_reason", lambda *_: None):
        yield


@bug
def half_an_act_is_committed() -> Iterator[None]:
    def write(before: Any, db: Any, *args: Any, **right: Any) -> None:
        before(db, *args, **right)
        db.commit()

    with instead(ledger, "write_state", write):
        yield


@bug
def the_temporary_set_lives_on_beside_its_formal_one() -> Iterator[None]:
    with (
        patch.object(life, "supersede_set", lambda found, **_: _as_it_is(found)),
        patch.object(issuing, "_check_predecessor", lambda *_: None),
    ):
        yield


def _as_it_is(found: Any) -> State:
    with reading() as db:
        facts = ledger.facts_of(ledger.standing_events(db, found.id))
        return fold.fold(fold.in_order(list(facts.values())))[0]


@bug
def a_code_is_awaited_for_an_act_that_was_taken_back() -> Iterator[None]:
    def write(before: Any, db: Any, wanted: Any, at: Any) -> None:
        if all(wanted.values()):
            before(db, wanted, at)

    with instead(ledger, "write_revocations", write):
        yield


@bug
def a_relocated_set_takes_its_room_along() -> Iterator[None]:
    with instead(fold, "shown_after", lambda before, *args, leaves=False: before(*args)):
        yield
