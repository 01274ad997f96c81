"""Loading ledgers: read, compared with what is recorded, written in one transaction or not at all."""

from __future__ import annotations

import gc
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation.ledger import Operation
from licensetrack.core import audit, blobs
from licensetrack.core.clock import business_day
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict
from licensetrack.exchange import waiting
from licensetrack.exchange.changes import WAITS, Outcome, Source
from licensetrack.exchange.parcels import NEED_UNITS, Parcel, Unpacking
from licensetrack.exchange.problems import Problem
from licensetrack.exchange.progress import Meter, Progress, quiet
from licensetrack.exchange.reading import READ_ENDINGS, Reading, read
from licensetrack.exchange.table_reader import Table

PERMISSION = "exchange:ledger:load"
NEEDED_FIRST = "The units or sets that this file refers to are not recorded yet; load them first."
OVERTAKEN = "The ledger changed since these files were checked; nothing was written. Please check them again."


Reader = Callable[[Sequence["NamedBytes"]], Reading]


class NamedBytes(NamedTuple):
    """A file as it came: its name for people, and its bytes."""

    name: str
    content: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


class _RolledBack(Exception):
    """Ends the transaction of a dry run, of a load with errors, or of one that changes nothing."""


def files_of(paths: Iterable[Path]) -> list[NamedBytes]:
    """Files named one by one, and the spreadsheets of folders; the same content is taken once.

    Raises FileNotFoundError for a path that does not exist.
    """
    found: dict[str, NamedBytes] = {}
    for path in paths:
        inside = sorted(p for p in path.iterdir() if p.suffix.lower() in READ_ENDINGS) if path.is_dir() else [path]
        for one in inside:
            if not one.name.startswith(("~$", ".")):  # lock files of an open workbook
                file = NamedBytes(one.name, one.read_bytes())
                found.setdefault(file.digest, file)
    return list(found.values())


def preview(files: Sequence[NamedBytes], *, actor: Actor, progress: Progress = quiet) -> Outcome:
    """Tells row by row exactly what `load` would do, and writes nothing: the load itself is run and rolled back."""
    return Load(files, actor=actor, progress=progress).apply(dry_run=True)


def load(
    files: Sequence[NamedBytes], *, actor: Actor, progress: Progress = quiet, promised: str | None = None
) -> Outcome:
    """Loads files, all or nothing: with one error in one cell nothing is written. The same again changes nothing.

    The order of files and of loads does not matter: a ledger that refers to units or sets of which there is none at all
    yet is kept, and taken in by the load that brings them (docs/adr/0009).
    `promised` is the digest of a preview's outcome: the load then does that and nothing else.
    Raises Forbidden, or Conflict where the database is busy or the ledger changed since the preview.
    """
    return Load(files, actor=actor, progress=progress).apply(promised=promised)


class Load:
    """Files that are read, which needs no turn to write, and can then be applied, once."""

    def __init__(
        self, files: Sequence[NamedBytes], *, actor: Actor, progress: Progress = quiet, mapped: Reader | None = None
    ) -> None:
        """Reads them, by `mapped` where somebody said which column is which. Raises Forbidden."""
        require(actor, PERMISSION)
        self._actor, self._files = actor, _named_apart(files)
        self._meter = Meter(progress, {file.name: len(file.content) for file in self._files})
        self._outcome = Outcome()
        with _collector_at_rest():
            reading = mapped(self._files) if mapped else read(self._files, progress=self._meter.read)
        self._is_mapped = mapped is not None
        self._tables = reading.tables
        for problem in reading.problems:
            self._outcome.add(problem)

    def apply(self, *, dry_run: bool = False, promised: str | None = None) -> Outcome:
        """Writes what was read, in the caller's transaction where there is one; a refused load leaves that as it was.

        What is raised, and what `promised` means, says `load`.
        """
        outcome = self._outcome
        outcome.dry_run = dry_run
        if not outcome.refused:
            with _collector_at_rest():
                self._apply(outcome, promised)
            self._meter.finish()
        outcome.close()
        return outcome

    def _apply(self, outcome: Outcome, promised: str | None) -> None:
        try:
            with transaction() as db, db.begin_nested():  # the savepoint undoes a dry run inside a larger act, too
                _write(db, self._files, self._tables, Operation(self._actor), outcome, self._meter)
                if self._is_mapped and any(change.action == WAITS for change in outcome.changes):
                    outcome.add(Problem(self._files[0].name, NEEDED_FIRST))  # unmapped it could not be read again
                if promised and not outcome.refused and promised != outcome.digest():
                    raise Conflict(OVERTAKEN)
                if outcome.dry_run or outcome.refused or not outcome.changed_anything:
                    raise _RolledBack
                for file in self._files:
                    blobs.keep(file.content)
        except _RolledBack:
            pass


def _write(
    db: Session, files: Sequence[NamedBytes], tables: list[Table], operation: Operation, outcome: Outcome, meter: Meter
) -> None:
    """Brings files and what waited for them into the database, with the entry in the audit trail."""
    waiting.claim(db)
    digests = {file.name: file.digest for file in files}
    kept = waiting.kept_sheets(db)
    given = Parcel(tables, {file.name: blobs.register(db, file.content, file.name).id for file in files})
    parcels = [*_waiting_parcels(db, kept, digests, outcome), given]
    everything = [(parcel, table) for parcel in parcels for table in parcel.tables]
    for _, table in everything:
        outcome.knows(table.file, table.sheet, table.columns)
    meter.begin_loading(sum(len(table.rows) for _, table in everything))
    Unpacking(db, operation, outcome, meter).apply(parcels)
    if not outcome.refused:
        _settle_waiting(db, kept, parcels, digests, operation, outcome)
        _record(db, digests, operation, outcome)


def _waiting_parcels(
    db: Session, kept: Sequence[waiting.Kept], digests: dict[str, str], outcome: Outcome
) -> Iterator[Parcel]:
    """The sheets that wait, one parcel for each load in which they came, without files that are given again."""
    names = Counter(list(digests))
    for _, group in groupby(kept, key=lambda one: one.kept_at):
        sheets = [one for one in group if one.digest not in digests.values()]
        files: dict[str, waiting.Kept] = {}
        for one in {one.blob_id: one for one in sheets}.values():
            files[_free_name(names, one.name)] = one
        reading = read([(name, blobs.load(db, one.blob_id)[1]) for name, one in files.items()])
        wanted = {(one.blob_id, one.sheet) for one in sheets}
        tables = [table for table in reading.tables if (files[table.file].blob_id, table.sheet) in wanted]
        for problem in reading.problems:
            if problem.severity == "error":
                outcome.add(problem)
        yield Parcel(tables, {name: one.blob_id for name, one in files.items()})


def _settle_waiting(
    db: Session,
    kept: Sequence[waiting.Kept],
    parcels: Sequence[Parcel],
    digests: dict[str, str],
    operation: Operation,
    outcome: Outcome,
) -> None:
    """Keeps what could not be loaded yet, and lets go of what could."""
    *earlier, given = parcels
    ids = {(one.digest, one.sheet): one for one in kept}
    still = {(parcel.documents[table.file], table.sheet) for parcel in earlier for table in parcel.tables}
    new: list[tuple[int, str]] = []
    for table in given.tables:
        one = ids.get((digests[table.file], table.sheet))
        if one is not None:
            still.add((one.blob_id, one.sheet))
        else:
            new.append((given.documents[table.file], table.sheet))
        rule = waiting.FOR_UNITS if table.kind in NEED_UNITS else waiting.FOR_SETS
        outcome.add(Problem(table.file, rule, sheet=table.sheet, severity="warning"))
        for row in table.rows:
            outcome.note(WAITS, Source(table.kind, table.file, table.sheet, row.row), row.number)
    gone = []
    for one in kept:
        waits = (one.blob_id, one.sheet) in still
        if not waits:
            gone.append(one.id)
        if one.digest not in digests.values():
            rule, day = (waiting.STILL_WAITS if waits else waiting.TAKEN_IN), str(business_day(one.kept_at))
            outcome.add(Problem(one.name, rule, {"day": day}, one.sheet, severity="warning"))
    waiting.keep(db, new, operation.at)
    waiting.release(db, gone)
    outcome.files_moved = bool(new or gone)


def _record(db: Session, digests: dict[str, str], operation: Operation, outcome: Outcome) -> None:
    if operation.lines:
        operation.record(db, PERMISSION, "files", files=digests, counts=outcome.counts)
    elif outcome.changed_anything:
        audit.record(db, PERMISSION, "files", operation.actor, files=digests, counts=outcome.counts)


def _named_apart(files: Sequence[NamedBytes]) -> list[NamedBytes]:
    """Two different files of one name are told apart, so that an error names the right one."""
    names: Counter[str] = Counter()
    return [NamedBytes(_free_name(names, file.name), file.content) for file in files]


def _free_name(names: Counter[str], name: str) -> str:
    names[name] += 1
    return name if names[name] == 1 else f"{name} ({names[name]})"


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Spares Python's search for circular garbage, which would visit every row of a large ledger again and again."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
