"""Work lists about service: orders to accept, to handle, to confirm, overdue ones; tasks of bulletins."""

from __future__ import annotations

import datetime as dt

from flask import url_for
from sqlalchemy.orm import Session

from licensetrack.support import bulletin_queries, order_queries
from licensetrack.support.bulletin_models import Bulletin, BulletinTask
from licensetrack.support.handling_models import ServiceCase
from licensetrack.support.stages import ACCEPTED, ASKED, CLOSED, HANDED_OVER, PAUSED, REPORTED, TASK_OPEN, WORKING
from licensetrack.units.models import Unit
from licensetrack.web import bulletin_words, service_words, wording
from licensetrack.web.shown import moment
from licensetrack.web.work_rows import Asked, WorkRow


def to_accept(db: Session, asked: Asked) -> list[WorkRow]:
    """Orders that came in and were not accepted."""
    return _orders(db, asked, (ASKED,))


def to_handle(db: Session, asked: Asked) -> list[WorkRow]:
    """Orders that the visitor may work on."""
    return _orders(db, asked, (ACCEPTED, WORKING))


def with_the_unit(db: Session, asked: Asked) -> list[WorkRow]:
    """Orders for which the unit has to do something: help, confirm, or give its mark."""
    unmarked = ServiceCase.mark.is_(None)
    return _orders(db, asked, (PAUSED, HANDED_OVER)) + [
        _order(case, unit, asked.as_of) for case, unit in order_queries.waiting(db, asked.actor, (CLOSED,), unmarked)
    ]


def overdue(db: Session, asked: Asked) -> list[WorkRow]:
    """Orders over one of their limits."""
    return [_order(case, unit, asked.as_of) for case, unit in order_queries.late_orders(db, asked.actor)]


def to_report(db: Session, asked: Asked) -> list[WorkRow]:
    """Tasks of bulletins that a unit has to do."""
    return _tasks(db, asked, TASK_OPEN)


def to_confirm(db: Session, asked: Asked) -> list[WorkRow]:
    """Tasks that units reported as done."""
    return _tasks(db, asked, REPORTED)


def late_tasks(db: Session, asked: Asked) -> list[WorkRow]:
    """Tasks that were to be done by now."""
    return [row for row in _tasks(db, asked, TASK_OPEN) if row.days < 0]


def _orders(db: Session, asked: Asked, stages: tuple[str, ...]) -> list[WorkRow]:
    return [_order(case, unit, asked.as_of) for case, unit in order_queries.waiting(db, asked.actor, stages)]


def _order(case: ServiceCase, unit: Unit, day: dt.date) -> WorkRow:
    name, due = order_queries.lateness(case)
    since = case.stage_since.date()
    note = f"{wording.word(service_words.LIMITS, name)} {moment(due)}" if due else case.engineer
    about = f"{service_words.kind(case.kind)} · {case.title}"
    return WorkRow(
        url_for("service.one", number=case.number), case.number, unit.name, about, since, (day - since).days, note
    )


def _tasks(db: Session, asked: Asked, stage: str) -> list[WorkRow]:
    waiting = bulletin_queries.waiting_tasks(db, asked.scope, stage)
    return [_task(task, of, unit, asked.as_of) for task, of, unit in waiting]


def _task(task: BulletinTask, bulletin: Bulletin, unit: Unit, day: dt.date) -> WorkRow:
    address = url_for("bulletins.one", number=bulletin.number, task=task.id, _anchor=f"t-{task.id}")
    about = f"{wording.word(bulletin_words.KINDS, bulletin.kind)} · {bulletin.title}"
    days = (bulletin.deadline - day).days
    return WorkRow(address, bulletin.number, unit.name, about, bulletin.deadline, days, bulletin.references)
