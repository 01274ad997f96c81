"""The reviewer's verb: a score beside the unit's own, with its reason, or taken back; the reviewed one counts."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import update

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit, outbox
from licensetrack.core.clock import now
from licensetrack.core.db import transaction
from licensetrack.core.errors import NotFound, Refused
from licensetrack.performance import evaluations, queries
from licensetrack.performance.codec import to_plain
from licensetrack.performance.models import Evaluation, IndicatorResult
from licensetrack.performance.naming import all_figures
from licensetrack.performance.result_rows import scores, totals
from licensetrack.performance.reviews import Review, reviewed
from licensetrack.performance.rules.separation import check_other_person
from licensetrack.performance.scorecard import score_all
from licensetrack.performance.sentences import WordingError, check_sentences

ACT = "performance:evaluation:review_score"
REVIEW = "review"


def review_score(evaluation: Evaluation, code: str, *, score: Decimal | None, reason: str, actor: Actor) -> Evaluation:
    """Sets an indicator's reviewed score (审核得分) while the evaluation is completed; None takes it back.

    The reason may bind figures as the other texts do. Whoever completed the evaluation does not review it. Raises
    NotFound, Refused at `score` or `reason`, Conflict.
    """
    require(actor, ACT)
    results = {result.indicator.code: result for result in queries.results_of(evaluation)}
    if code not in results:
        raise NotFound("There is no indicator “%(code)s”.", code=code)
    before, indicator, at = results[code], results[code].indicator, now()
    reviews = {one: result.review for one, result in results.items() if result.review is not None and one != code}
    if score is None:
        if before.review is None:
            raise Refused("There is no reviewed score to take back.").at("score")
    else:
        made = reviewed(score, reason, before.own_score, indicator.weight)
        content = {"measures": queries.figures_of(evaluation)}
        framework = queries.framework_of(evaluation)
        figures = {figure.name: figure for figure in all_figures(framework, list(results.values()), content)}
        try:  # it is printed with the report: what can not be printed there is refused here
            check_sentences(figures, [(f"{code} {indicator.name}", reason)])
        except WordingError as refusal:
            raise refusal.at("reason") from None
        reviews[code] = Review(made, reason.strip(), before.own_score or Decimal(0), actor.login, actor.name, at)
    framework, marks = queries.framework_of(evaluation), queries.paper_of(evaluation).marks
    after = score_all(framework, marks, queries.figures_of(evaluation), evaluation.as_of, reviews)
    mine = next(result for result in after if result.indicator.code == code)
    with transaction() as db:
        steps = [(step.action, step.login) for step in queries.steps(db, evaluation.id)]
        check_other_person(steps, REVIEW, actor.login)
        values = {"reviews": to_plain(reviews), **totals(framework, after)}
        moved = evaluations.claim(db, evaluation, "review_score", values)
        row = (IndicatorResult.evaluation_id == evaluation.id, IndicatorResult.code == code)
        db.execute(update(IndicatorResult).where(*row).values(scores(mine)))
        audit.record(
            db, ACT, evaluations.subject(evaluation), actor, indicator=code, own=mine.own_score, score=score,
            reason=reason.strip(), total=moved.total,
        )  # fmt: skip
        outbox.post(db, ACT, evaluation_id=evaluation.id, indicator=code)
    return moved
