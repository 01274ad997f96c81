"""The centre and the vendor's engineer at work: accept, grade, assign, answer, arrive, wait, restore, hand over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypedDict, Unpack

from sqlalchemy import select

from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import Actor
from licensetrack.allocation.rules import check_reason
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Refused
from licensetrack.support.handling_models import ServiceCase
from licensetrack.support.kinds import check_code, severities
from licensetrack.support.limits import ENGINEER, firm_of, promised
from licensetrack.support.moving import take_step

LONGEST_OUTCOME = 80


class When(TypedDict, total=False):
    """When a step happened (Shenzhen's clock; now where nobody says), and which revision of the order was seen."""

    moment: dt.datetime | None
    seen: int | None


def accept_order(
    case: ServiceCase, *, actor: Actor, severity: str, moment: dt.datetime | None = None, seen: int | None = None
) -> ServiceCase:
    """asked → accepted: how severe it is, and with that what is promised. Raises Refused, Conflict."""
    check_code(severities(), severity, "severity")
    with transaction() as db:
        promise = promised(db, severity, case.kind, case.received.date())
        return take_step(
            case, "accept", actor=actor, moment=moment, seen=seen, said={"severity": severity},
            change={"severity": severity, "limits": asdict(promise)},
        )  # fmt: skip


def grade_order(case: ServiceCase, *, actor: Actor, severity: str, reason: str, seen: int | None = None) -> ServiceCase:
    """Says anew how severe it is, with the reason; the limits follow. Raises Refused, Conflict."""
    check_code(severities(), severity, "severity")
    check_reason(reason)
    with transaction() as db:
        promise = promised(db, severity, case.kind, case.received.date())
        return take_step(
            case, "grade", actor=actor, seen=seen, note=reason, said={"severity": severity},
            change={"severity": severity, "limits": asdict(promise)},
        )  # fmt: skip


def assign_order(
    case: ServiceCase, *, actor: Actor, engineer: str = "", firm: str = "", seen: int | None = None
) -> ServiceCase:
    """Gives an order to an engineer (by login), or to a firm whose engineers share it. Raises Refused, Conflict."""
    firm = firm.strip()
    with reading() as db:
        found = db.scalars(select(User).where(User.login == engineer, User.role == ENGINEER, User.active)).first()
        if engineer and found is None:
            raise Refused("There is no such engineer.").at("engineer")
        if found is None and not firm:
            raise Refused("Choose an engineer or a firm.").at("engineer")
        own = firm_of(db, found.id) if found is not None else ""
        if found is not None and firm and own != firm:
            raise Refused("%(name)s does not work for this firm.", name=found.name).at("firm")
        name = found.name if found is not None else ""
        to = {"engineer_id": found.id if found is not None else None, "engineer": name, "firm": firm or own}
    return take_step(case, "assign", actor=actor, seen=seen, said={"engineer": name, "firm": firm or own}, change=to)


def answer_order(
    case: ServiceCase, *, actor: Actor, note: str = "", late_reason: str = "", **when: Unpack[When]
) -> ServiceCase:
    """accepted → working: the first answer to the unit. An engineer of the firm takes the order over by it."""
    change = {}
    if actor.role == ENGINEER and case.engineer_id != actor.id:
        change = {"engineer_id": actor.id, "engineer": actor.name}
    return _in_time(case, "answer", actor, note, late_reason, when, change)


def arrive_on_site(
    case: ServiceCase, *, actor: Actor, note: str = "", late_reason: str = "", **when: Unpack[When]
) -> ServiceCase:
    """The engineer is on site, once. Raises Refused, Conflict."""
    if case.arrived is not None:
        raise Refused("Somebody was on site already.")
    return _in_time(case, "arrive", actor, note, late_reason, when)


def restore_service(
    case: ServiceCase, *, actor: Actor, note: str = "", late_reason: str = "", **when: Unpack[When]
) -> ServiceCase:
    """Service runs again, perhaps by a workaround; the order goes on. Raises Refused, Conflict."""
    if case.restored is not None:
        raise Refused("Service was restored already.")
    return _in_time(case, "restore", actor, note, late_reason, when)


def pause_order(
    case: ServiceCase, *, actor: Actor, reason: str, moment: dt.datetime | None = None, seen: int | None = None
) -> ServiceCase:
    """working → paused: it waits for the unit, and the clock stands still. Raises Refused, Conflict."""
    check_reason(reason)
    return take_step(case, "pause", actor=actor, moment=moment, note=reason, seen=seen)


def resume_order(
    case: ServiceCase, *, actor: Actor, reason: str, moment: dt.datetime | None = None, seen: int | None = None
) -> ServiceCase:
    """paused → working: what was waited for is there. Raises Refused, Conflict."""
    check_reason(reason)
    return take_step(case, "resume", actor=actor, moment=moment, note=reason, seen=seen)


def hand_over(
    case: ServiceCase,
    *,
    actor: Actor,
    outcome: str,
    work: str,
    moment: dt.datetime | None = None,
    late_reason: str = "",
    seen: int | None = None,
) -> ServiceCase:
    """working → handed over: the outcome in a few words, and what was done; the unit judges. Raises Refused."""
    if not outcome.strip():
        raise Refused("Say how it ended.").at("outcome")
    if len(outcome.strip()) > LONGEST_OUTCOME:
        raise Refused("This is longer than %(most)s signs.", most=LONGEST_OUTCOME).at("outcome")
    if not work.strip():
        raise Refused("Say what was done.").at("work")
    said = {"outcome": outcome.strip(), "late_reason": late_reason.strip()}
    limit = "restore" if case.restored is None else ""
    return take_step(case, "hand_over", actor=actor, moment=moment, note=work, seen=seen, said=said, limit=limit)


def _in_time(
    case: ServiceCase,
    action: str,
    actor: Actor,
    note: str,
    late_reason: str,
    when: When,
    change: Mapping[str, Any] | None = None,
) -> ServiceCase:
    """A step that fulfills the limit of its own name."""
    said = {"late_reason": late_reason.strip()}
    return take_step(case, action, actor=actor, note=note, said=said, change=change, limit=action, **when)
