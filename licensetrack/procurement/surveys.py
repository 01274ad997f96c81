"""Surveys behind a budget: recorded once with the file that they came in, never edited; a wrong one is withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor, require_city
from licensetrack.core import audit
from licensetrack.core.blobs import Blob
from licensetrack.core.clock import now
from licensetrack.core.db import row_with_id, transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.procurement.claims import check_lengths
from licensetrack.procurement.rules import check_year
from licensetrack.procurement.survey_models import DemandLine, PriceLine, Survey

RECORD = "procurement:survey:record"
WITHDRAW = "procurement:survey:withdraw"


@dataclass(frozen=True)
class Demand:
    """What a unit said about one platform. `first_year` is the survey's year; the three years count new CPUs."""

    position: int
    unit_id: int
    platform: str = ""
    software: str = ""
    servers: int | None = None
    cpus: int | None = None
    cores: int | None = None
    held: str = ""
    first_year: int | None = None
    second_year: int | None = None
    third_year: int | None = None
    cloud_cpus: int | None = None
    bms_sets: int | None = None
    method: str = ""
    expected: str = ""
    answer: str = ""


@dataclass(frozen=True)
class Price:
    """What somebody asked for a product, in yuan for each CPU (BMS: each set)."""

    position: int
    product: str
    supplier: str
    unit_price: Decimal
    edition: str = ""
    quoted_on: dt.date | None = None
    origin: str = ""
    note: str = ""


def record_survey(
    year: int, title: str, document_id: int, sheet: str, lines: Sequence[Demand] | Sequence[Price], *, actor: Actor
) -> Survey:
    """Records a survey with its stored file. Raises Refused for an empty one or a text that is too long."""
    require_city(actor, RECORD)
    check_year(year)
    if not lines:
        raise Refused("A survey has at least one line.")
    kind, model = ("demand", DemandLine) if isinstance(lines[0], Demand) else ("prices", PriceLine)
    for line in lines:
        check_lengths(model, asdict(line))
        if isinstance(line, Price) and line.unit_price <= 0:
            raise Refused("The amount must be above zero.").at("unit_price")
    with transaction() as db:
        audit.lock_head(db)
        survey = Survey(
            kind=kind, year=year, title=title[:200], document_id=document_id, sheet=sheet[:80], actor_id=actor.id,
            recorded_at=now(), withdrawn_at=None,
        )  # fmt: skip
        db.add(survey)
        db.flush()
        db.execute(insert(model), [asdict(line) | {"survey_id": survey.id} for line in lines])
        audit.record(db, RECORD, f"survey:{survey.id}", actor, kind=kind, year=year, lines=len(lines))
    return survey


def withdraw_survey(survey_id: int, *, actor: Actor, reason: str) -> Survey:
    """A survey that was wrong no longer counts; it and its file stay. Raises NotFound, Refused, Conflict."""
    require_city(actor, WITHDRAW)
    if not reason.strip():
        raise Refused("A reason is needed.").at("reason")
    with transaction() as db:
        audit.lock_head(db)
        found = survey(db, survey_id)
        db.refresh(found)
        if found.withdrawn_at is not None:
            raise Conflict("The survey was withdrawn already.")
        found.withdrawn_at, found.withdrawn_reason = now(), reason.strip()[:500]
        audit.record(db, WITHDRAW, f"survey:{survey_id}", actor, reason=found.withdrawn_reason)
    return found


def surveys(db: Session) -> Sequence[Survey]:
    """All surveys, the newest year and record first."""
    return db.scalars(select(Survey).order_by(Survey.year.desc(), Survey.id.desc())).all()


def survey(db: Session, survey_id: int) -> Survey:
    """One survey. Raises NotFound."""
    return row_with_id(db, Survey, survey_id)


def survey_from(db: Session, digest: str, sheet: str) -> Survey | None:
    """The survey that came in this sheet of a file with these bytes, whatever the file was called."""
    query = select(Survey).join(Blob, Blob.id == Survey.document_id)
    return db.scalars(query.where(Blob.digest == digest, Survey.sheet == sheet[:80])).first()


def demands(db: Session, survey_id: int) -> Sequence[DemandLine]:
    """The lines of a survey of demand, in the order of its sheet."""
    return db.scalars(select(DemandLine).where(DemandLine.survey_id == survey_id).order_by(DemandLine.position)).all()


def prices(db: Session, survey_id: int) -> Sequence[PriceLine]:
    """The lines of a survey of prices, in the order of its sheet."""
    return db.scalars(select(PriceLine).where(PriceLine.survey_id == survey_id).order_by(PriceLine.position)).all()
