"""Columns of cells into columns of values, many at a time: a good cell costs a look-up, only a bad one becomes an
object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from licensetrack.core.names import VARIATION_MARK
from licensetrack.exchange import cells
from licensetrack.exchange.cells import Raw, Value
from licensetrack.exchange.ledgers import Field, reader
from licensetrack.exchange.problems import Bad

ERROR_VALUE = "The cell holds an error value instead of data."
SERIAL_FROM_1904 = (
    "The workbook counts days from 1904, so a plain number cannot be taken for a date; format the cell as a date."
)
MOST_REMEMBERED = 100_000

_FIRST_DAY, _LAST_DAY = date(cells.FIRST_YEAR, 1, 1), date(cells.LAST_YEAR, 12, 31)
# 1 and True, or 0 and False, are one key of a dictionary; so only these types go through the memory of a column.
_REMEMBERED = {str, float, date, datetime}

Report = Callable[[int, Bad], None]


class Fault(str):
    """An error value (#N/A, #REF!) standing in a cell."""

    __slots__ = ()


def empty(about: Field) -> str | None:
    """The value of a field that is not given: "" for a text, None for anything else."""
    return "" if about.shape in {"text", "name", "identifier"} else None


class _Memory(dict[Raw, Any]):
    """What each different cell of a column was read as."""

    def __init__(self, read: Callable[[Raw], Value | Bad]) -> None:
        super().__init__()
        self.read = read
        self.bad = False

    def __missing__(self, raw: Raw) -> Value | Bad:
        value = self.read(raw)
        if isinstance(value, Bad):
            self.bad = True
        if len(self) < MOST_REMEMBERED:
            self[raw] = value
        return value


class ColumnReader:
    """Reads one column of one sheet, piece after piece."""

    def __init__(self, about: Field, *, money_unit: str = "", counts_from_1904: bool = False) -> None:
        self._about = about
        self._read_filled = reader(about.shape, money_unit)
        self._no_serials = counts_from_1904 and about.shape in {"day", "moment"}
        self._empty = empty(about)
        self._memory = _Memory(self._read)
        self._lookup = self._memory.__getitem__
        self._bulk = {"text": _plain_texts, "identifier": _plain_identifiers, "day": _plain_days}.get(about.shape)

    def _read(self, raw: Raw) -> Value | Bad:
        if cells.blank(raw):
            return Bad(cells.NEEDED) if self._about.needed else self._empty
        if isinstance(raw, Fault):
            return Bad(ERROR_VALUE)
        if self._no_serials and isinstance(raw, float):
            return Bad(SERIAL_FROM_1904)
        return self._read_filled(raw)

    def values(self, raws: Sequence[Raw], report: Report) -> Sequence[Any]:
        """The values of these cells. A bad cell becomes None, and `report` is told its place in `raws` and the rule."""
        types = set(map(type, raws))
        if self._bulk and self._bulk(raws, types, needed=self._about.needed):
            return raws
        if types <= _REMEMBERED:
            values = list(map(self._lookup, raws))
            if not self._memory.bad:
                return values
        else:
            values = [self._read(raw) for raw in raws]
        for place, value in enumerate(values):
            if isinstance(value, Bad):
                report(place, value)
                values[place] = None
        return values


def _plain_texts(
    raws: Sequence[Any], types: set[type], *, needed: bool, longest: int = cells.LONGEST_TEXT, ascii_only: bool = False
) -> bool:
    """Whether these are texts that are values already: printable, no blank anywhere, none too long."""
    if types != {str} or (needed and "" in raws):
        return False
    joined = "".join(raws)
    if not joined.isprintable() or " " in joined or max(map(len, raws)) > longest:
        return False
    return joined.isascii() or not (ascii_only or VARIATION_MARK.search(joined))


def _plain_identifiers(raws: Sequence[Any], types: set[type], *, needed: bool) -> bool:
    return _plain_texts(raws, types, needed=needed, longest=cells.LONGEST_IDENTIFIER, ascii_only=True)


def _plain_days(raws: Sequence[Any], types: set[type], *, needed: bool) -> bool:
    return types == {date} and min(raws) >= _FIRST_DAY and max(raws) <= _LAST_DAY
