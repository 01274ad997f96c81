"""The lives of a monitoring and of its follow-ups on one screen; what is not here is refused."""

from __future__ import annotations

from types import MappingProxyType

START, DRAFT, SUBMITTED, REPORTED, CLOSED = "start", "draft", "submitted", "reported", "closed"
FROZEN = (REPORTED, CLOSED)

MONITORING_MOVES = MappingProxyType(
    {
        (START, "draft"): DRAFT,
        (START, "reopen"): DRAFT,
        (DRAFT, "rework"): DRAFT,
        (DRAFT, "judge"): DRAFT,
        (DRAFT, "submit"): SUBMITTED,
        (SUBMITTED, "send_back"): DRAFT,
        (SUBMITTED, "report"): REPORTED,
        (REPORTED, "close"): CLOSED,
    }
)

OPEN, MENDED, ACCEPTED = "open", "mended", "accepted"
FOLLOW_UP_MOVES = MappingProxyType(
    {
        (OPEN, "mend"): MENDED,
        (MENDED, "return"): OPEN,
        (MENDED, "accept"): ACCEPTED,
    }
)
