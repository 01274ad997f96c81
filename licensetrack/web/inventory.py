"""What runs against what is licensed: all positions with filters and export, and one unit's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Scope, allows, require
from licensetrack.core.db import reading
from licensetrack.core.names import name_key
from licensetrack.core.pages import rows_of_page
from licensetrack.exchange.spreadsheet_out import OutputColumn
from licensetrack.inventory import queries as found_queries
from licensetrack.inventory.comparison import Sides, cores_covered, counted_cpus
from licensetrack.inventory.positions import Position, positions, totals
from licensetrack.inventory.sides import Asked, read_sides
from licensetrack.measures.catalogue import PRODUCTS
from licensetrack.units import queries
from licensetrack.units.models import Platform, Unit
from licensetrack.web import inventory_words as words
from licensetrack.web import wording
from licensetrack.web.access import actor, needs
from licensetrack.web.asked import as_of, known_at, question
from licensetrack.web.digits import page_asked
from licensetrack.web.exports import export_table, record_download

inventory = Blueprint("inventory", __name__, url_prefix="/inventory")

PAGE_SIZE = 50


@dataclass(frozen=True)
class Line:
    """A position with the names it is shown under."""

    of: Position
    unit: str
    unit_code: str
    district: str
    platform: str

    @property
    def state(self) -> str:
        """What a filter asks for: missing, idle, unseen or seen."""
        if self.of.seen is None:
            return "unseen"
        return "missing" if self.of.missing else "idle" if self.of.idle else "seen"


@inventory.get("")
@needs("inventory:read")
def overview() -> ResponseReturnValue:
    """All positions one may see, as of a day."""
    asked, visitor = question(), actor()
    with reading() as db:
        lines = read_lines(db, _asked(visitor.scope))
        found = _filtered(lines)
        shown, place = rows_of_page(found, page_asked(), PAGE_SIZE)
        return render_template(
            "inventory/overview.html",
            rows=shown,
            found=len(found),
            page=place.page,
            last=place.last,
            totals=totals(line.of for line in found),
            asked=asked,
            filters=_filters(),
            districts=queries.districts(db) if visitor.scope.kind == "all" else [],
            run=found_queries.last_run(db) if allows(visitor, "inventory:difference:read") else None,
            stages=found_queries.counts_by_stage(db, visitor.scope),
            PRODUCTS=list(PRODUCTS),
            words=words,
        )


@inventory.get("/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export(form: str) -> Response:
    """All matching positions as a file."""
    visitor = actor()
    require(visitor, "inventory:read")
    record_download("inventory:position:export", "positions", format=form, as_of=as_of(), **_filters())
    with reading() as db:
        rows = [_cells(line) for line in _filtered(read_lines(db, _asked(visitor.scope)))]
    return export_table(form, gettext("Deployed and licensed"), columns(), rows)


@inventory.get("/units/<int:unit_id>")
@needs("inventory:read")
def unit_position(unit_id: int) -> ResponseReturnValue:
    """One unit: each platform and product with its hosts and its sets."""
    visitor = actor()
    with reading() as db:
        unit = queries.unit(db, unit_id, visitor.scope)
        asked = Asked(as_of(), known_at(), Scope("unit", str(unit.id)))
        sides = read_sides(db, asked)
        those = positions(sides)
        names = dict(db.execute(select(Platform.id, Platform.name).where(Platform.unit_id == unit.id)).all())
        wanted = found_queries.Wanted(unit_id=unit.id)
        sees = allows(visitor, "inventory:difference:read")
        return render_template(
            "inventory/unit.html",
            unit=unit,
            those=those,
            names=names,
            totals=totals(those),
            asked=question(),
            differences=found_queries.differences(db, wanted, visitor.scope) if sees else [],
            counted=lambda one, host: _counted(sides, one, host),
            words=words,
        )


def read_lines(db: Session, asked: Asked) -> list[Line]:
    """Every position with its names, in the order of units and platforms."""
    sides = read_sides(db, asked)
    units = {row.id: row for row in db.execute(select(Unit.id, Unit.name, Unit.code, Unit.district))}
    names = dict(db.execute(select(Platform.id, Platform.name)).all())
    lines = [
        Line(one, units[one.unit_id].name, units[one.unit_id].code, units[one.unit_id].district,
             names.get(one.platform_id, "") if one.platform_id else "")
        for one in positions(sides)
    ]  # fmt: skip
    order = {code: nth for nth, code in enumerate(PRODUCTS)}
    return sorted(lines, key=lambda line: (line.unit_code, line.platform, order.get(line.of.product, 9)))


def columns() -> list[OutputColumn]:
    """Columns of a table of positions."""
    texts = [
        gettext("Unit code"), gettext("Unit"), gettext("District"), gettext("Platform"), gettext("Product"),
        gettext("State"),
    ]  # fmt: skip
    numbers = [
        gettext("Hosts"), gettext("Sockets"), gettext("CPUs that need a licence"), gettext("Issued CPUs"),
        gettext("Accepted CPUs"), gettext("Missing"), gettext("Idle"),
    ]  # fmt: skip
    return [
        *map(OutputColumn, texts),
        OutputColumn(gettext("Seen on"), "day"),
        *(OutputColumn(text, "whole") for text in numbers),
    ]


def _cells(line: Line) -> list[object]:
    one = line.of
    seen: Sequence[object] = (one.hosts, one.sockets, one.needed) if one.seen is not None else (None, None, None)
    return [
        line.unit_code, line.unit, line.district, line.platform, wording.word(wording.PRODUCTS, one.product),
        str(words.STATES[line.state]), one.seen_on, *seen, one.issued, one.accepted,
        *((one.missing, one.idle) if one.seen is not None else (None, None)),
    ]  # fmt: skip


def _asked(scope: Scope) -> Asked:
    return Asked(as_of(), known_at(), scope)


def _filters() -> dict[str, str]:
    return {name: request.args.get(name, "")[:200].strip() for name in ("q", "product", "district", "state")}


def _filtered(lines: Sequence[Line]) -> list[Line]:
    asked = _filters()
    key = name_key(asked["q"]) if asked["q"] else ""
    return [
        line
        for line in lines
        if (not asked["product"] or line.of.product == asked["product"])
        and (not asked["district"] or line.district == asked["district"])
        and (not asked["state"] or line.state == asked["state"])
        and (not key or key in name_key(line.unit) or key in name_key(line.platform or "-") or key in line.unit_code)
    ]


def _counted(sides: Sides, one: Position, host: Any) -> int:
    return counted_cpus(host, cores_covered(sides.core_rules, one.product, host.vendor))
