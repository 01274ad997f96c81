"""Who hears of what: people by unit, by permission, by login; never one who may not see it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import allows
from licensetrack.accounts.users import actor_of
from licensetrack.units.models import Unit


def holders_of_unit(db: Session, unit_id: int) -> list[int]:
    """The people of a unit: active accounts that see this unit alone."""
    query = select(User.id).where(User.active, User.scope_kind == "unit", User.scope_value == str(unit_id))
    return list(db.scalars(query.order_by(User.id)))


def people_with(db: Session, permission: str, *, unit_id: int | None = None) -> list[int]:
    """Active accounts whose role holds the permission and, where a unit is named, whose scope covers it."""
    district = None if unit_id is None else db.scalar(select(Unit.district).where(Unit.id == unit_id))
    return [user.id for user in _active(db) if may_hear(user, permission, unit_id, district)]


def center_with(db: Session, permission: str, unit_id: int) -> list[int]:
    """Those of the centre who may do this with a unit: nobody of a unit itself."""
    district = db.scalar(select(Unit.district).where(Unit.id == unit_id))
    return [
        user.id for user in _active(db) if user.scope_kind != "unit" and may_hear(user, permission, unit_id, district)
    ]


def people_by_login(db: Session, logins: Iterable[str | None]) -> list[int]:
    """Active accounts with these logins."""
    wanted = [login for login in logins if login]
    return list(db.scalars(select(User.id).where(User.active, User.login.in_(wanted)).order_by(User.id)))


def permitted(db: Session, people: Collection[int], permission: str, unit_id: int | None) -> list[User]:
    """Those of the people who may hear of it: active, in their right, within their scope."""
    if not people:
        return []
    district = None if unit_id is None else db.scalar(select(Unit.district).where(Unit.id == unit_id))
    query = select(User).where(User.id.in_(people), User.active).order_by(User.id)
    return [user for user in db.scalars(query) if may_hear(user, permission, unit_id, district)]


def may_hear(user: User, permission: str, unit_id: int | None, district: str | None) -> bool:
    """Whether an account's role holds the permission (any, if it is empty) and its scope covers the unit, if any."""
    actor = actor_of(user)
    if permission and not allows(actor, permission):
        return False
    return unit_id is None or actor.scope.covers(district=district, unit_id=unit_id)


def _active(db: Session) -> Iterable[User]:
    return db.scalars(select(User).where(User.active).order_by(User.id))
