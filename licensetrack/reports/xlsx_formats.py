"""The cell formats of a workbook, made once each."""

from __future__ import annotations

from typing import Any

from licensetrack.reports.document import Align
from licensetrack.reports.numbers import EXCEL_FORMATS, Kind

_RULE = "#B8C0CA"
_FILL = "#EEF1F5"
_HEADING_FONT = "黑体"


class Formats:
    """Formats by purpose; Excel shares equal ones, and so do we."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._cells: dict[tuple[Kind, Align, bool], Any] = {}
        border = {"border": 1, "border_color": _RULE, "valign": "vcenter"}
        label = {"font_name": _HEADING_FONT, "bg_color": _FILL, "align": "center", "text_wrap": True, **border}
        self.title = book.add_format({"font_name": _HEADING_FONT, "font_size": 14, "valign": "vcenter"})
        self.centered_title = book.add_format(
            {"font_name": _HEADING_FONT, "font_size": 16, "align": "center", "valign": "vcenter"}
        )
        self.head = book.add_format(label)
        self.label = book.add_format(label)
        self.unit = book.add_format({"font_size": 9, "align": "right"})
        self.note = book.add_format({"font_size": 9, "font_color": "#566173"})

    @property
    def chart_cells(self) -> tuple[Any, Any, Any]:
        """Headings, categories and numbers beside a chart."""
        return self.head, self.cell(Kind.TEXT, Align.LEFT, False), self.cell(Kind.COUNT, Align.RIGHT, False)

    def cell(self, kind: Kind, align: Align, strong: bool) -> Any:
        """The format of a cell holding `kind`; `strong` for totals."""
        key = (kind, align, strong)
        if key not in self._cells:
            look: dict[str, object] = {
                "num_format": EXCEL_FORMATS[kind],
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
