"""Somebody else's export read by a mapping: which of its columns is which of ours, and what their words mean.

A mapped sheet becomes a table like any other, so the same rules hold for its cells, and every row keeps its place.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import chain, islice
from typing import Any

from licensetrack.core.errors import Refused
from licensetrack.exchange.cells import Raw, shown
from licensetrack.exchange.headings import SEARCHED_ROWS, Heading, fold, forms
from licensetrack.exchange.ledgers import LEDGERS, Kind, reader
from licensetrack.exchange.opening import open_book
from licensetrack.exchange.problems import Bad, Problem, Unreadable
from licensetrack.exchange.reading import NO_ROWS, Reading
from licensetrack.exchange.sheets import Sheet
from licensetrack.exchange.table_reader import TableReader

NO_COLUMN = "No column of the file is called “%(heading)s”."
NO_HEADINGS = "None of the first rows of the file names the columns of the mapping."
FIELD_MISSING = "Say which column is “%(field)s”, or give one value for all rows."
KEY_FIXED = "“%(field)s” differs from row to row; it can not be one value for all."
WRONG_FIXED = "The value for all rows, “%(value)s”, does not fit “%(field)s”."
NO_FIELD = "There is no field “%(field)s” in this ledger."
KINDS: tuple[Kind, ...] = ("hosts", "issues", "units", "imports", "changes")
SAMPLED = 5


@dataclass(frozen=True)
class ColumnMap:
    """What a mapping says: field → headings that may be it (the first that is there counts), field → one value for all
    rows, field → their word → ours, field → the sign after whose last occurrence the text begins (`Root > Bureau`).
    """

    kind: Kind
    columns: Mapping[str, tuple[str, ...]]
    fixed: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True)
class Looked:
    """A file before it is mapped: its headings in order, and some rows below them."""

    headings: list[str]
    samples: list[list[str]]


@cache
def ready_made() -> Mapping[str, ColumnMap]:
    """The mappings that come with the program, for exports of other programs: name → mapping."""
    raw = tomllib.loads((files(__package__) / "peers.toml").read_text("utf-8"))
    return {name: from_plain({**about, "name": about["title"]}) for name, about in raw.items()}


def from_plain(about: Mapping[str, Any]) -> ColumnMap:
    """A mapping from JSON or TOML."""
    columns = {name: (said,) if isinstance(said, str) else tuple(said) for name, said in about["columns"].items()}
    return ColumnMap(
        about["kind"], columns, dict(about.get("fixed", {})), dict(about.get("words", {})),
        dict(about.get("parts", {})), about.get("name", ""),
    )  # fmt: skip


def check_mapping(mapping: ColumnMap) -> None:
    """Every needed field is said, by a column or by one fitting value for all. Raises Refused at the field."""
    ledger, form = LEDGERS[mapping.kind], forms()[mapping.kind]
    for name in {*mapping.columns, *mapping.fixed}:
        if name not in ledger.fields:
            raise Refused(NO_FIELD, field=name).at(name)
    for name, about in ledger.fields.items():
        said = form.columns[name].say
        if about.needed and name not in mapping.columns and not mapping.fixed.get(name):
            raise Refused(FIELD_MISSING, field=said).at(name)
        if name == ledger.key and name not in mapping.columns:
            raise Refused(KEY_FIXED, field=said).at(name)
        if isinstance(_fixed(mapping, name), Bad):
            raise Refused(WRONG_FIXED, value=mapping.fixed[name], field=said).at(name)


def look(name: str, content: bytes) -> Looked:
    """The headings and first rows of the first sheet that has any. Raises Refused for a file that can not be read."""
    try:
        for sheet in open_book(name, content):
            top = [] if sheet.hidden else list(islice(sheet.open()[0], SEARCHED_ROWS))
            at = max(range(len(top)), key=lambda row: _texts_in(top[row]), default=-1)
            if at >= 0 and _texts_in(top[at]):
                rows = [[shown(cell) for cell in row] for row in top[at + 1 : at + 1 + SAMPLED]]
                return Looked([shown(cell) for cell in top[at]], rows)
    except Unreadable as error:
        raise Refused(error.rule, **error.values).at("file") from None
    raise Refused(NO_ROWS).at("file")


def guess(kind: Kind, headings: Sequence[str]) -> dict[str, str]:
    """Field → heading, by what columns of this ledger are usually called; each heading once."""
    form, found = forms()[kind], dict[str, str]()
    for strong in (True, False):
        for heading in headings:
            key = fold(heading)
            names = [form.strong[key]] if strong and key in form.strong else [] if strong else form.weak.get(key, [])
            for name in names:
                if name not in found and heading not in found.values():
                    found[name] = heading
    return found


def read_mapped(name: str, content: bytes, mapping: ColumnMap) -> Reading:
    """The rows of a file by a mapping, and everything that is wrong with them. Never raises for what is in a file."""
    reading = Reading()
    try:
        sheets = [sheet for sheet in open_book(name, content) if not sheet.hidden]
        for sheet in sheets:
            if _read_sheet(sheet, mapping, reading):
                return reading
    except Unreadable as error:
        reading.problems.append(error.problem(name))
        return reading
    if not reading.problems:
        reading.problems.append(Problem(name, NO_HEADINGS))
    return reading


def _read_sheet(sheet: Sheet, mapping: ColumnMap, reading: Reading) -> bool:
    """Whether the sheet has the mapping's columns; then its rows, or what is wrong with them, are in the reading."""
    rows, merges = sheet.open()
    top = list(islice(rows, SEARCHED_ROWS))
    wanted = {fold(heading) for headings in mapping.columns.values() for heading in headings}
    hits = [sum(isinstance(cell, str) and fold(cell) in wanted for cell in row) for row in top]
    if not hits or not max(hits):
        return False
    at = hits.index(max(hits))
    heading, problems = _heading(sheet, mapping, top[at], at)
    reading.problems += problems
    if problems:
        return True
    constants = {
        name: value for name in mapping.fixed if name not in heading.columns and (value := _fixed(mapping, name)) != ""
    }
    table_reader = TableReader(sheet, heading, merges, constants, {})
    table = table_reader.read(_translated(chain(top[at + 1 :], rows), heading, mapping), None)
    table.mapping = mapping.name or "mapping"
    reading.tables.append(table)
    reading.problems += sorted(table_reader.problems, key=lambda problem: problem.row or 0)
    return True


def _heading(sheet: Sheet, mapping: ColumnMap, row: Sequence[Raw], at: int) -> tuple[Heading, list[Problem]]:
    form, needed = forms()[mapping.kind], LEDGERS[mapping.kind].fields
    texts = {i: shown(cell) for i, cell in enumerate(row) if isinstance(cell, str) and cell.strip()}
    places = {fold(text): i for i, text in reversed(texts.items())}
    heading, problems = Heading(form, at, at, texts=texts), []
    for name, headings in mapping.columns.items():
        found = next((places[key] for said in headings if (key := fold(said)) in places), None)
        if found is not None:
            heading.columns[name] = found
        elif needed[name].needed and not mapping.fixed.get(name):
            problems.append(Problem(sheet.file, NO_COLUMN, {"heading": headings[0]}, sheet.name, at + 1))
    return heading, problems


def _translated(rows: Iterator[list[Raw]], heading: Heading, mapping: ColumnMap) -> Iterator[list[Raw]]:
    """The rows with their words as ours."""
    words = {
        heading.columns[name]: {fold(theirs): ours for theirs, ours in said.items()}
        for name, said in mapping.words.items() if name in heading.columns
    }  # fmt: skip
    parts = {heading.columns[name]: sign for name, sign in mapping.parts.items() if name in heading.columns}
    for row in rows:
        for column in {*words, *parts}:
            cell = row[column] if column < len(row) else ""
            if isinstance(cell, str) and cell:
                if column in parts:
                    cell = cell.rpartition(parts[column])[2].strip()
                row[column] = words.get(column, {}).get(fold(cell), cell)
        yield row


def _fixed(mapping: ColumnMap, name: str) -> Any:
    text = mapping.fixed.get(name, "").strip()
    return reader(LEDGERS[mapping.kind].fields[name].shape)(text) if text else ""


def _texts_in(row: Sequence[Raw]) -> int:
    return sum(isinstance(cell, str) and bool(cell.strip()) for cell in row)
