"""One step of a difference: compare and swap, its story, the audit entry and the message, in one transaction.

Locks are taken in one order by all: the set (where one is corrected), the end of the audit chain, then differences.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor
from licensetrack.core import audit, outbox
from licensetrack.core.clock import now
from licensetrack.core.errors import Conflict
from licensetrack.core.transitions import next_stage
from licensetrack.inventory.models import Difference, DifferenceStep
from licensetrack.inventory.stages import DIFFERENCE_MOVES, START

ROOM = "inventory:difference"
LONGEST = 500
CHANGED = "The difference changed meanwhile. Please look at it again."
NO_WAIVER: dict[str, Any] = {"waived_until": None, "reason": "", "asker": "", "document_id": None}


def move(
    db: Session,
    difference: Difference,
    action: str,
    actor: Actor,
    *,
    seen: int | None = None,
    note: str = "",
    row: Mapping[str, Any] | None = None,
    **step: Any,
) -> Difference:
    """Takes one step; gives the row as it now is. Raises Refused where it is not possible, Conflict when it changed."""
    audit.lock_head(db)
    stage = next_stage(DIFFERENCE_MOVES, difference.stage, action)
    revision = difference.revision if seen is None else seen
    changed = db.execute(
        update(Difference)
        .where(
            Difference.id == difference.id, Difference.stage == difference.stage, Difference.revision == revision
        )
        .values({"stage": stage, "revision": revision + 1} | dict(row or {}))
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(CHANGED)
    moved = db.get_one(Difference, difference.id, populate_existing=True)
    tell(db, moved, action, actor, note=note, **step)
    return moved


def begin(db: Session, made: Difference, actor: Actor, run_id: int) -> Difference:
    """Writes a difference that a run found for the first time, with the first step of its story."""
    made.stage, made.revision = next_stage(DIFFERENCE_MOVES, START, "find"), 1
    db.add(made)
    db.flush()
    tell(db, made, "find", actor, run_id=run_id)
    return made


def tell(db: Session, difference: Difference, action: str, actor: Actor, *, note: str = "", **step: Any) -> None:
    """Writes the step that made the difference's present revision, its audit entry and its message."""
    at, person = now(), {"actor_id": actor.id, "login": actor.login, "name": actor.name}
    db.execute(
        insert(DifferenceStep).values(
            difference_id=difference.id,
            seq=difference.revision,
            action=action,
            at=at,
            note=note[:LONGEST],
            **person,
            **step,
        )
    )
    tag = f"{ROOM}:{action}"
    said = {name: str(value) if isinstance(value, dt.date) else value for name, value in step.items() if value}
    if "operation" in said:
        said["ledger"] = said.pop("operation")  # the ledger's own entry stands for that operation in the audit trail
    audit.record(db, tag, subject(difference), actor, stage=difference.stage, note=note, **said)
    outbox.post(db, tag, difference_id=difference.id, seq=difference.revision)


def subject(difference: Difference) -> str:
    """What the audit trail calls a difference."""
    return f"difference:{difference.id}"
