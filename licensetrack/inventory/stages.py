"""The life of a difference on one screen: every move that exists; what is not here is refused."""

from __future__ import annotations

from types import MappingProxyType

OPEN, ASKED, WAIVED, WORKED_OFF, CLOSED = "open", "asked", "waived", "worked_off", "closed"
STAGES = (OPEN, ASKED, WAIVED, WORKED_OFF, CLOSED)
STANDING = (OPEN, ASKED, WAIVED, WORKED_OFF)
START = "start"

DIFFERENCE_MOVES = MappingProxyType(
    {
        (START, "find"): OPEN,
        (OPEN, "ask"): ASKED,  # a waiver without a paper wants a second person
        (ASKED, "confirm"): WAIVED,
        (ASKED, "decline"): OPEN,
        (OPEN, "waive"): WAIVED,  # with a paper
        (WAIVED, "lapse"): OPEN,  # its last day is over, or what was waived changed
        (ASKED, "lapse"): OPEN,
        (WORKED_OFF, "reopen"): OPEN,  # a later run still sees it
        **{(stage, "explain"): stage for stage in (OPEN, ASKED, WAIVED)},
        **{(stage, "change"): stage for stage in (OPEN, WORKED_OFF)},  # a run sees it with other figures
        **{(stage, "work_off"): WORKED_OFF for stage in (OPEN, ASKED, WAIVED)},
        **{(stage, "close"): CLOSED for stage in STANDING},  # a run does not see it any more
    }
)
