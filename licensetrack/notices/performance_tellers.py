"""Who hears of evaluations, monitorings, points to put right, frameworks and targets."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licensetrack.notices.audiences import people_with
from licensetrack.notices.links import path_of
from licensetrack.notices.telling_of import Act, Teller, Telling
from licensetrack.performance.framework_models import FrameworkVersion, TargetRecord
from licensetrack.performance.models import Evaluation, EvaluationStep
from licensetrack.performance.monitoring_models import FollowUp, FollowUpStep, Monitoring, MonitoringStep

WRITE, MEND = "performance:evaluation:write", "performance:follow_up:mend"


def _evaluation(act: Act) -> Iterator[Telling]:
    db, found = act.db, act.db.get_one(Evaluation, act.payload["evaluation_id"])
    reviewers, signers = (people_with(db, f"performance:evaluation:{what}") for what in ("review", "sign"))
    officers = people_with(db, WRITE)
    kind, to = {
        "complete": ("evaluation_to_review", reviewers),
        "review": ("evaluation_to_sign", signers),
        "send_back": ("evaluation_sent_back", officers),
        "sign": ("evaluation_signed", [*officers, *reviewers, *signers]),
        "review_score": ("score_reviewed", officers),
    }[act.action]
    told = {
        "year": str(found.year), "code": act.payload.get("indicator", ""),
        "reason": _note(db, EvaluationStep, EvaluationStep.evaluation_id == found.id, act.action),
    }  # fmt: skip
    subject = f"evaluation:{found.kind}:{found.year}:{found.version}"
    yield Telling(kind, to, subject, path_of("evaluation", found.id), told)


def _note(db: Session, steps: type[EvaluationStep | MonitoringStep | FollowUpStep], its: object, action: str) -> str:
    """What was said at the last step of this name."""
    query = select(steps.note).where(its, steps.action == action).order_by(steps.id.desc())  # type: ignore[arg-type]
    return db.scalar(query.limit(1)) or ""


def _monitoring(act: Act) -> Iterator[Telling]:
    db, found = act.db, act.db.get_one(Monitoring, act.payload["monitoring_id"])
    points = db.scalar(select(func.count()).select_from(FollowUp).where(FollowUp.monitoring_id == found.id)) or 0
    told = {
        "as_of": found.as_of, "points": points,
        "reason": _note(db, MonitoringStep, MonitoringStep.monitoring_id == found.id, act.action),
    }  # fmt: skip
    kind, permissions = {
        "submit": ("monitoring_to_report", ("performance:monitoring:report",)),
        "send_back": ("monitoring_sent_back", ("performance:monitoring:judge",)),
        "report": ("monitoring_reported", (MEND, "performance:monitoring:close")),
    }[act.action]
    to = [person for permission in permissions for person in people_with(db, permission)]
    yield Telling(kind, to, f"monitoring:{found.as_of}:{found.version}", path_of("monitoring", found.id), told)


def _follow_up(act: Act) -> Iterator[Telling]:
    db, point = act.db, act.db.get_one(FollowUp, act.payload["follow_up_id"])
    found = db.get_one(Monitoring, point.monitoring_id)
    told = {
        "as_of": found.as_of, "code": point.code, "name": point.name,
        "reason": _note(db, FollowUpStep, FollowUpStep.follow_up_id == point.id, act.action),
    }  # fmt: skip
    kind, permission = {
        "mend": ("follow_up_to_accept", "performance:follow_up:accept"),
        "return": ("follow_up_returned", MEND),
        "accept": ("follow_up_accepted", MEND),
    }[act.action]
    subject, link = f"monitoring:{found.as_of}:{found.version}", path_of("monitoring", found.id)
    yield Telling(kind, people_with(db, permission), subject, link, told)


def _framework(act: Act) -> Iterator[Telling]:
    db, found = act.db, act.db.get_one(FrameworkVersion, act.payload["framework_id"])
    kind, permission = {
        "draft": ("framework_drafted", "performance:framework:put_in_force"),
        "put_in_force": ("framework_in_force", "performance:framework:draft"),
    }[act.action]
    told = {"name": found.name, "version": found.version}
    subject, link = f"framework:{found.code}:{found.version}", path_of("framework", found.id)
    yield Telling(kind, people_with(db, permission), subject, link, told)


def _target(act: Act) -> Iterator[Telling]:
    db, record = act.db, act.db.get_one(TargetRecord, act.payload["target_id"])
    version = db.scalar(
        select(func.max(FrameworkVersion.id)).where(
            FrameworkVersion.code == record.framework_code, FrameworkVersion.stage == "in_force"
        )
    )
    told = {"code": record.indicator, "on": record.valid_from, "reason": record.reason}
    to = [*people_with(db, "performance:evaluation:review"), *people_with(db, WRITE)]
    subject = f"framework:{record.framework_code}:{record.indicator}"
    yield Telling("target_adjusted", to, subject, path_of("framework", version), told)


TELLERS: dict[str, Teller] = {
    **{f"performance:evaluation:{action}": _evaluation for action in (
        "complete", "review", "send_back", "sign", "review_score")},
    **{f"performance:monitoring:{action}": _monitoring for action in ("submit", "send_back", "report")},
    **{f"performance:follow_up:{action}": _follow_up for action in ("mend", "return", "accept")},
    **{f"performance:framework:{action}": _framework for action in ("draft", "put_in_force")},
    "performance:target:record": _target,
}  # fmt: skip
