"""Work lists about evaluations: drafts of one's own (of monitorings as well), those to review, those to sign."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from flask import url_for
from sqlalchemy.orm import Session

from licensetrack.core.clock import business_day
from licensetrack.core.errors import Refused
from licensetrack.performance import monitoring_queries, queries
from licensetrack.performance.drafts import editors_of
from licensetrack.performance.evaluations import taken
from licensetrack.performance.framework import EVALUATION
from licensetrack.performance.models import Evaluation
from licensetrack.performance.monitoring_models import Monitoring
from licensetrack.performance.monitoring_stages import DRAFT as UNSUBMITTED
from licensetrack.performance.rules.separation import SEND_BACK, check_other_person
from licensetrack.performance.sheet import Step
from licensetrack.performance.stages import COMPLETED, DRAFT, REVIEWED
from licensetrack.web.framework_words import KINDS
from licensetrack.web.wording import word
from licensetrack.web.work_rows import Asked, WorkRow


def drafts(db: Session, asked: Asked) -> list[WorkRow]:
    """Evaluations and monitorings that the visitor had a hand in and that are not handed over; the oldest first.

    One that was sent back says why.
    """
    if asked.scope.kind != "all":
        return []
    return sorted([*_evaluations(db, asked), *_monitorings(db, asked)], key=lambda row: -row.days)


def to_review(db: Session, asked: Asked) -> list[WorkRow]:
    """Completed evaluations, those that the visitor completed left out: another person reviews them."""
    return _waiting(db, asked, COMPLETED, "review")


def to_sign(db: Session, asked: Asked) -> list[WorkRow]:
    """Reviewed evaluations, those that the visitor completed or reviewed left out: a third person signs them."""
    return _waiting(db, asked, REVIEWED, "sign")


def _evaluations(db: Session, asked: Asked) -> Iterator[WorkRow]:
    for found in queries.at_stage(db, DRAFT):
        steps = queries.steps(db, found.id)
        if _had_a_hand(steps, asked) or asked.actor.name in editors_of(db, found.id):
            address = url_for("evaluations_drafts.write", evaluation_id=found.id)
            yield _row(address, _label(found), _title(found), steps, asked.as_of, back=True)


def _monitorings(db: Session, asked: Asked) -> Iterator[WorkRow]:
    for found in monitoring_queries.at_stage(db, UNSUBMITTED):
        steps = monitoring_queries.steps(db, found.id)
        if _had_a_hand(steps, asked):
            address = url_for("monitoring.one", monitoring_id=found.id)
            yield _row(address, f"{found.as_of}", project_of(found), steps, asked.as_of, back=True)


def _had_a_hand(steps: Sequence[Step], asked: Asked) -> bool:
    return any(step.login == asked.actor.login for step in steps if step.action != SEND_BACK)


def _waiting(db: Session, asked: Asked, stage: str, action: str) -> list[WorkRow]:
    if asked.scope.kind != "all":
        return []
    rows = []
    for found in queries.at_stage(db, stage):
        try:
            check_other_person(taken(db, found, action), action, asked.actor.login)
        except Refused:
            continue
        address = url_for("evaluations.one", evaluation_id=found.id)
        rows.append(_row(address, _label(found), _title(found), queries.steps(db, found.id), asked.as_of))
    return sorted(rows, key=lambda row: -row.days)


def _row(
    address: str, label: str, about: str, steps: Sequence[Step], day: dt.date, *, back: bool = False
) -> WorkRow:  # fmt: skip
    """What waits since the last step, whose that was, and the reason where it was sent back."""
    last = steps[-1]
    since = business_day(last.at)
    note = last.note if back and last.action == SEND_BACK else ""
    return WorkRow(address, label, last.name, about, since, (day - since).days, note)


def _label(found: Evaluation) -> str:
    kind = "" if found.kind == EVALUATION else f" {word(KINDS, found.kind)}"
    return f"{found.year}{kind}" + (f" · v{found.version}" if found.version > 1 else "")


def _title(found: Evaluation) -> str:
    header = found.paper["header"]
    return str(header.get("title") or header.get("project") or found.framework_code).replace("\n", "")


def project_of(found: Monitoring) -> str:
    """The project that a monitoring is about, as its form says."""
    return str(found.header.get("project") or found.framework_code)
