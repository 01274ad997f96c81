"""The life of an evaluation on one screen: draft, completed, reviewed, signed; what is not here is refused."""

from __future__ import annotations

from types import MappingProxyType

DRAFT, COMPLETED, REVIEWED, SIGNED = "draft", "completed", "reviewed", "signed"
START = "start"

EVALUATION_MOVES = MappingProxyType(
    {
        (START, "evaluate"): DRAFT,
        (START, "reopen"): DRAFT,
        (DRAFT, "rework"): DRAFT,
        (DRAFT, "complete"): COMPLETED,
        (COMPLETED, "review_score"): COMPLETED,
        (COMPLETED, "review"): REVIEWED,
        (COMPLETED, "send_back"): DRAFT,
        (REVIEWED, "sign"): SIGNED,
        (REVIEWED, "send_back"): DRAFT,
    }
)

# Whoever takes one of these steps must not have taken another of them for the same evaluation.
BY_DIFFERENT_PEOPLE = ("complete", "review", "sign")
