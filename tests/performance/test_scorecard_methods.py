"""The methods of practice inside a score card: what an evaluator counts becomes value, points and a total."""

from decimal import Decimal
from typing import Any

import pytest

from licensetrack.core.errors import Refused
from licensetrack.performance.rules.scoring import RULES
from licensetrack.performance.scorecard import Result, gaps, score_all
from licensetrack.performance.working_paper import Mark, working_paper
from tests.performance.test_scorecard import DAY, PUBLISHED, changed, of

D = Decimal


def scored(code: str, rule: str, data: dict[str, Any], mark: Mark, figures: Any = None, **fields: Any) -> Result:
    """The result of one indicator that scores by another rule."""
    found = RULES[rule]
    framework = changed(code, rule=found, settings=found.read(data), **fields)
    return of(score_all(framework, {code: mark}, PUBLISHED | (figures or {}), DAY), code)


def test_elements_that_are_met_are_counted() -> None:
    data = {"elements": ["一", "二", "三", "四"]}
    result = scored("A11", "ELEMENTS", data, Mark(elements=(1, 2, 4)))
    assert (result.value, result.score) == (3, D("2.25"))
    assert scored("A11", "ELEMENTS", data, Mark()).score is None
    assert scored("A11", "ELEMENTS", data, Mark(elements=())).score == 0


def test_a_formula_reads_measures_and_the_value() -> None:
    data = {"formula": "min(value / units.served / 30, 1) × weight"}
    assert scored("C11", "FORMULA", data, Mark()).score == D("7.00")
    assert scored("C11", "FORMULA", data, Mark(), {"virtualization.accepted_cpus": 1860}).score == D("3.50")
    assert scored("C11", "FORMULA", data, Mark(), {"units.served": None}).score is None, "a figure is missing"
    assert scored("C11", "FORMULA", data, Mark(), {"units.served": 0}).score is None, "there is nothing to divide by"


def test_conditions_give_points_by_value() -> None:
    data = {"conditions": [["value >= target", 100], ["value >= target * 0.9", 80]]}
    assert scored("C11", "CONDITION", data, Mark(), {"virtualization.accepted_cpus": 3600}).score == D("5.60")
    assert scored("C11", "CONDITION", data, Mark(), {"virtualization.accepted_cpus": 3599}).score == 0


def test_faults_are_counted_by_hand_or_by_a_measure() -> None:
    data = {"faults": [["超时", "0.5"], ["投诉", 1]]}
    result = scored("C31", "DEDUCT", data, Mark(faults=(2, 1)))
    assert (result.value, result.score) == (3, D("1.00"))
    late = {"faults": [["未导入一套", "0.1"]]}
    counted = scored(
        "C11", "DEDUCT", late, Mark(), {"virtualization.issued_sets": 12}, measure="virtualization.issued_sets"
    )
    assert (counted.value, counted.score) == (12, D("5.80"))
    unknown = scored("C11", "DEDUCT", late, Mark(), {"support.on_time_rate": None}, measure="support.on_time_rate")
    assert unknown.score is None


def test_a_survey_is_valued_and_held_against_its_target() -> None:
    result = scored("D21", "LIKERT", {}, Mark(answers=(50, 30, 15, 4, 1)), measure="")
    assert (result.value, result.value_text, result.score) == (D("81.00"), "81%", D("9.00"))
    assert result.deviation is None
    low = scored("D21", "LIKERT", {}, Mark(answers=(10, 30, 15, 4, 1)), measure="")
    assert low.deviation == "under"
    assert scored("D21", "LIKERT", {}, Mark(answers=(0, 0, 0, 0, 0)), measure="").score is None
    assert scored("D21", "LIKERT", {}, Mark()).score == D("10.00"), "a measure may give the mean"


def test_bands_of_the_office_are_judged() -> None:
    data = {"bands": [["显著", 90], ["一般", 60], ["较差", 0]]}
    assert scored("A11", "BANDS", data, Mark(score=D(2), band="一般")).score == D("2.00")
    with pytest.raises(Refused, match="outside the band"):
        scored("A11", "BANDS", data, Mark(score=D(3), band="一般"))
    with pytest.raises(Refused, match="not a band"):
        scored("A11", "BANDS", data, Mark(score=D(3), band="achieved"))


@pytest.mark.parametrize(
    ("code", "rule", "data", "mark", "said"),
    [
        ("A11", "YESNO", {}, Mark(elements=(1,)), "does not count “elements”"),
        ("A11", "YESNO", {}, Mark(faults=(1,)), "does not count “faults”"),
        ("A11", "YESNO", {}, Mark(answers=(1,)), "does not count “answers”"),
        ("A11", "ELEMENTS", {"elements": ["一"]}, Mark(elements=(2,)), "no element 2"),
        ("A11", "ELEMENTS", {"elements": ["一"]}, Mark(score=D(1)), "follows from its value"),
        ("D21", "LIKERT", {}, Mark(answers=(1, 2, 3, 4, 5)), "its value is not typed"),
        ("C11", "DEDUCT", {"faults": [["错", 1]]}, Mark(faults=(1,)), "its value is not typed"),
    ],
)
def test_a_mark_of_another_rule_is_refused(code: str, rule: str, data: dict[str, Any], mark: Mark, said: str) -> None:
    with pytest.raises(Refused, match=said):
        scored(code, rule, data, mark)


def test_what_was_counted_still_needs_a_reason_for_the_points_it_costs() -> None:
    data = {"faults": [["超时", "0.5"]]}
    lost = scored("C31", "DEDUCT", data, Mark(faults=(1,), evidence=("台账",)))
    assert [gap.message for gap in gaps([lost])] == ["Points are deducted without a reason."]
    assert gaps([scored("C31", "DEDUCT", data, Mark(faults=(0,), evidence=("台账",)))]) == []


def test_a_paper_says_what_was_counted(paper: Any) -> None:
    marks = paper.data["marks"] | {
        "A11": {"elements": [1, 3]},
        "C31": {"faults": [0, 2]},
        "D21": {"answers": [9, 1, 0]},
    }
    read = working_paper(paper.data | {"marks": marks}).marks
    assert (read["A11"].elements, read["C31"].faults, read["D21"].answers) == ((1, 3), (0, 2), (9, 1, 0))
    with pytest.raises(Refused, match="list of whole numbers"):
        working_paper(paper.data | {"marks": {"A11": {"elements": ["1"]}}})
