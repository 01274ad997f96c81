"""Reviewing: accept, return for correction, reject, approve, withdraw; by people who neither asked nor wrote it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, allows, require
from licensetrack.core.clock import today
from licensetrack.core.db import transaction
from licensetrack.core.errors import Forbidden, Refused
from licensetrack.requests.checking import check
from licensetrack.requests.delegations import principals_of
from licensetrack.requests.drafting import check_note
from licensetrack.requests.models import LicenseRequest, RequestLine
from licensetrack.requests.moving import TAG, claim, may_touch, move, ready
from licensetrack.requests.policy import needs_two_people
from licensetrack.requests.rules import check_other_person, check_still_right
from licensetrack.requests.stages import ASKED, GRANTED, REFUSED
from licensetrack.units.models import Unit

Grants = Mapping[str, int | None]
"""Line key → CPUs granted; 0 refuses a line. None, like a line not named, grants what was asked."""


def lines_of(db: Session, request_id: int) -> Sequence[RequestLine]:
    """A request's lines in their order."""
    query = select(RequestLine).where(RequestLine.request_id == request_id).order_by(RequestLine.position)
    return db.scalars(query.execution_options(populate_existing=True)).all()


def accept_request(
    request: LicenseRequest, *, actor: Actor, seen: int | None = None, grants: Grants | None = None, note: str = "",
    on: dt.date | None = None,
) -> LicenseRequest:  # fmt: skip
    """submitted → accepted (受理); where the policy asks for one person only, on to approved with what is granted.

    Raises Refused for whoever asked or wrote it, Conflict when somebody was faster.
    """
    with transaction() as db:
        unit = may_touch(db, request, f"{TAG}:accept", actor)
        fresh = claim(db, request.id, seen)
        ready(db, fresh, "accept")
        check_other_person(actor.login, writers=fresh.writers)
        lines = lines_of(db, fresh.id)
        two = needs_two_people(db, lines)
        move(db, fresh, "accept", actor, note=note, on=on, values={"acceptor": actor.login, "two_people": two})
        if not two:
            _approve(db, fresh, unit, lines, actor, grants or {}, note="", on=on, acted_for=None)
    return fresh


def approve_request(
    request: LicenseRequest, *, actor: Actor, seen: int | None = None, grants: Grants | None = None, note: str = "",
    on: dt.date | None = None,
) -> LicenseRequest:  # fmt: skip
    """accepted → approved, by another person than the one who accepted; lines may be granted less than they ask.

    A deputy approves in the stead of a reviewer who named them for these days; both must be strangers to the request.
    Raises Forbidden for whoever is neither, Refused where people or quantities do not fit or where what was right at
    the submission is wrong by now, Conflict.
    """
    require(actor, f"{TAG}:accept")
    with transaction() as db:
        unit = may_touch(db, request, f"{TAG}:accept", actor)
        fresh = claim(db, request.id, seen)
        ready(db, fresh, "approve")
        lent = None if allows(actor, f"{TAG}:approve") else principals_of(db, actor, on or today())
        if lent is not None and not lent:
            raise Forbidden("Your role does not allow this: %(permission)s.", permission=f"{TAG}:approve")
        acceptor = fresh.acceptor if fresh.two_people else None
        check_other_person(actor.login, writers=fresh.writers, acceptor=acceptor)
        acted_for = None if lent is None else _stranger(fresh, lent)
        lines = lines_of(db, fresh.id)
        _approve(db, fresh, unit, lines, actor, grants or {}, note=note, on=on, acted_for=acted_for)
    return fresh


def _stranger(request: LicenseRequest, principals: Sequence[str]) -> str:
    """The login of the reviewer in whose stead a deputy approves. Raises Refused."""
    strangers = [login for login in principals if login not in (*request.writers, request.acceptor)]
    if not strangers:
        raise Refused("The reviewer whom you stand in for asked for this request or accepted it.")
    return strangers[0]


def _approve(
    db: Session, request: LicenseRequest, unit: Unit, lines: Sequence[RequestLine], actor: Actor, grants: Grants, *,
    note: str, on: dt.date | None, acted_for: str | None,
) -> None:  # fmt: skip
    unknown = set(grants) - {line.key for line in lines}
    if unknown:
        raise Refused("The request has no line “%(key)s”.", key=min(unknown))
    granted = [line for line in lines if grant_line(line, grants)]
    if not granted:
        raise Refused("Nothing is granted. Reject the request instead.")
    db.flush()
    _, findings = check(db, unit, request.typed, actor.scope, on)
    check_still_right(findings, {line.key: line.position for line in granted})
    told: list[dict[str, Any]] = [
        {"line": line.position, "asked": line.cpus_asked, "granted": line.cpus_granted, "stage": line.stage}
        for line in lines
    ]
    values = {"approver": actor.login, "approved_for": acted_for}
    move(db, request, "approve", actor, note=note, acted_for=acted_for, on=on, values=values, lines=told)


def grant_line(line: RequestLine, grants: Grants) -> bool:
    """Writes what a line is granted; whether it is granted at all. Raises Refused for more than was asked."""
    if line.stage != ASKED:
        raise Refused("Line %(line)s is settled already.", line=line.position)
    given = grants.get(line.key)
    if given is None:
        given = line.cpus_asked
    field = f"granted-{line.position}"
    if line.cpus_asked is None:
        if given not in (None, 0):
            raise Refused("Line %(line)s asks for no CPUs.", line=line.position).at(field)
        line.stage = REFUSED if given == 0 else GRANTED
        return given is None
    if given is None or not 0 <= given <= line.cpus_asked:
        raise Refused(
            "Line %(line)s asks for %(asked)s CPUs; %(given)s can not be granted.", line=line.position,
            asked=line.cpus_asked, given=given,
        ).at(field)  # fmt: skip
    line.cpus_granted, line.stage = given, GRANTED if given else REFUSED
    return given > 0


def return_request(
    request: LicenseRequest, *, actor: Actor, note: str, seen: int | None = None, on: dt.date | None = None
) -> LicenseRequest:
    """submitted or accepted → returned, with what is to be corrected; the number stays. Raises Refused, Conflict."""
    return _decide(request, "return", actor, check_note(note), seen, on)


def reject_request(
    request: LicenseRequest, *, actor: Actor, note: str, seen: int | None = None, on: dt.date | None = None
) -> LicenseRequest:
    """submitted or accepted → rejected, with the reason. Raises Refused, Conflict."""
    return _decide(request, "reject", actor, check_note(note), seen, on)


def _decide(
    request: LicenseRequest, action: str, actor: Actor, note: str, seen: int | None, on: dt.date | None
) -> LicenseRequest:
    with transaction() as db:
        may_touch(db, request, f"{TAG}:{action}", actor)
        fresh = claim(db, request.id, seen)
        ready(db, fresh, action)
        check_other_person(actor.login, writers=fresh.writers)
        move(db, fresh, action, actor, note=note, on=on)
    return fresh


def withdraw_request(
    request: LicenseRequest, *, actor: Actor, note: str = "", seen: int | None = None, on: dt.date | None = None
) -> LicenseRequest:
    """Whatever is not decided → withdrawn, by the unit, or by the centre that entered it. Raises Refused, Conflict."""
    with transaction() as db:
        may_touch(db, request, f"{TAG}:withdraw", actor)
        fresh = claim(db, request.id, seen)
        ready(db, fresh, "withdraw")
        if actor.scope.kind != "unit" and not fresh.entered_on_behalf:
            raise Refused("The unit itself withdraws what it asked for; the centre returns or rejects it.")
        move(db, fresh, "withdraw", actor, note=note.strip()[:1000], on=on)
    return fresh
