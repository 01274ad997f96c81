"""The rows behind a figure: its value, what it counts, and every row that makes it, adding up in plain sight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from licensetrack.accounts.permissions import Actor
from licensetrack.core.db import reading
from licensetrack.core.pages import rows_of_page
from licensetrack.exchange.spreadsheet_out import OutputColumn, Shape
from licensetrack.measures.catalogue import Measure
from licensetrack.measures.catalogue import figures as all_figures
from licensetrack.measures.question import Value, percent
from licensetrack.measures.readers import measure_for, readable
from licensetrack.web import wording
from licensetrack.web.access import actor, needs
from licensetrack.web.asked import question
from licensetrack.web.digits import page_asked
from licensetrack.web.exports import export_table, record_download

figures = Blueprint("figures", __name__)

PAGE_SIZE = 100
GROUPS = (
    ("units", lazy_gettext("Units")),
    ("virtualization", wording.PRODUCTS["virtualization"]),
    ("cloud_management", wording.PRODUCTS["cloud_management"]),
    ("bms", wording.PRODUCTS["bms"]),
    ("import", lazy_gettext("Imports")),
    ("budget", lazy_gettext("Budget")),
    ("support", lazy_gettext("Service")),
)
HEADINGS = {
    "number": lazy_gettext("Number"),
    "voucher": lazy_gettext("Voucher"),
    "unit_code": lazy_gettext("Unit code"),
    "unit": lazy_gettext("Unit"),
    "district": lazy_gettext("District"),
    "category": lazy_gettext("Category"),
    "kind": lazy_gettext("Type"),
    "summary": lazy_gettext("Summary"),
    "approval": lazy_gettext("Approval number"),
    "on": lazy_gettext("Date"),
    "issued_on": lazy_gettext("Issued on"),
    "imported_on": lazy_gettext("Imported on"),
    "accepted_on": lazy_gettext("Accepted on"),
    "received": lazy_gettext("Received"),
    "responded": lazy_gettext("Answered"),
    "completed": lazy_gettext("Completed at"),
    "due": lazy_gettext("Due at"),
    "satisfaction": lazy_gettext("Mark"),
    "failed_imports": lazy_gettext("Failed imports"),
    "cpus": lazy_gettext("CPU count"),
    "sets": lazy_gettext("Sets"),
    "numerator": lazy_gettext("Numerator"),
    "denominator": lazy_gettext("Denominator"),
    "value": lazy_gettext("Counts"),
}
ADDED = ("numerator", "denominator", "value")
MOMENTS = ("received", "responded", "completed", "due")
DAYS = ("on", "issued_on", "imported_on", "accepted_on")
NUMBERS = (*ADDED, "cpus", "sets", "failed_imports", "satisfaction")


@dataclass(frozen=True)
class Behind:
    """The rows of one figure as a table; `sums` are what its number columns add up to."""

    value: Value
    columns: list[str]
    rows: list[dict[str, Any]]
    sums: dict[str, Decimal | int]

    @property
    def has_papers(self) -> bool:
        """Whether any row names the paper that it came from."""
        return any(row.get("document_id") or row.get("place") for row in self.rows)


def behind(found: Measure, rows: Sequence[dict[str, Any]], value: Value) -> Behind:
    """The table of a trace. A column that is empty in every row is left out."""
    columns = [name for name in HEADINGS if any(row.get(name) not in (None, "") for row in rows)]
    if found.unit != "sets" and found.unit != "CPUs":
        columns = [name for name in columns if name != "unit_code"]
    if found.unit == "CPUs" and "cpus" in columns:
        columns.remove("cpus")  # the value says it
    sums = {name: sum(row[name] for row in rows) for name in ADDED if name in columns}
    return Behind(value, columns, list(rows), sums)


def _read(name: str, visitor: Actor) -> tuple[Measure, Behind]:
    found = measure_for(visitor, name)
    asked = question()
    category = request.args.get("category", "")
    with reading() as db:
        rows = found.trace(db, asked)
        value = found.value(db, asked)
    if category:
        rows = [row for row in rows if row.get("category") == category]
        if found.is_rate:
            value = percent(sum(row["numerator"] for row in rows), sum(row["denominator"] for row in rows))
        else:
            value = sum(row["value"] for row in rows)
    return found, behind(found, rows, value)


@figures.get("/figures")
@needs("measures:read")
def index() -> ResponseReturnValue:
    """Every figure as of a day."""
    asked = question()
    shown = readable(actor())
    with reading() as db:
        values = all_figures(db, asked)
    groups = [(label, [found for name, found in shown.items() if name.split(".")[0] == room]) for room, label in GROUPS]
    return render_template("figures/index.html", asked=asked, values=values, groups=groups)


@figures.get("/figures/<name>")
@needs("measures:read")
def rows(name: str) -> ResponseReturnValue:
    """One figure and a page of its rows."""
    found, table = _read(name, actor())
    shown, place = rows_of_page(table.rows, page_asked(), PAGE_SIZE)
    return render_template(
        "figures/rows.html",
        measure=found,
        asked=question(),
        table=table,
        shown=shown,
        first=place.before + 1 if table.rows else 0,
        page=place.page,
        last=place.last,
        headings=HEADINGS,
        numbers=NUMBERS,
        days=DAYS,
        moments=MOMENTS,
        added=ADDED,
        sees_papers=actor().scope.kind == "all",
    )


@figures.get("/figures/<name>/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export_rows(name: str, form: str) -> Response:
    """All rows behind a figure as a file, with the line that adds them up."""
    found, table = _read(name, actor())
    asked = question()
    record_download("measures:figure:export", f"figure:{name}", format=form, as_of=asked.as_of)
    total: list[object] = [table.sums.get(column) for column in table.columns]
    total[0] = gettext("Total")
    columns = [OutputColumn(str(HEADINGS[name]), _shape(name, found)) for name in table.columns]
    title = f"{gettext(found.label)} {asked.as_of.isoformat()}"
    return export_table(form, title, columns, [*(_cells(row, table.columns) for row in table.rows), total])


def _cells(row: dict[str, Any], columns: Sequence[str]) -> list[object]:
    return [wording.word(wording.BUDGET_KINDS, row["kind"]) if name == "kind" else row.get(name) for name in columns]


def _shape(name: str, found: Measure) -> Shape:
    if name in ADDED:
        return "money" if found.name.startswith("budget.") else "whole"
    if name in NUMBERS:
        return "whole"
    if name in MOMENTS:
        return "moment"
    return "day" if name in DAYS else "text"
