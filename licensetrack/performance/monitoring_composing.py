"""Composing a monitoring's sheet: framework, what was read, and what the officer says become one object."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from licensetrack.measures.catalogue import MEASURES
from licensetrack.measures.question import percent
from licensetrack.performance.framework import SIGNS, Framework, Indicator
from licensetrack.performance.monitoring_reading import INITIAL, SPENT, Read, goals
from licensetrack.performance.monitoring_rules import Gap, Judgement, light, light_of_band, likelihood_of, missing
from licensetrack.performance.monitoring_sheet import (
    Budget,
    MonitoredIndicator,
    MonitoringSheet,
    ProjectHeader,
    Target,
)
from licensetrack.performance.monitoring_trend import Trend
from licensetrack.performance.naming import EXECUTION
from licensetrack.performance.rules.grading import completion
from licensetrack.performance.scorecard import quantity, target_text
from licensetrack.performance.sheet import FrozenFigure, Step, TargetVersion, Value

BUDGET = "budget"  # the code under which the forecast of the year's spending is judged
NOTHING = Judgement()


@dataclass(frozen=True)
class Run:
    """What the monitoring's own row says."""

    year: int
    as_of: dt.date
    version: int
    stage: str
    known_at: dt.datetime
    steps: tuple[Step, ...] = ()
    reported_at: dt.datetime | None = None


def compose(
    run: Run, framework: Framework, digest: str, found: Read, header: ProjectHeader, said: Mapping[str, Judgement]
) -> MonitoringSheet:
    """The sheet of a draft, or what is frozen when it is reported."""
    found = replace(found, trends=_within_budget(found))
    budget = _budget(found, said.get(BUDGET, NOTHING))
    indicators = tuple(
        _monitored(framework, names, indicator, found, _said(indicator, said), run.as_of)
        for *names, indicator in goals(framework)
    )
    return MonitoringSheet(
        year=run.year, as_of=run.as_of, version=run.version, stage=run.stage, known_at=run.known_at, steps=run.steps,
        framework=framework.code, framework_name=framework.name, framework_digest=digest, under=framework.under,
        header=header, budget=budget, indicators=indicators,
        figures={one.name: one for one in _figures(found, budget, indicators)}, reported_at=run.reported_at,
    )  # fmt: skip


def gaps(sheet: MonitoringSheet) -> list[Gap]:
    """Everything that is missing before the sheet can be submitted."""
    found = []
    for one in sheet.indicators:
        has_value = one.value is not None or bool(one.measure)  # a rate of nothing is no value, and none can be typed
        qualitative = one.nature == SIGNS["qualitative"]
        lacking = missing(one.judgement, one.light, has_value=has_value, qualitative=qualitative)
        found += [Gap(one.code, one.name, message) for message in lacking]
    return found


def _monitored(
    framework: Framework, names: Sequence[str], indicator: Indicator, found: Read, said: Judgement, day: dt.date
) -> MonitoredIndicator:
    value = _value(indicator, found.figures, said)
    trend = found.trends.get(indicator.measure) if not indicator.per else None
    forecast = said.forecast if said.forecast is not None else trend.forecast if trend else value
    target, earlier = targets_shown(indicator, found.targets.get(indicator.code, ()), found.figures, day)
    shown = light_of_band(said.band) if indicator.nature == "qualitative" else light(
        indicator.nature, _decimal(forecast), target.value, under=framework.under
    )  # fmt: skip
    return MonitoredIndicator(
        code=indicator.code, name=indicator.name, level1=names[0], level2=names[1], nature=SIGNS[indicator.nature],
        unit=indicator.unit, target=target, earlier=earlier, measure=indicator.measure, per=indicator.per, value=value,
        value_text=said.value_text or quantity(value, indicator.unit), trend=trend, forecast=forecast,
        forecast_text=said.forecast_text or quantity(forecast, indicator.unit),
        reached=None if value is None else completion(Decimal(value), target.value),
        expected=None if forecast is None else completion(Decimal(forecast), target.value),
        light=shown, likelihood=said.likelihood or likelihood_of(shown), judgement=said,
    )  # fmt: skip


def _value(indicator: Indicator, figures: Mapping[str, Value], said: Judgement) -> Value:
    if not indicator.measure:
        return said.value
    value = figures[indicator.measure]
    if not indicator.per:
        return value
    whole = figures[indicator.per]
    return None if value is None or whole is None else percent(value, whole)


def targets_shown(
    indicator: Indicator, versions: Sequence[TargetVersion], figures: Mapping[str, Value], day: dt.date
) -> tuple[Target, tuple[Target, ...]]:
    """The target in force on a day, and those that it replaced within the day's year."""
    if indicator.target_from:
        number = _decimal(figures[indicator.target_from])
        return Target(target_text(indicator, number), number), ()
    if not versions:
        return Target(target_text(indicator, None), None), ()
    made = [Target(target_text(indicator, one.value), one.value, one) for one in versions]
    replaced = [old for old, new in zip(made, versions[1:], strict=False) if new.start.year == day.year]
    return made[-1], tuple(replaced)


def _said(indicator: Indicator, said: Mapping[str, Judgement]) -> Judgement:
    """What was said of an indicator; one that reads the spending goes by what was said of the budget."""
    own, spending = said.get(indicator.code, NOTHING), said.get(BUDGET, NOTHING)
    if indicator.measure != SPENT or own.forecast is not None or spending.forecast is None:
        return own
    return replace(own, forecast=spending.forecast, forecast_reason=spending.forecast_reason)


def _within_budget(found: Read) -> dict[str, Trend]:
    """The trends, with the spending's within the budget: nobody may spend more than was granted."""
    trend, granted = found.trends[SPENT], found.figures["budget.appropriated"]
    if trend.forecast is None or granted is None:
        return found.trends
    return found.trends | {SPENT: replace(trend, forecast=min(trend.forecast, granted))}


def _budget(found: Read, said: Judgement) -> Budget:
    trend = found.trends[SPENT]
    return Budget(
        initial=found.figures[INITIAL], appropriated=found.figures["budget.appropriated"], spent=found.figures[SPENT],
        rate=found.figures[EXECUTION], forecast=said.forecast if said.forecast is not None else trend.forecast,
        forecast_reason=said.forecast_reason, trend=trend,
    )  # fmt: skip


def _figures(found: Read, budget: Budget, indicators: Sequence[MonitoredIndicator]) -> list[FrozenFigure]:
    """Every figure that a text of the form may bind to: the measures, targets, values, forecasts and their shares."""
    listed = [
        FrozenFigure(name, one.label, one.unit, found.figures[name], (name,)) for name, one in MEASURES.items()
    ]  # fmt: skip
    listed.append(FrozenFigure("budget.forecast", "Spending expected", "10k yuan", budget.forecast, (SPENT,)))
    for one in indicators:
        unit = "percent" if one.unit in ("%", "％") else MEASURES[one.measure].unit if one.measure else ""
        behind = tuple(filter(None, (one.measure, one.per)))
        numbers = {
            "target": (one.target.value, unit, ()), "value": (one.value, unit, behind),
            "forecast": (one.forecast, unit, behind), "completion": (one.reached, "percent", behind),
            "expected": (one.expected, "percent", behind),
        }  # fmt: skip
        for aspect, (number, its_unit, its_source) in numbers.items():
            if number is not None:
                listed.append(FrozenFigure(f"{aspect}.{one.code}", one.name, its_unit, number, its_source))
    return listed


def _decimal(value: Value) -> Decimal | None:
    return None if value is None else Decimal(value)
