"""The document model: headings, sentences, tables, forms and charts, without a word about paper; three renderers
print the same one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from licensetrack.reports.chart_data import Chart
from licensetrack.reports.numbers import NUMBER_KINDS, Cell, Figure, Kind
from licensetrack.reports.wording import FigureText, Span, plain

Row = Sequence[Cell]

_LONGEST_SHEET_NAME = 31
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]|^'|'$")


class Align(StrEnum):
    """Where a text stands in its line or cell."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Tone(StrEnum):
    """What a paragraph is for; each renderer gives it its dress."""

    BODY = "body"
    CENTERED = "centered"
    RIGHT = "right"
    NOTE = "note"


@dataclass(frozen=True)
class Heading:
    """A heading with its own numbering in the text: 一、 level 1, （一） level 2, 1. level 3, （1） level 4."""

    level: Literal[1, 2, 3, 4]
    text: str


@dataclass(frozen=True)
class Paragraph:
    """One paragraph of spans, as `wording.sentence` makes them; `keep` holds it on the page of what follows."""

    spans: tuple[Span, ...]
    tone: Tone = Tone.BODY
    keep: bool = False

    @property
    def text(self) -> str:
        """The paragraph as it is read."""
        return plain(self.spans)


@dataclass(frozen=True)
class Column:
    """A table column: its heading and what its cells hold.

    `width` is its share of the table's width (0 to 1), or 0 for what its content needs.
    `merge` joins equal neighbors into one cell (where the merging columns to the left of it are equal as well).
    Columns side by side with the same `group` stand under one common heading.
    """

    title: str
    kind: Kind = Kind.TEXT
    width: float = 0.0
    align: Align | None = None
    merge: bool = False
    group: str = ""

    @property
    def alignment(self) -> Align:
        """The stated alignment, else by kind: quantities right, indexes and dates centered, words left."""
        if self.align is not None:
            return self.align
        if self.kind in (Kind.INDEX, Kind.DATE):
            return Align.CENTER
        return Align.RIGHT if self.kind in NUMBER_KINDS else Align.LEFT


@dataclass(frozen=True)
class Table:
    """Rows under headings that repeat on every page.

    `rows` may be any iterable that can be walked more than once, also one that reads them from a database as it
    goes; only the rows of the current page are then held. `totals` rows at the end are set in emphasis and need
    rows in a sequence. `unit` stands above at the right: 单位：万元.
    """

    columns: tuple[Column, ...]
    rows: Iterable[Row]
    caption: str = ""
    note: str = ""
    totals: tuple[Row, ...] = ()
    unit: str = ""

    def all_rows(self) -> Iterator[tuple[Row, bool]]:
        """Every row with whether it is a total."""
        for row in self.rows:
            yield row, False
        for row in self.totals:
            yield row, True

    @property
    def grouped(self) -> bool:
        """Whether the heading has two rows."""
        return any(column.group for column in self.columns)


@dataclass(frozen=True)
class FormCell:
    """A cell of an official form; `columns` and `rows` say how many grid fields it covers."""

    value: Cell = ""
    columns: int = 1
    rows: int = 1
    label: bool = False
    align: Align | None = None
    kind: Kind = Kind.TEXT

    @property
    def alignment(self) -> Align:
        """The stated alignment; labels, numbers and short texts are centered, as on printed forms."""
        if self.align is not None:
            return self.align
        long_text = isinstance(self.value, str) and not self.label and len(self.value) > 12
        return Align.LEFT if long_text else Align.CENTER


def label_cell(text: str, columns: int = 1, rows: int = 1) -> FormCell:
    """A cell of the form itself, that says what stands beside or below it."""
    return FormCell(text, columns, rows, label=True)


def left_cell(value: Cell, columns: int = 1) -> FormCell:
    """A cell that is filled in, from its left edge."""
    return FormCell(value, columns, align=Align.LEFT)


@dataclass(frozen=True)
class Form:
    """An official form such as 项目支出绩效自评表: a grid of fields, many of them joined.

    Each row lists only the cells that begin in it, from left to right; fields covered from above or from the left
    are skipped. `unit` stands above at the right: 单位：万元. What is `whole` goes to the next page rather than
    apart: a signature belongs to what is signed. The rows of `listing` are a list within the form: on paper the first
    of them, its heading, comes again on every page where the list goes on.
    """

    widths: tuple[float, ...]
    rows: tuple[tuple[FormCell, ...], ...]
    caption: str = ""
    note: str = ""
    unit: str = ""
    whole: bool = False
    listing: range = range(0)


@dataclass(frozen=True)
class PlacedCell:
    """A form cell with the grid field of its upper left corner."""

    row: int
    column: int
    cell: FormCell


def place_cells(form: Form) -> list[PlacedCell]:
    """Where every cell of the form begins. Raises ValueError if cells overlap, stick out or leave a field empty."""
    taken: set[tuple[int, int]] = set()
    placed: list[PlacedCell] = []
    for row, cells in enumerate(form.rows):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            fields = {(row + r, column + c) for r in range(cell.rows) for c in range(cell.columns)}
            if fields & taken or column + cell.columns > len(form.widths) or row + cell.rows > len(form.rows):
                raise ValueError(f"form row {row + 1}: the cell {cell.value!r} does not fit at column {column + 1}")
            taken |= fields
            placed.append(PlacedCell(row, column, cell))
    if len(taken) != len(form.rows) * len(form.widths):
        raise ValueError(f"the form {form.caption!r} leaves fields without a cell")
    return placed


@dataclass(frozen=True)
class ChartBlock:
    """A chart with its caption beneath (图1 …)."""

    chart: Chart
    caption: str = ""


@dataclass(frozen=True)
class PageBreak:
    """The next block begins on a new page."""


@dataclass(frozen=True)
class Section:
    """From here on new pages of this orientation."""

    landscape: bool = False


@dataclass(frozen=True)
class AnnexTitle:
    """Opens an annex: 附件1 at the margin, its title centered below; a bookmark of level 1."""

    number: str
    title: str


@dataclass(frozen=True)
class Signature:
    """The closing lines, right-aligned: who signs, and the date."""

    lines: tuple[str, ...]


Block = Heading | Paragraph | Table | Form | ChartBlock | PageBreak | Section | AnnexTitle | Signature


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook: tables, forms and charts one below the other, under the document's own numbers.

    `figure` names the figure whose rows the sheet holds, so that the list of figures can point to it. A `whole`
    sheet is printed on one page, where a page's end would cut a chart.
    """

    name: str
    blocks: tuple[Table | Form | ChartBlock, ...]
    landscape: bool = False
    figure: str = ""
    whole: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for a name that Excel does not allow."""
        if not 1 <= len(self.name) <= _LONGEST_SHEET_NAME or _NOT_IN_SHEET_NAMES.search(self.name):
            raise ValueError(f"Excel allows no sheet named {self.name!r}")


@dataclass(frozen=True)
class Properties:
    """What the file says about itself. `created` is the instant of sign-off, not of printing: the same document
    gives the same bytes.
    """

    author: str
    created: datetime
    subject: str = ""
    keywords: str = ""


@dataclass(frozen=True)
class Document:
    """A whole document; `blocks` go to PDF and Word, `sheets` to the workbook, `figures` are the bound numbers of
    all three. A `landscape` one lies from its first page on.
    """

    title: str
    properties: Properties
    blocks: tuple[Block, ...]
    subtitle: str = ""
    sheets: tuple[Sheet, ...] = ()
    figures: dict[str, Figure] = field(default_factory=dict)
    landscape: bool = False

    def figures_used(self) -> list[Figure]:
        """Every figure printed in text, tables and forms, once, in order of appearance."""
        seen: dict[str, Figure] = {}
        for block in self.blocks:
            for figure in _figures_in(block):
                seen.setdefault(figure.name, figure)
        return list(seen.values())


def _figures_in(block: Block) -> Iterator[Figure]:
    if isinstance(block, Paragraph):
        yield from (span.figure for span in block.spans if isinstance(span, FigureText))
    elif isinstance(block, Table):
        yield from (cell for row, _ in block.all_rows() for cell in row if isinstance(cell, Figure))
    elif isinstance(block, Form):
        yield from (cell.value for row in block.rows for cell in row if isinstance(cell.value, Figure))
