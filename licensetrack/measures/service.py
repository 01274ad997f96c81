"""Service figures: how many orders came in, were answered in time, are overdue; how content the units were."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE
from licensetrack.accounts.scoping import rows_within
from licensetrack.measures.question import Question
from licensetrack.support.models import ServiceOrder

RESPONSE_LIMIT = dt.timedelta(hours=4)  # half a working day, for orders of ledgers that do not carry their own
CONTENT = 4  # 4 and 5 of 5 are "satisfied" and "very satisfied"


def orders(db: Session, question: Question) -> Sequence[ServiceOrder]:
    """Orders received in the latest year in which the city has any, up to the day asked for, in order of receipt."""
    told = known(question)
    everywhere = known(replace(question, scope=EVERYWHERE))
    last = db.scalar(select(func.max(ServiceOrder.received)).where(*everywhere))
    if last is None:
        return []
    new_year = dt.datetime.combine(dt.date(last.year, 1, 1), dt.time())
    query = select(ServiceOrder).where(*told, ServiceOrder.received >= new_year)
    return db.scalars(query.order_by(ServiceOrder.received, ServiceOrder.number)).all()


def answered_in_time(order: ServiceOrder, question: Question) -> bool:
    """Whether the order was answered within its limit, by the end of the day asked for.

    An order that is handled here carries the moment by which its service level used the time up; others have four
    hours.
    """
    if order.responded is None or order.responded >= _end(question):
        return False
    if order.answer_due is not None:
        return order.responded <= order.answer_due
    return order.responded - order.received <= RESPONSE_LIMIT


def overdue(db: Session, question: Question) -> list[tuple[ServiceOrder, dt.datetime]]:
    """Orders, of whatever year, that are over a limit at the end of the day, with the moment since when.

    What is not done is carried over into the next year; so the year of the other service figures does not bound it.
    """
    still = or_(ServiceOrder.completed.is_(None), ServiceOrder.completed >= _end(question))
    query = select(ServiceOrder).where(*known(question), still)
    found = db.scalars(query.order_by(ServiceOrder.received, ServiceOrder.number))
    return [(order, since) for order in found if (since := overdue_since(order, question)) is not None]


def overdue_since(order: ServiceOrder, question: Question) -> dt.datetime | None:
    """When the first limit was used up that was not met by the end of the day; None where none was.

    The time to answer is four hours where the order does not carry its own; a time to restore has only who carries it.
    A day that is not over counts to its end like any other: the figure depends on what is recorded, not on the hour.
    """

    def by_then(*moments: dt.datetime | None) -> bool:
        return any(moment is not None and moment < _end(question) for moment in moments)

    open_limits = []
    if not by_then(order.responded, order.restored, order.completed):
        open_limits.append(order.answer_due or order.received + RESPONSE_LIMIT)
    if order.restore_due is not None and not by_then(order.restored, order.completed):
        open_limits.append(order.restore_due)
    return min((due for due in open_limits if due < _end(question)), default=None)


def rated(order: ServiceOrder, question: Question) -> bool:
    """Whether the unit had given a mark by the end of the day asked for."""
    return order.satisfaction is not None and order.completed is not None and order.completed < _end(question)


def content(order: ServiceOrder) -> bool:
    """Whether the mark says satisfied."""
    return (order.satisfaction or 0) >= CONTENT


def _end(question: Question) -> dt.datetime:
    return dt.datetime.combine(question.as_of + dt.timedelta(days=1), dt.time())


def known(question: Question) -> list[ColumnElement[bool]]:
    """Which versions of orders are counted: come in by the day, known at the instant, within the scope."""
    found: list[ColumnElement[bool]] = [ServiceOrder.received < _end(question)]
    if question.known_at is None:
        found.append(ServiceOrder.superseded_at.is_(None))
    else:
        found.append(ServiceOrder.recorded_at <= question.known_at)
        found.append(or_(ServiceOrder.superseded_at.is_(None), ServiceOrder.superseded_at > question.known_at))
    return found + rows_within(question.scope, district=ServiceOrder.district, unit_id=ServiceOrder.unit_id)
