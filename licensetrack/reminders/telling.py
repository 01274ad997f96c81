"""Telling what is due: each step of each due date once, to those who have to do with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import Actor, require
from licensetrack.accounts.users import actor_of
from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.db import transaction
from licensetrack.notices.links import path_of
from licensetrack.notices.posting import post
from licensetrack.reminders.due import Due, Step, steps_on
from licensetrack.reminders.models import Reminder
from licensetrack.reminders.rules import MONITORING, SUPPORT, VALIDITY, roles_that_hear
from licensetrack.units.models import Unit

TELL = "reminders:step:tell"


class Told(NamedTuple):
    """How many steps were told, and how many notices that made."""

    steps: int
    notices: int


def tell_steps(day: dt.date, *, actor: Actor) -> Told:
    """Tells every step that was reached by the day and not told yet; what was missed is told once, at its latest step.

    Told twice on a day it tells nothing new. A due date that was moved is another one.
    """
    require(actor, TELL)
    with transaction() as db:
        audit.lock_head(db)  # two who tell at once come one after the other
        reached = steps_on(db, day)
        told, made = _told_before(db, reached), []
        people, districts = _people(db), dict(db.execute(select(Unit.id, Unit.district)).all())
        notices = 0
        for step in reached:
            key = _key(step)
            if key in told:
                continue
            told.add(key)
            made.append(_kept(db, step, day))
            due, district = step.due, districts.get(step.due.unit_id or 0)
            hearers = _hearers(people, roles_that_hear(due.kind, step.step), due.unit_id, district)
            notices += _post(db, step, hearers, day)
        if made:
            audit.record(db, TELL, f"day:{day}", actor, steps=len(made), notices=notices)
    return Told(len(made), notices)


Key = tuple[str, str, dt.date, int]


def _key(step: Step) -> Key:
    return step.due.kind, step.due.subject, step.due.due_on, step.step


def _told_before(db: Session, reached: Collection[Step]) -> set[Key]:
    if not reached:
        return set()
    first = min(step.due.due_on for step in reached)
    r = Reminder
    rows = db.execute(select(r.kind, r.subject, r.due_on, r.step).where(r.due_on >= first))
    return {(kind, subject, due_on, step) for kind, subject, due_on, step in rows}


def _kept(db: Session, step: Step, day: dt.date) -> Reminder:
    due = step.due
    made = Reminder(
        kind=due.kind, subject=due.subject, due_on=due.due_on, step=step.step, unit_id=due.unit_id,
        about=dict(due.about), told_on=day, told_at=now(),
    )  # fmt: skip
    db.add(made)
    db.flush()
    return made


def _people(db: Session) -> list[Actor]:
    return [actor_of(user) for user in db.scalars(select(User).where(User.active).order_by(User.id))]


def _hearers(
    people: Collection[Actor], roles: Collection[str], unit_id: int | None, district: str | None
) -> list[int]:  # fmt: skip
    """Of these roles, those whose sight covers it; what is the whole centre's is for those who see all."""
    return [
        person.id
        for person in people
        if person.id is not None and person.role in roles and person.scope.covers(district=district, unit_id=unit_id)
    ]


def _post(db: Session, step: Step, hearers: Collection[int], day: dt.date) -> int:
    due = step.due
    left = (due.due_on - day).days
    over = left < 0 and due.kind in (VALIDITY, SUPPORT)
    told = {name: value for name, value in due.about.items() if value is not None and name != "kind"}
    return post(
        db, f"reminder_{due.kind}{'_over' if over else ''}", to=hearers, subject=due.subject,
        dedupe=f"reminder:{due.kind}:{due.subject}:{due.due_on}:{step.step}", link=_link(due), unit_id=due.unit_id,
        number=_number(due), due_on=due.due_on.isoformat(), days=left, **told,
    )  # fmt: skip


def _number(due: Due) -> str:
    kind, _, which = due.subject.partition(":")
    return f"{due.about['as_of']} {due.about['code']}" if kind == "follow_up" else which


def _link(due: Due) -> str:
    """Where it is looked at, as an address of our own site."""
    kind, _, which = due.subject.partition(":")
    if kind == "follow_up":
        return f"{path_of('monitoring', due.about['monitoring'])}#p-{due.about['code']}"
    if kind == "year":  # what is not made yet has no page of its own
        return path_of("monitorings" if due.kind == MONITORING else "evaluations")
    return path_of(kind, which)
