"""Ledgers on their way in: a folder of files for each upload, and two jobs, the check and the load that is confirmed.

The files lie whole before the check's row is written, below one folder that all nodes of an installation share and only
the program may read. Where an upload stands is what its jobs say; there is no other record of it.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor
from licensetrack.core.db import reading, transaction
from licensetrack.core.durable import settle
from licensetrack.core.errors import Conflict, NotFound, Refused
from licensetrack.core.job_queue import CANCELLED, DONE, ENDED, FAILED, Job, enqueue, job_of
from licensetrack.exchange.changes import CHANGED, NEW
from licensetrack.exchange.loading import NamedBytes
from licensetrack.jobs.acts import cancel_job
from licensetrack.jobs.queries import with_progress

CHECK, LOAD = "exchange:check", "exchange:load"
# checking → ready (or wrong); ready → loading → loaded (or wrong); off: called off; interrupted: a job failed
CHECKING, READY, WRONG, LOADING, LOADED, INTERRUPTED, OFF = (
    "checking", "ready", "wrong", "loading", "loaded", "interrupted", "off",
)  # fmt: skip
HALF_AFTER = dt.timedelta(hours=24)  # an upload that nobody confirmed, or whose request broke off
LISTED = 50
TOO_LATE = "This upload is in the ledger already."
NO_SUCH = "There is no such upload."
DAMAGED = "The uploaded file “%(name)s” is no longer whole. Please choose it again."
_TOKEN = re.compile(r"[0-9a-f]{32}")
_folder = Path("instance/uploads")


def use_folder(folder: Path) -> None:
    """Sets where uploads are kept (LICENSETRACK_UPLOADS); several app nodes and their workers share it."""
    global _folder
    _folder = folder


@dataclass(frozen=True)
class Upload:
    """One upload, as its jobs stand."""

    token: str
    check: Job
    load: Job | None
    here: bool  # whether its files still lie on the disk

    @property
    def files(self) -> list[tuple[str, int]]:
        """Name and size of each file."""
        return [(one["name"], one["size"]) for one in self.check.arguments["files"]]

    @property
    def job(self) -> Job:
        """The job that speaks for it now."""
        return self.load or self.check

    @property
    def state(self) -> str:
        """Where it stands: one of the words above."""
        job = self.job
        if job.state not in ENDED:
            return LOADING if self.load else CHECKING
        if job.state == CANCELLED:
            return OFF
        if job.state == FAILED or job.result is None:
            return INTERRUPTED
        if job.result["refused"]:
            return WRONG
        return LOADED if self.load else READY if self.here else OFF

    @property
    def works(self) -> bool:
        """Whether a job waits or is busy with it."""
        return not self.job.ended

    @property
    def rows(self) -> dict[str, int]:
        """Rows that are new or changed, and wrong cells, as the newest job that ended found; or nothing."""
        result = (self.load.result if self.load else None) or self.check.result
        if not result:
            return {}
        counted = {name: sum(one.get(name, 0) for one in result["counts"].values()) for name in (NEW, CHANGED)}
        return counted | {"errors": result["errors"]}

    @property
    def discarded(self) -> bool:
        """Whether it was thrown away before any of it was loaded: it leaves no page behind."""
        return self.state == OFF and (self.load is None or self.load.attempt == 0)


def keep(files: Sequence[NamedBytes], *, actor: Actor) -> str:
    """Keeps the files of an upload and queues its check; returns the upload's token."""
    token = secrets.token_hex(16)
    place = _folder / token
    _folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.mkdir(mode=0o700)
    try:
        for index, file in enumerate(files):
            part = place / f"{index}.part"
            part.write_bytes(file.content)
            settle(part, place / f"{index}.bin")
        listed = [{"name": file.name, "size": len(file.content), "digest": file.digest} for file in files]
        with transaction() as db:
            enqueue(db, CHECK, actor=actor, dedupe=f"check:{token}", upload=token, files=listed)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return token


def upload_of(token: str, actor: Actor) -> Upload:
    """One upload of this very person. Raises NotFound for another's, and for one that was discarded."""
    if _TOKEN.fullmatch(token):
        with reading() as db:
            for upload in _uploads(db, Job.dedupe == f"check:{token}", actor):
                return upload
    raise NotFound(NO_SUCH)


def uploads_of(actor: Actor) -> list[Upload]:
    """The newest uploads of this person, the newest first."""
    with reading() as db:
        return list(_uploads(db, Job.kind == CHECK, actor))


def confirm(upload: Upload, *, actor: Actor) -> None:
    """Queues the load of what was checked. Raises Conflict when that was asked before, or is not possible."""
    if upload.state != READY:
        raise Conflict("This upload is not ready to be loaded.")
    with transaction() as db:
        job = enqueue(
            db, LOAD, actor=actor, dedupe=f"load:{upload.token}",
            **upload.check.arguments, promised=(upload.check.result or {})["promised"],
        )  # fmt: skip
        if job.state in ENDED:
            raise Conflict("This upload is not ready to be loaded.")


def call_off(upload: Upload, *, actor: Actor) -> None:
    """Throws an upload away, or stops its load before it is written. Raises Conflict when that is too late."""
    if upload.state == LOADED:
        raise Conflict(TOO_LATE)
    if upload.works:
        _stop(upload.job, actor)
    elif upload.load is None:
        with transaction() as db:  # the place of the load is taken, so that no confirmation comes after it
            _stop(enqueue(db, LOAD, actor=actor, dedupe=f"load:{upload.token}", **upload.check.arguments), actor)
    let_go(upload.token)


def _stop(job: Job, actor: Actor) -> None:
    try:
        cancel_job(job, actor=actor)
    except Conflict:
        with reading() as db:
            if job_of(db, job.id, actor).state == DONE:
                raise Conflict(TOO_LATE) from None


def read_files(arguments: dict[str, Any]) -> list[NamedBytes]:
    """The files of a job. Raises Refused where one is not what was uploaded."""
    place, found = _folder / _checked(arguments["upload"]), []
    for index, one in enumerate(arguments["files"]):
        path = place / f"{index}.bin"
        file = NamedBytes(one["name"], path.read_bytes() if path.exists() else b"")
        if file.digest != one["digest"]:
            raise Refused(DAMAGED, name=one["name"])
        found.append(file)
    return found


def let_go(token: str) -> None:
    """Removes the files of an upload; nothing happens where they are gone."""
    shutil.rmtree(_folder / _checked(token), ignore_errors=True)


def sweep(db: Session) -> list[str]:
    """Removes the files of uploads whose work is over or that nobody confirmed within a day; their tokens."""
    if not _folder.is_dir():
        return []
    places = [path for path in _folder.iterdir() if _TOKEN.fullmatch(path.name)]  # before the rows: never older
    gone = []
    for place in places:
        rows = {row.kind: row for row in db.execute(_states(place.name))}
        waits = [row for row in rows.values() if row.state not in ENDED]
        ready = CHECK in rows and LOAD not in rows and rows[CHECK].state == DONE
        young = time.time() - place.stat().st_mtime < HALF_AFTER.total_seconds()
        if not waits and not (young and (not rows or ready)):
            shutil.rmtree(place, ignore_errors=True)
            gone.append(place.name)
    return gone


def _states(token: str) -> Any:
    return select(Job.kind, Job.state).where(Job.dedupe.in_((f"check:{token}", f"load:{token}")))


def _uploads(db: Session, condition: Any, actor: Actor) -> Iterator[Upload]:
    query = select(Job).where(condition, Job.wanted_by_id == actor.id).order_by(Job.id.desc()).limit(LISTED)
    checks = [with_progress(db, job) for job in db.scalars(query).all()]
    names = [f"load:{job.arguments['upload']}" for job in checks]
    found = db.scalars(select(Job).where(Job.dedupe.in_(names))).all()
    loads = {job.dedupe: with_progress(db, job) for job in found}
    for check in checks:
        token = str(check.arguments["upload"])
        upload = Upload(token, check, loads.get(f"load:{token}"), (_folder / token / "0.bin").is_file())
        if not upload.discarded:
            yield upload


def _checked(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise NotFound(NO_SUCH)
    return token
