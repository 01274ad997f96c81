"""A granted line becomes a set or a change of one: the ledger's verbs, the file and the line's stage in one act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation import life
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.papers import Paper
from licensetrack.allocation.stages import FORMAL, TEMPORARY
from licensetrack.core import audit, outbox
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.settings import change_setting, setting
from licensetrack.handover.handing_out import HandedFile, Wish, hand_out, next_set_number, put_with
from licensetrack.requests.models import LicenseRequest, RequestLine
from licensetrack.requests.moving import claim, may_touch, settle_line
from licensetrack.requests.stages import APPROVED, GRANTED
from licensetrack.units.models import Platform, Unit

FULFILL, LINE = "requests:request:fulfill", "requests:line:fulfill"
OWN = "requests.own_fulfillment"  # whether somebody may issue what they asked for or entered themselves
POLICY = "requests:policy:change"


@dataclass(frozen=True)
class Given:
    """What the operator decides while fulfilling a line; what is left empty follows the line.

    `kind` may give less than was granted (a temporary set first), `cpus` no more.
    """

    kind: str = ""
    number: str = ""
    cpus: int | None = None
    fingerprint: str = ""
    valid_until: dt.date | None = None
    support_end: dt.date | None = None
    file: HandedFile | None = None
    reason: str = ""


@dataclass(frozen=True)
class _Task:
    """Everything that the fulfillment of one line needs."""

    db: Session
    line: RequestLine
    request: LicenseRequest
    unit: Unit
    given: Given
    actor: Actor
    on: dt.date

    @property
    def paper(self) -> Paper:
        return Paper(request=self.request.number)

    @property
    def reason(self) -> str:
        return (self.given.reason or self.line.reason or self.request.reason or self.request.number).strip()[:500]

    @property
    def cpus(self) -> int | None:
        """What is given: what was granted, or less."""
        granted = self.line.cpus_granted
        if self.given.cpus is None:
            return granted
        if granted is None or self.given.cpus > granted:
            raise Refused("%(cpus)s CPUs are more than were granted (%(granted)s).",
                          cpus=self.given.cpus, granted=granted or 0).at("cpus")  # fmt: skip
        return self.given.cpus

    def held(self) -> LicenseSet:
        """The set that the line is about; it must still be the unit's."""
        found = self.db.get(LicenseSet, self.line.set_id, populate_existing=True)
        if found is None or found.unit_id != self.request.unit_id:
            raise Refused("The set that this line is about is no longer held by the unit.")
        return found


def fulfill_line(
    line: RequestLine, *, actor: Actor, on: dt.date, given: Given | None = None, seen: int | None = None
) -> LicenseSet:
    """granted → fulfilled; returns the set that was made or changed. With the last open line the request is fulfilled.

    `seen` is the request's version that the visitor saw. Raises Refused where the ledger refuses or whoever asked
    would issue, Conflict when the line was settled meanwhile or a cap is reached.
    """
    require(actor, FULFILL)
    with transaction() as db:
        request, fresh, unit = _open(db, line, actor, seen)
        if actor.login in request.writers and not setting(db, OWN, False):
            raise Refused("You asked for this yourself, or entered it; another person issues it.")
        task = _Task(db, fresh, request, unit, given or Given(), actor, on)
        result = _WAYS[fresh.kind](task)
        audit.record(
            db, LINE, f"request:{request.number}", actor, line=fresh.position, kind=fresh.kind, set=result.number,
            granted=fresh.cpus_granted,
        )  # fmt: skip
        outbox.post(db, LINE, request_id=request.id, line_id=fresh.id, set_id=result.id)
        settle_line(db, fresh, "fulfill", actor=actor, on=on, result_set_id=result.id)
    return result


def drop_line(line: RequestLine, *, actor: Actor, on: dt.date, reason: str, seen: int | None = None) -> LicenseRequest:
    """granted → dropped: the unit no longer wants it, or it can not be done; with the reason. Raises Refused."""
    require(actor, FULFILL)
    if not reason.strip():
        raise Refused("A reason is needed.").at("reason")
    with transaction() as db:
        request, _, _ = _open(db, line, actor, seen)
        audit.record(
            db,
            "requests:line:drop",
            f"request:{request.number}",
            actor,
            line=line.position,
            reason=reason.strip()[:500],
        )
        return settle_line(db, line, "drop", actor=actor, on=on)


def _open(db: Session, line: RequestLine, actor: Actor, seen: int | None) -> tuple[LicenseRequest, RequestLine, Unit]:
    """The request, held; its line, still open; its unit. Raises NotFound, Conflict."""
    request = claim(db, line.request_id, seen)
    unit = may_touch(db, request, FULFILL, actor)
    fresh = db.get_one(RequestLine, line.id, populate_existing=True)
    if request.stage != APPROVED or fresh.stage != GRANTED:
        raise Conflict("Line %(line)s of the request %(number)s is not open (any more).",
                       line=fresh.position, number=request.number)  # fmt: skip
    return request, fresh, unit


def _new(task: _Task) -> LicenseSet:
    line, given = task.line, task.given
    kind = given.kind or line.license_kind
    if kind == FORMAL and line.license_kind == TEMPORARY:
        raise Refused("The line asks for a temporary licence; a formal one is more than was granted.").at("kind")
    wish = Wish(
        product=line.product, kind=kind, cpus=task.cpus, number=given.number, platform=line.platform, site=line.site,
        edition=line.edition, fingerprint=given.fingerprint or line.fingerprint,
        valid_until=given.valid_until or line.valid_until, support_end=given.support_end,
    )  # fmt: skip
    more = {"reason": given.reason} if given.reason else {}
    return hand_out(task.unit, wish, actor=task.actor, on=task.on, file=given.file, paper=task.paper, more=more)


def _expansion(task: _Task) -> LicenseSet:
    held, cpus = task.held(), task.cpus
    life.expand_set(held, actor=task.actor, on=task.on, cpus=cpus or 0, reason=task.reason, paper=task.paper)
    put_with(held, task.given.file, task.actor)
    return held


def _renewal(task: _Task) -> LicenseSet:
    held, given = task.held(), task.given
    life.renew_set(
        held, actor=task.actor, on=task.on, support_end=given.support_end,
        valid_until=given.valid_until or task.line.valid_until, reason=task.reason, paper=task.paper,
    )  # fmt: skip
    put_with(held, given.file, task.actor)
    return held


def _formalize(task: _Task) -> LicenseSet:
    temporary, given, line = task.held(), task.given, task.line
    number = given.number or next_set_number(task.db, task.on.year)
    cpus = task.cpus if line.cpus_granted is not None else temporary.cpus
    wish = Wish(
        product=temporary.product, edition=line.edition, fingerprint=given.fingerprint or line.fingerprint,
        valid_until=given.valid_until, support_end=given.support_end,
    )  # fmt: skip
    said = {"license_file": given.file.name[-200:]} if given.file else {}
    formal = life.formalize_set(
        temporary, number, actor=task.actor, on=task.on, cpus=cpus, details=wish.details(**said), paper=task.paper
    )
    put_with(formal, given.file, task.actor)
    return formal


def _migration(task: _Task) -> LicenseSet:
    held, line, given = task.held(), task.line, task.given
    fingerprint = given.fingerprint or line.fingerprint
    platform = task.db.get(Platform, held.platform_id) if held.platform_id else None
    stands = ("" if platform is None else platform.name, held.site)
    moves = (line.platform or stands[0], line.site or stands[1]) != stands
    replaces = bool(fingerprint) and fingerprint.upper() != held.fingerprint.upper()
    if not moves and not replaces:
        raise Refused("Say where the set moves, or which host it moves to.").at("fingerprint")
    if moves:
        life.move_set(
            held, actor=task.actor, on=task.on, platform=line.platform, site=line.site, reason=task.reason,
            paper=task.paper,
        )  # fmt: skip
    if replaces:
        life.replace_host(
            held, actor=task.actor, on=task.on, old_fingerprint=held.fingerprint, new_fingerprint=fingerprint,
            reason=task.reason, paper=task.paper,
        )  # fmt: skip
    put_with(held, given.file, task.actor)
    return held


def _return(task: _Task) -> LicenseSet:
    held = task.held()
    life.return_set(held, actor=task.actor, on=task.on, reason=task.reason, paper=task.paper)
    return held


_WAYS: dict[str, Callable[[_Task], LicenseSet]] = {
    "new": _new,
    "expansion": _expansion,
    "renewal": _renewal,
    "formalize": _formalize,
    "migration": _migration,
    "return": _return,
}


def own_fulfillment(db: Session) -> bool:
    """Whether somebody may issue what they asked for or entered themselves."""
    return bool(setting(db, OWN, False))


def allow_own_fulfillment(allowed: bool, *, actor: Actor) -> None:
    """Decides whether somebody may issue what they asked for themselves, as an office with one operator must."""
    require(actor, POLICY)
    with transaction() as db:
        if allowed != own_fulfillment(db):
            change_setting(db, OWN, allowed, actor=actor, tag=POLICY)


def open_lines(db: Session, actor: Actor) -> list[tuple[RequestLine, LicenseRequest, Unit]]:
    """Granted lines of approved requests that wait for their licence, the longest wait first."""
    query = (
        select(RequestLine, LicenseRequest, Unit)
        .join(LicenseRequest, LicenseRequest.id == RequestLine.request_id)
        .join(Unit, Unit.id == LicenseRequest.unit_id)
        .where(LicenseRequest.stage == APPROVED, RequestLine.stage == GRANTED)
        .order_by(LicenseRequest.stage_since, LicenseRequest.id, RequestLine.position)
    )
    return [
        (line, request, unit)
        for line, request, unit in db.execute(query)
        if actor.scope.covers(district=unit.district, unit_id=unit.id)
    ]
