"""Service orders of a month or a year counted by kind, severity, unit or engineer: one row of numbers each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.measures import service
from licensetrack.measures.question import Question, percent
from licensetrack.support.models import ServiceOrder
from licensetrack.units.models import Unit

BY: Mapping[str, Callable[[ServiceOrder, Mapping[int, str]], str]] = {
    "kind": lambda order, _units: order.kind,
    "severity": lambda order, _units: order.severity,
    "unit": lambda order, units: units[order.unit_id],
    "engineer": lambda order, _units: order.handler,
}


@dataclass(frozen=True)
class Line:
    """The orders of one group. Rates in percent with two decimals, None where nothing can be divided."""

    name: str
    count: int
    on_time: Decimal | None
    rated: int
    satisfaction: Decimal | None
    mean_answer: dt.timedelta | None
    mean_end: dt.timedelta | None


def orders_between(db: Session, question: Question, first: dt.date, last: dt.date) -> Sequence[ServiceOrder]:
    """Orders that came in from the first to the last day, as they were known and within the scope, in that order."""
    start, end = dt.datetime.combine(first, dt.time()), dt.datetime.combine(last + dt.timedelta(days=1), dt.time())
    query = select(ServiceOrder).where(
        *service.known(question), ServiceOrder.received >= start, ServiceOrder.received < end
    )
    return db.scalars(query.order_by(ServiceOrder.received, ServiceOrder.number)).all()


def lines(db: Session, orders: Sequence[ServiceOrder], question: Question, by: str) -> tuple[list[Line], Line]:
    """One line for each group, the largest first, and the line of all."""
    units = dict(db.execute(select(Unit.id, Unit.name)).all())
    groups: dict[str, list[ServiceOrder]] = {}
    for order in orders:
        groups.setdefault(BY[by](order, units), []).append(order)
    found = [_line(name, group, question) for name, group in groups.items()]
    return sorted(found, key=lambda line: (-line.count, line.name)), _line("", orders, question)


def within(db: Session, orders: Sequence[ServiceOrder], by: str, name: str | None) -> list[ServiceOrder]:
    """The orders of one group; all where none is named."""
    if name is None:
        return list(orders)
    units = dict(db.execute(select(Unit.id, Unit.name)).all())
    return [order for order in orders if BY[by](order, units) == name]


def _line(name: str, orders: Sequence[ServiceOrder], question: Question) -> Line:
    rated = [order for order in orders if service.rated(order, question)]
    return Line(
        name=name,
        count=len(orders),
        on_time=percent(sum(service.answered_in_time(order, question) for order in orders), len(orders)),
        rated=len(rated),
        satisfaction=percent(sum(service.content(order) for order in rated), len(rated)),
        mean_answer=_mean([order.responded - order.received for order in orders if order.responded]),
        mean_end=_mean([order.completed - order.received for order in orders if order.completed]),
    )


def _mean(spans: Sequence[dt.timedelta]) -> dt.timedelta | None:
    return sum(spans, dt.timedelta()) / len(spans) if spans else None
