"""From an indicator, its mark and the figures to the case that a scoring rule computes; what is missing stays empty."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from licensetrack.core.errors import Refused
from licensetrack.measures.question import percent
from licensetrack.performance.framework import Indicator
from licensetrack.performance.rules.methods import mean_grade
from licensetrack.performance.rules.scoring import ANSWERS, ELEMENTS, FAULTS, NAMES, TARGET, Case, ScoringRule
from licensetrack.performance.sheet import Value
from licensetrack.performance.working_paper import Mark

Counts = tuple[int, ...] | None
_TAKEN_BY = {"elements": ELEMENTS, "faults": FAULTS, "answers": ANSWERS}


def value_of(indicator: Indicator, mark: Mark, figures: Mapping[str, Value]) -> Value:
    """The actual value: the measure's, the evaluator's, or what was counted. Raises Refused for one too many."""
    for field, basis in _TAKEN_BY.items():
        if getattr(mark, field) is not None and indicator.rule.basis != basis:
            raise Refused("The rule of %(code)s does not count “%(field)s”.", code=indicator.code, field=field)
    if indicator.measure:
        return _measured(indicator, mark, figures)
    if indicator.rule.basis == ELEMENTS:
        return None if mark.elements is None else len(mark.elements)
    if indicator.rule.basis == FAULTS:
        return None if mark.faults is None else sum(mark.faults)
    if indicator.rule.basis == ANSWERS:
        return None if mark.answers is None else mean_grade(mark.answers, indicator.settings.scale)
    return mark.value


def _measured(indicator: Indicator, mark: Mark, figures: Mapping[str, Value]) -> Value:
    if any(typed is not None for typed in (mark.value, mark.elements, mark.faults, mark.answers)):
        raise Refused(
            "%(code)s reads the measure %(measure)s; its value is not typed.", code=indicator.code,
            measure=indicator.measure,
        )  # fmt: skip
    value = figures[indicator.measure]
    if not indicator.per:
        return value
    whole = figures[indicator.per]
    return None if value is None or whole is None else percent(value, whole)


def counts_of(indicator: Indicator, mark: Mark, value: Value) -> Counts:
    """The numbers of the elements met, or how many faults of each kind; a measure counts faults of one kind."""
    if indicator.rule.basis == ELEMENTS:
        return mark.elements
    if indicator.rule.basis == FAULTS and indicator.measure:
        return None if value is None else (int(value),)
    return mark.faults


def case_of(
    indicator: Indicator, mark: Mark, value: Value, target: Decimal | None, figures: Mapping[str, Value]
) -> Case:
    """What the indicator's rule scores from."""
    return Case(
        weight=indicator.weight, settings=indicator.settings, actual=None if value is None else Decimal(value),
        target=target, counts=counts_of(indicator, mark, value) or (),
        names={name: None if figure is None else Decimal(figure) for name, figure in figures.items()},
    )  # fmt: skip


def is_ready(rule: ScoringRule, case: Case, counts: Counts) -> bool:
    """Whether all that the rule goes by is there; what is missing leaves the indicator without a score."""
    if rule.basis in (ELEMENTS, FAULTS):
        return counts is not None
    if rule.basis != NAMES:
        return case.actual is not None and (rule.basis != TARGET or case.target is not None)
    names = case.own_names()
    return all(names.get(name) is not None for name in case.settings.names_used())
