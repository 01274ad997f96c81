"""A reviewer's score of one indicator, set beside the unit's own on a page of its own, or taken back."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from wtforms import TextAreaField
from wtforms.validators import Length

from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, NotFound, Refused
from licensetrack.performance import queries
from licensetrack.performance.reviewing import ACT, review_score
from licensetrack.performance.scorecard import target_text
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.evaluations import Words, see_all
from licensetrack.web.fields import NumberField
from licensetrack.web.shown import points

score_reviews = Blueprint("evaluations_scores", __name__, url_prefix="/evaluations/<int:evaluation_id>/scores")


class ScoreForm(ActForm):
    """The reviewed score, empty to take it back, and its reason."""

    score = NumberField(lazy_gettext("Reviewed score"))
    reason = TextAreaField(lazy_gettext("Reason"), [Length(max=1000)])


@score_reviews.get("/<code>")
@needs(ACT)
def one(evaluation_id: int, code: str) -> ResponseReturnValue:
    """The indicator as it stands, and the form."""
    return _page(evaluation_id, code, ScoreForm(formdata=None))


@score_reviews.post("/<code>")
@needs(ACT)
def keep(evaluation_id: int, code: str) -> ResponseReturnValue:
    """Sets the reviewed score, or takes it back where none is given."""
    see_all()
    form = ScoreForm()

    def act() -> str:
        with reading() as db:
            found = queries.evaluation(db, evaluation_id)
        if form.seen is None:
            raise Refused("This form is incomplete. Please load the page again.")
        if form.seen != found.revision:
            raise Conflict("The evaluation changed meanwhile. Please look at it again.")
        review_score(found, code, score=form.score.data, reason=form.reason.data or "", actor=actor())
        return url_for("evaluations.one", evaluation_id=evaluation_id, _anchor="sheet")

    return perform(form, act, lambda: _page(evaluation_id, code, form))


def _page(evaluation_id: int, code: str, form: ScoreForm) -> str:
    see_all()
    with reading() as db:
        found = queries.evaluation(db, evaluation_id)
        result = next((one for one in queries.results_of(found) if one.indicator.code == code), None)
        words = Words(queries.sheet(db, found, with_traces=False))
    if result is None:
        raise NotFound("There is no indicator “%(code)s”.", code=code)
    if not form.is_submitted() and result.review is not None:
        form.score.data, form.reason.data = result.review.score, result.review.reason
    return render_template(
        "evaluations/review_score.html", found=found, result=result, form=form, points=points,
        target=target_text(result.indicator, result.target), said=words(result.mark.reason, code),
    )  # fmt: skip
