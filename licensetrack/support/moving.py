"""What all steps of an order share: who may see it, one step at a time, and the row that counts written with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation.models import LicenseSet
from licensetrack.core import audit, outbox
from licensetrack.core.clock import BUSINESS_ZONE, now
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, NotFound, Refused
from licensetrack.core.transitions import next_stage
from licensetrack.support.handling_models import ServiceCase, ServicePaper, ServiceStep
from licensetrack.support.kinds import kinds, severities, sources
from licensetrack.support.life import Life, dues, is_late, life_of, limits_words
from licensetrack.support.limits import ENGINEER, firm_of, working_days
from licensetrack.support.models import ServiceOrder
from licensetrack.support.orders import OrderLine, differences
from licensetrack.support.stages import ORDER_MOVES

ROOM = "support:order"
LONGEST_NOTE = 2000


def wall_now() -> dt.datetime:
    """The present moment on Shenzhen's clock, to the second."""
    return now().astimezone(BUSINESS_ZONE).replace(tzinfo=None, microsecond=0)


def sees(db: Session, case: ServiceCase, actor: Actor) -> bool:
    """Whether somebody may see an order: within the scope; a vendor's engineer what is assigned to him or his firm."""
    if not actor.scope.covers(district=case.district, unit_id=case.unit_id):
        return False
    if actor.role != ENGINEER:
        return True
    return case.engineer_id == actor.id or (bool(case.firm) and case.firm == firm_of(db, actor.id))


def case_of(db: Session, number: str, actor: Actor, permission: str = f"{ROOM}:read") -> ServiceCase:
    """An order by its number. Raises NotFound where there is none, or none that the actor may see."""
    require(actor, permission)
    found = db.scalars(select(ServiceCase).where(ServiceCase.number == number)).first()
    if found is None or not sees(db, found, actor):
        raise NotFound("There is no such order.")
    return found


def steps_of(db: Session, case_id: int) -> Sequence[ServiceStep]:
    """The steps of an order, the first first."""
    return db.scalars(select(ServiceStep).where(ServiceStep.case_id == case_id).order_by(ServiceStep.seq)).all()


def check_moment(moment: dt.datetime | None, after: dt.datetime | None) -> dt.datetime:
    """When a step happened: now where nobody says, not in the future, not before the step before it. Raises Refused."""
    present = wall_now()
    chosen = present if moment is None else moment
    if chosen > present:
        raise Refused("This time lies in the future.").at("moment")
    if after is not None and chosen < after:
        if moment is None or moment.replace(second=0) == after.replace(second=0):
            return after  # two steps in one minute, which is as exactly as people say it; or a clock that stepped back
        raise Refused("This time lies before the last step (%(last)s).", last=f"{after:%Y-%m-%d %H:%M}").at("moment")
    return chosen


def take_step(
    case: ServiceCase,
    action: str,
    *,
    actor: Actor,
    moment: dt.datetime | None = None,
    note: str = "",
    seen: int | None = None,
    said: Mapping[str, Any] | None = None,
    change: Mapping[str, Any] | None = None,
    limit: str = "",
) -> ServiceCase:
    """One step: compare and swap, the step's row, the order's times and dues, the row that counts, audit, outbox.

    `limit` names the limit that the step fulfills: once it is passed, `said["late_reason"]` is demanded. Raises
    Refused, NotFound, and Conflict where somebody else was faster.
    """
    permission = f"{ROOM}:{action}"
    with transaction() as db:
        fresh = case_of(db, case.number, actor, permission)
        if fresh.revision != (case.revision if seen is None else seen):
            raise Conflict("The order changed meanwhile. Please look at it again.")
        stage = next_stage(ORDER_MOVES, fresh.stage, action)
        taken = steps_of(db, fresh.id)
        at = check_moment(moment, taken[-1].moment if taken else None)
        words = dict(said or {})
        if limit and at > (getattr(fresh, f"{limit}_due") or at) and not str(words.get("late_reason", "")).strip():
            raise Refused("The limit was passed; say why.").at("late_reason")
        _claim(db, fresh, stage, at, change)
        moved = db.get_one(ServiceCase, fresh.id, populate_existing=True)
        _add_step(db, moved, action, at, actor, note, words)
        settle(db, moved)
        audit.record(db, permission, f"order:{moved.number}", actor, stage=stage, note=note[:500], said=words)
        outbox.post(db, permission, order=moved.number, unit_id=moved.unit_id)
    return moved


def _claim(db: Session, case: ServiceCase, stage: str, at: dt.datetime, change: Mapping[str, Any] | None) -> None:
    values: dict[str, Any] = {"stage": stage, "revision": case.revision + 1} | dict(change or {})
    if stage != case.stage:
        values["stage_since"] = at
    changed = db.execute(
        update(ServiceCase)
        .where(ServiceCase.id == case.id, ServiceCase.stage == case.stage, ServiceCase.revision == case.revision)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("The order changed meanwhile. Please look at it again.")


def _add_step(
    db: Session, case: ServiceCase, action: str, at: dt.datetime, actor: Actor, note: str, said: Mapping[str, Any]
) -> None:
    db.add(
        ServiceStep(
            case_id=case.id, seq=case.revision, action=action, stage=case.stage, moment=at, at=now(),
            actor_id=actor.id, login=actor.login, name=actor.name, note=note.strip()[:LONGEST_NOTE],
            said={name: value for name, value in said.items() if value not in ("", None)},
        )
    )  # fmt: skip
    db.flush()


def begin(db: Session, case: ServiceCase, actor: Actor, note: str) -> None:
    """The first step of a new order, in the caller's transaction, which settles it when its papers are there."""
    db.add(case)
    db.flush()
    _add_step(db, case, "ask", case.received, actor, note, {"source": case.source})


def settle(db: Session, case: ServiceCase) -> None:
    """Brings an order's times and dues, and the row that counts, to what its steps say."""
    steps = steps_of(db, case.id)
    life = life_of(steps)
    due = dues(life, case.limits, working_days(db))
    case.responded, case.arrived, case.restored = life.responded, life.arrived, life.restored
    case.closed, case.mark, case.severity = life.closed, life.mark, life.severity
    case.answer_due, case.arrive_due, case.restore_due = due["answer"], due["arrive"], due["restore"]
    db.flush()
    _write_row(db, case, None if life.cancelled else line_of(db, case, life, due))


def line_of(db: Session, case: ServiceCase, life: Life, due: Mapping[str, dt.datetime | None]) -> OrderLine:
    """The row that counts: what a ledger would say of this order."""
    papers = db.scalars(select(ServicePaper.name).where(ServicePaper.case_id == case.id).order_by(ServicePaper.id))
    license_set = db.get(LicenseSet, case.set_id) if case.set_id else None
    related = [license_set.number if license_set else "", *_numbers(case.extra)]
    return OrderLine(
        number=case.number, unit_id=case.unit_id, district=case.district, kind=kinds()[case.kind].word,
        received=case.received, responded=life.responded, completed=life.closed, outcome=life.outcome,
        satisfaction=life.mark, source=sources()[case.source].word, product=case.product,
        severity=severities()[life.severity].word if life.severity in severities() else life.severity,
        title=case.title, raised_by=case.raised_by, accepted=life.accepted, arrived=life.arrived,
        restored=life.restored, answer_due=due["answer"], restore_due=due["restore"],
        limits=limits_words(case.limits)[:120], late=is_late(life, due),
        late_reason=_one_line("；".join(life.late_reasons))[:500],
        handler=" ".join(filter(None, (case.firm, case.engineer)))[:120], work=_one_line(life.work),
        related="、".join(filter(None, related))[:200], confirmed_by=life.confirmed_by,
        papers="、".join(papers)[:500],
    )  # fmt: skip


def _one_line(text: str) -> str:
    """A text as a cell keeps it."""
    return " ".join(text.split())


def _numbers(extra: Mapping[str, Any]) -> list[str]:
    return [str(extra[name]) for name in ("vulnerability", "change_number") if extra.get(name)]


def _write_row(db: Session, case: ServiceCase, line: OrderLine | None) -> None:
    standing = db.scalars(
        select(ServiceOrder).where(ServiceOrder.number == case.number, ServiceOrder.superseded_at.is_(None))
    ).first()
    if standing is not None and line is not None and not differences(standing, line, silent=False):
        return
    at = now()
    if standing is not None:
        standing.superseded_at = at
        db.flush()
    if line is not None:
        values = {name: getattr(line, name) for name in OrderLine.__dataclass_fields__}
        db.add(ServiceOrder(**values, recorded_at=at, superseded_at=None, document_id=None))
        db.flush()
