"""What units say that they will need: the requests that wait, as rows, and their sums by product."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.accounts.scoping import rows_within
from licensetrack.allocation.stages import FORMAL
from licensetrack.requests.models import LicenseRequest, RequestLine
from licensetrack.requests.stages import ACCEPTED, APPROVED, ASKED, GRANTED, RETURNED, SUBMITTED
from licensetrack.units.models import Unit

WAITING = (SUBMITTED, ACCEPTED, RETURNED, APPROVED)
ADDING = ("new", "expansion", "formalize")
NEW_SET = ("new", "formalize")


@dataclass(frozen=True)
class Stated:
    """One line of a request that waits: what it will add to the formal licences of its unit."""

    request: str
    unit_id: int
    unit: str
    product: str
    kind: str
    cpus: int
    sets: int
    wanted_on: dt.date | None

    def counts(self, what: str) -> int:
        """Its CPUs or its sets."""
        return self.cpus if what == "cpus" else self.sets


def stated_demand(db: Session, scope: Scope = EVERYWHERE) -> list[Stated]:
    """Every waiting line for formal licences, in order of request; what was granted counts where it is decided."""
    query = (
        select(LicenseRequest.number, LicenseRequest.unit_id, Unit.name, RequestLine)
        .join(RequestLine, RequestLine.request_id == LicenseRequest.id)
        .join(Unit, Unit.id == LicenseRequest.unit_id)
        .where(
            LicenseRequest.stage.in_(WAITING), RequestLine.stage.in_((ASKED, GRANTED)), RequestLine.kind.in_(ADDING),
            RequestLine.license_kind == FORMAL,
            *rows_within(scope, district=Unit.district, unit_id=LicenseRequest.unit_id),
        )
        .order_by(LicenseRequest.id, RequestLine.position)
    )  # fmt: skip
    return [
        Stated(
            request=number, unit_id=unit_id, unit=unit, product=line.product, kind=line.kind,
            cpus=(line.cpus_asked if line.cpus_granted is None else line.cpus_granted) or 0,
            sets=int(line.kind in NEW_SET), wanted_on=line.wanted_on,
        )
        for number, unit_id, unit, line in db.execute(query)
    ]  # fmt: skip


def stated_sum(lines: Iterable[Stated], product: str, what: str) -> int:
    """The CPUs or sets that the waiting lines of a product add up to."""
    return sum(line.counts(what) for line in lines if line.product == product)
