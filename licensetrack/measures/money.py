"""Budget figures: what was granted, received and spent, in 万元, of the budget year that the day asked for lies in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from licensetrack.measures.question import Question
from licensetrack.procurement.models import BudgetEntry

APPROPRIATED = ("appropriation", "adjustment")
RECEIVED = ("receipt",)
SPENT = ("payment",)
TEN_THOUSAND = 10_000


def _known(question: Question) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [BudgetEntry.on <= question.as_of]
    if question.known_at is not None:
        found.append(BudgetEntry.at <= question.known_at)
    return found


def budget_year(db: Session, question: Question) -> int | None:
    """The latest year with an entry up to the day asked for: in January the new budget may not be there yet."""
    last: dt.date | None = db.scalar(select(func.max(BudgetEntry.on)).where(*_known(question)))
    return None if last is None else last.year


def budget(db: Session, question: Question, kinds: Sequence[str]) -> Decimal:
    """The sum of the year's entries of these kinds, in 万元. Budget is the city's: a scope below it has none."""
    rows = entries(db, question, kinds)
    return sum((entry.amount for entry in rows), Decimal(0)) / TEN_THOUSAND


def entries(db: Session, question: Question, kinds: Sequence[str]) -> Sequence[BudgetEntry]:
    """The year's entries of these kinds in order of day; an entry and its reversal cancel and are both left out."""
    year = budget_year(db, question)
    if year is None or question.scope.kind != "all":
        return []
    query = select(BudgetEntry).where(
        *_known(question), BudgetEntry.kind.in_(kinds), BudgetEntry.on >= dt.date(year, 1, 1)
    )
    rows = db.scalars(query.order_by(BudgetEntry.on, BudgetEntry.id)).all()
    reversed_ids = {row.reverses_id for row in rows if row.reverses_id is not None}
    return [row for row in rows if row.reverses_id is None and row.id not in reversed_ids]
