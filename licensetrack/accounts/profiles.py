"""Profiles of rules for passwords and sessions: 等保 (GB/T 22239) and ASVS contradict each other, so an office chooses.

ASVS 6.2.5 and 6.2.10 forbid demands on the kinds of letters and periodic changes, GB/T 22239 8.1.4.1 a) demands both.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """One set of rules.

    `length`: letters at least. `kinds`: of how many kinds (small, capital, digit, other) at least. `days`: after so
    many a password must be changed, 0 for never. `remembered`: so many of the last passwords, the present one
    included, may not come again. `refuse_common`: passwords that everybody tries first are refused. `idle`: a session
    without a request ends. `absolute`: any session ends.
    """

    name: str
    length: int
    kinds: int
    days: int
    remembered: int
    refuse_common: bool
    idle: dt.timedelta
    absolute: dt.timedelta


MLPS = Profile("mlps", 12, 3, 90, 5, True, dt.timedelta(minutes=30), dt.timedelta(hours=12))
ASVS = Profile("asvs", 12, 1, 0, 1, True, dt.timedelta(minutes=30), dt.timedelta(hours=12))
PROFILES = {profile.name: profile for profile in (MLPS, ASVS)}
LONGEST_MEMORY = max(profile.remembered for profile in PROFILES.values())

# Whose sign-in should need a second factor: who changes accounts, rules or the ledger. Until the security
# administrator demands it, nobody is asked for one.
RECOMMENDED = ("system_administrator", "security_administrator", "audit_administrator", "operator", "reviewer")
