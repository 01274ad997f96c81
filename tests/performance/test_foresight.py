"""Ways to look ahead say what they say plainly, and how far they were off before."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.performance.foresight import (
    AHEAD,
    METHODS,
    Foresight,
    foresee,
    mean_growth,
    past_error,
    same_growth,
    stays,
    straight_line,
)

D = Decimal
STEADY = [100 + 10 * month for month in range(36)]
SEASONS = [100 + 50 * (month // 12) + (50 if month % 12 >= 6 else 0) for month in range(36)]


def of(code: str, history: list[int]) -> Foresight:
    return next(found for found in foresee(history) if found.method.code == code)


def test_each_method_says_what_its_name_says() -> None:
    assert stays([1, 2, 7], 3) == [7, 7, 7]
    assert mean_growth([0, 10, 10, 30], 2) == [40, 50]
    assert mean_growth([5, *STEADY[:13]], 1) == [STEADY[12] + D(10)], "only the last twelve months"
    assert straight_line([0, 10, 20, 30, 40, 50], 3) == [60, 70, 80]
    assert straight_line([900] * 6 + STEADY[:24], 1) == [STEADY[23] + D(10)], "only the last two years"
    assert same_growth([100] * 6 + [150] * 7, 7)[:6] == [150] * 5 + [200]


def test_a_steady_growth_is_foreseen_without_an_error() -> None:
    for code in ("mean_growth", "straight_line", "same_growth"):
        found = of(code, STEADY)
        assert found.values[-1] == STEADY[-1] + 10 * AHEAD
        assert found.error is not None
        assert (found.error.span, found.error.worst, found.error.percent) == (12, 0, D("0.0"))
        assert found.low == found.high == found.values


def test_the_last_value_is_off_by_a_years_growth_and_its_range_widens_with_time() -> None:
    found = of("stays", STEADY)
    assert found.error is not None
    assert (found.error.trials, found.error.mean, found.error.worst) == (24, D("120.0"), 120)
    assert (found.values[11], found.low[11], found.high[11]) == (450, 330, 570)
    assert (found.low[35], found.high[35]) == (90, 810)


def test_busy_months_stay_busy() -> None:
    found = of("same_growth", SEASONS)
    assert (found.values[0] - SEASONS[-1], found.values[6] - found.values[5]) == (0, 50)


@pytest.mark.parametrize(
    ("months", "codes"),
    [
        (1, ["stays"]), (3, ["stays"]), (4, ["stays", "mean_growth"]), (6, ["stays", "mean_growth", "straight_line"]),
        (12, ["stays", "mean_growth", "straight_line"]),
        (13, ["stays", "mean_growth", "straight_line", "same_growth"]),
    ],
)  # fmt: skip
def test_a_method_speaks_when_there_is_enough_history(months: int, codes: list[str]) -> None:
    assert [found.method.code for found in foresee(STEADY[:months])] == codes


def test_nothing_is_foreseen_from_nothing_and_an_untried_method_has_no_range() -> None:
    assert foresee([]) == []
    untried = of("stays", [5, 6, 7])
    assert (untried.error, untried.low[0], untried.high[-1]) == (None, None, None)
    tried = of("stays", [5, 6, 8, 8])
    assert tried.error is not None
    assert (tried.error.span, tried.error.trials, tried.error.mean, tried.error.worst) == (1, 3, D("1.0"), 2)
    assert tried.error.percent == D("13.6")


def test_the_past_is_tried_over_the_longest_span_that_it_allows() -> None:
    method = METHODS[0]
    spans = {months: found.span for months in range(4, 20) if (found := past_error(method, STEADY[:months]))}
    assert spans[5] == 1
    assert spans[6] == 3
    assert spans[9] == 6
    assert spans[15] == 12
    assert past_error(method, [0] * 20) is not None
    assert past_error(method, [0] * 20).percent is None  # type: ignore[union-attr]


def test_no_licences_are_held_below_nothing() -> None:
    found = of("mean_growth", [100, 90, 80, 60, 50, 45, 30, 20])
    assert found.values[-1] == 0
    assert min(value for value in found.low if value is not None) == 0


@given(st.lists(st.integers(0, 5000), min_size=1, max_size=40))
def test_every_value_lies_within_its_range(history: list[int]) -> None:
    for found in foresee(history):
        assert len(found.values) == len(found.low) == len(found.high) == AHEAD
        for value, low, high in zip(found.values, found.low, found.high, strict=True):
            assert value >= 0
            if low is not None and high is not None:
                assert low <= value <= high
