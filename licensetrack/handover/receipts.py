"""Receipts (签收): the unit says which file it got on which day; who fetched a file and did not sign is reminded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, Actor, Scope, require
from licensetrack.accounts.scoping import rows_within
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.rules import check_day
from licensetrack.allocation.stages import ENDED, HELD
from licensetrack.core import audit, outbox
from licensetrack.core.clock import business_day, now, today
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.numbering import next_number
from licensetrack.handover.license_files import check_scope, current_file, hold_set
from licensetrack.handover.models import LicenseFile, LicenseFileAccess, Receipt
from licensetrack.units.models import Unit

SIGN = "handover:receipt:sign"


class Awaited(NamedTuple):
    """A set whose current file has no receipt; `fetched_at` is when its unit first took it out, if it did."""

    number: str
    product: str
    unit_id: int
    unit: str
    district: str
    version: int
    attached_at: dt.datetime
    fetched_at: dt.datetime | None
    days: int


def sign_receipt(license_set: LicenseSet, *, actor: Actor, on: dt.date, seen: int | None = None) -> Receipt:
    """The unit got the set's licence file on that day. `seen` is the id of the file that the visitor saw.

    Raises Refused where there is no file or the day does not fit, Conflict when it was signed, or replaced meanwhile.
    """
    require(actor, SIGN)
    check_day(on)
    with transaction() as db:
        held = hold_set(db, license_set.id)
        check_scope(db, held, actor, SIGN)
        if held.stage in ENDED:
            raise Refused("The set %(number)s has ended; nothing is left to sign for.", number=held.number)
        file = current_file(db, held.id)
        if file is None:
            raise Refused("The set %(number)s has no licence file yet.", number=held.number)
        if seen is not None and file.id != seen:
            raise Conflict("A newer licence file was attached meanwhile. Please look at it before you sign.")
        before = db.scalars(select(Receipt).where(Receipt.file_id == file.id)).first()
        if before is not None:
            raise Conflict(
                "%(name)s signed for this file on %(on)s already (%(number)s).",
                name=before.name, on=before.on, number=before.number,
            )  # fmt: skip
        if on < business_day(file.attached_at):
            raise Refused("The file was attached on %(day)s only.", day=business_day(file.attached_at)).at("on")
        receipt = Receipt(
            number=f"QS-{on.year}-{next_number(db, f'receipt:{on.year}'):04}", file_id=file.id, sha256=file.sha256,
            on=on, unit_id=held.unit_id, actor_id=actor.id, login=actor.login, name=actor.name, at=now(),
        )  # fmt: skip
        db.add(receipt)
        db.flush()
        audit.record(
            db, SIGN, f"set:{held.number}", actor, number=receipt.number, version=file.version, sha256=file.sha256,
            on=on,
        )  # fmt: skip
        outbox.post(db, SIGN, set_id=held.id, receipt_id=receipt.id)
    return receipt


def waiting_for_receipt(db: Session, scope: Scope = EVERYWHERE, *, as_of: dt.date | None = None) -> list[Awaited]:
    """Held sets whose current file nobody signed for, those fetched first and longest ago before the others."""
    day = as_of or today()
    fetched = (
        select(LicenseFileAccess.file_id, func.min(LicenseFileAccess.at).label("at"))
        .where(LicenseFileAccess.act == "download", LicenseFileAccess.by_unit)
        .group_by(LicenseFileAccess.file_id)
        .subquery()
    )
    query = (
        select(
            LicenseSet.number, LicenseSet.product, Unit.id, Unit.name, Unit.district, LicenseFile.version,
            LicenseFile.attached_at, fetched.c.at,
        )
        .join(LicenseFile, LicenseFile.set_id == LicenseSet.id)
        .join(Unit, Unit.id == LicenseSet.unit_id)
        .outerjoin(Receipt, Receipt.file_id == LicenseFile.id)
        .outerjoin(fetched, fetched.c.file_id == LicenseFile.id)
        .where(LicenseFile.obsolete_at.is_(None), Receipt.id.is_(None), LicenseSet.stage.in_(HELD))
        .where(*rows_within(scope, district=Unit.district, unit_id=Unit.id))
        .order_by(fetched.c.at.is_(None), fetched.c.at, LicenseFile.attached_at, LicenseSet.number)
    )  # fmt: skip
    return [Awaited._make((*row, (day - business_day(row[7] or row[6])).days)) for row in db.execute(query)]


def receipts_of(db: Session, file_ids: Sequence[int]) -> dict[int, Receipt]:
    """File id → its receipt, for those that are signed for."""
    found = db.scalars(select(Receipt).where(Receipt.file_id.in_(file_ids)))
    return {receipt.file_id: receipt for receipt in found}
