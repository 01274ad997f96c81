"""The steps of an evaluation's life, taken on pages: complete, review, send back, sign, re-open, read values anew."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Refused
from licensetrack.performance import evaluations as verbs
from licensetrack.performance import queries
from licensetrack.performance.models import Evaluation
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import perform
from licensetrack.web.asked import as_of
from licensetrack.web.draft_desk import opened
from licensetrack.web.draft_forms import StepForm
from licensetrack.web.evaluation_drafts import write_page
from licensetrack.web.evaluations import evaluation_page, see_all

evaluation_acts = Blueprint("evaluations_acts", __name__, url_prefix="/evaluations")

ROOM = verbs.ROOM


@evaluation_acts.post("/<int:evaluation_id>/complete")
@needs(f"{ROOM}:complete")
def complete(evaluation_id: int) -> ResponseReturnValue:
    """Hands the draft over for review, if nothing is missing and every number in its texts is a figure's."""
    form = StepForm()
    with reading() as db:
        desk = opened(db, evaluation_id)

    def act() -> str:
        check_seen(form, desk.found)
        verbs.complete_evaluation(desk.found, actor=actor())
        return _to(evaluation_id)

    return perform(form, act, lambda: write_page(desk, form))


@evaluation_acts.post("/<int:evaluation_id>/rework")
@needs(f"{ROOM}:rework")
def rework(evaluation_id: int) -> ResponseReturnValue:
    """Reads a draft's values anew from the ledgers, for another evaluation date where one is given."""
    form = StepForm()
    with reading() as db:
        desk = opened(db, evaluation_id)

    def act() -> str:
        check_seen(form, desk.found)
        try:
            day = as_of(form.as_of.data) if form.as_of.data else None
        except Refused as refusal:
            raise refusal.at("as_of") from None
        verbs.rework_evaluation(desk.found, actor=actor(), as_of=day)
        return url_for("evaluations_drafts.write", evaluation_id=evaluation_id)

    return perform(form, act, lambda: write_page(desk, form))


@evaluation_acts.post("/<int:evaluation_id>/review")
@needs(f"{ROOM}:review")
def review(evaluation_id: int) -> ResponseReturnValue:
    """Says that the completed evaluation is right."""
    return _step(evaluation_id, "review", lambda found, form: verbs.review_evaluation(found, actor=actor()))


@evaluation_acts.post("/<int:evaluation_id>/send-back")
@needs(f"{ROOM}:send_back")
def send_back(evaluation_id: int) -> ResponseReturnValue:
    """Makes it a draft again, with what is to be mended."""
    return _step(
        evaluation_id,
        "send_back",
        lambda found, form: verbs.send_back_evaluation(found, actor=actor(), reason=form.note.data or ""),
    )


@evaluation_acts.post("/<int:evaluation_id>/sign")
@needs(f"{ROOM}:sign")
def sign(evaluation_id: int) -> ResponseReturnValue:
    """Signs it off: from now on it never changes."""
    return _step(evaluation_id, "sign", lambda found, form: verbs.sign_evaluation(found, actor=actor()))


@evaluation_acts.post("/<int:evaluation_id>/reopen")
@needs(f"{ROOM}:reopen")
def reopen(evaluation_id: int) -> ResponseReturnValue:
    """Makes the next version's draft from a signed evaluation, which stays as it is."""

    def act(found: Evaluation, form: StepForm) -> Evaluation:
        paper, used = queries.paper_of(found), queries.standing_framework(found)
        return verbs.reopen_evaluation(found, paper, used, actor=actor(), reason=form.note.data or "")

    return _step(evaluation_id, "reopen", act)


def _step(evaluation_id: int, name: str, act: Callable[[Evaluation, StepForm], Evaluation]) -> ResponseReturnValue:
    """Takes one step and leads to where the evaluation then is; a refusal is told at the step's form."""
    see_all()
    form = StepForm()
    with reading() as db:
        found = queries.evaluation(db, evaluation_id)

    def done() -> str:
        check_seen(form, found)
        return _to(act(found, form).id)

    return perform(form, done, lambda: evaluation_page(evaluation_id, form, name))


def check_seen(form: StepForm, found: Evaluation) -> None:
    """Nobody takes a step with an evaluation that they did not see as it is. Raises Refused, Conflict."""
    if form.seen is None:
        raise Refused("This form is incomplete. Please load the page again.")
    if form.seen != found.revision:
        raise Conflict("The evaluation changed meanwhile. Please look at it again.")


def _to(evaluation_id: int) -> str:
    return url_for("evaluations.one", evaluation_id=evaluation_id)
