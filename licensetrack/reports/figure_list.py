"""The list of a document's figures as a sheet of the workbook: what each is, and which sheet holds its rows."""

from __future__ import annotations

from licensetrack.reports.document import Column, Document, Row, Sheet, Table
from licensetrack.reports.numbers import UNIT_WORDS, Figure, Kind

FIGURES_SHEET = "数据清单"
LINK_COLUMN = 4
"""Where a row names one sheet, which the workbook then links to."""


def figures_sheet(document: Document) -> list[Sheet]:
    """One row per figure: name, value, unit, and the sheets that hold its rows or those of what it comes from."""
    if not document.figures:
        return []
    sheets = {sheet.figure: sheet.name for sheet in document.sheets if sheet.figure}
    columns = (Column("指标"), Column("代码"), Column("数值", Kind.COUNT), Column("单位"), Column("明细所在工作表"))
    rows: list[Row] = []
    for figure in document.figures.values():
        names = (figure.name,) if figure.name in sheets else figure.behind
        where = "、".join(sheets[name] for name in names if name in sheets)
        rows.append((figure.label or figure.name, figure.name, figure, _unit_word(figure), where))
    return [Sheet(FIGURES_SHEET, (Table(columns, rows, "报告数据清单"),))]


def _unit_word(figure: Figure) -> str:
    """A percent carries its sign with the number."""
    words = UNIT_WORDS.get(figure.unit)
    return words[0] if words and figure.kind is not Kind.PERCENT else ""
