"""Standing in: a reviewer names, for certain days, who may approve in their stead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, aliased

from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import Actor, allows, require
from licensetrack.accounts.users import actor_of
from licensetrack.core import audit, outbox
from licensetrack.core.clock import now, today
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, NotFound, Refused
from licensetrack.requests.models import Delegation

TAG = "requests:delegation"
APPROVE, ACCEPT = "requests:request:approve", "requests:request:accept"
LONGEST = dt.timedelta(days=366)


def delegate(deputy: User, *, actor: Actor, first_day: dt.date, last_day: dt.date) -> Delegation:
    """Names a deputy from the first day to the last. Raises Refused for days or a person that do not fit."""
    require(actor, f"{TAG}:make")
    if actor.id is None or not allows(actor, APPROVE):
        raise Refused("Only who may approve can name a deputy.")
    if last_day < first_day:
        raise Refused("The last day lies before the first.").at("last_day")
    if last_day < today():
        raise Refused("These days are over.").at("last_day")
    if last_day - first_day > LONGEST:
        raise Refused("A deputy is named for a year at the most.").at("last_day")
    if deputy.id == actor.id or not deputy.active or not allows(actor_of(deputy), ACCEPT):
        raise Refused("A deputy is another operator or reviewer.").at("deputy")
    with transaction() as db:
        made = Delegation(
            principal_id=actor.id, deputy_id=deputy.id, first_day=first_day, last_day=last_day, made_at=now()
        )
        db.add(made)
        db.flush()
        audit.record(
            db,
            f"{TAG}:make",
            f"delegation:{made.id}",
            actor,
            deputy=deputy.login,
            first_day=first_day,
            last_day=last_day,
        )
        outbox.post(db, f"{TAG}:make", delegation_id=made.id, deputy=deputy.login)
    return made


def end_delegation(delegation_id: int, *, actor: Actor) -> None:
    """Ends a delegation before its last day; only who made it. Raises NotFound, Conflict when it has ended."""
    require(actor, f"{TAG}:end")
    with transaction() as db:
        found = db.get(Delegation, delegation_id)
        if found is None or found.principal_id != actor.id:
            raise NotFound("There is no such delegation.")
        standing = update(Delegation).where(Delegation.id == found.id, Delegation.ended_at.is_(None))
        ended = db.execute(standing.values(ended_at=now()).execution_options(synchronize_session=False))
        if ended.rowcount != 1:  # type: ignore[attr-defined]
            raise Conflict("The delegation has ended already.")
        db.refresh(found)
        audit.record(db, f"{TAG}:end", f"delegation:{found.id}", actor)


def principals_of(db: Session, actor: Actor, day: dt.date) -> list[str]:
    """The logins of those in whose stead the actor may approve on a day; whoever lost the right lends it to nobody."""
    query = (
        select(User)
        .join(Delegation, Delegation.principal_id == User.id)
        .where(
            Delegation.deputy_id == actor.id, Delegation.first_day <= day, Delegation.last_day >= day,
            Delegation.ended_at.is_(None), User.active,
        )
        .order_by(Delegation.id)
    )  # fmt: skip
    return list(dict.fromkeys(user.login for user in db.scalars(query) if allows(actor_of(user), APPROVE)))


def delegations(db: Session, account_id: int | None) -> Sequence[tuple[Delegation, str, str]]:
    """(delegation, principal's name, deputy's name) of everything that an account gave or got, the newest first."""
    principal, deputy = aliased(User), aliased(User)
    query = (
        select(Delegation, principal.name, deputy.name)
        .join(principal, principal.id == Delegation.principal_id)
        .join(deputy, deputy.id == Delegation.deputy_id)
        .where(or_(Delegation.principal_id == account_id, Delegation.deputy_id == account_id))
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query.order_by(Delegation.id.desc()))]


def deputies(db: Session) -> list[User]:
    """Everybody who could be named: active, and allowed to take requests on."""
    query = select(User).where(User.active).order_by(User.name)
    return [user for user in db.scalars(query) if allows(actor_of(user), ACCEPT)]


def may_approve(db: Session, actor: Actor) -> bool:
    """Whether the actor may approve today, by role or as a deputy."""
    return allows(actor, APPROVE) or bool(principals_of(db, actor, today()))
