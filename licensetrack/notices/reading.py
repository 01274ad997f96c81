"""What a person does with the own notices: read them, and decide what to be told of, and how."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import Actor
from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.db import row_with_id, transaction
from licensetrack.core.errors import NotFound, Refused
from licensetrack.core.statements import touched
from licensetrack.notices.kinds import KINDS, MAIL_MODES
from licensetrack.notices.models import Notice, NoticeEvent, NoticePreference
from licensetrack.notices.queries import kinds_for

DECIDE = "notices:preference:change"


def read_notice(notice_id: int, *, actor: Actor) -> str:
    """Marks one of one's own notices as read; returns the path of what it is about. Raises NotFound for others'."""
    with transaction(even_read_only=True) as db:
        found = _own(db, notice_id, actor)
        own = update(Notice).where(Notice.id == found.id, Notice.read_at.is_(None)).values(read_at=now())
        touched(db, own)
        return row_with_id(db, NoticeEvent, found.event_id).link


def read_all(*, actor: Actor, up_to: int | None = None) -> int:
    """Marks one's own notices as read, those up to the number that the page showed; returns how many."""
    own = [Notice.user_id == actor.id, Notice.read_at.is_(None), Notice.bell]
    if up_to is not None:
        own.append(Notice.id <= up_to)
    with transaction(even_read_only=True) as db:
        return touched(db, update(Notice).where(*own).values(read_at=now()))


def decide(wanted: Mapping[str, tuple[bool, str]], *, actor: Actor) -> None:
    """Kind → (bell, mail): how a person wants to be told. The bell stays on where something is to be done.

    Raises Refused for a kind that is none, or none of one's own.
    """
    if actor.id is None:
        raise Refused("The program itself is told nothing.")
    known = {kind.code for kind in kinds_for(actor)}
    for code, (_bell, mail) in wanted.items():
        if code not in known or mail not in MAIL_MODES:
            raise Refused("There is no kind of notice “%(kind)s”.", kind=code).at(f"mail_{code}")
    with transaction() as db:
        audit.lock_head(db)  # two pages of one person come one after the other
        rows = {
            row.kind: row for row in db.scalars(select(NoticePreference).where(NoticePreference.user_id == actor.id))
        }
        changed = {}
        for code, (bell, mail) in wanted.items():
            value = (bell or KINDS[code].must, mail)
            row = rows.get(code)
            if value == ((row.bell, row.mail) if row else (True, KINDS[code].mail)):
                continue
            changed[code] = value
            if row is None:
                db.add(NoticePreference(user_id=actor.id, kind=code, bell=value[0], mail=mail))
            else:
                row.bell, row.mail = value
        db.flush()
        if changed:
            audit.record(db, DECIDE, f"user:{actor.login}", actor, changed={k: list(v) for k, v in changed.items()})


def _own(db: Session, notice_id: int, actor: Actor) -> Notice:
    found = db.get(Notice, notice_id)
    if found is None or found.user_id != actor.id:
        raise NotFound("There is no such record.")
    return found
