"""How long something may wait before it is due: decisions of the centre, kept as one setting, with sane defaults."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.settings import change_setting, setting

NAME = "reminders.limits"
CHANGE = "reminders:limits:change"
MOST_DAYS = 366

# Days in the calendar; `monitoring` and `evaluation` are days of a year, month and day as in 831 (31 August).
DEFAULTS: Mapping[str, int] = MappingProxyType(
    {
        "import": 30,
        "acceptance": 15,
        "rework": 15,
        "receipt": 7,
        "certificate": 7,
        "submitted": 5,
        "accepted": 5,
        "returned": 15,
        "approved": 10,
        "monitoring": 831,
        "evaluation": 331,
    }
)
DAYS_OF_YEAR = ("monitoring", "evaluation")


def limits(db: Session) -> dict[str, int]:
    """Every limit as it holds now, name → days, or day of the year."""
    return {**DEFAULTS, **setting(db, NAME, {})}


def change_limits(new: Mapping[str, int], *, actor: Actor, seen: Mapping[str, int] | None = None) -> None:
    """Decides the limits anew; what was told stays told. `seen` is what the visitor saw.

    Raises Refused at the field for a number that can not be, Conflict when somebody else changed them meanwhile.
    """
    require(actor, CHANGE)
    for name, value in new.items():
        check_limit(name, value)
    with transaction() as db:
        present = limits(db)
        if seen is not None and dict(seen) != present:
            raise Conflict("Somebody else changed the limits meanwhile. Please look at them again.")
        if {**present, **new} != present:
            change_setting(db, NAME, {**present, **new}, actor=actor, tag=CHANGE)


def check_limit(name: str, value: int) -> None:
    """A limit is 1 to 366 days, or a day of the year. Raises Refused at its field."""
    if name not in DEFAULTS:
        raise Refused("There is no limit “%(name)s”.", name=name)
    if name in DAYS_OF_YEAR:
        try:
            day_in(2001, value)
        except ValueError:
            raise Refused("This is no day of the year: month and day, as in 0831.").at(name) from None
    elif not 1 <= value <= MOST_DAYS:
        raise Refused("A limit is 1 to %(most)s days.", most=MOST_DAYS).at(name)


def day_in(year: int, value: int) -> dt.date:
    """The day of a year that 831 means. Raises ValueError where there is none."""
    return dt.date(year, value // 100, value % 100)
