"""What a score means: the grade of a total, and the deviations that nobody may pass over without a word."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from licensetrack.core.errors import Refused

OVER, UNDER = "over", "under"
Grades = Sequence[tuple[str, Decimal]]


def grade(total: Decimal, grades: Grades) -> str:
    """The grade of a total: (name, from), the best first, each from its bound up to the next, so that 89.5 is 良."""
    for name, start in grades:
        if total >= start:
            return name
    raise Refused("The total %(total)s lies below every grade.", total=total)


def completion(actual: Decimal, target: Decimal | None) -> Decimal | None:
    """Actual over target in percent with two decimals; None without a target to divide by."""
    if not target:
        return None
    return (Decimal(actual) * 100 / target).quantize(Decimal("0.01"), ROUND_HALF_UP)


def deviation(nature: str, actual: Decimal, target: Decimal | None, *, over: Decimal, under: Decimal) -> str | None:
    """`over` from `over` times the target on (1.3), `under` below `under` times it (0.9), else None.

    Only for indicators to be reached (≥, >, =): staying far below a ceiling needs no excuse.
    """
    if not target or nature not in (">=", ">", "="):
        return None
    if actual >= over * target:
        return OVER
    return UNDER if actual < under * target else None
