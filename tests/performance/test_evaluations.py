"""An evaluation goes from draft to signature by different people; a refused act leaves nothing behind."""

import dataclasses
import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation.life import expand_set
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Forbidden, NotFound, Refused
from licensetrack.core.outbox import OutboxMessage
from licensetrack.performance import queries
from licensetrack.performance.differences import differences
from licensetrack.performance.evaluations import (
    complete_evaluation,
    evaluate,
    reopen_evaluation,
    review_evaluation,
    rework_evaluation,
    send_back_evaluation,
    sign_evaluation,
)
from licensetrack.performance.models import (
    Evaluation,
    EvaluationSnapshot,
    EvaluationStep,
    EvaluationTrace,
    IndicatorResult,
)
from licensetrack.performance.scorecard import Incomplete
from licensetrack.performance.working_paper import Mark, WorkingPaper, working_paper
from tests.performance.conftest import MANAGER, OFFICER, OPERATOR, REVIEWER, SmallYear, signed

TABLES = (
    Evaluation, EvaluationStep, IndicatorResult, EvaluationSnapshot, EvaluationTrace, AuditEntry, OutboxMessage,
)  # fmt: skip


def rows() -> list[int | None]:
    """How many rows each table of the room holds, and the audit trail and outbox."""
    with reading() as db:
        return [db.scalar(select(func.count()).select_from(table)) for table in TABLES]


def with_marks(paper: WorkingPaper, **marks: Mark) -> WorkingPaper:
    """The paper with other marks, as its file would say them."""
    said = {
        code: {
            field: value
            for field, value in dataclasses.asdict(mark).items()
            if value not in (None, "", (), [], Decimal(0))
        }
        for code, mark in marks.items()
    }
    listed = {
        code: {field: list(value) if isinstance(value, tuple) else value for field, value in fields.items()}
        for code, fields in said.items()
    }
    return working_paper({**paper.data, "marks": {**paper.data["marks"], **listed}})


def test_a_draft_reads_its_values_from_the_ledgers(year: SmallYear, paper: WorkingPaper) -> None:
    evaluation = evaluate(paper, actor=OFFICER)
    assert (evaluation.stage, evaluation.version, evaluation.total, evaluation.grade) == ("draft", 1, 99, "优")
    assert evaluation.as_of == dt.date(2024, 12, 31)
    with reading() as db:
        found = db.scalars(select(IndicatorResult).order_by(IndicatorResult.position)).all()
    values = {row.code: row.value for row in found}
    assert (values["C11"], values["C12"], values["D11"], values["C21"]) == (4100, 600, 2, 100)
    assert [row.code for row in found][:3] == ["A11", "A12", "A21"]
    assert sum((row.score for row in found if row.score is not None), Decimal(0)) == 99


def test_a_draft_as_of_august_has_the_values_of_august(year: SmallYear, paper: WorkingPaper) -> None:
    evaluation = evaluate(paper, actor=OFFICER, as_of=dt.date(2024, 5, 31))
    values = queries.figures_of(evaluation)
    assert values["cloud_management.issued_cpus"] == 600
    assert values["cloud_management.accepted_cpus"] == 0
    assert values["budget.spent"] == 0


def test_each_step_is_taken_noted_audited_and_announced(year: SmallYear, paper: WorkingPaper) -> None:
    evaluation = signed(paper, year.clock)
    assert evaluation.stage == "signed"
    assert evaluation.signed_at is not None
    with reading() as db:
        steps = queries.steps(db, evaluation.id)
        tags = db.scalars(
            select(AuditEntry.tag).where(AuditEntry.subject == "evaluation:evaluation:2024:1").order_by(AuditEntry.seq)
        ).all()
        sent = db.scalars(select(OutboxMessage.tag).where(OutboxMessage.tag.like("performance:%"))).all()
    assert [(step.action, step.login) for step in steps] == [
        ("evaluate", "pan"), ("complete", "pan"), ("review", "rao"), ("sign", "mei"),
    ]  # fmt: skip
    acts = [f"performance:evaluation:{act}" for act in ("evaluate", "complete", "review", "sign")]
    assert list(tags) == [*acts, "performance:evaluation:freeze"]
    assert sorted(sent) == sorted(acts)


def test_a_year_has_one_open_evaluation(year: SmallYear, paper: WorkingPaper) -> None:
    evaluate(paper, actor=OFFICER)
    before = rows()
    with pytest.raises(Conflict, match="evaluation for 2024 already"):
        evaluate(paper, actor=OFFICER)
    assert rows() == before


def test_no_day_that_has_not_come_is_evaluated(year: SmallYear, paper: WorkingPaper) -> None:
    before = rows()
    with pytest.raises(Refused, match="lies in the future"):
        evaluate(paper, actor=OFFICER, as_of=dt.date(2025, 1, 1))
    assert rows() == before


def test_a_text_that_binds_an_unknown_figure_is_refused_with_its_place(year: SmallYear, paper: WorkingPaper) -> None:
    before = rows()
    wrong = with_marks(paper, B11=Mark(facts="到位{budget.got}万元", evidence=("凭证",)))
    with pytest.raises(Refused, match=r"B11 资金到位率: there is no figure named “budget\.got”"):
        evaluate(wrong, actor=OFFICER)
    assert rows() == before


@pytest.mark.parametrize(
    ("verb", "actor"),
    [
        (lambda paper, found, actor: evaluate(paper, actor=actor), OPERATOR),
        (lambda paper, found, actor: evaluate(paper, actor=actor), MANAGER),
        (lambda paper, found, actor: rework_evaluation(found, actor=actor), REVIEWER),
        (lambda paper, found, actor: complete_evaluation(found, actor=actor), REVIEWER),
        (lambda paper, found, actor: complete_evaluation(found, actor=actor), MANAGER),
        (lambda paper, found, actor: review_evaluation(found, actor=actor), OFFICER),
        (lambda paper, found, actor: sign_evaluation(found, actor=actor), OFFICER),
        (lambda paper, found, actor: sign_evaluation(found, actor=actor), REVIEWER),
        (lambda paper, found, actor: send_back_evaluation(found, actor=actor, reason="x"), OFFICER),
        (lambda paper, found, actor: reopen_evaluation(found, paper, actor=actor, reason="x"), MANAGER),
    ],
)
def test_who_may_not_is_forbidden(
    year: SmallYear, paper: WorkingPaper, verb: Callable[[WorkingPaper, Evaluation, Actor], object], actor: Actor
) -> None:
    evaluation = evaluate(paper, actor=OFFICER)
    before = rows()
    with pytest.raises(Forbidden):
        verb(paper, evaluation, actor)
    assert rows() == before


def test_what_lacks_something_is_not_completed(year: SmallYear, paper: WorkingPaper) -> None:
    evaluation = evaluate(with_marks(paper, A11=Mark(), B11=Mark(reason="足额")), actor=OFFICER)
    assert evaluation.grade == ""
    before = rows()
    with pytest.raises(Incomplete, match=r"3 open points.*A11 立项依据充分性") as refused:
        complete_evaluation(evaluation, actor=OFFICER)
    assert [gap.code for gap in refused.value.gaps] == ["A11", "A11", "B11"]
    assert rows() == before


def test_steps_are_not_skipped(year: SmallYear, paper: WorkingPaper) -> None:
    draft = evaluate(paper, actor=OFFICER)
    before = rows()
    with pytest.raises(Refused, match="“review” is not possible at stage “draft”"):
        review_evaluation(draft, actor=REVIEWER)
    with pytest.raises(Refused, match="“sign” is not possible at stage “draft”"):
        sign_evaluation(draft, actor=MANAGER)
    with pytest.raises(Refused, match="“send_back” is not possible at stage “draft”"):
        send_back_evaluation(draft, actor=MANAGER, reason="x")
    assert rows() == before


def test_nobody_signs_what_they_reviewed(year: SmallYear, paper: WorkingPaper) -> None:
    completed = complete_evaluation(evaluate(paper, actor=OFFICER), actor=OFFICER)
    promoted = dataclasses.replace(OFFICER, role="reviewer")
    with pytest.raises(Refused, match="needs another person"):
        review_evaluation(completed, actor=promoted)
    reviewed = review_evaluation(completed, actor=REVIEWER)
    before = rows()
    with pytest.raises(Refused, match="needs another person"):
        sign_evaluation(reviewed, actor=dataclasses.replace(REVIEWER, role="manager"))
    assert rows() == before


def test_whoever_comes_second_with_an_old_page_changes_nothing(year: SmallYear, paper: WorkingPaper) -> None:
    draft = evaluate(paper, actor=OFFICER)
    with reading() as db:
        seen = queries.evaluation(db, draft.id)
    rework_evaluation(draft, actor=OFFICER)
    before = rows()
    with pytest.raises(Conflict, match="changed meanwhile"):
        complete_evaluation(seen, actor=OFFICER)
    assert rows() == before


def test_an_evaluation_that_was_sent_back_is_reworked_and_goes_on(year: SmallYear, paper: WorkingPaper) -> None:
    completed = complete_evaluation(evaluate(paper, actor=OFFICER), actor=OFFICER)
    with pytest.raises(Refused, match="reason is needed"):
        send_back_evaluation(completed, actor=REVIEWER, reason=" ")
    draft = send_back_evaluation(completed, actor=REVIEWER, reason="理由不充分")
    better = with_marks(paper, A22=dataclasses.replace(paper.marks["A22"], score=Decimal("1.8")))
    reworked = rework_evaluation(draft, better, actor=OFFICER)
    assert (reworked.stage, reworked.total) == ("draft", Decimal("98.80"))
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(IndicatorResult)) == 21
        assert [step.note for step in queries.steps(db, draft.id)] == ["", "", "理由不充分", ""]
    assert review_evaluation(complete_evaluation(reworked, actor=OFFICER), actor=REVIEWER).stage == "reviewed"


def test_a_draft_that_the_ledgers_have_left_behind_is_not_completed(year: SmallYear, paper: WorkingPaper) -> None:
    draft = evaluate(paper, actor=OFFICER)
    year.clock.forward(minutes=1)
    year.accepted("SQ-9", year.school, "virtualization", 30, "2024-07-01")
    before = rows()
    with pytest.raises(Conflict, match="ledgers changed"):
        complete_evaluation(draft, actor=OFFICER)
    assert rows() == before
    reworked = rework_evaluation(draft, actor=OFFICER)
    assert queries.figures_of(reworked)["virtualization.accepted_cpus"] == 4130
    assert complete_evaluation(reworked, actor=OFFICER).stage == "completed"


def test_what_is_signed_is_what_was_reviewed(year: SmallYear, paper: WorkingPaper) -> None:
    reviewed = review_evaluation(complete_evaluation(evaluate(paper, actor=OFFICER), actor=OFFICER), actor=REVIEWER)
    year.clock.forward(minutes=1)
    license_set = year.accepted("SQ-9", year.school, "virtualization", 30, "2024-07-01")
    expand_set(license_set, actor=OPERATOR, on=dt.date(2024, 8, 1), cpus=5, reason="扩容")
    evaluation = sign_evaluation(reviewed, actor=MANAGER)
    with reading() as db:
        sheet = queries.load_snapshot(db, evaluation)
        assert sheet.figures["virtualization.accepted_cpus"].value == 4100
        assert {line.number for line in sheet.sets} == {"SQ-1", "SQ-2", "SQ-3"}
        changed = {change.name: change.present for change in differences(db, evaluation).figures}
    assert changed["virtualization.accepted_cpus"] == 4135


def test_figures_that_the_ledgers_do_not_give_are_not_signed(year: SmallYear, paper: WorkingPaper) -> None:
    reviewed = review_evaluation(complete_evaluation(evaluate(paper, actor=OFFICER), actor=OFFICER), actor=REVIEWER)
    forged = {**queries.figures_of(reviewed), "virtualization.accepted_cpus": 9999}
    with transaction() as db:
        db.execute(update(Evaluation).values(figures=forged))
    with reading() as db:
        found = queries.evaluation(db, reviewed.id)
    before = rows()
    with pytest.raises(Conflict, match="ledgers changed"):
        sign_evaluation(found, actor=MANAGER)
    assert rows() == before
    with reading() as db:
        assert queries.evaluation(db, reviewed.id).stage == "reviewed"


def test_opening_again_makes_a_second_version_and_leaves_the_first(year: SmallYear, paper: WorkingPaper) -> None:
    first = signed(paper, year.clock)
    with pytest.raises(Refused, match="reason is needed"):
        reopen_evaluation(first, paper, actor=OFFICER, reason="")
    year.accepted("SQ-9", year.school, "virtualization", 30, "2024-07-01")
    second = reopen_evaluation(first, paper, actor=OFFICER, reason="补录七月授权")
    assert (second.version, second.stage) == (2, "draft")
    before = rows()
    with pytest.raises(Conflict, match="newer version"):
        reopen_evaluation(first, paper, actor=OFFICER, reason="again")
    with pytest.raises(Refused, match="Only a signed evaluation"):
        reopen_evaluation(second, paper, actor=OFFICER, reason="again")
    assert rows() == before
    with reading() as db:
        assert queries.latest_signed(db, 2024).id == first.id
        assert [one.version for one in queries.evaluations(db)] == [2, 1]
        assert queries.load_snapshot(db, first).figures["virtualization.accepted_cpus"].value == 4100
        assert queries.sheet(db, second).figures["virtualization.accepted_cpus"].value == 4130


def test_a_paper_of_another_year_is_not_for_this_evaluation(year: SmallYear, paper: WorkingPaper) -> None:
    other = working_paper({**paper.data, "header": {**paper.data["header"], "year": 2023}})
    evaluation = signed(paper, year.clock)
    with pytest.raises(Refused, match="another year"):
        reopen_evaluation(evaluation, other, actor=OFFICER, reason="x")
    draft = reopen_evaluation(evaluation, paper, actor=OFFICER, reason="x")
    with pytest.raises(Refused, match="another year"):
        rework_evaluation(draft, other, actor=OFFICER)


def test_who_asks_for_what_does_not_exist_is_told_so(year: SmallYear) -> None:
    with reading() as db:
        with pytest.raises(NotFound):
            queries.evaluation(db, 404)
        with pytest.raises(NotFound, match="no signed evaluation for 2024"):
            queries.latest_signed(db, 2024)
        assert queries.latest(db, "evaluation", 2024) is None
