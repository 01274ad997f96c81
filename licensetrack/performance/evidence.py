"""Evidence comes in, is described and withdrawn: many files at once or none, each stored once, none ever deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import PurePath
from typing import NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require_city
from licensetrack.core import audit, blobs
from licensetrack.core.clock import now, today
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.names import plain_file_name
from licensetrack.core.numbering import next_number
from licensetrack.performance.evidence_kinds import MOST_FILES, check_file
from licensetrack.performance.evidence_links import ROOM, lay_link, subject_of
from licensetrack.performance.evidence_models import EvidenceFile
from licensetrack.performance.evidence_rules import About, Target, check_about, check_why


class Upload(NamedTuple):
    """A file as it came: its name, and its bytes."""

    name: str
    content: bytes


class Added(NamedTuple):
    """A file that is now held; not `fresh` where the same bytes lay there before."""

    evidence: EvidenceFile
    fresh: bool


def add_evidence(
    uploads: Sequence[Upload], about: About, *, actor: Actor, targets: Sequence[Target] = (), reason: str = ""
) -> list[Added]:
    """Takes in files, all or none, each linked to the targets. The same bytes again are linked, not stored twice.

    Raises Refused for a file that is not taken, a target that is not there, or a link without a reason.
    """
    require_city(actor, f"{ROOM}:add")
    check_about(about, today())
    if targets:
        check_why(reason)
    files = _checked(uploads)
    added = []
    with transaction() as db:
        audit.lock_head(db)  # the same file from two people shares no row at which the second could wait
        for name, content, kind in files:
            found = _held(db, content)
            evidence = found or _insert(db, name, content, kind, about, actor, alone=len(files) == 1)
            for target in targets:
                lay_link(db, evidence, target, actor, reason)
            added.append(Added(evidence, found is None))
        for _, content, _ in files:
            blobs.keep(content)
    return added


def describe_evidence(evidence: EvidenceFile, about: About, *, actor: Actor, seen: int | None = None) -> EvidenceFile:
    """Corrects what is said of a file; the audit trail keeps what was said before. Raises Refused, Conflict."""
    require_city(actor, f"{ROOM}:describe")
    check_about(about, today())
    if not about.title.strip():
        raise Refused("A title is needed.").at("title")
    new = {
        "title": about.title.strip(), "evidence_class": about.evidence_class, "retention": about.kept_as,
        "document_number": about.document_number.strip(), "document_date": about.document_date,
    }  # fmt: skip
    before = {name: getattr(evidence, name) for name, value in new.items() if getattr(evidence, name) != value}
    with transaction() as db:
        moved = _change(db, evidence, seen, **new)
        after = {name: new[name] for name in before}
        audit.record(db, f"{ROOM}:describe", subject_of(evidence), actor, before=before, after=after)
    return moved


def withdraw_evidence(evidence: EvidenceFile, *, actor: Actor, reason: str, seen: int | None = None) -> EvidenceFile:
    """Takes a file out of use: it no longer proves anything, and stays where it is. Raises Refused, Conflict."""
    require_city(actor, f"{ROOM}:withdraw")
    check_why(reason)
    with transaction() as db:
        moved = _change(
            db, evidence, seen, withdrawn_at=now(), withdrawn_by=actor.login, withdrawn_name=actor.name,
            withdrawn_reason=reason.strip(),
        )  # fmt: skip
        audit.record(db, f"{ROOM}:withdraw", subject_of(evidence), actor, digest=evidence.digest, reason=reason)
    return moved


def _checked(uploads: Sequence[Upload]) -> list[tuple[str, bytes, str]]:
    """Name, bytes and kind of each different file, once. Raises Refused."""
    if not uploads:
        raise Refused("Choose at least one file.").at("files")
    if len(uploads) > MOST_FILES:
        raise Refused("At most %(most)s files at once.", most=MOST_FILES).at("files")
    files: dict[bytes, tuple[str, bytes, str]] = {}
    for upload in uploads:
        name = plain_file_name(upload.name)
        files.setdefault(hashlib.sha256(upload.content).digest(), (name, upload.content, check_file(*upload)))
    return list(files.values())


def _held(db: Session, content: bytes) -> EvidenceFile | None:
    digest = hashlib.sha256(content).hexdigest()
    query = select(EvidenceFile).where(EvidenceFile.digest == digest, EvidenceFile.withdrawn_at.is_(None))
    return db.scalars(query).one_or_none()


def _insert(
    db: Session, name: str, content: bytes, kind: str, about: About, actor: Actor, *, alone: bool
) -> EvidenceFile:
    year, blob = today().year, blobs.register(db, content, name)
    evidence = EvidenceFile(
        number=f"ZL-{year}-{next_number(db, f'ZL-{year}'):04}", version=1, blob_id=blob.id, digest=blob.digest,
        size=blob.size, kind=kind, name=name, title=(about.title.strip() if alone else "") or PurePath(name).stem,
        evidence_class=about.evidence_class, retention=about.kept_as, document_number=about.document_number.strip(),
        document_date=about.document_date, added_at=now(), added_by_id=actor.id, added_by=actor.login,
        added_name=actor.name, withdrawn_at=None, withdrawn_by="", withdrawn_name="", withdrawn_reason="",
    )  # fmt: skip
    db.add(evidence)
    db.flush()
    audit.record(
        db, f"{ROOM}:add", subject_of(evidence), actor, name=name, digest=evidence.digest, size=evidence.size,
        evidence_class=evidence.evidence_class, retention=evidence.retention,
    )  # fmt: skip
    return evidence


def _change(db: Session, evidence: EvidenceFile, seen: int | None, **values: object) -> EvidenceFile:
    """Compare and swap: a withdrawn file no longer changes, nor one that somebody changed meanwhile."""
    changed = db.execute(
        update(EvidenceFile)
        .where(
            EvidenceFile.id == evidence.id,
            EvidenceFile.version == (evidence.version if seen is None else seen),
            EvidenceFile.withdrawn_at.is_(None),
        )
        .values(version=EvidenceFile.version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Conflict("The evidence changed meanwhile. Please look at it again.")
    return db.get_one(EvidenceFile, evidence.id, populate_existing=True)
