"""Licence files: attached to a set, sealed on the disk, shown masked; each look inside leaves a trace.

Nothing of a file's content reaches logs, the audit trail, the outbox or an address: they name its set, version, digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, allows, require
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.rules import check_reason
from licensetrack.allocation.stages import ENDED
from licensetrack.core import audit, blobs, outbox, sealing
from licensetrack.core.clock import now
from licensetrack.core.db import transaction
from licensetrack.core.digests import chain_algorithm
from licensetrack.core.errors import NotFound, Refused
from licensetrack.core.names import visible
from licensetrack.handover.file_comparison import WARNING, Difference, Expected, check_acknowledged, compare
from licensetrack.handover.license_parsing import LicenseFacts, read_license
from licensetrack.handover.models import LicenseFile, LicenseFileAccess
from licensetrack.units.models import Unit, UnitName

PURPOSE = "license-file"
SEALED_NAME = "sealed licence file"  # the blob's name: the file's own may carry a fingerprint
LARGEST_FILE = 5 * 1024 * 1024
LONGEST_NAME, LONGEST_REASON = 200, 500
ATTACH, REVEAL, DOWNLOAD = "handover:file:attach", "handover:file:reveal", "handover:file:download"


class Revealed(NamedTuple):
    """What a look inside shows: fingerprint and serial as the file says them, and its text if it is one."""

    fingerprint: str
    serial: str
    text: str


def check_file(name: str, content: bytes) -> str:
    """The name as it is kept, for a file that is not empty and not too large. Raises Refused."""
    shown = "".join(sign for sign in visible(name).replace("\\", "/").rpartition("/")[2] if sign.isprintable()).strip()
    if not shown:
        raise Refused("The file has no name.").at("file")
    if not content:
        raise Refused("The file is empty.").at("file")
    if len(content) > LARGEST_FILE:
        raise Refused("A licence file has %(most)s MB at the most.", most=LARGEST_FILE >> 20).at("file")
    return shown[-LONGEST_NAME:]


def attach_file(
    license_set: LicenseSet,
    name: str,
    content: bytes,
    *,
    actor: Actor,
    acknowledged: Collection[str] = (),
    reason: str = "",
) -> LicenseFile:
    """Keeps a licence file with its set; the one before it becomes obsolete and stays in the archive.

    `acknowledged` names the differences (see file_comparison.FIELDS) that somebody answers for with `reason`.
    Raises Refused for a difference that nobody acknowledged, for the very file that is there already, and for a set
    that has ended.
    """
    require(actor, ATTACH)
    shown = check_file(name, content)
    with transaction() as db:
        held = hold_set(db, license_set.id)
        check_scope(db, held, actor, ATTACH)
        if held.stage in ENDED:
            raise Refused("The set %(number)s has ended; it takes no licence file any more.", number=held.number)
        facts, differences = comparison_of(db, shown, content, expected_of(db, held), held.id)
        digest = hashlib.sha256(content).hexdigest()
        check_acknowledged(differences, acknowledged, reason)
        current = current_file(db, held.id)
        if current is not None and current.sha256 == digest:
            raise Refused("This very file is attached to the set already.").at("file")
        sealed = sealing.seal(content, PURPOSE)
        file = LicenseFile(
            set_id=held.id, version=_retire(db, held.id) + 1, name=shown, size=len(content), sha256=digest,
            sm3=hashlib.new("sm3", content).hexdigest() if chain_algorithm() == "sm3" else "",
            blob_id=blobs.register(db, sealed, SEALED_NAME).id, facts=facts.as_dict(),
            differences=[one.as_dict() for one in differences],
            reason=reason.strip()[:LONGEST_REASON] if differences else "",
            attached_by=actor.id, attached_login=actor.login, attached_name=actor.name, attached_at=now(),
            obsolete_at=None,
        )  # fmt: skip
        db.add(file)
        db.flush()
        audit.record(
            db, ATTACH, f"set:{held.number}", actor, version=file.version, size=file.size, sha256=digest,
            acknowledged=[one.field for one in differences], reason=file.reason,
        )  # fmt: skip
        outbox.post(db, ATTACH, set_id=held.id, file_id=file.id)
        blobs.keep(sealed)
    return file


def reveal_file(file: LicenseFile, *, actor: Actor, reason: str) -> Revealed:
    """Shows what lists mask: fingerprint, serial and the text. Raises Refused without a reason."""
    content = _taken_out(file, "reveal", REVEAL, actor, reason)
    facts = read_license(file.name, content)
    return Revealed(facts.fingerprint, facts.serial, _as_text(content))


def download_file(file: LicenseFile, *, actor: Actor, reason: str) -> bytes:
    """The file's bytes as they came. Raises Refused without a reason, and for a unit when the file is obsolete."""
    return _taken_out(file, "download", DOWNLOAD, actor, reason)


def _taken_out(file: LicenseFile, act: str, permission: str, actor: Actor, reason: str) -> bytes:
    require(actor, permission)
    with transaction(
        even_read_only=True
    ) as db:  # to take a file out is to read; the trace of it is like the audit trail
        license_set = db.get_one(LicenseSet, file.set_id)
        check_scope(db, license_set, actor, permission)
        try:
            check_reason(reason)
        except Refused as refusal:
            raise refusal.at("reason") from None
        known = db.get_one(LicenseFile, file.id, populate_existing=True)
        if not allows(actor, ATTACH):
            if known.obsolete_at is not None:
                raise Refused("This licence file is obsolete; please take the newest one.").at("reason")
            if license_set.stage in ENDED:
                raise Refused("The set %(number)s has ended; its licence file is closed.", number=license_set.number)
        content = opened(db, known)
        db.add(
            LicenseFileAccess(
                file_id=known.id, act=act, reason=reason.strip()[:LONGEST_REASON],
                by_unit=_is_holder(actor, license_set),
                actor_id=actor.id, login=actor.login, name=actor.name, at=now(),
            )
        )  # fmt: skip
        db.flush()
        audit.record(
            db, permission, f"set:{license_set.number}", actor, version=known.version, sha256=known.sha256,
            reason=reason.strip()[:LONGEST_REASON],
        )  # fmt: skip
        outbox.post(db, permission, set_id=license_set.id, file_id=known.id)
    return content


def opened(db: Session, file: LicenseFile) -> bytes:
    """The plain bytes of a sealed file. Raises NotFound when they are not those that were attached."""
    _, sealed = blobs.load(db, file.blob_id)
    content = sealing.unseal(sealed, PURPOSE)
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise NotFound("The stored file “%(name)s” is missing or damaged.", name=SEALED_NAME)
    return content


def _as_text(content: bytes) -> str:
    if len(content) > 64 * 1024 or b"\0" in content:
        return ""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text if all(sign.isprintable() or sign in "\t\r\n" for sign in text) else ""
    return ""


def _is_holder(actor: Actor, license_set: LicenseSet) -> bool:
    return actor.scope.kind == "unit" and actor.scope.value == str(license_set.unit_id)


def hold_set(db: Session, set_id: int) -> LicenseSet:
    """The set with its row held until the end, so that what is numbered or current within it has one order."""
    db.execute(
        update(LicenseSet)
        .where(LicenseSet.id == set_id)
        .values(version=LicenseSet.version)
        .execution_options(synchronize_session=False)
    )
    return db.get_one(LicenseSet, set_id, populate_existing=True)


def check_scope(db: Session, license_set: LicenseSet, actor: Actor, permission: str) -> None:
    """Passes for a set that the actor may see. Raises NotFound for somebody else's."""
    holder = db.get_one(Unit, license_set.unit_id)
    require(actor, permission, district=holder.district, unit_id=holder.id)


def _retire(db: Session, set_id: int) -> int:
    """Makes the current file obsolete; the number of versions so far."""
    db.execute(
        update(LicenseFile)
        .where(LicenseFile.set_id == set_id, LicenseFile.obsolete_at.is_(None))
        .values(obsolete_at=now())
        .execution_options(synchronize_session="fetch")
    )
    return db.scalar(select(func.max(LicenseFile.version)).where(LicenseFile.set_id == set_id)) or 0


def current_file(db: Session, set_id: int) -> LicenseFile | None:
    """The file that a set has now, or None."""
    query = select(LicenseFile).where(LicenseFile.set_id == set_id, LicenseFile.obsolete_at.is_(None))
    return db.scalars(query).first()


def names_of(db: Session, unit_id: int) -> list[str]:
    """Every name that a unit has or had, the present one first."""
    names = db.scalars(select(UnitName.name).where(UnitName.unit_id == unit_id, UnitName.until.is_not(None)))
    return [db.get_one(Unit, unit_id).name, *names]


def expected_of(db: Session, license_set: LicenseSet) -> Expected:
    """What is known of a set, to compare a file with; its unit goes by any name that it had."""
    return Expected(
        license_set.fingerprint, license_set.cpus, license_set.kind, license_set.valid_until,
        names_of(db, license_set.unit_id),
    )  # fmt: skip


def comparison_of(
    db: Session, name: str, content: bytes, expected: Expected, set_id: int | None = None
) -> tuple[LicenseFacts, list[Difference]]:
    """What a file says, what of it differs from what is expected, and whether another set has this very file."""
    facts = read_license(name, content)
    found = compare(name, facts, expected)
    digest = hashlib.sha256(content).hexdigest()
    query = (
        select(LicenseSet.number)
        .join(LicenseFile, LicenseFile.set_id == LicenseSet.id)
        .where(LicenseFile.sha256 == digest, LicenseFile.set_id != (set_id or 0))
        .order_by(LicenseSet.number)
    )
    other = db.scalars(query).first()
    if other is not None:
        found.append(Difference("other_set", other, "", WARNING))
    return facts, found
