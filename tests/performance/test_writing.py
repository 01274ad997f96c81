"""A draft is written part by part: all is kept, scores follow, two people at one part are told."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import func, select, text

from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.performance import drafts, framework, queries
from licensetrack.performance.draft_models import EvaluationPart
from licensetrack.performance.evaluations import (
    complete_evaluation,
    evaluate,
    reopen_evaluation,
    rework_evaluation,
)
from licensetrack.performance.models import Evaluation, IndicatorResult
from licensetrack.performance.scorecard import Incomplete
from licensetrack.performance.starting import blank_paper, paper_of_earlier
from licensetrack.performance.working_paper import WorkingPaper
from licensetrack.performance.writing import add_section, keep_part, move_section, remove_section
from tests.performance.conftest import MANAGER, OFFICER, REVIEWER, SmallYear, signed

USED = framework.load("department-2024")
DAY = dt.date(2024, 12, 31)
FRANK = OFFICER.__class__(9, "frank", "范评", "performance_officer")


def now_of(evaluation: Evaluation) -> Evaluation:
    """The evaluation as it stands."""
    with reading() as db:
        return queries.evaluation(db, evaluation.id)


def draft_of(evaluation: Evaluation) -> drafts.Draft:
    """Its draft."""
    with reading() as db:
        return drafts.draft_of(db, queries.evaluation(db, evaluation.id))


def typed(evaluation: Evaluation, place: str, **changes: str) -> dict[str, str]:
    """What stands at a place, with other words in some fields."""
    return {**draft_of(evaluation).of(place).typed, **changes}


def rows() -> list[int | None]:
    """How many parts, results and audit entries there are."""
    with reading() as db:
        return [
            db.scalar(select(func.count()).select_from(one)) for one in (EvaluationPart, IndicatorResult, AuditEntry)
        ]


def test_what_is_kept_changes_the_score_at_once(year: SmallYear, paper: WorkingPaper) -> None:
    draft = evaluate(paper, actor=OFFICER)
    change = typed(draft, "mark:A22", score="3", band="achieved", reason="三项要点均符合。")
    part = keep_part(draft, "mark:A22", change, actor=OFFICER, seen=1)
    after = now_of(draft)
    assert (part.revision, part.edited_by) == (2, "潘评")
    assert (after.total, after.grade, after.revision) == (100, "优", draft.revision + 1)
    assert after.paper["marks"]["A22"]["score"] == "3"
    with reading() as db:
        row = db.scalars(select(IndicatorResult).where(IndicatorResult.code == "A22")).one()
        entry = db.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (row.score, row.reason) == (3, "三项要点均符合。")
    assert entry is not None
    assert entry.tag == "performance:evaluation:write"
    assert '"mark:A22.band","mark:A22.score"' in entry.details
    assert "三项要点" not in entry.details


def test_nothing_typed_is_ever_lost_and_what_can_not_be_read_scores_nothing(
    year: SmallYear, paper: WorkingPaper
) -> None:
    draft = evaluate(paper, actor=OFFICER)
    keep_part(draft, "mark:A22", typed(draft, "mark:A22", score="差不多2分"), actor=OFFICER)
    found = draft_of(draft)
    assert found.of("mark:A22").typed["score"] == "差不多2分"
    assert found.results["A22"].score is None
    assert [(point.place, point.field) for point in found.points] == [("mark:A22", "score")]
    assert now_of(draft).grade == ""
    with pytest.raises((drafts.Unfinished, Incomplete)):
        complete_evaluation(now_of(draft), actor=OFFICER)


def test_the_same_text_again_changes_nothing(year: SmallYear, paper: WorkingPaper) -> None:
    draft = evaluate(paper, actor=OFFICER)
    keep_part(draft, "header", typed(draft, "header", phone="0755-1"), actor=OFFICER)
    before, revision = rows(), now_of(draft).revision
    assert keep_part(draft, "header", typed(draft, "header"), actor=FRANK, seen=1).revision == 2
    assert (rows(), now_of(draft).revision) == (before, revision)


def test_two_people_write_two_parts_at_once_but_not_the_same(year: SmallYear, paper: WorkingPaper) -> None:
    draft = evaluate(paper, actor=OFFICER)
    mine = typed(draft, "mark:A11", reason="我的理由")
    keep_part(draft, "mark:A12", typed(draft, "mark:A12", reason="他的理由"), actor=FRANK, seen=1)
    keep_part(draft, "mark:A11", mine, actor=OFFICER, seen=1)
    before = rows()
    with pytest.raises(Conflict, match="潘评 changed this at 10:00"):
        keep_part(draft, "mark:A11", typed(draft, "mark:A11", reason="另一理由"), actor=FRANK, seen=1)
    assert rows() == before
    assert draft_of(draft).of("mark:A11").typed["reason"] == "我的理由"


REFUSED: list[tuple[Callable[[Evaluation], object], type[Exception]]] = [
    (lambda d: keep_part(d, "mark:A11", {}, actor=REVIEWER), Forbidden),
    (lambda d: keep_part(d, "mark:Z99", {}, actor=OFFICER), Conflict),
    (lambda d: keep_part(d, "header", {"title": "长" * 300}, actor=OFFICER), Refused),
    (lambda d: add_section(d, "section:none", 1, "六、", actor=OFFICER), Conflict),
    (lambda d: remove_section(d, "mark:A11", actor=OFFICER), Conflict),
    (lambda d: remove_section(d, "section:1", actor=OFFICER, seen=7), Conflict),
    (lambda d: move_section(d, "header", 1, actor=OFFICER), Conflict),
    (lambda d: add_section(d, None, 1, "六、", actor=MANAGER), Forbidden),
]


def test_a_refused_act_leaves_nothing_behind(year: SmallYear, paper: WorkingPaper) -> None:
    draft = evaluate(paper, actor=OFFICER)
    before, revision = rows(), draft.revision
    for act, refusal in REFUSED:
        with pytest.raises(refusal):
            act(draft)
        assert (rows(), now_of(draft).revision) == (before, revision)


def test_what_was_completed_or_signed_is_not_written_any_more(year: SmallYear, paper: WorkingPaper) -> None:
    draft = evaluate(paper, actor=OFFICER)
    change = typed(draft, "mark:A11", reason="后来")
    complete_evaluation(draft, actor=OFFICER)
    with pytest.raises(Conflict, match="completed meanwhile"):
        keep_part(draft, "mark:A11", change, actor=OFFICER)
    nowhere = Evaluation(id=4711)
    with pytest.raises(NotFound):
        keep_part(nowhere, "mark:A11", change, actor=OFFICER)


def test_the_database_itself_keeps_the_parts_of_a_signed_evaluation(year: SmallYear, paper: WorkingPaper) -> None:
    draft = evaluate(paper, actor=OFFICER)
    keep_part(draft, "header", typed(draft, "header", phone="0755-1"), actor=OFFICER)
    with transaction() as db:
        db.execute(text("UPDATE evaluation SET stage = 'signed'"))
    for statement in ("UPDATE evaluation_part SET revision = 9", "DELETE FROM evaluation_part"):
        with pytest.raises(Exception, match="frozen"), transaction() as db:
            db.execute(text(statement))


def test_chapters_come_go_and_change_places(year: SmallYear, paper: WorkingPaper) -> None:
    def titles() -> list[str]:
        return [section["title"] for section in now_of(draft).paper["sections"]]

    draft = evaluate(paper, actor=OFFICER)
    first = titles()
    made = add_section(draft, "section:1", 2, "（零）新的一节", actor=OFFICER)
    assert titles() == [first[0], "（零）新的一节", *first[1:]]
    move_section(draft, made.place, -1, actor=OFFICER)
    move_section(draft, made.place, -1, actor=OFFICER)
    assert titles() == ["（零）新的一节", *first]
    keep_part(draft, made.place, typed(draft, made.place, paragraphs="共{units.served}家。\n第二段"), actor=OFFICER)
    assert now_of(draft).paper["sections"][0]["paragraphs"] == ["共{units.served}家。", "第二段"]
    remove_section(draft, made.place, actor=OFFICER, seen=2)
    assert titles() == first


def test_values_read_anew_leave_what_was_typed(year: SmallYear, paper: WorkingPaper) -> None:
    draft = evaluate(paper, actor=OFFICER)
    keep_part(draft, "section:1", typed(draft, "section:1", paragraphs="{no.such.figure}"), actor=OFFICER)
    keep_part(draft, "mark:A22", typed(draft, "mark:A22", score="?"), actor=OFFICER)
    year.accepted("SQ-9", year.bureau, "virtualization", 8, "2024-12-30")
    again = rework_evaluation(now_of(draft), actor=OFFICER)
    assert queries.figures_of(again)["virtualization.accepted_cpus"] == 4108
    assert draft_of(draft).of("mark:A22").typed["score"] == "?"
    taken = rework_evaluation(again, paper, actor=OFFICER)
    assert draft_of(taken).of("mark:A22").typed["score"] == "2"


def test_a_blank_draft_says_what_it_lacks_and_has_the_official_headings(year: SmallYear) -> None:
    draft = evaluate(blank_paper(USED, 2024, DAY), USED, actor=OFFICER, finished=False)
    found = draft_of(draft)
    assert {place.partition(":")[0] for place in found.parts} == {"header", "mark", "section"}
    lacking = {point.place for point in found.points}
    assert lacking == {"header", *(f"mark:{leaf.code}" for leaf in USED.leaves())}
    titles = [part.typed["title"] for place, part in found.parts.items() if place.startswith("section")]
    assert titles[:3] == ["一、基本情况", "（一）项目概况", "1. 项目背景"]
    assert "（一）决策情况" in titles
    inserts = [part.typed.get("insert", "") for part in found.parts.values()]
    assert [one for one in inserts if one.startswith("analysis")] == [f"analysis:{branch}" for branch in "ABCD"]


def test_a_draft_from_an_earlier_year_takes_its_words_and_none_of_its_scores(
    year: SmallYear, paper: WorkingPaper
) -> None:
    earlier = signed(paper, year.clock)
    made = evaluate(paper_of_earlier(earlier, USED, 2023, DAY), USED, actor=OFFICER, finished=False)
    found = draft_of(made)
    assert found.of("header").typed["title"].startswith("2023年度")
    assert found.of("header").typed["period_end"] == "2023-12-31"
    assert found.of("mark:A11").typed["facts"] == paper.marks["A11"].facts
    assert [part.typed["score"] + part.typed["reason"] for place, part in found.parts.items() if "mark" in place] == [
        ""
    ] * 21
    assert [part.typed["paragraphs"] for place, part in found.parts.items() if "section" in place] == [
        "\n".join(section.paragraphs) for section in paper.sections
    ]


def test_a_reopened_evaluation_is_written_on_and_the_signed_one_stays(year: SmallYear, paper: WorkingPaper) -> None:
    first = signed(paper, year.clock)
    second = reopen_evaluation(first, queries.paper_of(first), actor=OFFICER, reason="补记验收")
    keep_part(second, "mark:A22", typed(second, "mark:A22", score="2.4", band="achieved"), actor=OFFICER)
    assert (now_of(first).total, now_of(second).total) == (99, Decimal("99.4"))
