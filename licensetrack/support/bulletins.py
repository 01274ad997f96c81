"""Bulletins: made known with a task for each unit concerned, reported by the unit, confirmed by the centre."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.rules import check_reason
from licensetrack.core import audit, outbox
from licensetrack.core.clock import now, today
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, NotFound, Refused
from licensetrack.core.numbering import next_number
from licensetrack.core.transitions import next_stage
from licensetrack.support.bulletin_models import Bulletin, BulletinStep, BulletinTask
from licensetrack.support.papers import checked, keep, lay
from licensetrack.support.stages import BULLETIN_MOVES, TASK_MOVES, TASK_OPEN
from licensetrack.units.models import Platform, Unit

KINDS = ("patch", "vulnerability", "feature_library")
LEVELS = ("critical", "high", "medium", "low")
LONGEST = 500
CHANGED = "The task changed meanwhile. Please look at it again."
_REFERENCE = re.compile(r"CVE-\d{4}-\d{4,}|CNVD-\d{4}-\d{4,}|CNNVD-\d{6}-\d{3,}", re.ASCII)


@dataclass(frozen=True)
class Notice:
    """What is made known. Of a vulnerability: its numbers (CVE, CNVD, CNNVD), level and who found it."""

    kind: str
    title: str
    released_on: dt.date
    deadline: dt.date
    description: str = ""
    references: str = ""
    level: str = ""
    found_by: str = ""
    version: str = ""
    retest: bool = False
    product: str = ""
    edition: str = ""
    software_version: str = ""


def publish_bulletin(notice: Notice, *, actor: Actor) -> Bulletin:
    """Makes a bulletin known: one task for each unit that holds an affected set now. Raises Refused."""
    require(actor, "support:bulletin:publish")
    references = check_notice(notice)
    with transaction() as db:
        made = Bulletin(
            number=f"TG-{today().year}-{next_number(db, f'bulletin:{today().year}'):03}", kind=notice.kind,
            title=notice.title.strip(), description=notice.description.strip()[:4000], references=references,
            level=notice.level, found_by=notice.found_by.strip()[:120], version=notice.version.strip()[:80],
            released_on=notice.released_on, deadline=notice.deadline, retest=notice.retest, stage="open", revision=1,
            concerns={"product": notice.product, "edition": notice.edition.strip(),
                      "software_version": notice.software_version.strip()},
        )  # fmt: skip
        db.add(made)
        db.flush()
        concerned = affected(db, made.concerns)
        for unit_id, numbers in concerned.items():
            _add_task(db, made, db.get_one(Unit, unit_id), numbers)
        _step(db, made, None, "publish", actor, "")
        audit.record(
            db, "support:bulletin:publish", f"bulletin:{made.number}", actor, kind=notice.kind, units=len(concerned)
        )
        outbox.post(db, "support:bulletin:publish", bulletin=made.number, units=sorted(concerned))
    return made


def check_notice(notice: Notice) -> str:
    """The reference numbers in one form, after everything was checked. Raises Refused at the field."""
    if notice.kind not in KINDS:
        raise Refused("Please choose one of the list.").at("kind")
    if not notice.title.strip():
        raise Refused("Say in a few words what it is about.").at("title")
    if notice.deadline < notice.released_on:
        raise Refused("The deadline comes before the release.").at("deadline")
    if notice.released_on > today():
        raise Refused("The date %(on)s lies in the future.", on=notice.released_on).at("released_on")
    said = [one for one in re.split(r"[\s,，、;；]+", notice.references.upper()) if one]
    for one in said:
        if not _REFERENCE.fullmatch(one):
            raise Refused("“%(text)s” is no CVE, CNVD or CNNVD number.", text=one[:40]).at("references")
    if notice.kind == "vulnerability" and notice.level not in LEVELS:
        raise Refused("A vulnerability has a level.").at("level")
    if notice.level and notice.level not in LEVELS:
        raise Refused("Please choose one of the list.").at("level")
    return "、".join(dict.fromkeys(said))[:200]


def affected(db: Session, concerns: Mapping[str, Any], unit_id: int | None = None) -> dict[int, list[str]]:
    """Unit → numbers of its held sets that a bulletin concerns, from the ledger as it stands now; of one unit alone
    where one is named.
    """
    query = select(LicenseSet.unit_id, LicenseSet.number).where(LicenseSet.issued_sets == 1)
    if unit_id is not None:
        query = query.where(LicenseSet.unit_id == unit_id)
    if concerns.get("product"):
        query = query.where(LicenseSet.product == concerns["product"])
    if concerns.get("edition"):
        query = query.where(LicenseSet.edition.icontains(concerns["edition"], autoescape=True))
    if concerns.get("software_version"):
        version = Platform.software_version.icontains(concerns["software_version"], autoescape=True)
        query = query.join(Platform, Platform.id == LicenseSet.platform_id).where(version)
    found: dict[int, list[str]] = {}
    for holder, number in db.execute(query.order_by(LicenseSet.number)):
        found.setdefault(holder, []).append(number)
    return found


def add_unit(bulletin: Bulletin, unit: Unit, *, actor: Actor) -> BulletinTask:
    """Adds a unit that the ledger did not tell. Raises Refused where it has a task, Conflict for a closed bulletin."""
    require(actor, "support:bulletin:adjust", district=unit.district, unit_id=unit.id)
    with transaction() as db:
        audit.lock_head(db)
        fresh = bulletin_of(db, bulletin.number, actor)
        if fresh.stage != "open":
            raise Conflict("The bulletin changed meanwhile. Please look at it again.")
        has = select(BulletinTask.id).where(BulletinTask.bulletin_id == fresh.id, BulletinTask.unit_id == unit.id)
        if db.scalar(has) is not None:
            raise Refused("The unit has a task already.").at("to")
        task = _add_task(db, fresh, unit, affected(db, {}, unit.id).get(unit.id, []))
        _step(db, fresh, task, "add", actor, "")
        audit.record(db, "support:bulletin:adjust", f"bulletin:{fresh.number}", actor, unit=unit.code)
        outbox.post(db, "support:bulletin:adjust", bulletin=fresh.number, unit_id=unit.id)
    return task


def close_bulletin(bulletin: Bulletin, *, actor: Actor, reason: str, seen: int | None = None) -> Bulletin:
    """open → closed: no unit has to report any more. Raises Refused, Conflict."""
    return _move_bulletin(bulletin, "close", actor, reason, seen)


def reopen_bulletin(bulletin: Bulletin, *, actor: Actor, reason: str, seen: int | None = None) -> Bulletin:
    """closed → open again. Raises Refused, Conflict."""
    return _move_bulletin(bulletin, "reopen", actor, reason, seen)


def report_task(
    task: BulletinTask,
    *,
    actor: Actor,
    done_on: dt.date,
    result: str,
    papers: Sequence[tuple[str, bytes]] = (),
    seen: int | None = None,
) -> BulletinTask:
    """open → reported: on which day it was done and how, with papers. Raises Refused, Conflict."""
    if not result.strip():
        raise Refused("Say what was done.").at("result")
    if done_on > today():
        raise Refused("The date %(on)s lies in the future.", on=done_on).at("done_on")
    checked(papers)
    with transaction() as db:
        values = {"done_on": done_on, "result": result.strip()[:LONGEST], "reported_at": now()}
        moved = _move_task(db, task, "report", actor, result, seen, values)
        lay(db, papers, actor, task_id=moved.id)
        keep(papers)
    return moved


def confirm_task(task: BulletinTask, *, actor: Actor, retest: str = "", seen: int | None = None) -> BulletinTask:
    """reported → confirmed, with the result of the re-test where one is wanted. Raises Refused, Conflict."""
    with transaction() as db:
        bulletin = db.get_one(Bulletin, task.bulletin_id)
        if bulletin.retest and not retest.strip():
            raise Refused("Say what the re-test found.").at("retest")
        values = {"retest": retest.strip()[:LONGEST], "confirmed_at": now()}
        return _move_task(db, task, "confirm", actor, retest, seen, values)


def return_task(task: BulletinTask, *, actor: Actor, reason: str, seen: int | None = None) -> BulletinTask:
    """reported → open again, with what is missing. Raises Refused, Conflict."""
    return _with_reason(task, "return", actor, reason, seen, {"done_on": None, "reported_at": None})


def drop_task(task: BulletinTask, *, actor: Actor, reason: str, seen: int | None = None) -> BulletinTask:
    """open → dropped: the unit is not concerned after all. Raises Refused, Conflict."""
    return _with_reason(task, "drop", actor, reason, seen, {})


def restore_task(task: BulletinTask, *, actor: Actor, reason: str, seen: int | None = None) -> BulletinTask:
    """dropped → open again. Raises Refused, Conflict."""
    return _with_reason(task, "restore", actor, reason, seen, {})


def bulletin_of(db: Session, number: str, actor: Actor) -> Bulletin:
    """A bulletin by its number; whoever sees some units alone sees those that concern one of them. Raises NotFound."""
    found = db.scalars(select(Bulletin).where(Bulletin.number == number)).first()
    if found is None:
        raise NotFound("There is no such bulletin.")
    if actor.scope.kind != "all":
        tasks = db.scalars(select(BulletinTask).where(BulletinTask.bulletin_id == found.id))
        if not any(actor.scope.covers(district=task.district, unit_id=task.unit_id) for task in tasks):
            raise NotFound("There is no such bulletin.")
    return found


def task_of(db: Session, task_id: int, actor: Actor) -> BulletinTask:
    """A task within the actor's scope. Raises NotFound."""
    found = db.get(BulletinTask, task_id)
    if found is None or not actor.scope.covers(district=found.district, unit_id=found.unit_id):
        raise NotFound("There is no such record.")
    return found


def _with_reason(
    task: BulletinTask, action: str, actor: Actor, reason: str, seen: int | None, values: Mapping[str, Any]
) -> BulletinTask:
    check_reason(reason)
    with transaction() as db:
        return _move_task(db, task, action, actor, reason, seen, values)


def _move_task(
    db: Session, task: BulletinTask, action: str, actor: Actor, note: str, seen: int | None, values: Mapping[str, Any]
) -> BulletinTask:
    tag = f"support:task:{action}"
    fresh = task_of(db, task.id, actor)
    require(actor, tag, district=fresh.district, unit_id=fresh.unit_id)
    bulletin = db.get_one(Bulletin, fresh.bulletin_id)
    if bulletin.stage != "open":
        raise Refused("The bulletin is closed.")
    revision = task.revision if seen is None else seen
    if fresh.revision != revision:
        raise Conflict(CHANGED)
    stage = next_stage(TASK_MOVES, fresh.stage, action)
    changed = db.execute(
        update(BulletinTask)
        .where(BulletinTask.id == fresh.id, BulletinTask.stage == fresh.stage, BulletinTask.revision == revision)
        .values({"stage": stage, "revision": revision + 1} | dict(values))
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict(CHANGED)
    moved = db.get_one(BulletinTask, fresh.id, populate_existing=True)
    _step(db, bulletin, moved, action, actor, note)
    unit = db.get_one(Unit, moved.unit_id)
    audit.record(db, tag, f"bulletin:{bulletin.number}", actor, unit=unit.code, note=note[:LONGEST])
    outbox.post(db, tag, bulletin=bulletin.number, unit_id=moved.unit_id)
    return moved


def _move_bulletin(bulletin: Bulletin, action: str, actor: Actor, reason: str, seen: int | None) -> Bulletin:
    tag = f"support:bulletin:{action}"
    require(actor, tag)
    check_reason(reason)
    with transaction() as db:
        stage = next_stage(BULLETIN_MOVES, bulletin.stage, action)
        revision = bulletin.revision if seen is None else seen
        changed = db.execute(
            update(Bulletin)
            .where(Bulletin.id == bulletin.id, Bulletin.stage == bulletin.stage, Bulletin.revision == revision)
            .values(stage=stage, revision=revision + 1)
            .execution_options(synchronize_session=False)
        )
        if changed.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict("The bulletin changed meanwhile. Please look at it again.")
        moved = db.get_one(Bulletin, bulletin.id, populate_existing=True)
        _step(db, moved, None, action, actor, reason)
        audit.record(db, tag, f"bulletin:{moved.number}", actor, note=reason[:LONGEST])
        outbox.post(db, tag, bulletin=moved.number)
    return moved


def _add_task(db: Session, bulletin: Bulletin, unit: Unit, numbers: Sequence[str]) -> BulletinTask:
    task = BulletinTask(
        bulletin_id=bulletin.id, unit_id=unit.id, district=unit.district, sets=list(numbers), stage=TASK_OPEN,
        revision=1,
    )  # fmt: skip
    db.add(task)
    db.flush()
    return task


def _step(db: Session, bulletin: Bulletin, task: BulletinTask | None, action: str, actor: Actor, note: str) -> None:
    db.add(
        BulletinStep(
            bulletin_id=bulletin.id, task_id=task.id if task else None, action=action, at=now(), actor_id=actor.id,
            login=actor.login, name=actor.name, note=note.strip()[:LONGEST],
        )
    )  # fmt: skip
    db.flush()
