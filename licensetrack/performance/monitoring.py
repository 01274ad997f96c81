"""The monitoring's verbs: draft it, read anew, judge, submit, send back, report, close and re-open it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation.rules import check_reason
from licensetrack.core import audit, outbox
from licensetrack.core.clock import now
from licensetrack.core.columns import canonical_json
from licensetrack.core.db import reading, transaction
from licensetrack.core.digests import chain_algorithm, digest
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.transitions import next_stage
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question
from licensetrack.performance import monitoring_heads as heads
from licensetrack.performance import monitoring_queries as queries
from licensetrack.performance.codec import to_plain
from licensetrack.performance.framework import Framework
from licensetrack.performance.monitoring_composing import BUDGET, Run, compose, gaps
from licensetrack.performance.monitoring_models import FollowUp, Monitoring, MonitoringSnapshot, MonitoringStep
from licensetrack.performance.monitoring_reading import goals, read
from licensetrack.performance.monitoring_rules import LONGEST, Incomplete, Judgement, check_judgement
from licensetrack.performance.monitoring_sheet import MonitoringSheet, ProjectHeader
from licensetrack.performance.monitoring_stages import ACCEPTED, DRAFT, FROZEN, MONITORING_MOVES, OPEN, START
from licensetrack.performance.naming import check_names
from licensetrack.performance.sentences import check_sentences

ROOM = "performance:monitoring"


def draft_monitoring(
    as_of: dt.date,
    header: ProjectHeader | None = None,
    framework: Framework | None = None,
    *,
    actor: Actor,
    code: str = "",
) -> Monitoring:
    """Makes the draft of a cut-off date, with the header known from before and the framework in force unless given;
    `code` says which where several are in force.

    Raises Refused for a day to come, a year without a budget, or several frameworks in force of which none is said;
    Conflict where the day has a monitoring already.
    """
    require(actor, f"{ROOM}:draft")
    queries.check_day(as_of)
    with transaction() as db:
        if queries.latest(db, as_of) is not None:
            raise Conflict("There is a monitoring as of %(day)s already.", day=as_of)
        used = framework or heads.framework_in_force(db, as_of.year, code)
        row = _read(db, as_of, used, header or heads.header_for(db, as_of), {})
        return _insert(db, row, 1, "draft", actor)


def reopen_monitoring(reported: Monitoring, *, actor: Actor, reason: str) -> Monitoring:
    """Makes the draft of a reported monitoring's next version; the reported one stays. Raises Refused, Conflict."""
    require(actor, f"{ROOM}:reopen")
    check_reason(reason)
    if reported.stage not in FROZEN:
        raise Refused("Only a reported monitoring is opened again.")
    with transaction() as db:
        last = queries.latest(db, reported.as_of)
        if last is None or last.id != reported.id:
            raise Conflict("There is a newer version of this monitoring already.")
        used, said = heads.standing_framework(db, reported), queries.judgements_of(reported)
        row = _read(db, reported.as_of, used, queries.header_of(reported), said)
        return _insert(db, row, reported.version + 1, "reopen", actor, reason)


def rework_monitoring(
    monitoring: Monitoring, framework: Framework | None = None, *, actor: Actor, seen: int | None = None
) -> Monitoring:
    """Reads a draft's figures, trends and targets anew; what the officer said stays. Raises Refused, Conflict."""
    require(actor, f"{ROOM}:rework")
    with transaction() as db:
        used = framework or heads.standing_framework(db, monitoring)
        header, said = queries.header_of(monitoring), queries.judgements_of(monitoring)
        row = _read(db, monitoring.as_of, used, header, said)
        return _move(db, monitoring, "rework", actor, seen=seen, row=row)


def judge_monitoring(
    monitoring: Monitoring,
    said: Mapping[str, Judgement],
    header: ProjectHeader | None = None,
    *,
    actor: Actor,
    seen: int | None = None,
) -> Monitoring:
    """Says something of some indicators (`budget` for the year's spending) or of the header; the rest stays.

    Raises Refused at the field that is wrong, Conflict where somebody else changed the draft.
    """
    require(actor, f"{ROOM}:judge")
    known = {one.code: one for _, _, one in goals(queries.framework_of(monitoring))}
    for code, one in said.items():
        if code != BUDGET and code not in known:
            raise Refused("There is a mark for %(code)s, but no such indicator.", code=code)
        indicator = known.get(code)
        measured = indicator is None or bool(indicator.measure)
        check_judgement(one, measured=measured, qualitative=bool(indicator and indicator.nature == "qualitative"))
    whole = queries.judgements_of(monitoring) | dict(said)
    row: dict[str, Any] = {"judgements": to_plain(whole)}
    if header is not None:
        row["header"] = to_plain(header)
        _check_texts(header, queries.drafted(monitoring, ()).figures)
    with transaction() as db:
        return _move(
            db, monitoring, "judge", actor, seen=seen, row=row, note="、".join(code for code in said if code != BUDGET)
        )


def submit_monitoring(monitoring: Monitoring, *, actor: Actor, seen: int | None = None) -> Monitoring:
    """draft → submitted: nothing is missing, and the ledgers say what the draft says. Raises Incomplete,
    WordingError, Conflict.
    """
    require(actor, f"{ROOM}:submit")
    form = queries.drafted(monitoring, ())
    if missing := gaps(form):
        raise Incomplete(missing)
    check_sentences(form.figures, [(field, getattr(form.header, field)) for field in ("goal", "progress")])
    with reading() as db:
        _check_same_figures(monitoring, figures(db, Question(monitoring.as_of)))
    with transaction() as db:
        return _move(db, monitoring, "submit", actor, seen=seen)


def send_back_monitoring(monitoring: Monitoring, *, actor: Actor, reason: str, seen: int | None = None) -> Monitoring:
    """submitted → draft, with what is to be mended. Raises Refused, Conflict."""
    require(actor, f"{ROOM}:send_back")
    check_reason(reason)
    with transaction() as db:
        return _move(db, monitoring, "send_back", actor, seen=seen, note=reason)


def report_monitoring(monitoring: Monitoring, *, actor: Actor, seen: int | None = None) -> Monitoring:
    """submitted → reported, by another person: the sheet is frozen for ever, and what is to be mended is followed up.

    Raises Refused, Conflict.
    """
    require(actor, f"{ROOM}:report")
    with transaction() as db:
        moved = _move(db, monitoring, "report", actor, seen=seen, row={"reported_at": now()})
        _check_same_figures(monitoring, figures(db, Question(monitoring.as_of, monitoring.known_at)))
        sheet = queries.sheet(db, moved)
        algorithm, content = chain_algorithm(), canonical_json(to_plain(sheet))
        made = digest(content, algorithm)
        frozen = {"content": content, "algorithm": algorithm, "digest": made, "frozen_at": now()}
        db.execute(insert(MonitoringSnapshot).values(monitoring_id=moved.id, **frozen))
        _follow_up(db, moved.id, sheet)
        audit.record(db, f"{ROOM}:freeze", queries.subject(moved), actor, digest=made)
    return moved


def close_monitoring(monitoring: Monitoring, *, actor: Actor, seen: int | None = None) -> Monitoring:
    """reported → closed, once everything that had to be put right is accepted. Raises Refused, Conflict."""
    require(actor, f"{ROOM}:close")
    with transaction() as db:
        left = [one for one in queries.follow_ups(db, monitoring.id) if one.stage != ACCEPTED]
        if left:
            raise Refused(
                "%(count)s points are still to be put right; the first: %(code)s %(name)s.",
                count=len(left), code=left[0].code, name=left[0].name,
            )  # fmt: skip
        return _move(db, monitoring, "close", actor, seen=seen)


def _read(
    db: Session, as_of: dt.date, used: Framework, header: ProjectHeader, said: Mapping[str, Judgement]
) -> dict[str, Any]:
    """The columns that say what the ledgers held, and what was said of it."""
    question, kept = Question(as_of, now()), {one.code for _, _, one in goals(used)} | {BUDGET}
    found = read(db, question, used)
    row = {
        "year": as_of.year, "as_of": as_of, "known_at": question.known_at, "framework_code": used.code,
        "framework_digest": used.digest(chain_algorithm()), "framework": used.data, "figures": found.figures,
        "targets": to_plain(found.targets), "trends": to_plain(found.trends),
        "header": to_plain(header), "judgements": to_plain({c: one for c, one in said.items() if c in kept}),
    }  # fmt: skip
    run = Run(as_of.year, as_of, 1, DRAFT, now())
    _check_texts(header, compose(run, used, "", found, header, {}).figures)
    return row


def _check_texts(header: ProjectHeader, known: Iterable[str]) -> None:
    for field in ("goal", "progress"):
        try:
            check_names(known, [(field, getattr(header, field))])
        except Refused as refusal:
            raise refusal.at(field) from None


def _insert(db: Session, row: dict[str, Any], version: int, action: str, actor: Actor, note: str = "") -> Monitoring:
    stage = next_stage(MONITORING_MOVES, START, action)
    made = Monitoring(version=version, stage=stage, revision=1, **row)
    db.add(made)
    try:
        db.flush()
    except IntegrityError as error:
        raise Conflict("There is a monitoring as of %(day)s already.", day=row["as_of"]) from error
    db.refresh(made)  # its JSON as it is read again
    _leave_traces(db, made, action, actor, note)
    return made


def _move(
    db: Session,
    monitoring: Monitoring,
    action: str,
    actor: Actor,
    *,
    seen: int | None = None,
    note: str = "",
    row: Mapping[str, Any] | None = None,
) -> Monitoring:
    """Compare and swap: nobody else may have changed the monitoring since it was read; gives the row as it now is."""
    stage = next_stage(MONITORING_MOVES, monitoring.stage, action)
    _check_other_person(queries.steps(db, monitoring.id), action, actor.login)
    revision = monitoring.revision if seen is None else seen
    changed = db.execute(
        update(Monitoring)
        .where(
            Monitoring.id == monitoring.id, Monitoring.stage == monitoring.stage, Monitoring.revision == revision
        )
        .values({"stage": stage, "revision": revision + 1} | dict(row or {}))
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("The monitoring changed meanwhile. Please look at it again.")
    moved = db.get_one(Monitoring, monitoring.id, populate_existing=True)
    _leave_traces(db, moved, action, actor, note)
    return moved


def _check_other_person(taken: Sequence[Any], action: str, login: str) -> None:
    """Whoever submitted the monitoring neither reports nor closes it. Raises Refused."""
    submitted = [step.login for step in taken if step.action == "submit"]
    if action in ("report", "close") and submitted and submitted[-1] == login:
        raise Refused("You submitted this monitoring; another person has to take this step.")


def _leave_traces(db: Session, monitoring: Monitoring, action: str, actor: Actor, note: str) -> None:
    step = {"action": action, "actor_id": actor.id, "login": actor.login, "name": actor.name, "at": now()}
    db.execute(insert(MonitoringStep).values(monitoring_id=monitoring.id, note=note[:LONGEST], **step))
    tag = f"{ROOM}:{action}"
    audit.record(db, tag, queries.subject(monitoring), actor, stage=monitoring.stage, note=note)
    outbox.post(db, tag, monitoring_id=monitoring.id)


def _follow_up(db: Session, monitoring_id: int, sheet: MonitoringSheet) -> None:
    rows = [
        {
            "monitoring_id": monitoring_id, "code": one.code, "name": one.name, "stage": OPEN, "revision": 1,
            "requirement": one.judgement.requirement, "owner": one.judgement.owner, "due_on": one.judgement.due_on,
            "result": "", "mended_on": None,
        }
        for one in sheet.indicators
        if one.judgement.mend
    ]  # fmt: skip
    if rows:
        db.execute(insert(FollowUp), rows)


def _check_same_figures(monitoring: Monitoring, present: object) -> None:
    """Nobody reports figures that the ledgers do not give: read the draft anew first. Raises Conflict."""
    if canonical_json(present) != canonical_json(monitoring.figures):
        raise Conflict("The ledgers changed since the monitoring was read. Please read its values anew.")
