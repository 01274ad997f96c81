"""What has to be put right after a monitoring: somebody says how it was mended, somebody else accepts that or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit, outbox
from licensetrack.core.clock import now, today
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.transitions import next_stage
from licensetrack.performance import monitoring_queries as queries
from licensetrack.performance.monitoring_models import FollowUp, FollowUpStep
from licensetrack.performance.monitoring_rules import LONGEST
from licensetrack.performance.monitoring_stages import FOLLOW_UP_MOVES

ROOM = "performance:follow_up"


def mend_follow_up(follow_up: FollowUp, *, actor: Actor, on: dt.date, result: str, seen: int | None = None) -> FollowUp:
    """open → mended: on which day it was put right, and how. Raises Refused, Conflict."""
    require(actor, f"{ROOM}:mend")
    if not result.strip():
        raise Refused("Say how it was put right.").at("result")
    if on > today():
        raise Refused("The date %(on)s lies in the future.", on=on).at("on")
    with transaction() as db:
        values = {"result": result.strip()[:LONGEST], "mended_on": on}
        return _move(db, follow_up, "mend", actor, seen, result, values)


def accept_follow_up(follow_up: FollowUp, *, actor: Actor, seen: int | None = None) -> FollowUp:
    """mended → accepted, by somebody else than who mended it. Raises Refused, Conflict."""
    require(actor, f"{ROOM}:accept")
    with transaction() as db:
        taken = queries.follow_up_steps(db, [follow_up.id]).get(follow_up.id, [])
        mended = [step.login for step in taken if step.action == "mend"]
        if mended and mended[-1] == actor.login:
            raise Refused("You put this right yourself; another person has to accept it.")
        return _move(db, follow_up, "accept", actor, seen)


def return_follow_up(follow_up: FollowUp, *, actor: Actor, reason: str, seen: int | None = None) -> FollowUp:
    """mended → open again, with what is still missing. Raises Refused, Conflict."""
    require(actor, f"{ROOM}:return")
    if not reason.strip():
        raise Refused("A reason is needed.").at("reason")
    with transaction() as db:
        return _move(db, follow_up, "return", actor, seen, reason)


def _move(
    db: Session,
    follow_up: FollowUp,
    action: str,
    actor: Actor,
    seen: int | None,
    note: str = "",
    values: Mapping[str, Any] | None = None,
) -> FollowUp:
    """Compare and swap: nobody else may have changed it since it was read; gives the row as it now is."""
    stage = next_stage(FOLLOW_UP_MOVES, follow_up.stage, action)
    revision = follow_up.revision if seen is None else seen
    changed = db.execute(
        update(FollowUp)
        .where(FollowUp.id == follow_up.id, FollowUp.stage == follow_up.stage, FollowUp.revision == revision)
        .values({"stage": stage, "revision": revision + 1} | dict(values or {}))
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("The point changed meanwhile. Please look at it again.")
    moved = db.get_one(FollowUp, follow_up.id, populate_existing=True)
    step = {"action": action, "actor_id": actor.id, "login": actor.login, "name": actor.name, "at": now()}
    db.execute(insert(FollowUpStep).values(follow_up_id=moved.id, note=note[:LONGEST], **step))
    monitored = queries.monitoring(db, moved.monitoring_id)
    tag = f"{ROOM}:{action}"
    audit.record(db, tag, queries.subject(monitored), actor, code=moved.code, note=note)
    outbox.post(db, tag, follow_up_id=moved.id)
    return moved
