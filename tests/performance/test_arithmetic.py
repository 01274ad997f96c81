"""Formulas and conditions are read as offices write them, give exact numbers, and can do nothing else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.core.errors import Refused
from licensetrack.performance.rules.arithmetic import LONGEST, NoNumber, read_expression

D = Decimal
NAMES = {"value": D(80), "target": D(100), "weight": D(10), "a.b_c": D("0.5"), "单价": D(120), "none": None}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("10 - 4 - 3", "3"), ("12 / 4 / 3", "1"), ("2 * 3 + 4", "10"),
        ("0.1 + 0.2", "0.3"), ("-value", "-80"), ("2 - -3", "5"), ("--3", "3"), ("60%", "0.6"), ("value * 50%", "40.0"),
        ("value / target * weight", "8"), ("value÷target×weight", "8"), ("（value＋20）／2".replace("／", "÷"), "50"),
        ("min(value / target, 1) * weight", "8"), ("max(1, 3, 2)", "3"), ("abs(value - target)", "20"),
        ("a.b_c * 2", "1.0"), ("单价 × 2", "240"), ("min(3，4)", "3"), ("((((7))))", "7"), ("10－3", "7"),
        ("1 - 2 + 3", "2"), ("8 / 2 * 3", "12"), ("-(2 + 3) * 2", "-10"), ("  7  ", "7"),
    ],
)  # fmt: skip
def test_a_formula_counts_as_at_school(text: str, number: str) -> None:
    read = read_expression(text)
    assert not read.is_condition
    assert read.compute(NAMES) == D(number)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("value >= target", False), ("value >= 80", True), ("value > 80", False), ("value ≥ 80", True),
        ("value <= 80", True), ("value ≤ 79.99", False), ("value < 80", False), ("value = 80", True),
        ("value = 81", False), ("value >= 60 and value < 80", False), ("value >= 60 and value <= 80", True),
        ("value < 60 or value > 70", True), ("value < 60 or value > 90", False), ("value≥60 且 value≤80", True),
        ("value<60 或 value=80", True), ("1 = 1 or 1 = 2 and 1 = 2", True), ("(1 = 1 or 1 = 2) and 1 = 2", False),
        ("value > 79", True), ("value < 81", True), ("value + 20 = target", True),
    ],
)  # fmt: skip
def test_a_condition_holds_or_not(text: str, holds: bool) -> None:
    read = read_expression(text)
    assert read.is_condition
    assert read.compute(NAMES) is holds


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("", "ends too soon"), ("1 +", "ends too soon"), ("(1", "ends too soon"), ("min(1, 2", "ends too soon"),
        ("1 2", "at “2”"), ("1 + )", r"at “\)”"), ("value value", "at “value”"), ("1 ** 2", r"at “\*”"),
        ("value[0]", r"at “\[”"), ("__import__('os')", "at “'”"), ("lambda: 1", "at “:”"), ("f(1)", r"at “\(”"),
        ("max(1)", r"at “\)”"), ("abs(1, 2)", r"at “\)”"), ("min 1", "at “1”"), ("(1 > 2) + 1", "ends too soon"),
        ("1 + (1 > 2)", "ends too soon"), ("1 and 2", "ends too soon"), ("1 > 2 and 3", "ends too soon"),
        ("3 or 1 > 2", "ends too soon"), ("1 > 2 or 3", "ends too soon"), ("(1 > 2) > 3", "ends too soon"),
        ("3 > (1 > 2)", "ends too soon"), ("-(1 > 2)", "ends too soon"), ("min(1 > 2, 3)", "at “>”"),
        ("min((1 > 2), 3)", "at “,”"), ("1 < 2 < 3", "at “<”"), ("1e5", "at “e5”"), ("1.", r"at “\.”"),
        ("5 %%", "at “%”"),
        ("3 and 1 > 2", "ends too soon"), ("(1 > 2) * 3", "ends too soon"), ("2; 3", "at “;”"),
    ],
)  # fmt: skip
def test_whatever_else_stands_there_is_refused_at_its_sign(text: str, at: str) -> None:
    with pytest.raises(Refused, match=at):
        read_expression(text)


def test_a_formula_is_neither_too_long_nor_too_deep() -> None:
    assert read_expression("1" + "+1" * (LONGEST // 2 - 1)).compute({}) == LONGEST // 2
    assert read_expression("9" * LONGEST).compute({}) > 0
    with pytest.raises(Refused, match="at most 500 signs"):
        read_expression("9" * (LONGEST + 1))
    assert read_expression("(" * 39 + "1" + ")" * 39).compute({}) == 1
    with pytest.raises(Refused, match="cannot be read"):
        read_expression("(" * 40 + "1" + ")" * 40)
    assert read_expression("+".join(["(1)"] * 100)).compute({}) == 100, "side by side is not deep"


@pytest.mark.parametrize("text", ["1 / 0", "0 / 0", "value / (target - 100)", "*".join(["9" * 40] * 12) + " / 0"])
def test_what_has_no_result_says_so(text: str) -> None:
    with pytest.raises(NoNumber, match="has no result"):
        read_expression(text).compute(NAMES)


def test_an_expression_tells_its_names() -> None:
    assert read_expression("min(value, a.b_c) + none").names == {"value", "a.b_c", "none"}
    assert read_expression("abs(7)").names == set()


@given(st.text(alphabet="0123456789.+-*/()<>=,% andorminmaxabsvalue", max_size=40))
def test_no_text_does_anything_but_count_or_be_refused(text: str) -> None:
    try:
        read = read_expression(text)
        made = read.compute(dict.fromkeys(read.names, D(3)))
    except Refused:
        return
    assert isinstance(made, bool if read.is_condition else Decimal)
