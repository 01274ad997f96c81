"""The score card: a framework, an evaluator's marks and the figures become the results of all indicators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from licensetrack.core.errors import Refused
from licensetrack.performance.framework import SIGNS, Framework, Indicator
from licensetrack.performance.reviews import Review, Reviews, standing
from licensetrack.performance.rules.arithmetic import NoNumber
from licensetrack.performance.rules.grading import deviation, grade
from licensetrack.performance.rules.methods import BANDS, banded, bands_from, by_hand, yes_or_no
from licensetrack.performance.rules.scoring import ANSWERS, BAND, ELEMENTS, FAULTS, YES_NO, computed
from licensetrack.performance.rules.values import points
from licensetrack.performance.scoring_case import case_of, counts_of, is_ready, value_of
from licensetrack.performance.sheet import Value
from licensetrack.performance.working_paper import Mark

Figures = Mapping[str, Value]
NOTHING = Mark()


@dataclass(frozen=True)
class Result:
    """An indicator with what it came to; no score means that the evaluator's mark is still missing.

    `own_score` is the unit's (自评得分), `score` the one that counts: the reviewed one where a reviewer set it.
    """

    indicator: Indicator
    target: Decimal | None
    value: Value
    value_text: str
    own_score: Decimal | None
    score: Decimal | None
    deviation: str | None
    mark: Mark
    review: Review | None = None


@dataclass(frozen=True)
class Gap:
    """Something an indicator still lacks before the evaluation can be completed; `message` is an English msgid.

    `wanted` names the kind of evidence that is missing, where the message is about one; `field` is the part of its mark
    where it is given.
    """

    code: str
    name: str
    message: str
    wanted: str = ""
    field: str = ""


class Incomplete(Refused):
    """The evaluation cannot be completed; `gaps` lists everything it lacks."""

    def __init__(self, gaps: list[Gap]) -> None:
        self.gaps = gaps
        first = gaps[0]
        super().__init__(
            "The evaluation is not complete (%(count)s open points); the first: %(code)s %(name)s.",
            count=len(gaps), code=first.code, name=first.name,
        )  # fmt: skip


def score_all(
    framework: Framework, marks: Mapping[str, Mark], figures: Figures, day: dt.date, reviews: Reviews | None = None
) -> list[Result]:
    """Every level-3 indicator's result. Raises Refused for a mark that no indicator, rule or band allows."""
    known = {indicator.code for indicator in framework.leaves()}
    for code in marks:
        if code not in known:
            raise Refused("There is a mark for %(code)s, but no such indicator.", code=code)
    found = reviews or {}
    return [
        _result(framework, indicator, marks.get(indicator.code, NOTHING), figures, day, found.get(indicator.code))
        for indicator in framework.leaves()
    ]


def _result(
    framework: Framework, indicator: Indicator, mark: Mark, figures: Figures, day: dt.date, review: Review | None
) -> Result:
    target = _target(indicator, figures, day)
    value = value_of(indicator, mark, figures)
    off = None
    if value is not None:
        off = deviation(indicator.nature, Decimal(value), target, over=framework.over, under=framework.under)
    own = _score(indicator, mark, value, target, figures)
    review = standing(review, own)
    return Result(
        indicator=indicator, target=target, value=value, value_text=mark.result or quantity(value, indicator.unit),
        own_score=own, score=own if review is None else review.score, deviation=off, mark=mark, review=review,
    )  # fmt: skip


def _target(indicator: Indicator, figures: Figures, day: dt.date) -> Decimal | None:
    if indicator.target_from:
        found = figures[indicator.target_from]
        return None if found is None else Decimal(found)
    version = indicator.target_on(day)
    return None if version is None else version.value


def _score(indicator: Indicator, mark: Mark, value: Value, target: Decimal | None, figures: Figures) -> Decimal | None:
    rule, weight = indicator.rule, indicator.weight
    if rule.compute is not None:
        if mark.score is not None:
            raise Refused(
                "The score of %(code)s follows from its value; to lower it, state a deduction and its reason.",
                code=indicator.code,
            )
        case, counts = case_of(indicator, mark, value, target, figures), counts_of(indicator, mark, value)
        if not is_ready(rule, case, counts):
            return None
        try:
            return points(max(computed(rule, case) - mark.deduct, Decimal(0)))
        except NoNumber:
            return None
    if mark.deduct:
        raise Refused("%(code)s is judged by hand: give its score, not a deduction.", code=indicator.code)
    if rule.basis == YES_NO:
        return None if mark.met is None else yes_or_no(mark.met, weight)
    if mark.score is None:
        return None
    if rule.basis == BAND:
        own = indicator.settings.bands
        return banded(mark.score, mark.band, weight, bands_from(own) if own else BANDS)
    return by_hand(mark.score, weight)


def total_of(results: list[Result]) -> Decimal:
    """The sum of all scores so far, the reviewed ones where there are such."""
    return points(sum((result.score or Decimal(0) for result in results), Decimal(0)))


def own_total_of(results: list[Result]) -> Decimal:
    """The sum of the unit's own scores so far."""
    return points(sum((result.own_score or Decimal(0) for result in results), Decimal(0)))


def grade_of(framework: Framework, results: list[Result]) -> str:
    """The grade of the sum; empty while a score is missing."""
    if any(result.score is None for result in results):
        return ""
    return grade(total_of(results), framework.grades)


def gaps(results: list[Result]) -> list[Gap]:
    """What is missing: a score, the reason of a judgement or deduction, the word on a deviation, the evidence."""
    found = []
    for result in results:
        missing = []
        mark, judged = result.mark, result.indicator.rule.compute is None
        if result.own_score is None:
            missing.append((_scored_by(result.indicator), "The score is missing."))
        elif result.own_score < result.indicator.weight and not mark.reason:
            missing.append(("reason", "Points are deducted without a reason."))
        elif judged and not mark.reason:
            missing.append(("reason", "A score given by hand needs its reason."))
        if mark.assumption and not mark.reason:
            missing.append(("reason", "An assumption must be stated as one."))
        if result.deviation and not mark.explanation:
            missing.append(("explanation", "The value is far from its target: an explanation is missing."))
        if result.indicator.evidence and not mark.evidence:
            missing.append(("evidence", "The evidence wanted is not named."))
        found += [Gap(result.indicator.code, result.indicator.name, message, field=field) for field, message in missing]
    return found


def _scored_by(indicator: Indicator) -> str:
    """The part of a mark that gives the indicator its score."""
    basis = indicator.rule.basis
    if basis in (ELEMENTS, FAULTS, ANSWERS):
        return basis
    return "met" if basis == YES_NO else "score" if indicator.rule.compute is None else "value"


def quantity(value: Value, unit: str) -> str:
    """A value with its unit as forms show it: 4375个CPU, 98.2%, 7515万元; empty where there is none."""
    if value is None:
        return ""
    text = format(Decimal(value), "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) + unit


def target_text(indicator: Indicator, target: Decimal | None, day: dt.date | None = None) -> str:
    """The target as forms show it: ≥4000个CPU, the words of a qualitative one, 未设定 where there is none.

    With its day, one that replaced others names them too: ≥4000个CPU（8月20日前：≥3800个CPU）.
    """
    if indicator.nature == "qualitative":
        return indicator.target_text
    if target is None:
        return "未设定"
    sign = SIGNS[indicator.nature]
    held = [version for version in indicator.targets if day is not None and version.start <= day]
    earlier = [
        f"{next_.start.month}月{next_.start.day}日前：{sign}{quantity(version.value, indicator.unit)}"
        for version, next_ in pairwise(held)
        if version.value != next_.value
    ]
    return sign + quantity(target, indicator.unit) + (f"（{'；'.join(reversed(earlier))}）" if earlier else "")
