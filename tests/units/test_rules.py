"""Rules of the directory: what a credit code says, what is in scope, what may happen to a unit on which day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.core.errors import Refused
from licensetrack.units import rules
from licensetrack.units.districts import district_names, known_district, present_district
from tests.trade import day

SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Standing:
    name: str = "深圳市某局"
    stage: str = "in_use"
    ended_on: dt.date | None = None


def test_a_credit_code_of_the_standard_is_one() -> None:
    rules.check_credit_code("91350100M000100Y43")


@given(st.text(SIGNS, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(SIGNS))
def test_one_mistyped_sign_is_always_noticed(body: str, place: int, sign: str) -> None:
    code = body + rules.check_sign(body)
    rules.check_credit_code(code)
    wrong = code[:place] + sign + code[place + 1 :]
    if wrong != code:
        with pytest.raises(Refused, match="mistyped") as refusal:
            rules.check_credit_code(wrong)
        assert refusal.value.field == "credit_code"


@given(st.text(SIGNS, min_size=17, max_size=17), st.integers(0, 15))
def test_two_signs_that_changed_places_are_noticed(body: str, place: int) -> None:
    turned = body[:place] + body[place + 1] + body[place] + body[place + 2 :]
    if turned != body:
        assert rules.check_sign(turned) != rules.check_sign(body)


@pytest.mark.parametrize(
    "code", ["9135010OM000100Y43", "91350100M000100Y4", "91350100m000100y43", "", "统一社会信用代码"]
)
def test_what_has_other_signs_is_no_credit_code(code: str) -> None:
    with pytest.raises(Refused, match="18 signs"):
        rules.check_credit_code(code)


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [("11", "organ"), ("12", "institution"), ("13", "group"), ("19", "group"), ("91", "company"), ("ZZ", "")],
)
def test_a_credit_code_says_what_its_bearer_is(prefix: str, kind: str) -> None:
    assert rules.kind_of_code(prefix + "440300MB2C1234") == kind


def test_a_company_is_warned_of_and_not_refused() -> None:
    assert "company" in rules.scope_concern("91350100M000100Y43", in_scope=True)
    assert "please check" in rules.scope_concern("51440300MB2C1234", in_scope=True)
    assert "outside the scope" in rules.scope_concern("", in_scope=False)
    assert rules.scope_concern("12440300MB2C1234", in_scope=True) == rules.scope_concern("", in_scope=True) == ""


@pytest.mark.parametrize(
    ("stage", "word"), [("merged", "was merged"), ("split", "was split up"), ("closed", "was closed")]
)
def test_a_unit_that_has_ended_can_be_given_nothing_from_that_day_on(stage: str, word: str) -> None:
    unit = Standing(stage=stage, ended_on=day("06-01"))
    rules.check_in_use(unit, day("05-31"))
    for on in (day("06-01"), day("12-31")):
        with pytest.raises(Refused, match=word):
            rules.check_in_use(unit, on)
    with pytest.raises(Refused, match=word):
        rules.check_stands(unit)
    rules.check_in_use(Standing(), day("12-31"))
    rules.check_stands(Standing())


def test_a_change_lies_neither_in_the_future_nor_before_the_last_one(clock: object) -> None:
    rules.check_change_day(day("12-31"), day("12-31"))
    for on, last, word in [
        ("2025-01-01", None, "future"), ("1999-12-31", None, "before the year 2000"),
        ("05-01", "06-01", "later change"),
    ]:  # fmt: skip
        with pytest.raises(Refused, match=word) as refusal:
            rules.check_change_day(day(on), last and day(last))
        assert refusal.value.field == "on"


def test_a_network_is_one_of_three() -> None:
    rules.check_network("")
    rules.check_network("extranet")
    with pytest.raises(Refused):
        rules.check_network("intranet")


@pytest.mark.parametrize(
    ("written", "present"),
    [
        ("光明新区", "光明区"), ("龙华新区", "龙华区"), ("坪山新区", "坪山区"), ("大鹏", "大鹏新区"),
        ("深汕合作区", "深汕特别合作区"), ("前海", "前海合作区"), ("市级", "市本级"), (" 南山 区 ", "南山区"),
    ],
)  # fmt: skip
def test_a_district_has_one_present_name(written: str, present: str) -> None:
    assert present_district(written) == known_district(written) == present
    assert present in district_names()


def test_a_district_of_another_city_stays_as_it_was_written() -> None:
    assert present_district(" 东城区 ") == "东城区"
    assert known_district("东城区") is None
