"""Targets that pages draw beside figures: those of the frameworks, as they hold on the day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache

from sqlalchemy.orm import Session

from licensetrack.performance import framework, frameworks
from licensetrack.performance.framework import Framework


@cache
def _library() -> tuple[Framework, ...]:
    return tuple(found for found in map(framework.load, framework.library()) if found.year is not None)


def target_of(db: Session, measure: str, day: dt.date) -> int | Decimal | None:
    """The newest target of a measure that holds on a day, as in force; None where no framework sets one.

    The library speaks only where the office has put no framework in force yet.
    """
    versions = [
        version
        for found in frameworks.all_in_force(db) or _library()
        for indicator in found.leaves()
        if indicator.measure == measure and (version := indicator.target_on(day)) is not None
    ]
    return max(versions, key=lambda version: version.start).value if versions else None
