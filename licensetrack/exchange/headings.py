"""Which ledger a sheet is and which column is which, told by the headings, wherever the heading row stands."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from licensetrack.core.names import visible
from licensetrack.exchange.cells import Raw, shown
from licensetrack.exchange.sheets import Merge

SEARCHED_ROWS = 100

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕")
_IDLE = re.compile(r"[\s*:;,.、。，：；·_\-—/\\|#]+")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """The key under which headings are compared: no blanks, brackets or punctuation, half-width, lower case."""
    plain = unicodedata.normalize("NFKC", visible(text)).casefold()
    return _IDLE.sub("", _BRACKETED.sub("", plain)) or _IDLE.sub("", plain)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a ledger: how it is headed and whether the ledger can be read without it."""

    field: str
    say: str
    also: tuple[str, ...]
    needed: bool


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of ledger: its title, the names it goes by and its columns."""

    kind: str
    title: str
    names: tuple[str, ...]
    columns: Mapping[str, Column]
    strong: Mapping[str, str]
    weak: Mapping[str, list[str]]
    """The column's field for each key; a general word may serve several, a telling one only its own."""


@dataclass(slots=True)
class Heading:
    """A heading that was found (or nearly found, if `missing` or `doubled` name columns). Rows and columns count from
    0."""

    form: Form
    first_row: int
    last_row: int
    columns: dict[str, int] = field(default_factory=dict)
    doubled: dict[str, list[int]] = field(default_factory=dict)
    missing: list[Column] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    """What stands in the heading row, by column."""

    @property
    def complete(self) -> bool:
        """Whether every needed column was found, and found once."""
        return not self.missing and not self.doubled

    @property
    def unknown(self) -> list[str]:
        """Headings of columns that nothing reads, in their order; the columns that only number the lines left out."""
        known = {*self.columns.values(), *(i for found in self.doubled.values() for i in found)}
        return [text for i, text in sorted(self.texts.items()) if i not in known and fold(text) not in counters()]


@cache
def forms() -> Mapping[str, Form]:
    """Every kind of ledger, from headings.toml."""
    raw = tomllib.loads((files(__package__) / "headings.toml").read_text("utf-8"))
    return {kind: _form(kind, section) for kind, section in raw.items()}


def _form(kind: str, section: Mapping[str, Any]) -> Form:
    columns: dict[str, Column] = {}
    strong: dict[str, str] = {}
    weak: dict[str, list[str]] = {}
    for name, about in section["columns"].items():
        also = tuple(about.get("also", ()))
        columns[name] = Column(name, about["say"], also, about.get("needed", False))
        strong.update({fold(word): name for word in (about["say"], *also)})
        for word in about.get("weak", ()):
            weak.setdefault(fold(word), []).append(name)
    return Form(kind, section["title"], tuple(section["names"]), columns, strong, weak)


@cache
def known_words() -> frozenset[str]:
    """Every key that heads a column of any ledger."""
    return frozenset(key for form in forms().values() for key in (*form.strong, *form.weak))


@cache
def words() -> Mapping[str, Any]:
    """The fixed lists of words, from words.toml."""
    return tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))


@cache
def counters() -> frozenset[str]:
    """Keys of headings that only number the lines."""
    return frozenset(map(fold, words()["rows"]["counters"]))


def find_heading(
    rows: Sequence[Sequence[Raw]], merges: Iterable[Merge], hints: str, optional: set[str]
) -> list[Heading]:
    """The best reading of the first rows as a heading: none, one, or several kinds of ledger that fit equally well.

    Args:
        rows: the first rows of the sheet.
        merges: its merged ranges; a heading merged over several columns belongs to each of them.
        hints: sheet name and file name; with the rows above the heading they decide between kinds that fit equally.
        optional: columns the sheet can do without because its name or title says the same ("product").
    """
    spread = _spread(rows, merges)
    found: list[tuple[tuple[float, ...], Heading]] = []
    for row in range(min(len(rows), SEARCHED_ROWS)):
        above = hints + "".join(shown(cell) for line in rows[:row] for cell in line if isinstance(cell, str))
        for texts, last in _readings(rows, spread, row):
            if sum(any(fold(way) in known_words() for way in ways) for ways in texts.values()) < 3:
                continue
            for form in forms().values():
                heading = _assigned(form, row, last, texts, optional)
                if rank := _rank(heading, above):
                    found.append((rank, heading))
    if not found:
        return []
    best = max(rank for rank, _ in found)
    winners = [heading for rank, heading in found if rank == best]
    kinds = {heading.form.kind: heading for heading in reversed(winners)}
    return list(kinds.values())


def _spread(rows: Sequence[Sequence[Raw]], merges: Iterable[Merge]) -> dict[tuple[int, int], str]:
    """Texts of merged cells for the cells they cover to the right, near the top of the sheet."""
    spread = {}
    for first_row, first, _, last in merges:
        if first_row < min(len(rows), SEARCHED_ROWS) and first < len(rows[first_row]):
            text = rows[first_row][first]
            if isinstance(text, str):
                for column in range(first + 1, min(last, first + 60) + 1):
                    spread[first_row, column] = text
    return spread


Texts = dict[int, list[str]]
"""For each column the ways to read its heading, the most telling first."""


def _readings(
    rows: Sequence[Sequence[Raw]], spread: Mapping[tuple[int, int], str], row: int
) -> Iterable[tuple[Texts, int]]:
    upper = _texts(rows[row])
    yield {column: [text] for column, text in upper.items()}, row
    if row + 1 >= len(rows):
        return
    lower = _texts(rows[row + 1])
    if not lower or len(upper) < 2:
        return
    both: Texts = {}
    for column in range(max([*upper, *lower]) + 1):
        top, bottom = upper.get(column) or spread.get((row, column), ""), lower.get(column, "")
        ways = [top + bottom, bottom] if top and bottom else [top or bottom]
        if ways[0]:
            both[column] = ways
    yield both, row + 1


def _texts(row: Sequence[Raw]) -> dict[int, str]:
    return {i: cell for i, cell in enumerate(row) if isinstance(cell, str) and cell.strip() and len(cell) <= 80}


def _assigned(form: Form, row: int, last: int, texts: Texts, optional: set[str]) -> Heading:
    heading = Heading(form, row, last, texts={column: shown(ways[0]) for column, ways in texts.items()})
    strong: dict[str, list[int]] = {}
    weak: dict[str, list[int]] = {}
    for column, ways in texts.items():
        keys = [fold(way) for way in ways]
        if hit := next((form.strong[key] for key in keys if key in form.strong), None):
            strong.setdefault(hit, []).append(column)
        for name in next((form.weak[key] for key in keys if key in form.weak), ()):
            weak.setdefault(name, []).append(column)
    for name, about in form.columns.items():
        columns = strong.get(name) or weak.get(name, [])
        if len(columns) == 1:
            heading.columns[name] = columns[0]
        elif columns:
            heading.doubled[name] = columns
        elif about.needed and name not in optional:
            heading.missing.append(about)
    return heading


def _rank(heading: Heading, above: str) -> tuple[float, ...] | None:
    """How well a heading fits, or nothing if it is none: complete first, then named so, then by how much it
    recognises."""
    needed = sum(column.needed for column in heading.form.columns.values())
    found = len(heading.columns) + len(heading.doubled)
    have = needed - len(heading.missing)
    told = fold(above)
    named = any(fold(name) in told for name in heading.form.names)
    if not heading.complete and not (found >= 3 and have >= 2 and (named or 2 * have >= needed)):
        return None
    # Of two rows that fit alike the single one wins over the pair, and the upper one over the lower.
    pair = heading.last_row - heading.first_row
    return (not heading.missing, have / needed, named, found, not heading.doubled, -pair, -heading.first_row)
