"""Days and moments are read however they are written, and what can be read two ways is an error."""
# ruff: noqa: DTZ001 - wall time without a zone is what spreadsheets hold

import datetime as dt
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.exchange import cells
from licensetrack.exchange.problems import Bad
from tests.exchange.making import full_width


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "2024年3月5日",
            "2024年03月05日",
            "２０２４年３月５日",
            "2024 年 3 月 5 日",
            "2024年3月5号",
            "2024.03.05",
            "2024.3.5",
        ),
        *(
            "2024/3/5",
            "2024/03/05",
            "2024-3-5",
            "2024-03-05",
            "２０２４－０３－０５",
            "2024—03—05",
            "20240305",
            " 2024-03-05 ",
        ),
        *(
            "2024-03-05 00:00:00",
            "2024-03-05T10:20:00",
            "2024/3/5 15:42",
            "2024年3月5日 10时20分",
            "45356",
            "\ufeff2024-3-5",
        ),
        *(45356.0, 20240305.0, dt.date(2024, 3, 5), dt.datetime(2024, 3, 5, 15, 42)),
    ],
)
def test_a_day_is_read_however_it_is_written(cell: cells.Raw) -> None:
    assert cells.day(cell) == dt.date(2024, 3, 5)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("2024年2月31日", cells.NO_SUCH_DAY),
        ("2023-02-29", cells.NO_SUCH_DAY),
        ("2024-13-01", cells.NO_SUCH_DAY),
        ("2024-00-10", cells.NO_SUCH_DAY),
        ("20241301", cells.NO_SUCH_DAY),
        (20241301.0, cells.NO_SUCH_DAY),
        ("2024-03-05 24:00", cells.NO_SUCH_TIME),
        ("2024年9月", cells.DAY_MISSING),
        ("2024.9", cells.DAY_MISSING),
        ("2024-09", cells.DAY_MISSING),
        ("3月5日", cells.DAY_MISSING),
        ("2024", cells.DAY_MISSING),
        ("03/05/2024", cells.DAY_OR_MONTH),
        ("3-5-24", cells.DAY_OR_MONTH),
        ("24.3.5", cells.DAY_OR_MONTH),
        ("1989-12-31", cells.YEAR_RANGE),
        ("2101-01-01", cells.YEAR_RANGE),
        (dt.date(1900, 1, 1), cells.YEAR_RANGE),
        (dt.date(2999, 1, 1), cells.YEAR_RANGE),
        *(
            (text, cells.NOT_DAY)
            for text in ("昨天", "待定", "2024-03/05", "2024-03-05Z", "2024-03-05 08:00+08:00", "-", "/")
        ),
        *(
            (text, cells.NOT_DAY)
            for text in ("二〇二四年三月五日", "2024-3-5至2024-3-9", "99999", "1", "2024-03-05\x00")
        ),
        *((number, cells.NOT_DAY) for number in (0.0, 1.0, 164.0, 2024.9, 45356.5, -45356.0, 1e9, math.nan, math.inf)),
        *((other, cells.NOT_DAY) for other in (True, dt.time(8, 0), dt.timedelta(days=3))),
    ],
)
def test_what_is_no_day_is_an_error_that_says_why(cell: cells.Raw, rule: str) -> None:
    read = cells.day(cell)
    assert isinstance(read, Bad)
    assert read.rule == rule


@given(
    st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31)),
    st.sampled_from(["%Y年%m月%d日", "%Y.%m.%d", "%Y/%m/%d", "%Y-%m-%d", "%Y%m%d"]),
    st.booleans(),
)
def test_every_day_survives_every_way_of_writing_it(day: dt.date, form: str, wide: bool) -> None:
    text = day.strftime(form)
    assert cells.day(full_width(text) if wide else text) == day
    assert cells.day(float((day - dt.date(1899, 12, 30)).days)) == day
    assert cells.day(day) == day


@given(st.text(alphabet="0123456789-/.年月日 :T", max_size=16))
def test_no_text_makes_the_day_reader_fail_or_leave_its_years(text: str) -> None:
    read = cells.day(text)
    assert isinstance(read, Bad) or 1990 <= read.year <= 2100  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        (dt.datetime(2024, 4, 22, 15, 42), dt.datetime(2024, 4, 22, 15, 42)),
        (dt.datetime(2024, 4, 22, 15, 41, 59, 999_999), dt.datetime(2024, 4, 22, 15, 42)),
        ("2024-04-22 15:42", dt.datetime(2024, 4, 22, 15, 42)),
        ("2024年4月22日 15:42:09", dt.datetime(2024, 4, 22, 15, 42, 9)),
        ("2024年4月22日15时42分", dt.datetime(2024, 4, 22, 15, 42)),
        ("２０２４／４／２２　１５：４２", dt.datetime(2024, 4, 22, 15, 42)),
        ("45404", dt.datetime(2024, 4, 22)),
        (45404.654166666667, dt.datetime(2024, 4, 22, 15, 42)),
        (dt.date(2024, 4, 22), dt.datetime(2024, 4, 22)),
        ("2024-04-22", dt.datetime(2024, 4, 22)),
    ],
)
def test_a_moment_is_read_to_the_second(cell: cells.Raw, moment: dt.datetime) -> None:
    assert cells.moment(cell) == moment


@pytest.mark.parametrize("cell", [math.nan, math.inf, -1.5, 0.5, True, dt.time(8, 0), "15:42", "2024-04-22 25:00"])
def test_what_is_no_moment_is_an_error(cell: cells.Raw) -> None:
    assert isinstance(cells.moment(cell), Bad)
