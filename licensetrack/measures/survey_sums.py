"""What surveys say in sum: CPUs that units state they will need, and what the market asks for a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.scoping import rows_within
from licensetrack.core.clock import business_day
from licensetrack.measures.question import Question
from licensetrack.procurement.survey_models import DemandLine, Survey
from licensetrack.procurement.surveys import prices
from licensetrack.units.models import Unit

YEARS = ("first_year", "second_year", "third_year")
COLUMNS = ("servers", "cpus", *YEARS, "cloud_cpus", "bms_sets")


@dataclass(frozen=True)
class Asked:
    """What was asked for one product: how many offers, and the lowest, middle and highest price in yuan."""

    offers: int
    lowest: Decimal
    middle: Decimal
    highest: Decimal


def sums(lines: Sequence[DemandLine]) -> dict[str, int]:
    """Column → its sum over the lines; what a line does not tell adds nothing."""
    return {name: sum(getattr(line, name) or 0 for line in lines) for name in COLUMNS}


def newest_answers(db: Session, question: Question) -> list[tuple[DemandLine, Survey]]:
    """What each unit answered to the newest survey that it answered, the newest surveys first, in order of their lines.

    Surveys count that stood at the instant asked for: of years that had begun on that day, or recorded by then.
    """
    query = (
        select(DemandLine, Survey)
        .join(Survey, Survey.id == DemandLine.survey_id)
        .join(Unit, Unit.id == DemandLine.unit_id)
        .where(*rows_within(question.scope, district=Unit.district, unit_id=DemandLine.unit_id))
        .order_by(Survey.year.desc(), Survey.id.desc(), DemandLine.position)
    )
    newest: dict[int, int] = {}
    found = []
    for line, survey in db.execute(query):
        if _stood(survey, question) and newest.setdefault(line.unit_id, survey.id) == survey.id:
            found.append((line, survey))
    return found


def surveyed_by_year(db: Session, question: Question) -> dict[int, int]:
    """Year → new CPUs of virtualization that units state for it."""
    found: dict[int, int] = {}
    for line, survey in newest_answers(db, question):
        for nth, name in enumerate(YEARS):
            found[survey.year + nth] = found.get(survey.year + nth, 0) + (getattr(line, name) or 0)
    return dict(sorted(found.items()))


def asked(db: Session, survey_id: int) -> dict[str, Asked]:
    """Product → what a survey of prices found."""
    offers: dict[str, list[Decimal]] = {}
    for line in prices(db, survey_id):
        offers.setdefault(line.product, []).append(line.unit_price)
    return {product: _asked(found) for product, found in offers.items()}


def _asked(found: Sequence[Decimal]) -> Asked:
    middle = Decimal(median(found)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Asked(len(found), min(found), middle, max(found))


def _stood(survey: Survey, question: Question) -> bool:
    from_day = survey.year <= question.as_of.year or business_day(survey.recorded_at) <= question.as_of
    if question.known_at is None:
        return from_day and survey.withdrawn_at is None
    return (
        from_day
        and survey.recorded_at <= question.known_at
        and (survey.withdrawn_at is None or survey.withdrawn_at > question.known_at)
    )
