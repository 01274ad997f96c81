"""Reading reminders that were told, by those who may hear them, and which of them are settled by now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor
from licensetrack.accounts.scoping import rows_within
from licensetrack.core.pages import last_page, page_within
from licensetrack.reminders.due import due_dates
from licensetrack.reminders.models import Reminder
from licensetrack.reminders.rules import RULES, TEMPORARY, VALIDITY
from licensetrack.units.models import Unit

PAGE_SIZE = 50
READS_ALL = ("auditor",)


class Told(NamedTuple):
    """A reminder, and whether what it is about is still due."""

    reminder: Reminder
    open: bool


class Page(NamedTuple):
    """One page of reminders, the newest first."""

    rows: Sequence[Told]
    total: int
    number: int

    @property
    def last(self) -> int:
        """The number of the last page; at least 1."""
        return last_page(self.total, PAGE_SIZE)


def page_of_reminders(
    db: Session, actor: Actor, day: dt.date, *, kind: str = "", told_on: dt.date | None = None, page: int = 1
) -> Page:
    """Reminders that the actor heard, or would have: by role and scope."""
    where = [*rows_within(actor.scope, district=Unit.district, unit_id=Reminder.unit_id), _heard_by(actor.role)]
    if kind:
        where.append(Reminder.kind == kind)
    if told_on is not None:
        where.append(Reminder.told_on == told_on)
    query = select(Reminder).outerjoin(Unit, Unit.id == Reminder.unit_id).where(*where)
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    number = page_within(page, total, PAGE_SIZE)
    rows = db.scalars(query.order_by(Reminder.id.desc()).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    due = {_matter(one.kind, one.subject, one.due_on) for one in due_dates(db, day)} if rows else set()
    return Page([Told(row, _matter(row.kind, row.subject, row.due_on) in due) for row in rows], total, number)


def kinds_heard(role: str) -> list[str]:
    """The kinds of reminders that a role hears, sooner or later."""
    return [kind for kind, rule in RULES.items() if role in READS_ALL or role in rule.hear + rule.hear_late]


def _heard_by(role: str) -> ColumnElement[bool]:
    """A role hears all steps of a kind, or only those after the due day."""
    if role in READS_ALL:
        return Reminder.step.is_not(None)
    always = [kind for kind, rule in RULES.items() if role in rule.hear]
    late = [kind for kind, rule in RULES.items() if role in rule.hear_late]
    return or_(Reminder.kind.in_(always), and_(Reminder.kind.in_(late), Reminder.step < 0))


def _matter(kind: str, subject: str, due_on: dt.date) -> tuple[str, str, dt.date]:
    """What a reminder is about; the term of a temporary set is its validity."""
    return VALIDITY if kind == TEMPORARY else kind, subject, due_on
