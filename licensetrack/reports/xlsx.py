"""Writes a document's sheets as an Excel workbook: real numbers with formats, frozen headings, ready to print."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import islice, zip_longest
from typing import Any

import xlsxwriter

from licensetrack.reports.archive import repacked
from licensetrack.reports.column_widths import column_needs
from licensetrack.reports.document import ChartBlock, Document, Form, Row, Sheet, Table, place_cells
from licensetrack.reports.figure_list import FIGURES_SHEET, LINK_COLUMN, figures_sheet
from licensetrack.reports.native_charts import add_native, native_charts, spelled_out
from licensetrack.reports.numbers import Cell, Figure, Kind, cell_number, cell_text
from licensetrack.reports.scene import text_width
from licensetrack.reports.xlsx_formats import Formats, kind_of, places_of

_SIZE = 10.5
_POINTS_PER_CHARACTER = 5.6
_WIDEST = 48.0
_FORM_CHARACTERS = 96.0
_WIDE_CHARACTERS = 150.0
_PIXELS_PER_MM = 96 / 25.4
_CHART_COLUMNS_AWAY = 2
_CHART_WIDTH, _CHART_HEIGHT = 560, 220
_PIXELS_PER_ROW = 20
_CATEGORY_WIDTH = 22.0
_MANY_ROWS = 20_000
_A4 = 9
_LINE = 15.0
_NOTE_SIZE, _NOTE_LINE = 9.0, 13.0


def render_xlsx(document: Document) -> bytes:
    """The .xlsx file: the document's sheets, and a list of its figures that leads to the rows behind each.

    Text is never read as a formula or a link. With many rows they are written as they come, in constant memory. The
    same document gives the same bytes.
    """
    output = BytesIO()
    book = xlsxwriter.Workbook(
        output,
        {
            "constant_memory": _has_many_rows(document),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {"font_name": "宋体", "font_size": _SIZE},
        },
    )
    properties = document.properties
    book.set_properties(
        {
            "title": document.title.replace("\n", ""),
            "author": properties.author,
            "subject": properties.subject,
            "keywords": properties.keywords,
            "created": properties.created.astimezone(UTC).replace(tzinfo=None),
        }
    )
    formats = Formats(book)
    for sheet in (*document.sheets, *figures_sheet(document)):
        _SheetWriter(book, formats, sheet).write()
    book.close()
    return repacked(output.getvalue(), spelled_out)


def _has_many_rows(document: Document) -> bool:
    def rows() -> Iterator[Row]:
        for sheet in document.sheets:
            for block in sheet.blocks:
                if isinstance(block, Table):
                    yield from block.rows

    return next(islice(rows(), _MANY_ROWS, None), None) is not None


class _SheetWriter:
    """Fills one sheet from top to bottom, row by row, so that rows already written can leave the memory."""

    def __init__(self, book: Any, formats: Formats, sheet: Sheet) -> None:
        self._book, self._formats, self._plan = book, formats, sheet
        self._sheet = book.add_worksheet(sheet.name)
        self._row = 0
        self._widths: list[float] = []

    def write(self) -> None:
        """Tables and forms first; charts stand beside or below them."""
        sheet = self._sheet
        sheet.set_paper(_A4)
        if self._plan.landscape:
            sheet.set_landscape()
        sheet.set_margins(left=0.6, right=0.6, top=0.8, bottom=0.8)
        sheet.set_footer("&C— &P —")
        sheet.hide_gridlines(2)
        blocks = self._plan.blocks
        tables = [block for block in blocks if not isinstance(block, ChartBlock)]
        for number, block in enumerate(tables):
            if number:
                self._row += 2
            if isinstance(block, Table):
                self._table(block, first=number == 0, alone=len(tables) == 1)
            else:
                self._form(block)
        charts = [block for block in blocks if isinstance(block, ChartBlock)]
        if charts:
            self._charts(charts)
        sheet.fit_to_pages(1, 1 if self._plan.whole else 0)

    def _table(self, table: Table, first: bool, alone: bool) -> None:
        columns = table.columns
        if table.caption:
            self._sheet.set_row(self._row, 24)
            self._sheet.write_string(self._row, 0, table.caption, self._formats.title)
            self._row += 1
        self._unit(table.unit, len(columns))
        head = self._row
        self._head(table)
        if first:
            self._set_widths(self._widths_of_all([one for one in self._plan.blocks if isinstance(one, Table)]))
        if alone:
            self._sheet.freeze_panes(self._row, 0)
            self._sheet.repeat_rows(head, self._row - 1)
        for row, total in table.all_rows():
            lines = self._lines(row, table)
            if lines > 1:
                self._sheet.set_row(self._row, lines * _LINE)
            for index, (value, column) in enumerate(zip(row, columns, strict=True)):
                cell_format = self._formats.cell(kind_of(value, column.kind), column.alignment, total, places_of(value))
                self._cell(self._row, index, value, column.kind, cell_format)
            self._row += 1
        if alone and not table.grouped and not table.totals and self._row > head + 1:
            self._sheet.autofilter(head, 0, self._row - 1, len(columns) - 1)
        self._note(table.note, len(columns))

    def _widths_of_all(self, tables: list[Table]) -> list[float]:
        """Tables that stand below each other share their columns: each as wide as the one that needs most."""
        return [max(widths) for widths in zip_longest(*map(self._widths_of, tables), fillvalue=0.0)]

    def _widths_of(self, table: Table) -> list[float]:
        """In characters: stated shares of a page's width, else what the contents need."""
        page = _WIDE_CHARACTERS if self._plan.landscape else _FORM_CHARACTERS
        return [
            column.width * page if column.width else min(need / _POINTS_PER_CHARACTER + 1, _WIDEST)
            for column, need in zip(table.columns, column_needs(table, _SIZE, 2).widest, strict=True)
        ]

    def _head(self, table: Table) -> None:
        """Two rows where columns stand in groups: a group's name above its columns, other titles over both rows."""
        columns, head = table.columns, self._formats.head
        if table.grouped:
            start = 0
            for index, column in enumerate(columns):
                begins = index == 0 or not column.group or column.group != columns[index - 1].group
                start = index if begins else start
                name = column.group or column.title
                self._sheet.write_string(self._row, index, name if begins else "", head)
                ends = index + 1 == len(columns) or columns[index + 1].group != column.group
                if not column.group:
                    self._sheet.merge.append([self._row, index, self._row + 1, index])
                elif ends and index > start:
                    self._sheet.merge.append([self._row, start, self._row, index])
            self._row += 1
        lines = max(column.title.count("\n") + 1 for column in columns)
        self._sheet.set_row(self._row, lines * _LINE + 3)
        for index, column in enumerate(columns):
            covered = table.grouped and not column.group
            self._sheet.write_string(self._row, index, "" if covered else column.title, head)
        self._row += 1

    def _unit(self, unit: str, columns: int) -> None:
        if unit:
            self._sheet.write_string(self._row, columns - 1, unit, self._formats.unit)
            self._row += 1

    def _form(self, form: Form) -> None:
        if form.caption:
            self._sheet.set_row(self._row, 30)
            title = self._formats.centered_title
            self._sheet.merge_range(self._row, 0, self._row, len(form.widths) - 1, form.caption, title)
            self._row += 1
        self._unit(form.unit, len(form.widths))
        shares = sum(form.widths)
        room = _WIDE_CHARACTERS if self._plan.landscape else _FORM_CHARACTERS
        self._set_widths([share / shares * room for share in form.widths])
        top = self._row
        heights = _row_heights(form, room)
        owners = {
            (place.row + down, place.column + right): place
            for place in place_cells(form)
            for down in range(place.cell.rows)
            for right in range(place.cell.columns)
        }
        for (row, column), place in sorted(owners.items()):
            cell = place.cell
            kind = kind_of(cell.value, cell.kind)
            cell_format = (
                self._formats.label
                if cell.label
                else self._formats.cell(kind, cell.alignment, False, places_of(cell.value))
            )
            if column == 0:
                self._sheet.set_row(top + row, heights[row])
            if (row, column) != (place.row, place.column):
                self._sheet.write_blank(top + row, column, None, cell_format)
                continue
            self._cell(top + row, column, cell.value, cell.kind, cell_format)
            if cell.rows > 1 or cell.columns > 1:
                # merge_range() would write cells of rows to come, which constant memory does not allow
                self._sheet.merge.append([top + row, column, top + row + cell.rows - 1, column + cell.columns - 1])
        self._row = top + len(form.rows)
        self._note(form.note, len(form.widths))

    def _note(self, note: str, columns: int) -> None:
        """Below its table and as wide as it: a longer line would make the whole page print smaller."""
        if note:
            room = sum(self._widths[:columns]) * _POINTS_PER_CHARACTER
            self._sheet.set_row(self._row, math.ceil(text_width(note, _NOTE_SIZE) / room) * _NOTE_LINE)
            self._sheet.write_string(self._row, 0, note, self._formats.note)
            if columns > 1:
                self._sheet.merge.append([self._row, 0, self._row, columns - 1])
            self._row += 1

    def _set_widths(self, widths: list[float]) -> None:
        if self._widths:
            return
        for index, width in enumerate(widths):
            self._sheet.set_column(index, index, width)
        self._widths = widths

    def _lines(self, row: Row, table: Table) -> int:
        """How many lines the row's texts take; said to the workbook, because not every program finds out by
        itself.
        """
        return max(
            -(-round(text_width(value, 1.0) * _SIZE / _POINTS_PER_CHARACTER) // max(round(width) - 1, 1))
            if isinstance(value, str)
            else 1
            for value, width in zip(row, self._widths, strict=False)
        )

    def _cell(self, row: int, column: int, value: Cell, kind: Kind, cell_format: Any) -> None:
        number = cell_number(value)
        if number is not None:
            self._sheet.write_number(row, column, number, cell_format)
        elif isinstance(value, date):
            self._sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), cell_format)  # noqa: DTZ001
        elif value is None or (isinstance(value, Figure) and value.value is None):
            self._sheet.write_blank(row, column, None, cell_format)
        elif self._plan.name == FIGURES_SHEET and column == LINK_COLUMN and value and "、" not in str(value):
            self._sheet.write_url(row, column, f"internal:'{value}'!A1", cell_format, str(value))
        else:
            self._sheet.write_string(row, column, cell_text(value, kind), cell_format)

    def _charts(self, blocks: list[ChartBlock]) -> None:
        """Below the tables: the numbers on the left, the charts beside them."""
        self._set_widths([_CATEGORY_WIDTH])
        row = self._row + 2 if self._row else 0
        for block in blocks:
            for native in native_charts(block.chart):
                self._sheet.write_string(row, 0, native.heading, self._formats.title)
                chart = add_native(self._book, self._sheet, native, row + 1, self._formats.chart_cells)
                height = max(_CHART_HEIGHT, round(native.height * _PIXELS_PER_MM))
                chart.set_size({"width": _CHART_WIDTH, "height": height})
                self._sheet.insert_chart(row + 1, len(native.series) + _CHART_COLUMNS_AWAY, chart)
                row += max(len(native.categories) + 4, height // _PIXELS_PER_ROW + 3)


def _row_heights(form: Form, characters: float) -> list[float]:
    """Excel does not fit merged cells by itself; a line has room for as many hanzi as its width in characters
    halved.
    """
    heights = [18.0] * len(form.rows)
    shares = sum(form.widths)
    for place in place_cells(form):
        room = sum(form.widths[place.column : place.column + place.cell.columns]) / shares * characters / 2 - 0.7
        text = cell_text(place.cell.value, place.cell.kind)
        lines = sum(max(math.ceil(text_width(line, 1.0) / max(room, 1.0)), 1) for line in text.split("\n"))
        missing = lines * 15.0 + 4 - sum(heights[place.row : place.row + place.cell.rows])
        if missing > 0:
            for row in range(place.row, place.row + place.cell.rows):
                heights[row] += missing / place.cell.rows
    return heights
