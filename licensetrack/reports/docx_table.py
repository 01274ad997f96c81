"""Tables and forms as WordprocessingML: fixed widths, repeated headings, joined cells, rows that do not break."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.styles.styles import Styles

from licensetrack.reports import docx_styles
from licensetrack.reports.column_widths import column_widths
from licensetrack.reports.document import Align, Form, Table, place_cells
from licensetrack.reports.numbers import cell_text
from licensetrack.reports.scene import text_width
from licensetrack.reports.styles import SIZE_SMALL_5

_TWENTIETHS = 20
_CELL_MARGIN = 4.0
_SMALL = 14
"""Up to so many rows a table is kept on one page."""
_WITH_TOTALS = 2
"""So many rows stay on the page of the totals."""
_LONG = 40
"""From so many lines on, labels are repeated instead of joined: a joined cell shows its label on one page only."""


class _CellXml(NamedTuple):
    text: str
    width: float
    align: Align
    strong: bool = False
    fill: str = ""
    columns: int = 1
    merge: str = ""  # "", "restart" or "continue"


class TableWriter:
    """Writes tables in one type size with the styles of a Word document."""

    def __init__(self, styles: Styles, size: float) -> None:
        small = size <= SIZE_SMALL_5
        plain = docx_styles.TABLE_TEXT_SMALL if small else docx_styles.TABLE_TEXT
        strong = docx_styles.TABLE_HEAD_SMALL if small else docx_styles.TABLE_HEAD
        self._ids = {False: styles[plain].style_id, True: styles[strong].style_id}
        self._size = size

    def table(self, table: Table, width: float) -> Any:
        """The `w:tbl` element of a table `width` points wide."""
        widths = column_widths(table, width, self._size, _CELL_MARGIN)
        rows = [*self._head(table, widths), *self._body(table, widths)]
        return _element(widths, rows)

    def form(self, form: Form, width: float) -> Any:
        """The `w:tbl` element of a form."""
        shares = sum(form.widths)
        widths = [share / shares * width for share in form.widths]
        grid: list[list[_CellXml | None]] = [[None] * len(widths) for _ in form.rows]
        for place in place_cells(form):
            cell = place.cell
            own = sum(widths[place.column : place.column + cell.columns])
            text = cell_text(cell.value, cell.kind)
            fill = "EEF1F5" if cell.label else ""
            for down in range(cell.rows):
                merge = "" if cell.rows == 1 else "continue" if down else "restart"
                grid[place.row + down][place.column] = _CellXml(
                    "" if down else text, own, cell.alignment, cell.label, fill, cell.columns, merge
                )
        return _element(widths, [self._row([cell for cell in row if cell is not None]) for row in grid])

    def _head(self, table: Table, widths: list[float]) -> Iterator[str]:
        columns = table.columns
        if not table.grouped:
            heads = [self._head_cell(column.title, width) for column, width in zip(columns, widths, strict=True)]
            yield self._row(heads, repeat=True)
            return
        upper: list[_CellXml] = []
        lower: list[_CellXml] = []
        for index, column in enumerate(columns):
            if not column.group:
                upper.append(self._head_cell(column.title, widths[index], merge="restart"))
                lower.append(self._head_cell("", widths[index], merge="continue"))
                continue
            lower.append(self._head_cell(column.title, widths[index]))
            if index and columns[index - 1].group == column.group:
                joined = upper[-1]
                upper[-1] = joined._replace(width=joined.width + widths[index], columns=joined.columns + 1)
            else:
                upper.append(self._head_cell(column.group, widths[index]))
        yield self._row(upper, repeat=True)
        yield self._row(lower, repeat=True)

    def _body(self, table: Table, widths: list[float]) -> Iterator[str]:
        rows = [
            ([cell_text(value, column.kind) for value, column in zip(row, table.columns, strict=True)], total)
            for row, total in table.all_rows()
        ]
        join = len(rows) < _LONG and sum(self._lines(texts, widths) for texts, _ in rows) < _LONG
        for number, (texts, total) in enumerate(rows):
            equal = number > 0 and not total
            below = rows[number + 1] if number + 1 < len(rows) else ([], True)
            below_equal = not below[1]
            cells: list[_CellXml] = []
            for index, column in enumerate(table.columns):
                merge = ""
                if column.merge and join and texts[index]:
                    equal = equal and rows[number - 1][0][index] == texts[index]
                    below_equal = below_equal and below[0][index] == texts[index]
                    merge = "continue" if equal else "restart" if below_equal else ""
                fill = "F6F7F9" if total else ""
                text = "" if merge == "continue" else texts[index]
                cells.append(_CellXml(text, widths[index], column.alignment, total, fill, merge=merge))
            rest = len(rows) - 1 - number
            near_totals = bool(table.totals) and rest < len(table.totals) + _WITH_TOTALS
            yield self._row(cells, keep=rest > 0 and (len(rows) <= _SMALL or near_totals))

    def _lines(self, texts: list[str], widths: list[float]) -> int:
        """How many lines a row takes, near enough."""
        rooms = [width - 2 * _CELL_MARGIN for width in widths]
        return max(
            sum(-(-round(text_width(line, self._size)) // max(round(room), 1)) or 1 for line in text.split("\n"))
            for text, room in zip(texts, rooms, strict=True)
        )

    @staticmethod
    def _head_cell(text: str, width: float, merge: str = "") -> _CellXml:
        return _CellXml(text, width, Align.CENTER, True, "EEF1F5", merge=merge)

    def _row(self, cells: list[_CellXml], repeat: bool = False, keep: bool = False) -> str:
        """`keep` holds the row on the page of the next one."""
        header = "<w:tblHeader/>" if repeat else ""
        content = "".join(self._cell(cell, keep or repeat) for cell in cells)
        return f"<w:tr><w:trPr><w:cantSplit/>{header}</w:trPr>{content}</w:tr>"

    def _cell(self, cell: _CellXml, keep: bool) -> str:
        span = f'<w:gridSpan w:val="{cell.columns}"/>' if cell.columns > 1 else ""
        merge = f'<w:vMerge w:val="{cell.merge}"/>' if cell.merge else ""
        fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{cell.fill}"/>' if cell.fill else ""
        paragraphs = "".join(self._paragraph(line, cell, keep) for line in cell.text.split("\n"))
        return (
            f'<w:tc><w:tcPr><w:tcW w:w="{round(cell.width * _TWENTIETHS)}" w:type="dxa"/>{span}{merge}{fill}'
            f'<w:vAlign w:val="center"/></w:tcPr>{paragraphs}</w:tc>'
        )

    def _paragraph(self, text: str, cell: _CellXml, keep: bool) -> str:
        run = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
        style = f'<w:pStyle w:val="{self._ids[cell.strong]}"/>{"<w:keepNext/>" if keep else ""}'
        return f'<w:p><w:pPr>{style}<w:jc w:val="{cell.align.value}"/></w:pPr>{run}</w:p>'


def _element(widths: list[float], rows: list[str]) -> Any:
    grid = "".join(f'<w:gridCol w:w="{round(width * _TWENTIETHS)}"/>' for width in widths)
    thin = 'w:val="single" w:sz="4" w:space="0" w:color="7D8793"'
    heavy = 'w:val="single" w:sz="8" w:space="0" w:color="000000"'
    margin = round(_CELL_MARGIN * _TWENTIETHS)
    return parse_xml(
        f'<w:tbl {nsdecls("w")}><w:tblPr><w:tblW w:w="{round(sum(widths) * _TWENTIETHS)}" w:type="dxa"/>'
        f'<w:jc w:val="center"/><w:tblBorders><w:top {heavy}/><w:left {thin}/><w:bottom {heavy}/><w:right {thin}/>'
        f'<w:insideH {thin}/><w:insideV {thin}/></w:tblBorders><w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="{margin}" w:type="dxa"/>'
        f'<w:bottom w:w="40" w:type="dxa"/><w:right w:w="{margin}" w:type="dxa"/></w:tblCellMar>'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )
