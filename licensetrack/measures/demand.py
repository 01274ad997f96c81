"""What units say that they will need: requests that wait and the surveys, as rows, with their sums by product."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.accounts.scoping import rows_within
from licensetrack.allocation.stages import FORMAL
from licensetrack.measures.question import Question
from licensetrack.measures.survey_sums import YEARS, newest_answers
from licensetrack.procurement.survey_models import DemandLine
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


@dataclass(frozen=True)
class Surveyed:
    """What one unit told a survey of one platform.

    `adds`: product → what it will add in each of the three years that the newest survey asks about.

    Cloud management and BMS are asked for as a whole, which stands in the first of them.
    """

    survey: str
    unit_id: int
    unit: str
    platform: str
    adds: dict[str, tuple[int, int, int]]


def surveyed_demand(db: Session, question: Question) -> tuple[int | None, list[Surveyed]]:
    """The first year that the newest survey of demand asks about (None without one), and each unit's last answer."""
    answers = newest_answers(db, question)
    if not answers:
        return None, []
    first = max(survey.year for _, survey in answers)
    names = dict(db.execute(select(Unit.id, Unit.name).where(Unit.id.in_({line.unit_id for line, _ in answers}))).all())
    return first, [
        Surveyed(survey.title, line.unit_id, names[line.unit_id], line.platform, _adds(line, first - survey.year))
        for line, survey in answers
    ]


def _adds(line: DemandLine, since: int) -> dict[str, tuple[int, int, int]]:
    """`since`: by how many years the line is older than the newest survey; years that have gone by add nothing more."""
    one, two, three = (*(getattr(line, name) or 0 for name in YEARS[since:]), 0, 0, 0)[:3]
    adds = {
        "virtualization": (one, two, three),
        "cloud_management": (line.cloud_cpus or 0, 0, 0),
        "bms": (line.bms_sets or 0, 0, 0),
    }
    return {product: years for product, years in adds.items() if any(years)}


def surveyed_sum(lines: Iterable[Surveyed], product: str) -> tuple[int, int, int]:
    """What all lines of the survey add of a product, in each of its three years."""
    found = [line.adds[product] for line in lines if product in line.adds]
    return sum(one for one, _, _ in found), sum(two for _, two, _ in found), sum(three for _, _, three in found)
