"""Evaluations: the score sheet with values that open into their rows, who signed, what changed since, the report."""

from __future__ import annotations

import io
from decimal import Decimal

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue

from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.measures.catalogue import MEASURES
from licensetrack.performance import queries
from licensetrack.performance.evidence_wanted import missing_evidence
from licensetrack.performance.sheet import EvaluationSheet, Group
from licensetrack.performance.stages import SIGNED
from licensetrack.reports.numbers import NO_VALUE, Figure, Kind, Unit, number_text
from licensetrack.reports.outputs import MEDIA_TYPES, Form, file_name, write_evaluation
from licensetrack.reports.wording import WordingError, checked_text, plain
from licensetrack.web.access import actor, needs
from licensetrack.web.exports import attachment, record_download

evaluations = Blueprint("evaluations", __name__, url_prefix="/evaluations")


@evaluations.get("")
@needs("performance:read")
def index() -> ResponseReturnValue:
    """All evaluations, the newest first."""
    see_all()
    with reading() as db:
        return render_template("evaluations/index.html", rows=queries.evaluations(db), points=points)


@evaluations.get("/<int:evaluation_id>")
@needs("performance:read")
def one(evaluation_id: int) -> ResponseReturnValue:
    """One evaluation's score sheet."""
    see_all()
    with reading() as db:
        found = queries.evaluation(db, evaluation_id)
        sheet = queries.sheet(db, found, with_traces=False)
        changed = queries.differences(db, found)
        gaps = [] if found.stage == SIGNED else queries.gaps(found) + missing_evidence(db, found)
    words = _Words(sheet)
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
        known_at=sheet.known_at.isoformat(),
    )


@evaluations.get("/<int:evaluation_id>/report.<any(pdf, docx, xlsx):form>")
@needs("performance:read")
def report(evaluation_id: int, form: Form) -> Response:
    """The evaluation as a document; a signed one gives the same bytes for ever, a draft says that it is one."""
    see_all()
    with reading() as db:
        found = queries.evaluation(db, evaluation_id)
        sheet = queries.sheet(db, found)
    content = write_evaluation(sheet, form)
    record_download("performance:evaluation:download", f"evaluation:{evaluation_id}", format=form, digest=sheet.digest)
    return attachment(io.BytesIO(content), file_name(sheet, form), MEDIA_TYPES[form])


def see_all() -> None:
    """An evaluation counts the whole city: a visitor who may see a part of it may not see its rows."""
    if actor().scope.kind != "all":
        raise NotFound("There is no such evaluation.")


def points(value: Decimal | None) -> str:
    """Points without needless decimals: 99, 7.5."""
    return NO_VALUE if value is None else number_text(value, Kind.SCORE)


class _Words:
    """The sheet's sentences with its figures filled in."""

    def __init__(self, sheet: EvaluationSheet) -> None:
        self._figures = {
            name: Figure(name, figure.value, Unit(figure.unit), figure.label) for name, figure in sheet.figures.items()
        }

    def __call__(self, text: str, place: str) -> str:
        """The sentence as it is read; in a draft that no longer fits its figures, as it was written."""
        try:
            return plain(checked_text(text, self._figures, place)) if text else ""
        except WordingError:
            return text

    @staticmethod
    def lost(group: Group) -> Decimal:
        """Points that a branch lost."""
        return group.weight - group.score
