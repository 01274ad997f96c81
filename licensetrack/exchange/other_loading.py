"""Units and service orders: new rows are recorded, changed ones corrected, equal ones left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.allocation.holdings import classify_all
from licensetrack.allocation.ledger import Operation
from licensetrack.core.clock import today
from licensetrack.core.errors import DomainError
from licensetrack.core.names import name_key
from licensetrack.exchange.changes import CHANGED, NEW, SAME, Outcome, Source
from licensetrack.exchange.rows import ServiceRow
from licensetrack.exchange.statements import Holders
from licensetrack.support import orders
from licensetrack.support.models import ServiceOrder
from licensetrack.units.directory import UnitEntry, differences, entry_of, normal, register_unit, update_unit
from licensetrack.units.models import Unit

TWICE = "“%(number)s” stands twice, and the two rows differ; the other one is %(place)s."


class Told:
    """What the files of one load said already: again in the same words it is passed over, in others it is an error."""

    def __init__(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._said: dict[tuple[str, str], tuple[object, Source]] = {}

    def again(self, number: str, words: object, source: Source, at: str) -> bool:
        """Whether a row of this kind and number was there before; `at` is the field that an error points at."""
        said, first = self._said.setdefault((source.kind, number), (words, source))
        if first is source:
            return False
        if said == words:
            self._outcome.note(SAME, source, number)
        else:
            values = {"number": number, "place": f"{first.file} {first.place}"}
            self._outcome.refuse(source, TWICE, values, at, number)
        return True


def load_units(db: Session, table: Any, outcome: Outcome, told: Told, operation: Operation) -> None:
    """Registers new units and changes known ones (by code); a move to another district takes the unit's sets along."""
    known = {unit.code: unit for unit in db.scalars(select(Unit))}
    for row in table.rows:
        source = Source("units", table.file, table.sheet, row.row)
        entry = normal(_entry(row, known.get(row.code)))
        if told.again(entry.code, replace(entry, name=name_key(entry.name)), source, "code"):
            continue
        unit = known.get(entry.code)
        if unit is not None and name_key(unit.name) == name_key(entry.name):
            entry = replace(entry, name=unit.name)  # brackets and blanks are no new name
        try:
            if unit is None:
                known[entry.code] = register_unit(entry, actor=operation.actor)
                outcome.note(NEW, source, entry.name)
                continue
            changed = differences(unit, entry)
            if not changed:
                outcome.note(SAME, source, entry.name)
                continue
            update_unit(unit, entry, on=today(), actor=operation.actor)
            outcome.note(CHANGED, source, entry.name, changed)
            if "district" in changed or "category" in changed:
                classify_all(db, unit, operation, today())
        except DomainError as error:
            at = error.field if error.field in ("code", "credit_code") else "name"
            outcome.refuse(source, error.message, error.values, at, getattr(row, at))


def _entry(row: Any, recorded: Unit | None) -> UnitEntry:
    """A row as a line of the directory; what a list of units rarely tells stays as it is recorded when it does not."""
    entry = UnitEntry(row.code, row.name, row.category, row.district, row.level, row.contact, row.phone, row.note)
    before = entry_of(recorded) if recorded is not None else entry
    in_scope = before.in_scope if row.in_scope is None else row.in_scope
    return replace(
        entry, short_name=row.short_name or before.short_name, credit_code=row.credit_code or before.credit_code,
        superior=row.parent or before.superior, address=before.address, in_scope=in_scope,
    )  # fmt: skip


def load_services(
    db: Session, table: Any, outcome: Outcome, told: Told, operation: Operation, documents: Mapping[str, int],
    holders: Holders,
) -> None:  # fmt: skip
    """Records new service orders and new versions of changed ones."""
    known, here = orders.standing_orders(db), orders.handled_here(db)
    lines: list[orders.OrderLine] = []
    for row in table.rows:
        source = Source("services", table.file, table.sheet, row.row)
        holder = holders.find(row.unit)
        if holder is None:
            holders.refuse(row.unit, source, outcome)
            continue
        order = known.get(row.number)
        same_unit = order is not None and order.unit_id == holder.unit_id
        district = order.district if same_unit and order else holder.district
        line = service_line(row, holder.unit_id, district, source.place)
        if told.again(row.number, replace(line, place=""), source, "number"):
            continue
        try:
            orders.check_line(line)
        except DomainError as error:
            at = "completed_at" if "completed" in error.values else "responded_at"
            at = str(error.values.get("column", at))
            outcome.refuse(source, error.message, error.values, at, getattr(row, at))
            continue
        changed = orders.differences(order, line) if order is not None else {}
        if order is not None and not changed:
            outcome.note(SAME, source, row.number)
            continue
        if row.number in here:
            outcome.refuse(
                source, "The order %(number)s is handled here; change it on its page.", {"number": row.number},
                "number", row.number,
            )  # fmt: skip
            continue
        outcome.note(CHANGED if order is not None else NEW, source, row.number, _with_unit_names(changed, holders))
        lines.append(line)
    if not outcome.refused:
        orders.record_orders(lines, actor=operation.actor, document_id=documents.get(table.file))


def service_line(row: ServiceRow, unit_id: int, district: str, place: str) -> orders.OrderLine:
    """A row as the order counts: from when it came in, where that is told, else from its acceptance."""
    received = row.raised_at or row.received_at
    assert received is not None  # noqa: S101 - for the type checker: the reader has asked for one of them
    return orders.OrderLine(
        row.number, unit_id, district, row.service_kind, received, row.responded_at, row.completed_at, row.outcome,
        row.satisfaction, place, source=row.source, product=row.product, severity=row.severity, title=row.title,
        raised_by=row.raised_by, accepted=None if row.received_at == received else row.received_at,
        arrived=row.arrived_at, restored=None if row.restored_at == row.completed_at else row.restored_at,
        limits=row.limits, late=row.late, late_reason=row.late_reason, handler=row.handler, work=row.work,
        related=row.related, confirmed_by=row.confirmed_by, papers=row.papers,
    )  # fmt: skip


def service_row(order: ServiceOrder, unit: str, number: int = 0) -> ServiceRow:
    """An order as the line of the ledger that it could be loaded from again."""
    both = order.accepted is not None
    return ServiceRow(
        number, order.number, unit, order.kind, order.accepted if both else order.received, order.responded,
        order.completed, order.outcome, order.satisfaction, order.source, order.product, order.severity, order.title,
        order.raised_by, order.received if both else None, order.arrived, order.restored, order.limits, order.late,
        order.late_reason, order.handler, order.work, order.related, order.confirmed_by, order.papers,
    )  # fmt: skip


def _with_unit_names(
    changed: Mapping[str, tuple[object, object]], holders: Holders
) -> Mapping[str, tuple[object, object]]:
    if "unit_id" not in changed:
        return changed
    names = tuple(holders.name(unit_id) for unit_id in changed["unit_id"] if isinstance(unit_id, int))
    return {**{name: pair for name, pair in changed.items() if name != "unit_id"}, "unit": (names[0], names[-1])}
