"""The goals of a year as they are declared (绩效目标申报表): who, funds, the goal in words, indicators and targets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from licensetrack.core.clock import now, today
from licensetrack.measures.catalogue import MEASURES, figures
from licensetrack.measures.question import Question
from licensetrack.performance import frameworks, queries
from licensetrack.performance.framework import SIGNS, Framework, Indicator
from licensetrack.performance.monitoring_composing import targets_shown
from licensetrack.performance.monitoring_heads import (
    framework_in_force,
    frameworks_of,
    header_for,
    header_of_paper,
)
from licensetrack.performance.monitoring_queries import check_day
from licensetrack.performance.monitoring_reading import INITIAL, goals, sources, targets
from licensetrack.performance.monitoring_sheet import ProjectHeader, Target
from licensetrack.performance.naming import funds_of
from licensetrack.performance.sheet import EvaluationSheet, FrozenFigure, Value

APPROPRIATED = "budget.appropriated"


@dataclass(frozen=True)
class Goal:
    """One indicator as it is declared; `earlier` are targets that were replaced within the year."""

    code: str
    name: str
    level1: str
    level2: str
    weight: Decimal
    nature: str
    unit: str
    target: Target
    earlier: tuple[Target, ...]
    definition: str


@dataclass(frozen=True)
class GoalSheet:
    """All goals of a year as they stood at the end of a day; no `budget` (万元), nor `granted` with its adjustments,
    while there is none.

    `funds` tells each source's initial, appropriated and spent, as far as the papers name it ("" where none does).
    """

    year: int
    as_of: dt.date
    known_at: dt.datetime
    framework_name: str
    header: ProjectHeader
    budget: Value
    granted: Value
    goals: tuple[Goal, ...]
    figures: Mapping[str, FrozenFigure]
    funds: Mapping[str, Mapping[str, Decimal]]


def declared(db: Session, year: int, as_of: dt.date, code: str = "") -> GoalSheet:
    """The goals of a year, from the framework in force, as of a day: next year's are declared before it begins.

    `code` says which framework where several are in force. Raises Refused for a day in the future or where it is not
    said which, NotFound where the year has no framework.
    """
    check_day(as_of)
    used = framework_in_force(db, year, code)
    day = min(max(as_of, dt.date(year, 1, 1)), dt.date(year, 12, 31))
    question = Question(min(as_of, day), now())
    granted = MEASURES["budget.appropriated"].trace(db, question)
    budget_stands = bool(granted) and granted[-1]["on"].year == year
    found = figures(db, question)
    listed = tuple(_goal(above, names, one, found, day) for above, names, one in goals(used))
    return GoalSheet(
        year=year, as_of=question.as_of, known_at=question.known_at or now(), framework_name=used.name,
        header=header_for(db, day), budget=found[INITIAL] if budget_stands else None,
        granted=found[APPROPRIATED] if budget_stands else None, goals=listed,
        figures=_figures(used, listed, found), funds=sources(db, question) if budget_stands else {},
    )  # fmt: skip


def of_evaluation(used: Framework, sheet: EvaluationSheet) -> GoalSheet:
    """The goals that an evaluation asks for, from what it holds alone: the same for ever once it is signed."""
    found = {name: one.value for name, one in sheet.figures.items() if name in MEASURES}
    listed = tuple(_goal(above, names, one, found, sheet.as_of) for above, names, one in goals(used))
    return GoalSheet(
        year=sheet.year, as_of=sheet.as_of, known_at=sheet.known_at, framework_name=sheet.framework_name,
        header=header_of_paper(sheet.header), budget=found.get(INITIAL), granted=found.get(APPROPRIATED), goals=listed,
        figures=_figures(used, listed, found), funds=funds_of(sheet.figures),
    )  # fmt: skip


def declarable(db: Session) -> list[tuple[int, list[Framework]]]:
    """The years whose goals can be told, the newest first, each with its frameworks: last year's, next year's, and
    whatever has one.
    """
    known = {version.year for version in frameworks.versions(db)} | {one.year for one in queries.evaluations(db)}
    asked = {year for year in known if year is not None} | {today().year + step for step in (-1, 0, 1)}
    found = [(year, frameworks_of(db, year)) for year in sorted(asked, reverse=True)]
    return [(year, used) for year, used in found if used]


def _goal(level1: str, level2: str, one: Indicator, found: Mapping[str, Value], day: dt.date) -> Goal:
    target, earlier = targets_shown(one, targets(one, day), found, day)
    return Goal(
        code=one.code, name=one.name, level1=level1, level2=level2, weight=one.weight, nature=SIGNS[one.nature],
        unit=one.unit, target=target, earlier=earlier, definition=one.definition,
    )  # fmt: skip


def _figures(used: Framework, listed: tuple[Goal, ...], found: Mapping[str, Value]) -> dict[str, FrozenFigure]:
    """What the goal's sentence may bind to: the targets, and the measures."""
    units = {one.code: MEASURES[one.measure].unit if one.measure and not one.per else "" for one in used.leaves()}
    made = [
        FrozenFigure(name, one.label, one.unit, found[name], (name,)) for name, one in MEASURES.items() if name in found
    ]
    for one in listed:
        if one.target.value is not None:
            unit = "percent" if one.unit in ("%", "％") else units[one.code]
            made.append(FrozenFigure(f"target.{one.code}", one.name, unit, one.target.value, ()))
    return {figure.name: figure for figure in made}
