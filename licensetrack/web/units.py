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
        )


@units.get("/units/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export_units(form: str) -> Response:
    """All matching units as a file."""
    visitor, asked = actor(), _asked()
    record_download("units:unit:export", "units", format=form, **asked)
    headings = [
        gettext("Unit code"), gettext("Unit"), gettext("Category"), gettext("Level"), gettext("District"),
        gettext("Contact"), gettext("Phone"), gettext("Note"),
    ]  # fmt: skip
    with reading() as db:
        rows = queries.units(db, **asked, scope=visitor.scope)
        cells = [[u.code, u.name, u.category, u.level, u.district, u.contact, u.phone, u.note] for u in rows]
    return export_table(form, gettext("Units"), list(map(OutputColumn, headings)), cells)


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
            PRODUCTS=list(PRODUCTS),
            STAGES=STAGES,
        )
