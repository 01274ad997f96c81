"""The work list of frameworks: drafts that are whole and wait for somebody else to put them in force."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from licensetrack.core.clock import business_day
from licensetrack.performance import frameworks
from licensetrack.web.work_rows import Asked, WorkRow


def to_put_in_force(db: Session, asked: Asked) -> list[WorkRow]:
    """Drafts that could be in force today, but for those that the visitor worked on."""
    rows = []
    for draft in frameworks.waiting_for(db, asked.actor.login):
        since = business_day(draft.changed_at)
        about = gettext("%(year)s, version %(version)s", year=draft.year, version=draft.version)
        address = url_for("frameworks.one", framework_id=draft.id)
        rows.append(WorkRow(address, draft.code, draft.name, about, since, (asked.as_of - since).days))
    return sorted(rows, key=lambda row: -row.days)
