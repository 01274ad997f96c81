"""Reading bulletins within what one may see: the list with its completion, one with its tasks, what is overdue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Scope
from licensetrack.accounts.scoping import rows_within
from licensetrack.core.pages import Turned, turn
from licensetrack.support.bulletin_models import Bulletin, BulletinStep, BulletinTask
from licensetrack.support.handling_models import ServicePaper
from licensetrack.support.stages import CONFIRMED, DROPPED, REPORTED, TASK_OPEN
from licensetrack.units.models import Unit
from licensetrack.units.queries import is_called

PAGE_SIZE = 50


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


def page_of_completions(db: Session, scope: Scope, day: dt.date, page: int) -> tuple[list[Completion], int, Turned]:
    """One page of the bulletins that concern somebody in the scope, the newest first; how many there are; the place."""
    within = rows_within(scope, district=BulletinTask.district, unit_id=BulletinTask.unit_id)
    query = select(Bulletin)
    if scope.kind != "all":
        query = query.where(Bulletin.id.in_(select(BulletinTask.bulletin_id).where(*within)))
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    place = turn(page, total, PAGE_SIZE)
    shown = db.scalars(query.order_by(Bulletin.id.desc()).limit(PAGE_SIZE).offset(place.before)).all()
    tasks: dict[int, list[BulletinTask]] = {}
    for task in db.scalars(
        select(BulletinTask).where(BulletinTask.bulletin_id.in_([bulletin.id for bulletin in shown]), *within)
    ):
        tasks.setdefault(task.bulletin_id, []).append(task)
    return [completion(bulletin, tasks.get(bulletin.id, []), day) for bulletin in shown], total, place


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


def tasks_of(db: Session, bulletin: Bulletin, scope: Scope, *, called: str = "") -> list[tuple[BulletinTask, Unit]]:
    """The tasks of a bulletin with their units, in the order of unit codes; those of units of this name or code alone
    where one is said.
    """
    query = (
        select(BulletinTask, Unit)
        .join(Unit, Unit.id == BulletinTask.unit_id)
        .where(BulletinTask.bulletin_id == bulletin.id)
        .where(*rows_within(scope, district=BulletinTask.district, unit_id=BulletinTask.unit_id))
        .order_by(Unit.code)
    )
    if text := called.strip():
        query = query.where(or_(is_called(text), Unit.code.icontains(text, autoescape=True)))
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


def steps_of(db: Session, bulletin_id: int, task_ids: Sequence[int]) -> dict[int | None, list[BulletinStep]]:
    """Task, of these, (None: the bulletin itself) → the steps taken with it."""
    found: dict[int | None, list[BulletinStep]] = {}
    wanted = or_(BulletinStep.task_id.is_(None), BulletinStep.task_id.in_(task_ids))
    query = select(BulletinStep).where(BulletinStep.bulletin_id == bulletin_id, wanted)
    for step in db.scalars(query.order_by(BulletinStep.id)):
        found.setdefault(step.task_id, []).append(step)
    return found


def papers_of(db: Session, task_ids: Sequence[int]) -> dict[int, list[ServicePaper]]:
    """Task → the files that its unit laid."""
    found: dict[int, list[ServicePaper]] = {}
    query = select(ServicePaper).where(ServicePaper.task_id.in_(task_ids)).order_by(ServicePaper.id)
    for paper in db.scalars(query):
        found.setdefault(paper.task_id or 0, []).append(paper)
    return found
