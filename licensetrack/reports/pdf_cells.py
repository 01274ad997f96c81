"""Draws table cells straight onto the canvas: one pass for fills, one for rules, one for words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from reportlab.lib.colors import HexColor

from licensetrack.reports.document import Align
from licensetrack.reports.fonts import FontBook, FontChain, Purpose
from licensetrack.reports.pdf_text import ASCENT, Line, break_text, draw_lines

PADDING_X = 3.5
PADDING_Y = 2.6
_HEAD_FILL = HexColor("#eef1f5")
_TOTAL_FILL = HexColor("#f6f7f9")
_RULE = HexColor("#7d8793")
_INK = HexColor("#000000")
_RULE_WIDTH = 0.4
_EDGE_WIDTH = 0.9

Rule = tuple[float, float, float, float]


class Box(NamedTuple):
    """A cell in its place: y runs downward from the top of the part, `lines` are its broken text."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[Line, ...]
    align: Align
    strong: bool = False
    fill: str = ""


class CellType(NamedTuple):
    """The type that a table's cells are set in."""

    fonts: FontBook
    size: float
    leading: float

    def chain(self, strong: bool) -> FontChain:
        """Labels, headings and totals in 黑体, everything else in the table face."""
        return self.fonts[Purpose.HEADING if strong else Purpose.TABLE]

    def broken(self, text: str, width: float, strong: bool = False) -> tuple[Line, ...]:
        """The text's lines in a cell of `width` points; most cells need just to be measured."""
        if not text:
            return ()
        chain = self.chain(strong)
        natural = chain.width(text, self.size)
        if natural <= width - 2 * PADDING_X and "\n" not in text:
            return (Line(((text, 0.0),), natural),)
        return tuple(
            line
            for paragraph in text.split("\n")
            for line in break_text(paragraph, chain, self.size, width - 2 * PADDING_X)
        )

    def height(self, lines: int) -> float:
        """Height of a cell with so many lines."""
        return max(lines, 1) * self.leading + 2 * PADDING_Y


def draw_cells(
    canvas: Any, boxes: Iterable[Box], rules: list[Rule], edges: list[Rule], kind: CellType, x: float, top: float
) -> None:
    """Draws a part of a table whose upper left corner is at (x, top); `edges` are the heavier rules."""
    canvas.saveState()
    canvas.translate(x, top)
    plain: list[tuple[float, float, Line]] = []
    strong: list[tuple[float, float, Line]] = []
    for box in boxes:
        if box.fill:
            canvas.setFillColor(_HEAD_FILL if box.fill == "head" else _TOTAL_FILL)
            canvas.rect(box.x, -box.y - box.height, box.width, box.height, stroke=0, fill=1)
        _place(box, kind, strong if box.strong else plain)
    canvas.setStrokeColor(_RULE)
    canvas.setLineWidth(_RULE_WIDTH)
    if rules:
        canvas.lines([(x1, -y1, x2, -y2) for x1, y1, x2, y2 in rules])
    if edges:
        canvas.setStrokeColor(_INK)
        canvas.setLineWidth(_EDGE_WIDTH)
        canvas.lines([(x1, -y1, x2, -y2) for x1, y1, x2, y2 in edges])
    canvas.setFillColor(_INK)
    canvas.setStrokeColor(_INK)
    if plain:
        draw_lines(canvas, kind.chain(False), kind.size, plain)
    if strong:
        draw_lines(canvas, kind.chain(True), kind.size, strong, bold=True)
    canvas.restoreState()


def _place(box: Box, kind: CellType, positioned: list[tuple[float, float, Line]]) -> None:
    baseline = (
        box.y + (box.height - len(box.lines) * kind.leading) / 2 + (kind.leading - kind.size) / 2 + ASCENT * kind.size
    )
    for line in box.lines:
        if box.align is Align.LEFT:
            left = box.x + PADDING_X
        elif box.align is Align.RIGHT:
            left = box.x + box.width - PADDING_X - line.width
        else:
            left = box.x + (box.width - line.width) / 2
        positioned.append((left, -baseline, line))
        baseline += kind.leading
