"""Moving a request from stage to stage: compare and swap on stage and version, one event for each move."""

from __future__ import annotations

import datetime as dt
from typing import Any, NoReturn

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit, outbox
from licensetrack.core.clock import BUSINESS_ZONE, now, today
from licensetrack.core.errors import Conflict, NotFound
from licensetrack.core.transitions import next_stage
from licensetrack.requests.models import LicenseRequest, RequestEvent, RequestLine
from licensetrack.requests.stages import APPROVED, GRANTED, LINE_MOVES, REQUEST_MOVES
from licensetrack.units.models import Unit

TAG = "requests:request"
MEANWHILE = {
    "draft": "The request %(number)s was drafted by %(name)s at %(at)s meanwhile.",
    "submit": "The request %(number)s was submitted by %(name)s at %(at)s meanwhile.",
    "accept": "The request %(number)s was accepted by %(name)s at %(at)s meanwhile.",
    "return": "The request %(number)s was returned for correction by %(name)s at %(at)s meanwhile.",
    "reject": "The request %(number)s was rejected by %(name)s at %(at)s meanwhile.",
    "approve": "The request %(number)s was approved by %(name)s at %(at)s meanwhile.",
    "withdraw": "The request %(number)s was withdrawn by %(name)s at %(at)s meanwhile.",
    "fulfill": "The request %(number)s was fulfilled by %(name)s at %(at)s meanwhile.",
}


def may_touch(db: Session, request: LicenseRequest, permission: str, actor: Actor) -> Unit:
    """Who may, for this request's unit. Raises Forbidden for the role, NotFound for somebody else's request."""
    require(actor, permission)
    unit = db.get_one(Unit, request.unit_id)
    require(actor, permission, district=unit.district, unit_id=unit.id)
    return unit


def claim(db: Session, request_id: int, seen: int | None) -> LicenseRequest:
    """Locks the request's row for this transaction and reads it anew; whoever saw another version is told why not.

    Raises NotFound, Conflict.
    """
    lock = update(LicenseRequest).where(LicenseRequest.id == request_id).values(version=LicenseRequest.version)
    db.execute(lock.execution_options(synchronize_session=False))
    fresh = db.get(LicenseRequest, request_id, populate_existing=True)
    if fresh is None:
        raise NotFound("There is no such request.")
    if seen is not None and fresh.version != seen:
        changed(db, fresh)
    return fresh


def ready(db: Session, fresh: LicenseRequest, action: str) -> None:
    """Whether the action is possible where the request stands; if not, what brought it there. Raises Conflict."""
    if (fresh.stage, action) not in REQUEST_MOVES:
        changed(db, fresh)


def move(
    db: Session, request: LicenseRequest, action: str, actor: Actor, *, note: str = "", acted_for: str | None = None,
    on: dt.date | None = None, values: dict[str, Any] | None = None, **details: Any,
) -> LicenseRequest:  # fmt: skip
    """Takes a claimed request to the stage that the action leads to; event, audit entry and message in one go.

    Raises Refused for a move that the table does not hold, Conflict when somebody was faster.
    """
    before, version, at = request.stage, request.version, now()
    after = next_stage(REQUEST_MOVES, before, action)
    moved = db.execute(
        update(LicenseRequest)
        .where(LicenseRequest.id == request.id, LicenseRequest.stage == before, LicenseRequest.version == version)
        .values(stage=after, version=version + 1, stage_since=at, **(values or {}))
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        changed(db, request)
    record(
        db, request, RequestEvent(seq=version + 1, action=action, from_stage=before, to_stage=after), actor,
        note=note, acted_for=acted_for, at=at, on=on or today(), details=details,
    )  # fmt: skip
    db.refresh(request)
    return request


def record(
    db: Session, request: LicenseRequest, event: RequestEvent, actor: Actor, *, note: str, acted_for: str | None,
    at: dt.datetime, on: dt.date, details: dict[str, Any],
) -> None:  # fmt: skip
    """Writes the event of a move, its audit entry and the message for others."""
    event.request_id, event.at, event.on = request.id, at, on
    event.actor_id, event.login, event.name = actor.id, actor.login, actor.name
    event.note, event.acted_for = note, acted_for
    db.add(event)
    db.flush()
    tag = f"{TAG}:{event.action}"
    told = {name: value for name, value in (("note", note), ("acted_for", acted_for)) if value}
    audit.record(
        db, tag, f"request:{request.number}", actor, stage=[event.from_stage, event.to_stage], **told, **details
    )
    outbox.post(db, tag, request_id=request.id, number=request.number, unit_id=request.unit_id, stage=event.to_stage)


def changed(db: Session, request: LicenseRequest) -> NoReturn:
    """Says what happened meanwhile, by whom and when. Raises Conflict."""
    query = select(RequestEvent).where(RequestEvent.request_id == request.id).order_by(RequestEvent.seq.desc())
    last = db.scalars(query.execution_options(populate_existing=True)).first()
    if last is None:
        raise NotFound("There is no such request.")
    at = last.at.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
    raise Conflict(MEANWHILE[last.action], number=request.number, name=last.name, at=at)


def settle_line(
    db: Session, line: RequestLine, action: str, *, actor: Actor, on: dt.date, result_set_id: int | None = None
) -> LicenseRequest:
    """A granted line is fulfilled (or dropped); with the last one the request is. Part of the caller's act.

    The request's row is locked first, so that two who settle its last two lines do not both leave it open. The caller
    has asked who may. Raises Refused for a line that is not open, Conflict when somebody was faster.
    """
    request = claim(db, line.request_id, None)
    fresh = db.get_one(RequestLine, line.id, populate_existing=True)
    after = next_stage(LINE_MOVES, fresh.stage, action)
    settled = db.execute(
        update(RequestLine)
        .where(RequestLine.id == line.id, RequestLine.stage == fresh.stage)
        .values(stage=after, result_set_id=result_set_id, settled_on=on)
        .execution_options(synchronize_session=False)
    )
    if settled.rowcount != 1:  # type: ignore[attr-defined]
        changed(db, request)
    db.refresh(fresh)
    still_open = select(func.count()).where(RequestLine.request_id == request.id, RequestLine.stage == GRANTED)
    if request.stage == APPROVED and not db.scalar(still_open):
        move(db, request, "fulfill", actor, on=on)
    return request
