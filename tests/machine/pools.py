"""Small pools on purpose, so that acts meet the same units, sets and days again and again; plain data, no program."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

BEGIN = dt.date(2024, 6, 1)  # "today" when a life begins
FIRST = dt.date(2024, 3, 1)  # no fact is told for a day before

UNITS = {"SZ0001": "福田区", "SZ0002": "福田区", "SZ0003": "南山区"}  # code → district at the beginning
DISTRICTS = ("福田区", "南山区")
CATEGORY = "公立学校"
METRIC = {"virtualization": "cpu", "cloud_management": "cpu", "bms": "set"}
CAPPED = "virtualization"
CAP_SETS, CAP_CPUS = 4, 100  # small against what is asked for: hit often
MOST_CPUS = 1_000_000
WORDS = {  # what may be said of a set besides its figures
    "platform": ("云甲", "云乙"),
    "site": ("一号机房", "二号机房"),
    "edition": ("标准版", "高级版"),
    "fingerprint": ("ESN-1", "ESN-2", "ESN-3"),
    "valid_until": ("2024-07-01", "2025-03-01", "2026-03-01"),
}
SETS = 9  # so many numbers there are; a tenth issue asks for one that exists


class Person(NamedTuple):
    """Somebody who acts: a role, and whose rows that person may see (all, a district, a unit by its code)."""

    role: str
    scope: str = "all"
    value: str = ""


PEOPLE = {
    "alice": Person("operator"),
    "amber": Person("operator", "district", "福田区"),
    "bob": Person("unit_user", "unit", "SZ0001"),
    "charlie": Person("unit_user", "unit", "SZ0003"),
    "victor": Person("vendor_engineer"),
    "oscar": Person("operator"),
    "rita": Person("reviewer"),
    "rolf": Person("reviewer"),
    "dana": Person("auditor"),
    "mona": Person("manager"),
}
