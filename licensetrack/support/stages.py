"""The life of an order and of a bulletin's task, as tables: which step leads from which stage to which."""

from __future__ import annotations

from licensetrack.core.transitions import Moves

ASKED, ACCEPTED, WORKING, PAUSED = "asked", "accepted", "working", "paused"
HANDED_OVER, CLOSED, CANCELLED = "handed_over", "closed", "cancelled"
OPEN = (ASKED, ACCEPTED, WORKING, PAUSED, HANDED_OVER)
IN_ORDER_OF_LIFE = (*OPEN, CLOSED, CANCELLED)

ORDER_MOVES: Moves = {
    (ASKED, "accept"): ACCEPTED,
    (ACCEPTED, "assign"): ACCEPTED,
    (WORKING, "assign"): WORKING,
    (ACCEPTED, "grade"): ACCEPTED,
    (WORKING, "grade"): WORKING,
    (ACCEPTED, "answer"): WORKING,
    (WORKING, "arrive"): WORKING,
    (WORKING, "restore"): WORKING,
    (WORKING, "pause"): PAUSED,
    (PAUSED, "resume"): WORKING,
    (WORKING, "hand_over"): HANDED_OVER,
    (HANDED_OVER, "reject"): WORKING,
    (HANDED_OVER, "confirm"): CLOSED,
    (HANDED_OVER, "close"): CLOSED,
    (CLOSED, "rate"): CLOSED,
    (CLOSED, "reopen"): WORKING,
    (ASKED, "cancel"): CANCELLED,
    (ACCEPTED, "cancel"): CANCELLED,
    (WORKING, "cancel"): CANCELLED,
    (PAUSED, "cancel"): CANCELLED,
}

REPORTED, CONFIRMED, DROPPED = "reported", "confirmed", "dropped"
TASK_OPEN = "open"
TASK_MOVES: Moves = {
    (TASK_OPEN, "report"): REPORTED,
    (REPORTED, "confirm"): CONFIRMED,
    (REPORTED, "return"): TASK_OPEN,
    (TASK_OPEN, "drop"): DROPPED,
    (DROPPED, "restore"): TASK_OPEN,
}
BULLETIN_MOVES: Moves = {("open", "close"): "closed", ("closed", "reopen"): "open"}
