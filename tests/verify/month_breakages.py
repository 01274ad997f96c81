"""How what is kept of a closed month can be broken by SQL, and the month that is broken."""

import datetime as dt

from licensetrack.accounts.permissions import SYSTEM
from licensetrack.measures.months import close_month
from tests.verify.breakages import Case


def close_a_month() -> None:
    """A month before anything happened: no other breakage touches its figures."""
    close_month(dt.date(2023, 12, 31), actor=SYSTEM)


MONTH_CASES = [
    Case(
        "a closed month's figures are still those that were known at its closing",
        ("UPDATE month_figure SET value = '4375' WHERE name = 'virtualization.accepted_cpus'",),
    ),
]
