"""How wide each column of a table is, from what stands in it; the same answer for PDF, Word and the workbook."""

from __future__ import annotations

import re
from itertools import islice

from licensetrack.reports.document import Column, Table
from licensetrack.reports.numbers import Kind, cell_text
from licensetrack.reports.scene import text_width

_SAMPLE = 200
_USUAL = 0.85
_WORD = re.compile(r"[!-~]+|.")


def column_widths(table: Table, total: float, size: float, padding: float) -> list[float]:
    """Widths in points that add up to `total`, for type of `size` points with `padding` on each side of a cell.

    A column is as wide as its widest cell if all of them fit (judged by the first 200 rows and the totals). If not, the
    few longest texts are left to wrap, and then the widest columns give way until the table fits; a number, a date or a
    code is not broken where that can be avoided.
    A column with a stated share of the width gets that share.
    """
    widest, usual, least = _needs(table, size, padding)
    for index, column in enumerate(table.columns):
        if column.width:
            widest[index] = usual[index] = max(column.width * total, least[index])
    for wanted in (widest, usual):
        if sum(wanted) <= total:
            spare = total - sum(wanted)
            return [width + spare * width / sum(wanted) for width in wanted]
    if sum(least) >= total:
        return [width * total / sum(least) for width in least]
    low, high = 0.0, max(usual)
    for _ in range(40):  # halves the doubt each time: the cap at which the table just fits
        cap = (low + high) / 2
        if sum(_capped(usual, least, cap)) > total:
            high = cap
        else:
            low = cap
    widths = _capped(usual, least, low)
    widths[widths.index(max(widths))] += total - sum(widths)
    return widths


def _capped(wanted: list[float], least: list[float], cap: float) -> list[float]:
    return [min(want, max(cap, need)) for want, need in zip(wanted, least, strict=True)]


def _needs(table: Table, size: float, padding: float) -> tuple[list[float], list[float], list[float]]:
    """For every column the width of its widest cell, of all but its longest texts, and of its widest word."""
    heads = [text_width(column.title, size) for column in table.columns]
    least = [min(width, 2.2 * size) for width in heads]
    found: list[list[float]] = [[width] for width in heads]
    for row in (*islice(table.rows, _SAMPLE), *table.totals):
        for index, (value, column) in enumerate(zip(row, table.columns, strict=True)):
            width = 0.0
            for line in cell_text(value, column.kind).split("\n"):
                width = max(width, text_width(line, size))
                if width > least[index]:
                    least[index] = max(least[index], _unbroken(line, width, column, size))
            found[index].append(width)
    air = 2 * padding + 1
    usual = [
        max(sorted(widths)[int(len(widths) * _USUAL)], *pair) for widths, *pair in zip(found, heads, least, strict=True)
    ]
    return [max(widths) + air for widths in found], [width + air for width in usual], [width + air for width in least]


def _unbroken(line: str, width: float, column: Column, size: float) -> float:
    if column.kind is not Kind.TEXT:
        return width
    return max((text_width(word, size) for word in _WORD.findall(line)), default=0.0)
