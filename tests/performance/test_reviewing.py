"""A reviewer's score stands beside the unit's own, counts in its place, and is overtaken when the unit's changes."""

from decimal import Decimal

import pytest
from sqlalchemy import Engine, select

from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.performance import queries
from licensetrack.performance.evaluations import (
    complete_evaluation,
    evaluate,
    review_evaluation,
    rework_evaluation,
    send_back_evaluation,
    sign_evaluation,
)
from licensetrack.performance.models import Evaluation, IndicatorResult
from licensetrack.performance.reviewing import review_score
from licensetrack.performance.working_paper import Mark, WorkingPaper
from tests.performance.conftest import MANAGER, OFFICER, REVIEWER, SmallYear
from tests.performance.test_evaluations import rows, with_marks

D = Decimal
WHY = "要点三依据不足"
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def set_score(found: Evaluation, score: str | None = "2.5", reason: str = WHY) -> Evaluation:
    return review_score(found, "A11", score=None if score is None else D(score), reason=reason, actor=REVIEWER)


def stored(code: str = "A11") -> IndicatorResult:
    with reading() as db:
        return db.scalars(select(IndicatorResult).where(IndicatorResult.code == code)).one()


def test_the_reviewed_score_counts_and_is_signed_beside_the_own(year: SmallYear, paper: WorkingPaper) -> None:
    completed = complete_evaluation(evaluate(paper, actor=OFFICER), actor=OFFICER)
    assert (completed.total, completed.own_total) == (D(99), None)
    found = set_score(completed)
    assert (found.stage, found.total, found.own_total, found.grade) == ("completed", D("98.50"), D(99), "优")
    assert (stored().score, stored().own_score, stored().review_reason) == (D("2.50"), D(3), WHY)
    signed = sign_evaluation(review_evaluation(found, actor=REVIEWER), actor=MANAGER)
    with reading() as db:
        sheet = queries.load_snapshot(db, signed)
    line = sheet.indicator("A11")
    assert (sheet.total, sheet.own_total) == (D("98.50"), D(99))
    assert (line.score, line.own_score, line.lost, line.reviewer) == (D("2.50"), D(3), D("0.50"), REVIEWER.name)
    assert line.reason.endswith(f"；审核意见：{WHY}")
    assert sheet.figures["score.A11"].value == D("2.50")
    assert sheet.figures["score.total"].value == D("98.50")
    other = sheet.indicator("A12")
    assert (other.score, other.own_score, other.review_reason) == (3, 3, "")


@SQLITE
def test_a_reviewed_score_may_be_raised_changed_and_taken_back(year: SmallYear, paper: WorkingPaper) -> None:
    found = complete_evaluation(evaluate(paper, actor=OFFICER), actor=OFFICER)
    found = review_score(found, "A22", score=D(3), reason="补充了材料", actor=REVIEWER)
    assert (found.total, found.own_total) == (D(100), D(99))
    found = set_score(set_score(found), "1")
    assert (found.total, found.own_total) == (D(98), D(99))
    found = set_score(found, None, "")
    assert (found.total, stored().score, stored().own_score, stored().review_reason) == (D(100), D(3), None, "")
    found = review_score(found, "A22", score=None, reason="", actor=REVIEWER)
    assert (found.total, found.own_total, found.reviews) == (D(99), None, {})


@SQLITE
def test_a_new_score_of_the_unit_overtakes_the_review_and_an_unchanged_one_does_not(
    year: SmallYear, paper: WorkingPaper
) -> None:
    found = set_score(complete_evaluation(evaluate(paper, actor=OFFICER), actor=OFFICER))
    back = send_back_evaluation(found, actor=REVIEWER, reason="请核实")
    same = rework_evaluation(back, actor=OFFICER)
    assert same.total == D("98.50")
    lower = with_marks(paper, A11=Mark(score=D("2.4"), band="achieved", reason="材料缺一份", evidence=("批复",)))
    changed = rework_evaluation(same, lower, actor=OFFICER)
    assert (changed.total, changed.own_total) == (D("98.40"), None)
    assert [result.review for result in queries.results_of(changed) if result.indicator.code == "A11"] == [None]


@SQLITE
def test_what_a_reviewer_may_not_do_leaves_nothing_behind(year: SmallYear, paper: WorkingPaper) -> None:
    draft = evaluate(paper, actor=OFFICER)
    with pytest.raises(Refused, match="review_score"):
        set_score(draft)
    found = complete_evaluation(draft, actor=OFFICER)
    before = rows()
    for score, reason, field, said in [
        ("3.01", WHY, "score", "outside 0 to 3"), ("-0.1", WHY, "score", "outside 0 to 3"),
        ("3", WHY, "score", "the unit's own"), ("2", " ", "reason", "needs its reason"),
        (None, "", "score", "no reviewed score to take back"), ("2", "见{value.Z9}", "reason", "no figure named"),
        ("2", "材料缺3份", "reason", "“3份” is typed by hand"),
    ]:  # fmt: skip
        with pytest.raises(Refused, match=said) as refused:
            set_score(found, score, reason)
        assert refused.value.field == field
    with pytest.raises(NotFound):
        review_score(found, "Z9", score=D(1), reason=WHY, actor=REVIEWER)
    with pytest.raises(Forbidden):
        review_score(found, "A11", score=D(1), reason=WHY, actor=OFFICER)
    assert (rows(), stored().own_score) == (before, None)
    set_score(found)
    with pytest.raises(Conflict):
        set_score(found, "1")
    assert stored().score == D("2.50")


@SQLITE
def test_whoever_completed_sets_no_reviewed_score_and_whoever_set_one_does_not_sign(
    database: Engine, year: SmallYear, paper: WorkingPaper
) -> None:
    both = REVIEWER.__class__(7, "duo", "多面", "reviewer")
    completed = complete_evaluation(evaluate(paper, actor=OFFICER), actor=OFFICER)
    twin = OFFICER.__class__(1, OFFICER.login, OFFICER.name, "reviewer")
    with pytest.raises(Refused, match="another person"):
        review_score(completed, "A11", score=D(1), reason=WHY, actor=twin)
    found = review_score(completed, "A11", score=D(1), reason=WHY, actor=both)
    reviewed = review_evaluation(found, actor=REVIEWER)
    with pytest.raises(Refused, match="another person"):
        sign_evaluation(reviewed, actor=MANAGER.__class__(7, "duo", "多面", "manager"))
