"""Results as rows: what the tables say of each indicator and of all scores together."""

from __future__ import annotations

from licensetrack.performance.framework import Framework
from licensetrack.performance.scorecard import Result, grade_of, own_total_of, total_of


def totals(framework: Framework, results: list[Result]) -> dict[str, object]:
    """What the evaluation's row says of all scores together."""
    total, own = total_of(results), own_total_of(results)
    return {"total": total, "own_total": None if own == total else own, "grade": grade_of(framework, results)}


def result_row(evaluation_id: int, position: int, result: Result) -> dict[str, object]:
    """An indicator's row."""
    indicator, mark = result.indicator, result.mark
    return {
        "evaluation_id": evaluation_id, "position": position, "code": indicator.code, "weight": indicator.weight,
        "target": result.target, "value": result.value, "value_text": result.value_text, **scores(result),
        "band": mark.band, "deviation": result.deviation, "reason": mark.reason, "explanation": mark.explanation,
        "facts": mark.facts, "evidence": mark.evidence, "assumption": mark.assumption,
    }  # fmt: skip


def scores(result: Result) -> dict[str, object]:
    """What an indicator's row says of its score: the one that counts, and the unit's own where that is another."""
    review = result.review
    own, reason = (None, "") if review is None else (result.own_score, review.reason)
    return {"score": result.score, "own_score": own, "review_reason": reason}
