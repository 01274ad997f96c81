"""Loading ledgers: read, compared with what is recorded, written in one transaction or not at all; a dry run is the same, rolled back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation.fold import Holder
from licensetrack.allocation.ledger import Operation
from licensetrack.core import blobs
from licensetrack.core.db import transaction
from licensetrack.core.names import name_key
from licensetrack.exchange.changes import Outcome
from licensetrack.exchange.other_loading import load_budget, load_services, load_units
from licensetrack.exchange.reading import Reading, Table, read
from licensetrack.exchange.set_loading import SetLoader
from licensetrack.exchange.statements import Holders, Statements
from licensetrack.units.models import Unit
from licensetrack.units.queries import unit_ids_by_name

Progress = Callable[[int, int], None]  # rows done, rows in all


class NamedBytes(NamedTuple):
    """A file as it came: its name for people, and its bytes."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


class _RolledBack(Exception):
    """Ends the transaction of a dry run or of a load with errors."""


def quiet(_done: int, _total: int) -> None:
    """Shows no progress."""


def files_of(paths: Iterable[Path]) -> list[NamedBytes]:
    """Files named one by one, and the workbooks and csv files of folders; the same content is taken once.

    Raises FileNotFoundError for a path that does not exist.
    """
    found: dict[str, NamedBytes] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in (".xlsx", ".xls", ".csv", ".tsv"))
        else:
            inside = [path]
        for one in inside:
            if not one.name.startswith(("~$", ".")):  # lock files of an open workbook
                file = NamedBytes(one.name, one.read_bytes())
                found.setdefault(file.digest, file)
    return list(found.values())


def preview(files: Sequence[NamedBytes], *, actor: Actor, progress: Progress = quiet) -> Outcome:
    """Tells row by row exactly what `load` would do, and writes nothing: the load itself is run and rolled back."""
    return _run(files, actor, progress, dry_run=True)


def load(files: Sequence[NamedBytes], *, actor: Actor, progress: Progress = quiet) -> Outcome:
    """Loads files, all or nothing: with one error in one cell nothing is written. Loading the same again changes nothing."""
    return _run(files, actor, progress, dry_run=False)


def _run(files: Sequence[NamedBytes], actor: Actor, progress: Progress, *, dry_run: bool) -> Outcome:
    require(actor, "exchange:ledger:load")
    outcome = Outcome(dry_run=dry_run)
    files = _named_apart(files)
    reading = read(files)
    outcome.problems += reading.problems
    if outcome.refused:
        return outcome
    try:
        with transaction() as db:
            operation = Operation(actor)
            documents = {file.name: blobs.register(db, file.content, file.name).id for file in files}
            _apply(db, reading, operation, outcome, documents, progress)
            if dry_run or outcome.refused or not outcome.changed_anything:
                raise _RolledBack
            digests = {file.name: file.digest for file in files}
            operation.record(db, "exchange:ledger:load", "files", files=digests, counts=outcome.counts)
            for file in files:
                blobs.keep(file.content)
    except _RolledBack:
        pass
    return outcome


def _apply(
    db: Session, reading: Reading, operation: Operation, outcome: Outcome, documents: dict[str, int], progress: Progress
) -> None:
    """Units first, then sets, then the rest: the order of the files does not matter."""
    total, done = sum(len(table.rows) for table in reading.tables), 0

    def step(rows: int) -> None:
        nonlocal done
        done += rows
        progress(min(done, total), total)

    actor = operation.actor
    for table in _of(reading, "units"):
        load_units(db, table, outcome, actor, operation)
        step(len(table.rows))
    holders = _holders(db)
    statements = Statements(holders, outcome, documents)
    for table in _of(reading, "issues"):
        statements.add_issues(_taken(table), table.file, table.sheet)
    for table in _of(reading, "imports"):
        statements.add_imports(table.rows, table.file, table.sheet)
        step(len(table.rows))
    for table in _of(reading, "changes"):
        statements.add_changes(table.rows, table.file, table.sheet)
        step(len(table.rows))
    SetLoader(db, operation, outcome, step).load(statements)
    for table in _of(reading, "budget"):
        load_budget(db, table, outcome, actor, documents)
        step(len(table.rows))
    for table in _of(reading, "services"):
        load_services(db, table, outcome, actor, documents, holders)
        step(len(table.rows))


def _of(reading: Reading, kind: str) -> list[Table]:
    return [table for table in reading.tables if table.kind == kind]


def _taken(table: Table) -> Iterable[Any]:
    """Yields a table's rows and lets them go, so that a large ledger is not held twice."""
    rows = list(table.rows)
    rows.reverse()
    table.rows.clear()
    while rows:
        yield rows.pop()


def _holders(db: Session) -> Holders:
    query = select(Unit.id, Unit.name, Unit.district, Unit.category)
    units = {row.id: (row.name, Holder(row.id, row.district, row.category)) for row in db.execute(query)}
    return Holders(unit_ids_by_name(db), units, name_key)


def _named_apart(files: Sequence[NamedBytes]) -> list[NamedBytes]:
    """Two different files of one name are told apart, so that an error names the right one."""
    seen: dict[str, int] = {}
    named = []
    for file in files:
        seen[file.name] = seen.get(file.name, 0) + 1
        name = file.name if seen[file.name] == 1 else f"{file.name} ({seen[file.name]})"
        named.append(NamedBytes(name, file.content))
    return named
