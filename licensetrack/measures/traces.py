"""The rows behind each figure: they add up to its value, and each names the record and the paper it came from."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from licensetrack.measures import money, service
from licensetrack.measures.ledger_sums import sets_behind
from licensetrack.measures.reading import Reading
from licensetrack.support.models import ServiceOrder
from licensetrack.units.models import Unit

Row = dict[str, Any]
SHOWN = (
    "number", "set_id", "unit", "unit_id", "unit_code", "district", "category", "product", "issued_on", "imported_on",
    "accepted_on",
)  # fmt: skip


def of_sets(reading: Reading, product: str, counter: str) -> list[Row]:
    """Sets (or their CPUs) of one product at one stage: a row per set, `value` its contribution."""
    rows = sets_behind(reading.db, reading.question, product)
    return [_shown(row) | {"cpus": row["issued_cpus"] or None, "value": row[counter]} for row in rows if row[counter]]


def of_units(reading: Reading) -> list[Row]:
    """Units served: a row per unit, with how many accepted sets it holds."""
    units: dict[int, Row] = {}
    for row in sets_behind(reading.db, reading.question):
        if row["accepted_sets"]:
            unit = units.setdefault(
                row["unit_id"],
                {name: row[name] for name in ("unit", "unit_id", "unit_code", "district", "category")}
                | {"sets": 0, "value": 1},
            )
            unit["sets"] += row["accepted_sets"]
    return sorted(units.values(), key=lambda unit: unit["unit_code"])


def of_pass_rate(reading: Reading) -> list[Row]:
    """Formal sets held: 1 in the denominator each, 1 in the numerator where accepted."""
    rows = sets_behind(reading.db, reading.question)
    return [_shown(row) | {"numerator": row["accepted_sets"], "denominator": row["issued_sets"]} for row in rows]


def of_first_pass_rate(reading: Reading) -> list[Row]:
    """Formal sets imported: 1 in the numerator where no attempt had failed."""
    return [
        _shown(row)
        | {"failed_imports": row["failed_imports"], "numerator": int(row["failed_imports"] == 0), "denominator": 1}
        for row in sets_behind(reading.db, reading.question)
        if row["imported_sets"]
    ]


def of_budget(reading: Reading, kinds: tuple[str, ...]) -> list[Row]:
    """Budget entries: `value` in 万元."""
    return [
        {
            "voucher": entry.voucher, "entry_id": entry.id, "kind": entry.kind, "on": entry.on,
            "summary": entry.summary, "source": entry.source, "approval": entry.approval,
            "document_id": entry.document_id, "place": entry.place,
            "value": entry.amount / money.TEN_THOUSAND,
        }
        for entry in money.of_kinds(reading.entries, kinds)
    ]  # fmt: skip


def of_execution_rate(reading: Reading) -> list[Row]:
    """Spent entries in the numerator, granted ones in the denominator, in 万元."""
    spent = [
        row | {"numerator": row.pop("value"), "denominator": Decimal(0)} for row in of_budget(reading, money.SPENT)
    ]
    granted = [
        row | {"numerator": Decimal(0), "denominator": row.pop("value")}
        for row in of_budget(reading, money.APPROPRIATED)
    ]
    return granted + spent


def of_orders(reading: Reading) -> list[Row]:
    """Service orders: `value` is 1."""
    return [row | {"value": 1} for row in _orders(reading, reading.orders)]


def of_overdue(reading: Reading) -> list[Row]:
    """Service orders over a limit: `due` is when the first was used up, `value` is 1."""
    found = reading.overdue
    rows = _orders(reading, [order for order, _ in found])
    return [row | {"due": since, "value": 1} for row, (_, since) in zip(rows, found, strict=True)]


def of_on_time(reading: Reading) -> list[Row]:
    """Service orders: 1 in the numerator where answered in time."""
    return [
        row | {"numerator": int(service.answered_in_time(order, reading.question)), "denominator": 1}
        for row, order in zip(_orders(reading, reading.orders), reading.orders, strict=True)
    ]


def of_satisfaction(reading: Reading) -> list[Row]:
    """Service orders with a mark: 1 in the numerator where satisfied."""
    return [
        row | {"numerator": int(service.content(order)), "denominator": 1}
        for row, order in zip(_orders(reading, reading.orders), reading.orders, strict=True)
        if service.rated(order, reading.question)
    ]


def _orders(reading: Reading, orders: Sequence[ServiceOrder]) -> list[Row]:
    names = dict(reading.db.execute(select(Unit.id, Unit.name)).all())
    return [
        {
            "number": order.number, "unit": names[order.unit_id], "unit_id": order.unit_id, "kind": order.kind,
            "received": order.received, "responded": order.responded, "completed": order.completed,
            "satisfaction": order.satisfaction, "document_id": order.document_id, "place": order.place,
        }
        for order in orders
    ]  # fmt: skip


def _shown(row: Row) -> Row:
    return {name: row[name] for name in SHOWN}
