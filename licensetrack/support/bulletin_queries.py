"""Reading bulletins within what one may see: the list with its completion, one with its tasks, what is overdue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Scope
from licensetrack.accounts.scoping import rows_within
from licensetrack.support.bulletin_models import Bulletin, BulletinStep, BulletinTask
from licensetrack.support.handling_models import ServicePaper
from licensetrack.support.stages import CONFIRMED, DROPPED, REPORTED, TASK_OPEN
from licensetrack.units.models import Unit


@dataclass(frozen=True)
class Completion:
    """How far a bulletin has come, of the tasks that one sees; dropped ones are not counted."""

    bulletin: Bulletin
    tasks: int
    reported: int
    confirmed: int
    overdue: int

    @property
    def percent(self) -> int:
        """Confirmed tasks of all, in whole percent, rounded down: 100 only when every unit is through."""
        return self.confirmed * 100 // self.tasks if self.tasks else 100


def is_overdue(task: BulletinTask, bulletin: Bulletin, day: dt.date) -> bool:
    """Whether a unit has not reported by the deadline, or reported a later day."""
    if task.stage == TASK_OPEN:
        return bulletin.stage == "open" and day > bulletin.deadline
    return task.done_on is not None and task.done_on > bulletin.deadline


def completions(db: Session, scope: Scope, day: dt.date) -> list[Completion]:
    """All bulletins that concern somebody in the scope, the newest first."""
    tasks: dict[int, list[BulletinTask]] = {}
    within = rows_within(scope, district=BulletinTask.district, unit_id=BulletinTask.unit_id)
    for task in db.scalars(select(BulletinTask).where(*within)):
        tasks.setdefault(task.bulletin_id, []).append(task)
    rows = db.scalars(select(Bulletin).order_by(Bulletin.id.desc()))
    return [
        completion(bulletin, tasks.get(bulletin.id, []), day)
        for bulletin in rows
        if scope.kind == "all" or bulletin.id in tasks
    ]


def completion(bulletin: Bulletin, tasks: Sequence[BulletinTask], day: dt.date) -> Completion:
    """The numbers of one bulletin."""
    counted = [task for task in tasks if task.stage != DROPPED]
    return Completion(
        bulletin,
        len(counted),
        sum(task.stage in (REPORTED, CONFIRMED) for task in counted),
        sum(task.stage == CONFIRMED for task in counted),
        sum(is_overdue(task, bulletin, day) for task in counted),
    )


def tasks_of(db: Session, bulletin: Bulletin, scope: Scope) -> list[tuple[BulletinTask, Unit]]:
    """The tasks of a bulletin with their units, in the order of unit codes."""
    query = (
        select(BulletinTask, Unit)
        .join(Unit, Unit.id == BulletinTask.unit_id)
        .where(BulletinTask.bulletin_id == bulletin.id)
        .where(*rows_within(scope, district=BulletinTask.district, unit_id=BulletinTask.unit_id))
        .order_by(Unit.code)
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def waiting_tasks(db: Session, scope: Scope, stage: str) -> list[tuple[BulletinTask, Bulletin, Unit]]:
    """Tasks of open bulletins at a stage, the nearest deadline first."""
    query = (
        select(BulletinTask, Bulletin, Unit)
        .join(Bulletin, Bulletin.id == BulletinTask.bulletin_id)
        .join(Unit, Unit.id == BulletinTask.unit_id)
        .where(BulletinTask.stage == stage, Bulletin.stage == "open")
        .where(*rows_within(scope, district=BulletinTask.district, unit_id=BulletinTask.unit_id))
        .order_by(Bulletin.deadline, Unit.code)
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query)]


def steps_of(db: Session, bulletin_id: int) -> dict[int | None, list[BulletinStep]]:
    """Task (None: the bulletin itself) → the steps taken with it."""
    found: dict[int | None, list[BulletinStep]] = {}
    query = select(BulletinStep).where(BulletinStep.bulletin_id == bulletin_id).order_by(BulletinStep.id)
    for step in db.scalars(query):
        found.setdefault(step.task_id, []).append(step)
    return found


def papers_of(db: Session, task_ids: Sequence[int]) -> dict[int, list[ServicePaper]]:
    """Task → the files that its unit laid."""
    found: dict[int, list[ServicePaper]] = {}
    query = select(ServicePaper).where(ServicePaper.task_id.in_(task_ids)).order_by(ServicePaper.id)
    for paper in db.scalars(query):
        found.setdefault(paper.task_id or 0, []).append(paper)
    return found
