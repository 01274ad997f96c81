"""Recording service orders, one by one or a ledger at a time; a changed order becomes a new version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.columns import instant_text
from licensetrack.core.db import insert_rows, transaction
from licensetrack.core.errors import Refused
from licensetrack.support.models import ServiceOrder

BUSINESS_TIME = "%Y-%m-%d %H:%M:%S.%f"
COLUMNS = (
    "number", "unit_id", "district", "kind", "received", "responded", "completed", "outcome", "satisfaction",
    "recorded_at", "superseded_at", "document_id", "place",
)  # fmt: skip


@dataclass(frozen=True)
class OrderLine:
    """An order as the ledger states it."""

    number: str
    unit_id: int
    district: str
    kind: str
    received: dt.datetime
    responded: dt.datetime | None = None
    completed: dt.datetime | None = None
    outcome: str = ""
    satisfaction: int | None = None
    place: str = ""


def check_line(line: OrderLine) -> None:
    """An order is answered after it came in, and completed after that. Raises Refused."""
    if line.responded is not None and line.responded < line.received:
        raise Refused("The response (%(responded)s) comes before the order (%(received)s).", responded=line.responded,
                      received=line.received)  # fmt: skip
    if line.completed is not None and line.completed < (line.responded or line.received):
        raise Refused("The order was completed (%(completed)s) before it was answered.", completed=line.completed)


def record_orders(lines: Sequence[OrderLine], *, actor: Actor, document_id: int | None = None) -> int:
    """Records new orders and new versions of known ones in one transaction; returns how many rows were added."""
    require(actor, "support:order:record")
    for line in lines:
        require(actor, "support:order:record", district=line.district, unit_id=line.unit_id)
        check_line(line)
    if not lines:
        return 0
    if len({line.number for line in lines}) < len(lines):
        raise Refused("An order number appears twice among the new orders.")
    at = now()
    with transaction() as db:
        known = standing_orders(db)
        replaced = [known[line.number].id for line in lines if line.number in known]
        for start in range(0, len(replaced), 500):
            chunk = replaced[start : start + 500]
            db.execute(update(ServiceOrder).where(ServiceOrder.id.in_(chunk)).values(superseded_at=at))
        insert_rows(db, "service_order", COLUMNS, [_row(line, at, document_id) for line in lines])
        audit.record(
            db, "support:order:record", f"orders:{len(lines)}", actor, added=len(lines), replaced=len(replaced)
        )
    return len(lines)


def differences(order: ServiceOrder, line: OrderLine) -> dict[str, tuple[object, object]]:
    """Field → (recorded, new) where the line differs from the recorded order; its place in the file does not count."""
    fields = asdict(line)
    fields.pop("place")
    return {name: (getattr(order, name), new) for name, new in fields.items() if getattr(order, name) != new}


def standing_orders(db: Session) -> dict[str, ServiceOrder]:
    """Number → the version of each order that stands now."""
    rows = db.scalars(select(ServiceOrder).where(ServiceOrder.superseded_at.is_(None)))
    return {order.number: order for order in rows}


def _row(line: OrderLine, at: dt.datetime, document_id: int | None) -> tuple[object, ...]:
    def wall(time: dt.datetime | None) -> str | None:
        return None if time is None else time.strftime(BUSINESS_TIME)

    return (
        line.number, line.unit_id, line.district, line.kind, wall(line.received), wall(line.responded),
        wall(line.completed), line.outcome, line.satisfaction, instant_text(at), None, document_id, line.place,
    )  # fmt: skip
