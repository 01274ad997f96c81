"""What waits for whom: requests to accept, to approve, with the unit; and how long each stage keeps them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, Scope, allows
from licensetrack.core.clock import now, today
from licensetrack.requests.delegations import principals_of
from licensetrack.requests.queries import RequestRow, requests_at
from licensetrack.requests.stages import ACCEPTED, APPROVED, DRAFT, RETURNED, SUBMITTED

ACCEPT, APPROVE, FULFILL = "requests:request:accept", "requests:request:approve", "requests:request:fulfill"
OPEN = (SUBMITTED, ACCEPTED, RETURNED, APPROVED)


def can_accept(actor: Actor, row: RequestRow) -> bool:
    """Whether the actor may accept this request: by role, and neither asked nor wrote it."""
    return row.stage == SUBMITTED and allows(actor, ACCEPT) and actor.login not in row.writers


def can_approve(actor: Actor, row: RequestRow, principals: list[str]) -> bool:
    """Whether the actor may approve this request: by role or for one of `principals`, all strangers to it."""
    if row.stage != ACCEPTED or actor.login in row.writers or (row.two_people and actor.login == row.acceptor):
        return False
    return allows(actor, APPROVE) or any(login not in (*row.writers, row.acceptor) for login in principals)


def to_review(db: Session, actor: Actor) -> list[RequestRow]:
    """Submitted requests that the actor may accept, those that waited longest first."""
    if not allows(actor, ACCEPT):
        return []
    return [row for row in requests_at(db, (SUBMITTED,), actor=actor) if can_accept(actor, row)]


def to_approve(db: Session, actor: Actor) -> list[RequestRow]:
    """Accepted requests that the actor may approve, by role or as a deputy today."""
    if not allows(actor, ACCEPT):
        return []
    principals = principals_of(db, actor, today())
    return [row for row in requests_at(db, (ACCEPTED,), actor=actor) if can_approve(actor, row, principals)]


def to_fulfill(db: Session, actor: Actor) -> list[RequestRow]:
    """Approved requests with lines that wait for their licence."""
    return requests_at(db, (APPROVED,), actor=actor) if allows(actor, FULFILL) else []


def waiting_for_unit(db: Session, scope: Scope) -> list[RequestRow]:
    """Returned requests and drafts: the unit has to write."""
    reader = Actor(None, "", "", "system", scope)
    return requests_at(db, (RETURNED, DRAFT), actor=reader)


def counts(db: Session, actor: Actor) -> dict[str, int]:
    """How many requests wait for what, as the actor's work list says it."""
    return {
        "to_review": len(to_review(db, actor)),
        "to_approve": len(to_approve(db, actor)),
        "to_fulfill": len(to_fulfill(db, actor)),
        "waiting_for_unit": len([r for r in waiting_for_unit(db, actor.scope) if r.stage == RETURNED]),
    }


@dataclass(frozen=True)
class Wait:
    """How long one stage keeps its requests now."""

    stage: str
    count: int
    longest: dt.timedelta
    middle: dt.timedelta


def waits(db: Session, actor: Actor) -> list[Wait]:
    """For every open stage: how many requests stand there, the longest and the middle waiting time."""
    at, found = now(), []
    rows = requests_at(db, OPEN, actor=actor)
    for stage in OPEN:
        spans = sorted(at - row.stage_since for row in rows if row.stage == stage)
        none = dt.timedelta()
        found.append(Wait(stage, len(spans), spans[-1] if spans else none, spans[len(spans) // 2] if spans else none))
    return found
