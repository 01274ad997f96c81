"""Counts from the ledger: a count is the sum of deltas up to the day asked for; nothing else counts anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy.orm import Session

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
    if question.scope.kind == "district":
        found.append(_e.district == question.scope.value)
    elif question.scope.kind == "unit":
        found.append(_e.unit_id == int(question.scope.value))
    return found


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

    Dates after the day asked for are left out: they were not yet true then.
    """
    where = conditions(question)
    if product is not None:
        where.append(_e.product == product)
    held = select(_e.set_id, _e.unit_id, *_sums()).where(*where).group_by(_e.set_id, _e.unit_id)
    part = held.having(func.sum(_e.issued_sets) != 0).subquery()
    query = (
        select(
            part, LicenseSet.number, LicenseSet.product, LicenseSet.kind, LicenseSet.issued_on, LicenseSet.imported_on,
            LicenseSet.accepted_on, Unit.name.label("unit"), Unit.code.label("unit_code"), Unit.district, Unit.category,
        )
        .join(LicenseSet, LicenseSet.id == part.c.set_id)
        .join(Unit, Unit.id == part.c.unit_id)
        .order_by(LicenseSet.number)
    )  # fmt: skip
    rows = []
    for row in db.execute(query):
        found = dict(row._mapping)
        for day in ("issued_on", "imported_on", "accepted_on"):
            if found[day] is not None and found[day] > question.as_of:
                found[day] = None
        rows.append(found)
    return rows


def _sums() -> list[ColumnElement[int]]:
    return [func.sum(_e[name]).label(name) for name in DELTAS]


def _counters(row: Any) -> dict[str, int]:
    return {name: int(getattr(row, name) or 0) for name in DELTAS}
