"""The machine: half of its steps take a life further, the others try anything, and the model foretells every one.

It is run on both databases (test_life.py) and against the zoo of seeded bugs (test_zoo.py), of which it must find all.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from licensetrack.allocation.models import LicenseSet
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import now
from licensetrack.core.db import reading
from licensetrack.core.errors import DomainError
from licensetrack.measures.ledger_sums import split
from licensetrack.measures.question import Question
from tests.machine import chances
from tests.machine.books import every_invariant_holds, figures_agree, rows_agree, units_agree
from tests.machine.chances import Dice, act_on, acts_on, new_set, numbers, pick, some_days, some_fact
from tests.machine.hands import Hands, PowerCut, Recorded, power_cut, refused, resize_cap, rows
from tests.machine.model import Trade
from tests.machine.pools import BEGIN, CAP_CPUS, CAP_SETS, CAPPED, DISTRICTS, FIRST, PEOPLE, UNITS
from tests.machine.set_model import ENDS, NEXT, Act


class Life(RuleBasedStateMachine):
    """Sets live; the model keeps their books a second time."""

    connect: Callable[[ExitStack], None]
    tally: Counter[str]
    thorough = 20  # every so many steps all invariants of `verify` are asked, and once at the end

    def __init__(self) -> None:
        super().__init__()
        self.stack, self.steps, self.keys = ExitStack(), 0, itertools.count(1)
        self.clock = self.stack.enter_context(
            time_machine.travel(dt.datetime.combine(BEGIN, dt.time(1), dt.UTC), tick=False)
        )
        type(self).connect(self.stack)
        self.hands, self.trade = Hands(), Trade(BEGIN)
        self.done: list[tuple[str, Act, dict[str, Any]]] = []
        self.known: list[tuple[Question, dict[str, Any]]] = []

    def teardown(self) -> None:
        try:
            self.all_is_right()
        finally:
            self.stack.close()

    @rule(what=chances.WHAT, which=numbers, how=numbers, size=chances.SIZES, day=numbers)
    def step(self, what: str, which: int, how: int, size: int, day: int) -> None:
        """One rule for all, because hypothesis leaves rules out at random, and no life shall be without depth."""
        self.clock.shift(dt.timedelta(seconds=1))
        if what not in chances.WITHOUT_A_SET and not self.trade.held():
            what = "issue"
        getattr(self, what)(Dice(which, how, size, day))

    # --- half of the steps: the next thing that may happen to something that lives ---

    def issue(self, dice: Dice) -> None:
        """A set is born, today or some time ago."""
        on = max(FIRST, self.trade.today - dt.timedelta(days=dice.day % 40))
        self.attempt(new_set(self.trade, dice, on))

    def advance(self, dice: Dice) -> None:
        """Any set that is held goes on."""
        self.go_on(pick(dice.which, self.trade.held()).number, dice)

    def advance_further(self, dice: Dice) -> None:
        """The set that somebody acted on last goes on, so that lives become deep."""
        last = self.done[-1][1].number
        self.go_on(last if self.trade.sets[last].now.is_held else self.trade.held()[0].number, dice)

    def advance_its_stage(self, dice: Dice) -> None:
        """Import and acceptance, which all later steps build on."""
        early = [one for one in self.trade.held() if NEXT[one.now.stage]] or self.trade.held()
        self.go_on(pick(dice.which, early).number, dice, staged=True)

    def tell_late(self, dice: Dice) -> None:
        """Something that happened before what is known already."""
        kept = pick(dice.which, self.trade.held())
        told = kept.in_order()
        on = told[0].on + dt.timedelta(days=dice.day % (1 + (told[-1].on - told[0].on).days))
        acts = acts_on(self.trade, kept.number, dice, on)
        possible = [act for act in acts if act.verb not in ENDS and not self.trade.foretell(act)]
        self.attempt(pick(dice.how, possible or acts))

    # --- the others: whatever comes to mind ---

    def anything(self, dice: Dice) -> None:
        """Any verb by anybody on any day, with or without a reason."""
        number, on = pick(dice.which, self.trade.sets), self.trade.today + dt.timedelta(days=2 - dice.day % 60)
        verb, who, words = (
            pick(dice.how, chances.VERBS),
            pick(dice.how // 31, PEOPLE),
            pick(dice.day, ["有理由"] * 5 + [" "]),
        )
        self.attempt(replace(act_on(self.trade, number, verb, dice, on), who=who, reason=words))

    def right_act_wrong_person(self, dice: Dice) -> None:
        """What would be right, if another did it: mostly what units do themselves, and mostly somebody of another."""
        kept = pick(dice.which, self.trade.held())
        acts = [act for act in acts_on(self.trade, kept.number, dice, self.trade.today) if not self.trade.foretell(act)]
        early = [act for act in acts if act.verb in NEXT[kept.now.stage] and dice.size % 2 == 0]
        act = pick(dice.how, early or acts or [act_on(self.trade, kept.number, "return", dice, self.trade.today)])
        self.attempt(replace(act, who=pick(dice.day, ["bob", "charlie", "amber", *PEOPLE])))

    def out_of_turn(self, dice: Dice) -> None:
        """What the right person may not do now, though it may be right at another stage."""
        kept = pick(dice.which, self.trade.held())
        on = pick(dice.day, [self.trade.today, kept.in_order()[-1].on])
        acts = [act_on(self.trade, kept.number, verb, dice, on) for verb in chances.VERBS]
        self.attempt(pick(dice.how, [act for act in acts if self.trade.foretell(act)] or acts))

    def issue_anything(self, dice: Dice) -> None:
        """A set of any size and kind, by anybody."""
        size, kind = pick(dice.how, [None, 0, 16, 101]), pick(dice.day, ["formal", "temporary", "formal", "trial"])
        act = new_set(self.trade, dice, self.trade.today)
        self.attempt(replace(act, who=pick(dice.how // 4, PEOPLE), cpus=size, kind=kind))

    def correct(self, dice: Dice) -> None:
        """Another day, or another size, for something told before."""
        number, told = some_fact(self.trade, dice)
        size = dice.size if dice.day % 2 else None
        on = told.on if size else told.on + dt.timedelta(days=dice.day % 9 - 4)
        words = "" if dice.day % 11 == 0 else "录入错误"
        self.attempt(Act("correct", "alice", number, on, size, position=told.position, reason=words))

    def drop(self, dice: Dice) -> None:
        """Something told before did not happen."""
        number, told = some_fact(self.trade, dice)
        who = pick(dice.day, ["alice", "alice", "alice", "bob", "amber"])
        self.attempt(Act("drop", who, number, self.trade.today, position=told.position, reason="并未发生"))

    def replay(self, dice: Dice) -> None:
        """A form sent again, by a second click or from another tab: answered alike, or refused when it says another."""
        key, act, answer = pick(dice.which, self.done[-3:])
        before = rows()
        if dice.how % 2:
            refused({"Conflict"}, lambda: self.hands.do(replace(act, reason="别的内容"), key))
        else:
            assert self.hands.do(act, key) == answer
        assert rows() == before, "a form that was sent again left something behind"

    def two_actors_same_object(self, dice: Dice) -> None:
        """Two people opened the same page; one acts, then the other."""
        number = pick(dice.which, self.trade.held()).number
        seen, version = self.hands.set(number), self.hands.set(number).version
        self.go_on(number, dice)
        if self.hands.set(number).version != version:
            acts = acts_on(self.trade, number, dice, self.trade.today)
            possible = [act for act in acts if not self.trade.foretell(act)]
            self.attempt(replace(pick(dice.day, possible or acts), stale=True), seen)

    def crash(self, dice: Dice) -> None:
        """The program ends in the middle of an act: nothing of it stays, and it can be done again."""
        acts = acts_on(self.trade, pick(dice.which, self.trade.held()).number, dice, self.trade.today)
        act = pick(dice.how, [one for one in acts if not self.trade.foretell(one)] or acts)
        before = rows()
        with power_cut(1 + dice.day % 24), pytest.raises((PowerCut, DomainError)):
            self.hands.do(act, f"k{next(self.keys)}")
        assert rows() == before, "half an act stayed"

    def resize_cap(self, dice: Dice) -> None:
        """Another ceiling, mostly not below what is used."""
        used, before = self.trade.used(CAPPED), rows()
        sets, cpus = used[0] + dice.how % 4, used[1] + dice.day % 60 - 5
        wanted = (max(sets, CAP_SETS - 1), max(cpus, CAP_CPUS - 30))
        if cpus < used[1] or wanted == self.trade.cap:
            wanted = (sets, cpus) if cpus < used[1] else wanted
            refused({"Refused"}, lambda: resize_cap(*wanted))
            assert rows() == before
        else:
            resize_cap(*wanted)
            self.trade.cap = wanted

    def move_unit(self, dice: Dice) -> None:
        """A unit comes under another district, and its sets follow."""
        code, district = pick(dice.which, UNITS), pick(dice.how, DISTRICTS)
        self.hands.move_unit(code, district, self.trade.today)
        self.trade.move_unit(code, district)
        for number in self.trade.sets:
            self.follow(number)

    def time_passes(self, dice: Dice) -> None:
        """Some days in which nothing happens."""
        self.clock.shift(dt.timedelta(days=1 + dice.day % 20))
        self.trade.today += dt.timedelta(days=1 + dice.day % 20)

    # --- what must hold after every step ---

    @invariant()
    def the_books_say_what_was_told(self) -> None:
        """For today and for a day before, one by unit and the other by district, in turns."""
        self.steps += 1
        today, past = self.trade.today, pick(self.steps * 13, some_days(self.trade))
        one, other = (today, past) if self.steps % 2 else (past, today)
        figures_agree(self.trade, self.hands.codes, one, other)
        rows_agree(self.trade)

    @invariant()
    def what_was_known_then_is_known_for_ever(self) -> None:
        if self.steps % 3 == 0:
            question = Question(pick(self.steps * 7, some_days(self.trade)), now())
            with reading() as db:
                self.known.append((question, split(db, question, "unit_id")))
        elif self.known:
            for question, answer in (pick(self.steps * 31, self.known), self.known[-1]):
                with reading() as db:
                    assert split(db, question, "unit_id") == answer, f"known at {question.known_at}"

    @invariant()
    def the_books_are_right(self) -> None:
        if self.steps % self.thorough == 0:
            self.all_is_right()

    # --- how it is done ---

    def attempt(self, act: Act, seen: LicenseSet | None = None) -> None:
        """Acts; done or refused as the model foretold. What is refused leaves nothing, what is done one audit entry."""
        foretold, before, key = self.trade.foretell(act), rows(), f"k{next(self.keys)}"
        self.tally["refused" if foretold else "done"] += 1
        self.tally[f"{act.verb} refused" if foretold else f"{act.verb} done"] += 1
        if foretold:
            refused(foretold, lambda: self.hands.do(act, key, seen))
            assert rows() == before, f"{act} was refused and left something behind"
            return
        answer = self.hands.do(act, key, seen)
        self.done.append((key, act, answer))
        followed = self.take_in(act)
        after = rows()
        if after[0] != before[0]:
            entries = 2 if act.verb == "formalize" else 1
            assert after[-1] == before[-1] + entries + followed, f"{act} has no audit entry of its own"
            assert after[2] == before[2] + entries, f"nobody is told of {act}"
            with reading() as db:
                assert db.get_one(AuditEntry, after[-1]).actor == act.who

    def take_in(self, act: Act) -> int:
        """Tells the model. Where a new fact stands among those of its day is looked up; the rest must agree."""
        recorded = self.hands.recorded(act.number)
        if act.verb in ("correct", "drop"):
            self.trade = self.trade.with_act(act)
        else:
            known = {one.position for one in self.trade.sets[act.number].told} if act.verb != "issue" else set()
            action = "supersede" if act.verb == "formalize" else act.verb
            new = [position for position, one in recorded.items() if position not in known and one.action == action]
            assert len(new) == 1, f"{act} told {len(new)} facts"
            self.trade = self.trade.with_act(act, new[0])
        followed = self.follow(act.number, recorded)
        if act.verb == "formalize":
            followed += self.follow(act.new_number)
        return 0 if act.verb in ("correct", "drop") else followed  # a correction tells of it in its own entry

    def follow(self, number: str, recorded: dict[int, Recorded] | None = None) -> int:
        """Takes in how a set followed its unit into other districts; how many audit entries tell of that."""
        recorded, followed = recorded or self.hands.recorded(number), 0
        known = {one.position for one in self.trade.sets[number].told}
        for position, one in recorded.items():
            if position not in known and one.action == "reclassify":
                self.trade.follow(number, position, one.on, one.unit, one.district)
                followed = 1
        told = {one.position: (one.action, one.on, one.cpus) for one in self.trade.sets[number].told}
        assert {position: one[:3] for position, one in recorded.items()} == told, number
        return followed

    def go_on(self, number: str, dice: Dice, *, staged: bool = False) -> None:
        """One of the things that may happen next to a set, a few days after the last one."""
        kept = self.trade.sets[number]
        on = min(kept.in_order()[-1].on + dt.timedelta(days=dice.day % 4), self.trade.today)
        acts = acts_on(self.trade, number, dice, on)
        if staged:
            acts = [act for act in acts if act.verb in NEXT[kept.now.stage]] or acts
        possible = [act for act in acts if not self.trade.foretell(act)]
        ending = [act for act in possible if act.verb in ENDS or act.verb == "formalize"]
        lasting = [act for act in possible if act not in ending]
        wanted = ending or lasting if dice.which % 8 == 0 else lasting or ending
        self.attempt(pick(dice.how, wanted or acts))

    def all_is_right(self) -> None:
        every_invariant_holds()
        units_agree(self.trade)


def live(
    connect: Callable[[ExitStack], None],
    lives: int,
    steps: int,
    *,
    shrink: bool = False,
    machine: type[RuleBasedStateMachine] = Life,
    chance: int | None = None,
) -> Counter[str]:
    """Runs a machine; how many of its acts were done and how many refused. The same `chance` brings the same lives."""
    tally: Counter[str] = Counter()
    bound = type(machine.__name__, (machine,), {"connect": staticmethod(connect), "tally": tally})
    if chance is not None:
        seed(chance)(bound)
    phases = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink] if shrink else [Phase.generate]
    run_state_machine_as_test(
        bound,
        settings=settings(
            max_examples=lives, stateful_step_count=steps, deadline=None, phases=phases, database=None,
            report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
    return tally
