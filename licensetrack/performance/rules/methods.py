"""Scoring methods that go by what an evaluator finds: elements met, faults counted, answers given, a band, a word."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from licensetrack.core.errors import Refused
from licensetrack.performance.rules.arithmetic import Names, read_expression
from licensetrack.performance.rules.values import HUNDRED, ONE, POINTS, ZERO, points

ACHIEVED, PARTIAL, MISSED = "achieved", "partial", "missed"
Band = tuple[Decimal, Decimal]
# Band → from and to, as shares of the weight; the upper end belongs to the band only at the full weight.
BANDS: Mapping[str, Band] = MappingProxyType(
    {
        ACHIEVED: (Decimal("0.8"), ONE),
        PARTIAL: (Decimal("0.6"), Decimal("0.8")),
        MISSED: (ZERO, Decimal("0.6")),
    }
)
# What an answer is worth in percent, from 非常满意 to 非常不满意.
FIVE_GRADES = (HUNDRED, Decimal(75), Decimal(50), Decimal(25), ZERO)


def by_elements(met: Collection[int], elements: int, weight: Decimal) -> Decimal:
    """ELEMENTS 要素计数: the share of the elements that are met. Raises Refused for one that does not exist."""
    for number in met:
        if not 1 <= number <= elements:
            raise Refused("There is no element %(number)s; there are %(count)s.", number=number, count=elements)
    if len(set(met)) != len(met):
        raise Refused("An element is named twice.")
    return points(len(met) * weight / elements)


def by_formula(formula: str, names: Names, weight: Decimal) -> Decimal:
    """FORMULA 公式: the points that the formula gives, held between nothing and the weight. Raises NoNumber."""
    return points(min(max(Decimal(read_expression(formula).compute(names)), ZERO), weight))


def by_conditions(conditions: Sequence[tuple[str, Decimal]], names: Names, weight: Decimal) -> Decimal:
    """CONDITION 条件: (condition, percent of the weight); the first that holds gives the points, none gives nothing."""
    for condition, share in conditions:
        if read_expression(condition).compute(names):
            return points(weight * share / 100)
    return points(ZERO)


def by_faults(counts: Sequence[int], costs: Sequence[Decimal], weight: Decimal) -> Decimal:
    """DEDUCT 扣分法: each fault costs its points, down to nothing. Raises Refused unless every kind has a count."""
    if len(counts) != len(costs):
        raise Refused("%(count)s kinds of faults are to be counted, not %(given)s.", count=len(costs),
                      given=len(counts))  # fmt: skip
    if any(count < 0 for count in counts):
        raise Refused("A number of faults must not be negative.")
    return points(max(weight - sum((count * cost for count, cost in zip(counts, costs, strict=True)), ZERO), ZERO))


def mean_grade(answers: Sequence[int], scale: Sequence[Decimal] = FIVE_GRADES) -> Decimal | None:
    """LIKERT 量表: the mean worth of all answers in percent with two decimals; None where nobody answered.

    `answers` are numbers of answers, the best grade first, one for each grade of the scale. Raises Refused.
    """
    if len(answers) != len(scale):
        raise Refused("%(count)s grades are to be counted, not %(given)s.", count=len(scale), given=len(answers))
    if any(count < 0 for count in answers):
        raise Refused("A number of answers must not be negative.")
    total = sum(answers)
    if not total:
        return None
    worth = sum((count * share for count, share in zip(answers, scale, strict=True)), ZERO)
    return (worth / total).quantize(POINTS, ROUND_HALF_UP)


def bands_from(steps: Sequence[tuple[str, Decimal]]) -> Mapping[str, Band]:
    """(name, from percent of the weight), the best first, as bands; each ends where the one above it begins."""
    tops = [HUNDRED, *(start for _, start in steps)]
    return {name: (start / 100, top / 100) for (name, start), top in zip(steps, tops, strict=False)}


def banded(score: Decimal, band: str, weight: Decimal, bands: Mapping[str, Band] = BANDS) -> Decimal:
    """QUAL_3BAND, BANDS 定性分档: the evaluator's score, which must lie in its band. Raises Refused with the limits."""
    if band not in bands:
        raise Refused("“%(band)s” is not a band: it is one of %(bands)s.", band=band, bands=", ".join(bands))
    low, high = (points(share * weight) for share in bands[band])
    inside = low <= score <= high if bands[band][1] == ONE else low <= score < high
    if not inside:
        raise Refused(
            "The score %(score)s lies outside the band “%(band)s” (from %(low)s to %(high)s).",
            score=score, band=band, low=low, high=high,
        )  # fmt: skip
    return points(score)


def yes_or_no(met: bool, weight: Decimal) -> Decimal:
    """YESNO 直接赋分: the weight or nothing."""
    return points(weight if met else ZERO)


def by_hand(score: Decimal, weight: Decimal) -> Decimal:
    """HAND: the evaluator's score within the weight. Raises Refused outside it."""
    if not ZERO <= score <= weight:
        raise Refused("The score %(score)s lies outside 0 to %(weight)s.", score=score, weight=weight)
    return points(score)
