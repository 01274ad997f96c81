"""A table as a flowable that breaks between rows, repeats its heading and reads a long table row by row."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reportlab.platypus import Flowable

from licensetrack.reports.column_widths import column_widths
from licensetrack.reports.document import Align, Row, Table
from licensetrack.reports.numbers import cell_text
from licensetrack.reports.pdf_cells import PADDING_X, Box, CellType, Rule, draw_cells
from licensetrack.reports.pdf_text import Line
from licensetrack.reports.styles import Page

_SMALL = 0.4
"""Up to this share of a page a table is not broken."""
_WITH_TOTALS = 2
"""So many rows go overleaf with the totals."""


def column_edges(shares: Sequence[float], width: float) -> list[float]:
    """The x of every column edge, the right end included."""
    total = sum(shares)
    edges = [0.0]
    for share in shares:
        edges.append(edges[-1] + share / total * width)
    return edges


class _Measured(NamedTuple):
    """A row, broken into lines and measured."""

    texts: tuple[str, ...]
    lines: tuple[tuple[Line, ...], ...]
    height: float
    total: bool


class TablePart(Flowable):
    """The rows of a table that stand on one page, under its heading."""

    def __init__(
        self, table: Table, edges: list[float], kind: CellType, head: list[Box], rows: list[_Measured]
    ) -> None:
        super().__init__()
        self._table, self._edges, self._kind, self._head, self._rows = table, edges, kind, head, rows
        self.width = edges[-1]
        self._head_height = max(box.y + box.height for box in head)
        self.height = self._head_height + sum(row.height for row in rows)

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Fixed once its rows are."""
        return self.width, self.height

    def draw(self) -> None:
        """Merged cells stand in the middle of what this page shows of them."""
        edges, columns = self._edges, self._table.columns
        boxes = list(self._head)
        rules: list[Rule] = [(box.x, box.y + box.height, box.x + box.width, box.y + box.height) for box in self._head]
        rules += [(box.x, box.y, box.x, box.y + box.height) for box in self._head if box.x]
        tops = [self._head_height]
        for row in self._rows:
            tops.append(tops[-1] + row.height)
        bottom = tops[-1]
        starts = self._run_starts()
        for number, row in enumerate(self._rows):
            at = 0.0
            for index, column in enumerate(columns):
                if number not in starts[index]:
                    if at < edges[index]:
                        rules.append((at, tops[number], edges[index], tops[number]))
                    at = edges[index + 1]
                    continue
                end = number + 1
                while end < len(self._rows) and end not in starts[index]:
                    end += 1
                boxes.append(
                    Box(
                        edges[index],
                        tops[number],
                        edges[index + 1] - edges[index],
                        tops[end] - tops[number],
                        row.lines[index],
                        column.alignment,
                        row.total,
                        "total" if row.total else "",
                    )
                )
            if at < edges[-1]:
                rules.append((at, tops[number], edges[-1], tops[number]))
        rules += [(x, self._head_height, x, bottom) for x in edges[1:-1]]
        outer: list[Rule] = [(0, 0, self.width, 0), (0, bottom, self.width, bottom)]
        rules += [(0, 0, 0, bottom), (self.width, 0, self.width, bottom)]
        outer.append((0, self._head_height, self.width, self._head_height))
        draw_cells(self.canv, boxes, rules, outer, self._kind, 0, self.height)

    def _run_starts(self) -> list[set[int]]:
        """For every column the rows in which a cell of its own begins."""
        everywhere = set(range(len(self._rows)))
        starts: list[set[int]] = []
        left_equal = everywhere - {0}  # rows whose merging cells to the left equal those of the row above
        for index, column in enumerate(self._table.columns):
            if not column.merge:
                starts.append(everywhere)
                continue
            left_equal = {
                row
                for row in left_equal
                if self._rows[row].texts[index] == self._rows[row - 1].texts[index] != "" and not self._rows[row].total
            }
            starts.append(everywhere - left_equal)
        return starts


class TableFlow(Flowable):
    """A table that takes as many rows from its source as the page has room for."""

    def __init__(self, table: Table, page: Page, kind: CellType, before: TableFlow | None = None) -> None:
        """`before` is the part of the same table on earlier pages, whose rows this one goes on reading."""
        super().__init__()
        self._table, self._kind, self._page = table, kind, page
        self._edges: list[float]
        self._head: list[Box]
        self._source: Iterator[tuple[Row, bool]]
        self._ready: deque[_Measured]
        self._drained: bool
        if before is not None:
            self._edges, self._head = before._edges, before._head
            self._source, self._ready, self._drained = before._source, before._ready, before._drained
        else:
            widths = column_widths(table, page.text_width, kind.size, PADDING_X)
            self._edges = column_edges(widths, page.text_width)
            self._head = _head_boxes(table, self._edges, kind)
            self._source, self._ready, self._drained = table.all_rows(), deque(), False
        self.width = page.text_width
        self.head_height = max(box.y + box.height for box in self._head)

    def least_height(self) -> float:
        """What must fit below a heading for it to stay there: all of a small table, else its head and two rows."""
        small = self._page.text_height * _SMALL
        height = self._fill(small, rows=2)
        if self._drained and height <= small:
            return height
        return self.head_height + sum(row.height for row in list(self._ready)[:2])

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        """Its true height where it fits, else a little more than there is, so that it is asked to split."""
        height = self._fill(available_height)
        if self._drained and height <= available_height:
            self.height = height
        else:
            self.height = available_height + 1
        return self.width, self.height

    def split(self, available_width: float, available_height: float) -> list[Flowable]:
        """The rows that fit and the rest; nothing where the page is nearly full and the next one is better."""
        room = available_height - self.head_height
        at_top = available_height > self._page.text_height - 1
        if not self._ready and self._drained:
            return [self._part([])]
        taken: list[_Measured] = []
        while self._ready and self._ready[0].height <= room:
            row = self._ready.popleft()
            room -= row.height
            taken.append(row)
        rest = bool(self._ready) or not self._drained
        if rest and not at_top and len(taken) < 2:
            self._ready.extendleft(reversed(taken))
            return []
        if rest and len(taken) > _WITH_TOTALS + 1 and self._only_totals_follow():
            for _ in range(_WITH_TOTALS):
                self._ready.appendleft(taken.pop())
        if not taken:  # one row taller than a page: it goes on overleaf
            first, second = _cut(self._ready.popleft(), room, self._kind)
            self._ready.appendleft(second)
            taken.append(first)
        return (
            [self._part(taken), TableFlow(self._table, self._page, self._kind, self)] if rest else [self._part(taken)]
        )

    def draw(self) -> None:
        """All rows that are left fit on this page."""
        part = self._part(list(self._ready))
        part.canv = self.canv
        part.draw()

    def _part(self, rows: list[_Measured]) -> TablePart:
        return TablePart(self._table, self._edges, self._kind, self._head, rows)

    def _only_totals_follow(self) -> bool:
        """Totals alone on a page would say nothing."""
        self._fill(0, rows=1)
        return bool(self._ready) and self._ready[0].total

    def _fill(self, height: float, rows: int = 0) -> float:
        """Measures rows until they are higher than `height`, or so many; returns the height with the head."""
        total = self.head_height + sum(row.height for row in self._ready)
        while not self._drained and (total <= height or len(self._ready) < rows):
            try:
                row, emphasis = next(self._source)
            except StopIteration:
                self._drained = True
                break
            self._ready.append(self._measure(row, emphasis))
            total += self._ready[-1].height
        return total

    def _measure(self, row: Row, total: bool) -> _Measured:
        columns, edges, kind = self._table.columns, self._edges, self._kind
        if len(row) != len(columns):
            raise ValueError(f"table {self._table.caption!r}: a row has {len(row)} cells for {len(columns)} columns")
        texts = tuple(cell_text(value, column.kind) for value, column in zip(row, columns, strict=True))
        lines = tuple(kind.broken(text, edges[n + 1] - edges[n], total) for n, text in enumerate(texts))
        return _Measured(texts, lines, kind.height(max(map(len, lines))), total)


def _cut(row: _Measured, room: float, kind: CellType) -> tuple[_Measured, _Measured]:
    """A row's first lines, as many as `room` takes (at least one), and the others."""
    count = max(1, int((room - kind.height(1)) // kind.leading) + 1)
    first = tuple(lines[:count] for lines in row.lines)
    second = tuple(lines[count:] for lines in row.lines)
    return (
        row._replace(lines=first, height=kind.height(max(map(len, first)))),
        row._replace(lines=second, height=kind.height(max(map(len, second)))),
    )


def _head_boxes(table: Table, edges: list[float], kind: CellType) -> list[Box]:
    """The heading's cells in one row, or in two where columns stand in groups."""
    lines = [kind.broken(column.title, edges[n + 1] - edges[n], True) for n, column in enumerate(table.columns)]
    lower = kind.height(max(map(len, lines)))
    upper = kind.height(1) if table.grouped else 0.0
    boxes: list[Box] = []
    index = 0
    while index < len(table.columns):
        group = table.columns[index].group
        x, width = edges[index], edges[index + 1] - edges[index]
        if not group:
            boxes.append(Box(x, 0, width, upper + lower, lines[index], Align.CENTER, True, "head"))
            index += 1
            continue
        end = index
        while end < len(table.columns) and table.columns[end].group == group:
            box_width = edges[end + 1] - edges[end]
            boxes.append(Box(edges[end], upper, box_width, lower, lines[end], Align.CENTER, True, "head"))
            end += 1
        width = edges[end] - x
        boxes.append(Box(x, 0, width, upper, kind.broken(group, width, True), Align.CENTER, True, "head"))
        index = end
    return boxes
