"""Backups as a page: which lie there, how old the newest is, and one more at once, by a job."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from licensetrack.core.db import reading
from licensetrack.jobs import kept_backups
from licensetrack.web.access import needs
from licensetrack.web.acts import ActForm

backups = Blueprint("backups", __name__, url_prefix="/backups")


@backups.get("")
@needs("system:backup:read")
def index() -> ResponseReturnValue:
    """Every backup that is kept, the newest first. One more is made by the schedule's own job."""
    kept = [(instant, path, path.stat().st_size) for instant, path in kept_backups.backups()]
    with reading() as db:
        late = kept_backups.is_too_old(kept_backups.newest_backup(db))
    return render_template(
        "jobs/backups.html", kept=kept[::-1], late=late, folder=kept_backups.folder(), form=ActForm(formdata=None)
    )
