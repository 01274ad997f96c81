"""What runs, for other programs: record a scan once, and read where every unit stands."""

from __future__ import annotations

import hashlib
from typing import Any

import marshmallow as ma
from flask import request
from flask_smorest import Blueprint
from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.api.figures import Asked, caller, needs, question_of
from licensetrack.core import idempotency
from licensetrack.core.columns import canonical_json
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Refused
from licensetrack.core.names import name_key
from licensetrack.inventory.positions import positions
from licensetrack.inventory.scans import HostLine, Origin, PlatformLine, record_scan
from licensetrack.inventory.sides import Asked as SidesAsked
from licensetrack.inventory.sides import read_sides
from licensetrack.measures.json_form import json_form
from licensetrack.units.models import Platform, Unit
from licensetrack.units.queries import unit_ids_by_words

inventory = Blueprint(
    "api_inventory", __name__, url_prefix="/api/v1/inventory", description="What runs, and what it is licensed by"
)


class HostSchema(ma.Schema):
    """One server as it was seen."""

    name = ma.fields.String(required=True, validate=ma.validate.Length(1, 120))
    sockets = ma.fields.Integer(required=True, strict=True, metadata={"description": "Physical CPUs."})
    cores = ma.fields.Integer(strict=True, load_default=0, metadata={"description": "Of each CPU; 0: not known."})
    serial = ma.fields.String(load_default="", validate=ma.validate.Length(max=80))
    vendor = ma.fields.String(load_default="", validate=ma.validate.Length(max=80))
    software_version = ma.fields.String(load_default="", validate=ma.validate.Length(max=80))
    edition = ma.fields.String(load_default="", validate=ma.validate.Length(max=80))
    fingerprint = ma.fields.String(load_default="", validate=ma.validate.Length(max=80))
    valid_until = ma.fields.Date(load_default=None, allow_none=True)


class PlatformSchema(ma.Schema):
    """What was seen of one product on one platform; no hosts: somebody looked, and there were none."""

    unit = ma.fields.String(required=True, metadata={"description": "The unit's code, or one of its names."})
    platform = ma.fields.String(required=True, validate=ma.validate.Length(1, 200))
    product = ma.fields.String(load_default="virtualization")
    hosts = ma.fields.List(ma.fields.Nested(HostSchema), required=True, validate=ma.validate.Length(max=5000))


class ScanSchema(ma.Schema):
    """A scan of a day."""

    on = ma.fields.Date(required=True)
    source = ma.fields.String(required=True, validate=ma.validate.Length(1, 200))
    platforms = ma.fields.List(
        ma.fields.Nested(PlatformSchema), required=True, validate=ma.validate.Length(min=1, max=5000)
    )


class Recorded(ma.Schema):
    """The scan that was recorded; the same key and content again give the same answer."""

    scan = ma.fields.Integer(required=True)
    hosts = ma.fields.Integer(required=True)
    digest = ma.fields.String(required=True)


class PositionRow(ma.Schema):
    """One platform and product of a unit, in CPUs; null where nobody looked."""

    unit = ma.fields.String(required=True)
    unit_code = ma.fields.String(required=True)
    platform = ma.fields.String(allow_none=True)
    product = ma.fields.String(required=True)
    seen_on = ma.fields.String(allow_none=True)
    hosts = ma.fields.Integer(allow_none=True)
    sockets = ma.fields.Integer(allow_none=True)
    needed = ma.fields.Integer(allow_none=True)
    issued = ma.fields.Integer(required=True)
    accepted = ma.fields.Integer(required=True)
    missing = ma.fields.Integer(allow_none=True)
    idle = ma.fields.Integer(allow_none=True)
    scan = ma.fields.Integer(allow_none=True)
    sets = ma.fields.List(ma.fields.String(), required=True)


class Positions(ma.Schema):
    """Every position one may see, as of a day."""

    as_of = ma.fields.String(required=True)
    positions = ma.fields.List(ma.fields.Nested(PositionRow), required=True)


@inventory.post("/scans")
@needs("inventory:scan:record")
@inventory.arguments(ScanSchema)
@inventory.response(201, Recorded)
@inventory.alt_response(409, description="The same Idempotency-Key came with other content")
@inventory.alt_response(400, description="A rule of the trade forbids it; nothing was recorded")
def record(sent: dict[str, Any]) -> Any:
    """Records a scan. With a header Idempotency-Key it is recorded once, however often it is sent."""
    actor = caller()
    key = request.headers.get("Idempotency-Key", "").strip()
    print_of = hashlib.sha256(canonical_json(sent).encode()).hexdigest()
    with transaction() as db:
        mine = f"scan:{hashlib.sha256(f'{actor.login}:{key}'.encode()).hexdigest()[:60]}" if key else ""
        answer = idempotency.answered(db, mine, print_of) if mine else None
        if answer is None:
            made = record_scan(sent["on"], _lines(db, sent["platforms"]), Origin("rest", sent["source"]), actor=actor)
            answer = {"scan": made.id, "hosts": made.hosts, "digest": made.digest}
            if mine:
                idempotency.remember(db, mine, answer)
    return answer


@inventory.get("/positions")
@needs("inventory:read")
@inventory.arguments(Asked, location="query")
@inventory.response(200, Positions)
def read_positions(asked: dict[str, Any]) -> Any:
    """Deployed, licensed, missing and idle for each platform and product."""
    question = question_of(asked)
    with reading() as db:
        those = positions(read_sides(db, SidesAsked(question.as_of, question.known_at, question.scope)))
        units = {row.id: row for row in db.execute(select(Unit.id, Unit.name, Unit.code))}
        names = dict(db.execute(select(Platform.id, Platform.name)).all())
    rows = [
        {
            "unit": units[one.unit_id].name, "unit_code": units[one.unit_id].code,
            "platform": names.get(one.platform_id) if one.platform_id else None, "product": one.product,
            "seen_on": one.seen_on, "issued": one.issued, "accepted": one.accepted,
            "scan": one.seen.scan_id if one.seen else None, "sets": [found.number for found in one.sets],
            **{name: getattr(one, name) if one.seen else None
               for name in ("hosts", "sockets", "needed", "missing", "idle")},
        }
        for one in those
    ]  # fmt: skip
    return json_form({"as_of": question.as_of, "positions": rows})


def _lines(db: Session, sent: list[dict[str, Any]]) -> list[PlatformLine]:
    known, lines = unit_ids_by_words(db), []
    for one in sent:
        unit_id = known.get(name_key(one["unit"]))
        if unit_id is None:
            raise Refused("There is no unit “%(unit)s” in the directory.", unit=one["unit"][:80]).at("unit")
        hosts = tuple(HostLine(**host) for host in one["hosts"])
        lines.append(PlatformLine(unit_id, one["platform"], one["product"], hosts))
    return lines
