"""Reviewed scores beside the unit's own (审核得分, 自评得分): whose score counts, and what both come to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from licensetrack.core.errors import Refused
from licensetrack.performance.rules.methods import by_hand


@dataclass(frozen=True)
class Review:
    """A reviewer's score of one indicator with its reason. It holds for the unit's score that the reviewer `saw`."""

    score: Decimal
    reason: str
    saw: Decimal
    login: str
    name: str
    at: dt.datetime


Reviews = Mapping[str, Review]


def standing(review: Review | None, own: Decimal | None) -> Review | None:
    """The review, while the unit's score is still the one that was reviewed; a changed score wants a new look."""
    return review if review is not None and review.saw == own else None


def reviewed(score: Decimal, reason: str, own: Decimal | None, weight: Decimal) -> Decimal:
    """A reviewed score as it may stand: within the weight, other than the unit's own, with a reason. Raises Refused."""
    if own is None:
        raise Refused("There is no score to review yet.").at("score")
    try:
        made = by_hand(score, weight)
    except Refused as refusal:
        raise refusal.at("score") from None
    if made == own:
        raise Refused("The reviewed score is the unit's own; take the review back instead.").at("score")
    if not reason.strip():
        raise Refused("A reviewed score needs its reason.").at("reason")
    return made
