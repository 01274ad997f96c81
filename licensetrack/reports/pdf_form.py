"""An official form as a flowable: joined cells in a grid, broken between rows."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.platypus import Flowable

from licensetrack.reports.document import Form, PlacedCell, place_cells
from licensetrack.reports.numbers import cell_text
from licensetrack.reports.pdf_cells import Box, CellType, Rule, draw_cells
from licensetrack.reports.pdf_table import column_edges
from licensetrack.reports.pdf_text import Line
from licensetrack.reports.styles import Page


class FormGrid:
    """An official form laid out once: where its columns end, the broken lines of its cells, the heights of its rows."""

    def __init__(self, form: Form, page: Page, kind: CellType) -> None:
        self.form, self.kind, self.page = form, kind, page
        self.edges = column_edges(form.widths, page.text_width)
        self.placed = place_cells(form)
        self.lines = [
            kind.broken(
                cell_text(place.cell.value, place.cell.kind),
                self.edges[place.column + place.cell.columns] - self.edges[place.column],
                place.cell.label,
            )
            for place in self.placed
        ]
        self.heights = self._row_heights()

    def _row_heights(self) -> list[float]:
        heights = [self.kind.height(1)] * len(self.form.rows)

        def need(place: PlacedCell, lines: tuple[Line, ...]) -> None:
            rows = range(place.row, place.row + place.cell.rows)
            missing = self.kind.height(len(lines)) - sum(heights[row] for row in rows)
            if missing > 0:
                for row in rows:
                    heights[row] += missing / len(rows)

        for by_rows in (1, 2):  # cells of one row first, then those that cover several
            for place, lines in zip(self.placed, self.lines, strict=True):
                if min(place.cell.rows, 2) == by_rows:
                    need(place, lines)
        return heights


class FormFlow(Flowable):
    """An official form; where it breaks, labels that cover both sides and headings of a list are written on both."""

    def __init__(self, grid: FormGrid, rows: Sequence[int] | None = None) -> None:
        super().__init__()
        self._grid, self._form, self._heights = grid, grid.form, grid.heights
        self._rows = rows if rows is not None else range(len(grid.form.rows))
        self.width = grid.page.text_width
        self.height = sum(self._heights[row] for row in self._rows)

    def least_height(self) -> float:
        """The first three rows belong together, of a whole form all of them."""
        if self._form.whole:
            return self.height
        return sum(self._heights[row] for row in self._rows[:3])

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Fixed by its rows."""
        return self.width, self.height

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        """The rows that fit, and the others."""
        taken, height = 0, 0.0
        for row in self._rows:
            if height + self._heights[row] > available_height:
                break
            height += self._heights[row]
            taken += 1
        at_top = available_height > self._grid.page.text_height - 1
        if taken == 0 or ((taken < 3 or self._form.whole) and not at_top):
            return []
        listing = self._form.listing
        if taken > 1 and self._rows[taken - 1] in listing[:1]:
            taken -= 1  # a heading does not stand alone at the foot of a page
        rest = self._rows[taken:]
        again = listing[:1] if taken > 1 and rest and rest[0] in listing[1:] else ()
        return [FormFlow(self._grid, part) for part in (self._rows[:taken], (*again, *rest))]

    def draw(self) -> None:
        """Every cell in its frame."""
        edges = self._grid.edges
        tops: dict[int, float] = {}
        height = 0.0
        for row in self._rows:
            tops[row] = height
            height += self._heights[row]
        boxes: list[Box] = []
        rules: list[Rule] = []
        for place, lines in zip(self._grid.placed, self._grid.lines, strict=True):
            covered = [row for row in range(place.row, place.row + place.cell.rows) if row in tops]
            if not covered:
                continue
            shown = lines if place.cell.label or place.row in tops else ()
            x, right = edges[place.column], edges[place.column + place.cell.columns]
            y, bottom = tops[covered[0]], tops[covered[-1]] + self._heights[covered[-1]]
            fill = "head" if place.cell.label else ""
            boxes.append(Box(x, y, right - x, bottom - y, shown, place.cell.alignment, place.cell.label, fill))
            rules += [(x, y, right, y), (x, y, x, bottom)]
        outer: list[Rule] = [(0, 0, self.width, 0), (0, height, self.width, height), (0, 0, 0, height)]
        outer.append((self.width, 0, self.width, height))
        draw_cells(self.canv, boxes, rules, outer, self._grid.kind, 0, height)
