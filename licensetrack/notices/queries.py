"""Reading notices: one's own bell and list, what one wants of each kind, and the deliveries of the whole house."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from licensetrack.accounts.contact import veiled
from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import Actor, allows
from licensetrack.accounts.scoping import rows_within
from licensetrack.core.pages import Turned, turn
from licensetrack.notices.kinds import KINDS, Kind
from licensetrack.notices.models import Delivery, Notice, NoticeEvent, NoticePreference, WebhookEndpoint
from licensetrack.units.models import Unit

PAGE_SIZE = 50


class Heard(NamedTuple):
    """One line of somebody's list."""

    id: int
    kind: str
    told: Mapping[str, Any]
    link: str
    at: dt.datetime
    read_at: dt.datetime | None


@dataclass(frozen=True)
class Asked:
    """Which deliveries are looked for."""

    state: str = ""
    channel: str = ""
    kind: str = ""

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return bool(self.state or self.channel or self.kind)


class OnItsWay(NamedTuple):
    """One delivery as the list of all shows it: no more of a person than is needed to mend it."""

    id: int
    channel: str
    kind: str
    subject: str
    target: str
    state: str
    attempts: int
    made_at: dt.datetime
    due_at: dt.datetime
    ended_at: dt.datetime | None
    error: str
    error_told: Mapping[str, Any]


def kinds_for(actor: Actor) -> list[Kind]:
    """What a person can be told of at all, by the role that they have now."""
    return [kind for kind in KINDS.values() if not kind.sees or allows(actor, kind.sees)]


def unread(db: Session, actor: Actor) -> int:
    """How many notices in somebody's bell are not read yet."""
    query = select(func.count()).select_from(Notice).join(NoticeEvent).where(*_own(actor), Notice.read_at.is_(None))
    return db.scalar(query) or 0


def own_notices(db: Session, actor: Actor, *, only_unread: bool, page: int = 1) -> tuple[list[Heard], int, Turned]:
    """One page of somebody's list, the newest first, how many there are in all, and which page it is."""
    conditions = [*_own(actor), *([Notice.read_at.is_(None)] if only_unread else [])]
    total = db.scalar(select(func.count()).select_from(Notice).join(NoticeEvent).where(*conditions)) or 0
    place = turn(page, total, PAGE_SIZE)
    event = NoticeEvent
    query = (
        select(Notice.id, event.kind, event.told, event.link, Notice.at, Notice.read_at)
        .join(event, event.id == Notice.event_id)
        .where(*conditions)
        .order_by(Notice.id.desc())
        .limit(PAGE_SIZE)
        .offset(place.before)
    )
    return [Heard(*row) for row in db.execute(query)], total, place


def _own(actor: Actor) -> list[Any]:
    """One's own notices, as far as the role and scope of now let one see what they are about."""
    conditions = [
        Notice.user_id == actor.id,
        Notice.bell,
        NoticeEvent.kind.in_([kind.code for kind in kinds_for(actor)]),
    ]
    if within := rows_within(actor.scope, district=Unit.district, unit_id=Unit.id):
        seen = NoticeEvent.unit_id.in_(select(Unit.id).where(*within))
        conditions.append(or_(NoticeEvent.unit_id.is_(None), seen))
    return conditions


def wishes(db: Session, actor: Actor) -> dict[str, tuple[bool, str]]:
    """Kind → (bell, mail) of everything that a person can be told of: as they decided, else as the kind has it."""
    rows = db.scalars(select(NoticePreference).where(NoticePreference.user_id == actor.id)).all()
    decided = {row.kind: (row.bell, row.mail) for row in rows}
    return {kind.code: decided.get(kind.code, (True, kind.mail)) for kind in kinds_for(actor)}


def deliveries(db: Session, asked: Asked, page: int = 1) -> tuple[list[OnItsWay], int, Turned]:
    """One page of all deliveries, the newest first, how many match, and which page it is."""
    table = Delivery
    conditions = [
        column == value
        for column, value in ((table.state, asked.state), (table.channel, asked.channel), (table.kind, asked.kind))
        if value
    ]
    total = db.scalar(select(func.count()).select_from(table).where(*conditions)) or 0
    place = turn(page, total, PAGE_SIZE)
    query = (
        select(table, NoticeEvent.subject, User.login, User.email, WebhookEndpoint.name)
        .outerjoin(NoticeEvent, NoticeEvent.id == table.event_id)
        .outerjoin(User, User.id == table.user_id)
        .outerjoin(WebhookEndpoint, WebhookEndpoint.id == table.endpoint_id)
        .where(*conditions)
        .order_by(table.id.desc())
        .limit(PAGE_SIZE)
        .offset(place.before)
    )
    return [
        OnItsWay(
            row.id, row.channel, row.kind, subject or "",
            endpoint if endpoint is not None else f"{login} {veiled(email)}".strip(), row.state, row.attempts,
            row.made_at, row.due_at, row.ended_at, row.error, row.error_told,
        )
        for row, subject, login, email, endpoint in db.execute(query)
    ], total, place  # fmt: skip


def deliveries_by_state(db: Session) -> dict[str, int]:
    """How many mails and calls of webhooks are in each state."""
    rows: Sequence[Any] = db.execute(select(Delivery.state, func.count()).group_by(Delivery.state)).all()
    return dict(rows)
