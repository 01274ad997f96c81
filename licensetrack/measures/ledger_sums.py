"""Counts from the ledger: a count is the sum of deltas up to the day asked for; nothing else counts anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, exists, func, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE
from licensetrack.accounts.scoping import rows_within
from licensetrack.allocation.models import DELTAS, LedgerEvent, LicenseSet
from licensetrack.allocation.stages import FORMAL
from licensetrack.measures.question import Question
from licensetrack.units.models import Unit

DIMENSIONS = ("district", "category", "unit_id")
_e = LedgerEvent.__table__.c


def conditions(question: Question, kind: str = FORMAL) -> list[ColumnElement[bool]]:
    """The rows of the ledger that a question is about. Temporary sets never enter the performance counts."""
    found: list[ColumnElement[bool]] = [_e.kind == kind, _e.on <= question.as_of]
    if question.known_at is not None:
        found.append(_e.at <= question.known_at)
    return found + rows_within(question.scope, district=_e.district, unit_id=_e.unit_id)


def by_product(db: Session, question: Question) -> dict[str, dict[str, int]]:
    """Product → counter → sum, e.g. `{"virtualization": {"accepted_cpus": 4375, …}}`."""
    query = select(_e.product, *_sums()).where(*conditions(question)).group_by(_e.product)
    return {row.product: _counters(row) for row in db.execute(query)}


def split(db: Session, question: Question, dimension: str) -> dict[Any, dict[str, dict[str, int]]]:
    """Dimension value → product → counter → sum; `dimension` is one of DIMENSIONS. The parts add up to `by_product`."""
    column = _e[dimension]
    query = select(column.label("part"), _e.product, *_sums()).where(*conditions(question)).group_by(column, _e.product)
    parts: dict[Any, dict[str, dict[str, int]]] = {}
    for row in db.execute(query):
        parts.setdefault(row.part, {})[row.product] = _counters(row)
    return parts


def by_month(db: Session, question: Question) -> dict[str, dict[str, dict[str, int]]]:
    """Month (`2024-06`) → product → counter → change in that month, for months in which something changed."""
    month = func.substr(cast(_e.on, String), 1, 7)
    query = select(month.label("month"), _e.product, *_sums()).where(*conditions(question)).group_by(month, _e.product)
    months: dict[str, dict[str, dict[str, int]]] = {}
    for row in db.execute(query):
        months.setdefault(row.month, {})[row.product] = _counters(row)
    return dict(sorted(months.items()))


def units_served(db: Session, question: Question) -> int:
    """How many units hold at least one formal, accepted set."""
    served = select(_e.unit_id).where(*conditions(question)).group_by(_e.unit_id).having(func.sum(_e.accepted_sets) > 0)
    return int(db.scalar(select(func.count()).select_from(served.subquery())) or 0)


def first_passes(db: Session, question: Question) -> tuple[int, int]:
    """(sets imported at the first attempt, sets imported), of the formal sets held."""
    held = (
        select(func.sum(_e.failed_imports).label("failed"))
        .where(*conditions(question))
        .group_by(_e.set_id)
        .having(func.sum(_e.imported_sets) > 0)
        .subquery()
    )
    passed = func.count().filter(held.c.failed == 0)
    row = db.execute(select(passed, func.count()).select_from(held)).one()
    return int(row[0]), int(row[1])


def sets_behind(db: Session, question: Question, product: str | None = None) -> Sequence[dict[str, Any]]:
    """The formal sets that make the counts, one row per set and holder, with their seven counters, in order of number.

    Product, district and category are those of the day asked for, and so are the days of issue, import and acceptance.
    """
    where = conditions(question)
    if product is not None:
        where.append(_e.product == product)
    place = (_e.set_id, _e.unit_id, _e.product, _e.district, _e.category)
    part = select(*place, *_sums()).where(*where).group_by(*place).having(func.sum(_e.issued_sets) != 0).cte("part")
    days = _days(question, part.c.set_id).subquery()
    query = (
        select(
            part, LicenseSet.number, LicenseSet.kind, days.c.issued_on, days.c.imported_on, days.c.accepted_on,
            Unit.name.label("unit"), Unit.code.label("unit_code"),
        )
        .join(LicenseSet, LicenseSet.id == part.c.set_id)
        .join(Unit, Unit.id == part.c.unit_id)
        .join(days, days.c.set_id == part.c.set_id)
        .order_by(LicenseSet.number)
    )  # fmt: skip
    return [dict(row._mapping) for row in db.execute(query)]


def _days(question: Question, sets: ColumnElement[int]) -> Select[Any]:
    """Set → the days of its issue, last import and acceptance, by the facts that stood then, wherever it was held."""
    whole = replace(question, scope=EVERYWHERE)
    reversal = LedgerEvent.__table__.alias("reversal")
    taken_back = reversal.c.reverses_id == _e.id
    if question.known_at is not None:
        taken_back &= reversal.c.at <= question.known_at
    return (
        select(
            _e.set_id,
            *(
                func.max(case((_e.action == action, _e.on))).label(f"{stage}_on")
                for action, stage in (("issue", "issued"), ("import", "imported"), ("accept", "accepted"))
            ),
        )
        .where(*conditions(whole), _e.action.in_(("issue", "import", "accept")), _e.set_id.in_(select(sets)))
        .where(~exists().where(taken_back))
        .group_by(_e.set_id)
    )


def _sums() -> list[ColumnElement[int]]:
    return [func.sum(_e[name]).label(name) for name in DELTAS]


def _counters(row: Any) -> dict[str, int]:
    return {name: int(getattr(row, name) or 0) for name in DELTAS}
