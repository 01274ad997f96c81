"""The six methods of practice: elements, formula, conditions, bands, faults, a survey's answers."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensetrack.core.errors import Refused
from licensetrack.performance.rules.arithmetic import NoNumber
from licensetrack.performance.rules.methods import banded, bands_from, by_conditions, by_elements, by_faults, mean_grade
from licensetrack.performance.rules.scoring import RULES, Case, computed

D = Decimal
FIVE = {"elements": ["一", "二", "三", "四", "五"]}
SHARE = {"formula": "min(实际值 / 指标值, 1) × 权重"}
SAVING = {"formula": "(1 - spent / budget) / goal * weight", "constants": [["goal", "0.05"]]}
STEPS = {"conditions": [["value ≥ target", 100], ["value ≥ target × 90%", 80], ["value ≥ 0.6 × target", "50"]]}
BOTH = {"conditions": [["spent ≤ budget and value ≥ target", 100], ["value ≥ target", 60]]}
FAULTS = {"faults": [["超时一次", "0.5"], ["投诉一次", 2]]}
NAMES = {"spent": D(7400), "budget": D(7515), "missing": None}


def score(rule: str, weight: str, data: dict[str, Any] | None = None, **case: Any) -> Decimal:
    for name in ("actual", "target"):
        case[name] = None if case.get(name) is None else D(case[name])
    found = RULES[rule]
    return computed(found, Case(D(weight), found.read(data or {}), **case))


@pytest.mark.parametrize(
    ("rule", "data", "case", "points"),
    [
        ("ELEMENTS", FIVE, {"counts": (1, 2, 3, 4, 5)}, "10.00"),
        ("ELEMENTS", FIVE, {"counts": (1, 3, 5, 2)}, "8.00"),
        ("ELEMENTS", FIVE, {"counts": ()}, "0.00"),
        ("ELEMENTS", {"elements": ["a", "b", "c"]}, {"counts": (2,)}, "3.33"),
        ("ELEMENTS", {"elements": ["a", "b", "c"]}, {"counts": (3, 1)}, "6.67"),
        ("FORMULA", SHARE, {"actual": 80, "target": 100}, "8.00"),
        ("FORMULA", SHARE, {"actual": 180, "target": 100}, "10.00"),
        ("FORMULA", SAVING, {"names": NAMES}, "3.06"),
        ("FORMULA", {"formula": "weight - 3"}, {}, "7.00"),
        ("FORMULA", {"formula": "weight + 3"}, {}, "10.00"),
        ("FORMULA", {"formula": "weight - 30"}, {}, "0.00"),
        ("FORMULA", {"formula": "0.005"}, {}, "0.01"),
        ("CONDITION", STEPS, {"actual": 100, "target": 100}, "10.00"),
        ("CONDITION", STEPS, {"actual": "99.99", "target": 100}, "8.00"),
        ("CONDITION", STEPS, {"actual": 90, "target": 100}, "8.00"),
        ("CONDITION", STEPS, {"actual": "89.99", "target": 100}, "5.00"),
        ("CONDITION", STEPS, {"actual": 59, "target": 100}, "0.00"),
        ("CONDITION", BOTH, {"actual": 5, "target": 4, "names": NAMES}, "10.00"),
        ("CONDITION", BOTH, {"actual": 5, "target": 4, "names": NAMES | {"spent": D(8000)}}, "6.00"),
        ("DEDUCT", FAULTS, {"counts": (0, 0)}, "10.00"),
        ("DEDUCT", FAULTS, {"counts": (3, 1)}, "6.50"),
        ("DEDUCT", FAULTS, {"counts": (20, 0)}, "0.00"),
        ("DEDUCT", FAULTS, {"counts": (0, 9)}, "0.00"),
        ("LIKERT", None, {"actual": "86.25"}, "8.63"),
        ("LIKERT", None, {"actual": "86.25", "target": 80}, "10.00"),
        ("LIKERT", None, {"actual": 72, "target": 90}, "8.00"),
        ("LIKERT", None, {"actual": 0}, "0.00"),
    ],
)
def test_a_method_gives_the_points_of_the_table(rule: str, data: Any, case: dict[str, Any], points: str) -> None:
    found = score(rule, "10", data, **case)
    assert found == D(points)
    assert found.as_tuple().exponent == -2


def test_an_element_is_one_of_those_that_there_are_and_named_once() -> None:
    for met in [(0,), (6,), (1, -1)]:
        with pytest.raises(Refused, match="there are 5"):
            by_elements(met, 5, D(10))
    with pytest.raises(Refused, match="named twice"):
        by_elements((2, 2), 5, D(10))


def test_faults_are_counted_by_kind_and_never_below_nothing() -> None:
    for counts in [(), (1,), (1, 2, 3)]:
        with pytest.raises(Refused, match="2 kinds of faults"):
            by_faults(counts, [D(1), D(2)], D(10))
    with pytest.raises(Refused, match="not be negative"):
        by_faults((0, -1), [D(1), D(2)], D(10))


@pytest.mark.parametrize(
    ("answers", "mean"),
    [
        ((10, 0, 0, 0, 0), "100"), ((0, 10, 0, 0, 0), "75"), ((0, 0, 7, 0, 0), "50"), ((0, 0, 0, 0, 3), "0"),
        ((1, 0, 0, 0, 1), "50"), ((50, 30, 15, 4, 1), "81"), ((1, 1, 1, 0, 0), "75"), ((2, 1, 0, 0, 0), "91.67"),
        ((0, 0, 0, 2, 1), "16.67"),
    ],
)  # fmt: skip
def test_answers_have_a_mean_worth(answers: tuple[int, ...], mean: str) -> None:
    assert mean_grade(answers) == D(mean)


def test_a_scale_of_its_own_values_the_answers() -> None:
    assert mean_grade((1, 1, 1), (D(100), D(60), D(0))) == D("53.33")
    assert mean_grade((0, 0, 0, 0, 0)) is None
    with pytest.raises(Refused, match="5 grades"):
        mean_grade((1, 2, 3))
    with pytest.raises(Refused, match="not be negative"):
        mean_grade((1, 2, 3, -1, 0))


BANDS = bands_from([("显著", D(90)), ("较好", D(75)), ("一般", D(60)), ("较差", D(0))])


@pytest.mark.parametrize(
    ("band", "inside", "outside"),
    [
        ("显著", ["18", "20"], ["17.99", "20.01"]),
        ("较好", ["15", "17.99"], ["14.99", "18"]),
        ("一般", ["12", "14.99"], ["11.99", "15"]),
        ("较差", ["0", "11.99"], ["12", "-0.01"]),
    ],
)
def test_an_office_may_have_bands_of_its_own(band: str, inside: list[str], outside: list[str]) -> None:
    for mark in inside:
        assert banded(D(mark), band, D(20), BANDS) == D(mark)
    for mark in outside:
        with pytest.raises(Refused, match="outside the band"):
            banded(D(mark), band, D(20), BANDS)
    with pytest.raises(Refused, match="one of 显著, 较好, 一般, 较差"):
        banded(D(1), "achieved", D(20), BANDS)


def test_a_formula_without_a_result_gives_no_points() -> None:
    with pytest.raises(NoNumber):
        score("FORMULA", "10", {"formula": "value / 0"}, actual=1)
    with pytest.raises(NoNumber):
        score("CONDITION", "10", {"conditions": [["value / target > 1", 100]]}, actual=1, target=0)


def test_the_first_condition_that_holds_counts() -> None:
    assert by_conditions([("1 = 1", D(30)), ("2 = 2", D(100))], {}, D(10)) == D(3)
    assert by_conditions([("1 = 2", D(30))], {}, D(10)) == 0


WEIGHTS = st.integers(min_value=1, max_value=10_000).map(lambda cents: D(cents) / 100)
NUMBERS = st.decimals(min_value=-1000, max_value=10_000, places=2)


@given(st.integers(1, 12).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(1, n)))), WEIGHTS)
def test_one_more_element_never_costs_points(found: tuple[int, set[int]], weight: Decimal) -> None:
    elements, met = found
    scores = [by_elements(sorted(met)[:count], elements, weight) for count in range(len(met) + 1)]
    assert scores == sorted(scores)
    assert 0 <= scores[0] <= scores[-1] <= weight
    assert by_elements(range(1, elements + 1), elements, weight) == weight


@given(st.lists(st.tuples(st.integers(0, 50), st.decimals("0.01", 10, places=2)), max_size=5), WEIGHTS)
def test_one_more_fault_never_gives_points(kinds: list[tuple[int, Decimal]], weight: Decimal) -> None:
    counts, costs = [count for count, _ in kinds], [cost for _, cost in kinds]
    found = by_faults(counts, costs, weight)
    assert 0 <= found <= weight
    for kind in range(len(kinds)):
        more = [count + (place == kind) for place, count in enumerate(counts)]
        assert by_faults(more, costs, weight) <= found


@given(NUMBERS, NUMBERS, WEIGHTS)
def test_a_formula_never_leaves_its_span(value: Decimal, target: Decimal, weight: Decimal) -> None:
    case = Case(weight, RULES["FORMULA"].read({"formula": "value - target * 2"}), value, target)
    assert 0 <= computed(RULES["FORMULA"], case) <= weight


@given(st.lists(st.integers(0, 1000), min_size=5, max_size=5), st.integers(0, 3))
def test_a_better_answer_never_lowers_the_mean(answers: list[int], grade: int) -> None:
    answers[grade + 1] += 1
    better = [*answers]
    better[grade], better[grade + 1] = better[grade] + 1, better[grade + 1] - 1
    low, high = mean_grade(answers), mean_grade(better)
    assert low is not None
    assert high is not None
    assert 0 <= low <= high <= 100
