"""The work lists: what waits for whom, each with its count, its oldest row first and a link to each row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, allows
from licensetrack.web.work_rows import Asked, WorkRow
from licensetrack.web.work_sets import declined, expiring, held, idle, to_accept, to_import

WAITING, LEFT = lazy_gettext("Days waiting"), lazy_gettext("Days left")


@dataclass(frozen=True)
class WorkList:
    """One list: its words, who may see it, how it is read. `since` heads the day that the days are counted from."""

    key: str
    title: Any
    hint: Any
    read: Callable[[Session, Asked], list[WorkRow]]
    permission: str
    since: Any
    sign: str = "hourglass-split"
    days: Any = WAITING
    empty: Any = field(default_factory=lambda: lazy_gettext("Nothing waits here."))
    windows: bool = False  # asks for what ends within so many days

    def is_late(self, row: WorkRow) -> bool:
        """Whether a row has waited longer than is usual, or has no time left."""
        return row.days < 0 if self.windows else row.days > 30


LISTS: Mapping[str, WorkList] = {
    made.key: made
    for made in (
        WorkList(
            "to_import",
            lazy_gettext("Issued more than 30 days ago, not imported"),
            lazy_gettext("Remind the unit, or help it to import."),
            to_import,
            "allocation:read",
            lazy_gettext("Issued on"),
            "cloud-arrow-up",
        ),
        WorkList(
            "to_accept",
            lazy_gettext("Imported, not accepted"),
            lazy_gettext("A certificate has to be drawn and signed by both sides."),
            to_accept,
            "allocation:read",
            lazy_gettext("Imported on"),
            "patch-check",
        ),
        WorkList(
            "declined",
            lazy_gettext("Declined, to be put right"),
            lazy_gettext("The acceptance was declined; the reason says what has to be done."),
            declined,
            "allocation:read",
            lazy_gettext("Declined on"),
            "exclamation-triangle",
        ),
        WorkList(
            "expiring",
            lazy_gettext("Ending soon"),
            lazy_gettext("Validity or support ends; renew, replace or return the set."),
            expiring,
            "allocation:read",
            lazy_gettext("Ends on"),
            "calendar3",
            LEFT,
            windows=True,
        ),
        WorkList(
            "idle",
            lazy_gettext("Idle: never imported"),
            lazy_gettext("Issued long ago and never used; ask the unit whether it still needs the set."),
            idle,
            "allocation:read",
            lazy_gettext("Issued on"),
            "inbox",
        ),
        WorkList(
            "held",
            lazy_gettext("What is held, and until when"),
            lazy_gettext("Every set that is held now; first what ends first."),
            held,
            "allocation:read",
            lazy_gettext("Ends on"),
            "patch-check",
            LEFT,
            windows=True,
        ),
    )
}
HOMES: Mapping[str, tuple[str, ...]] = {
    "operator": ("to_accept", "declined", "to_import", "expiring", "idle"),
    "reviewer": ("to_accept", "declined", "expiring"),
    "manager": ("to_import", "to_accept", "declined", "expiring", "idle"),
    "district_manager": ("to_import", "to_accept", "declined", "expiring", "idle"),
    "unit_user": ("to_import", "declined", "to_accept", "expiring", "held"),
    "vendor_engineer": ("to_import", "declined", "expiring"),
}


def lists_of(actor: Actor) -> list[WorkList]:
    """The lists on the home page of the actor's role, in their order."""
    return [LISTS[key] for key in HOMES.get(actor.role, ()) if allows(actor, LISTS[key].permission)]


@dataclass(frozen=True)
class Read:
    """A list as it was read."""

    of: WorkList
    rows: list[WorkRow]

    @property
    def oldest(self) -> dt.date | None:
        """The day of its first row."""
        return self.rows[0].since if self.rows else None

    @property
    def late(self) -> int:
        """How many rows are late."""
        return sum(self.of.is_late(row) for row in self.rows)
