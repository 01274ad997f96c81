"""Reading the orders that are handled here, within what one may see: the list, one with its steps, what is late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor
from licensetrack.accounts.scoping import rows_within
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.pages import ranked, turn
from licensetrack.support.handling_models import ServiceCase, ServicePaper
from licensetrack.support.kinds import severities
from licensetrack.support.limits import ENGINEER, firm_of
from licensetrack.support.moving import wall_now
from licensetrack.support.stages import IN_ORDER_OF_LIFE, OPEN
from licensetrack.units.models import Platform, Unit
from licensetrack.units.queries import is_called

PAGE_SIZE = 50
SOON = dt.timedelta(hours=4)
_DUES = {"answer": "responded", "arrive": "arrived", "restore": "restored"}


@dataclass(frozen=True)
class Wanted:
    """Which orders are asked for; an empty filter lets all pass. `late` is "late", "soon" or nothing."""

    search: str = ""
    stages: tuple[str, ...] = ()
    kind: str = ""
    severity: str = ""
    district: str = ""
    late: str = ""
    unit_id: int = 0
    set_id: int = 0
    sort: str = "-received"

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the stage is narrowed."""
        return any((self.search.strip(), self.kind, self.severity, self.district, self.late))


@dataclass(frozen=True)
class Page:
    """One page of orders with their units."""

    rows: Sequence[tuple[ServiceCase, Unit]]
    total: int
    number: int
    last: int


def within(db: Session, actor: Actor) -> list[ColumnElement[bool]]:
    """What somebody may see: see `moving.sees`."""
    found = rows_within(actor.scope, district=ServiceCase.district, unit_id=ServiceCase.unit_id)
    if actor.role == ENGINEER:
        firm = firm_of(db, actor.id)
        mine = ServiceCase.engineer_id == actor.id
        found.append(or_(mine, ServiceCase.firm == firm) if firm else mine if actor.id else false())
    return found


def is_over(now: dt.datetime) -> ColumnElement[bool]:
    """Whether a limit is passed and what it asks for is not done; while an order waits, its open limits have no due."""
    return and_(ServiceCase.stage.in_(OPEN), or_(*(_open_due(name, now) for name in _DUES)))


def comes_soon(now: dt.datetime, soon: dt.timedelta = SOON) -> ColumnElement[bool]:
    """Whether a limit will be passed within `soon`, and none is yet."""
    ahead = or_(*(_open_due(name, now + soon) for name in _DUES))
    return and_(ServiceCase.stage.in_(OPEN), ahead, ~is_over(now))


def _is_open(name: str) -> ColumnElement[bool]:
    """Whether a limit's time is not there; nobody has to be on site for what runs again without."""
    missing: ColumnElement[bool] = getattr(ServiceCase, _DUES[name]).is_(None)
    return missing if name != "arrive" else and_(missing, ServiceCase.restored.is_(None))


def _open_due(name: str, now: dt.datetime) -> ColumnElement[bool]:
    """Whether a limit that is open was used up before `now`."""
    due = getattr(ServiceCase, f"{name}_due")
    return and_(due.is_not(None), due < now, _is_open(name))


def next_due() -> ColumnElement[Any]:
    """What `lateness` tells of an order, for the database: the first moment at which an open limit is used up."""
    earliest, *others = [case((_is_open(name), getattr(ServiceCase, f"{name}_due"))) for name in _DUES]
    for due in others:
        earliest = case((or_(earliest.is_(None), due < earliest), due), else_=earliest)
    return case((ServiceCase.stage.in_(OPEN), earliest))


# The gravest severity and the first stage come first; codes are no order that people know.
SORTS: dict[str, ColumnElement[Any]] = {
    "number": ServiceCase.number.expression,
    "unit": Unit.name.expression,
    "severity": ranked(ServiceCase.severity, severities()),
    "stage": ranked(ServiceCase.stage, IN_ORDER_OF_LIFE),
    "received": ServiceCase.received.expression,
    "due": next_due(),
}


def lateness(order: ServiceCase) -> tuple[str, dt.datetime | None]:
    """The limit that is open and used up first, and when: ("answer", …); ("", None) where none is open."""
    open_dues = [
        (due, name)
        for name, done in _DUES.items()
        if (due := getattr(order, f"{name}_due")) is not None and getattr(order, done) is None
        and not (name == "arrive" and order.restored is not None)
    ]  # fmt: skip
    if order.stage not in OPEN or not open_dues:
        return "", None
    due, name = min(open_dues)
    return name, due


def page_of_orders(db: Session, wanted: Wanted, number: int, *, actor: Actor) -> Page:
    """One page of what is wanted."""
    query = _query(db, wanted, actor)
    total = db.scalar(select(func.count()).select_from(query.subquery())) or 0
    place = turn(number, total, PAGE_SIZE)
    rows = _pairs(db, _sorted(query, wanted).limit(PAGE_SIZE).offset(place.before))
    return Page(rows, total, place.page, place.last)


def orders(db: Session, wanted: Wanted, *, actor: Actor, most: int = 100_000) -> list[tuple[ServiceCase, Unit]]:
    """All that is wanted, in its order."""
    return _pairs(db, _sorted(_query(db, wanted, actor), wanted).limit(most))


def waiting(
    db: Session, actor: Actor, stages: Sequence[str], *conditions: ColumnElement[bool]
) -> list[tuple[ServiceCase, Unit]]:
    """Orders at these stages that somebody may see, the longest waiting first."""
    query = (
        select(ServiceCase, Unit)
        .join(Unit, Unit.id == ServiceCase.unit_id)
        .where(ServiceCase.stage.in_(stages), *conditions, *within(db, actor))
        .order_by(ServiceCase.stage_since, ServiceCase.id)
    )
    return _pairs(db, query)


def late_orders(db: Session, actor: Actor, *, soon: bool = False) -> list[tuple[ServiceCase, Unit]]:
    """Open orders over a limit, or close to one."""
    now = wall_now()
    return waiting(db, actor, OPEN, comes_soon(now) if soon else is_over(now))


def counts(db: Session, actor: Actor) -> dict[str, int]:
    """How many orders stand at each open stage, and how many are late or soon to be."""
    seen, now = within(db, actor), wall_now()
    query = select(ServiceCase.stage, func.count()).where(*seen).group_by(ServiceCase.stage)
    found = {stage: int(number) for stage, number in db.execute(query)}
    timed = {"late": is_over(now), "soon": comes_soon(now)}
    return {stage: found.get(stage, 0) for stage in OPEN} | {
        name: db.scalar(select(func.count()).select_from(ServiceCase).where(condition, *seen)) or 0
        for name, condition in timed.items()
    }


def papers_of(db: Session, case_id: int) -> Sequence[ServicePaper]:
    """An order's files, the first first."""
    return db.scalars(select(ServicePaper).where(ServicePaper.case_id == case_id).order_by(ServicePaper.id)).all()


def linked(db: Session, order: ServiceCase) -> tuple[LicenseSet | None, Platform | None]:
    """The set and the platform that an order is about."""
    return (
        db.get(LicenseSet, order.set_id) if order.set_id else None,
        db.get(Platform, order.platform_id) if order.platform_id else None,
    )


def _pairs(db: Session, query: Select[ServiceCase, Unit]) -> list[tuple[ServiceCase, Unit]]:
    return [(row[0], row[1]) for row in db.execute(query)]


def _query(db: Session, wanted: Wanted, actor: Actor) -> Select[ServiceCase, Unit]:
    query = select(ServiceCase, Unit).join(Unit, Unit.id == ServiceCase.unit_id).where(*within(db, actor))
    if wanted.stages:
        query = query.where(ServiceCase.stage.in_(wanted.stages))
    for column, value in (
        (ServiceCase.kind, wanted.kind),
        (ServiceCase.severity, wanted.severity),
        (ServiceCase.district, wanted.district),
        (ServiceCase.unit_id, wanted.unit_id),
        (ServiceCase.set_id, wanted.set_id),
    ):
        if value:
            query = query.where(column == value)
    if wanted.late:
        query = query.where(is_over(wall_now()) if wanted.late == "late" else comes_soon(wall_now()))
    if text := wanted.search.strip():
        query = query.where(
            or_(
                ServiceCase.number.icontains(text, autoescape=True),
                ServiceCase.title.icontains(text, autoescape=True),
                ServiceCase.engineer.icontains(text, autoescape=True),
                ServiceCase.firm.icontains(text, autoescape=True),
                is_called(text),
            )
        )
    return query


def _sorted(query: Select[ServiceCase, Unit], wanted: Wanted) -> Select[ServiceCase, Unit]:
    column = SORTS[wanted.sort.removeprefix("-")]
    key = column.desc() if wanted.sort.startswith("-") else column.asc()
    return query.order_by(column.is_(None), key, ServiceCase.id.desc())
