"""What a chart says, without how it looks: bullets against a target, bars, columns and monthly trends."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from licensetrack.reports.numbers import Kind, Style, number_text

Value = int | Decimal
Hue = Literal["first", "second", "third"]
"""The color of a series: deep blue, light blue, amber."""


@dataclass(frozen=True)
class Bullet:
    """One quantity against the floor it has to reach; without a target the bar stands alone."""

    label: str
    value: Value
    target: Value | None = None
    unit: str = ""

    @property
    def rate(self) -> Decimal | None:
        """Value as a percentage of the target."""
        return Decimal(self.value) / Decimal(self.target) * 100 if self.target else None


@dataclass(frozen=True)
class BulletChart:
    """Quantities against their targets; every bullet has its own scale, for CPUs of two products never share one."""

    title: str
    bullets: tuple[Bullet, ...]


@dataclass(frozen=True)
class Series:
    """One named row of values, as many as the chart has categories."""

    name: str
    values: tuple[Value, ...]
    hue: Hue = "first"


@dataclass(frozen=True)
class BarChart:
    """Lying bars by district, category, unit; stacked series must be parts of one whole."""

    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    stacked: bool = False


@dataclass(frozen=True)
class ColumnChart:
    """Standing columns, side by side per category."""

    title: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""


@dataclass(frozen=True)
class Panel:
    """One line with its own scale inside a trend; None where the month is still to come.

    `ahead` is what a method foresees for the months after the last value, with the range from `low` to `high`.
    """

    name: str
    values: tuple[Value | None, ...]
    target: Value | None = None
    unit: str = ""
    ahead: tuple[Value, ...] = ()
    low: tuple[Value, ...] = ()
    high: tuple[Value, ...] = ()


@dataclass(frozen=True)
class TrendChart:
    """Lines over months in small multiples: one panel per product, never two products on one axis."""

    title: str
    months: tuple[str, ...]
    panels: tuple[Panel, ...]


Chart = BulletChart | BarChart | ColumnChart | TrendChart


def label(value: Value) -> str:
    """A value as charts write it: 20,083."""
    return number_text(value, Kind.COUNT, Style.TABLE)


def described(chart: Chart) -> str:
    """The chart's content as one sentence, for readers who cannot see it."""
    if isinstance(chart, BulletChart):
        parts = [
            f"{b.label} {label(b.value)}{b.unit}"
            + (f"，目标 {label(b.target)}{b.unit}" if b.target is not None else "")
            for b in chart.bullets
        ]
    elif isinstance(chart, TrendChart):
        parts = []
        for panel in chart.panels:
            known = [
                (month, value) for month, value in zip(chart.months, panel.values, strict=True) if value is not None
            ]
            if known:
                parts.append(
                    f"{panel.name} {known[0][0]} {label(known[0][1])}，{known[-1][0]} {label(known[-1][1])}{panel.unit}"
                    + (f"，{chart.months[-1]} 预计 {label(panel.ahead[-1])}{panel.unit}" if panel.ahead else "")
                    + (f"（{label(panel.low[-1])}–{label(panel.high[-1])}）" if panel.low else "")
                )
    else:
        parts = [
            f"{category} " + "，".join(f"{series.name} {label(series.values[index])}" for series in chart.series)
            for index, category in enumerate(chart.categories)
        ]
    return f"{chart.title}：" + "；".join(parts)
