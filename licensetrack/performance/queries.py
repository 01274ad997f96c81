"""Reading evaluations: a year's latest, its sheet (frozen or preview), what it lacks, what changed since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.measures.question import Question
from licensetrack.performance import frameworks, freezing, scorecard
from licensetrack.performance.codec import from_plain
from licensetrack.performance.composing import Run, compose
from licensetrack.performance.evidence_queries import papers_of
from licensetrack.performance.framework import Framework, framework
from licensetrack.performance.gathering import gather, traces
from licensetrack.performance.models import Evaluation, EvaluationStep
from licensetrack.performance.reviews import Review, Reviews
from licensetrack.performance.scorecard import Result
from licensetrack.performance.sheet import EvaluationSheet, Step, Value
from licensetrack.performance.stages import SIGNED
from licensetrack.performance.working_paper import WorkingPaper, working_paper

EVALUATION = "evaluation"


def evaluation(db: Session, evaluation_id: int) -> Evaluation:
    """One evaluation. Raises NotFound."""
    found = db.get(Evaluation, evaluation_id)
    if found is None:
        raise NotFound("There is no such evaluation.")
    return found


def evaluations(db: Session) -> Sequence[Evaluation]:
    """All evaluations, the newest year and version first."""
    query = select(Evaluation).order_by(Evaluation.year.desc(), Evaluation.kind, Evaluation.version.desc())
    return db.scalars(query).all()


def at_stage(db: Session, stage: str) -> Sequence[Evaluation]:
    """The evaluations that stand at a stage, the oldest year first."""
    return db.scalars(
        select(Evaluation).where(Evaluation.stage == stage).order_by(Evaluation.year, Evaluation.id)
    ).all()


def latest(db: Session, kind: str, year: int) -> Evaluation | None:
    """The newest version of a year's evaluation, whatever its stage."""
    query = select(Evaluation).where(Evaluation.kind == kind, Evaluation.year == year)
    return db.scalars(query.order_by(Evaluation.version.desc())).first()


def latest_signed(db: Session, year: int, kind: str = EVALUATION) -> Evaluation:
    """The newest signed version of a year's evaluation. Raises NotFound."""
    query = select(Evaluation).where(Evaluation.kind == kind, Evaluation.year == year, Evaluation.stage == SIGNED)
    found = db.scalars(query.order_by(Evaluation.version.desc())).first()
    if found is None:
        raise NotFound("There is no signed evaluation for %(year)s.", year=year)
    return found


def steps(db: Session, evaluation_id: int) -> Sequence[Step]:
    """Who took which step and when, in order."""
    query = select(EvaluationStep).where(EvaluationStep.evaluation_id == evaluation_id).order_by(EvaluationStep.id)
    return [Step(step.action, step.login, step.name, step.at, step.note) for step in db.scalars(query)]


def framework_of(found: Evaluation) -> Framework:
    """The framework as it was when the evaluation was made."""
    return framework(found.framework, found.framework_code)


def standing_framework(found: Evaluation) -> Framework:
    """What is in force under the code of the evaluation's framework now; its own where nothing is."""
    with reading() as db:
        newest = frameworks.newest_in_force(db, found.framework_code)
        return framework_of(found) if newest is None else frameworks.assembled(db, newest)


def paper_of(found: Evaluation) -> WorkingPaper:
    """The working paper as it was when the evaluation was made."""
    return working_paper(found.paper, unfinished=True)


def results_of(found: Evaluation) -> list[Result]:
    """Every indicator's result, from the framework, marks and figures that the evaluation holds."""
    return scorecard.score_all(
        framework_of(found), paper_of(found).marks, figures_of(found), found.as_of, reviews_of(found)
    )


def reviews_of(found: Evaluation) -> Reviews:
    """Every score that a reviewer set, by indicator; also those that the unit's new score has overtaken."""
    return {code: from_plain(Review, review) for code, review in found.reviews.items()}


def figures_of(found: Evaluation) -> dict[str, Value]:
    """All measures' values as the evaluation read them."""
    return numbers(found.figures)


def numbers(stored: Mapping[str, Any]) -> dict[str, Value]:
    """Figures as they were before they became JSON, which keeps decimals as texts."""
    return {name: Decimal(value) if isinstance(value, str) else value for name, value in stored.items()}


def run_of(db: Session, found: Evaluation) -> Run:
    """What the evaluation's own row and steps say."""
    return Run(
        kind=found.kind, year=found.year, version=found.version, stage=found.stage, as_of=found.as_of,
        known_at=found.known_at, signed_at=found.signed_at, framework_digest=found.framework_digest,
        steps=tuple(steps(db, found.id)),
    )  # fmt: skip


def load_snapshot(db: Session, found: Evaluation, *, with_traces: bool = True) -> EvaluationSheet:
    """The signed evaluation from its frozen text alone. Raises NotFound where it has not been signed."""
    return freezing.load(db, found.id, with_traces=with_traces)


def sheet(db: Session, found: Evaluation, *, with_traces: bool = True) -> EvaluationSheet:
    """The evaluation's sheet: the frozen one when signed, else a preview from the ledgers as known at its reading."""
    if found.stage == SIGNED:
        return load_snapshot(db, found, with_traces=with_traces)
    return unsigned(db, found, with_traces=with_traces).sheet


class Unsigned(NamedTuple):
    """An evaluation before its signature: its sheet, and the framework and results that the sheet was made of."""

    sheet: EvaluationSheet
    framework: Framework
    results: list[Result]


def unsigned(db: Session, found: Evaluation, *, with_traces: bool = True) -> Unsigned:
    """A preview from the ledgers as known at its reading, each thing read once."""
    question, paper, framework_ = Question(found.as_of, found.known_at), paper_of(found), framework_of(found)
    results = scorecard.score_all(framework_, paper.marks, figures_of(found), found.as_of, reviews_of(found))
    content = gather(db, question, paper.header.period_start) | {
        "measures": figures_of(found), "papers": papers_of(db, found.framework_code, found.year),
    }  # fmt: skip
    made = compose(run_of(db, found), framework_, paper, results, content, {})
    rows = {name: tuple(rows) for name, rows in traces(db, question)} if with_traces else {}
    return Unsigned(replace(made, traces=rows), framework_, results)
