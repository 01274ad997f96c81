"""The machine for requests: asked, reviewed by people who did not ask, fulfilled line by line; the model foretells."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import func, select

from licensetrack.core import idempotency
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import DomainError
from licensetrack.procurement.models import Entitlement
from licensetrack.requests.drafting import draft_request, keep_draft, submit_request
from licensetrack.requests.fulfillment import drop_line, fulfill_line
from licensetrack.requests.models import LicenseRequest, RequestEvent, RequestLine
from licensetrack.requests.reviewing import (
    accept_request,
    approve_request,
    lines_of,
    reject_request,
    return_request,
    withdraw_request,
)
from licensetrack.units.models import Unit
from licensetrack.verify import schema_checks
from tests.machine.books import every_invariant_holds
from tests.machine.chances import Dice, numbers, pick
from tests.machine.hands import Hands, PowerCut, power_cut, refused, rows
from tests.machine.pools import BEGIN, CAPPED, PEOPLE, UNITS
from tests.machine.request_model import AT, Desk, Step

CPUS = (8, 16, 30, 45)
WHAT = {  # what → how often
    "begin": 1, "advance": 5, "advance_furthest": 8, "edit": 1, "anything": 3, "wrong_person": 2, "both_hands": 3,
    "replay": 2, "stale": 1, "crash": 1, "time_passes": 1,
}  # fmt: skip
FORWARD = {"approved": "fulfill", "accepted": "approve", "submitted": "accept", "returned": "submit", "draft": "submit"}
NEXT = {
    "draft": ("submit", "submit", "submit", "keep", "withdraw"),
    "submitted": ("accept", "accept", "return", "reject", "withdraw"),
    "accepted": ("approve", "approve", "approve", "return", "reject"),
    "returned": ("keep", "submit", "submit"),
    "approved": ("fulfill", "fulfill", "drop"),
}
VERBS: dict[str, Callable[..., Any]] = {
    "submit": submit_request, "accept": accept_request, "approve": approve_request, "return": return_request,
    "reject": reject_request, "withdraw": withdraw_request, "fulfill": fulfill_line, "drop": drop_line,
}  # fmt: skip


class Asking(RuleBasedStateMachine):
    """Units ask, the centre answers; the model keeps the desk a second time."""

    connect: Callable[[ExitStack], None]
    tally: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.stack, self.keys = ExitStack(), itertools.count(1)
        self.stack.enter_context(patch.object(schema_checks, "differences", lambda _: iter(())))
        self.clock = self.stack.enter_context(
            time_machine.travel(dt.datetime.combine(BEGIN, dt.time(1), dt.UTC), tick=False)
        )
        type(self).connect(self.stack)
        self.hands, self.desk = Hands(), Desk()
        self.done: list[tuple[str, Step, dict[str, Any]]] = []

    def teardown(self) -> None:
        try:
            every_invariant_holds()
        finally:
            self.stack.close()

    @rule(
        what=st.sampled_from([what for what, often in WHAT.items() for _ in range(often)]),
        which=numbers, how=numbers, size=numbers, day=numbers,
    )  # fmt: skip
    def step(self, what: str, which: int, how: int, size: int, day: int) -> None:
        """One step; without any request there is only one thing to do."""
        self.clock.shift(dt.timedelta(seconds=1))
        dice = Dice(which, how, size, day)
        getattr(self, what if self.desk.requests and (self.done or what != "replay") else "begin")(dice)

    # --- deep ---

    def begin(self, dice: Dice) -> None:
        """Somebody of the unit asks, or the centre on its behalf."""
        who = pick(dice.which, ["bob", "charlie", "alice", "bob", "charlie", "bob", "rita"])
        unit = PEOPLE[who].value if PEOPLE[who].scope == "unit" else pick(dice.how, UNITS)
        self.attempt(Step("draft", who, unit=unit, asked=self.typed(dice)))

    def advance(self, dice: Dice) -> None:
        """A request goes on, by somebody who may; where all have come to their end, another begins."""
        open_ones = [n for n, one in enumerate(self.desk.requests) if one.stage in NEXT]
        if not open_ones:
            return self.begin(dice)
        request = pick(dice.which, open_ones)
        return self.go_on(request, pick(dice.how, NEXT[self.desk.requests[request].stage]), dice)

    def advance_furthest(self, dice: Dice) -> None:
        """The request that came furthest goes on, so that some reach their end."""
        for stage, verb in FORWARD.items():
            there = [n for n, one in enumerate(self.desk.requests) if one.stage == stage]
            if there:
                return self.go_on(pick(dice.which, there), verb, dice)
        return self.begin(dice)

    def go_on(self, request: int, verb: str, dice: Dice) -> None:
        self.attempt(self.desk.right_person(self.about(request, verb, dice), dice.size))

    # --- whatever comes to mind ---

    def edit(self, dice: Dice) -> None:
        """The text of a draft changes."""
        request = pick(dice.which, range(len(self.desk.requests)))
        step = Step("keep", pick(dice.how, ["bob", "alice", "oscar"]), request, asked=self.typed(dice))
        self.attempt(step)

    def anything(self, dice: Dice) -> None:
        """Any verb on any request by anybody, with or without words, for more than was asked."""
        request = pick(dice.which, range(len(self.desk.requests)))
        step = replace(self.about(request, pick(dice.how, AT), dice), who=pick(dice.size, PEOPLE))
        self.attempt(replace(step, note=pick(dice.day, ["有理由"] * 3 + [" "])))

    def wrong_person(self, dice: Dice) -> None:
        """What may be done now, by whoever comes along; mostly by those who had a hand in it before."""
        request = pick(dice.which, range(len(self.desk.requests)))
        asked = self.desk.requests[request]
        verb = pick(dice.how, NEXT.get(asked.stage, tuple(AT)))
        known = [who for who in (asked.acceptor, asked.requester, *sorted(asked.writers)) if who]
        self.attempt(replace(self.about(request, verb, dice), who=pick(dice.day, [*known, *known, *PEOPLE])))

    def both_hands(self, dice: Dice) -> None:
        """One person for two steps that take two: accepting what they wrote, approving what they accepted."""
        waiting = [n for n, one in enumerate(self.desk.requests) if one.stage in ("submitted", "accepted")]
        if waiting:
            request = pick(dice.which, waiting)
            asked = self.desk.requests[request]
            verb, who = ("accept", asked.requester) if asked.stage == "submitted" else ("approve", asked.acceptor)
            self.attempt(Step(verb, who, request))

    def stale(self, dice: Dice) -> None:
        """Somebody acts on what they saw before another acted."""
        moved = [n for n, one in enumerate(self.desk.requests) if one.version > 1 and one.stage in NEXT]
        if moved:
            request = pick(dice.which, moved)
            verb = pick(dice.how, NEXT[self.desk.requests[request].stage])
            step = self.desk.right_person(self.about(request, verb, dice), dice.size)
            self.attempt(replace(step, stale=verb != "keep"))

    def replay(self, dice: Dice) -> None:
        """The same form sent again: answered alike, or refused when it says another."""
        key, step, answer = pick(dice.which, self.done[-3:])
        before = rows()
        if dice.how % 2:
            refused({"Conflict"}, lambda: self.do(replace(step, note="别的内容"), key))
        else:
            assert self.do(step, key) == answer
        assert rows() == before, "a form that was sent again left something behind"

    def crash(self, dice: Dice) -> None:
        """The program ends in the middle of an act: nothing of it stays."""
        request = pick(dice.which, range(len(self.desk.requests)))
        verb, before = pick(dice.how, NEXT.get(self.desk.requests[request].stage, tuple(AT))), rows()
        step = self.desk.right_person(self.about(request, verb, dice), dice.size)
        with power_cut(1 + dice.day % 30), pytest.raises((PowerCut, DomainError)):
            self.do(step, f"k{next(self.keys)}")
        assert rows() == before, "half an act stayed"

    def time_passes(self, dice: Dice) -> None:
        """Some days in which nothing happens."""
        self.clock.shift(dt.timedelta(days=1 + dice.day % 9))

    # --- what must hold after every step ---

    @invariant()
    def the_desk_is_as_foretold(self) -> None:
        with reading() as db:
            kept = db.scalars(select(LicenseRequest).order_by(LicenseRequest.id)).all()
            counted = select(RequestEvent.request_id, func.count()).group_by(RequestEvent.request_id)
            events = dict(db.execute(counted).all())
            lines: dict[int, list[RequestLine]] = {}
            for line in db.scalars(select(RequestLine).order_by(RequestLine.request_id, RequestLine.position)):
                lines.setdefault(line.request_id, []).append(line)
            used = db.execute(
                select(Entitlement.used_sets, Entitlement.used_cpus).where(Entitlement.product == CAPPED)
            ).one()
            units = dict(db.execute(select(Unit.id, Unit.code)).all())
        assert len(kept) == len(self.desk.requests)
        for number, (one, asked) in enumerate(zip(kept, self.desk.requests, strict=True), 1):
            assert one.number == f"XQ-2024-{number:04}", "numbers have no hole, and a request keeps its own"
            found = (units[one.unit_id], one.stage, one.version, set(one.writers), one.acceptor or "", one.requester)
            assert found == (
                asked.unit, asked.stage, asked.version, asked.writers, asked.acceptor, asked.requester
            ), one.number  # fmt: skip
            assert events[one.id] == one.version
            recorded = [(line.cpus_asked, line.cpus_granted, line.stage) for line in lines.get(one.id, [])]
            assert recorded == [(line.asked, line.granted, line.stage) for line in asked.lines], one.number
        assert tuple(used) == (len(self.desk.issued()), sum(self.desk.issued()))

    # --- how it is done ---

    def about(self, request: int, verb: str, dice: Dice) -> Step:
        lines = len(self.desk.requests[request].typed)
        if verb in ("fulfill", "drop") and not self.desk.requests[request].lines:
            verb = "submit"  # a page without lines has no button for any
        grants = tuple(pick(dice.day + n, [None, None, None, 0, 4, 40]) for n in range(lines))
        asked = self.typed(dice) if verb == "keep" else ()
        return Step(verb, "alice", request, asked=asked, grants=grants if verb == "approve" else (), line=dice.size)

    @staticmethod
    def typed(dice: Dice) -> tuple[int | None, ...]:
        """CPUs of one to three lines; now and then one forgets to say how many, or there is none."""
        if dice.day % 10 == 0:
            return (None, 8)[dice.size % 2 :][: dice.size % 3]
        return tuple(pick(dice.size + 7 * n, CPUS) for n in range(1 + dice.day % 3))

    def attempt(self, step: Step) -> None:
        """Acts; done or refused as the model foretold; what is refused leaves nothing, what is done its traces."""
        foretold, before, key = self.desk.foretell(step), rows(), f"k{next(self.keys)}"
        self.tally["refused" if foretold else "done"] += 1
        self.tally[f"{step.verb} refused" if foretold else f"{step.verb} done"] += 1
        if foretold:
            refused(foretold, lambda: self.do(step, key))
            assert rows() == before, f"{step} was refused and left something behind"
            return
        self.done.append((key, step, self.do(step, key)))
        moved = step.verb != "keep" or step.asked != self.desk.requests[step.request].typed
        self.desk.note(step)
        assert (rows()[-1] > before[-1]) is moved, f"{step} has no audit entry"

    def do(self, step: Step, key: str) -> dict[str, Any]:
        """Does the step once for its key."""
        fingerprint = hashlib.sha256(repr(step).encode()).hexdigest()
        with transaction() as db:
            answer = idempotency.answered(db, key, fingerprint)
            if answer is None:
                self.verb(step)
                answer = {"entries": rows()[-1]}
                idempotency.remember(db, key, answer)
        return answer

    def verb(self, step: Step) -> None:
        actor = self.hands.people[step.who]
        lines = [
            {"key": "abc"[n], "kind": "new", "product": CAPPED, "license_kind": "formal", "platform": "云甲",
             "cpus": "" if cpus is None else str(cpus)}
            for n, cpus in enumerate(step.asked)
        ]  # fmt: skip
        typed = {"contact": "王工", "reason": "上云", "lines": lines}
        if step.verb == "draft":
            draft_request(self.hands.unit(step.unit), typed, actor=actor)
            return
        with reading() as db:
            request = db.scalars(select(LicenseRequest).order_by(LicenseRequest.id).offset(step.request).limit(1)).one()
            recorded = list(lines_of(db, request.id))
        seen = self.desk.requests[step.request].version - step.stale
        if step.verb == "keep":
            keep_draft(request, typed, actor=actor)
        elif step.verb in ("fulfill", "drop"):
            on, about = self.today, recorded[step.line % len(recorded)]
            more = {"reason": step.note} if step.verb == "drop" else {}
            VERBS[step.verb](about, actor=actor, on=on, seen=seen, **more)
        else:
            grants = {"abc"[n]: given for n, given in enumerate(step.grants) if n < len(recorded)}
            more = {"grants": grants} if step.verb == "approve" else {}
            more |= {"note": step.note} if step.verb in ("return", "reject") else {}
            VERBS[step.verb](request, actor=actor, seen=seen, **more)

    @property
    def today(self) -> dt.date:
        return dt.datetime.now(dt.UTC).date()
