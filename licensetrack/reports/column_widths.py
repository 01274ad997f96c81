"""How wide each column of a table is, from what stands in it; the same answer for PDF, Word and the workbook."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import islice, permutations
from typing import NamedTuple

from licensetrack.reports.document import Column, Table
from licensetrack.reports.numbers import Kind, cell_text
from licensetrack.reports.scene import text_width

_SAMPLE = 200
_JUDGED = 60
_SHARES = (0.5, 0.7, 0.85, 0.95, 1.0)
_WORD = re.compile(r"[!-~]+|.")


class Needs(NamedTuple):
    """What the columns ask for, in points: room for the widest cell and for the longest word; and the widths of every
    sampled row's cells.
    """

    widest: list[float]
    least: list[float]
    rows: list[list[float]]


def column_widths(table: Table, total: float, size: float, padding: float) -> list[float]:
    """Widths in points that add up to `total`, for type of `size` points with `padding` on each side of a cell.

    A column is as wide as its widest cell if all of them fit (judged by the first 200 rows and the totals). If not,
    either the widest columns give way, or the few longest texts wrap, whichever makes the table shorter; a number,
    a date or a code is not broken where that can be avoided. A column with a stated share of the width gets that
    share.
    """
    needs = column_needs(table, size, padding)
    for index, column in enumerate(table.columns):
        if column.width:
            needs.widest[index] = max(column.width * total, needs.least[index])
    spare = total - sum(needs.widest)
    if spare >= 0:
        return [width + spare * width / sum(needs.widest) for width in needs.widest]
    if sum(needs.least) >= total:
        return [width * total / sum(needs.least) for width in needs.least]
    return _settled(_capped_to(total, needs.widest, needs.least), needs)


def column_needs(table: Table, size: float, padding: float) -> Needs:
    """Measures the headings, the first 200 rows and the totals."""
    heads = [text_width(column.title, size) for column in table.columns]
    least = [min(width, 2.2 * size) for width in heads]
    rows: list[list[float]] = []
    air = 2 * padding + 1
    for row in (*islice(table.rows, _SAMPLE), *table.totals):
        widths: list[float] = []
        for index, (value, column) in enumerate(zip(row, table.columns, strict=True)):
            width = 0.0
            for line in cell_text(value, column.kind).split("\n"):
                width = max(width, text_width(line, size))
                if width > least[index]:
                    least[index] = max(least[index], _unbroken(line, width, column, size))
            widths.append(width + air)
        rows.append(widths)
    found = [sorted(widths) for widths in zip(*rows, strict=True)] or [[0.0] for _ in heads]
    widest = [max(widths[-1], head + air) for widths, head in zip(found, heads, strict=True)]
    return Needs(widest, [width + air for width in least], rows)


def _capped_to(total: float, wanted: list[float], least: list[float]) -> list[float]:
    """Every column up to the one cap at which the table just fits."""
    low, high = 0.0, max(wanted)
    for _ in range(40):  # halves the doubt each time
        cap = (low + high) / 2
        if sum(_capped(wanted, least, cap)) > total:
            high = cap
        else:
            low = cap
    widths = _capped(wanted, least, low)
    widths[widths.index(max(widths))] += total - sum(widths)
    return widths


def _capped(wanted: list[float], least: list[float], cap: float) -> list[float]:
    return [min(want, max(cap, need)) for want, need in zip(wanted, least, strict=True)]


def _settled(widths: list[float], needs: Needs) -> list[float]:
    """Moves width between the columns that had to give way, as long as fewer lines come of it."""
    yielding = [index for index, width in enumerate(widths) if width < needs.widest[index] - 0.01]
    if not yielding or not needs.rows:
        return widths
    every = max(1, len(needs.rows) // _JUDGED)
    rows = [[row[index] for index in yielding] for row in needs.rows[::every]]
    current = [widths[index] for index in yielding]
    least = [needs.least[index] for index in yielding]
    best = _lines(rows, current)
    columns = [sorted(widths) for widths in zip(*rows, strict=True)]
    targets = [sorted({widths[round((len(widths) - 1) * share)] for share in _SHARES}) for widths in columns]
    while trials := list(_moves(current, least, targets)):
        shortest = min(trials, key=lambda trial: _lines(rows, trial))
        if _lines(rows, shortest) >= best:
            break
        best, current = _lines(rows, shortest), shortest
    for index, width in zip(yielding, current, strict=True):
        widths[index] = width
    return widths


def _moves(widths: list[float], least: list[float], targets: list[list[float]]) -> Iterator[list[float]]:
    """Every way to widen one column, at the cost of another, so that a certain share of its cells fits on one line."""
    for giver, taker in permutations(range(len(widths)), 2):
        for target in targets[taker]:
            step = target - widths[taker]
            if step > 0 and widths[giver] - step >= least[giver]:
                moved = list(widths)
                moved[giver] -= step
                moved[taker] += step
                yield moved


def _lines(rows: list[list[float]], widths: list[float]) -> int:
    """How many lines the rows take."""
    return sum(max(math.ceil(need / width - 0.001) for need, width in zip(row, widths, strict=True)) for row in rows)


def _unbroken(line: str, width: float, column: Column, size: float) -> float:
    if column.kind is not Kind.TEXT:
        return width
    return max((text_width(word, size) for word in _WORD.findall(line)), default=0.0)
