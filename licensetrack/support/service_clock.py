"""The clock of a service level: which time counts, and when a limit is used up. Pure; times are wall clock in Shenzhen.

Time counts within the hours (round the clock, or spans of working days) and not while the order waits for its unit.
A limit is used up at the first moment by which so much time has counted; whoever comes later is late.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass

from licensetrack.core.errors import Refused

Pause = tuple[dt.datetime, dt.datetime | None]
"""From, and until; the one that still lasts has no end. In order, and they do not overlap."""

_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_FOREVER = dt.datetime.combine(dt.date.max, dt.time())
_MOST_DAYS = 3660  # a calendar without a working day in ten years has none at all
_DAY = 24 * 60


@dataclass(frozen=True)
class Hours:
    """Spans of a working day, in minutes after midnight; without any the clock never stands still."""

    spans: tuple[tuple[int, int], ...] = ()


def parse_hours(text: str) -> Hours:
    """`09:00-12:00,14:00-18:00`; nothing is round the clock (7×24). Raises Refused at `hours`."""
    spans: list[tuple[int, int]] = []
    for part in filter(None, (piece.strip() for piece in text.replace("，", ",").split(","))):
        found = _SPAN.fullmatch(part)
        if found is None:
            raise Refused("Hours are written like 09:00-12:00,14:00-18:00.").at("hours")
        opens, closes = (int(found[n]) * 60 + int(found[n + 1]) for n in (1, 3))
        if not opens < closes <= _DAY or (spans and opens < spans[-1][1]):
            raise Refused("The hours of a day run forward and do not overlap.").at("hours")
        spans.append((opens, closes))
    return Hours(tuple(spans))


def used_up(
    start: dt.datetime, limit: dt.timedelta, hours: Hours, days: Container[dt.date], pauses: Sequence[Pause] = ()
) -> dt.datetime | None:
    """The first moment by which `limit` has counted since `start`; None while a pause lasts that comes before."""
    left = limit
    for opens, closes in stretches(start, hours, days, pauses):
        if left <= closes - opens:
            return opens + left
        left -= closes - opens
    return None


def stretches(
    start: dt.datetime, hours: Hours, days: Container[dt.date], pauses: Sequence[Pause]
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    """The stretches from `start` on in which time counts, one after the other; the last ends with a pause or never."""
    for opens, closes in _windows(start, hours, days):
        at = opens
        for begin, end in pauses:
            if begin >= closes or at >= closes:
                break
            if end is not None and end <= at:
                continue
            if begin > at:
                yield at, begin
            if end is None:
                return
            at = max(at, end)
        if at < closes:
            yield at, closes


def _windows(start: dt.datetime, hours: Hours, days: Container[dt.date]) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    if not hours.spans:
        yield start, _FOREVER
        return
    for ahead in range(_MOST_DAYS):
        day = start.date() + dt.timedelta(days=ahead)
        if day not in days:
            continue
        midnight = dt.datetime.combine(day, dt.time())
        for opens, closes in hours.spans:
            first = max(midnight + dt.timedelta(minutes=opens), start)
            until = midnight + dt.timedelta(minutes=closes)
            if first < until:
                yield first, until
