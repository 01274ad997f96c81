"""The backups of every night: where they lie, which of them are kept, and how old the newest one is."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from licensetrack.core.clock import BUSINESS_ZONE, now
from licensetrack.core.milestones import BACKUP, milestone
from licensetrack.core.read_only import is_read_only
from licensetrack.jobs.backups import write_backup

DAILY, WEEKLY, MONTHLY = 7, 4, 12
TOO_OLD = dt.timedelta(hours=48)
_NAME = re.compile(r"licensetrack-(\d{8}-\d{6})\.zip")
_FORM = "%Y%m%d-%H%M%S"

_folder = Path("instance/backups")


def use_folder(folder: Path) -> None:
    """Sets where the nightly backups lie (LICENSETRACK_BACKUPS)."""
    global _folder
    _folder = folder


def folder() -> Path:
    """Where the nightly backups lie."""
    return _folder


def to_keep(instants: Collection[dt.datetime]) -> set[dt.datetime]:
    """Of several backups the newest of each of the last 7 days, 4 weeks and 12 months that have any (business time)."""
    kept: set[dt.datetime] = set()
    for most, bucket in ((DAILY, _day), (WEEKLY, _week), (MONTHLY, _month)):
        newest: dict[tuple[int, ...], dt.datetime] = {}
        for instant in sorted(instants):
            newest[bucket(instant.astimezone(BUSINESS_ZONE).date())] = instant
        kept.update(sorted(newest.values())[-most:])
    return kept


def _day(day: dt.date) -> tuple[int, ...]:
    return (day.toordinal(),)


def _week(day: dt.date) -> tuple[int, ...]:
    return tuple(day.isocalendar())[:2]


def _month(day: dt.date) -> tuple[int, ...]:
    return day.year, day.month


def make_backup(progress: Callable[[int, int], object] | None = None) -> Path:
    """One backup under the present instant's name, never half. Tells `progress` and raises as `write_backup` does."""
    _folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = _folder / f"licensetrack-{now().astimezone(BUSINESS_ZONE):{_FORM}}.zip"
    write_backup(target, progress)
    return target


def forget_old() -> list[str]:
    """Removes what is not kept; nothing while the program is read-only, for then older ones may be wanted."""
    if is_read_only():
        return []
    found = dict(backups())
    kept = to_keep(found)
    gone = [path for instant, path in found.items() if instant not in kept]
    for path in gone:
        path.unlink(missing_ok=True)
    return [path.name for path in gone]


def newest_backup(db: Session) -> dt.datetime | None:
    """When a backup last went well, whoever made it and wherever it lies: the folder is that of one machine alone."""
    last = milestone(db, BACKUP)
    return None if last is None else last.good_at


def is_too_old(newest: dt.datetime | None) -> bool:
    """Whether the newest backup is older than 48 hours, or there is none."""
    return newest is None or now() - newest > TOO_OLD


def backups() -> Iterator[tuple[dt.datetime, Path]]:
    """Instant and file of every nightly backup that lies there whole: it gets its name when it was checked."""
    for path in sorted(_folder.glob("licensetrack-*.zip")):
        match = _NAME.fullmatch(path.name)
        if match is not None:
            local = dt.datetime.strptime(match.group(1), _FORM).replace(tzinfo=BUSINESS_ZONE)
            yield local.astimezone(dt.UTC), path
