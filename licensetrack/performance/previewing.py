"""A year's evaluation as it would stand on another day: nothing is stored, nothing is signed."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy.orm import Session

from licensetrack.core.clock import now, today
from licensetrack.core.errors import Refused
from licensetrack.measures.question import Question
from licensetrack.performance.composing import Run, compose
from licensetrack.performance.gathering import gather, traces
from licensetrack.performance.models import Evaluation
from licensetrack.performance.queries import framework_of, paper_of, reviews_of
from licensetrack.performance.scorecard import score_all
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.performance.stages import DRAFT


def preview(db: Session, found: Evaluation, as_of: dt.date) -> EvaluationSheet:
    """The sheet that the evaluation's framework and paper give at the end of `as_of`, from the ledgers as known now.

    Scores given by hand stay as the paper gives them. Raises Refused for a day in the future.
    """
    if as_of > today():
        raise Refused("The date %(on)s lies in the future.", on=as_of)
    question, framework, paper = Question(as_of, now()), framework_of(found), paper_of(found)
    content = gather(db, question, paper.header.period_start)
    results = score_all(framework, paper.marks, content["measures"], as_of, reviews_of(found))
    run = Run(
        kind=found.kind, year=found.year, version=found.version, stage=DRAFT, as_of=as_of,
        known_at=question.known_at or now(), signed_at=None, framework_digest=found.framework_digest, steps=(),
    )  # fmt: skip
    made = compose(run, framework, paper, results, content, {})
    return replace(made, traces={name: tuple(rows) for name, rows in traces(db, question)})
