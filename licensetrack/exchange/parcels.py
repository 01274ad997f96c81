"""What came together is loaded together: units, sets, what refers to them; what cannot be loaded yet waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.allocation.fold import Holder
from licensetrack.allocation.ledger import Operation
from licensetrack.exchange.budget_loading import load_budget
from licensetrack.exchange.changes import Outcome
from licensetrack.exchange.host_loading import load_hosts
from licensetrack.exchange.other_loading import Told, load_services, load_units
from licensetrack.exchange.progress import Meter
from licensetrack.exchange.recorded_sets import any_set
from licensetrack.exchange.set_loading import SetLoader
from licensetrack.exchange.statements import Holders, Paper, Statements
from licensetrack.exchange.survey_loading import load_survey
from licensetrack.exchange.table_reader import Table
from licensetrack.units.models import Unit
from licensetrack.units.queries import unit_ids_by_name

OF_SETS = ("issues", "imports", "changes")
NEED_UNITS = ("issues", "services", "hosts")


@dataclass
class Parcel:
    """The ledgers of one load, and the stored file (its id) behind each file name."""

    tables: list[Table]
    documents: Mapping[str, int]

    def take(self, *kinds: str) -> list[Table]:
        """The tables of these kinds; they leave the parcel."""
        taken = [table for table in self.tables if table.kind in kinds]
        self.tables = [table for table in self.tables if table.kind not in kinds]
        return taken

    def has(self, kind: str) -> bool:
        """Whether a ledger of this kind is in the parcel."""
        return any(table.kind == kind for table in self.tables)


class Unpacking:
    """Applies parcels in the order in which they came; `apply` leaves in each what has to wait."""

    def __init__(self, db: Session, operation: Operation, outcome: Outcome, meter: Meter) -> None:
        self._db, self._operation, self._outcome, self._meter = db, operation, outcome, meter

    def apply(self, parcels: Sequence[Parcel]) -> None:
        """Loads all that can be loaded. A parcel may bring what an earlier one waits for, so rounds are made."""
        for parcel in parcels:
            told = Told(self._outcome)
            for table in parcel.take("units"):
                load_units(self._db, table, self._outcome, told, self._operation)
                self._meter.loaded(len(table.rows))
        holders = _holders(self._db)
        moving = True
        while moving:
            moving = False
            for parcel in parcels:
                before = len(parcel.tables)
                self._apply_one(parcel, holders)
                moving = moving or len(parcel.tables) < before

    def _apply_one(self, parcel: Parcel, holders: Holders) -> None:
        db, outcome, operation = self._db, self._outcome, self._operation
        told = Told(outcome)
        if (holders and parcel.has("issues")) or any_set(db):
            self._load_sets(parcel.take(*OF_SETS), parcel.documents, holders)
        for table in parcel.take("budget"):
            load_budget(db, table, outcome, told, operation, parcel.documents)
            self._meter.loaded(len(table.rows))
        for table in parcel.take("demand", "prices"):
            load_survey(db, table, outcome, operation, parcel.documents, holders)
            self._meter.loaded(len(table.rows))
        for table in parcel.take("services") if holders else ():
            load_services(db, table, outcome, told, operation, parcel.documents, holders)
            self._meter.loaded(len(table.rows))
        for table in parcel.take("hosts") if holders else ():
            load_hosts(db, table, outcome, operation, parcel.documents, holders)
            self._meter.loaded(len(table.rows))

    def _load_sets(self, tables: Sequence[Table], documents: Mapping[str, int], holders: Holders) -> None:
        rows = sum(len(table.rows) for table in tables)
        statements = Statements(holders, self._outcome)
        add = {"issues": statements.add_issues, "imports": statements.add_imports, "changes": statements.add_changes}
        for table in sorted(tables, key=lambda table: OF_SETS.index(table.kind)):
            add[table.kind](_taken(table), Paper(table.kind, table.file, table.sheet, documents[table.file]))
        share = rows / max(1, len(statements.by_number))
        loader = SetLoader(self._db, self._operation, self._outcome, holders, lambda n: self._meter.loaded(n * share))
        loader.load(statements)


def _taken(table: Table) -> Iterator[Any]:
    """Yields a table's rows and lets them go, so that a large ledger is not held twice."""
    rows, table.rows = table.rows, []
    rows.reverse()
    while rows:
        yield rows.pop()


def _holders(db: Session) -> Holders:
    query = select(Unit.id, Unit.name, Unit.district, Unit.category)
    units = {row.id: (row.name, Holder(row.id, row.district, row.category)) for row in db.execute(query)}
    return Holders(unit_ids_by_name(db), units)
