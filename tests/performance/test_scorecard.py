"""Marks and figures become scores; what an evaluator may not say is refused, and what is still missing is listed."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from licensetrack.core.errors import Refused
from licensetrack.measures.catalogue import MEASURES
from licensetrack.performance import scorecard
from licensetrack.performance.framework import Framework, Indicator, load
from licensetrack.performance.rules.scoring import RULES
from licensetrack.performance.scorecard import Result, gaps, grade_of, quantity, score_all, total_of
from licensetrack.performance.working_paper import Mark, WorkingPaper

D = Decimal
DAY = dt.date(2024, 12, 31)
FRAMEWORK = load("department-2024")
# What the sample year's ledgers give as of 2024-12-31; the published totals among them.
PUBLISHED: dict[str, Any] = {
    **dict.fromkeys(MEASURES, 0),
    "units.served": 124, "virtualization.accepted_sets": 107, "virtualization.accepted_cpus": 4375,
    "cloud_management.accepted_sets": 71, "cloud_management.accepted_cpus": 20083, "bms.accepted_sets": 6,
    "import.pass_rate": D("100.00"), "import.first_pass_rate": D("83.70"), "budget.appropriated": D(7515),
    "budget.initial": D(7515),
    "budget.received": D(7515), "budget.spent": D(7515), "budget.execution_rate": D("100.00"),
    "support.orders": 389, "support.on_time_rate": D("100.00"), "support.satisfaction_rate": D("98.20"),
}  # fmt: skip


def score(paper: WorkingPaper, figures: dict[str, Any] | None = None, **marks: Mark) -> list[Result]:
    return score_all(FRAMEWORK, dict(paper.marks) | marks, PUBLISHED | (figures or {}), DAY)


def of(results: list[Result], code: str) -> Result:
    return next(result for result in results if result.indicator.code == code)


def changed(code: str, **fields: Any) -> Framework:
    """The framework with one indicator changed."""

    def change(one: Indicator) -> Indicator:
        return dataclasses.replace(one, **fields) if one.code == code else one

    branches = tuple(
        dataclasses.replace(
            first,
            branches=tuple(
                dataclasses.replace(second, indicators=tuple(change(one) for one in second.indicators))
                for second in first.branches
            ),
        )
        for first in FRAMEWORK.branches
    )
    return dataclasses.replace(FRAMEWORK, branches=branches)


def test_the_sample_year_scores_99_and_is_excellent(paper: WorkingPaper) -> None:
    results = score(paper)
    assert total_of(results) == D("99.00")
    assert grade_of(FRAMEWORK, results) == "优"
    assert gaps(results) == []


def test_the_one_lost_point_stands_at_one_indicator_and_is_called_an_assumption(paper: WorkingPaper) -> None:
    lost = [result for result in score(paper) if result.score != result.indicator.weight]
    assert [result.indicator.code for result in lost] == ["A22"]
    assert lost[0].indicator.weight - (lost[0].score or 0) == 1
    assert lost[0].mark.assumption
    assert "假设" in lost[0].mark.reason
    assert "未载明" in lost[0].mark.reason
    conclusion = next(section for section in paper.sections if section.title.startswith("三、"))
    assert any("假设" in paragraph and "未载明" in paragraph for paragraph in conclusion.paragraphs)


def test_values_come_from_their_measures(paper: WorkingPaper) -> None:
    results = score(paper)
    assert of(results, "C11").value == 4375
    assert of(results, "C11").value_text == "4375个CPU"
    assert of(results, "C12").value_text == "20083个CPU"
    assert of(results, "C21").value_text == "100%"
    assert of(results, "C41").value_text == "7515万元"
    assert of(results, "B11").value == D("100.00")
    assert of(results, "A11").value_text == "立项依据充分"
    assert scorecard.target_text(of(results, "C11").indicator, of(results, "C11").target, DAY) == "≥4000个CPU"
    assert scorecard.target_text(of(results, "C12").indicator, of(results, "C12").target, DAY) == "未设定"
    assert scorecard.target_text(of(results, "C41").indicator, of(results, "C41").target, DAY) == "≤7515万元"
    assert scorecard.target_text(of(results, "A11").indicator, None, DAY) == "立项依据充分"


def test_a_lower_value_loses_points_by_its_rule_and_asks_for_reason_and_explanation(paper: WorkingPaper) -> None:
    results = score(paper, {"virtualization.accepted_cpus": 3000}, C11=Mark(evidence=("台账",)))
    assert of(results, "C11").score == D("5.25")
    assert [(gap.code, gap.message) for gap in gaps(results)] == [
        ("C11", "Points are deducted without a reason."),
        ("C11", "The value is far from its target: an explanation is missing."),
    ]
    told = Mark(reason="需求推迟", explanation="三家单位推迟建设", evidence=("台账",))
    assert gaps(score(paper, {"virtualization.accepted_cpus": 3000}, C11=told)) == []


def test_a_value_far_above_its_target_asks_for_an_explanation(paper: WorkingPaper) -> None:
    results = score(paper, {"virtualization.accepted_cpus": 5200})
    assert of(results, "C11").score == 7
    assert [gap.message for gap in gaps(results)] == ["The value is far from its target: an explanation is missing."]


def test_a_budget_not_executed_asks_for_an_explanation(paper: WorkingPaper) -> None:
    results = score(paper, {"budget.execution_rate": D("89.99")})
    assert of(results, "B12").score == D("4.50")
    assert [gap.code for gap in gaps(results)] == ["B12"]


def test_what_an_evaluation_lacks_is_listed_whole(paper: WorkingPaper) -> None:
    results = score(paper, A11=Mark(), A12=Mark(score=D(3), band="achieved", evidence=("批复",)))
    assert [(gap.code, gap.message) for gap in gaps(results)] == [
        ("A11", "The score is missing."),
        ("A11", "The evidence wanted is not named."),
        ("A12", "A score given by hand needs its reason."),
    ]
    assert grade_of(FRAMEWORK, results) == ""
    assert total_of(results) == 96


def test_an_assumption_is_stated(paper: WorkingPaper) -> None:
    told = dataclasses.replace(paper.marks["C11"], assumption=True, reason="")
    assert [gap.message for gap in gaps(score(paper, C11=told))] == ["An assumption must be stated as one."]


def test_a_measure_without_a_value_leaves_no_score(paper: WorkingPaper) -> None:
    results = score(paper, {"support.satisfaction_rate": None, "budget.appropriated": 0})
    assert of(results, "D21").score is None
    assert of(results, "D21").value_text == ""
    assert of(results, "B11").value is None


@pytest.mark.parametrize(
    ("code", "mark", "said"),
    [
        ("C11", Mark(value=D(4375)), "reads the measure virtualization.accepted_cpus; its value is not typed"),
        ("C11", Mark(score=D(7)), "follows from its value"),
        ("A11", Mark(score=D(3), band="achieved", deduct=D(1)), "give its score, not a deduction"),
        ("A11", Mark(score=D(2), band="achieved"), "outside the band"),
        ("A11", Mark(score=D(3)), "not a band"),
        ("C12", Mark(score=D(6)), "outside 0 to 5"),
        ("Z99", Mark(score=D(6)), "no such indicator"),
    ],
)
def test_a_mark_that_does_not_fit_is_refused(paper: WorkingPaper, code: str, mark: Mark, said: str) -> None:
    with pytest.raises(Refused, match=said):
        score(paper, **{code: mark})


def test_a_target_set_too_low_may_cost_points_with_a_reason(paper: WorkingPaper) -> None:
    results = score(paper, C11=Mark(deduct=D("0.5"), evidence=("台账",)))
    assert of(results, "C11").score == D("6.50")
    assert [gap.message for gap in gaps(results)] == ["Points are deducted without a reason."]
    assert of(score(paper, C11=Mark(deduct=D(99))), "C11").score == 0


def test_a_question_of_yes_or_no_is_answered(paper: WorkingPaper) -> None:
    framework = changed("A11", rule=RULES["YESNO"])
    for met, points in [(True, 3), (False, 0), (None, None)]:
        results = score_all(framework, {"A11": Mark(met=met)}, PUBLISHED, DAY)
        assert of(results, "A11").score == points


def test_a_value_without_a_measure_is_the_evaluators(paper: WorkingPaper) -> None:
    framework = changed("C11", measure="")
    results = score_all(framework, {"C11": Mark(value=D(2000))}, PUBLISHED, DAY)
    assert (of(results, "C11").value, of(results, "C11").score) == (2000, D("3.50"))


def test_a_target_may_be_another_figure(paper: WorkingPaper) -> None:
    framework = changed("C41", targets=(), target_from="budget.received")
    results = score_all(framework, {}, PUBLISHED | {"budget.received": D(6000)}, DAY)
    assert (of(results, "C41").target, of(results, "C41").score) == (6000, D("3.74"))
    results = score_all(framework, {}, PUBLISHED | {"budget.received": None}, DAY)
    assert of(results, "C41").score is None


def test_quantities_are_written_without_idle_zeros() -> None:
    assert quantity(D("98.20"), "%") == "98.2%"
    assert quantity(D(7500), "万元") == "7500万元"
    assert quantity(None, "%") == ""
