"""Parameters of rules are read from a file or a form, with what is wrong told at the parameter."""

from decimal import Decimal
from typing import Any

import pytest

from licensetrack.core.errors import Refused
from licensetrack.performance.rules.methods import FIVE_GRADES
from licensetrack.performance.rules.scoring import HAND, RULES
from licensetrack.performance.rules.settings import MOST_ROWS, OWN_NAMES, PARAMETERS, Settings

D = Decimal


@pytest.mark.parametrize(
    ("rule", "data", "field", "said"),
    [
        ("POS_FULL_PROP", {"pass_mark": 60}, "pass_mark", "no parameter"),
        ("PASS60", {"pass_mark": 100}, "pass_mark", "from 0 to below 100"),
        ("PASS60", {"pass_mark": -1}, "pass_mark", "from 0 to below 100"),
        ("PASS60", {"pass_mark": "sixty"}, "pass_mark", "must be a number"),
        ("PASS60", {"pass_mark": "NaN"}, "pass_mark", "must be a number"),
        ("PASS60", {"pass_mark": True}, "pass_mark", "must be a number"),
        ("PASS60", {"pass_mark": 0.5}, "pass_mark", "must be a number"),
        ("SATIS_STEP", {"steps": [[90, 100], [90, 80]]}, "steps", "from the highest down"),
        ("SATIS_STEP", {"steps": [[80, 80], [90, 100]]}, "steps", "from the highest down"),
        ("SATIS_STEP", {"steps": [[90, 80], [80, 100]]}, "steps", "must not rise"),
        ("SATIS_STEP", {"steps": [[90, 101]]}, "steps", "from 0 to 100"),
        ("SATIS_STEP", {"steps": [[90, -1]]}, "steps", "from 0 to 100"),
        ("SATIS_STEP", {"steps": [[90]]}, "steps", "each of 2 parts"),
        ("SATIS_STEP", {"steps": [90, 80]}, "steps", "each of 2 parts"),
        ("SATIS_STEP", {"steps": 90}, "steps", "must be a list"),
        ("ELEMENTS", {"elements": ["一", ""]}, "elements", "must be a text"),
        ("ELEMENTS", {"elements": ["一", 2]}, "elements", "must be a text"),
        ("ELEMENTS", {"elements": ["一"] * (MOST_ROWS + 1)}, "elements", "at most 50 lines"),
        ("FORMULA", {}, "formula", "needs its parameter"),
        ("FORMULA", {"formula": "value >"}, "", "ends too soon"),
        ("FORMULA", {"formula": "value > 3"}, "formula", "is a condition"),
        ("FORMULA", {"formula": " "}, "formula", "must be a text"),
        ("FORMULA", {"formula": "x", "constants": [["value", 3]]}, "constants", "can not be the name"),
        ("FORMULA", {"formula": "x", "constants": [["权重", 3]]}, "constants", "can not be the name"),
        ("FORMULA", {"formula": "x", "constants": [["x + 1", 3]]}, "constants", "can not be the name"),
        ("FORMULA", {"formula": "x", "constants": [["x", 3], ["x", 4]]}, "constants", "twice"),
        ("CONDITION", {}, "conditions", "needs its parameter"),
        ("CONDITION", {"conditions": [["value", 3]]}, "conditions", "is a number"),
        ("CONDITION", {"conditions": [["value > 3", 101]]}, "conditions", "from 0 to 100"),
        ("BANDS", {}, "bands", "needs its parameter"),
        ("BANDS", {"bands": [["好", 60], ["差", 10]]}, "bands", "must begin with 0"),
        ("BANDS", {"bands": [["好", 60], ["差", 60]]}, "bands", "from the highest down"),
        ("BANDS", {"bands": [["好", 60], ["好", 0]]}, "bands", "twice"),
        ("BANDS", {"bands": [["一二三四五六七八九十一", 0]]}, "bands", "too long"),
        ("DEDUCT", {}, "faults", "needs its parameter"),
        ("DEDUCT", {"faults": [["错", 0]]}, "faults", "more than nothing"),
        ("DEDUCT", {"faults": [["错", 1], ["错", 2]]}, "faults", "twice"),
        ("DEDUCT", {"faults": [["错" * 81, 1]]}, "faults", "too long"),
        ("LIKERT", {"scale": [100]}, "scale", "must fall"),
        ("LIKERT", {"scale": [0, 100]}, "scale", "must fall"),
        ("LIKERT", {"scale": [120, 0]}, "scale", "from 0 to 100"),
    ],
)
def test_a_wrong_parameter_is_refused_at_its_name(rule: str, data: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        RULES[rule].read(data)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("rule", "data"),
    [
        ("PASS60", {"pass_mark": 0}), ("SATIS_STEP", {"steps": [[90, 80], [80, 80], [0, 0]]}),
        ("BANDS", {"bands": [["一二三四五六七八九十", 0]]}), ("DEDUCT", {"faults": [["错" * 80, "0.01"]]}),
        ("LIKERT", {"scale": [100, 0]}), ("LIKERT", {"scale": [50, 50]}),
        ("ELEMENTS", {"elements": ["一"] * MOST_ROWS}), ("CONDITION", {"conditions": [["value > 3", 0]]}),
    ],
)  # fmt: skip
def test_what_lies_on_the_edge_is_taken(rule: str, data: dict[str, Any]) -> None:
    RULES[rule].read(data)


def test_what_is_not_set_is_as_the_regulation_has_it() -> None:
    assert RULES["PASS60"].read({}) == Settings()
    assert Settings().pass_mark == 60
    assert Settings().scale == FIVE_GRADES == (100, 75, 50, 25, 0)
    assert RULES["PASS60"].read({"pass_mark": "55"}).pass_mark == D(55), "frozen content keeps decimals as texts"


def test_a_formula_tells_which_figures_it_takes_from_outside() -> None:
    data = {"formula": "budget.spent / price * 权重", "constants": [["price", "120"]]}
    assert RULES["FORMULA"].read(data).names_used() == {"budget.spent", "权重"}
    conditions = {"conditions": [["value > 1", 100], ["target > price", 50]], "constants": [["price", "120"]]}
    assert RULES["CONDITION"].read(conditions).names_used() == {"value", "target"}
    assert Settings().names_used() == set()
    assert set(OWN_NAMES.values()) == {"value", "target", "weight"}


def test_every_parameter_belongs_to_a_rule_and_every_rule_says_what_it_goes_by() -> None:
    assert {name for rule in RULES.values() for name in rule.parameters} == set(PARAMETERS)
    assert [
        code for code, rule in RULES.items() if (rule.compute is None) != (rule.basis in ("band", "yes_no", HAND))
    ] == []
    assert RULES["POS_FULL_PROP"].natures == (">=", ">")
    assert RULES["EQ"].natures == ("=",)
    assert RULES["NEG_LINEAR"].natures == RULES["NEG_RATIO"].natures == ("<=", "<")
    assert RULES["QUAL_3BAND"].natures == RULES["BANDS"].natures == RULES["ELEMENTS"].natures == ("qualitative",)
