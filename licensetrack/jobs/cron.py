"""Cron texts: five fields (minute, hour, day, month, weekday), or six with seconds before them, in business time."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache

from apscheduler.triggers.cron import CronTrigger

from licensetrack.core.clock import BUSINESS_ZONE
from licensetrack.core.errors import Refused

FIELDS = ("minute", "hour", "day", "month", "day_of_week")
MOST = {"second": 59, "minute": 59, "hour": 23, "day": 31, "month": 12, "day_of_week": 7}
LEAST = {"day": 1, "month": 1}
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")  # crontab's numbers; the trigger's begin on Monday
_PART = re.compile(r"(\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?")


@lru_cache(maxsize=200)
def trigger_of(text: str) -> CronTrigger:
    """The trigger of a cron text. Raises Refused."""
    parts = fields_of(text)
    trigger = CronTrigger(**{name: _for_trigger(name, value) for name, value in parts.items()}, timezone=BUSINESS_ZONE)
    if trigger.get_next_fire_time(None, dt.datetime(2024, 1, 1, tzinfo=BUSINESS_ZONE)) is None:
        raise Refused("This time never comes.").at("cron")
    return trigger


def fields_of(text: str) -> dict[str, str]:
    """The fields by their names, checked. Raises Refused."""
    values = text.split()
    if len(values) not in (5, 6):
        raise Refused(
            "“%(text)s” is no cron text: five fields are expected, minute, hour, day, month, weekday.", text=text
        ).at("cron")
    found = dict(zip(("second", *FIELDS)[-len(values) :], values, strict=True))
    for name, value in found.items():
        for part in value.split(","):
            _check_part(name, part)
    if found["day"] != "*" and found["day_of_week"] != "*":
        raise Refused("Give days of the month or weekdays, not both.").at("cron")
    return found


def _check_part(name: str, part: str) -> None:
    if (match := _PART.fullmatch(part)) is None or not _is_possible(name, match):
        raise Refused(
            "“%(part)s” is not possible there: numbers, lists (1,15), ranges (1-5) and steps (*/10) are.", part=part
        ).at("cron")


def _is_possible(name: str, match: re.Match[str]) -> bool:
    least, most = LEAST.get(name, 0), MOST[name]
    first, last, step = (None if number is None else int(number) for number in match.group(2, 3, 4))
    numbers = [number for number in (first, last) if number is not None]
    within = all(least <= number <= most for number in numbers) and numbers == sorted(numbers)
    return within and (step is None or 0 < step <= most)


def _for_trigger(name: str, value: str) -> str:
    if name != "day_of_week" or value == "*":
        return value
    days = {WEEKDAYS[number] for match in _PART.finditer(value) for number in _numbers(match)}
    return ",".join(sorted(days, key=WEEKDAYS.index))


def _numbers(match: re.Match[str]) -> range:
    """The weekdays that a part names, 0 to 7."""
    everything, first, last, step = match.group(1) == "*", match.group(2), match.group(3), match.group(4)
    if everything or (step and not last):
        return range(int(first or 0), 7, int(step or 1))
    return range(int(first), int(last or first) + 1, int(step or 1))


def next_after(text: str, instant: dt.datetime) -> dt.datetime | None:
    """The first time of a cron text after an instant, aware, in UTC; None where none comes."""
    trigger = trigger_of(text)
    start = (instant + dt.timedelta(seconds=1)).astimezone(BUSINESS_ZONE).replace(microsecond=0)
    found = trigger.get_next_fire_time(None, start)
    return None if found is None else found.astimezone(dt.UTC)
