"""Which lines of a sheet are records, and which are sums, repeated headings, signatures or nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from enum import Enum
from functools import cache

from licensetrack.exchange.cells import Raw, blank, half_width
from licensetrack.exchange.headings import fold, words


class Line(Enum):
    """What a line of a sheet is."""

    RECORD = "record"
    EMPTY = "empty"
    TOTAL = "total"
    SUBTOTAL = "subtotal"
    FOOTER = "footer"
    HEADING = "heading"


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    rows = words()["rows"]

    def any_of(name: str, ending: str) -> re.Pattern[str]:
        return re.compile(rf"(?:{'|'.join(re.escape(fold(word)) for word in rows[name])}){ending}")

    return (
        any_of("totals", r"[\d.]*[a-z个颗套家万元]*"),
        any_of("subtotals", r"[\d.]*[a-z个颗套家万元]*"),
        any_of("footers", ""),
    )


def kind_of_line(row: Sequence[Raw], used: Collection[int], needed: Sequence[int], headings: dict[int, str]) -> Line:
    """What a line is.

    Args:
        row: its cells.
        used: the columns that are read.
        needed: those among them that every record fills in, the most telling first.
        headings: what the heading says in each column that is read.
    """
    width = len(row)
    filled = [i for i in range(width) if not blank(row[i])]
    if not filled:
        return Line.EMPTY
    first = row[filled[0]]
    if isinstance(first, str):
        # A record has its first words too; only a line that lacks what every record has can be anything else.
        others = [i for i in needed if i != filled[0] and i in filled]
        totals, subtotals, _ = _patterns()
        if totals.fullmatch(fold(first)) and len(others) <= 1:
            return Line.TOTAL
        if subtotals.fullmatch(fold(first)) and len(others) <= 1:
            return Line.SUBTOTAL
        if needed[0] not in filled[1:] and _is_footer(first) and all(isinstance(row[i], str) for i in filled):
            return Line.FOOTER
        if len(headings) > 1 and all(i < width and row[i] == text for i, text in headings.items()):
            return Line.HEADING
    return Line.RECORD if any(i in used for i in filled) else Line.EMPTY


def _is_footer(text: str) -> bool:
    word, colon, _ = half_width(text).partition(":")
    return bool(colon) and _patterns()[2].fullmatch(fold(word)) is not None


def may_be_no_records(anchor: Sequence[Raw], heading: str) -> bool:
    """A quick look at the first needed column of many lines: whether some of them deserve a closer look."""
    if set(map(type, anchor)) != {str} or "" in anchor:
        return True
    texts = [cell for cell in anchor if isinstance(cell, str)]
    if heading in texts:
        return True
    joined = "".join(texts)
    if joined.isascii():
        return " " in joined or "total" in joined.casefold()
    if sum(not cell.isascii() for cell in texts) * 10 <= len(texts):
        return True
    totals, subtotals, footers = _patterns()
    return any(
        blank(cell)
        or ":" in half_width(cell)
        or any(form.fullmatch(fold(cell)) for form in (totals, subtotals, footers))
        for cell in set(texts)
    )
