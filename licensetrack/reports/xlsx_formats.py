"""The cell formats of a workbook, made once each."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from licensetrack.reports.document import Align
from licensetrack.reports.numbers import EXCEL_FORMATS, Cell, Figure, Kind, cell_number, rounded

_RULE = "#B8C0CA"
_FILL = "#EEF1F5"
_HEADING_FONT = "黑体"


class Formats:
    """Formats by purpose; Excel shares equal ones, and so do we."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._cells: dict[tuple[Kind, Align, bool, int], Any] = {}
        border = {"border": 1, "border_color": _RULE, "valign": "vcenter"}
        label = {"font_name": _HEADING_FONT, "bg_color": _FILL, "align": "center", "text_wrap": True, **border}
        self.title = book.add_format({"font_name": _HEADING_FONT, "font_size": 14, "valign": "vcenter"})
        self.centered_title = book.add_format(
            {"font_name": _HEADING_FONT, "font_size": 16, "align": "center", "valign": "vcenter"}
        )
        self.head = book.add_format(label)
        self.label = book.add_format(label)
        self.unit = book.add_format({"font_size": 9, "align": "right"})
        self.note = book.add_format({"font_size": 9, "font_color": "#566173", "text_wrap": True, "valign": "top"})

    @property
    def chart_cells(self) -> tuple[Any, Any, Any]:
        """Headings, categories and numbers beside a chart."""
        return self.head, self.cell(Kind.TEXT, Align.LEFT, False), self.cell(Kind.COUNT, Align.RIGHT, False)

    def cell(self, kind: Kind, align: Align, strong: bool, places: int = 0) -> Any:
        """The format of a cell holding `kind`; `strong` for totals; `places` are the decimals that a count has."""
        places = places if kind is Kind.COUNT else 0
        key = (kind, align, strong, places)
        if key not in self._cells:
            look: dict[str, object] = {
                "num_format": EXCEL_FORMATS[kind] + (f".{'0' * places}" if places else ""),
                "align": align.value,
                "valign": "vcenter",
                "border": 1,
                "border_color": _RULE,
                "text_wrap": kind is Kind.TEXT,
            }
            if strong:
                look |= {"font_name": _HEADING_FONT, "bg_color": "#F6F7F9"}
            self._cells[key] = self._book.add_format(look)
        return self._cells[key]


def kind_of(value: Cell, kind: Kind) -> Kind:
    """The format follows the value: a figure brings its own, a date in any column is a date."""
    if isinstance(value, Figure):
        return value.kind
    if isinstance(value, date):
        return Kind.DATE
    if isinstance(value, str):
        return Kind.TEXT
    return kind if kind in EXCEL_FORMATS and kind is not Kind.TEXT else Kind.SCORE


def places_of(value: Cell) -> int:
    """Decimals to show, as paper does: none of a whole number, two at most."""
    number = cell_number(value)
    if not isinstance(number, Decimal):
        return 0
    return max(-int(rounded(number).normalize().as_tuple().exponent), 0)
