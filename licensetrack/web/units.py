"""The unit directory and the page of one unit: what it holds, by which platforms, under which names."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from licensetrack.accounts.permissions import Scope, allows
from licensetrack.allocation.queries import sets_of_unit
from licensetrack.allocation.stages import ENDED
from licensetrack.core.db import reading
from licensetrack.exchange.spreadsheet_out import OutputColumn
from licensetrack.measures.catalogue import PRODUCTS, STAGES, figures
from licensetrack.measures.ledger_sums import split
from licensetrack.measures.question import Question
from licensetrack.units import queries
from licensetrack.units.history import time_line
from licensetrack.units.models import Unit
from licensetrack.web import unit_words
from licensetrack.web.access import actor, needs
from licensetrack.web.asked import known_at, question
from licensetrack.web.exports import export_table, record_download

units = Blueprint("units", __name__)


def _asked() -> dict[str, str]:
    return {
        "search": request.args.get("q", "")[:200].strip(),
        "district": request.args.get("district", "").strip(),
        "category": request.args.get("category", "").strip(),
    }


@units.get("/units")
@needs("units:read")
def directory() -> ResponseReturnValue:
    """The units one may see, with what each has accepted."""
    visitor, asked = actor(), _asked()
    with reading() as db:
        rows = queries.units(db, **asked, scope=visitor.scope)
        counted = Question(question().as_of, known_at(), visitor.scope)
        held = split(db, counted, "unit_id") if allows(visitor, "measures:read") else None
        return render_template(
            "units/directory.html",
            rows=rows,
            held=held,
            asked=asked,
            as_of=counted.as_of,
            districts=queries.districts(db) if visitor.scope.kind == "all" else [],
            categories=queries.categories(db) if visitor.scope.kind != "unit" else [],
            PRODUCTS=list(PRODUCTS),
            words=unit_words,
        )


@units.get("/units/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export_units(form: str) -> Response:
    """All matching units as a file."""
    visitor, asked = actor(), _asked()
    record_download("units:unit:export", "units", format=form, **asked)
    headings = [
        gettext("Unit code"), gettext("Unit"), gettext("Category"), gettext("Level"), gettext("District"),
        gettext("Contact"), gettext("Phone"), gettext("Note"), gettext("Short name"),
        gettext("Unified social credit code"),
        gettext("Superior unit"), gettext("Address"), gettext("In scope"), gettext("State"), gettext("Ended on"),
    ]  # fmt: skip
    with reading() as db:
        rows = queries.units(db, **asked, scope=visitor.scope)
        cells = [_cells(unit) for unit in rows]
    return export_table(form, gettext("Units"), list(map(OutputColumn, headings)), cells)


def _cells(unit: Unit) -> list[object]:
    """One unit as cells, in the order of the headings."""
    return [
        unit.code, unit.name, unit.category, unit.level, unit.district, unit.contact, unit.phone, unit.note,
        unit.short_name, unit.credit_code, unit.superior, unit.address,
        gettext("yes") if unit.in_scope else gettext("no"),
        str(unit_words.STAGES[unit.stage]), unit.ended_on,
    ]  # fmt: skip


@units.get("/units/<int:unit_id>")
@needs("units:read")
def one_unit(unit_id: int) -> ResponseReturnValue:
    """One unit as of a day."""
    visitor = actor()
    asked = question()
    with reading() as db:
        unit = queries.unit(db, unit_id, visitor.scope)
        counted = Question(asked.as_of, asked.known_at, Scope("unit", str(unit.id)))
        rows = sets_of_unit(db, unit.id) if allows(visitor, "allocation:read") else []
        return render_template(
            "units/unit.html",
            unit=unit,
            values=figures(db, counted) if allows(visitor, "measures:read") else None,
            asked=counted,
            rows=[row for row in rows if row.stage not in ENDED],
            ended=[row for row in rows if row.stage in ENDED],
            platforms=queries.platforms(db, unit.id),
            former_names=queries.former_names(db, unit.id),
            history=time_line(db, unit.id),
            merged_into=db.get(Unit, unit.merged_into_id) if unit.merged_into_id else None,
            superior=queries.unit_by_words(db, unit.superior, visitor.scope) if unit.superior else None,
            concern=unit_words.concern(unit),
            sees=lambda other: queries.sees(db, other, visitor.scope),
            words=unit_words,
            PRODUCTS=list(PRODUCTS),
            STAGES=STAGES,
        )
