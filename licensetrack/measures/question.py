"""What is asked of a measure: as of which day, as known at which instant, and of whose rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from licensetrack.accounts.permissions import EVERYWHERE, Scope

Value = int | Decimal | None


@dataclass(frozen=True)
class Question:
    """`as_of` counts to the end of that day, `known_at` leaves out what was recorded later, `scope` says whose rows."""

    as_of: dt.date
    known_at: dt.datetime | None = None
    scope: Scope = EVERYWHERE


def percent(numerator: int | Decimal, denominator: int | Decimal) -> Decimal | None:
    """A rate in percent with two decimals, half up; None where there is nothing to divide by."""
    if not denominator:
        return None
    return (Decimal(numerator) * 100 / Decimal(denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)
