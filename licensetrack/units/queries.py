"""Reading units: by id, by name as people write it, and as a list that can be searched."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import EVERYWHERE, Scope
from licensetrack.accounts.scoping import rows_within
from licensetrack.core.errors import NotFound
from licensetrack.core.names import name_key
from licensetrack.units.districts import known_district, present_district
from licensetrack.units.models import Platform, Unit, UnitName
from licensetrack.units.rules import IN_USE


def unit(db: Session, unit_id: int, scope: Scope = EVERYWHERE) -> Unit:
    """One unit. Raises NotFound when it does not exist or lies outside the scope."""
    found = db.get(Unit, unit_id)
    if found is None or not scope.covers(district=found.district, unit_id=found.id):
        raise NotFound("There is no such unit.")
    return found


def unit_ids_by_name(db: Session) -> dict[str, int]:
    """Name key → unit id, for present, former and short names; a present name wins over a former one of another unit.

    A short name that two units have means none of them.
    """
    short: dict[str, set[int]] = {}
    for name, unit_id in db.execute(select(Unit.short_name, Unit.id).where(Unit.short_name != "")):
        short.setdefault(name_key(name), set()).add(unit_id)
    known = {key: min(ids) for key, ids in short.items() if len(ids) == 1}
    known.update(db.execute(select(UnitName.name_key, UnitName.unit_id)).all())
    known.update(db.execute(select(Unit.name_key, Unit.id)).all())
    return known


def unit_ids_by_words(db: Session) -> dict[str, int]:
    """The same with codes: name key of a code or name → unit id; a code wins over a name of another unit."""
    codes = {name_key(code): unit_id for code, unit_id in db.execute(select(Unit.code, Unit.id))}
    return unit_ids_by_name(db) | codes


def is_called(text: str) -> ColumnElement[bool]:
    """Whether a unit's present name, or one it had, contains the text, however it is written."""
    key = name_key(text)
    former = select(UnitName.unit_id).where(UnitName.name_key.contains(key, autoescape=True))
    return or_(Unit.name_key.contains(key, autoescape=True), Unit.id.in_(former))


def units(
    db: Session, *, search: str = "", district: str = "", category: str = "", scope: Scope = EVERYWHERE
) -> Sequence[Unit]:
    """Units in code order; `search` finds both codes, contact, present, former and short names, and a district.

    A district may be written as it once was (光明新区) or in short (光明).
    """
    query = select(Unit).order_by(Unit.code)
    if search:
        plain = search.strip()
        query = query.where(
            or_(
                is_called(search),
                Unit.code.icontains(plain, autoescape=True),
                Unit.contact.icontains(plain, autoescape=True),
                Unit.short_name.icontains(plain, autoescape=True),
                Unit.credit_code.icontains(plain, autoescape=True),
                Unit.district == (known_district(plain) or ""),
            )
        )
    if district:
        query = query.where(Unit.district == present_district(district))
    if category:
        query = query.where(Unit.category == category)
    return db.scalars(_within(query, scope)).all()


def former_names(db: Session, unit_id: int) -> Sequence[UnitName]:
    """The names a unit had before, newest first."""
    query = select(UnitName).where(UnitName.unit_id == unit_id, UnitName.until.is_not(None))
    return db.scalars(query.order_by(UnitName.until.desc())).all()


def sees(db: Session, unit_id: int, scope: Scope) -> bool:
    """Whether somebody of this scope may open a unit's page."""
    found = db.get(Unit, unit_id)
    return found is not None and scope.covers(district=found.district, unit_id=found.id)


def unit_by_words(db: Session, typed: str, scope: Scope = EVERYWHERE) -> Unit | None:
    """The unit of this code, or of this name (present, former or short), however it is written; else None."""
    found = db.scalars(select(Unit).where(Unit.code == typed.strip())).first()
    if found is None:
        found = db.get(Unit, unit_ids_by_words(db).get(name_key(typed), 0))
    return found if found is not None and scope.covers(district=found.district, unit_id=found.id) else None


def units_in_use(db: Session, *, but: int = 0, scope: Scope = EVERYWHERE) -> Sequence[Unit]:
    """Units that can hold something, in code order; what a form offers to choose from."""
    query = select(Unit).where(Unit.stage == IN_USE, Unit.id != but).order_by(Unit.code)
    return db.scalars(_within(query, scope)).all()


def platform(db: Session, platform_id: int, scope: Scope = EVERYWHERE) -> tuple[Platform, Unit]:
    """A platform and the unit that runs it. Raises NotFound when it does not exist or lies outside the scope."""
    found = db.get(Platform, platform_id)
    if found is None or not sees(db, found.unit_id, scope):
        raise NotFound("There is no such platform.")
    return found, db.get_one(Unit, found.unit_id)


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
    return query.where(*rows_within(scope, district=Unit.district, unit_id=Unit.id))
