"""What is due, kind by kind, from the same queries that the work lists read; the rules say which step that is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, SYSTEM
from licensetrack.allocation.expiry import each_ending
from licensetrack.allocation.revocations import open_revocations
from licensetrack.allocation.stages import DECLINED
from licensetrack.allocation.standing import sets_at_stage
from licensetrack.allocation.waiting import waiting_for_import
from licensetrack.core.clock import business_day
from licensetrack.handover.acceptance_queries import certificates_waiting, to_accept
from licensetrack.handover.receipts import waiting_for_receipt
from licensetrack.performance import monitoring_queries, queries
from licensetrack.performance.monitoring_stages import OPEN
from licensetrack.performance.stages import SIGNED
from licensetrack.procurement.projects import project_of
from licensetrack.reminders import rules
from licensetrack.reminders.limits import day_in, limits
from licensetrack.reminders.rules import RULES, SOON, kind_of_end, step_on
from licensetrack.requests.queries import requests_at

STAGES = (rules.SUBMITTED, rules.ACCEPTED, rules.RETURNED, rules.APPROVED)  # of requests; the kinds are named alike


class Due(NamedTuple):
    """Something with a due date: what, of which unit (None: of the whole centre), and what its sentence needs."""

    kind: str
    subject: str
    due_on: dt.date
    unit_id: int | None
    about: Mapping[str, Any]


class Step(NamedTuple):
    """The step that was reached last."""

    due: Due
    step: int


def steps_on(db: Session, day: dt.date) -> list[Step]:
    """Every due date with the step it has reached on a day, as everything stands now; what ended is not among them."""
    found = []
    for due in due_dates(db, day):
        step = step_on(due.kind, due.due_on, day)
        if step is not None:
            found.append(Step(due, step))
    return found


def due_dates(db: Session, day: dt.date) -> Iterator[Due]:
    """Everything that has a due date, however far it is."""
    held = limits(db)
    yield from _endings(db, day)
    yield from _revocations(db, day)
    for due in (*_sets(db, day), *_papers(db, day), *_requests(db)):
        yield due._replace(due_on=due.due_on + dt.timedelta(days=held[RULES[due.kind].limit]))
    yield from _points(db)
    yield from _duties(db, day, held)


def _endings(db: Session, day: dt.date) -> Iterator[Due]:
    for ending in each_ending(db, day, within=SOON):
        if ending.ends_on is not None:
            held = ending.held
            kind = kind_of_end(ending.by, temporary=held.kind == "temporary", days_left=ending.days)
            yield Due(kind, f"set:{held.number}", ending.ends_on, held.unit_id, _of_set(held))


def _revocations(db: Session, day: dt.date) -> Iterator[Due]:
    for row in open_revocations(db, EVERYWHERE, day):
        about = {"unit": row.unit, "product": row.product, "action": row.action, "opened_on": row.opened_on.isoformat()}
        yield Due(rules.REVOCATION, f"set:{row.number}", row.due_on, row.unit_id, about)


def _sets(db: Session, day: dt.date) -> Iterator[Due]:
    """Sets that wait: the day is the one they have waited since."""
    for waiting in waiting_for_import(db, day):
        about = {"unit": waiting.unit, "product": waiting.product, "kind": "formal", "cpus": waiting.cpus or None}
        yield Due(rules.IMPORT, f"set:{waiting.number}", waiting.issued_on, waiting.unit_id, about)
    for open_set in to_accept(db):
        yield Due(rules.ACCEPTANCE, f"set:{open_set.number}", open_set.since, open_set.unit_id, _of_set(open_set))
    for standing in sets_at_stage(db, DECLINED):
        about = {**_of_set(standing), "reason": standing.reason}
        yield Due(rules.REWORK, f"set:{standing.number}", standing.since, standing.unit_id, about)


def _papers(db: Session, day: dt.date) -> Iterator[Due]:
    about: dict[str, Any]
    for awaited in waiting_for_receipt(db, as_of=day):
        since, about = awaited.fetched_at or awaited.attached_at, {"unit": awaited.unit, "product": awaited.product}
        yield Due(rules.RECEIPT, f"set:{awaited.number}", business_day(since), awaited.unit_id, about)
    for side, kind in (("unit", rules.CERTIFICATE_UNIT), ("center", rules.CERTIFICATE_CENTER)):
        for row in certificates_waiting(db, side=side):
            about = {"unit": row.unit, "sets": row.sets}
            yield Due(kind, f"certificate:{row.number}", row.drawn_on, row.unit_id, about)


def _requests(db: Session) -> Iterator[Due]:
    for row in requests_at(db, STAGES, actor=SYSTEM):
        about = {"unit": row.unit, "requester": row.requester_name}
        yield Due(row.stage, f"request:{row.number}", business_day(row.stage_since), row.unit_id, about)


def _points(db: Session) -> Iterator[Due]:
    for point, found in monitoring_queries.waiting(db, OPEN):
        about = {"as_of": found.as_of.isoformat(), "code": point.code, "name": point.name, "monitoring": found.id}
        yield Due(rules.FOLLOW_UP, f"follow_up:{found.id}:{point.code}", point.due_on, None, about)


def _duties(db: Session, day: dt.date, held: Mapping[str, int]) -> Iterator[Due]:
    """The monitoring of this year and the evaluation of the last one, where there is a project to tell of."""
    if project_of(db, day.year) is not None and monitoring_queries.latest_reported(db, day.year) is None:
        due_on = day_in(day.year, held["monitoring"])
        yield Due(rules.MONITORING, f"year:{day.year}", due_on, None, {"year": day.year})
    last = day.year - 1
    made = queries.latest(db, queries.EVALUATION, last)
    if (made is not None or project_of(db, last) is not None) and (made is None or made.stage != SIGNED):
        due_on = day_in(day.year, held["evaluation"])
        yield Due(rules.EVALUATION, f"year:{last}", due_on, None, {"year": last})


def _of_set(row: Any) -> dict[str, Any]:
    return {"unit": row.unit, "product": row.product, "kind": row.kind, "cpus": row.cpus}
