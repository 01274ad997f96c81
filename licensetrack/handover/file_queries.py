"""Reading licence files: those of a set, the newest first, and who took them out; never their content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.errors import NotFound
from licensetrack.handover.models import LicenseFile, LicenseFileAccess, Receipt
from licensetrack.handover.receipts import receipts_of
from licensetrack.units.models import Unit


class FileOfSet(NamedTuple):
    """One version of a set's licence file, with its receipt if it was signed for."""

    file: LicenseFile
    receipt: Receipt | None


def files_of_set(db: Session, set_id: int) -> list[FileOfSet]:
    """All versions, the newest first."""
    query = select(LicenseFile).where(LicenseFile.set_id == set_id).order_by(LicenseFile.version.desc())
    files = db.scalars(query).all()
    receipts = receipts_of(db, [file.id for file in files])
    return [FileOfSet(file, receipts.get(file.id)) for file in files]


def file_in_scope(db: Session, file_id: int, scope: Scope = EVERYWHERE) -> tuple[LicenseFile, LicenseSet]:
    """One file and its set. Raises NotFound for what does not exist or lies outside the scope."""
    file = db.get(LicenseFile, file_id)
    license_set = None if file is None else db.get_one(LicenseSet, file.set_id)
    holder = None if license_set is None else db.get_one(Unit, license_set.unit_id)
    if file is None or license_set is None or holder is None:
        raise NotFound("There is no such file.")
    if not scope.covers(district=holder.district, unit_id=holder.id):
        raise NotFound("There is no such file.")
    return file, license_set


def accesses_of_set(db: Session, set_id: int, *, most: int = 100) -> Sequence[tuple[LicenseFileAccess, int]]:
    """Who saw or took out which version, the newest first."""
    query = (
        select(LicenseFileAccess, LicenseFile.version)
        .join(LicenseFile, LicenseFile.id == LicenseFileAccess.file_id)
        .where(LicenseFile.set_id == set_id)
        .order_by(LicenseFileAccess.id.desc())
        .limit(most)
    )
    return [(access, version) for access, version in db.execute(query)]
