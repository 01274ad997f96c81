"""A set and its licence file in one act: numbered, issued, the file compared and attached, all of it or nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require
from licensetrack.allocation.issuing import issue_set
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.papers import NO_PAPER, Paper
from licensetrack.allocation.rules import check_reason
from licensetrack.allocation.stages import FORMAL
from licensetrack.core.db import transaction
from licensetrack.core.errors import Refused
from licensetrack.core.numbering import next_number
from licensetrack.handover.license_files import attach_file
from licensetrack.units.models import Unit

ISSUE = "allocation:set:issue"


@dataclass(frozen=True)
class HandedFile:
    """A licence file on its way to a set, with the differences that somebody answers for."""

    name: str
    content: bytes = field(repr=False)
    acknowledged: Collection[str] = ()
    reason: str = ""


@dataclass(frozen=True)
class Wish:
    """What is to be issued; an empty number is drawn."""

    product: str
    kind: str = FORMAL
    cpus: int | None = None
    number: str = ""
    platform: str = ""
    site: str = ""
    edition: str = ""
    fingerprint: str = ""
    valid_until: dt.date | None = None
    support_end: dt.date | None = None
    note: str = ""

    def details(self, **more: str) -> dict[str, Any]:
        """What the issue says besides, as the ledger keeps it; only what is filled in."""
        said: dict[str, Any] = {
            name: getattr(self, name) for name in ("platform", "site", "edition", "fingerprint", "note")
        }
        said |= {name: day.isoformat() for name in ("valid_until", "support_end") if (day := getattr(self, name))}
        return {name: value for name, value in (said | more).items() if value}


def next_set_number(db: Session, year: int) -> str:
    """The next free number of a year, beyond those given by hand: SQ-2025-0001."""
    start = f"SQ-{year}-"
    return f"{start}{next_number(db, f'set:{year}', above=_highest(db, start)):04}"


def _highest(db: Session, start: str) -> int:
    """The highest number of a year that is in the books; numbers of other shapes do not count."""
    number = LicenseSet.number
    for digits in (6, 5, 4):
        query = (
            select(number)
            .where(number >= f"{start}0", number < f"{start}:", func.length(number) == len(start) + digits)
            .order_by(number.desc())
            .limit(20)
        )
        for found in db.scalars(query):
            if re.fullmatch(r"\d+", found[len(start) :], re.ASCII):
                return int(found[len(start) :])
    return 0


def hand_out(
    unit: Unit,
    wish: Wish,
    *,
    actor: Actor,
    on: dt.date,
    file: HandedFile | None = None,
    paper: Paper = NO_PAPER,
    more: Mapping[str, str] | None = None,
) -> LicenseSet:
    """Issues one set to a unit and attaches its file. Raises Refused and Conflict as the verbs it calls do."""
    require(actor, ISSUE, district=unit.district, unit_id=unit.id)
    with transaction() as db:
        number = wish.number or next_set_number(db, on.year)
        said = {"license_file": file.name[-200:]} if file else {}
        made = issue_set(
            number, unit, wish.product, cpus=wish.cpus, on=on, actor=actor, kind=wish.kind,
            details=wish.details(**said, **(more or {})), paper=paper,
        )  # fmt: skip
        put_with(made, file, actor)
    return made


def put_with(license_set: LicenseSet, file: HandedFile | None, actor: Actor) -> None:
    """Attaches the file, if there is one."""
    if file is not None:
        attach_file(
            license_set, file.name, file.content, actor=actor, acknowledged=file.acknowledged, reason=file.reason
        )


def issue_directly(
    unit: Unit, wish: Wish, *, actor: Actor, on: dt.date, reason: str, file: HandedFile | None = None
) -> LicenseSet:
    """Issues a set that no request asked for (补录), with the reason. Raises Refused without one."""
    try:
        check_reason(reason)
    except Refused as refusal:
        raise refusal.at("reason") from None
    return hand_out(unit, wish, actor=actor, on=on, file=file, more={"reason": reason.strip()[:500]})
