"""Forecasts, lights and what an officer has to say: examples from the form's own note, and what always holds."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.core.errors import Refused
from licensetrack.performance.monitoring_rules import (
    CERTAIN,
    GREEN,
    IMPOSSIBLE,
    POSSIBLE,
    RED,
    YELLOW,
    Judgement,
    check_judgement,
    light,
    light_of_band,
    likelihood_of,
    missing,
)
from licensetrack.performance.monitoring_trend import level, linear, month_ends, months_gone

UNDER = Decimal("0.9")
LIGHTS = [GREEN, YELLOW, RED]
numbers = st.decimals(min_value=0, max_value=10**7, places=2)


@pytest.mark.parametrize(
    ("day", "gone", "ends"),
    [
        (dt.date(2024, 1, 31), "1", 1),
        (dt.date(2024, 7, 31), "7", 7),
        (dt.date(2024, 8, 20), "7.65", 8),
        (dt.date(2024, 2, 29), "2", 2),
        (dt.date(2024, 12, 31), "12", 12),
    ],
)
def test_the_months_gone_are_whole_at_a_month_s_end(day: dt.date, gone: str, ends: int) -> None:
    assert months_gone(day) == Decimal(gone)
    assert len(month_ends(day)) == ends
    assert month_ends(day)[-1] == day


@pytest.mark.parametrize(
    ("start", "value", "gone", "forecast"),
    [
        (0, 2681, "8", 4022),  # 335.125 CPUs a month
        (0, 2377, "7", 4075),
        (1000, 1700, "7", 2200),  # only what was added this year goes on
        (100, 40, "6", 0),  # what was taken back is not owed
        (0, Decimal("2254.50"), "8", Decimal("3381.75")),
        (5, 5, "3", 5),
        (0, 12, "12", 12),
        (None, None, "7", None),
    ],
)
def test_a_count_grows_by_its_monthly_average(start: object, value: object, gone: str, forecast: object) -> None:
    trend = linear(start, [("2024-07", value)], Decimal(gone), value)  # type: ignore[list-item, arg-type]
    assert trend.forecast == forecast
    assert (trend.start, trend.value, trend.standings) == (start, value, (("2024-07", value),))


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(1, 12))
def test_a_forecast_goes_on_the_way_it_went(start: int, value: int, gone: int) -> None:
    forecast = linear(start, (), Decimal(gone), value).forecast
    assert isinstance(forecast, int)
    assert forecast >= 0
    assert forecast >= value if value >= start else forecast <= value
    if gone == 12:
        assert forecast == value


def test_a_rate_stays_at_its_level() -> None:
    assert level((), Decimal(7), Decimal("96.03")).forecast == Decimal("96.03")


@pytest.mark.parametrize(
    ("nature", "forecast", "target", "shown"),
    [
        (">=", "4000", "4000", GREEN),
        (">=", "3999.99", "4000", YELLOW),
        (">=", "3600", "4000", YELLOW),
        (">=", "3599.99", "4000", RED),
        (">", "4000", "4000", YELLOW),
        (">", "4000.01", "4000", GREEN),
        ("=", "100", "100", GREEN),
        ("=", "90", "100", YELLOW),
        ("=", "89.99", "100", RED),
        ("=", "0", "0", GREEN),
        ("=", "1", "0", RED),
        ("<=", "7515", "7515", GREEN),
        ("<=", "8266.5", "7515", YELLOW),
        ("<=", "8266.51", "7515", RED),
        ("<", "7515", "7515", YELLOW),
        ("<", "7514.99", "7515", GREEN),
    ],
)
def test_a_light_goes_by_the_forecast_s_share_of_the_target(
    nature: str, forecast: str, target: str, shown: str
) -> None:
    assert light(nature, Decimal(forecast), Decimal(target), under=UNDER) == shown


def test_nothing_is_lit_without_a_forecast_or_a_target() -> None:
    assert light(">=", None, Decimal(1), under=UNDER) == ""
    assert light(">=", Decimal(1), None, under=UNDER) == ""


@given(st.sampled_from([">=", ">", "=", "<=", "<"]), numbers, numbers, numbers)
def test_a_better_forecast_never_has_a_worse_light(nature: str, one: Decimal, other: Decimal, target: Decimal) -> None:
    low, high = sorted((one, other))
    better, worse = (low, high) if nature in ("<=", "<") or (nature == "=" and target == 0) else (high, low)
    shown = [LIGHTS.index(light(nature, forecast, target, under=UNDER)) for forecast in (better, worse)]
    assert shown[0] <= shown[1]


def test_words_have_lights_and_lights_have_likelihoods() -> None:
    assert [light_of_band(band) for band in ("achieved", "partial", "missed", "")] == [GREEN, YELLOW, RED, ""]
    assert [likelihood_of(shown) for shown in (GREEN, YELLOW, RED, "")] == [CERTAIN, POSSIBLE, "", ""]


@pytest.mark.parametrize(
    ("said", "measured", "qualitative", "field"),
    [
        (Judgement(value=Decimal(5)), True, False, "value"),
        (Judgement(value=Decimal(5)), False, True, "value"),
        (Judgement(band="achieved"), True, False, "band"),
        (Judgement(band="splendid"), False, True, "band"),
        (Judgement(forecast=Decimal(5)), False, True, "forecast"),
        (Judgement(forecast=Decimal(-1), forecast_reason="合同约定"), True, False, "forecast"),
        (Judgement(forecast=Decimal(5), forecast_reason=" "), True, False, "forecast_reason"),
        (Judgement(causes=("weather",)), True, False, "causes"),
        (Judgement(likelihood="maybe"), True, False, "likelihood"),
        (Judgement(mend=True), True, False, "requirement"),
        (Judgement(mend=True, requirement="加快验收"), True, False, "owner"),
        (Judgement(mend=True, requirement="加快验收", owner="运营科"), True, False, "due_on"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(
    said: Judgement, measured: bool, qualitative: bool, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        check_judgement(said, measured=measured, qualitative=qualitative)
    assert refusal.value.field == field


def test_what_fits_passes() -> None:
    whole = Judgement(
        forecast=Decimal(7515), forecast_reason="尾款12月支付", causes=("funds",), cause_note="付款节点在下半年",
        likelihood=CERTAIN, mend=True, requirement="按期支付", owner="财务科", due_on=dt.date(2024, 12, 20),
    )  # fmt: skip
    check_judgement(whole, measured=True, qualitative=False)
    check_judgement(Judgement(band="partial", value_text="正常推进"), measured=False, qualitative=True)
    check_judgement(Judgement(value=Decimal(3), forecast=Decimal(5)), measured=False, qualitative=False)


EXPLAINED = Judgement(causes=("staff",), cause_note="人手不足")


@pytest.mark.parametrize(
    ("said", "shown", "qualitative", "count"),
    [
        (Judgement(), GREEN, False, 0),
        (Judgement(), "", False, 1),  # without a target somebody has to say how likely it is
        (Judgement(likelihood=POSSIBLE), "", False, 0),
        (Judgement(), YELLOW, False, 1),
        (EXPLAINED, YELLOW, False, 0),
        (Judgement(causes=("staff",)), YELLOW, False, 1),
        (EXPLAINED, RED, False, 2),  # how likely, and what is put right
        (Judgement(causes=("staff",), cause_note="人手不足", likelihood=IMPOSSIBLE, mend=True), RED, False, 0),
        (Judgement(), "", True, 2),
        (Judgement(band="achieved"), GREEN, True, 0),
    ],
)
def test_what_is_missing_is_said(said: Judgement, shown: str, qualitative: bool, count: int) -> None:
    assert len(missing(said, shown, has_value=True, qualitative=qualitative)) == count


def test_a_value_that_nothing_counts_is_missing_until_it_is_typed() -> None:
    assert len(missing(Judgement(), GREEN, has_value=False, qualitative=False)) == 1
