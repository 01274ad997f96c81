"""The licence ledger and the page of one set: search, filter, sort, page, export; and a set's life as a story."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from licensetrack.accounts.permissions import allows
from licensetrack.allocation.chain import holders_of_set, kin_of_set
from licensetrack.allocation.queries import (
    SORTS,
    SetRow,
    Wanted,
    all_sets,
    page_of_sets,
    set_by_number,
)  # fmt: skip
from licensetrack.allocation.revocations import revocations_of_set
from licensetrack.allocation.stages import ENDED
from licensetrack.allocation.story import story_of_set
from licensetrack.allocation.waiting import waiting_for_import
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.exchange.spreadsheet_out import OutputColumn
from licensetrack.units import queries as unit_queries
from licensetrack.web import wording
from licensetrack.web.access import actor, needs
from licensetrack.web.asked import question
from licensetrack.web.change_acts import acts_for
from licensetrack.web.corrections import FIELDS as CORRECTABLE
from licensetrack.web.digits import days_asked, page_asked
from licensetrack.web.exports import export_table, record_download

ledger = Blueprint("ledger", __name__)

COLUMNS = (
    ("number", lazy_gettext("Number")),
    ("unit", lazy_gettext("Unit")),
    ("product", lazy_gettext("Product")),
    ("cpus", lazy_gettext("CPU count")),
    ("stage", lazy_gettext("Stage")),
    ("district", lazy_gettext("District")),
    ("issued_on", lazy_gettext("Issued on")),
    ("imported_on", lazy_gettext("Imported on")),
    ("accepted_on", lazy_gettext("Accepted on")),
)
NUMBERS = ("cpus",)


def wanted() -> Wanted:
    """What the address asks for; a sort that does not exist is the usual one."""
    asked = {name: request.args.get(name, "").strip() for name in ("product", "kind", "stage", "district", "category")}
    sort = request.args.get("sort", "number")
    return Wanted(request.args.get("q", "")[:200], **asked, sort=sort if sort.lstrip("-") in SORTS else "number")


@ledger.get("/sets")
@needs("allocation:read")
def sets() -> ResponseReturnValue:
    """One page of the ledger as it stands now."""
    scope = actor().scope
    asked = wanted()
    with reading() as db:
        page = page_of_sets(db, asked, page_asked(), scope=scope)
        return render_template(
            "ledger/sets.html",
            page=page,
            wanted=asked,
            columns=COLUMNS,
            numbers=NUMBERS,
            districts=unit_queries.districts(db) if scope.kind == "all" else [],
            categories=unit_queries.categories(db) if scope.kind != "unit" else [],
        )


@ledger.get("/sets/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export_sets(form: str) -> Response:
    """All matching sets as a file."""
    asked, scope = wanted(), actor().scope
    record_download("allocation:set:export", "sets", format=form, search=asked.search, sort=asked.sort)
    with reading() as db:
        return export_table(form, _("Licence sets"), set_columns(), map(set_cells, all_sets(db, asked, scope=scope)))


def set_columns() -> list[OutputColumn]:
    """Columns of a table of sets."""
    days = [_("Issued on"), _("Imported on"), _("Accepted on"), _("Ended on")]
    return [
        *map(
            OutputColumn,
            [
                _("Number"),
                _("Unit"),
                _("Unit code"),
                _("District"),
                _("Category"),
                _("Platform"),
                _("Product"),
                _("Kind"),
            ],
        ),
        OutputColumn(_("CPU count"), "whole"),
        OutputColumn(_("Stage")),
        *(OutputColumn(heading, "day") for heading in days),
        OutputColumn(_("Host fingerprint")),
        OutputColumn(_("Licence file")),
        OutputColumn(_("Support until"), "day"),
        OutputColumn(_("Valid until"), "day"),
        OutputColumn(_("Edition")),
        OutputColumn(_("Room")),
        OutputColumn(_("Note")),
    ]


def set_cells(row: SetRow) -> list[object]:
    """One set as cells, in the order of the columns."""
    return [
        row.number, row.unit, row.unit_code, row.district, row.category, row.platform or "",
        wording.word(wording.PRODUCTS, row.product), wording.word(wording.KINDS, row.kind), row.cpus,
        wording.word(wording.STAGES, row.stage), row.issued_on, row.imported_on, row.accepted_on, row.ended_on,
        row.fingerprint, row.license_file, row.support_end, row.valid_until, row.edition, row.site, row.note,
    ]  # fmt: skip


@ledger.get("/sets/<path:number>")
@needs("allocation:read")
def one_set(number: str) -> ResponseReturnValue:
    """A set's facts and its life."""
    visitor = actor()
    with reading() as db:
        row = set_by_number(db, number, visitor.scope)
        before, after = kin_of_set(db, row.id)
        return render_template(
            "ledger/set.html",
            row=row,
            ended=row.stage in ENDED,
            story=story_of_set(db, row.id),
            chain_before=before,
            chain_after=after,
            held_by=holders_of_set(db, row.id),
            may_see=lambda one: visitor.scope.covers(district=one.district, unit_id=one.unit_id),
            revocations=revocations_of_set(db, row.id),
            acts=acts_for(row, visitor),
            correctable=CORRECTABLE,
            today=today(),
            sees_papers=visitor.scope.kind == "all",
            sees_units=allows(visitor, "units:read"),
        )


@ledger.get("/waiting")
@needs("allocation:read")
def waiting() -> ResponseReturnValue:
    """What was issued and is not imported, as of a day."""
    asked = question()
    days = days_asked("days", 0)
    with reading() as db:
        rows = waiting_for_import(db, asked.as_of, known_at=asked.known_at, scope=asked.scope, days=days)
    return render_template("ledger/waiting.html", rows=rows, asked=asked, days=days, today=today())
