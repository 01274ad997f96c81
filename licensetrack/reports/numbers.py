"""How a number is written: the one place where a value and its unit become text, in a sentence, a table cell or a
workbook.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

NO_VALUE = "—"


class Unit(StrEnum):
    """What a figure counts; the values are the English msgids that measures carry as their unit."""

    SETS = "sets"
    CPUS = "CPUs"
    UNITS = "units"
    ORDERS = "orders"
    PERCENT = "percent"
    WAN_YUAN = "10k yuan"
    POINTS = "points"
    PLAIN = ""


class Style(StrEnum):
    """Where the number stands: a sentence writes 4375, a table 4,375."""

    PROSE = "prose"
    TABLE = "table"


class Kind(StrEnum):
    """What a table column holds; it decides alignment, number text and the workbook's cell format."""

    TEXT = "text"
    INDEX = "index"
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"
    SCORE = "score"
    DATE = "date"


UNIT_WORDS: dict[Unit, tuple[str, ...]] = {
    Unit.SETS: ("套",),
    Unit.CPUS: ("个CPU", "颗CPU", "CPU"),
    Unit.UNITS: ("家单位", "个单位", "家"),
    Unit.ORDERS: ("次", "件", "单", "张工单"),
    Unit.PERCENT: ("%", "％"),
    Unit.WAN_YUAN: ("万元",),
    Unit.POINTS: ("分",),
}
"""The words that follow a number of this unit in a Chinese sentence."""

_KINDS = {
    Unit.PERCENT: Kind.PERCENT,
    Unit.WAN_YUAN: Kind.MONEY,
    Unit.POINTS: Kind.SCORE,
}

EXCEL_FORMATS: dict[Kind, str] = {
    Kind.TEXT: "@",
    Kind.INDEX: "0",
    Kind.COUNT: "#,##0",
    Kind.MONEY: "#,##0.00",
    Kind.PERCENT: 'General"%"',
    Kind.SCORE: "General",
    Kind.DATE: "yyyy-mm-dd",
}
"""Workbook cell formats. A percent keeps its value (87.23, not 0.8723), so that a cell equals the measure it
shows.
"""


@dataclass(frozen=True)
class Figure:
    """A number bound to its name: a measure as of a date, or a value frozen at sign-off.

    `value` is in `unit` (万元 for ``Unit.WAN_YUAN``, 0 to 100 for ``Unit.PERCENT``); None means that there is
    nothing to count. `behind` names the figures that it is worked out from.
    """

    name: str
    value: int | Decimal | None
    unit: Unit = Unit.PLAIN
    label: str = ""
    behind: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """The column kind that shows this figure."""
        return _KINDS.get(self.unit, Kind.COUNT)

    def text(self, style: Style = Style.PROSE) -> str:
        """The figure as it is printed, without its unit word (a percent keeps its sign)."""
        return number_text(self.value, self.kind, style)


Cell = str | int | Decimal | date | Figure | None
"""What a table cell may hold; floats are not among them, a binary fraction is no official number."""


def number_text(value: int | Decimal | None, kind: Kind, style: Style = Style.TABLE) -> str:
    """The only function that writes a number.

    Sentences carry plain digits (4375, 7515, 99.5, 100%), as the published reports do; tables carry thousands
    separators and money in 万元 with two decimals. Halves round up, as in bookkeeping.
    """
    if value is None:
        return NO_VALUE
    if kind is Kind.INDEX:
        return str(value)
    separator = "," if style is Style.TABLE else ""
    if kind is Kind.MONEY and style is Style.TABLE:
        return f"{rounded(value):,.2f}"
    text = f"{rounded(value):{separator}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{text}%" if kind is Kind.PERCENT else text


def cell_text(value: Cell, kind: Kind = Kind.TEXT) -> str:
    """The text of a table cell; a figure brings its own kind, dates are written 2024-12-31, nothing at all is an
    empty cell.
    """
    if value is None:
        return NO_VALUE if kind in NUMBER_KINDS else ""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Figure):
        return value.text(Style.TABLE)
    if isinstance(value, date):
        return value.isoformat()
    return number_text(value, kind if kind in NUMBER_KINDS else Kind.INDEX)


def printable(text: str) -> str:
    """The text without control characters, which no Office file may hold; line feeds stay."""
    return text if text.isprintable() else _CONTROL.sub("", text)


def cell_number(value: Cell) -> int | Decimal | None:
    """The number inside a cell, or None where the cell holds no number."""
    if isinstance(value, Figure):
        return value.value
    return value if isinstance(value, int | Decimal) else None


_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
NUMBER_KINDS = frozenset({Kind.INDEX, Kind.COUNT, Kind.MONEY, Kind.PERCENT, Kind.SCORE})


def rounded(value: int | Decimal) -> Decimal:
    """Two decimals at most; whole numbers of any size stay as they are."""
    if isinstance(value, int):
        return Decimal(value)
    return value.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
