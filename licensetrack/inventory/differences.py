"""What people do with a difference besides correcting it: explain it, waive it for a time, answer who asked."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import SYSTEM, Actor, require
from licensetrack.allocation.rules import check_reason
from licensetrack.core import blobs
from licensetrack.core.clock import today
from licensetrack.core.db import transaction
from licensetrack.core.errors import Refused
from licensetrack.core.names import plain_file_name
from licensetrack.inventory import queries
from licensetrack.inventory.models import Difference
from licensetrack.inventory.moving import NO_WAIVER, ROOM, move
from licensetrack.inventory.rules import check_other_person, check_waiver
from licensetrack.requests.papers import check_paper
from licensetrack.units.models import Unit


def may_touch(db: Session, difference: Difference, permission: str, actor: Actor) -> None:
    """Raises Forbidden for the role, NotFound where the difference is of somebody else's unit or of none."""
    unit = db.get(Unit, difference.unit_id) if difference.unit_id else None
    district, unit_id = (unit.district, unit.id) if unit else ("", 0)
    require(actor, permission, district=district, unit_id=unit_id)


def explain_difference(difference: Difference, *, actor: Actor, note: str, seen: int | None = None) -> Difference:
    """Says what is known of it; it stays where it stands. Raises Refused, Conflict."""
    return _step(difference, "explain", actor, seen, note)


def waive_difference(
    difference: Difference,
    *,
    actor: Actor,
    until: dt.date,
    reason: str,
    paper: tuple[str, bytes] | None = None,
    seen: int | None = None,
) -> Difference:
    """open → waived until the end of a day where a paper (name and content) says why; without one open → asked: a
    second person answers.

    It covers what was seen: where a later run sees other figures it is open again. Raises Refused, Conflict.
    """
    require(actor, f"{ROOM}:waive")
    check_waiver(until, today())
    row: dict[str, object] = {"waived_until": until, "reason": reason.strip(), "asker": actor.login}
    if paper is None:
        return _step(difference, "ask", actor, seen, reason, row, on=until)
    name, content = plain_file_name(paper[0]), paper[1]
    try:
        check_paper(name, content)
    except Refused as refusal:
        raise refusal.at("paper") from None
    with transaction() as db:
        row["document_id"] = blobs.register(db, content, name).id
        moved = _step(difference, "waive", actor, seen, reason, row, on=until, document_id=row["document_id"])
        blobs.keep(content)
    return moved


def confirm_waiver(difference: Difference, *, actor: Actor, note: str = "", seen: int | None = None) -> Difference:
    """asked → waived, by another person than the one who asked. Raises Refused, Conflict."""
    require(actor, f"{ROOM}:confirm")
    check_other_person(difference.asker, actor.login)
    return _step(difference, "confirm", actor, seen, note or difference.reason, on=difference.waived_until)


def decline_waiver(difference: Difference, *, actor: Actor, reason: str, seen: int | None = None) -> Difference:
    """asked → open, with the reason. Raises Refused, Conflict."""
    require(actor, f"{ROOM}:decline")
    check_other_person(difference.asker, actor.login)
    return _step(difference, "decline", actor, seen, reason, NO_WAIVER)


def lapse_waivers(day: dt.date | None = None) -> int:
    """Opens again every difference whose waiver's last day is over; returns how many. Asked again it does nothing."""
    with transaction() as db:
        over = queries.lapsing(db, day or today())
        for one in over:
            move(db, one, "lapse", SYSTEM, row=NO_WAIVER, on=one.waived_until)
    return len(over)


def _step(
    difference: Difference,
    action: str,
    actor: Actor,
    seen: int | None,
    note: str,
    row: dict[str, object] | None = None,
    **step: object,
) -> Difference:
    require(actor, f"{ROOM}:{action}")
    check_reason(note)
    with transaction() as db:
        found = db.scalars(select(Difference).where(Difference.id == difference.id)).one()
        may_touch(db, found, f"{ROOM}:{action}", actor)
        return move(db, found, action, actor, seen=difference.revision if seen is None else seen, note=note.strip(),
                    row=row, **step)  # fmt: skip
