"""Gathering from the ledgers all that an evaluation rests on: figures, parts, months, units, sets, papers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from licensetrack.allocation.models import DELTAS, LedgerEvent
from licensetrack.core.blobs import Blob
from licensetrack.measures import money
from licensetrack.measures.breakdowns import units_served_by
from licensetrack.measures.catalogue import MEASURES, figures_of
from licensetrack.measures.ledger_sums import by_month, by_product, conditions, sets_behind, split
from licensetrack.measures.question import Question, Value, percent
from licensetrack.measures.reading import Reading
from licensetrack.procurement.models import BudgetEntry
from licensetrack.support.models import ServiceOrder

Content = dict[str, Any]


def gather(db: Session, question: Question, start: dt.date) -> Content:
    """Everything but the traces, as plain data ready for JSON. `start` is the first day of the period, for the months.

    The parts by district and by category add up to the figures; so do the months to the last one's total.
    """
    sets, now = _sets(db, question), Reading(db, question)
    return {
        "measures": figures_of(now),
        "funds": money.parts(now.entries, "source"),
        "by_district": _parts(db, question, "district"),
        "by_category": _parts(db, question, "category"),
        "by_month": _months(db, question, start),
        "units": _units(sets),
        "sets": sets,
        "evidence": _papers(db, question),
    }


def traces(db: Session, question: Question) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The rows behind every measure, one measure at a time."""
    for name, measure in MEASURES.items():
        yield name, measure.trace(db, question)


def adds_up(name: str, rows: Sequence[Mapping[str, Any]], value: Value) -> bool:
    """Whether the rows behind a measure make its value."""
    if not MEASURES[name].is_rate:
        return bool(sum(row["value"] for row in rows) == value)
    return percent(sum(row["numerator"] for row in rows), sum(row["denominator"] for row in rows)) == value


def _sets(db: Session, question: Question) -> list[Content]:
    papers = _acceptance_papers(db, question)
    return [
        {
            "number": row["number"], "product": row["product"], "unit_code": row["unit_code"], "unit": row["unit"],
            "district": row["district"], "category": row["category"],
            "cpus": row["issued_cpus"] or None, "issued_on": row["issued_on"], "imported_on": row["imported_on"],
            "accepted_on": row["accepted_on"], "failed_imports": row["failed_imports"],
            "accepted_sets": row["accepted_sets"], "accepted_cpus": row["accepted_cpus"],
            "paper": papers.get(row["set_id"], ""),
        }
        for row in sets_behind(db, question)
    ]  # fmt: skip


def _acceptance_papers(db: Session, question: Question) -> dict[int, str]:
    """Set id → the paper that its last standing acceptance names."""
    reversal = aliased(LedgerEvent)
    taken_back = select(reversal.reverses_id).where(reversal.reverses_id.is_not(None))
    if question.known_at is not None:
        taken_back = taken_back.where(reversal.at <= question.known_at)
    query = (
        select(LedgerEvent.set_id, LedgerEvent.details)
        .where(*conditions(question), LedgerEvent.action == "accept", LedgerEvent.id.not_in(taken_back))
        .order_by(LedgerEvent.set_id, LedgerEvent.on, LedgerEvent.seq)
    )
    return {row.set_id: str((row.details or {}).get("evidence", "")) for row in db.execute(query)}


def _units(sets: Sequence[Content]) -> list[Content]:
    units: dict[str, Content] = {}
    for line in sets:
        if line["accepted_sets"]:
            unit = units.setdefault(
                line["unit_code"],
                {"code": line["unit_code"], "name": line["unit"], "district": line["district"],
                 "category": line["category"], "held": {}},
            )  # fmt: skip
            count, cpus = unit["held"].get(line["product"], (0, 0))
            unit["held"][line["product"]] = (count + line["accepted_sets"], cpus + line["accepted_cpus"])
    return [units[code] for code in sorted(units)]


def _parts(db: Session, question: Question, dimension: str) -> list[Content]:
    """Districts or categories as they were when it happened, those with most units first; emptied ones are left out."""
    parts, served = split(db, question, dimension), units_served_by(db, question, dimension)
    held = [name for name, counters in parts.items() if any(any(one.values()) for one in counters.values())]
    return [
        {"name": name, "units": served.get(name, 0), "counters": parts[name]}
        for name in sorted(held, key=lambda name: (-served.get(name, 0), name))
    ]


def _months(db: Session, question: Question, start: dt.date) -> list[Content]:
    """Every month of the period up to the day asked for, also those in which nothing happened."""
    changes = by_month(db, question)
    products = sorted(by_product(db, question))
    total = {product: dict.fromkeys(DELTAS, 0) for product in products}
    first = f"{start:%Y-%m}"
    for month, change in changes.items():
        if month < first:
            _add(total, change)
    months = []
    year, number = start.year, start.month
    while (year, number) <= (question.as_of.year, question.as_of.month):
        month = f"{year}-{number:02}"
        _add(total, changes.get(month, {}))
        copied = {product: dict(counters) for product, counters in total.items()}
        months.append({"month": month, "change": changes.get(month, {}), "total": copied})
        year, number = (year, number + 1) if number < 12 else (year + 1, 1)
    return months


def _add(total: dict[str, dict[str, int]], change: Mapping[str, Mapping[str, int]]) -> None:
    for product, counters in change.items():
        for name, value in counters.items():
            total[product][name] += value


def _papers(db: Session, question: Question) -> list[Content]:
    """The stored files that the rows of the ledgers came from, each once."""
    known = question.known_at
    behind = [
        select(LedgerEvent.document_id).where(*conditions(question)),
        select(BudgetEntry.document_id).where(
            BudgetEntry.on <= question.as_of, *([] if known is None else [BudgetEntry.at <= known])
        ),
        select(ServiceOrder.document_id).where(
            ServiceOrder.received < dt.datetime.combine(question.as_of + dt.timedelta(days=1), dt.time()),
            *([] if known is None else [ServiceOrder.recorded_at <= known]),
        ),
    ]
    ids = {row for query in behind for row in db.scalars(query.distinct()) if row is not None}
    blobs = db.scalars(select(Blob).where(Blob.id.in_(ids)).order_by(Blob.name, Blob.digest)).all()
    return [{"name": blob.name, "digest": blob.digest, "size": blob.size} for blob in blobs]
