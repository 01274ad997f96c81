"""Files in, tables out: every ledger in every sheet of the files given, and everything that is wrong with them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path, PurePath
from typing import cast

from licensetrack.exchange.cells import Raw, choice_key, half_width, shown
from licensetrack.exchange.headings import SEARCHED_ROWS, Heading, find_heading, fold, words
from licensetrack.exchange.opening import LARGEST_FILE, TOO_LARGE, open_book
from licensetrack.exchange.problems import Problem, Unreadable, column_letter
from licensetrack.exchange.sheet_scan import MOST_LISTED
from licensetrack.exchange.sheets import Sheet
from licensetrack.exchange.table_reader import Progress, Table, TableReader

Source = str | os.PathLike[str] | tuple[str, bytes]
"""A path to a file or folder, or the name and the bytes of an upload."""

NO_SUCH_FILE = "There is no such file or folder."
NO_WORKBOOKS = "The folder holds no spreadsheets (.xlsx, .xls, .csv)."
CANNOT_OPEN = "The file cannot be opened: %(reason)s."
NO_LEDGER = "No ledger was recognized in this file: none of its first rows names the columns of a ledger."
NO_LEDGER_HERE = "This sheet is not a ledger and is not read."
NO_ROWS = "The file holds no rows."
HIDDEN_SHEET = "This sheet is hidden and is not read."
FORMULA = "The cell holds a formula; paste the values in its place."
FORMULAS = "The cell holds a formula, and so do %(more)s others of this sheet; paste the values in their place."
COLUMN_MISSING = "The column “%(column)s” is missing from the %(ledger)s; it may also be called: %(also)s."
COLUMN_TWICE = "More than one column can be the “%(column)s” of the %(ledger)s: %(columns)s."
KIND_UNSURE = "The headings fit more than one ledger equally well: %(ledgers)s."
COLUMNS_IGNORED = "Columns that no ledger of this kind has are not read: %(columns)s."
MANY_ERROR_VALUES = "%(count)s cells of this sheet hold error values such as %(example)s."

READ_ENDINGS = frozenset({".xlsx", ".xls", ".csv", ".tsv", ".xlsm", ".xlsb", ".et", ".ods"})
"""Endings of the files that are taken from a folder; some of them are refused then, with the reason, rather than
passed over."""

_MONEY_UNIT = re.compile(r"万元|(?<!万)元")


@dataclass(slots=True)
class Reading:
    """All tables that were read, and all problems. With a single error nothing of it may be written."""

    tables: list[Table] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        """The problems that stop a load."""
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def warnings(self) -> list[Problem]:
        """The problems that a person should know of but that stop nothing."""
        return [problem for problem in self.problems if problem.severity == "warning"]


def read(sources: Iterable[Source] | Source, *, progress: Progress | None = None) -> Reading:
    """Read ledgers from files, folders or uploaded bytes. Never raises for what is in a file: that becomes a problem.

    Args:
        sources: paths (a folder stands for the spreadsheets below it) or pairs of a name and bytes.
        progress: told the file, the rows read of its present sheet, and the rows it has; after every few thousand rows.
    """
    reading = Reading()
    seen: set[Path] = set()
    for source in _listed(sources):
        for name, content in _contents(source, seen, reading):
            _read_file(name, content, reading, progress)
    return reading


def _listed(sources: Iterable[Source] | Source) -> Iterable[Source]:
    if isinstance(sources, str | os.PathLike):
        return [sources]
    if isinstance(sources, tuple) and len(sources) == 2 and isinstance(sources[1], bytes):
        return [cast(Source, sources)]
    return cast(Iterable[Source], sources)


def _contents(source: Source, seen: set[Path], reading: Reading) -> Iterator[tuple[str, bytes]]:
    """The files a source stands for; each file once, however often it was named."""
    if isinstance(source, tuple):
        yield source
        return
    root = Path(source)
    if root.is_dir():
        files = [path for path in sorted(root.rglob("*")) if _is_wanted(path.relative_to(root)) and path.is_file()]
        if not files:
            reading.problems.append(Problem(root.name or str(root), NO_WORKBOOKS))
        names = [path.relative_to(root).as_posix() for path in files]
    else:
        files, names = [root], [root.name]
    for path, name in zip(files, names, strict=True):
        try:
            if path.resolve() in seen:
                continue
            seen.add(path.resolve())
            if path.stat().st_size > LARGEST_FILE:
                reading.problems.append(Problem(name, TOO_LARGE, {"limit": LARGEST_FILE >> 20}))
                continue
            content = path.read_bytes()
        except FileNotFoundError:
            reading.problems.append(Problem(name, NO_SUCH_FILE))
        except OSError as error:
            reading.problems.append(Problem(name, CANNOT_OPEN, {"reason": error.strerror or type(error).__name__}))
        else:
            yield name, content


def _is_wanted(path: PurePath) -> bool:
    hidden = any(part.startswith((".", "~$")) for part in path.parts)
    return path.suffix.lower() in READ_ENDINGS and not hidden


def _read_file(file: str, content: bytes, reading: Reading, progress: Progress | None) -> None:
    try:
        sheets = open_book(file, content)
    except Unreadable as error:
        reading.problems.append(error.problem(file))
        return
    del content
    recognized, strangers, rows = 0, [], 0
    problems: list[Problem] = []
    for sheet in sheets:
        if sheet.hidden:
            problems.append(Problem(file, HIDDEN_SHEET, sheet=sheet.name, severity="warning"))
            continue
        try:
            found, count = _read_sheet(sheet, reading, progress, problems)
        except Unreadable as error:
            error.sheet = error.sheet or sheet.name
            problems.append(error.problem(file))
            found, count = True, 1
        recognized += found
        rows += count
        if count and not found:
            strangers.append(sheet.name)
    if recognized:
        problems += [Problem(file, NO_LEDGER_HERE, sheet=name, severity="warning") for name in strangers]
    else:
        problems.append(Problem(file, NO_LEDGER if rows else NO_ROWS))
    reading.problems += problems


def _read_sheet(sheet: Sheet, reading: Reading, progress: Progress | None, problems: list[Problem]) -> tuple[bool, int]:
    """Read one sheet; whether it is a ledger (if only by intention), and how many rows it has that are not empty."""
    rows, merges = sheet.open()
    top = list(islice(rows, SEARCHED_ROWS))
    product = _product_said(sheet.name)
    headings = find_heading(top, merges, f"{sheet.name} {PurePath(sheet.file).stem}", {"product"})
    if not headings:
        return False, sum(any(cell != "" for cell in row) for row in top)
    if problem := _unsure(sheet, headings):
        problems.append(problem)
        return True, 1
    heading = headings[0]
    constants: dict[str, str] = {}
    if heading.form.kind == "issues" and "product" not in heading.columns:
        above = " ".join(shown(cell) for row in top[: heading.first_row] for cell in row if isinstance(cell, str))
        product = product or _product_said(above) or _product_said(PurePath(sheet.file).stem)
        if product:
            constants["product"] = product
        elif "product" not in heading.doubled:
            heading.missing.append(heading.form.columns["product"])
    if faults := _structural(sheet, heading):
        problems += faults
        return True, 1
    rest = chain(top[heading.last_row + 1 :], rows)
    reader = TableReader(sheet, heading, merges, constants, _money_units(heading, top))
    del top
    reading.tables.append(reader.read(rest, progress))
    problems += sorted(reader.problems, key=lambda problem: problem.row or 0)
    if heading.unknown:
        ignored = {"columns": "、".join(heading.unknown)}
        problems.append(
            Problem(sheet.file, COLUMNS_IGNORED, ignored, sheet.name, heading.last_row + 1, severity="warning")
        )
    return True, len(reader.table.rows)


def _unsure(sheet: Sheet, headings: list[Heading]) -> Problem | None:
    if len(headings) < 2:
        return None
    titles = "、".join(heading.form.title for heading in headings)
    return Problem(sheet.file, KIND_UNSURE, {"ledgers": titles}, sheet.name, headings[0].first_row + 1)


def _structural(sheet: Sheet, heading: Heading) -> list[Problem]:
    """What keeps a sheet that is a ledger from being read at all: formulas, missing columns, columns that are there
    twice."""
    scan = sheet.scan
    if scan.formulas:
        row, column, text = scan.formulas[0]
        place = (sheet.name, row, column_letter(column), heading.texts.get(column, ""), shown(text))
        more = scan.formula_count - 1
        return [Problem(sheet.file, FORMULAS if more else FORMULA, {"more": more} if more else {}, *place)]
    if scan.error_count > len(scan.error_values) >= MOST_LISTED:
        row, column, text = scan.error_values[0]
        values = {"count": scan.error_count, "example": text}
        return [Problem(sheet.file, MANY_ERROR_VALUES, values, sheet.name, row, column_letter(column), value=text)]
    problems = []
    for about in heading.missing:
        values = {"column": about.say, "ledger": heading.form.title, "also": "、".join(about.also[:6])}
        problems.append(Problem(sheet.file, COLUMN_MISSING, values, sheet.name, heading.last_row + 1))
    for name, columns in heading.doubled.items():
        said = "、".join(f"{column_letter(i)} {heading.texts.get(i, '')}" for i in columns)
        about = heading.form.columns[name]
        values = {"column": about.say, "ledger": heading.form.title, "columns": said}
        problems.append(Problem(sheet.file, COLUMN_TWICE, values, sheet.name, heading.last_row + 1))
    return problems


def _product_said(text: str) -> str:
    """The product that a sheet's name or title names, if it names exactly one."""
    key = choice_key(text)
    named = {product for product, said in words()["product"].items() if any(choice_key(word) in key for word in said)}
    return named.pop() if len(named) == 1 else ""


def _money_units(heading: Heading, top: list[list[Raw]]) -> dict[str, str]:
    """Field → 元 or 万元, as the heading of its column says, or else a line above them all (单位：万元)."""
    above = [half_width(cell) for row in top[: heading.first_row] for cell in row if isinstance(cell, str)]
    sheet = [unit for text in above if fold(text) != text or "单位" in text for unit in _MONEY_UNIT.findall(text)]
    said = {name: _MONEY_UNIT.findall(heading.texts.get(at, "")) or sheet for name, at in heading.columns.items()}
    return {name: units[0] for name, units in said.items() if len(set(units)) == 1}
