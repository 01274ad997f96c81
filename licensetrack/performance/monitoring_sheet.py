"""A monitoring as it is read: all that a page or the printed form needs, from the frozen snapshot or a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from licensetrack.performance.monitoring_rules import Judgement
from licensetrack.performance.monitoring_trend import Trend
from licensetrack.performance.sheet import FrozenFigure, Step, TargetVersion, Value


@dataclass(frozen=True)
class ProjectHeader:
    """Who and what: the lines above a form. `goal` and `progress` are sentence templates over the sheet's figures."""

    project: str = ""
    project_code: str = ""
    project_class: str = ""
    authority: str = ""
    implementer: str = ""
    fund_source: str = ""
    leader: str = ""
    author: str = ""
    phone: str = ""
    period_start: dt.date | None = None
    period_end: dt.date | None = None
    nature: str = ""
    overview: str = ""
    basis: str = ""
    goal: str = ""
    progress: str = ""


@dataclass(frozen=True)
class Target:
    """What was to be reached, ready to print (≥4000个CPU), and why it was changed where it was."""

    text: str
    value: Decimal | None
    version: TargetVersion | None = None


@dataclass(frozen=True)
class MonitoredIndicator:
    """A level-3 indicator at the cut-off.

    `target` holds on that day, `earlier` are those that it replaced within the year, the oldest first. `reached` and
    `expected` are value and forecast in percent of the target. `light` is green, yellow, red or empty where nothing can
    be compared. `likelihood` is the officer's word, else the one that the light stands for.
    """

    code: str
    name: str
    level1: str
    level2: str
    nature: str
    unit: str
    target: Target
    earlier: tuple[Target, ...]
    measure: str
    per: str
    value: Value
    value_text: str
    trend: Trend | None
    forecast: Value
    forecast_text: str
    reached: Decimal | None
    expected: Decimal | None
    light: str
    likelihood: str
    judgement: Judgement

    @property
    def overridden(self) -> bool:
        """Whether the forecast is the officer's and not the trend's."""
        return self.trend is not None and self.judgement.forecast is not None


@dataclass(frozen=True)
class Budget:
    """The funds at the cut-off, in 万元 and percent; `trend` is what the forecast of the year's spending rests on.

    `by_source` tells each source's initial, appropriated and spent, as far as the papers name it ("" where none does).
    """

    initial: Value
    appropriated: Value
    spent: Value
    rate: Value
    forecast: Value
    forecast_reason: str
    trend: Trend
    by_source: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)


@dataclass(frozen=True)
class MonitoringSheet:
    """A whole monitoring. `frozen` tells whether it is the reported snapshot (then `digest` proves it) or a draft.

    `under` is the share of the target from which a light is yellow.
    """

    year: int
    as_of: dt.date
    version: int
    stage: str
    known_at: dt.datetime
    steps: tuple[Step, ...]
    framework: str
    framework_name: str
    framework_digest: str
    under: Decimal
    header: ProjectHeader
    budget: Budget
    indicators: tuple[MonitoredIndicator, ...]
    figures: Mapping[str, FrozenFigure]
    reported_at: dt.datetime | None = None
    frozen: bool = False
    digest: str | None = None

    def indicator(self, code: str) -> MonitoredIndicator:
        """The level-3 indicator of that code. Raises KeyError."""
        for one in self.indicators:
            if one.code == code:
                return one
        raise KeyError(code)
