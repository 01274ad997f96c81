"""Grades lie on half-open intervals, and what is far from its target is noticed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.core.errors import Refused
from licensetrack.performance.framework import load
from licensetrack.performance.rules.grading import OVER, UNDER, completion, deviation, grade
from licensetrack.performance.rules.separation import check_other_person

D = Decimal
GRADES = load("department-2024").grades


@pytest.mark.parametrize(
    ("total", "name"),
    [
        ("100", "优"), ("90", "优"), ("89.99", "良"), ("89.5", "良"), ("80", "良"), ("79.99", "中"), ("60", "中"),
        ("59.99", "差"), ("0", "差"),
    ],
)  # fmt: skip
def test_a_total_has_one_grade(total: str, name: str) -> None:
    assert grade(D(total), GRADES) == name


def test_a_total_below_every_grade_is_refused() -> None:
    with pytest.raises(Refused, match="below every grade"):
        grade(D(10), [("优", D(90))])


@given(st.decimals(min_value=0, max_value=100, places=2), st.decimals(min_value=0, max_value=100, places=2))
def test_more_points_never_give_a_worse_grade(one: Decimal, other: Decimal) -> None:
    names = [name for name, _ in GRADES]
    assert (one >= other) <= (names.index(grade(one, GRADES)) <= names.index(grade(other, GRADES)))


def test_completion_is_a_percentage_with_two_decimals() -> None:
    assert completion(D(4375), D(4000)) == D("109.38")
    assert completion(D(20083), None) is None
    assert completion(D(1), D(0)) is None


@pytest.mark.parametrize(
    ("nature", "actual", "target", "found"),
    [
        (">=", "4375", "4000", None),
        (">=", "5199", "4000", None),
        (">=", "5200", "4000", OVER),
        (">", "5200", "4000", OVER),
        ("=", "130", "100", OVER),
        (">=", "3600", "4000", None),
        (">=", "3599", "4000", UNDER),
        ("=", "89.99", "100", UNDER),
        ("<=", "1", "4000", None),
        ("<", "9000", "4000", None),
        ("qualitative", "1", "4000", None),
        (">=", "20083", None, None),
        (">=", "5", "0", None),
    ],
)
def test_a_third_above_or_a_tenth_below_the_target_asks_for_a_word(
    nature: str, actual: str, target: str | None, found: str | None
) -> None:
    aim = None if target is None else D(target)
    assert deviation(nature, D(actual), aim, over=D("1.3"), under=D("0.9")) == found


def test_whoever_completed_an_evaluation_neither_reviews_nor_signs_it() -> None:
    done = [("evaluate", "pan"), ("complete", "pan"), ("review", "rao")]
    for action, login in [("review", "pan"), ("sign", "pan"), ("sign", "rao")]:
        with pytest.raises(Refused, match="another person"):
            check_other_person(done, action, login)
    check_other_person(done, "sign", "mei")
    check_other_person([("evaluate", "pan")], "complete", "pan")
    with pytest.raises(Refused, match="another person"):
        check_other_person([("complete", "pan")], "review", "pan")


def test_a_sending_back_begins_anew() -> None:
    done = [("complete", "pan"), ("review", "rao"), ("send_back", "mei"), ("complete", "rao")]
    check_other_person(done, "review", "pan")
    with pytest.raises(Refused, match="another person"):
        check_other_person(done, "review", "rao")
