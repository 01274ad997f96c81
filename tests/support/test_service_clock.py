"""The clock of a service level: counted as somebody would who looks at every minute."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licensetrack.core.errors import Refused
from licensetrack.support.service_clock import Hours, Pause, parse_hours, stretches, used_up
from licensetrack.support.working_days import WorkingDays, parse_year, shipped

CALENDAR = WorkingDays(shipped())
ALWAYS, OFFICE = Hours(), parse_hours("09:00-12:00,14:00-18:00")
MINUTE = dt.timedelta(minutes=1)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def counted(
    start: dt.datetime, end: dt.datetime, hours: Hours, days: WorkingDays, waited: Sequence[Pause]
) -> dt.timedelta:
    """How much time counts from `start` to `end`: the stretches of the clock, one after the other."""
    total = dt.timedelta()
    for opens, closes in stretches(start, hours, days, waited):
        if opens >= end:
            break
        total += min(closes, end) - opens
    return total


def slowly(start: dt.datetime, end: dt.datetime, hours: Hours, pauses: Sequence[Pause]) -> int:
    """Minutes that count, one looked at after the other."""
    total, now = 0, start
    while now < end:
        minute = now.hour * 60 + now.minute
        worked = not hours.spans or (now.date() in CALENDAR and any(a <= minute < b for a, b in hours.spans))
        waited = any(begin <= now and (until is None or now < until) for begin, until in pauses)
        total += worked and not waited
        now += MINUTE
    return total


moments = st.integers(0, 20 * 24 * 60).map(lambda n: at("2024-09-25 00:00") + n * MINUTE)
spans = st.lists(st.integers(0, 1440), min_size=2, max_size=6, unique=True).map(
    lambda marks: Hours(tuple(zip(sorted(marks)[::2], sorted(marks)[1::2], strict=False)))
)


@st.composite
def pauses(draw: st.DrawFn) -> list[Pause]:
    marks = sorted(draw(st.lists(moments, max_size=6, unique=True)))
    found: list[Pause] = list(zip(marks[::2], marks[1::2], strict=False))
    if len(marks) % 2:
        found.append((marks[-1], None))
    return found


@given(moments, moments, st.one_of(st.just(ALWAYS), st.just(OFFICE), spans), pauses())
@settings(max_examples=150, deadline=None)
def test_what_counts_is_what_a_slow_counting_of_every_minute_says(
    start: dt.datetime, end: dt.datetime, hours: Hours, waited: list[Pause]
) -> None:
    start, end = min(start, end), max(start, end)
    assert counted(start, end, hours, CALENDAR, waited) == slowly(start, end, hours, waited) * MINUTE


@given(moments, st.integers(1, 5000), st.one_of(st.just(ALWAYS), st.just(OFFICE), spans), pauses())
@settings(max_examples=150, deadline=None)
def test_a_limit_is_used_up_at_the_first_moment_by_which_it_has_counted(
    start: dt.datetime, minutes: int, hours: Hours, waited: list[Pause]
) -> None:
    due = used_up(start, minutes * MINUTE, hours, CALENDAR, waited)
    if due is None:
        assert waited[-1][1] is None
        begins = max(waited[-1][0], start)
        assert slowly(start, begins, hours, waited) < minutes
    else:
        assert counted(start, due, hours, CALENDAR, waited) == minutes * MINUTE
        assert counted(start, due - MINUTE, hours, CALENDAR, waited) == (minutes - 1) * MINUTE
        assert slowly(start, min(due, start + 3000 * MINUTE), hours, waited) <= minutes


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2024-09-30 17:30", 60, "2024-10-08 09:30"),  # over the seven days of the National Day
        ("2024-10-11 17:30", 60, "2024-10-12 09:30"),  # a Saturday that is worked in exchange
        ("2024-09-14 10:00", 240, "2024-09-14 16:00"),  # so is that before the Mid-Autumn Festival
        ("2024-05-01 10:00", 60, "2024-05-06 10:00"),  # asked on a holiday: counted from the first working morning
        ("2024-10-08 11:00", 120, "2024-10-08 15:00"),  # not over lunch
    ],
)
def test_working_hours_go_by_the_notices_of_the_state_council(start: str, minutes: int, due: str) -> None:
    assert used_up(at(start), minutes * MINUTE, OFFICE, CALENDAR) == at(due)


def test_round_the_clock_is_round_the_clock() -> None:
    assert used_up(at("2024-10-01 23:50"), 30 * MINUTE, ALWAYS, CALENDAR) == at("2024-10-02 00:20")


def test_a_calendar_without_a_working_day_never_uses_a_limit_up() -> None:
    assert used_up(at("2024-10-01 23:50"), MINUTE, OFFICE, frozenset()) is None


@pytest.mark.parametrize(
    ("year", "holidays", "workdays"), [(2024, 28, 8), (2025, 28, 5), (2026, 33, 6)], ids=["2024", "2025", "2026"]
)
def test_the_years_of_the_program_are_whole(year: int, holidays: int, workdays: int) -> None:
    found = shipped()[year]
    assert found.source.startswith("国办发明电")
    assert (len(found.holidays), len(found.workdays)) == (holidays, workdays)
    assert all(day.weekday() >= 5 for day in found.workdays)


def test_a_year_that_nobody_announced_goes_by_its_weekdays() -> None:
    assert dt.date(2031, 10, 1) in CALENDAR  # a Wednesday
    assert dt.date(2031, 10, 4) not in CALENDAR


YEAR = 'year = 2027\nsource = "国办发明电〔2026〕1号"\n[holidays]\n"元旦" = ["2027-01-01", "2027-01-03"]\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("year = ", "can not be read"),
        (YEAR.replace("year = 2027", "year = 1027"), "which year"),
        (YEAR.replace("国办发明电〔2026〕1号", " "), "which notice"),
        (YEAR.replace("2027-01-03", "2027-02-30"), "is no day"),
        (YEAR.replace("2027-01-03", "2026-12-30"), "first and its last day"),
        (YEAR.replace('["2027-01-01", "2027-01-03"]', '["2028-01-01"]'), "does not lie in"),
        (YEAR.replace('["2027-01-01", "2027-01-03"]', "[]"), "first and its last day"),
        (YEAR + '[workdays]\n"元旦" = ["2027-01-02"]\n', "holiday and a working day"),
        ('year = 2027\nsource = "x"\nholidays = 3\n', "can not be read"),
        ('year = 2027\nsource = "x"\n', "no holiday"),
    ],
)
def test_a_years_file_that_is_wrong_says_what_is_wrong(text: str, reason: str) -> None:
    assert parse_year(YEAR).source == "国办发明电〔2026〕1号"
    with pytest.raises(Refused, match=reason):
        parse_year(text)


@pytest.mark.parametrize("text", ["9-12", "09:00-25:00", "12:00-09:00", "09:00-12:00,11:00-18:00", "09:00-24:30"])
def test_hours_that_make_no_sense_are_refused(text: str) -> None:
    assert parse_hours("09:00-12:00， 14:00-24:00") == Hours(((540, 720), (840, 1440)))
    assert parse_hours("") == ALWAYS
    with pytest.raises(Refused):
        parse_hours(text)
