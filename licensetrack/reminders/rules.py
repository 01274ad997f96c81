"""Which reminder is due on which day: one ladder of steps for each kind, pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

WEEK = 7
ENDING = (90, 60, 30, 15, 7, 1, 0)  # days left at which an end is told; the desk's windows are the same
SOON = ENDING[0]


@dataclass(frozen=True)
class Ladder:
    """The steps of a reminder: `before` are days left, the largest first; after the due day one step in `every` days.

    A step is named by the days left on which it falls: 30, 0, -7. `every` of 0 means that nothing follows.
    """

    before: tuple[int, ...]
    every: int = WEEK

    def latest_step(self, days_left: int) -> int | None:
        """The step that was reached last when so many days are left, or None before the first.

        Whoever asks each day meets every step on its day; whoever slept over several meets the last of them alone.
        """
        if days_left < 0 and self.every and -days_left >= self.every:
            return -(-days_left // self.every) * self.every
        reached = [step for step in self.before if step >= days_left]
        return min(reached) if reached else None


_ENDS = Ladder(ENDING)
_WAITS = Ladder((0,))
_DUTY = Ladder((60, 30, 15, 7, 1, 0))

UNIT, OPERATORS, ENGINEERS, DISTRICT = "unit_user", "operator", "vendor_engineer", "district_manager"
REVIEWERS, OFFICERS, MANAGERS = "reviewer", "performance_officer", "manager"


@dataclass(frozen=True)
class Rule:
    """A kind of reminder: its steps, the roles that hear every step, those that hear it only after the due day.

    `limit` names the setting (limits.py) that says how many days something may wait before it is due.
    """

    ladder: Ladder
    hear: tuple[str, ...]
    hear_late: tuple[str, ...] = ()
    limit: str = ""


VALIDITY, SUPPORT, TEMPORARY, REVOCATION = "validity", "support", "temporary", "revocation"
IMPORT, ACCEPTANCE, REWORK, RECEIPT = "import", "acceptance", "rework", "receipt"
CERTIFICATE_UNIT, CERTIFICATE_CENTER = "certificate_unit", "certificate_center"
SUBMITTED, ACCEPTED, RETURNED, APPROVED = "submitted", "accepted", "returned", "approved"
FOLLOW_UP, MONITORING, EVALUATION = "follow_up", "monitoring", "evaluation"

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        VALIDITY: Rule(_ENDS, (UNIT, OPERATORS, DISTRICT), (MANAGERS,)),
        SUPPORT: Rule(_ENDS, (UNIT, OPERATORS, DISTRICT), (MANAGERS,)),
        TEMPORARY: Rule(Ladder((-1,)), (UNIT, OPERATORS, DISTRICT), (MANAGERS,)),
        REVOCATION: Rule(Ladder((30, 15, 7, 1, 0)), (UNIT, OPERATORS), (MANAGERS,)),
        IMPORT: Rule(_WAITS, (UNIT, ENGINEERS, OPERATORS, DISTRICT), limit="import"),
        ACCEPTANCE: Rule(_WAITS, (UNIT, OPERATORS), limit="acceptance"),
        REWORK: Rule(_WAITS, (UNIT, ENGINEERS, OPERATORS), limit="rework"),
        RECEIPT: Rule(_WAITS, (UNIT,), limit="receipt"),
        CERTIFICATE_UNIT: Rule(_WAITS, (UNIT, OPERATORS), limit="certificate"),
        CERTIFICATE_CENTER: Rule(_WAITS, (OPERATORS,), limit="certificate"),
        SUBMITTED: Rule(_WAITS, (OPERATORS,), limit="submitted"),
        ACCEPTED: Rule(_WAITS, (REVIEWERS,), limit="accepted"),
        RETURNED: Rule(_WAITS, (UNIT,), limit="returned"),
        APPROVED: Rule(_WAITS, (OPERATORS,), limit="approved"),
        FOLLOW_UP: Rule(Ladder((15, 7, 1, 0)), (OFFICERS, OPERATORS), (MANAGERS,)),
        MONITORING: Rule(_DUTY, (OFFICERS,), (MANAGERS,)),
        EVALUATION: Rule(_DUTY, (OFFICERS, REVIEWERS), (MANAGERS,)),
    }
)


def step_on(kind: str, due_on: dt.date, day: dt.date) -> int | None:
    """The step of a reminder of this kind that was reached last on the day; None before the first one."""
    return RULES[kind].ladder.latest_step((due_on - day).days)


def roles_that_hear(kind: str, step: int) -> tuple[str, ...]:
    """Whose roles hear this step."""
    rule = RULES[kind]
    return rule.hear + rule.hear_late if step < 0 else rule.hear


def kind_of_end(by: str, *, temporary: bool, days_left: int) -> str:
    """What ends: the validity or the support of a set; a temporary set whose term is over is a matter of its own."""
    if by != "valid_until":
        return SUPPORT
    return TEMPORARY if temporary and days_left < 0 else VALIDITY
