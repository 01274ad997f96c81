"""Evaluations: the score sheet with values that open into their rows, who signed, what changed since, the report."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, allows
from licensetrack.accounts.scoping import check_sees_all
from licensetrack.core.db import reading
from licensetrack.core.errors import Refused
from licensetrack.measures.catalogue import MEASURES
from licensetrack.performance import queries, scorecard
from licensetrack.performance.differences import differences, has_changed
from licensetrack.performance.evaluations import taken
from licensetrack.performance.evidence_wanted import evidence_gaps, wanted_lines
from licensetrack.performance.models import Evaluation
from licensetrack.performance.rules.separation import check_other_person
from licensetrack.performance.scorecard import Gap
from licensetrack.performance.sentences import WordingError
from licensetrack.performance.sheet import EvaluationSheet, Group
from licensetrack.performance.stages import EVALUATION_MOVES, SIGNED
from licensetrack.reports.numbers import Figure, Unit
from licensetrack.reports.wording import plain, sentence
from licensetrack.web.access import actor, needs
from licensetrack.web.draft_forms import StepForm
from licensetrack.web.framework_words import KINDS
from licensetrack.web.shown import points
from licensetrack.web.wording import in_words

evaluations = Blueprint("evaluations", __name__, url_prefix="/evaluations")


@evaluations.get("")
@needs("performance:read")
def index() -> ResponseReturnValue:
    """All evaluations, the newest first."""
    see_all()
    with reading() as db:
        rows = queries.evaluations(db)
        moved = {row.id for row in rows if row.stage == SIGNED and has_changed(db, row)}
        return render_template("evaluations/index.html", rows=rows, moved=moved, points=points, KINDS=KINDS)


@evaluations.get("/<int:evaluation_id>")
@needs("performance:read")
def one(evaluation_id: int) -> ResponseReturnValue:
    """One evaluation's score sheet."""
    see_all()
    return evaluation_page(evaluation_id, StepForm(formdata=None), "")


def evaluation_page(evaluation_id: int, form: StepForm, act: str) -> str:
    """The page, with the form of the step `act` as it was sent."""
    with reading() as db:
        found = queries.evaluation(db, evaluation_id)
        sheet, gaps = _read(db, found)
        changed = differences(db, found)
        steps = steps_open(db, found, actor())
    words = Words(sheet)
    return render_template(
        "evaluations/evaluation.html",
        found=found,
        sheet=sheet,
        changed=changed,
        gaps=gaps,
        words=words,
        points=points,
        SIGNED=SIGNED,
        is_measure=MEASURES.__contains__,
        form=form,
        act=act,
        fresh=StepForm(formdata=None),
        steps=steps,
        known_at=sheet.known_at.isoformat(),
        KINDS=KINDS,
    )


def _read(db: Session, found: Evaluation) -> tuple[EvaluationSheet, list[Gap]]:
    """The sheet, and what is missing before it can be completed."""
    if found.stage == SIGNED:
        return queries.load_snapshot(db, found, with_traces=False), []
    made = queries.unsigned(db, found, with_traces=False)
    return made.sheet, scorecard.gaps(made.results) + evidence_gaps(wanted_lines(made.framework, made.sheet.papers))


def see_all() -> None:
    """An evaluation counts the whole city: a visitor who may see a part of it may not see its rows. Raises NotFound."""
    check_sees_all(actor(), "There is no such evaluation.")


def steps_open(db: Session, found: Evaluation, visitor: Actor) -> dict[str, str]:
    """Step → why this very visitor may not take it, empty where they may; steps of other roles are left out."""
    possible = [action for stage, action in EVALUATION_MOVES if stage == found.stage]
    possible += ["reopen"] if found.stage == SIGNED else []
    why: dict[str, str] = {}
    for action in possible:
        if allows(visitor, f"performance:evaluation:{action}"):
            try:
                check_other_person(taken(db, found, action), action, visitor.login)
                why[action] = ""
            except Refused as refusal:
                why[action] = in_words(refusal)
    return why


class Words:
    """The sheet's sentences with its figures filled in."""

    def __init__(self, sheet: EvaluationSheet) -> None:
        self._figures = {
            name: Figure(name, figure.value, Unit(figure.unit), figure.label) for name, figure in sheet.figures.items()
        }

    def __call__(self, text: str, place: str) -> str:
        """The sentence as it is read; in a draft that no longer fits its figures, as it was written."""
        try:
            return plain(sentence(text, self._figures, place)) if text else ""
        except WordingError:
            return text

    @staticmethod
    def lost(group: Group) -> Decimal:
        """Points that a branch lost."""
        return group.weight - group.score
