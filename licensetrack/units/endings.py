"""How a unit ends and how an ending is taken back: the unit's own side; the sets it holds are allocation's affair.

Each function is part of a larger act (`allocation/unit_changes.py`), which asked who may and moves the sets.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor
from licensetrack.core.errors import Refused
from licensetrack.units.claims import mark_changed, write_event
from licensetrack.units.history import ENDINGS, ending_of
from licensetrack.units.models import Unit, UnitEvent


def end_unit(
    db: Session,
    unit: Unit,
    action: str,
    on: dt.date,
    actor: Actor,
    *,
    into: Unit | None = None,
    details: dict[str, Any] | None = None,
) -> UnitEvent:
    """The unit is merged, split up or closed: it holds nothing from `on`. The caller claimed it."""
    unit.stage, unit.ended_on, unit.merged_into_id = ENDINGS[action], on, None if into is None else into.id
    mark_changed(db, unit)
    return write_event(db, unit.id, action, on, actor.id, other_id=unit.merged_into_id, details=details)


def take_ending_back(db: Session, unit: Unit, reason: str, actor: Actor) -> UnitEvent:
    """The ending was recorded by mistake: the unit is in use again, as if it had never ended; returns the ending.

    Raises Refused where it did not end.
    """
    ending = ending_of(db, unit.id)
    if ending is None:
        raise Refused("The unit “%(name)s” is in use; there is nothing to take back.", name=unit.name)
    unit.stage, unit.ended_on, unit.merged_into_id = "in_use", None, None
    mark_changed(db, unit)
    write_event(
        db, unit.id, "reopen", ending.on, actor.id, other_id=ending.other_id, details={"reason": reason},
        reverses_id=ending.id,
    )  # fmt: skip
    return ending
