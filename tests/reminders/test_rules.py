"""Which step is told on which day: each once for who asks every day, the last one alone for who slept over some."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.core.errors import Refused
from licensetrack.reminders import rules
from licensetrack.reminders.limits import DAYS_OF_YEAR, DEFAULTS, check_limit, day_in
from licensetrack.reminders.rules import RULES, Ladder, kind_of_end, roles_that_hear, step_on

ENDS = Ladder((90, 60, 30, 15, 7, 1, 0))


def told(ladder: Ladder, asked: list[int]) -> list[tuple[int, int]]:
    """(days left, step) of what somebody hears who asks on these days, the most days left first."""
    heard: dict[int, int] = {}
    for left in asked:
        step = ladder.latest_step(left)
        if step is not None:
            heard.setdefault(step, left)
    return [(left, step) for step, left in heard.items()]


def test_who_asks_every_day_hears_each_step_on_its_day_and_then_once_a_week() -> None:
    steps = [90, 60, 30, 15, 7, 1, 0, -7, -14, -21]
    assert told(ENDS, list(range(120, -25, -1))) == [(step, step) for step in steps]


def test_what_was_slept_over_is_told_once_at_its_latest_step() -> None:
    assert told(ENDS, [91, *range(20, 10, -1)]) == [(20, 30), (15, 15)]
    assert told(ENDS, [2, -3, -4, -20, -21]) == [(2, 7), (-3, 0), (-20, -14), (-21, -21)]


def test_a_set_that_is_past_its_end_when_it_is_first_seen_is_told_once() -> None:
    assert told(ENDS, [-100]) == [(-100, -98)]
    assert told(Ladder((0,)), [-3]) == [(-3, 0)]


@given(first=st.integers(-60, 200), asked=st.sets(st.integers(0, 200), min_size=1))
def test_a_step_is_never_told_before_its_day_and_never_twice(first: int, asked: set[int]) -> None:
    heard = told(ENDS, [first - day for day in sorted(asked)])
    assert all(left <= step for left, step in heard)
    assert len({step for _, step in heard}) == len(heard)
    assert [step for _, step in heard] == sorted((step for _, step in heard), reverse=True)


def test_the_term_of_a_temporary_set_is_told_from_the_day_after_it() -> None:
    assert kind_of_end("valid_until", temporary=True, days_left=0) == rules.VALIDITY
    assert kind_of_end("valid_until", temporary=True, days_left=-1) == rules.TEMPORARY
    assert kind_of_end("valid_until", temporary=False, days_left=-1) == rules.VALIDITY
    assert kind_of_end("support_end", temporary=True, days_left=-1) == rules.SUPPORT
    end = dt.date(2025, 3, 1)
    days = [end + dt.timedelta(days=n) for n in range(1, 16)]
    assert [step_on(rules.TEMPORARY, end, day) for day in days] == [-1] * 6 + [-7] * 7 + [-14] * 2


def test_managers_hear_of_an_end_only_when_it_is_over() -> None:
    assert rules.MANAGERS not in roles_that_hear(rules.VALIDITY, 0)
    assert rules.MANAGERS in roles_that_hear(rules.VALIDITY, -7)


def test_every_kind_that_waits_has_a_limit_and_no_other() -> None:
    waiting = {rule.limit for rule in RULES.values() if rule.limit}
    assert waiting | set(DAYS_OF_YEAR) == set(DEFAULTS)
    for rule in RULES.values():
        assert rule.hear
        assert sorted(rule.ladder.before, reverse=True) == list(rule.ladder.before)


@pytest.mark.parametrize(("name", "value"), [("import", 0), ("import", 367), ("monitoring", 1301), ("evaluation", 229)])
def test_a_limit_that_can_not_be_is_refused_at_its_field(name: str, value: int) -> None:
    with pytest.raises(Refused) as refusal:
        check_limit(name, value)
    assert refusal.value.field == name


def test_a_day_of_the_year_is_month_and_day() -> None:
    assert day_in(2025, 831) == dt.date(2025, 8, 31)
    for name, value in DEFAULTS.items():
        check_limit(name, value)
