"""People who hear of things, and what they heard."""

from __future__ import annotations

from sqlalchemy import select, update

from licensetrack.accounts import users
from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import SYSTEM, Actor, Scope
from licensetrack.core.db import reading, transaction
from licensetrack.notices.models import Delivery, Notice, NoticeEvent, NoticePreference


def person(
    login: str, role: str = "reviewer", scope: Scope | None = None, *, email: str = "", language: str = "zh_CN"
) -> Actor:
    """An account that may be told of something, with a mail box if one is named."""
    made = users.create_user(login, login.title(), role, "correct horse 42", actor=SYSTEM, scope=scope)
    with transaction() as db:
        db.execute(update(User).where(User.id == made.id).values(email=email, language=language))
    return users.actor_of(made)


def number_of(actor: Actor) -> int:
    """The account's number."""
    assert actor.id is not None
    return actor.id


def heard(actor: Actor) -> list[tuple[str, str]]:
    """(kind, subject) of everything that a person was told, in order."""
    with reading() as db:
        query = select(NoticeEvent.kind, NoticeEvent.subject).join(Notice, Notice.event_id == NoticeEvent.id)
        return [(kind, subject) for kind, subject in db.execute(query.where(Notice.user_id == actor.id))]


def on_their_way() -> list[tuple[str, str, str]]:
    """(channel, kind, state) of every delivery, in order."""
    with reading() as db:
        query = select(Delivery.channel, Delivery.kind, Delivery.state).order_by(Delivery.id)
        return [(channel, kind, state) for channel, kind, state in db.execute(query)]


def wish(actor: Actor, kind: str, *, mail: str = "at_once", bell: bool = True) -> None:
    """What a person wants of one kind."""
    with transaction() as db:
        db.add(NoticePreference(user_id=number_of(actor), kind=kind, bell=bell, mail=mail))
