"""Long lists a page at a time: in which order, which pages there are, and what stands on the one asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, case

Row = TypeVar("Row")


def ranked(column: Any, codes: Iterable[str]) -> ColumnElement[Any]:
    """What a column of codes is sorted by where people know an order of them; NULL for a code that has no place."""
    return case({code: place for place, code in enumerate(codes)}, value=column)


def last_page(total: int, size: int) -> int:
    """The number of the last page of so many rows; at least 1, for an empty list has a page, too."""
    return max(1, -(-total // size))


def page_within(asked: int, total: int, size: int) -> int:
    """The page asked for; one before the first is the first, one beyond the last is the last."""
    return min(max(asked, 1), last_page(total, size))


class Turned(NamedTuple):
    """Where a list was opened: the page's number, the last one's, and how many rows stand before it."""

    page: int
    last: int
    before: int


def turn(asked: int, total: int, size: int) -> Turned:
    """Opens a list of so many rows at the page asked for, or the nearest there is."""
    page = page_within(asked, total, size)
    return Turned(page, last_page(total, size), (page - 1) * size)


def rows_of_page(rows: Sequence[Row], asked: int, size: int) -> tuple[Sequence[Row], Turned]:
    """The rows of that page, and where they stand."""
    place = turn(asked, len(rows), size)
    return rows[place.before : place.before + size], place
