"""Issuing many sets from one list: read like a ledger, each with its licence file, all of them or none."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.stages import TEMPORARY
from licensetrack.core.db import transaction
from licensetrack.core.errors import DomainError, Refused
from licensetrack.core.names import name_key, nearest
from licensetrack.exchange.problems import Problem
from licensetrack.exchange.reading import read
from licensetrack.exchange.rows import IssueRow
from licensetrack.exchange.table_reader import Table
from licensetrack.handover.file_comparison import ERROR, Difference, Expected
from licensetrack.handover.handing_out import ISSUE, HandedFile, Wish, hand_out
from licensetrack.handover.license_files import check_file, comparison_of, names_of
from licensetrack.handover.license_parsing import masked_name, read_license
from licensetrack.units.models import Unit
from licensetrack.units.queries import unit_ids_by_name

MOST_ROWS, MOST_FILES = 500, 500
NO_LIST = "The list names no sets to issue; it needs the columns of the issue ledger (授权发放台账)."
ANOTHER_LEDGER = "This sheet is another ledger; only sets to be issued are read here."
TOO_MANY = "More than %(most)s sets at once."
NO_UNIT = "There is no unit “%(name)s”. The nearest are: %(nearest)s."
NO_ROW = "No row of the list goes with this file: its name holds neither a number nor a fingerprint of the list."
SEVERAL_ROWS = "Several rows of the list go with this file: %(numbers)s."
SEVERAL_FILES = "Several files go with this row: %(names)s."
OTHER_HOST = "The licence file is for another host (ESN or DID): %(says)s instead of %(expected)s."
_CELLS = {"on": "issued_on", "kind": "kind", "cpus": "cpus", "number": "number", "unit": "unit", "product": "product"}

NamedFile = tuple[str, bytes]


@dataclass
class BatchLine:
    """One set to be issued: the row that says so, its unit, its file, and what of the file differs."""

    row: IssueRow
    table: Table
    unit: Unit | None = None
    file: NamedFile | None = None
    fingerprint: str = ""
    differences: list[Difference] = field(default_factory=list)

    @property
    def shown_file(self) -> str:
        """The file's name as a page shows it."""
        return masked_name(self.file[0]) if self.file else ""


@dataclass
class Batch:
    """A list with its files, and everything that is wrong with them; with one error nothing of it is issued."""

    lines: list[BatchLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> bool:
        """Whether anything keeps it from being issued."""
        return not self.lines or any(problem.severity == "error" for problem in self.problems)

    @property
    def differing(self) -> int:
        """How many files differ from their rows in something that may be acknowledged."""
        return sum(bool(line.differences) for line in self.lines)


class _RolledBack(Exception):
    """Ends the transaction of a preview."""


def preview_batch(table: NamedFile, files: Sequence[NamedFile], *, actor: Actor) -> Batch:
    """What would be issued, and what is wrong, cell by cell. The issues are really made, and rolled back."""
    require(actor, ISSUE)
    batch = Batch()
    try:
        with transaction() as db:
            _prepare(db, batch, table, files)
            for line in batch.lines:
                _try(db, batch, line, actor)
            raise _RolledBack
    except _RolledBack:
        return batch


def issue_batch(
    table: NamedFile, files: Sequence[NamedFile], *, actor: Actor, reason: str, acknowledged: bool = False
) -> list[str]:
    """Issues every set of the list with its file in one transaction; returns the numbers.

    Raises Refused when anything is wrong (see `preview_batch`), without a reason, or when files differ from their rows
    and nobody acknowledges it.
    """
    require(actor, ISSUE)
    if not reason.strip():
        raise Refused("A reason is needed.").at("reason")
    batch = Batch()
    with transaction() as db:
        _prepare(db, batch, table, files)
        if batch.refused:
            raise Refused("The list has errors; nothing was issued. Please look at it again.")
        if batch.differing and not acknowledged:
            raise Refused("Files differ from their rows; acknowledge it with a reason.").at("acknowledged")
        for line in batch.lines:
            if line.unit is not None:
                hand_out(
                    line.unit, _wish(line), actor=actor, on=_day(line), file=_handed(line, reason),
                    more={"reason": reason.strip()[:500]},
                )  # fmt: skip
    return [line.row.number for line in batch.lines]


def _prepare(db: Session, batch: Batch, table: NamedFile, files: Sequence[NamedFile]) -> None:
    """Reads the list, finds units, and puts each file to its row."""
    reading = read([table])
    batch.problems += reading.problems
    for found in reading.tables:
        if found.kind != "issues":
            batch.problems.append(Problem(found.file, ANOTHER_LEDGER, sheet=found.sheet))
            continue
        batch.lines += [BatchLine(row, found) for row in found.rows]
    if not batch.lines and not batch.problems:
        batch.problems.append(Problem(table[0], NO_LIST))
    if len(batch.lines) > MOST_ROWS:
        batch.problems.append(Problem(table[0], TOO_MANY, {"most": MOST_ROWS}))
        del batch.lines[MOST_ROWS:]
    _find_units(db, batch)
    _match(batch, files)
    for line in batch.lines:
        _compare(db, batch, line)


def _at(line: BatchLine, cell: str, rule: str, values: Mapping[str, object]) -> Problem:
    """A problem at a cell of the list; the values may be called anything."""
    return replace(line.table.problem(line.row, cell, rule), values=values)


def _find_units(db: Session, batch: Batch) -> None:
    known = unit_ids_by_name(db)
    names: list[str] | None = None
    for line in batch.lines:
        found = known.get(name_key(line.row.unit))
        if found is not None:
            line.unit = db.get_one(Unit, found)
            continue
        if names is None:
            names = list(db.scalars(select(Unit.name)))
        values = {"name": line.row.unit, "nearest": "、".join(nearest(line.row.unit, names)) or "—"}
        batch.problems.append(_at(line, "unit", NO_UNIT, values))


def _match(batch: Batch, files: Sequence[NamedFile]) -> None:
    """Each file goes with the row whose number or fingerprint its name holds, or whose fingerprint it says itself."""
    for file in files:
        name, content = file
        try:
            check_file(name, content)
        except Refused as refusal:
            batch.problems.append(Problem(masked_name(name), refusal.message, refusal.values))
            continue
        said = _bare(read_license(name, content).fingerprint)
        going = [line for line in batch.lines if _goes_with(line.row, name, said)]
        if len(going) == 1 and going[0].file is None:
            going[0].file = file
        elif len(going) == 1:
            names = {"names": f"{going[0].shown_file}、{masked_name(name)}"}
            batch.problems.append(_at(going[0], "number", SEVERAL_FILES, names))
        elif going:
            numbers = {"numbers": "、".join(line.row.number for line in going)}
            batch.problems.append(Problem(masked_name(name), SEVERAL_ROWS, numbers))
        else:
            batch.problems.append(Problem(masked_name(name), NO_ROW))


def _goes_with(row: IssueRow, name: str, said: str) -> bool:
    if re.search(rf"(?<![0-9A-Za-z]){re.escape(row.number)}(?![0-9A-Za-z])", name, re.IGNORECASE):
        return True
    known = _bare(row.fingerprint)
    return bool(known) and (known == said or (len(known) >= 8 and known in _bare(name)))


def _bare(fingerprint: str) -> str:
    return re.sub(r"[\W_]+", "", fingerprint).upper()


def _compare(db: Session, batch: Batch, line: BatchLine) -> None:
    row = line.row
    line.fingerprint = row.fingerprint
    if line.file is None:
        return
    names = names_of(db, line.unit.id) if line.unit else []
    expected = Expected(row.fingerprint, row.cpus, row.kind, row.valid_until, names)
    facts, found = comparison_of(db, *line.file, expected)
    line.fingerprint = row.fingerprint or facts.fingerprint
    for one in found:
        if one.weight == ERROR:
            values = {"says": one.says, "expected": one.expected}
            batch.problems.append(_at(line, "fingerprint", OTHER_HOST, values))
        else:
            line.differences.append(one)


def _try(db: Session, batch: Batch, line: BatchLine, actor: Actor) -> None:
    """Issues one set without its file, to see whether the ledger refuses; the next is tried all the same."""
    if line.unit is None:
        return
    try:
        with db.begin_nested():
            hand_out(line.unit, _wish(line), actor=actor, on=_day(line))
    except DomainError as refusal:
        cell = _CELLS.get(refusal.field, "cpus" if "CPU" in refusal.message else "number")
        batch.problems.append(_at(line, cell, refusal.message, refusal.values))


def _day(line: BatchLine) -> dt.date:
    """The day of the issue; a temporary set may say it in a column of its own. Raises Refused without one."""
    row = line.row
    day = row.temporary_on or row.issued_on if row.kind == TEMPORARY else row.issued_on
    if day is None:
        raise Refused("The day of the issue is missing.").at("on")
    return day


def _wish(line: BatchLine) -> Wish:
    row = line.row
    return Wish(
        row.product, row.kind, row.cpus, row.number, row.platform, "", row.edition, line.fingerprint, row.valid_until,
        row.support_end, row.note,
    )  # fmt: skip


def _handed(line: BatchLine, reason: str) -> HandedFile | None:
    if line.file is None:
        return None
    return HandedFile(*line.file, acknowledged=[one.field for one in line.differences], reason=reason)


def highest_number(db: Session, year: int) -> str:
    """The highest number of a year that is taken, as a hint for those who write the list; empty without one."""
    query = select(LicenseSet.number).where(LicenseSet.number.like(f"SQ-{year}-%")).order_by(LicenseSet.number.desc())
    return db.scalars(query.limit(1)).first() or ""
