"""What a year will come to if it goes on as it has: pure functions from standings at month ends to a forecast.

A count grows by its monthly average so far: forecast = value + (value − standing at the year's beginning) ÷ months gone
× months left. A rate stays at its level: half a year's pass rate says nothing about a trend. Whoever knows better (the
last payment is due in December) states another figure with its reason; both stand in the form.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from licensetrack.core.clock import month_end
from licensetrack.performance.sheet import Value

LINEAR, LEVEL = "linear", "level"
MONTHS = Decimal(12)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Trend:
    """A forecast with all that it rests on.

    `start` is the standing when the year began, `standings` that at the end of each month (`2024-07`) up to the
    cut-off, `gone` the months gone by then (7, or 7.65 within a month).
    """

    method: str
    start: Value
    standings: tuple[tuple[str, Value], ...]
    gone: Decimal
    value: Value
    forecast: Value


def months_gone(day: dt.date) -> Decimal:
    """Months of the year gone at the end of a day, with two decimals: 7 on 31 July, 7.65 on 20 August."""
    within = Decimal(day.day) / month_end(day).day
    return (day.month - 1 + within).quantize(CENT, ROUND_HALF_UP)


def month_ends(day: dt.date) -> list[dt.date]:
    """The last days of the year's months that are over at the end of `day`, and `day` itself where it ends none."""
    return [*(month_end(dt.date(day.year, month, 1)) for month in range(1, day.month)), day]


def linear(start: Value, standings: Sequence[tuple[str, Value]], gone: Decimal, value: Value) -> Trend:
    """The trend of something that adds up over the months: sets, CPUs, units, orders, money."""
    forecast = _grown(Decimal(start or 0), value, gone)
    return Trend(LINEAR, start, tuple(standings), gone, value, forecast)


def level(standings: Sequence[tuple[str, Value]], gone: Decimal, value: Value) -> Trend:
    """The trend of a rate: it stays as it is."""
    return Trend(LEVEL, None, tuple(standings), gone, value, value)


def _grown(start: Decimal, value: Value, gone: Decimal) -> Value:
    if value is None:
        return None
    grown = max(value + (value - start) / gone * (MONTHS - gone), Decimal(0))
    if isinstance(value, int):
        return int(grown.quantize(Decimal(1), ROUND_HALF_UP))
    return grown.quantize(CENT, ROUND_HALF_UP)
