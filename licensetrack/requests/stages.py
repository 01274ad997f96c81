"""The life of a request and of its lines on one screen: every move that exists; what is not here is refused."""

from __future__ import annotations

from types import MappingProxyType

DRAFT, SUBMITTED, ACCEPTED, RETURNED = "draft", "submitted", "accepted", "returned"
REJECTED, APPROVED, FULFILLED, WITHDRAWN = "rejected", "approved", "fulfilled", "withdrawn"
START = "start"

STAGES = (DRAFT, SUBMITTED, ACCEPTED, RETURNED, REJECTED, APPROVED, FULFILLED, WITHDRAWN)
WITH_UNIT = (DRAFT, RETURNED)  # the unit writes
IN_REVIEW = (SUBMITTED, ACCEPTED)  # the centre reads
GRANTED_STAGES = (APPROVED, FULFILLED)  # all that a vendor's engineer needs to know
CLOSED = (REJECTED, FULFILLED, WITHDRAWN)

REQUEST_MOVES = MappingProxyType(
    {
        (START, "draft"): DRAFT,
        (DRAFT, "submit"): SUBMITTED,
        (DRAFT, "withdraw"): WITHDRAWN,
        (SUBMITTED, "accept"): ACCEPTED,
        (SUBMITTED, "return"): RETURNED,
        (SUBMITTED, "reject"): REJECTED,
        (SUBMITTED, "withdraw"): WITHDRAWN,
        (ACCEPTED, "approve"): APPROVED,
        (ACCEPTED, "return"): RETURNED,
        (ACCEPTED, "reject"): REJECTED,
        (ACCEPTED, "withdraw"): WITHDRAWN,
        (RETURNED, "submit"): SUBMITTED,
        (RETURNED, "withdraw"): WITHDRAWN,
        (APPROVED, "fulfill"): FULFILLED,
    }
)

ASKED, GRANTED, REFUSED, DONE, DROPPED = "asked", "granted", "refused", "fulfilled", "dropped"
LINE_STAGES = (ASKED, GRANTED, REFUSED, DONE, DROPPED)
LINE_OPEN = GRANTED  # a line that waits for its fulfillment
LINE_MOVES = MappingProxyType(
    {
        (ASKED, "grant"): GRANTED,
        (ASKED, "refuse"): REFUSED,
        (GRANTED, "fulfill"): DONE,
        (GRANTED, "drop"): DROPPED,
    }
)
