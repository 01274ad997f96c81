"""Work lists about evidence: what evaluations that are not signed yet still lack."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import Session

from licensetrack.core.clock import business_day
from licensetrack.performance import queries
from licensetrack.performance.evidence_wanted import missing_evidence
from licensetrack.performance.stages import SIGNED
from licensetrack.web.work_rows import Asked, WorkRow


def missing(db: Session, asked: Asked) -> list[WorkRow]:
    """One row for each kind of evidence that an indicator wants and has not; for those who see the whole city."""
    if asked.scope.kind != "all":
        return []
    rows = []
    for found in queries.evaluations(db):
        if found.stage == SIGNED:
            continue
        since = business_day(found.known_at)
        rows += [
            WorkRow(
                url_for("evidence.wanted", evaluation_id=found.id), f"{found.year} {gap.code}", "",
                f"{gap.name} · {gap.wanted}", since, (asked.as_of - since).days,
            )
            for gap in missing_evidence(db, found)
        ]  # fmt: skip
    return rows
