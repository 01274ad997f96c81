"""Budget figures: what was granted, received and spent, in 万元, of the budget year that the day asked for lies in."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from licensetrack.measures.question import Question
from licensetrack.procurement.models import BudgetEntry

INITIAL = ("appropriation",)
ADJUSTED = ("adjustment",)
APPROPRIATED = (*INITIAL, *ADJUSTED)
RECEIVED = ("receipt",)
SPENT = ("payment",)
COLUMNS = {
    "initial": INITIAL, "adjusted": ADJUSTED, "appropriated": APPROPRIATED, "received": RECEIVED, "spent": SPENT,
}  # fmt: skip
TEN_THOUSAND = 10_000


def entries(db: Session, question: Question) -> Sequence[BudgetEntry]:
    """The budget year's entries in order of day, without those that were taken back, and without what took them back.

    The budget year is the latest that has an entry up to the day asked for: in January the new budget may not be there
    yet. The budget is the city's: a scope below it has none.
    """
    standing = all_entries(db, question)
    return [entry for entry in standing if entry.on.year == standing[-1].on.year]


def all_entries(db: Session, question: Question) -> Sequence[BudgetEntry]:
    """The entries of all years up to the day asked for, in order of day: a contract may be paid in several."""
    if question.scope.kind != "all":
        return []
    reversal = aliased(BudgetEntry)
    taken_back = reversal.reverses_id == BudgetEntry.id
    query = select(BudgetEntry).where(BudgetEntry.reverses_id.is_(None), BudgetEntry.on <= question.as_of)
    if question.known_at is not None:
        taken_back &= reversal.at <= question.known_at
        query = query.where(BudgetEntry.at <= question.known_at)
    return db.scalars(query.where(~exists().where(taken_back)).order_by(BudgetEntry.on, BudgetEntry.id)).all()


def budget(standing: Sequence[BudgetEntry], kinds: Sequence[str]) -> Decimal:
    """The sum of the entries of these kinds, in 万元."""
    return sum((entry.amount for entry in of_kinds(standing, kinds)), Decimal(0)) / TEN_THOUSAND


def of_kinds(standing: Sequence[BudgetEntry], kinds: Sequence[str]) -> list[BudgetEntry]:
    """Those of the entries that are of these kinds."""
    return [entry for entry in standing if entry.kind in kinds]


def parts(standing: Sequence[BudgetEntry], dimension: str) -> dict[Any, dict[str, Decimal]]:
    """Part → what was granted, received and spent of it, in 万元; the parts add up to the whole.

    `dimension` is "source" or "project_id"; "" and None stand for what no paper told.
    """
    found: dict[Any, list[BudgetEntry]] = {}
    for entry in standing:
        found.setdefault(getattr(entry, dimension), []).append(entry)
    return {
        part: {name: budget(entries, kinds) for name, kinds in COLUMNS.items()}
        for part, entries in sorted(found.items(), key=lambda item: (not item[0], str(item[0])))
    }


def paid(standing: Sequence[BudgetEntry]) -> dict[tuple[int | None, int | None], Decimal]:
    """(contract, term) → what was paid for it, in yuan; payments for no contract stand under (None, None)."""
    sums: dict[tuple[int | None, int | None], Decimal] = {}
    for entry in of_kinds(standing, SPENT):
        place = (entry.contract_id, entry.term_id)
        sums[place] = sums.get(place, Decimal(0)) + entry.amount
    return sums
