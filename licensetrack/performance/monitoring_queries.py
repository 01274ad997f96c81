"""Reading monitorings: those of a year, a sheet (frozen or draft), follow-ups that wait, what changed since."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from licensetrack.core.clock import now, today
from licensetrack.core.db import row_with_id
from licensetrack.core.digests import chain_algorithm
from licensetrack.core.errors import NotFound, Refused
from licensetrack.measures.question import Question
from licensetrack.performance import queries
from licensetrack.performance.codec import from_plain
from licensetrack.performance.framework import Framework, framework
from licensetrack.performance.monitoring_composing import Run, compose
from licensetrack.performance.monitoring_heads import framework_in_force, header_for
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
from licensetrack.performance.monitoring_stages import CLOSED, DRAFT, FROZEN
from licensetrack.performance.monitoring_trend import Trend
from licensetrack.performance.sheet import Step, TargetVersion


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


def latest_reported(db: Session, year: int, as_of: dt.date | None = None, code: str = "") -> Monitoring | None:
    """The newest reported monitoring of a year, or of one cut-off date in it; of one framework where `code` is."""
    query = select(Monitoring).where(Monitoring.year == year, Monitoring.stage.in_(FROZEN))
    if code:
        query = query.where(Monitoring.framework_code == code)
    if as_of is not None:
        query = query.where(Monitoring.as_of == as_of)
    return db.scalars(query.order_by(Monitoring.as_of.desc(), Monitoring.version.desc())).first()


def reported_until(db: Session, year: int, code: str, instant: dt.datetime) -> list[Monitoring]:
    """The monitorings of a framework and year that had been reported by then, each cut-off in its newest version."""
    query = select(Monitoring).where(
        Monitoring.year == year, Monitoring.framework_code == code, Monitoring.reported_at <= instant
    )
    return list({one.as_of: one for one in db.scalars(query.order_by(Monitoring.as_of, Monitoring.version))}.values())


def snapshot(db: Session, found: Monitoring) -> MonitoringSnapshot:
    """What was reported, letter by letter. Raises NotFound where nothing was."""
    row = db.scalars(select(MonitoringSnapshot).where(MonitoringSnapshot.monitoring_id == found.id)).first()
    if row is None:
        raise NotFound("This monitoring has not been reported.")
    return row


def subject(found: Monitoring) -> str:
    """What the audit trail calls a monitoring: its cut-off date and version."""
    return f"monitoring:{found.as_of}:{found.version}"


def steps(db: Session, monitoring_id: int) -> Sequence[Step]:
    """Who took which step and when, in order."""
    query = select(MonitoringStep).where(MonitoringStep.monitoring_id == monitoring_id).order_by(MonitoringStep.id)
    return [Step(step.action, step.login, step.name, step.at, step.note) for step in db.scalars(query)]


def at_stage(db: Session, stage: str) -> Sequence[Monitoring]:
    """Monitorings that stand at a stage, the first cut-off first."""
    return db.scalars(select(Monitoring).where(Monitoring.stage == stage).order_by(Monitoring.as_of)).all()


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


def asked(db: Session, year: int, as_of: dt.date | None, code: str = "") -> MonitoringSheet:
    """The newest stored form of a year, of one cut-off date where a day is given, else a draft as of that day.

    A reported one goes before a draft of the same day. `code` asks for the form of one framework. Raises NotFound where
    no day is given and none was reported.
    """
    found = latest_reported(db, year, as_of, code)
    if found is None and as_of is not None:
        if as_of.year != year:
            raise Refused("The date %(on)s does not lie in %(year)s.", on=as_of, year=year)
        found = latest(db, as_of)
        if found is None or code not in ("", found.framework_code):
            return preview(db, as_of, code)
    if found is None:
        raise NotFound("No monitoring of %(year)s has been reported.", year=year)
    return sheet(db, found)


def results(db: Session, made: MonitoringSheet) -> dict[str, tuple[dt.date, str]]:
    """When and how everything was put right, once a monitoring is closed; before that nothing is printed of it."""
    found = latest_reported(db, made.year, made.as_of)
    if not made.frozen or found is None or found.version != made.version:
        return {}
    return results_until(db, found, None)


def results_until(db: Session, found: Monitoring, instant: dt.datetime | None) -> dict[str, tuple[dt.date, str]]:
    """The same of a monitoring that was closed by then, or ever; nothing can change in it any more."""
    closed = [step.at for step in steps(db, found.id) if step.action == "close"]
    if found.stage != CLOSED or (instant is not None and (not closed or closed[-1] > instant)):
        return {}
    return {one.code: (one.mended_on, one.result) for one in follow_ups(db, found.id) if one.mended_on is not None}


def preview(db: Session, as_of: dt.date, code: str = "") -> MonitoringSheet:
    """The form of a day for which none is stored: a draft from the framework in force, without a word of an officer.

    Raises Refused for a day in the future or where several frameworks are in force and none is named, NotFound where
    the year has no framework.
    """
    check_day(as_of)
    question, used = Question(as_of, now()), framework_in_force(db, as_of.year, code)
    run = Run(as_of.year, as_of, 1, DRAFT, question.known_at or now())
    digest = used.digest(chain_algorithm())
    return with_sources(db, compose(run, used, digest, read(db, question, used), header_for(db, as_of), {}))


def check_day(as_of: dt.date) -> None:
    """Nobody counts up to a day to come. Raises Refused."""
    if as_of > today():
        raise Refused("The date %(on)s lies in the future.", on=as_of)
