"""The figures of an evaluation by name: every measure, and what follows from measures, weights, targets and scores."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from licensetrack.core.errors import Refused
from licensetrack.measures.catalogue import MEASURES
from licensetrack.measures.question import percent
from licensetrack.performance.framework import Branch, Framework
from licensetrack.performance.rules.grading import completion
from licensetrack.performance.scorecard import Result, total_of
from licensetrack.performance.sheet import FrozenFigure, Header, Section, Value

# A mark as sentence templates write it: {name}, {name:table}, {name=4375}; {=4000|reason} names no figure.
_MARK = re.compile(r"\{(?P<name>[a-z][\w.-]*)[^{}]*\}")


EXECUTION = "budget.execution_rate"
FUNDS = ("initial", "appropriated", "received", "spent")
"""What is told of each source of funds."""
GRADE = "grade"  # a word, no figure: the sheet already has it in place of its mark


def all_figures(framework: Framework, results: Sequence[Result], content: Mapping[str, Any]) -> list[FrozenFigure]:
    """Every figure that a text of the evaluation may bind to.

    Beside the measures: `sets.accepted`, `value.C11`, `target.C11`, `completion.C11` (percent),
    `score.C11` and `weight.C11` (also of branches: `score.C`, `score.C1`), `lost.C11`, `score.total`, `score.lost`,
    `weight.total`, `count.level1`, `count.level2`, `count.level3`; and where the funds come from, as far as the papers
    name it: `budget.spent.fiscal`.
    """
    measures: dict[str, Value] = content["measures"]
    found = [
        FrozenFigure(name, measure.label, measure.unit, measures.get(name), (name,))
        for name, measure in MEASURES.items()
    ]
    accepted = [name for name in MEASURES if name.endswith(".accepted_sets")]
    sets = sum(int(measures[name] or 0) for name in accepted)
    found.append(FrozenFigure("sets.accepted", "Sets accepted", "sets", sets, tuple(accepted)))
    found += _of_sources(content.get("funds", {}))
    for result in results:
        found += _of_result(result)
    for branch in _branches(framework.branches):
        leaves = {leaf.code for leaf in branch.leaves()}
        score = total_of([result for result in results if result.indicator.code in leaves])
        found += [
            _points(f"score.{branch.code}", branch.name, score),
            _points(f"weight.{branch.code}", branch.name, branch.weight),
        ]
    whole = sum((branch.weight for branch in framework.branches), Decimal(0))
    total = total_of(list(results))
    found += [
        _points("score.total", "Total score", total),
        _points("score.lost", "Points lost", whole - total),
        _points("weight.total", "Full score", whole),
        FrozenFigure("count.level1", "Level-1 indicators", "", len(framework.branches), ()),
        FrozenFigure("count.level2", "Level-2 indicators", "", sum(len(b.branches) for b in framework.branches), ()),
        FrozenFigure("count.level3", "Level-3 indicators", "", len(results), ()),
    ]
    return found


def _of_sources(funds: Mapping[str, Mapping[str, Decimal]]) -> Iterable[FrozenFigure]:
    """What each source of funds that was told gave, and how much of it was spent."""
    for source, sums in funds.items():
        if source:
            for column in FUNDS:
                measure = MEASURES[f"budget.{column}"]
                name = f"{measure.name}.{source}"
                yield FrozenFigure(name, f"{measure.label} ({source})", measure.unit, sums[column], (measure.name,))
            rate, share = MEASURES[EXECUTION], percent(sums["spent"], sums["appropriated"])
            yield FrozenFigure(f"{EXECUTION}.{source}", f"{rate.label} ({source})", rate.unit, share, (EXECUTION,))


def funds_of(figures: Mapping[str, FrozenFigure]) -> dict[str, dict[str, Decimal]]:
    """Source → what was granted and spent of it in 万元, from the figures that say so."""
    found: dict[str, dict[str, Decimal]] = {}
    for column in FUNDS:
        head = f"budget.{column}."
        for name, figure in figures.items():
            if name.startswith(head) and figure.value is not None:
                found.setdefault(name.removeprefix(head), {})[column] = Decimal(figure.value)
    return found


def _of_result(result: Result) -> list[FrozenFigure]:
    indicator = result.indicator
    behind = tuple(filter(None, (indicator.measure, indicator.per)))
    unit = "percent" if indicator.unit in ("%", "％") else ""
    if indicator.measure and not indicator.per:
        unit = MEASURES[indicator.measure].unit
    made = [_points(f"weight.{indicator.code}", indicator.name, indicator.weight)]
    if result.score is not None:
        made.append(_points(f"score.{indicator.code}", indicator.name, result.score))
        made.append(_points(f"lost.{indicator.code}", indicator.name, indicator.weight - result.score))
    if result.target is not None:
        made.append(FrozenFigure(f"target.{indicator.code}", indicator.name, unit, result.target, ()))
    if result.value is not None:
        made.append(FrozenFigure(f"value.{indicator.code}", indicator.name, unit, result.value, behind))
        share = completion(Decimal(result.value), result.target)
        if share is not None:
            made.append(FrozenFigure(f"completion.{indicator.code}", indicator.name, "percent", share, behind))
    return made


def _points(name: str, label: str, value: Decimal) -> FrozenFigure:
    return FrozenFigure(name, label, "points", value, ())


def _branches(branches: Iterable[Branch]) -> list[Branch]:
    return [one for branch in branches for one in (branch, *_branches(branch.branches))]


def check_names(known: Iterable[str], texts: Iterable[tuple[str, str]]) -> None:
    """Every mark in the texts, given as (place, template), names a known figure. Raises Refused with the place."""
    names = {*known, GRADE}
    for place, text in texts:
        for mark in _MARK.finditer(text):
            if mark["name"] not in names:
                raise Refused("%(place)s: there is no figure named “%(name)s”.", place=place, name=mark["name"])


def with_grade(section: Section, grade: str) -> Section:
    """The section with the grade's name in place of its mark; a dash while there is none."""
    paragraphs = tuple(text.replace("{" + GRADE + "}", grade or "—") for text in section.paragraphs)
    return replace(section, paragraphs=paragraphs)


def header_texts(header: Header) -> Iterable[tuple[str, str]]:
    """(place, template) for the texts above the forms that may bind figures."""
    return [(name, getattr(header, name)) for name in ("lead", "goal", "achievement", "note")]


def texts_of(sections: Iterable[Section], results: Iterable[Result]) -> Iterable[tuple[str, str]]:
    """(place, template) for every text of an evaluation that may bind figures."""
    for section in sections:
        for paragraph in section.paragraphs:
            yield section.title, paragraph
    for result in results:
        for text in (result.mark.facts, result.mark.reason, result.mark.explanation, result.mark.remedy):
            yield f"{result.indicator.code} {result.indicator.name}", text
