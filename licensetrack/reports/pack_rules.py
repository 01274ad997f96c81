"""How every figure of an evaluation is got again from line lists and other figures, as data for the pack's verifier."""

from __future__ import annotations

from typing import Any

from licensetrack.measures.catalogue import MEASURES
from licensetrack.performance.monitoring_sheet import MonitoringSheet
from licensetrack.performance.naming import EXECUTION, FUNDS, funds_of
from licensetrack.performance.sheet import EvaluationSheet, Group, ScoredIndicator

Rule = dict[str, Any]
STATED: Rule = {"rule": "stated"}


def rules_of(sheet: EvaluationSheet) -> dict[str, Rule]:
    """A rule for every figure: `sum`, `count` or `rate` over rows, `add`, `subtract` or `percent` of other figures.

    What evaluators gave by hand (points, targets, weights) is `stated`.
    """
    rules = dict.fromkeys(sheet.figures, STATED)
    rules["budget.initial"] = {  # until it became a measure with rows of its own
        "rule": "sum", "rows": "budget.appropriated", "column": "value", "where": {"kind": "appropriation"},
    }  # fmt: skip
    for measure in sheet.trace_digests:
        rules[measure] = _of_measure(sheet, measure)
    for source in funds_of(sheet.figures):
        rules |= _of_source(source)
    rules["sets.accepted"] = _add(*sheet.figures["sets.accepted"].behind)
    for leaf in sheet.leaves():
        rules |= {name: rule for name, rule in _of_leaf(leaf).items() if name in rules}
    for group in sheet.indicators:
        rules |= _of_group(group)
    rules["score.total"] = _add(*(f"score.{group.code}" for group in sheet.indicators))
    rules["weight.total"] = _add(*(f"weight.{group.code}" for group in sheet.indicators))
    rules["score.lost"] = {"rule": "subtract", "of": ["weight.total", "score.total"]}
    return rules


def _of_source(source: str) -> dict[str, Rule]:
    """The rows of one source of funds."""
    made = {
        f"budget.{column}.{source}": {
            "rule": "sum", "rows": f"budget.{column}", "column": "value", "where": {"source": source},
        }
        for column in FUNDS
    }  # fmt: skip
    parts = [f"budget.spent.{source}", f"budget.appropriated.{source}"]
    return {**made, f"{EXECUTION}.{source}": {"rule": "percent", "of": parts}}


def _add(*names: str) -> Rule:
    return {"rule": "add", "of": list(names)}


def _of_measure(sheet: EvaluationSheet, measure: str) -> Rule:
    return _of_rows(measure, sheet.figures[measure].unit)


def _of_rows(measure: str, unit: str) -> Rule:
    if unit == "percent":
        return {"rule": "rate", "rows": measure, "numerator": "numerator", "denominator": "denominator"}
    if measure == "units.served":
        return {"rule": "count", "rows": measure, "column": "unit_code"}
    return {"rule": "sum", "rows": measure, "column": "value"}


def _of_leaf(leaf: ScoredIndicator) -> dict[str, Rule]:
    code = leaf.code
    made: dict[str, Rule] = {
        f"completion.{code}": {"rule": "percent", "of": [f"value.{code}", f"target.{code}"]},
        f"lost.{code}": {"rule": "subtract", "of": [f"weight.{code}", f"score.{code}"]},
    }
    if leaf.measure:
        value = {"rule": "percent", "of": [leaf.measure, leaf.per]} if leaf.per else _add(leaf.measure)
        made[f"value.{code}"] = value
    return made


def _of_group(group: Group) -> dict[str, Rule]:
    """A branch is the sum of what stands right below it."""
    below = [one.code for one in group.groups] + [one.code for one in group.indicators]
    made = {f"{what}.{group.code}": _add(*(f"{what}.{code}" for code in below)) for what in ("score", "weight")}
    for lower in group.groups:
        made |= _of_group(lower)
    return made


def rules_of_monitoring(sheet: MonitoringSheet) -> dict[str, Rule]:
    """The same for every figure of a monitoring; targets and forecasts are `stated`."""
    rules = dict.fromkeys(sheet.figures, STATED)
    for name, figure in sheet.figures.items():
        aspect, _, code = name.partition(".")
        if name in MEASURES:
            rules[name] = _of_rows(name, figure.unit)
        elif aspect in ("completion", "expected"):
            over = "value" if aspect == "completion" else "forecast"
            rules[name] = {"rule": "percent", "of": [f"{over}.{code}", f"target.{code}"]}
        elif aspect == "value" and figure.behind:
            rules[name] = {"rule": "percent", "of": list(figure.behind)} if figure.behind[1:] else _add(*figure.behind)
    return rules
