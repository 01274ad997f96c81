"""Figures side by side: this year against last, target against actual over the years, then against now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy.orm import Session

from licensetrack.measures.catalogue import MEASURES, Measure, figures
from licensetrack.measures.question import Question, Value
from licensetrack.performance import queries
from licensetrack.performance.models import Evaluation
from licensetrack.performance.rules.grading import completion
from licensetrack.performance.scorecard import quantity, target_text
from licensetrack.performance.stages import SIGNED


@dataclass(frozen=True)
class Compared:
    """One measure twice; the change is the second against the first."""

    measure: Measure
    first: Value
    second: Value

    @property
    def change(self) -> Value:
        """The difference; for a rate in percentage points. None where one of both is missing."""
        return None if self.first is None or self.second is None else self.second - self.first

    @property
    def percent(self) -> Decimal | None:
        """The difference in percent of the first, with one decimal; None for rates and where there was nothing."""
        if self.measure.is_rate or self.change is None or not self.first:
            return None
        return (Decimal(self.change) * 100 / Decimal(self.first)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def year_before(day: dt.date) -> dt.date:
    """The same day of the last year; the last of February where there is no such day."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def compared(db: Session, question: Question, known_at: dt.datetime) -> tuple[list[Compared], list[Compared]]:
    """Every measure on the day asked for against the day a year before, and against what was known at that instant."""
    present = figures(db, question)
    before = figures(db, replace(question, as_of=year_before(question.as_of)))
    then = figures(db, replace(question, known_at=known_at))
    return _compared(before, present), _compared(then, present)


def _compared(first: Mapping[str, Value], second: Mapping[str, Value]) -> list[Compared]:
    return [Compared(measure, first[name], second[name]) for name, measure in MEASURES.items()]


@dataclass(frozen=True)
class YearOfIndicator:
    """What one indicator was to reach and reached in one year; `frozen` where the evaluation is signed."""

    year: int
    evaluation_id: int
    frozen: bool
    target: str
    value: str
    completion: Decimal | None
    score: Decimal | None
    weight: Decimal


@dataclass(frozen=True)
class IndicatorOverYears:
    """An indicator that is measured, through the years; by its measure, or by its name where it reads none."""

    name: str
    years: dict[int, YearOfIndicator]


def over_years(db: Session, kind: str = queries.EVALUATION) -> tuple[list[int], list[IndicatorOverYears]]:
    """Every year with an evaluation (signed before unfinished), newest first, and its measured indicators."""
    chosen: dict[int, Evaluation] = {}
    for found in queries.evaluations(db):
        if found.kind != kind:
            continue
        before = chosen.get(found.year)
        if before is None or (found.stage == SIGNED and before.stage != SIGNED):
            chosen[found.year] = found
    rows: dict[str, IndicatorOverYears] = {}
    for year, found in chosen.items():
        for result in queries.results_of(found):
            indicator = result.indicator
            if indicator.nature == "qualitative":
                continue
            key = " / ".join(filter(None, (indicator.measure, indicator.per))) or indicator.name
            row = rows.setdefault(key, IndicatorOverYears(indicator.name, {}))
            value = None if result.value is None else Decimal(result.value)
            row.years[year] = YearOfIndicator(
                year, found.id, found.stage == SIGNED, target_text(indicator, result.target),
                result.value_text or quantity(value, indicator.unit),
                None if value is None else completion(value, result.target), result.score, indicator.weight,
            )  # fmt: skip
    return list(chosen), list(rows.values())
