"""What a monitoring reads from the ledgers: the measures as of the cut-off, their trends, and the targets in force."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from licensetrack.core.errors import Refused
from licensetrack.measures import money
from licensetrack.measures.catalogue import MEASURES, figures_of
from licensetrack.measures.question import Question, Value
from licensetrack.measures.reading import Reading
from licensetrack.performance.framework import Framework, Indicator
from licensetrack.performance.monitoring_trend import Trend, level, linear, month_ends, months_gone
from licensetrack.performance.naming import EXECUTION
from licensetrack.performance.sheet import TargetVersion

INITIAL, SPENT = "budget.initial", "budget.spent"
# Money and service begin anew each year: room → the field of a row that says on which day it counts.
_ANEW = {"budget": "on", "support": "received"}
# A framework for the evaluation of a department also judges how it decided and managed; the goals are the rest.
NOT_GOALS = ("决策", "过程")


@dataclass(frozen=True)
class Read:
    """What the ledgers and the framework said, by name of measure and code of indicator."""

    figures: dict[str, Value]
    trends: dict[str, Trend]
    targets: dict[str, tuple[TargetVersion, ...]]


def goals(framework: Framework) -> list[tuple[str, str, Indicator]]:
    """The indicators that state a goal, with the names above them; the budget's execution has a block of its own."""
    return [
        (branch.name, lower.name, indicator)
        for branch in framework.branches
        if branch.name not in NOT_GOALS
        for lower in branch.branches
        for indicator in lower.indicators
        if indicator.measure != EXECUTION
    ]


def read(db: Session, question: Question, framework: Framework) -> Read:
    """Everything for one question, in the caller's snapshot. Raises Refused where the year has no budget yet."""
    now = Reading(db, question)
    _check_year(now)
    wanted = {indicator.measure for _, _, indicator in goals(framework) if indicator.measure and not indicator.per}
    return Read(
        figures=figures_of(now),
        trends=_trends(now, sorted(wanted | {SPENT})),
        targets={one.code: targets(one, question.as_of) for _, _, one in goals(framework)},
    )


def sources(db: Session, question: Question) -> dict[str, dict[str, Decimal]]:
    """Where the funds come from: source → what was granted and spent of it, in 万元."""
    return money.parts(money.entries(db, question), "source")


def targets(indicator: Indicator, day: dt.date) -> tuple[TargetVersion, ...]:
    """The versions of a target that began up to a day, the oldest first; the last one is in force."""
    return tuple(version for version in indicator.targets if version.start <= day)


def _check_year(now: Reading) -> None:
    """In January the measures still speak of last year's budget; a monitoring of the new year cannot."""
    rows, year = MEASURES["budget.appropriated"].rows(now), now.question.as_of.year
    if rows and rows[-1]["on"].year != year:
        raise Refused("The ledger holds no budget of %(year)s as of that day.", year=year)


def _trends(now: Reading, names: Iterable[str]) -> dict[str, Trend]:
    db, question, day = now.db, now.question, now.question.as_of
    ends, gone = month_ends(day), months_gone(day)
    new_year_eve = dt.date(day.year - 1, 12, 31)
    before = (new_year_eve, *ends[:-1])  # the last end is the cut-off itself
    readings = [*(Reading(db, Question(one, question.known_at, question.scope)) for one in before), now]
    found = {}
    for name in names:
        measure, room = MEASURES[name], name.partition(".")[0]
        value = measure.read(now)
        if measure.is_rate:
            found[name] = level((), gone, value)
            continue
        if room in _ANEW:
            standings = _summed(measure.rows(now), _ANEW[room], ends)
            start: Value = type(value)(0) if value is not None else None
        else:
            start, *standings = [measure.read(one) for one in readings]
        found[name] = linear(start, [(f"{end:%Y-%m}", s) for end, s in zip(ends, standings, strict=True)], gone, value)
    return found


def _summed(rows: Sequence[dict[str, Any]], field: str, ends: Sequence[dt.date]) -> list[Value]:
    """The standing at the end of each month, from the rows that make the value."""

    def day(row: dict[str, Any]) -> dt.date:
        at = row[field]
        return at.date() if isinstance(at, dt.datetime) else at

    return [sum((row["value"] for row in rows if day(row) <= end), start=0) for end in ends]
