"""Recording service orders, one by one or a ledger at a time; a changed order becomes a new version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.columns import instant_text
from licensetrack.core.db import insert_rows, transaction
from licensetrack.core.errors import Refused
from licensetrack.support.handling_models import ServiceCase
from licensetrack.support.models import ServiceOrder

BUSINESS_TIME = "%Y-%m-%d %H:%M:%S.%f"
COLUMNS = (
    "number", "unit_id", "district", "kind", "received", "responded", "completed", "outcome", "satisfaction",
    "recorded_at", "superseded_at", "document_id", "place", "source", "product", "severity", "title", "raised_by",
    "accepted", "arrived", "restored", "limits", "late", "late_reason", "handler", "work", "related", "confirmed_by",
    "papers", "answer_due", "restore_due",
)  # fmt: skip
# What many ledgers do not tell: a ledger that is silent leaves what is recorded.
DETAILS = (
    "source", "product", "severity", "title", "raised_by", "accepted", "arrived", "restored", "answer_due",
    "restore_due", "limits", "late", "late_reason", "handler", "work", "related", "confirmed_by", "papers",
)  # fmt: skip


@dataclass(frozen=True)
class OrderLine:
    """An order as the ledger states it; `received` is when it came in, `accepted` (受理) only where both are known."""

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
    source: str = ""
    product: str = ""
    severity: str = ""
    title: str = ""
    raised_by: str = ""
    accepted: dt.datetime | None = None
    arrived: dt.datetime | None = None
    restored: dt.datetime | None = None
    answer_due: dt.datetime | None = None
    restore_due: dt.datetime | None = None
    limits: str = ""
    late: bool | None = None
    late_reason: str = ""
    handler: str = ""
    work: str = ""
    related: str = ""
    confirmed_by: str = ""
    papers: str = ""


def check_line(line: OrderLine) -> None:
    """An order is answered after it came in, and completed after that. Raises Refused."""
    if line.responded is not None and line.responded < line.received:
        raise Refused("The response (%(responded)s) comes before the order (%(received)s).", responded=line.responded,
                      received=line.received)  # fmt: skip
    if line.completed is not None and line.completed < (line.responded or line.received):
        raise Refused("The order was completed (%(completed)s) before it was answered.", completed=line.completed)
    later = {"received_at": line.accepted, "arrived_at": line.arrived, "restored_at": line.restored}
    for column, moment in later.items():
        if moment is not None and moment < line.received:
            raise Refused("%(moment)s comes before the order (%(received)s).", moment=moment, received=line.received,
                          column=column)  # fmt: skip


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
    with transaction() as db:
        known = standing_orders(db)
        at = now()  # after that look: a version is never older than the one it replaces
        here = handled_here(db)
        for line in lines:
            if line.number in here:
                raise Refused("The order %(number)s is handled here; change it on its page.", number=line.number)
        lines = [with_details(known.get(line.number), line) for line in lines]
        replaced = [known[line.number].id for line in lines if line.number in known]
        for start in range(0, len(replaced), 500):
            chunk = replaced[start : start + 500]
            db.execute(update(ServiceOrder).where(ServiceOrder.id.in_(chunk)).values(superseded_at=at))
        insert_rows(db, "service_order", COLUMNS, [_row(line, at, document_id) for line in lines])
        audit.record(
            db, "support:order:record", f"orders:{len(lines)}", actor, added=len(lines), replaced=len(replaced)
        )
    return len(lines)


def differences(order: ServiceOrder, line: OrderLine, *, silent: bool = True) -> dict[str, tuple[object, object]]:
    """Field → (recorded, new) where the line differs from the recorded order; its place in the file does not count.

    A ledger is `silent` about what it does not tell, which is then no difference.
    """
    fields = asdict(line)
    fields.pop("place")
    return {
        name: (getattr(order, name), new)
        for name, new in fields.items()
        if getattr(order, name) != new and not (silent and name in DETAILS and new in ("", None))
    }


def with_details(order: ServiceOrder | None, line: OrderLine) -> OrderLine:
    """The line with what is recorded and what it does not tell."""
    if order is None:
        return line
    kept = {name: getattr(order, name) for name in DETAILS if getattr(line, name) in ("", None)}
    return replace(line, **kept)


def handled_here(db: Session) -> set[str]:
    """Numbers of the orders that are handled here, which no ledger may change."""
    return set(db.scalars(select(ServiceCase.number)))


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
        line.source, line.product, line.severity, line.title, line.raised_by, wall(line.accepted), wall(line.arrived),
        wall(line.restored), line.limits, line.late, line.late_reason, line.handler, line.work, line.related,
        line.confirmed_by, line.papers, wall(line.answer_due),
        wall(line.restore_due),
    )  # fmt: skip
