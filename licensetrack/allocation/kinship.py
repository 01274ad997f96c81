"""A temporary set and the formal one that replaces it: never held both on one day."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.allocation.models import LicenseSet
from licensetrack.core.errors import Refused


def check_no_overlap(db: Session, license_set: LicenseSet) -> None:
    """After a correction: the temporary set still ends before its formal one begins. Raises Refused."""
    before = db.get(LicenseSet, license_set.predecessor_id) if license_set.predecessor_id else None
    if before is not None and (before.ended_on is None or before.ended_on > license_set.issued_on):
        raise Refused("The temporary set %(number)s is held until %(ended)s; its formal one can not begin on %(on)s.",
                      number=before.number, ended=before.ended_on, on=license_set.issued_on).at("on")  # fmt: skip
    after = db.scalars(
        select(LicenseSet).where(LicenseSet.predecessor_id == license_set.id).order_by(LicenseSet.issued_on).limit(1)
    ).first()
    if after is not None and (license_set.ended_on is None or license_set.ended_on > after.issued_on):
        raise Refused("The formal set %(number)s replaces this one from %(on)s; it can not be held after that day.",
                      number=after.number, on=after.issued_on).at("on")  # fmt: skip
