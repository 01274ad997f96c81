"""Work lists about performance: monitorings to report, what has to be put right, and what was, to be accepted."""

from __future__ import annotations

import datetime as dt

from flask import url_for
from sqlalchemy.orm import Session

from licensetrack.core.clock import business_day
from licensetrack.performance import monitoring_queries as queries
from licensetrack.performance.monitoring_models import FollowUp, Monitoring
from licensetrack.performance.monitoring_stages import MENDED, OPEN, SUBMITTED
from licensetrack.web.work_evaluations import project_of
from licensetrack.web.work_rows import Asked, WorkRow


def to_report(db: Session, asked: Asked) -> list[WorkRow]:
    """Submitted monitorings, those of the visitor's own hand left out: another person reports them."""
    if asked.scope.kind != "all":
        return []
    rows = []
    for found in queries.at_stage(db, SUBMITTED):
        last = queries.steps(db, found.id)[-1]
        if last.login != asked.actor.login:
            since = business_day(last.at)
            address = url_for("monitoring.one", monitoring_id=found.id)
            rows.append(
                WorkRow(address, f"{found.as_of}", last.name, project_of(found), since, (asked.as_of - since).days)
            )
    return rows


def to_mend(db: Session, asked: Asked) -> list[WorkRow]:
    """What has to be put right, with the days that are left."""
    return _points(db, asked, OPEN)


def mended(db: Session, asked: Asked) -> list[WorkRow]:
    """What was put right and waits for somebody else to accept it."""
    return _points(db, asked, MENDED)


def _points(db: Session, asked: Asked, stage: str) -> list[WorkRow]:
    if asked.scope.kind != "all":
        return []
    return [_row(point, found, asked.as_of) for point, found in queries.waiting(db, stage)]


def _row(point: FollowUp, found: Monitoring, day: dt.date) -> WorkRow:
    address = url_for("monitoring.one", monitoring_id=found.id, _anchor=f"p-{point.code}")
    return WorkRow(
        address, f"{found.as_of} {point.code}", point.owner, point.name, point.due_on, (point.due_on - day).days,
        point.requirement,
    )  # fmt: skip
