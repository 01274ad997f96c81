"""Units, budget entries and service orders from their ledgers: new rows are recorded, changed ones corrected, equal ones left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation.fold import Fact, Holder
from licensetrack.allocation.ledger import Operation, post
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.stages import HELD
from licensetrack.core.clock import today
from licensetrack.core.errors import DomainError
from licensetrack.core.names import name_key
from licensetrack.exchange.changes import CHANGED, NEW, SAME, Outcome, Source
from licensetrack.exchange.statements import Holders
from licensetrack.procurement.budgets import BudgetLine, post_entry, reverse_entry, standing_entries
from licensetrack.support import orders
from licensetrack.units.directory import UnitEntry, differences, register_unit, update_unit
from licensetrack.units.models import Unit


def load_units(db: Session, table: Any, outcome: Outcome, actor: Actor, operation: Operation) -> None:
    """Registers new units and changes known ones (by code); a move to another district takes the unit's sets along."""
    known = {unit.code: unit for unit in db.scalars(select(Unit))}
    for row in table.rows:
        source = Source("units", table.file, table.sheet, row.row)
        entry = UnitEntry(
            row.code,
            row.name,
            row.category,
            row.district,
            row.level or "",
            row.contact or "",
            row.phone or "",
            row.note or "",
        )
        unit = known.get(entry.code)
        if unit is not None and name_key(unit.name) == name_key(entry.name):
            entry = UnitEntry(**{**entry.__dict__, "name": unit.name})  # brackets and blanks are no new name
        try:
            if unit is None:
                known[entry.code] = register_unit(entry, actor=actor)
                outcome.note(NEW, source, entry.name)
                continue
            changed = differences(unit, entry)
            if not changed:
                outcome.note(SAME, source, entry.name)
                continue
            update_unit(unit, entry, on=today(), actor=actor)
            outcome.note(CHANGED, source, entry.name, **changed)
            if "district" in changed or "category" in changed:
                _take_sets_along(db, unit, operation)
        except DomainError as error:
            outcome.refuse(source, error.message, error.values, entry.code)


def _take_sets_along(db: Session, unit: Unit, operation: Operation) -> None:
    holder = Holder(unit.id, unit.district, unit.category)
    query = select(LicenseSet).where(LicenseSet.unit_id == unit.id, LicenseSet.stage.in_(HELD))
    for license_set in db.scalars(query.execution_options(populate_existing=True)).all():
        post(db, license_set, operation, add=[Fact("reclassify", today(), holder=holder)])


def load_budget(db: Session, table: Any, outcome: Outcome, actor: Actor, documents: Mapping[str, int]) -> None:
    """Posts new budget entries; a voucher whose entry differs is taken back and posted right."""
    known = {entry.voucher: entry for entry in standing_entries(db)}
    seen: dict[str, int] = {}
    for row in table.rows:
        source = Source("budget", table.file, table.sheet, row.row)
        line = BudgetLine(row.entry, row.on, row.amount, row.voucher or "", row.summary or "")
        if line.voucher in seen:
            rule = "The voucher %(voucher)s stands twice; the other row is %(row)s."
            outcome.refuse(source, rule, {"voucher": line.voucher, "row": seen[line.voucher]}, line.voucher)
            continue
        seen[line.voucher] = row.row
        try:
            entry = known.get(line.voucher)
            if entry is None:
                outcome.note(NEW, source, line.voucher)
            else:
                recorded = BudgetLine(entry.kind, entry.on, entry.amount, entry.voucher, entry.summary)
                changed = {
                    name: (getattr(recorded, name), getattr(line, name))
                    for name in ("kind", "on", "amount", "summary")
                    if getattr(recorded, name) != getattr(line, name)
                }
                if not changed:
                    outcome.note(SAME, source, line.voucher)
                    continue
                outcome.note(CHANGED, source, line.voucher, **changed)
                reverse_entry(entry, actor=actor, reason=f"{source.file} {source.place}")
            post_entry(line, actor=actor, document_id=documents.get(table.file), place=source.place)
        except DomainError as error:
            outcome.refuse(source, error.message, error.values, line.voucher)


def load_services(
    db: Session, table: Any, outcome: Outcome, actor: Actor, documents: Mapping[str, int], holders: Holders
) -> None:
    """Records new service orders and new versions of changed ones."""
    known = orders.standing_orders(db)
    lines: dict[str, orders.OrderLine] = {}
    for row in table.rows:
        source = Source("services", table.file, table.sheet, row.row)
        holder = holders.find(row.unit, source, outcome)
        if holder is None:
            continue
        order = known.get(row.number)
        same_unit = order is not None and order.unit_id == holder.unit_id
        line = orders.OrderLine(
            row.number, holder.unit_id, order.district if same_unit and order else holder.district, row.service_kind,
            row.received_at, row.responded_at, row.completed_at, row.outcome or "", row.satisfaction, source.place,
        )  # fmt: skip
        if row.number in lines:
            rule = "The order %(number)s stands twice in the file."
            outcome.refuse(source, rule, {"number": row.number}, row.number)
            continue
        try:
            orders.check_line(line)
        except DomainError as error:
            outcome.refuse(source, error.message, error.values, row.number)
            continue
        changed = orders.differences(order, line) if order is not None else {}
        if order is not None and not changed:
            outcome.note(SAME, source, row.number)
            continue
        outcome.note(CHANGED if order is not None else NEW, source, row.number, **changed)
        lines[row.number] = line
    if not outcome.refused:
        orders.record_orders(list(lines.values()), actor=actor, document_id=documents.get(table.file))
