"""How values look on a page: numbers, days, instants; numbers are written by the same function as in reports."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import gettext
from markupsafe import Markup

from licensetrack.core.clock import BUSINESS_ZONE
from licensetrack.measures.catalogue import MEASURES
from licensetrack.measures.money import TEN_THOUSAND
from licensetrack.reports.numbers import NO_VALUE, Figure, Kind, Style, Unit, number_text
from licensetrack.web import wording
from licensetrack.web.definitions import definition


def count(value: int | Decimal | None) -> str:
    """A quantity: 20,083."""
    return number_text(value, Kind.COUNT)


def money(value: Decimal | int | None) -> str:
    """Money in 万元: 7,515.00."""
    return number_text(value, Kind.MONEY)


def points(value: Decimal | None) -> str:
    """Points without needless decimals: 99, 7.5."""
    return NO_VALUE if value is None else number_text(value, Kind.SCORE)


def wan(value: Decimal | int | None) -> str:
    """Yuan in 万元: 7,515.00 for 75,150,000."""
    return money(None if value is None else Decimal(value) / TEN_THOUSAND)


def signed(value: int) -> str:
    """A change: +24 or −8."""
    return f"+{value:,}" if value > 0 else f"−{-value:,}" if value else "0"


def figure(value: int | Decimal | None, name: str) -> str:
    """A measure's value as its unit asks, without the unit's word; a percentage keeps its sign."""
    return Figure(name, value, Unit(MEASURES[name].unit)).text(Style.TABLE)


def contribution(value: int | Decimal | None, name: str) -> str:
    """What one row adds to a measure: money where the measure is about money, else a quantity."""
    return money(value) if name.startswith("budget.") else count(value)


def unit_word(name: str) -> str:
    """The word for what a measure counts; nothing for percentages, whose sign says it."""
    unit = MEASURES[name].unit
    return "" if unit == Unit.PERCENT else gettext(unit)


def day(value: dt.date | None) -> str:
    """A day: 2024-12-31."""
    return NO_VALUE if value is None else value.isoformat()


def moment(value: dt.datetime | None) -> str:
    """A wall clock time, or an instant on the business zone's clock, to the minute."""
    if value is None:
        return NO_VALUE
    local = value if value.tzinfo is None else value.astimezone(BUSINESS_ZONE)
    return local.strftime("%Y-%m-%d %H:%M")


def share(part: Any, whole: Any) -> str:
    """A part of a whole as a length for SVG: "43.21%"; nothing of nothing is nothing."""
    if not whole or not part:
        return "0%"
    return f"{min(Decimal(part) / Decimal(whole), Decimal(1)) * 100:.2f}%"


def bar(part: Any, whole: Any, role: str = "first") -> Markup:
    """A thin bar that shows a part of a whole; the number stands beside it, so a screen reader skips it."""
    return Markup(
        '<svg class="bar" aria-hidden="true"><rect class="bar-track" width="100%" height="100%" rx="2"/>'
        '<rect class="bar-{}" width="{}" height="100%" rx="2"/></svg>'
    ).format(role, share(part, whole))


def register(app: Flask) -> None:
    """Makes them filters and functions of every template."""
    app.jinja_env.filters.update(count=count, money=money, wan=wan, signed=signed, day=day, moment=moment)
    app.jinja_env.globals.update(
        figure=figure, contribution=contribution, unit_word=unit_word, bar=bar, wording=wording, word=wording.word,
        definition=definition, MEASURES=MEASURES, zip=zip,
    )  # fmt: skip
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
