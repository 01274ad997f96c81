"""Targets that pages draw beside figures: those of the evaluation framework, as they hold on the day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache

from licensetrack.performance import framework
from licensetrack.performance.framework import Framework


@cache
def _frameworks() -> tuple[Framework, ...]:
    return tuple(framework.load(code) for code in framework.library())


def target_of(measure: str, day: dt.date) -> int | Decimal | None:
    """The newest target of a measure that holds on a day; None where no framework sets one."""
    versions = [
        version
        for found in _frameworks()
        for indicator in found.leaves()
        if indicator.measure == measure and (version := indicator.target_on(day)) is not None
    ]
    return max(versions, key=lambda version: version.start).value if versions else None
