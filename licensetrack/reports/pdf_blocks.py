"""Paragraphs, headings and charts as flowables on the 22-line grid."""

from __future__ import annotations

from typing import Any

from reportlab.lib.colors import black
from reportlab.platypus import Flowable

from licensetrack.reports.chart_data import Chart
from licensetrack.reports.charts import draw
from licensetrack.reports.fonts import FontBook
from licensetrack.reports.pdf_scene import paint
from licensetrack.reports.pdf_text import ASCENT, Line, break_text, draw_lines
from licensetrack.reports.styles import CHARACTERS_PER_LINE, TextStyle

CHART_SCALE = 0.8
"""Charts are drawn for screens, with text of 12 points; on paper that becomes 小五."""


class TextFlow(Flowable):
    """A paragraph; one that breaks over two pages goes on without its first-line indent."""

    def __init__(self, text: str, style: TextStyle, fonts: FontBook, lines: list[Line] | None = None) -> None:
        super().__init__()
        self._text, self._style, self._fonts = text, style, fonts
        self._lines = lines
        self._indented = lines is None

    def getSpaceBefore(self) -> float:  # noqa: N802 - reportlab's name
        """Only above the first part."""
        return self._style.before if self._indented else 0.0

    def getSpaceAfter(self) -> float:  # noqa: N802 - reportlab's name
        """Points below."""
        return self._style.after

    def least_height(self) -> float:
        """One line, or the two that a longer paragraph does not part, with the space above."""
        lines = 2 if self._style.justified and len(self._text) > 2 * CHARACTERS_PER_LINE else 1
        return lines * self._style.leading + self._style.before

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Breaks the text once."""
        style = self._style
        self.width = available_width
        if self._lines is None:
            self._lines = [
                line
                for number, paragraph in enumerate(self._text.split("\n"))
                for line in break_text(
                    paragraph,
                    self._fonts[style.purpose],
                    style.size,
                    available_width - style.right * style.size,
                    indent=style.indent * style.size if not number else 0,
                    tracking=style.tracking,
                    justified=style.justified,
                )
            ]
        self.height = len(self._lines) * style.leading
        return available_width, self.height

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        """The lines that fit, and the others; never a single line at either end of a longer paragraph."""
        self.wrap(available_width, available_height)
        lines = self._lines or []
        count = int((available_height + 0.01) // self._style.leading)
        if count < 1 or (count == 1 and len(lines) > 3):
            return []
        first = TextFlow(self._text, self._style, self._fonts, lines[:count])
        first._indented = self._indented
        return [first, TextFlow(self._text, self._style, self._fonts, lines[count:])]

    def draw(self) -> None:
        """The lines, each on its baseline."""
        style, canvas = self._style, self.canv
        baseline = self.height - (style.leading - style.size) / 2 - ASCENT * style.size
        right = self.width - style.right * style.size
        positioned: list[tuple[float, float, Line]] = []
        for number, line in enumerate(self._lines or []):
            x = style.indent * style.size if number == 0 and self._indented else 0.0
            if style.centered:
                x = (self.width - line.width) / 2
            elif style.flush_right:
                x = right - line.width
            positioned.append((x, baseline - number * style.leading, line))
        canvas.setFillColor(black)
        canvas.setStrokeColor(black)
        draw_lines(canvas, self._fonts[style.purpose], style.size, positioned, bold=True)


class Bookmark(Flowable):
    """An entry of the outline that leads to this place; takes no room."""

    def __init__(self, title: str, level: int, number: int) -> None:
        super().__init__()
        self._title, self._level, self._key = title, level, f"h{number}"

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Nothing."""
        return 0, 0

    def draw(self) -> None:
        """The target is a little above the heading."""
        canvas: Any = self.canv
        canvas.bookmarkHorizontal(self._key, 0, 24)
        canvas.addOutlineEntry(self._title, self._key, self._level, closed=self._level > 0)


class ChartFlow(Flowable):
    """A chart across the type area; never broken."""

    def __init__(self, chart: Chart, width: float, fonts: FontBook) -> None:
        super().__init__()
        self._scene = draw(chart, width / CHART_SCALE)
        self._fonts = fonts
        self.width = width
        self.height = self._scene.height * CHART_SCALE + 12

    def least_height(self) -> float:
        """All of it, and its caption."""
        return self.height + 32

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Fixed by its content."""
        return self.width, self.height

    def draw(self) -> None:
        """Six points of air above and below."""
        paint(self._scene, self.canv, 0, self.height - 6, CHART_SCALE, self._fonts)
