"""Jobs of the nightly backup: made and thinned out, and an alarm when it fails or the newest one is too old."""

from __future__ import annotations

import datetime as dt

from licensetrack.core.clock import BUSINESS_ZONE, today
from licensetrack.core.db import reading, transaction
from licensetrack.jobs import kept_backups
from licensetrack.jobs.handlers import Cancelled, Lost, Result, Run, handles
from licensetrack.notices.audiences import people_with
from licensetrack.notices.links import path_of
from licensetrack.notices.posting import post
from licensetrack.notices.reminder_kinds import ALARM


@handles("backups:make", label="Backup of the night", long=True, even_read_only=True)
def make(run: Run) -> Result:
    """Every night: one archive, checked after writing; then 7 of days, 4 of weeks and 12 of months are kept."""
    try:
        target = kept_backups.make_backup(run.progress)
    except (Cancelled, Lost):  # nothing is wrong: somebody stopped it, or another worker makes it
        raise
    except Exception:
        _alarm("backup_failed")
        raise
    gone = kept_backups.forget_old()
    run.say("%(name)s was written, %(count)s older ones were removed.", name=target.name, count=len(gone))
    return {"file": target.name, "removed": gone}


@handles("backups:watch", label="Age of the newest backup", even_read_only=True)
def watch(_run: Run) -> Result:
    """Several times a day: an alarm, once a day, when the newest good backup is older than 48 hours."""
    with reading() as db:
        newest = kept_backups.newest_backup(db)
    old = kept_backups.is_too_old(newest)
    if old:
        _alarm("backup_old")
    return {"newest": None if newest is None else newest.isoformat(), "too_old": old}


def _alarm(kind: str) -> None:
    with transaction(even_read_only=True) as db:
        post(
            db, kind, to=people_with(db, ALARM), subject="backup", dedupe=f"{kind}:{today()}", link=path_of("jobs"),
            at=_local(kept_backups.newest_backup(db)),
        )  # fmt: skip


def _local(instant: dt.datetime | None) -> str:
    return "—" if instant is None else f"{instant.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}"
