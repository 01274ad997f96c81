"""The two clocks of the trade: the instant something is recorded, and the business day in Shenzhen."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


def now() -> dt.datetime:
    """The present instant, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The business day now, in Asia/Shanghai, whatever the server's time zone is."""
    return now().astimezone(BUSINESS_ZONE).date()


def month_end(day: dt.date) -> dt.date:
    """The last day of the month in which a day lies."""
    return (day.replace(day=1) + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)


def end_of_month(month: str) -> dt.date:
    """The last day of a month written 2025-03. Raises ValueError."""
    return month_end(dt.date.fromisoformat(f"{month}-01"))


def end_of_month_before(day: dt.date) -> dt.date:
    """The last day of the month before that in which a day lies."""
    return day.replace(day=1) - dt.timedelta(days=1)


def business_day(instant: dt.datetime) -> dt.date:
    """The business day on which an aware instant falls."""
    return instant.astimezone(BUSINESS_ZONE).date()
