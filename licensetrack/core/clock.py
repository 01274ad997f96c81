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


def business_day(instant: dt.datetime) -> dt.date:
    """The business day on which an aware instant falls."""
    return instant.astimezone(BUSINESS_ZONE).date()
