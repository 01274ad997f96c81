"""Reading units: by id, by name as people write it, and as a list that can be searched."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.core.errors import NotFound
from licensetrack.core.names import name_key
from licensetrack.units.models import Platform, Unit, UnitName


def unit(db: Session, unit_id: int, scope: Scope = EVERYWHERE) -> Unit:
    """One unit. Raises NotFound when it does not exist or lies outside the scope."""
    found = db.get(Unit, unit_id)
    if found is None or not scope.covers(district=found.district, unit_id=found.id):
        raise NotFound("There is no such unit.")
    return found


def unit_ids_by_name(db: Session) -> dict[str, int]:
    """Name key → unit id, for present and former names; a present name wins over another unit's former one."""
    known = dict(db.execute(select(UnitName.name_key, UnitName.unit_id)).all())
    known.update(db.execute(select(Unit.name_key, Unit.id)).all())
    return known


def units(
    db: Session, *, search: str = "", district: str = "", category: str = "", scope: Scope = EVERYWHERE
) -> Sequence[Unit]:
    """Units in code order; `search` finds code, contact, present and former names."""
    query = select(Unit).order_by(Unit.code)
    if search:
        key, plain = name_key(search), search.strip()
        former = select(UnitName.unit_id).where(UnitName.name_key.contains(key, autoescape=True))
        query = query.where(
            or_(
                Unit.name_key.contains(key, autoescape=True),
                Unit.code.icontains(plain, autoescape=True),
                Unit.contact.icontains(plain, autoescape=True),
                Unit.id.in_(former),
            )
        )
    if district:
        query = query.where(Unit.district == district)
    if category:
        query = query.where(Unit.category == category)
    return db.scalars(_within(query, scope)).all()


def former_names(db: Session, unit_id: int) -> Sequence[UnitName]:
    """The names a unit had before, newest first."""
    query = select(UnitName).where(UnitName.unit_id == unit_id, UnitName.until.is_not(None))
    return db.scalars(query.order_by(UnitName.until.desc())).all()


def platforms(db: Session, unit_id: int) -> Sequence[Platform]:
    """A unit's platforms by name."""
    return db.scalars(select(Platform).where(Platform.unit_id == unit_id).order_by(Platform.name)).all()


def districts(db: Session) -> list[str]:
    """Every district that a unit lies in."""
    return list(db.scalars(select(Unit.district).distinct().order_by(Unit.district)))


def categories(db: Session) -> list[str]:
    """Every category that a unit has."""
    return list(db.scalars(select(Unit.category).distinct().order_by(Unit.category)))


def _within(query: Select[Unit], scope: Scope) -> Select[Unit]:
    if scope.kind == "district":
        return query.where(Unit.district == scope.value)
    if scope.kind == "unit":
        return query.where(Unit.id == int(scope.value))
    return query
