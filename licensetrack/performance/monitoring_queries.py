"""Reading monitorings: those of a year, a sheet (frozen or draft), follow-ups that wait, what changed since."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from licensetrack.core.clock import now, today
from licensetrack.core.db import row_with_id
from licensetrack.core.digests import chain_algorithm
from licensetrack.core.errors import NotFound, Refused
from licensetrack.measures.question import Question
from licensetrack.performance import frameworks, queries
from licensetrack.performance.codec import from_plain
from licensetrack.performance.framework import Framework, framework, library, load
from licensetrack.performance.monitoring_composing import Run, compose
from licensetrack.performance.monitoring_models import (
    FollowUp,
    FollowUpStep,
    Monitoring,
    MonitoringSnapshot,
    MonitoringStep,
)
from licensetrack.performance.monitoring_reading import Read, read, sources
from licensetrack.performance.monitoring_rules import Judgement
from licensetrack.performance.monitoring_sheet import MonitoringSheet, ProjectHeader
from licensetrack.performance.monitoring_stages import CLOSED, DRAFT, FROZEN, SUBMITTED
from licensetrack.performance.monitoring_trend import Trend
from licensetrack.performance.sheet import Header, Step, TargetVersion
from licensetrack.procurement.contract_models import Project
from licensetrack.procurement.projects import project_of


def monitoring(db: Session, monitoring_id: int) -> Monitoring:
    """One monitoring. Raises NotFound."""
    found = db.get(Monitoring, monitoring_id)
    if found is None:
        raise NotFound("There is no such monitoring.")
    return found


def monitorings(db: Session) -> Sequence[Monitoring]:
    """All monitorings, the newest cut-off and version first."""
    return db.scalars(select(Monitoring).order_by(Monitoring.as_of.desc(), Monitoring.version.desc())).all()


def latest(db: Session, as_of: dt.date) -> Monitoring | None:
    """The newest version of a cut-off date's monitoring, whatever its stage."""
    query = select(Monitoring).where(Monitoring.as_of == as_of).order_by(Monitoring.version.desc())
    return db.scalars(query).first()


def latest_reported(db: Session, year: int, as_of: dt.date | None = None) -> Monitoring | None:
    """The newest reported monitoring of a year, or of one cut-off date in it."""
    query = select(Monitoring).where(Monitoring.year == year, Monitoring.stage.in_(FROZEN))
    if as_of is not None:
        query = query.where(Monitoring.as_of == as_of)
    return db.scalars(query.order_by(Monitoring.as_of.desc(), Monitoring.version.desc())).first()


def subject(found: Monitoring) -> str:
    """What the audit trail calls a monitoring: its cut-off date and version."""
    return f"monitoring:{found.as_of}:{found.version}"


def steps(db: Session, monitoring_id: int) -> Sequence[Step]:
    """Who took which step and when, in order."""
    query = select(MonitoringStep).where(MonitoringStep.monitoring_id == monitoring_id).order_by(MonitoringStep.id)
    return [Step(step.action, step.login, step.name, step.at, step.note) for step in db.scalars(query)]


def submitted(db: Session) -> Sequence[Monitoring]:
    """Monitorings that wait to be reported, the first cut-off first."""
    return db.scalars(select(Monitoring).where(Monitoring.stage == SUBMITTED).order_by(Monitoring.as_of)).all()


def follow_up(db: Session, follow_up_id: int) -> FollowUp:
    """One follow-up. Raises NotFound."""
    return row_with_id(db, FollowUp, follow_up_id)


def follow_ups(db: Session, monitoring_id: int) -> Sequence[FollowUp]:
    """What a monitoring wants to be put right, in the order of its form."""
    return db.scalars(select(FollowUp).where(FollowUp.monitoring_id == monitoring_id).order_by(FollowUp.id)).all()


def waiting(db: Session, stage: str) -> Sequence[tuple[FollowUp, Monitoring]]:
    """Follow-ups at a stage, the first due first; what a newer reported version replaced waits no more."""
    newer = aliased(Monitoring)
    replaced = exists().where(
        newer.as_of == Monitoring.as_of, newer.version > Monitoring.version, newer.stage.in_(FROZEN)
    )
    query = (
        select(FollowUp, Monitoring)
        .join(Monitoring, Monitoring.id == FollowUp.monitoring_id)
        .where(FollowUp.stage == stage, ~replaced)
        .order_by(FollowUp.due_on, FollowUp.id)
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def follow_up_steps(db: Session, follow_up_ids: Sequence[int]) -> dict[int, list[Step]]:
    """Follow-up → who took which step and when, in order."""
    found: dict[int, list[Step]] = {}
    query = select(FollowUpStep).where(FollowUpStep.follow_up_id.in_(follow_up_ids)).order_by(FollowUpStep.id)
    for step in db.scalars(query):
        made = Step(step.action, step.login, step.name, step.at, step.note)
        found.setdefault(step.follow_up_id, []).append(made)
    return found


def framework_of(found: Monitoring) -> Framework:
    """The framework as it was when the monitoring was read."""
    return framework(found.framework, found.framework_code)


def judgements_of(found: Monitoring) -> dict[str, Judgement]:
    """What the officer says, by code of indicator."""
    return {code: from_plain(Judgement, said) for code, said in found.judgements.items()}


def header_of(found: Monitoring) -> ProjectHeader:
    """The lines above the form."""
    return from_plain(ProjectHeader, found.header)


def read_of(found: Monitoring) -> Read:
    """What was read from the ledgers."""
    return Read(
        figures=queries.numbers(found.figures),
        trends={name: from_plain(Trend, trend) for name, trend in found.trends.items()},
        targets={
            code: tuple(from_plain(TargetVersion, one) for one in versions)
            for code, versions in found.targets.items()
        },
    )  # fmt: skip


def sheet(db: Session, found: Monitoring) -> MonitoringSheet:
    """The monitoring's sheet: the frozen one where it was reported, else the draft as it stands."""
    row = db.execute(
        select(MonitoringSnapshot.content, MonitoringSnapshot.digest).where(
            MonitoringSnapshot.monitoring_id == found.id
        )
    ).first()
    if row is not None:
        made = from_plain(MonitoringSheet, json.loads(row.content))
        return replace(made, frozen=True, digest=row.digest)
    return with_sources(db, drafted(found, tuple(steps(db, found.id))))


def with_sources(db: Session, made: MonitoringSheet) -> MonitoringSheet:
    """A draft's sheet with where its funds come from, as known when it was read."""
    found = sources(db, Question(made.as_of, made.known_at))
    return replace(made, budget=replace(made.budget, by_source=found))


def drafted(found: Monitoring, taken: tuple[Step, ...]) -> MonitoringSheet:
    """The sheet that the monitoring's row makes."""
    run = Run(
        year=found.year, as_of=found.as_of, version=found.version, stage=found.stage, known_at=found.known_at,
        steps=taken, reported_at=found.reported_at,
    )  # fmt: skip
    return compose(
        run, framework_of(found), found.framework_digest, read_of(found), header_of(found), judgements_of(found)
    )


def asked(db: Session, year: int, as_of: dt.date | None) -> MonitoringSheet:
    """The newest stored form of a year, of one cut-off date where a day is given, else a draft as of that day.

    A reported one goes before a draft of the same day. Raises NotFound where no day is given and none was reported.
    """
    found = latest_reported(db, year, as_of)
    if found is None and as_of is not None:
        if as_of.year != year:
            raise Refused("The date %(on)s does not lie in %(year)s.", on=as_of, year=year)
        found = latest(db, as_of)
        if found is None:
            return preview(db, as_of)
    if found is None:
        raise NotFound("No monitoring of %(year)s has been reported.", year=year)
    return sheet(db, found)


def results(db: Session, made: MonitoringSheet) -> dict[str, tuple[dt.date, str]]:
    """When and how everything was put right, once a monitoring is closed; before that nothing is printed of it."""
    found = latest_reported(db, made.year, made.as_of)
    if not made.frozen or found is None or found.version != made.version or found.stage != CLOSED:
        return {}
    return {one.code: (one.mended_on, one.result) for one in follow_ups(db, found.id) if one.mended_on is not None}


def preview(db: Session, as_of: dt.date) -> MonitoringSheet:
    """The form of a day for which none is stored: a draft from the framework in force, without a word of an officer.

    Raises Refused for a day in the future, NotFound where the year has no framework.
    """
    check_day(as_of)
    question, used = Question(as_of, now()), framework_in_force(db, as_of.year)
    run = Run(as_of.year, as_of, 1, DRAFT, question.known_at or now())
    digest = used.digest(chain_algorithm())
    return with_sources(db, compose(run, used, digest, read(db, question, used), header_for(db, as_of), {}))


def check_day(as_of: dt.date) -> None:
    """Nobody counts up to a day to come. Raises Refused."""
    if as_of > today():
        raise Refused("The date %(on)s lies in the future.", on=as_of)


def framework_in_force(db: Session, year: int) -> Framework:
    """The framework of a year with the targets recorded for it: the one in force, else its evaluation's, else the
    library's. Raises NotFound.
    """
    standing = frameworks.of_year(db, year)
    if standing:
        return standing[0]
    made = queries.latest(db, queries.EVALUATION, year)
    if made is not None:
        return queries.framework_of(made)
    for known in map(load, library()):
        if (known.year, known.kind) == (year, queries.EVALUATION):
            return known
    raise NotFound("There is no framework for %(year)s.", year=year)


def has_framework(db: Session, year: int) -> bool:
    """Whether a form of the year can be made."""
    try:
        framework_in_force(db, year)
    except NotFound:
        return False
    return True


def header_for(db: Session, as_of: dt.date) -> ProjectHeader:
    """What is known for a new form: what the year's last one said, else its evaluation's paper and its project."""
    query = select(Monitoring).where(Monitoring.year == as_of.year).order_by(Monitoring.id.desc())
    last = db.scalars(query).first()
    if last is not None:
        return replace(header_of(last), progress=progress(as_of))
    made, bought = queries.latest(db, queries.EVALUATION, as_of.year), project_of(db, as_of.year)
    header = ProjectHeader() if made is None else _of_paper(queries.paper_of(made).header)
    if bought is not None:
        header = replace(header, **_of_project(bought))
    return replace(header, progress=progress(as_of))


def _of_paper(known: Header) -> ProjectHeader:
    return ProjectHeader(
        project=known.project, project_code=known.project_code, project_class=known.project_class,
        authority=known.authority, implementer=known.implementer, fund_source=known.fund_source, author=known.author,
        phone=known.phone, period_start=known.period_start, period_end=known.period_end, goal=known.goal,
    )  # fmt: skip


def _of_project(bought: Project) -> dict[str, Any]:
    """What the project's own record says, which goes before any paper; what it leaves out is left to the paper."""
    said = {
        "project": bought.name, "project_code": bought.code, "project_class": bought.category,
        "authority": bought.authority, "implementer": bought.implementer, "leader": bought.leader,
        "phone": bought.leader_phone, "author": bought.implementer, "period_start": bought.starts_on,
        "period_end": bought.ends_on, "nature": bought.nature, "overview": bought.overview, "basis": bought.basis,
    }  # fmt: skip
    return {name: value for name, value in said.items() if value}


def progress(as_of: dt.date) -> str:
    """The sentence that a form begins with: what was reached by the cut-off, with every number a figure."""
    return (
        f"截至{as_of.year}年{as_of.month}月{as_of.day}日，已为{{units.served}}家单位提供"
        "{virtualization.accepted_sets}套虚拟化软件授权（{virtualization.accepted_cpus}个CPU）、"
        "{cloud_management.accepted_sets}套云管理软件授权（{cloud_management.accepted_cpus}个CPU）和"
        "{bms.accepted_sets}套BMS授权，正式软件授权导入通过率{import.pass_rate}；"
        "支出{budget.spent}万元，预算执行率{budget.execution_rate}。"
    )
