"""What a step may try: numbers drawn by chance choose among whatever there is at that moment."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.machine.model import Trade
from tests.machine.pools import CAPPED, METRIC, SETS, UNITS, WORDS
from tests.machine.set_model import ENDS, NEXT, WHILE_HELD, Act, Told

DEEP = {"issue": 3, "advance": 3, "advance_further": 4, "advance_its_stage": 5, "tell_late": 3}  # what → how often
OTHER = {
    "out_of_turn": 2, "anything": 1, "right_act_wrong_person": 2, "issue_anything": 1, "correct": 2, "drop": 1,
    "replay": 2, "two_actors_same_object": 1, "crash": 1, "resize_cap": 1, "move_unit": 1, "time_passes": 1,
}  # fmt: skip
WITHOUT_A_SET = ("issue", "issue_anything", "resize_cap", "move_unit", "time_passes")
VERBS = sorted({*NEXT["issued"], *NEXT["imported"], *WHILE_HELD, "formalize"} - {"reclassify"})
MORE = ("expand", "shrink", "relocate", "move", "replace_host", "renew", "upgrade")
WHAT = st.sampled_from([what for what, often in {**DEEP, **OTHER}.items() for _ in range(often)])
numbers = st.integers(0, 10_000)
SIZES = st.sampled_from([1, 2, 8, 16, 30, 45, 64])


class Dice(NamedTuple):
    """What chance gives one step."""

    which: int
    how: int
    size: int
    day: int


def pick(number: int, among: Any) -> Any:
    """One of several, by a number that knows nothing of how many there are."""
    several = list(among)
    return several[number % len(several)]


def acts_on(trade: Trade, number: str, dice: Dice, on: dt.date) -> list[Act]:
    """Everything that the office may think of doing with a set; what belongs to its stage comes twice."""
    kept = trade.sets[number]
    stage = NEXT.get(kept.now.stage, {})
    verbs = [*stage, *stage, *MORE, *ENDS, *(["formalize"] * 3 if kept.kind == "temporary" else [])]
    return [act_on(trade, number, verb, dice, on) for verb in verbs]


def act_on(trade: Trade, number: str, verb: str, dice: Dice, on: dt.date) -> Act:
    """One thing to do with a set, with words that mostly fit."""
    words: tuple[str, ...] = {
        "move": (("platform",), ("site",), ("platform", "site"))[dice.how % 3], "renew": ("valid_until",),
        "upgrade": ("edition",), "replace_host": ("fingerprint",), "relocate": ("platform", "site")[: dice.how % 3],
    }.get(verb, ())  # fmt: skip
    says = tuple((name, pick(dice.day, WORDS[name])) for name in words)
    if verb == "replace_host":
        told = trade.sets[number].standing(on)
        old = told.shown.get("fingerprint", "") if told and dice.day % 5 else "ESN-2"
        says = (*says, ("old_fingerprint", old))
    new_number = free_number(trade, dice) if verb == "formalize" else ""
    cpus = dice.size if METRIC[trade.sets[number].product] == "cpu" or verb != "formalize" else None
    return Act(verb, "alice", number, on, cpus, pick(dice.size, UNITS), says=says, new_number=new_number)


def free_number(trade: Trade, dice: Dice) -> str:
    """The next number; where all are used, one that exists."""
    there = len(trade.sets)
    return f"SQ-{1 + (there if there < SETS else dice.which % SETS):04}"


def new_set(trade: Trade, dice: Dice, on: dt.date) -> Act:
    """The issue of a set, with some of the words that can be said of it."""
    product = pick(dice.which, [CAPPED, CAPPED, CAPPED, "cloud_management", "bms"])
    cpus = dice.size if METRIC[product] == "cpu" else pick(dice.which, [None, 4])
    kind = pick(dice.how, ["formal", "formal", "temporary"])
    says = tuple((name, pick(dice.day, words)) for name, words in list(WORDS.items())[: dice.day % 6])
    number, unit = free_number(trade, dice), pick(dice.how // 4, UNITS)
    return Act("issue", "alice", number, on, cpus, unit, product, kind, says=says)


def some_fact(trade: Trade, dice: Dice) -> tuple[str, Told]:
    """The number of a set and something told about it."""
    kept = trade.sets[pick(dice.which, trade.sets)]
    return kept.number, pick(dice.how, kept.told)


def some_days(trade: Trade) -> list[dt.date]:
    """The days on which something happened, and the days before them."""
    told = {one.on for kept in trade.sets.values() for one in kept.told} or {trade.today}
    return sorted(told | {day - dt.timedelta(days=1) for day in told})
