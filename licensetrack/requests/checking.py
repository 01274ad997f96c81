"""What the rules of asking need to know, read from the books: the unit, its sets, products, fingerprints in use."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Scope
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.stages import HELD
from licensetrack.core.clock import today
from licensetrack.core.errors import Refused
from licensetrack.procurement.queries import products
from licensetrack.requests.content import Asked, AskedLine, Typed, read
from licensetrack.requests.findings import Finding, error, merged
from licensetrack.requests.rules import Held, Licensed, Surroundings, findings_of
from licensetrack.units.models import Platform, Unit
from licensetrack.units.rules import check_in_use, scope_concern


def check(
    db: Session, unit: Unit, typed: Typed, scope: Scope, on: dt.date | None = None
) -> tuple[Asked, list[Finding]]:
    """What a unit's request means, and everything that is wrong or remarkable on a day, usually today; `scope` says
    whose sets may be named."""
    asked, unread = read(typed)
    return asked, merged(unread, findings_of(asked, surroundings(db, unit, asked, scope, on or today())))


def surroundings(db: Session, unit: Unit, asked: Asked, scope: Scope, on: dt.date) -> Surroundings:
    """The world as this request meets it."""
    bought = products(db)
    return Surroundings(
        concern=scope_concern(unit.credit_code or unit.code, unit.in_scope),
        ended=_ended(unit, on),
        metrics={product.code: product.metric for product in bought},
        rests_on={product.code: product.depends_on for product in bought if product.depends_on},
        held=held_sets(db, unit.id),
        licensed=_licensed(db, {line.fingerprint for line in asked.lines if line.fingerprint}, scope),
    )


def _ended(unit: Unit, on: dt.date) -> Finding | None:
    """Why nothing can be asked for by the unit on that day, if it has ended by then."""
    try:
        check_in_use(unit, on)
    except Refused as refusal:
        return error(refusal.message, **{name: str(value) for name, value in refusal.values.items()})
    return None


def held_sets(db: Session, unit_id: int) -> dict[str, Held]:
    """The sets that a unit holds, by their number."""
    query = (
        select(
            LicenseSet.number, LicenseSet.product, LicenseSet.kind, LicenseSet.cpus, Platform.name, LicenseSet.edition
        )
        .outerjoin(Platform, Platform.id == LicenseSet.platform_id)
        .where(LicenseSet.unit_id == unit_id, LicenseSet.stage.in_(HELD))
        .order_by(LicenseSet.product.desc(), LicenseSet.number)
    )
    rows = db.execute(query)
    return {row.number: Held(row.number, row.product, row.kind, row.cpus, row.name or "", row.edition) for row in rows}


def _licensed(db: Session, fingerprints: set[str], scope: Scope) -> dict[str, list[Licensed]]:
    if not fingerprints:
        return {}
    query = (
        select(LicenseSet.number, LicenseSet.product, LicenseSet.fingerprint, LicenseSet.unit_id, Unit.district)
        .join(Unit, Unit.id == LicenseSet.unit_id)
        .where(func.upper(LicenseSet.fingerprint).in_(fingerprints), LicenseSet.stage.in_(HELD))
        .order_by(LicenseSet.number)
    )
    found: dict[str, list[Licensed]] = defaultdict(list)
    for row in db.execute(query):
        seen = scope.covers(district=row.district, unit_id=row.unit_id)
        found[row.fingerprint.upper()].append(Licensed(row.product, row.number if seen else ""))
    return found


def set_ids(db: Session, unit_id: int, asked: Asked) -> dict[str, int]:
    """Number → id of the unit's sets that the lines are about."""
    numbers = [line.set_number for line in asked.lines if line.set_number]
    query = select(LicenseSet.number, LicenseSet.id).where(
        LicenseSet.unit_id == unit_id, LicenseSet.number.in_(numbers)
    )
    return dict(db.execute(query).all()) if numbers else {}


def product_of(db: Session, line: AskedLine, set_id: int | None) -> tuple[str, str]:
    """(product, licence kind) of a line: those of its set, and formal for what becomes formal."""
    if set_id is None:
        return line.product, line.license_kind
    about = db.get(LicenseSet, set_id)
    if about is None:
        raise Refused("The unit holds no set %(number)s.", number=line.set_number)
    return about.product, "formal" if line.kind == "formalize" else about.kind
