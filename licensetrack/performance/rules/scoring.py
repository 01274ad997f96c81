"""The scoring rules: pure functions from an actual value, a target and a weight to points; a framework names which.

The formulas follow 财预〔2020〕10号, 财预〔2021〕101号 and the practice of provincial budget systems; offices differ,
so steps and pass mark can be set in the framework. Scores are Decimals with two places, halves up, and never leave the
span from 0 to the weight. An actual value below zero counts as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from licensetrack.core.errors import Refused

ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
POINTS = Decimal("0.01")
PASS_MARK = Decimal(60)

Step = tuple[Decimal, Decimal]
EXECUTION_STEPS: tuple[Step, ...] = ((HUNDRED, HUNDRED), (Decimal(80), Decimal(70)), (Decimal(60), Decimal(50)))
SATISFACTION_STEPS: tuple[Step, ...] = ((Decimal(90), HUNDRED), (Decimal(80), Decimal(80)), (Decimal(60), Decimal(50)))

ACHIEVED, PARTIAL, MISSED = "achieved", "partial", "missed"
# Band → from and to, as shares of the weight; the upper end belongs to the band only at the full weight.
BANDS: Mapping[str, tuple[Decimal, Decimal]] = MappingProxyType(
    {
        ACHIEVED: (Decimal("0.8"), ONE),
        PARTIAL: (Decimal("0.6"), Decimal("0.8")),
        MISSED: (ZERO, Decimal("0.6")),
    }
)


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


def banded(score: Decimal, band: str, weight: Decimal) -> Decimal:
    """QUAL_3BAND: the evaluator's score, which must lie in the band. Raises Refused with the band's limits."""
    try:
        low, high = (points(share * weight) for share in BANDS[band])
    except KeyError:
        raise Refused("“%(band)s” is not a band: it is achieved, partial or missed.", band=band) from None
    inside = low <= score <= high if band == ACHIEVED else low <= score < high
    if not inside:
        raise Refused(
            "The score %(score)s lies outside the band “%(band)s” (from %(low)s to %(high)s).",
            score=score, band=band, low=low, high=high,
        )  # fmt: skip
    return points(score)


def yes_or_no(met: bool, weight: Decimal) -> Decimal:
    """YESNO: the weight or nothing."""
    return points(weight if met else ZERO)


def by_hand(score: Decimal, weight: Decimal) -> Decimal:
    """HAND: the evaluator's score within the weight. Raises Refused outside it."""
    if not ZERO <= score <= weight:
        raise Refused("The score %(score)s lies outside 0 to %(weight)s.", score=score, weight=weight)
    return points(score)


@dataclass(frozen=True)
class Settings:
    """What a framework may set otherwise: the steps of a step rule, the pass mark of PASS60 (percent)."""

    steps: tuple[Step, ...] = ()
    pass_mark: Decimal = PASS_MARK


@dataclass(frozen=True)
class ScoringRule:
    """A selectable rule. `basis` says what it needs: `target` and `rate` a value, the rest the evaluator's mark.

    `title` is an English msgid; `natures` are those of the indicators it fits; `compute` is set for values only.
    """

    code: str
    title: str
    basis: str
    natures: tuple[str, ...]
    compute: Callable[[Decimal, Decimal, Decimal, Settings], Decimal] | None = None


AT_LEAST, AT_MOST = (">=", ">"), ("<=", "<")
ANY = (*AT_LEAST, "=", *AT_MOST, "qualitative")

_ALL = (
    ScoringRule("POS_FULL_PROP", "Full from the target on, below it the share reached", "target", AT_LEAST,
                lambda a, t, w, s: reach_or_share(a, t, w)),
    ScoringRule("EQ", "Full at the target, below it the share reached", "target", ("=",),
                lambda a, t, w, s: equal_or_share(a, t, w)),
    ScoringRule("NEG_LINEAR", "Full up to the target, nothing at twice the target", "target", AT_MOST,
                lambda a, t, w, s: excess_linear(a, t, w)),
    ScoringRule("NEG_RATIO", "Full up to the target, above it target over actual", "target", AT_MOST,
                lambda a, t, w, s: excess_ratio(a, t, w)),
    ScoringRule("PASS60", "Nothing below the pass mark, then in proportion", "target", (*AT_LEAST, "="),
                lambda a, t, w, s: above_pass_mark(a, t, w, s.pass_mark)),
    ScoringRule("EXEC_PROP", "Budget execution rate times the weight", "rate", (*AT_LEAST, "="),
                lambda a, t, w, s: execution_share(a, w)),
    ScoringRule("EXEC_STEP", "Budget execution rate by steps", "rate", (*AT_LEAST, "="),
                lambda a, t, w, s: by_steps(a, w, s.steps or EXECUTION_STEPS)),
    ScoringRule("SATIS_STEP", "Satisfaction by steps", "rate", (*AT_LEAST, "="),
                lambda a, t, w, s: by_steps(a, w, s.steps or SATISFACTION_STEPS)),
    ScoringRule("QUAL_3BAND", "Judged within one of three bands", "band", ("qualitative",)),
    ScoringRule("YESNO", "Met or not", "yes_no", ("qualitative",)),
    ScoringRule("HAND", "Judged by hand, with a reason", "hand", ANY),
)  # fmt: skip
RULES: Mapping[str, ScoringRule] = MappingProxyType({rule.code: rule for rule in _ALL})


def computed(
    rule: ScoringRule, actual: Decimal, target: Decimal | None, weight: Decimal, settings: Settings
) -> Decimal:
    """The points of a rule that goes by a value. Raises Refused for a rule that does not, or without its target."""
    if rule.compute is None:
        raise Refused("The rule %(rule)s does not go by a value.", rule=rule.code)
    if rule.basis == "target" and target is None:
        raise Refused("The rule %(rule)s needs a target.", rule=rule.code)
    return rule.compute(Decimal(actual), Decimal(target or 0), weight, settings)
