"""Rules of sign-in: what a password must be, how long a guesser waits, when a session is over."""

from __future__ import annotations

import datetime as dt

from licensetrack.core.errors import Refused

PASSWORD_LENGTH = 12
FREE_FAILURES = 5  # GB/T 22239 8.1.4.1 b): failed sign-ins must be answered; the wait doubles from here on
FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=1)
IDLE = dt.timedelta(minutes=30)
ABSOLUTE = dt.timedelta(hours=12)


def check_password(password: str, login: str) -> None:
    """At least 12 characters of two kinds, and not the login name. Raises Refused in words."""
    if len(password) < PASSWORD_LENGTH:
        raise Refused("A password needs at least %(count)s characters.", count=PASSWORD_LENGTH)
    if _kinds_of_letters(password) < 2:
        raise Refused("A password needs at least two of: small letters, capitals, digits, other signs.")
    if login.lower() in password.lower():
        raise Refused("A password must not contain the login name.")


def _kinds_of_letters(password: str) -> int:
    return sum(
        (
            any(letter.islower() for letter in password),
            any(letter.isupper() for letter in password),
            any(letter.isdigit() for letter in password),
            any(not letter.isalnum() for letter in password),
        )
    )


def wait_after(failures: int) -> dt.timedelta:
    """How long an account stays locked after so many failures in a row."""
    if failures < FREE_FAILURES:
        return dt.timedelta(0)
    doublings = min(failures - FREE_FAILURES, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def is_over(started_at: dt.datetime, seen_at: dt.datetime, at: dt.datetime) -> bool:
    """Whether a session has been idle, or open, for too long."""
    return at - seen_at > IDLE or at - started_at > ABSOLUTE
