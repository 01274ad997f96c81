"""Scoring rules that go by a value: pure functions from an actual value, a target and a weight to points.

The formulas follow 财预〔2020〕10号, 财预〔2021〕101号 and the practice of provincial budget systems. Scores are
Decimals with two places, halves up, and never leave the span from 0 to the weight. An actual value below zero counts
as zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
POINTS = Decimal("0.01")
PASS_MARK = Decimal(60)

Step = tuple[Decimal, Decimal]
EXECUTION_STEPS: tuple[Step, ...] = ((HUNDRED, HUNDRED), (Decimal(80), Decimal(70)), (Decimal(60), Decimal(50)))
SATISFACTION_STEPS: tuple[Step, ...] = ((Decimal(90), HUNDRED), (Decimal(80), Decimal(80)), (Decimal(60), Decimal(50)))


def points(value: Decimal) -> Decimal:
    """Two decimals, halves up."""
    return value.quantize(POINTS, ROUND_HALF_UP)


def reach_or_share(actual: Decimal, target: Decimal, weight: Decimal) -> Decimal:
    """POS_FULL_PROP, for ≥: the full weight from the target on, below it the share reached."""
    actual = max(actual, ZERO)
    return points(weight) if actual >= target else points(actual / target * weight)


def equal_or_share(actual: Decimal, target: Decimal, weight: Decimal) -> Decimal:
    """EQ, for =: a target of zero is kept or not; any other is scored by the share reached."""
    if target == 0:
        return points(weight) if actual <= 0 else points(ZERO)
    return reach_or_share(actual, target, weight)


def excess_linear(actual: Decimal, target: Decimal, weight: Decimal) -> Decimal:
    """NEG_LINEAR, for ≤: the full weight up to the target, then straight down to nothing at twice the target."""
    actual = max(actual, ZERO)
    if actual <= target:
        return points(weight)
    if actual >= 2 * target:
        return points(ZERO)
    return points((ONE - (actual - target) / target) * weight)


def excess_ratio(actual: Decimal, target: Decimal, weight: Decimal) -> Decimal:
    """NEG_RATIO, for ≤: the full weight up to the target, then target over actual."""
    actual = max(actual, ZERO)
    return points(weight) if actual <= target else points(target / actual * weight)


def above_pass_mark(actual: Decimal, target: Decimal, weight: Decimal, pass_mark: Decimal = PASS_MARK) -> Decimal:
    """PASS60: nothing below 60 % of the target, then in a straight line to the full weight at the target."""
    rate = HUNDRED if target == 0 else min(max(actual, ZERO) / target * 100, HUNDRED)
    return points(ZERO) if rate < pass_mark else points((rate - pass_mark) / (HUNDRED - pass_mark) * weight)


def execution_share(rate: Decimal, weight: Decimal) -> Decimal:
    """EXEC_PROP, for the budget execution rate in percent: its share of the weight, at most the whole."""
    return points(min(max(rate, ZERO), HUNDRED) / 100 * weight)


def by_steps(actual: Decimal, weight: Decimal, steps: Sequence[Step]) -> Decimal:
    """EXEC_STEP and SATIS_STEP: (from, percent of the weight), the highest step first; below the last step nothing."""
    for start, share in steps:
        if actual >= start:
            return points(weight * share / 100)
    return points(ZERO)
