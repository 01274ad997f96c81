"""The framework's verbs: draft it, edit the draft, put it in force by another person, or discard it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit, outbox
from licensetrack.core.clock import now
from licensetrack.core.columns import canonical_json
from licensetrack.core.db import transaction
from licensetrack.core.digests import chain_algorithm
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.transitions import next_stage
from licensetrack.performance import frameworks
from licensetrack.performance.framework import Framework, framework
from licensetrack.performance.framework_models import FrameworkStep, FrameworkVersion, TargetRecord
from licensetrack.performance.framework_stages import DRAFT, FRAMEWORK_MOVES, IN_FORCE, START
from licensetrack.performance.rules.targets import brought_along, first_day

ROOM = "performance:framework"


def draft_framework(data: Mapping[str, Any], *, actor: Actor, based_on: str = "") -> FrameworkVersion:
    """Makes the draft of a framework, or of its next version where the code is known.

    `data` is what a TOML file holds; the same content as the newest version's changes nothing, and that one is given.
    Raises FileError, Refused without a year or for another year or kind than before, Conflict beside an open draft.
    """
    require(actor, f"{ROOM}:draft")
    found = framework(data, based_on or "framework", whole=False)
    if found.year is None:
        raise Refused("Say for which year the framework is.").at("year")
    with transaction() as db:
        last = _last(db, found.code)
        if last is not None:
            if last.digest == found.digest(last.algorithm):
                return last
            if (last.kind, last.year) != (found.kind, found.year):
                raise Refused(
                    "“%(code)s” is a framework for %(year)s already; another year needs another code.",
                    code=found.code, year=last.year,
                ).at("code")  # fmt: skip
        return _insert(db, found, last, actor, based_on)


def draft_next(version: FrameworkVersion, *, actor: Actor) -> FrameworkVersion:
    """Makes the draft of the next version of a framework in force, as it stands. Raises Refused, Conflict."""
    require(actor, f"{ROOM}:draft")
    if version.stage != IN_FORCE:
        raise Refused("Only a framework in force has a next version.")
    with transaction() as db:
        found = frameworks.assembled(db, version)
        return _insert(db, found, _last(db, version.code), actor, f"{version.code} {version.version}")


def edit_draft(
    version: FrameworkVersion, data: Mapping[str, Any], *, actor: Actor, seen: int | None = None, note: str = ""
) -> FrameworkVersion:
    """Gives a draft other content; code, kind and year stay. Raises FileError, Refused, Conflict."""
    require(actor, f"{ROOM}:edit")
    found = framework(data, version.code, whole=False)
    if (found.code, found.kind, found.year) != (version.code, version.kind, version.year):
        raise Refused("Code, kind and year of a framework stay as they are.")
    values = {"content": found.data, "name": found.name, **_digest_of(found)}
    with transaction() as db:
        return _move(db, version, "edit", actor, seen, note, values)


def put_in_force(version: FrameworkVersion, *, actor: Actor, seen: int | None = None) -> FrameworkVersion:
    """draft → in_force, by somebody who wrote nothing of it: from now on it never changes; its targets are recorded.

    Raises FileError for what is not whole, Refused, Conflict.
    """
    require(actor, f"{ROOM}:put_in_force")
    with transaction() as db:
        moved = _move(db, version, "put_in_force", actor, seen, "", {"open_code": None, "in_force_at": now()})
        if actor.login in frameworks.writers_of(db, version.id):
            raise Refused("%(login)s worked on this draft; another person puts it in force.", login=actor.login)
        found, before = framework(moved.content, moved.code), _before(db, moved)
        stood = None if before is None else frameworks.assembled(db, before)
        for code, target in brought_along(found, frameworks.records_of(db, moved.code)):
            start = max(target.start, first_day(found))
            record = TargetRecord(
                framework_code=moved.code, indicator=code, value=target.value, valid_from=start,
                author=target.author or actor.name, reason=target.reason, document=target.document, paper_id=None,
                paper_digest=target.paper, at=now(), actor_id=actor.id, actor=actor.login,
            )  # fmt: skip
            db.add(record)
        db.flush()
        stands = frameworks.assembled(db, moved)
        if stood is not None and canonical_json(stood.data) == canonical_json(stands.data):
            raise Refused("Nothing differs from the version in force.")
    return moved


def discard_draft(version: FrameworkVersion, *, actor: Actor, reason: str, seen: int | None = None) -> FrameworkVersion:
    """draft → discarded; its number is not given again. Raises Refused, Conflict."""
    require(actor, f"{ROOM}:discard")
    if not reason.strip():
        raise Refused("A reason is needed.").at("reason")
    with transaction() as db:
        return _move(db, version, "discard", actor, seen, reason, {"open_code": None})


def _last(db: Session, code: str) -> FrameworkVersion | None:
    query = select(FrameworkVersion).where(FrameworkVersion.code == code)
    return db.scalars(query.order_by(FrameworkVersion.version.desc())).first()


def _before(db: Session, version: FrameworkVersion) -> FrameworkVersion | None:
    """The version that was in force until now."""
    query = select(FrameworkVersion).where(
        FrameworkVersion.code == version.code,
        FrameworkVersion.stage == IN_FORCE,
        FrameworkVersion.version < version.version,
    )
    return db.scalars(query.order_by(FrameworkVersion.version.desc())).first()


def _insert(
    db: Session, found: Framework, last: FrameworkVersion | None, actor: Actor, based_on: str
) -> FrameworkVersion:
    if last is not None and last.stage == DRAFT:
        raise Conflict("There is a draft of “%(code)s” already.", code=found.code)
    version = FrameworkVersion(
        code=found.code, version=1 if last is None else last.version + 1,
        stage=next_stage(FRAMEWORK_MOVES, START, "draft"), open_code=found.code, revision=1, kind=found.kind,
        year=found.year, name=found.name, content=found.data, based_on=based_on[:120], changed_at=now(),
        in_force_at=None, **_digest_of(found),
    )  # fmt: skip
    db.add(version)
    db.flush()
    _leave_traces(db, version, "draft", actor, based_on)
    return db.get_one(FrameworkVersion, version.id, populate_existing=True)


def _digest_of(found: Framework) -> dict[str, str]:
    algorithm = chain_algorithm()
    return {"algorithm": algorithm, "digest": found.digest(algorithm)}


def _move(
    db: Session, version: FrameworkVersion, action: str, actor: Actor, seen: int | None, note: str,
    values: Mapping[str, object],
) -> FrameworkVersion:  # fmt: skip
    """Compare and swap on the revision that the visitor saw; gives the row as it now is. Raises Refused, Conflict."""
    stage = next_stage(FRAMEWORK_MOVES, version.stage, action)
    before = version.revision if seen is None else seen
    changed = db.execute(
        update(FrameworkVersion)
        .where(
            FrameworkVersion.id == version.id,
            FrameworkVersion.stage == version.stage,
            FrameworkVersion.revision == before,
        )
        .values({"stage": stage, "revision": before + 1, "changed_at": now()} | dict(values))
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("The framework changed meanwhile. Please look at it again.")
    moved = db.get_one(FrameworkVersion, version.id, populate_existing=True)
    _leave_traces(db, moved, action, actor, note)
    return moved


def _leave_traces(db: Session, version: FrameworkVersion, action: str, actor: Actor, note: str) -> None:
    """The step, the audit entry and the notice of one act."""
    step = {"action": action, "actor_id": actor.id, "login": actor.login, "name": actor.name, "at": now()}
    db.execute(insert(FrameworkStep).values(framework_id=version.id, note=note[:500], **step))
    tag = f"{ROOM}:{action}"
    audit.record(
        db, tag, f"framework:{version.code}:{version.version}", actor, digest=version.digest, note=note
    )  # fmt: skip
    outbox.post(db, tag, framework_id=version.id)
