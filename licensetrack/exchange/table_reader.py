"""One sheet to one table: finds the heading, reads the lines below it piece by piece, and notes every cell that
breaks a rule."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, repeat, zip_longest
from typing import Any

from licensetrack.exchange.cells import Raw, blank, shown
from licensetrack.exchange.columns import ColumnReader, Fault, empty
from licensetrack.exchange.headings import Heading
from licensetrack.exchange.ledgers import LEDGERS, Kind
from licensetrack.exchange.lines import Line, kind_of_line, may_be_no_records
from licensetrack.exchange.problems import MORE_PROBLEMS, Bad, Problem, column_letter
from licensetrack.exchange.row_checks import CHECKS
from licensetrack.exchange.rows import Row
from licensetrack.exchange.sheets import Merge, Sheet

PIECE = 4096
MOST_PROBLEMS = 500

TWICE = "The same number stands in row %(row)s already."
TOTAL_DIFFERS = "The row of totals says %(said)s, but the rows above it add up to %(sum)s."
HIDDEN_ROWS = "%(count)s hidden rows of this sheet are read like the others."

Progress = Callable[[str, int, int], None]
"""Told the file, how many rows of its present sheet are read, and how many it has."""


@dataclass(slots=True)
class Table:
    """The rows of one ledger, as read from one sheet. `columns` gives letter and heading of each field that the sheet
    has."""

    kind: Kind
    file: str
    sheet: str
    columns: dict[str, tuple[str, str]]
    heading_row: int
    rows: list[Any] = field(default_factory=list)
    """NamedTuples of the kind's type, in the order of the sheet."""
    ignored: list[str] = field(default_factory=list)
    """Headings of columns that nothing reads."""
    mapping: str = ""
    """The mapping by which somebody said which column is which."""

    def problem(self, row: Row, name: str, rule: str, **values: object) -> Problem:
        """A problem at a cell of this table, for those who find out later: the row, the field's name and the broken
        rule."""
        letter, heading = self.columns.get(name, ("", ""))
        value = getattr(row, name, "")
        said = "" if value is None else shown(value) if isinstance(value, str) else str(value)
        return Problem(self.file, rule, values, self.sheet, row.row, letter, heading, said)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Spare Python's search for circular garbage, which would visit every row read so far again and again (a sixth of
    the time)."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _told(report: Callable[[int, str, Bad], None], name: str, place: int, bad: Bad) -> None:
    report(place, name, bad)


class TableReader:
    """Reads the records of one sheet below a heading that was found."""

    def __init__(
        self, sheet: Sheet, heading: Heading, merges: list[Merge], constants: dict[str, str], money: Mapping[str, str]
    ) -> None:
        self.sheet, self.heading, self.constants = sheet, heading, constants
        self.ledger = LEDGERS[heading.form.kind]  # type: ignore[index]
        self.places = heading.columns
        self.problems: list[Problem] = []
        self.uncounted = 0
        self.table = Table(
            self.ledger.kind,
            sheet.file,
            sheet.name,
            {name: (column_letter(i), heading.texts.get(i, "")) for name, i in self.places.items()},
            heading.last_row + 1,
            ignored=heading.unknown,
        )
        self._readers = {
            name: ColumnReader(about, money_unit=money.get(name, ""), counts_from_1904=sheet.counts_from_1904)
            for name, about in self.ledger.fields.items()
            if name in self.places
        }
        self._needed = [
            self.places[name] for name, about in self.ledger.fields.items() if about.needed and name in self.places
        ]
        self._used = set(self.places.values())
        self._texts = {i: heading.texts.get(i, "") for i in self._used}
        self._make = partial(tuple.__new__, self.ledger.row_type)
        self._merges = self._filling(merges)
        self._merged: dict[Merge, Raw] = {}
        self._faults: dict[int, list[tuple[int, str]]] = {}
        for row, column, text in sheet.scan.error_values:
            self._faults.setdefault(row - 1, []).append((column, text))
        self._all = self._since = 0
        self._sound = True

    def _filling(self, merges: list[Merge]) -> list[Merge]:
        fill = {self.places[name] for name, about in self.ledger.fields.items() if about.fills and name in self.places}
        return [merge for merge in merges if merge[2] > merge[0] > self.heading.last_row and merge[1] in fill]

    def read(self, rows: Iterator[list[Raw]], progress: Progress | None) -> Table:
        """Read all rows after the heading; `rows` stands just below it."""
        first = self.heading.last_row + 1
        with _collector_at_rest():
            while piece := list(islice(rows, PIECE)):
                self._read_piece(piece, first)
                first += len(piece)
                if progress:
                    progress(self.sheet.file, first, max(first, self.sheet.scan.rows))
        self._check_keys()
        if self.uncounted:
            self.problems.append(Problem(self.sheet.file, MORE_PROBLEMS, {"count": self.uncounted}, self.sheet.name))
        if self.sheet.scan.hidden_rows:
            self._warn(HIDDEN_ROWS, {"count": self.sheet.scan.hidden_rows})
        return self.table

    def _read_piece(self, piece: list[list[Raw]], first: int) -> None:
        self._place_faults(piece, first)
        numbers: Sequence[int] = range(first + 1, first + len(piece) + 1)
        sums: list[tuple[int, Line, list[Raw], int]] = []
        anchor = self._needed[0]
        width = max(self._used) + 1
        if min(map(len, piece)) < width:
            piece = [row if len(row) >= width else [*row, *repeat("", width - len(row))] for row in piece]
        if may_be_no_records([row[anchor] for row in piece], self._texts[anchor]):
            kinds = [kind_of_line(row, self._used, self._needed, self._texts) for row in piece]
            self._fill(piece, first, kinds)
            kept = [i for i, kind in enumerate(kinds) if kind is Line.RECORD]
            for i, kind in enumerate(kinds):
                if kind in {Line.TOTAL, Line.SUBTOTAL}:
                    sums.append((sum(1 for k in kept if k < i), kind, piece[i], first + i + 1))
            numbers, piece = [first + i + 1 for i in kept], [piece[i] for i in kept]
        else:
            self._fill(piece, first, None)
        if piece:
            self._read_records(piece, numbers, sums)
        else:
            self._compare(sums, [])

    def _place_faults(self, piece: list[list[Raw]], first: int) -> None:
        if self._faults:
            for i, row in enumerate(piece):
                for column, text in self._faults.get(first + i, ()):
                    if column < len(row):
                        row[column] = Fault(text)

    def _fill(self, piece: list[list[Raw]], first: int, kinds: list[Line] | None) -> None:
        """Give each record under a merged cell the value of the merge."""
        for merge in self._merges:
            top, column, bottom, _ = merge
            if first <= top < first + len(piece):
                self._merged[merge] = piece[top - first][column]
            for row in range(max(top + 1, first), min(bottom + 1, first + len(piece))):
                if (kinds is None or kinds[row - first] is Line.RECORD) and blank(piece[row - first][column]):
                    piece[row - first][column] = self._merged.get(merge, "")

    def _read_records(
        self, piece: list[list[Raw]], numbers: Sequence[int], sums: list[tuple[int, Line, list[Raw], int]]
    ) -> None:
        columns = (
            list(zip_longest(*piece, fillvalue="")) if len(set(map(len, piece))) > 1 else list(zip(*piece, strict=True))
        )
        broken: set[int] = set()

        def report(place: int, name: str, bad: Bad) -> None:
            broken.add(place)
            at = self.places.get(name)
            self._note(
                numbers[place], at, "" if at is None or blank(columns[at][place]) else shown(columns[at][place]), bad
            )

        values: dict[str, Sequence[Any]] = {}
        for name in self.ledger.fields:
            if name in self.places:
                values[name] = self._readers[name].values(columns[self.places[name]], partial(_told, report, name))
            else:
                values[name] = [self.constants.get(name, empty(self.ledger.fields[name]))] * len(piece)
        if check := CHECKS.get(self.ledger.kind):
            before = frozenset(broken)
            check(values, lambda place, name, bad: None if place in before else report(place, name, bad))
        rows = list(map(self._make, zip(numbers, *values.values(), strict=True)))
        if broken:
            self._sound = False
            rows = [row for place, row in enumerate(rows) if place not in broken]
        self.table.rows += rows
        if self.ledger.summed:
            self._compare(sums, values[self.ledger.summed])

    def _compare(self, sums: list[tuple[int, Line, list[Raw], int]], values: Sequence[int | None]) -> None:
        """Set each row of totals against the sum of the rows above it, or of those since the last such row."""
        done = 0
        for place, kind, row, number in sums:
            self._add(values[done:place])
            done = place
            at = self.places.get(self.ledger.summed)
            said = None if at is None else row[at]
            if self._sound and isinstance(said, float) and said not in {self._since, self._all}:
                total = self._since if kind is Line.SUBTOTAL else self._all
                letter, heading = self.table.columns[self.ledger.summed]
                self.problems.append(
                    Problem(
                        self.sheet.file,
                        TOTAL_DIFFERS,
                        {"said": shown(said), "sum": total},
                        self.sheet.name,
                        number,
                        letter,
                        heading,
                        shown(said),
                        "warning",
                    )
                )
            self._since = 0
        self._add(values[done:])

    def _add(self, values: Sequence[int | None]) -> None:
        total = sum(filter(None, values))
        self._all += total
        self._since += total

    def _check_keys(self) -> None:
        if not self.ledger.key:
            return
        place = self.ledger.row_type._fields.index(self.ledger.key)
        rows = self.table.rows
        if len({row[place] for row in rows}) == len(rows):
            return
        seen: dict[str, int] = {}
        for row in rows:
            if (first := seen.setdefault(row[place], row[0])) != row[0]:
                self._note(row[0], self.places[self.ledger.key], row[place], Bad(TWICE, {"row": first}))

    def _note(self, row: int, column: int | None, value: str, bad: Bad) -> None:
        if len(self.problems) >= MOST_PROBLEMS:
            self.uncounted += 1
            return
        letter = "" if column is None else column_letter(column)
        heading = "" if column is None else self.heading.texts.get(column, "")
        self.problems.append(
            Problem(self.sheet.file, bad.rule, bad.values, self.sheet.name, row, letter, heading, value)
        )

    def _warn(self, rule: str, values: dict[str, object]) -> None:
        self.problems.append(Problem(self.sheet.file, rule, values, self.sheet.name, severity="warning"))
