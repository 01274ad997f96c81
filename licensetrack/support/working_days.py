"""Working days: Monday to Friday, but for the holidays and exchanged days (调休) that the State Council announces."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from licensetrack.core.errors import Refused

_ONE = dt.timedelta(days=1)
_LONGEST_HOLIDAY = 31


@dataclass(frozen=True)
class Year:
    """The days of one year that are not as their weekday says: day → what for. `source` names the notice."""

    year: int
    source: str
    holidays: Mapping[dt.date, str]
    workdays: Mapping[dt.date, str]


@dataclass(frozen=True)
class WorkingDays:
    """Which days are worked. A year that nobody announced goes by its weekdays."""

    years: Mapping[int, Year] = field(default_factory=dict)

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, dt.date):
            return False
        year = self.years.get(day.year)
        if year is not None:
            if day in year.workdays:
                return True
            if day in year.holidays:
                return False
        return day.weekday() < 5


def parse_year(text: str) -> Year:
    """A year from a file such as calendars/2026.toml. Raises Refused with the line that is wrong."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused("The file can not be read: %(reason)s", reason=str(error)).at("content") from None
    year, source = said.get("year"), said.get("source")
    if not isinstance(year, int) or not 2000 <= year < 2100:
        raise Refused("The file does not say which year it is for.").at("content")
    if not isinstance(source, str) or not source.strip():
        raise Refused("The file does not say which notice it is from.").at("content")
    holidays = _days(said.get("holidays", {}), year, ranges=True)
    workdays = _days(said.get("workdays", {}), year, ranges=False)
    if both := sorted(holidays.keys() & workdays.keys()):
        raise Refused("%(day)s can not be a holiday and a working day.", day=both[0]).at("content")
    if not holidays:
        raise Refused("The file names no holiday.").at("content")
    return Year(year, source.strip()[:80], holidays, workdays)


def _days(said: Any, year: int, *, ranges: bool) -> dict[dt.date, str]:
    """Holidays stand as one day or as first and last day, exchanged working days each for itself."""
    if not isinstance(said, dict):
        raise Refused("The file can not be read: %(reason)s", reason="[holidays]").at("content")
    found: dict[dt.date, str] = {}
    for name, listed in said.items():
        days = [_day(one) for one in listed] if isinstance(listed, list) else []
        if not days or (ranges and len(days) > 2):
            raise Refused("“%(name)s” needs its first and its last day.", name=str(name)[:40]).at("content")
        for day in _between(days[0], days[-1], name) if ranges else days:
            if day.year != year:
                raise Refused("%(day)s does not lie in %(year)s.", day=day, year=year).at("content")
            found[day] = str(name)[:40]
    return found


def _between(first: dt.date, last: dt.date, name: str) -> Iterable[dt.date]:
    length = (last - first).days
    if not 0 <= length < _LONGEST_HOLIDAY:
        raise Refused("“%(name)s” needs its first and its last day.", name=str(name)[:40]).at("content")
    return [first + _ONE * step for step in range(length + 1)]


def _day(said: Any) -> dt.date:
    try:
        return said if type(said) is dt.date else dt.date.fromisoformat(str(said))
    except ValueError:
        raise Refused("“%(text)s” is no day.", text=str(said)[:40]).at("content") from None


@cache
def shipped() -> Mapping[int, Year]:
    """The years that come with the program."""
    folder = files(__package__) / "calendars"
    years = [parse_year(one.read_text("utf-8")) for one in folder.iterdir() if one.name.endswith(".toml")]
    return {year.year: year for year in sorted(years, key=lambda one: one.year)}
