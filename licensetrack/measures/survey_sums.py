"""What surveys say in sum: CPUs that units state they will need, and what the market asks for a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.measures.question import Question
from licensetrack.procurement.survey_models import DemandLine, Survey
from licensetrack.procurement.surveys import prices

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


def stated_demand(db: Session, question: Question) -> dict[int, int]:
    """Year → new CPUs of virtualization that units state for it, by the newest survey that each unit answered.

    Of surveys that stood at the instant asked for, recorded up to the day asked for.
    """
    if question.scope.kind != "all":
        return {}
    known = select(DemandLine, Survey).join(Survey, Survey.id == DemandLine.survey_id).order_by(Survey.year, Survey.id)
    newest: dict[int, list[tuple[DemandLine, Survey]]] = {}
    for line, survey in db.execute(known):
        if not _stood(survey, question):
            continue
        of_unit = newest.setdefault(line.unit_id, [])
        if of_unit and of_unit[0][1].id != survey.id:
            of_unit.clear()
        of_unit.append((line, survey))
    found: dict[int, int] = {}
    for of_unit in newest.values():
        for line, survey in of_unit:
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
    from_day = survey.year <= question.as_of.year
    if question.known_at is None:
        return from_day and survey.withdrawn_at is None
    return (
        from_day
        and survey.recorded_at <= question.known_at
        and (survey.withdrawn_at is None or survey.withdrawn_at > question.known_at)
    )
