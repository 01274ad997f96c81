"""The evaluation's verbs: make it, rework it, complete, review, send back, sign and re-open it; each by whoever may."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation.rules import check_reason
from licensetrack.core import audit, outbox
from licensetrack.core.clock import now, today
from licensetrack.core.columns import canonical_json
from licensetrack.core.db import reading, transaction
from licensetrack.core.digests import chain_algorithm
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.transitions import next_stage
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question
from licensetrack.performance import drafts, frameworks, freezing, queries
from licensetrack.performance.composing import compose
from licensetrack.performance.draft_models import EvaluationPart
from licensetrack.performance.evidence_queries import papers_of
from licensetrack.performance.evidence_wanted import evidence_gaps, missing_evidence, wanted_lines
from licensetrack.performance.framework import Framework
from licensetrack.performance.gathering import adds_up, gather, traces
from licensetrack.performance.models import Evaluation, EvaluationStep, IndicatorResult
from licensetrack.performance.naming import all_figures, check_names, header_texts, texts_of
from licensetrack.performance.result_rows import result_row, totals
from licensetrack.performance.reviews import Reviews
from licensetrack.performance.rules.separation import check_other_person
from licensetrack.performance.scorecard import Incomplete, gaps, score_all
from licensetrack.performance.stages import EVALUATION_MOVES, SIGNED, START
from licensetrack.performance.working_paper import WorkingPaper

ROOM = "performance:evaluation"


def evaluate(
    paper: WorkingPaper, framework: Framework | None = None, *, actor: Actor, as_of: dt.date | None = None,
    finished: bool = True,
) -> Evaluation:  # fmt: skip
    """Makes the draft of a year's evaluation: values read from the measures as of the day, scored by the framework.

    Without a framework the one that the paper names is taken, in force or from the library; without a day, the paper's.
    A paper that is not `finished` may name figures that are not there yet; it is written on, page by page. Raises
    Refused for a mark or text that does not fit, Conflict where the year has an evaluation of this kind.
    """
    require(actor, f"{ROOM}:evaluate")
    framework = framework or _named(paper)
    draft = _Draft(framework, paper, as_of or paper.as_of, finished=finished)
    with transaction() as db:
        if queries.latest(db, framework.kind, paper.header.year) is not None:
            raise Conflict("There is an evaluation for %(year)s already.", year=paper.header.year)
        return draft.insert(db, 1, "evaluate", actor)


def reopen_evaluation(
    signed: Evaluation, paper: WorkingPaper, framework: Framework | None = None, *, actor: Actor, reason: str,
    as_of: dt.date | None = None,
) -> Evaluation:  # fmt: skip
    """Makes the draft of a signed evaluation's next version; the signed one stays. Raises Refused, Conflict."""
    require(actor, f"{ROOM}:reopen")
    check_reason(reason, "note")
    if signed.stage != SIGNED:
        raise Refused("Only a signed evaluation is opened again.")
    framework = framework or _named(paper)
    if (framework.kind, paper.header.year) != (signed.kind, signed.year):
        raise Refused("The paper is about another year or kind of evaluation.")
    draft = _Draft(framework, paper, as_of or signed.as_of, finished=False)
    with transaction() as db:
        last = queries.latest(db, signed.kind, signed.year)
        if last is None or last.id != signed.id:
            raise Conflict("There is a newer version of this evaluation already.")
        return draft.insert(db, signed.version + 1, "reopen", actor, reason)


def rework_evaluation(
    evaluation: Evaluation, paper: WorkingPaper | None = None, framework: Framework | None = None, *, actor: Actor,
    as_of: dt.date | None = None,
) -> Evaluation:  # fmt: skip
    """Reads a draft's values anew, with another paper or framework where one is given, which then stands in place of
    what was typed on pages. Raises Refused, Conflict.
    """
    require(actor, f"{ROOM}:rework")
    replaced = paper is not None or framework is not None
    framework = framework or queries.standing_framework(evaluation)
    paper = paper or queries.paper_of(evaluation)
    if (framework.kind, paper.header.year) != (evaluation.kind, evaluation.year):
        raise Refused("The paper is about another year or kind of evaluation.")
    draft = _Draft(framework, paper, as_of or evaluation.as_of, queries.reviews_of(evaluation), finished=replaced)
    with transaction() as db:
        moved = _move(db, evaluation, "rework", actor, values=draft.columns())
        db.execute(delete(IndicatorResult).where(IndicatorResult.evaluation_id == evaluation.id))
        draft.insert_results(db, evaluation.id)
        if replaced:
            db.execute(delete(EvaluationPart).where(EvaluationPart.evaluation_id == evaluation.id))
    return moved


def complete_evaluation(evaluation: Evaluation, *, actor: Actor) -> Evaluation:
    """draft → completed: nothing is missing, every number in the texts is a figure's, and the ledgers say what the
    draft says. Raises Incomplete, Unfinished, WordingError, Conflict.
    """
    require(actor, f"{ROOM}:complete")
    with reading() as db:
        missing = gaps(queries.results_of(evaluation)) + missing_evidence(db, evaluation)
        if missing:
            raise Incomplete(missing)
        drafts.check_written(db, evaluation)
        drafts.check_numbers(evaluation)
        _check_same_figures(evaluation, figures(db, Question(evaluation.as_of)))
    with transaction() as db:
        return _move(db, evaluation, "complete", actor)


def review_evaluation(evaluation: Evaluation, *, actor: Actor) -> Evaluation:
    """completed → reviewed, by somebody else than who completed it. Raises Refused, Conflict."""
    require(actor, f"{ROOM}:review")
    with transaction() as db:
        return _move(db, evaluation, "review", actor)


def send_back_evaluation(evaluation: Evaluation, *, actor: Actor, reason: str) -> Evaluation:
    """completed or reviewed → draft, with what is to be mended. Raises Refused, Conflict."""
    require(actor, f"{ROOM}:send_back")
    check_reason(reason, "note")
    with transaction() as db:
        return _move(db, evaluation, "send_back", actor, note=reason)


def sign_evaluation(evaluation: Evaluation, *, actor: Actor) -> Evaluation:
    """reviewed → signed, by a third person: values, traces, texts and papers' digests are frozen for ever.

    What is frozen is what was reviewed, as known when the draft was read. Raises Refused, Conflict.
    """
    require(actor, f"{ROOM}:sign")
    question, paper = Question(evaluation.as_of, evaluation.known_at), queries.paper_of(evaluation)
    with transaction() as db:
        signed = _move(db, evaluation, "sign", actor, values={"signed_at": now()})
        content = gather(db, question, paper.header.period_start)
        _check_same_figures(evaluation, content["measures"])
        digests = {}
        for name, rows in traces(db, question):  # one measure at a time: each may have a hundred thousand rows
            if not adds_up(name, rows, content["measures"][name]):
                raise Conflict(
                    "The rows behind “%(name)s” do not add up to it. Please read the values anew.", name=name
                )
            digests[name] = freezing.freeze_trace(db, evaluation.id, name, rows)
        framework, results = queries.framework_of(evaluation), queries.results_of(evaluation)
        content["papers"] = papers_of(db, evaluation.framework_code, evaluation.year)
        if missing := evidence_gaps(wanted_lines(framework, content["papers"])):
            raise Incomplete(missing)  # something was withdrawn since the evaluation was completed
        sheet = compose(queries.run_of(db, signed), framework, paper, results, content, digests)
        made = freezing.freeze(db, evaluation.id, sheet)
        audit.record(db, f"{ROOM}:freeze", subject(evaluation), actor, digest=made, total=sheet.total)
    return signed


def _named(paper: WorkingPaper) -> Framework:
    with reading() as db:
        return frameworks.named(db, paper.framework)


class _Draft:
    """What a draft's rows will say, read from the ledgers in one snapshot before anything is written."""

    def __init__(
        self, framework: Framework, paper: WorkingPaper, as_of: dt.date, reviews: Reviews | None = None, *,
        finished: bool = True,
    ) -> None:  # fmt: skip
        if as_of > today():
            raise Refused("The date %(on)s lies in the future.", on=as_of)
        self.framework, self.paper, self.as_of = framework, paper, as_of
        with reading() as db:
            self.known_at = now()
            question = Question(as_of, self.known_at)
            self.figures = figures(db, question)
            self.results = score_all(framework, paper.marks, self.figures, as_of, reviews)
        if finished:  # a draft that somebody still writes may name what is not there yet
            self._check_texts()

    def _check_texts(self) -> None:
        paper = self.paper
        content = {"measures": self.figures}
        names = [figure.name for figure in all_figures(self.framework, self.results, content)]
        check_names(names, header_texts(paper.header))
        check_names(names, texts_of(paper.sections, self.results))

    def columns(self) -> dict[str, object]:
        return {
            "as_of": self.as_of, "known_at": self.known_at, "framework_code": self.framework.code,
            "framework_digest": self.framework.digest(chain_algorithm()), "framework": self.framework.data,
            "paper": self.paper.data, "figures": self.figures, **totals(self.framework, self.results),
        }  # fmt: skip

    def insert(self, db: Session, version: int, action: str, actor: Actor, note: str = "") -> Evaluation:
        kind, year = self.framework.kind, self.paper.header.year
        stage = next_stage(EVALUATION_MOVES, START, action)
        evaluation = Evaluation(kind=kind, year=year, version=version, stage=stage, revision=1, **self.columns())
        db.add(evaluation)
        try:
            db.flush()
        except IntegrityError as error:
            raise Conflict("There is an evaluation for %(year)s already.", year=year) from error
        self.insert_results(db, evaluation.id)
        _leave_traces(db, evaluation, action, actor, note)
        return evaluation

    def insert_results(self, db: Session, evaluation_id: int) -> None:
        db.execute(
            insert(IndicatorResult),
            [result_row(evaluation_id, position, result) for position, result in enumerate(self.results, 1)],
        )


def _move(
    db: Session,
    evaluation: Evaluation,
    action: str,
    actor: Actor,
    note: str = "",
    values: Mapping[str, object] | None = None,
) -> Evaluation:
    """One step: by whoever has not taken another, leaving its traces; gives the row as it now is."""
    check_other_person(taken(db, evaluation, action), action, actor.login)
    moved = claim(db, evaluation, action, values)
    _leave_traces(db, moved, action, actor, note)
    return moved


def claim(db: Session, evaluation: Evaluation, action: str, values: Mapping[str, object] | None = None) -> Evaluation:
    """Compare and swap: nobody else may have moved the evaluation since it was read. Raises Refused, Conflict."""
    stage = next_stage(EVALUATION_MOVES, evaluation.stage, action)
    changed = db.execute(
        update(Evaluation)
        .where(
            Evaluation.id == evaluation.id,
            Evaluation.stage == evaluation.stage,
            Evaluation.revision == evaluation.revision,
        )
        .values({"stage": stage, "revision": evaluation.revision + 1} | dict(values or {}))
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("The evaluation changed meanwhile. Please look at it again.")
    return db.get_one(Evaluation, evaluation.id, populate_existing=True)


def _leave_traces(db: Session, evaluation: Evaluation, action: str, actor: Actor, note: str) -> None:
    """The step, the audit entry and the notice of one act."""
    at = now()
    step = {"action": action, "actor_id": actor.id, "login": actor.login, "name": actor.name, "at": at}
    db.execute(insert(EvaluationStep).values(evaluation_id=evaluation.id, note=note[:500], **step))
    tag = f"{ROOM}:{action}"
    audit.record(
        db, tag, subject(evaluation), actor, stage=evaluation.stage, as_of=evaluation.as_of, total=evaluation.total,
        note=note,
    )  # fmt: skip
    outbox.post(db, tag, evaluation_id=evaluation.id)


def taken(db: Session, evaluation: Evaluation, action: str) -> list[tuple[str, str]]:
    """(step, login) so far; whoever set a score that still counts has reviewed, and does not sign."""
    taken = [(step.action, step.login) for step in queries.steps(db, evaluation.id)]
    if action == "sign":
        taken += [("review", result.review.login) for result in queries.results_of(evaluation) if result.review]
    return taken


def subject(evaluation: Evaluation) -> str:
    return f"evaluation:{evaluation.kind}:{evaluation.year}:{evaluation.version}"


def _check_same_figures(evaluation: Evaluation, present: object) -> None:
    """Nobody completes or signs figures or targets that no longer hold: read the draft anew first. Raises Conflict."""
    if canonical_json(present) != canonical_json(evaluation.figures):
        raise Conflict("The ledgers changed since the evaluation was read. Please read its values anew.")
    if canonical_json(queries.standing_framework(evaluation).data) != canonical_json(evaluation.framework):
        raise Conflict("The framework or a target changed since the evaluation was read. Please read its values anew.")
