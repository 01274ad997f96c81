"""Surveys as source documents: what units say they need and what the market asks, row by row, beside the file."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import require_city
from licensetrack.core.blobs import Blob
from licensetrack.core.db import reading
from licensetrack.exchange.ledgers_out import ledger_cells, ledger_columns
from licensetrack.exchange.rows import DemandRow, PriceRow
from licensetrack.measures.question import Question
from licensetrack.measures.survey_sums import YEARS, asked, sums, surveyed_by_year
from licensetrack.procurement import surveys as kept
from licensetrack.procurement.survey_models import Survey
from licensetrack.procurement.surveys import WITHDRAW
from licensetrack.units.models import Unit
from licensetrack.web import bought_words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.asked import as_of, known_at
from licensetrack.web.exports import export_table, record_download
from licensetrack.web.fields import reason_field

surveys = Blueprint("surveys", __name__, url_prefix="/surveys")

READ = "procurement:read"
DEMAND = "demand"


class WithdrawForm(ActForm):
    """Why a survey no longer counts."""

    reason = reason_field(lazy_gettext("Reason"))


@surveys.get("")
@needs(READ)
def index() -> ResponseReturnValue:
    """All surveys, and what units state in sum."""
    require_city(actor(), READ)
    question = Question(as_of(), known_at())
    with reading() as db:
        rows = kept.surveys(db)
        return render_template(
            "budget/surveys.html",
            rows=rows,
            files=_files(db, rows),
            stated=surveyed_by_year(db, question),
            asked=question,
            words=bought_words,
        )


@surveys.get("/<int:survey_id>")
@needs(READ)
def one(survey_id: int) -> ResponseReturnValue:
    """One survey with its lines and its file."""
    return _page(survey_id, WithdrawForm(None))


@surveys.post("/<int:survey_id>/withdraw")
@needs(WITHDRAW)
def withdraw(survey_id: int) -> ResponseReturnValue:
    """Withdraws a survey that was wrong."""
    form = WithdrawForm()

    def act() -> str:
        kept.withdraw_survey(survey_id, actor=actor(), reason=form.reason.data or "")
        return url_for("surveys.one", survey_id=survey_id)

    return perform(form, act, lambda: _page(survey_id, form))


@surveys.get("/<int:survey_id>/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export(survey_id: int, form: str) -> Response:
    """The lines of a survey with the columns that it is loaded from."""
    require_city(actor(), READ)
    with reading() as db:
        survey = kept.survey(db, survey_id)
        kind: Any = survey.kind
        rows = [ledger_cells(kind, row) for row in _rows(db, survey)]
    record_download("exchange:export", f"survey:{survey_id}", format=form)
    return export_table(form, survey.title, ledger_columns(kind), rows)


def _rows(db: Session, survey: Survey) -> list[DemandRow | PriceRow]:
    if survey.kind == DEMAND:
        demands = kept.demands(db, survey.id)
        names = _units(db, demands)
        return [
            DemandRow(
                line.position, names[line.unit_id], line.first_year, line.platform, line.software, line.servers,
                line.cpus, line.cores, line.held, line.second_year, line.third_year, line.cloud_cpus, line.bms_sets,
                line.method, line.expected, line.answer, survey.year,
            )
            for line in demands
        ]  # fmt: skip
    return [
        PriceRow(
            line.position, line.product, line.supplier, line.unit_price, line.edition, line.quoted_on, line.origin,
            line.note, survey.year,
        )
        for line in kept.prices(db, survey.id)
    ]  # fmt: skip


def _units(db: Session, lines: Any) -> dict[int, str]:
    ids = {line.unit_id for line in lines}
    return dict(db.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids))).all())


def _files(db: Session, rows: Any) -> dict[int, Blob]:
    return {one.id: one for one in db.scalars(select(Blob).where(Blob.id.in_({row.document_id for row in rows})))}


def _page(survey_id: int, form: WithdrawForm) -> str:
    require_city(actor(), READ)
    with reading() as db:
        survey = kept.survey(db, survey_id)
        lines: Any = (kept.demands if survey.kind == DEMAND else kept.prices)(db, survey_id)
        of_demand = survey.kind == DEMAND
        return render_template(
            "budget/survey.html",
            survey=survey,
            file=_files(db, [survey])[survey.document_id],
            lines=lines,
            units=_units(db, lines) if of_demand else {},
            sums=sums(lines) if of_demand else {},
            prices={} if of_demand else asked(db, survey_id),
            years={name: survey.year + nth for nth, name in enumerate(YEARS)},
            form=form,
            words=bought_words,
        )
