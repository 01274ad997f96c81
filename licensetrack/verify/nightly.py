"""Checks that are kept: asked, written into the history; a red one stops all writing, and people hear of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit
from licensetrack.core.blobs import Blob
from licensetrack.core.clock import now
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.read_only import ReadOnlyPeriod, begin_read_only, end_read_only, standing_period
from licensetrack.notices.audiences import people_with
from licensetrack.notices.links import path_of
from licensetrack.notices.posting import post
from licensetrack.notices.reminder_kinds import ALARM
from licensetrack.verify import stores
from licensetrack.verify.history import BOOKS, FILES, KINDS, WHOLE, CheckRun, newest_whole
from licensetrack.verify.report import Finding, note, verify_books, verify_files

RUN, BEGIN, RELEASE = "system:check:run", "system:read_only:begin", "system:read_only:release"
NIGHTS = 7
AT_ONCE_BYTES = 2 * 1024**3  # so many bytes of files are read in one night; more are shared out over the week
LONGEST_REASON = 500


def check_books(*, actor: Actor) -> CheckRun:
    """Asks every invariant but the bytes of the files."""
    require(actor, RUN)
    began, findings = now(), verify_books()
    note(findings)
    return _kept(BOOKS, WHOLE, began, len(findings), findings, actor)


def check_files(*, actor: Actor, whole: bool = False, day: dt.date | None = None) -> CheckRun:
    """Asks whether files and rows belong together, and reads the bytes of all, or of the day's share where there are
    many, so that a week reads them all.
    """
    require(actor, RUN)
    began = now()
    share = stores.WHOLE if whole or day is None else _share_of(day)
    asked, findings = verify_files(share)
    return _kept(FILES, WHOLE if share == stores.WHOLE else f"{share[0]}/{share[1]}", began, asked, findings, actor)


def _share_of(day: dt.date) -> stores.Share:
    with reading() as db:
        size = db.scalar(select(func.coalesce(func.sum(Blob.size), 0))) or 0
    return stores.WHOLE if size <= AT_ONCE_BYTES else (day.toordinal() % NIGHTS + 1, NIGHTS)


def _kept(
    kind: str, part: str, began: dt.datetime, asked: int, findings: Sequence[Finding], actor: Actor
) -> CheckRun:  # fmt: skip
    broken = [
        {"invariant": one.invariant, "examples": list(one.broken), "stops": one.stops} for one in findings if one.broken
    ]
    with transaction(even_read_only=True) as db:
        made = CheckRun(
            kind=kind, part=part, began_at=began, ended_at=now(), asked=asked, broken=broken, login=actor.login
        )
        db.add(made)
        db.flush()
        audit.record(
            db, RUN, f"check:{kind}", actor, run=made.id, part=part, asked=asked,
            broken=[one["invariant"] for one in broken],
        )  # fmt: skip
        if not made.green:
            _stop_writing(db, made, made.stopping, actor)
    return made


def _stop_writing(db: Session, run: CheckRun, broken: list[dict[str, Any]], actor: Actor) -> None:
    period = begin_read_only(db, str(broken[0]["invariant"]))
    if period is not None:
        audit.record(db, BEGIN, f"read_only:{period.id}", actor, run=run.id, cause=period.cause)
    post(
        db, "books_broken", to=people_with(db, ALARM), subject=f"check:{run.id}", dedupe=f"check:{run.id}",
        link=path_of("check", run.id), count=len(broken),
    )  # fmt: skip


def release(period_id: int, reason: str, *, actor: Actor) -> None:
    """Lets everybody write again, after whole checks of books and files that began after the stop and were green.

    Raises Refused without a reason or while a newest check is red or older than the stop, Conflict where somebody else
    released it.
    """
    require(actor, RELEASE)
    reason = reason.strip()
    if not reason:
        raise Refused("A reason is needed: what was broken, and how it was put right.").at("reason")
    if len(reason) > LONGEST_REASON:
        raise Refused(
            "This text is too long: it has %(length)s letters, %(most)s are allowed.",
            length=len(reason), most=LONGEST_REASON,
        ).at("reason")  # fmt: skip
    with transaction(even_read_only=True) as db:
        period = standing_period(db)
        if period is None or period.id != period_id:
            raise Conflict("Somebody else released the program meanwhile.")
        if lacking(db, period):
            raise Refused("There is no whole green check of books and files since the stop yet.")
        if not end_read_only(db, period_id, by=(actor.id, actor.login, actor.name), reason=reason):
            raise Conflict("Somebody else released the program meanwhile.")
        audit.record(db, RELEASE, f"read_only:{period_id}", actor, reason=reason)
        post(
            db, "books_released", to=people_with(db, ALARM), subject=f"read_only:{period_id}",
            dedupe=f"read_only:{period_id}:released", link=path_of("checks"), name=actor.name, reason=reason,
        )  # fmt: skip


def lacking(db: Session, period: ReadOnlyPeriod) -> list[str]:
    """Kinds of checks whose newest whole one is red, or began before the stop."""
    newest = {kind: newest_whole(db, kind) for kind in KINDS}
    return [kind for kind, run in newest.items() if run is None or not run.green or run.began_at < period.began_at]
