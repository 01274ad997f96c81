"""Figures by part and by month, ready for tables and charts; every part comes from the sums that make the whole."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licensetrack.allocation.models import LedgerEvent
from licensetrack.measures.ledger_sums import by_month, conditions
from licensetrack.measures.question import Question

MONTHS = 12
_e = LedgerEvent.__table__.c


def units_served_by(db: Session, question: Question, dimension: str) -> dict[Any, int]:
    """Part → how many of its units hold at least one formal, accepted set; `dimension` is "district" or "category"."""
    part = _e[dimension]
    served = (
        select(part.label("part"), _e.unit_id)
        .where(*conditions(question))
        .group_by(part, _e.unit_id)
        .having(func.sum(_e.accepted_sets) > 0)
        .subquery()
    )
    rows = db.execute(select(served.c.part, func.count()).group_by(served.c.part))
    return {part: int(count) for part, count in rows}


def months_to_show(last_change: str | None, as_of: dt.date) -> list[str]:
    """Twelve months (`2024-06`) up to the day asked for; where nothing happened in them, the last year with any."""
    end = as_of.year * 12 + as_of.month - 1
    if last_change is not None:
        changed = int(last_change[:4]) * 12 + int(last_change[5:7]) - 1
        if changed <= end - MONTHS:
            end = int(last_change[:4]) * 12 + 11
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(end - MONTHS + 1, end + 1)]


def history(db: Session, question: Question, counters: dict[str, str]) -> tuple[list[str], dict[str, list[int]]]:
    """Every full month from the first in which anything changed, and each product → counter's standing at its end."""
    changes = by_month(db, question)
    after = question.as_of + dt.timedelta(days=1)
    last = f"{after.year:04d}-{after.month:02d}"  # the month that is not over yet, or has not begun
    months = _months_between(min(changes, default=last), last)
    return months, _standings(changes, months, counters)


def _months_between(first: str, end: str) -> list[str]:
    """`2024-06` and the months after it, before `end`."""
    start, stop = (int(month[:4]) * 12 + int(month[5:7]) - 1 for month in (first, end))
    return [f"{month // 12:04d}-{month % 12 + 1:02d}" for month in range(start, stop)]


def _standings(
    changes: dict[str, dict[str, dict[str, int]]], months: list[str], counters: dict[str, str]
) -> dict[str, list[int]]:
    """Product → its counter at the end of every one of these months, whatever happened before them added in."""
    standing = dict.fromkeys(counters, 0)
    lines: dict[str, list[int]] = {product: [] for product in counters}
    for month in sorted(set(changes) | set(months)):
        for product, counter in counters.items():
            standing[product] += changes.get(month, {}).get(product, {}).get(counter, 0)
            if month in months:
                lines[product].append(standing[product])
    return lines


def running_totals(db: Session, question: Question, counters: dict[str, str]) -> tuple[list[str], dict[str, list[int]]]:
    """Months and, for each product → counter asked for, its standing at the end of every month."""
    changes = by_month(db, question)
    months = months_to_show(max(changes, default=None), question.as_of)
    return months, _standings(changes, months, counters)
