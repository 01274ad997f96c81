"""What a step may try: numbers drawn by chance choose among whatever there is at that moment."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from hypothesis import strategies as st

from tests.machine.model import ENDS, NEXT, WHILE_HELD, Act, Told, Trade
from tests.machine.pools import CAPPED, METRIC, SETS, UNITS

DEEP = ("issue", "issue", "advance", "advance", "advance_further", "advance_further", "advance_its_stage",
        "advance_its_stage", "advance_its_stage", "tell_late", "tell_late")  # fmt: skip
OTHER = ("anything", "right_act_wrong_person", "issue_anything", "correct", "drop", "replay", "two_actors_same_object",
         "crash", "resize_cap", "move_unit", "time_passes")  # fmt: skip
WITHOUT_A_SET = ("issue", "issue_anything", "resize_cap", "move_unit", "time_passes")
VERBS = sorted({*NEXT["issued"], *NEXT["imported"], *WHILE_HELD})
MORE = ("expand", "shrink", "relocate", "reclassify")
WHAT = st.sampled_from((*DEEP, *OTHER))
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


def acts_on(trade: Trade, number: str, size: int, on: dt.date) -> list[Act]:
    """Everything that the office may think of doing with a set; what belongs to its stage comes twice."""
    stage = NEXT.get(trade.sets[number].now.stage, {})
    verbs = [*stage, *stage, *MORE, *ENDS]
    return [Act(verb, "alice", number, on, size, pick(size, UNITS)) for verb in verbs]


def new_set(trade: Trade, dice: Dice, on: dt.date) -> Act:
    """The issue of a set under the next number; where all are used, under one that exists."""
    there = len(trade.sets)
    number = f"SQ-{1 + (there if there < SETS else dice.which % SETS):04}"
    product = pick(dice.which, [CAPPED, CAPPED, CAPPED, "cloud_management", "bms"])
    cpus = dice.size if METRIC[product] == "cpu" else pick(dice.which, [None, 4])
    kind = pick(dice.how, ["formal", "formal", "formal", "temporary"])
    return Act("issue", "alice", number, on, cpus, pick(dice.how // 4, UNITS), product, kind)


def some_fact(trade: Trade, dice: Dice) -> tuple[str, Told]:
    """The number of a set and something told about it."""
    kept = trade.sets[pick(dice.which, trade.sets)]
    return kept.number, pick(dice.how, kept.told)


def some_days(trade: Trade) -> list[dt.date]:
    """The days on which something happened, and the days before them."""
    told = {one.on for kept in trade.sets.values() for one in kept.told} or {trade.today}
    return sorted(told | {day - dt.timedelta(days=1) for day in told})
