"""Telling people: one event, one notice for each person, and what goes out by mail or webhook; never twice."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.models import User
from licensetrack.core.clock import now
from licensetrack.core.statements import insert_for
from licensetrack.notices.audiences import permitted
from licensetrack.notices.kinds import AT_ONCE, KINDS, OFF, Kind
from licensetrack.notices.models import Delivery, Notice, NoticeEvent, NoticePreference, WebhookEndpoint

MAIL, WEBHOOK = "mail", "webhook"
GIVE_UP = dt.timedelta(days=1)  # a mail server may be down for a day
LONGEST_VALUE = 500


def post(
    db: Session, kind: str, *, to: Iterable[int], subject: str, dedupe: str | None = None, link: str = "",
    unit_id: int | None = None, file_id: int | None = None, **told: Any,
) -> int:  # fmt: skip
    """Tells people of something, in the caller's transaction; returns how many hear of it only now.

    `to` are accounts; those who may not see it (`Kind.sees`, the scope of `unit_id`) are left out. `dedupe` names what
    happened: told again under the same name, it reaches only who has not heard of it. `told` fills the texts: plain
    values, days as ISO text. `file_id` is a stored file that each mail carries (jobs/mail_files.py). Raises KeyError
    for a kind that does not exist.
    """
    what, at = KINDS[kind], now()
    event_id, fresh = _event(db, what, subject, dedupe, link, unit_id, file_id, _plain(told), at)
    people = permitted(db, set(to), what.sees, unit_id)
    wishes = _wishes(db, what.code, [person.id for person in people])
    count = 0
    for person in people:
        bell, mail = wishes.get(person.id, (True, what.mail))
        row = {"event_id": event_id, "user_id": person.id, "bell": bell or what.must, "at": at}
        if db.scalar(insert_for(db, Notice).values(row).on_conflict_do_nothing().returning(Notice.id)) is None:
            continue
        count += 1
        if mail != OFF and person.email:
            db.add(delivery(what.code, event_id, at, user=person, state="waiting" if mail == AT_ONCE else "held"))
    if fresh:
        for endpoint in db.scalars(select(WebhookEndpoint).where(WebhookEndpoint.active).order_by(WebhookEndpoint.id)):
            if not endpoint.kinds or what.code in endpoint.kinds:
                db.add(delivery(what.code, event_id, at, endpoint_id=endpoint.id))
    db.flush()
    return count


def delivery(
    kind: str, event_id: int | None, at: dt.datetime, *, user: User | None = None, endpoint_id: int | None = None,
    state: str = "waiting",
) -> Delivery:  # fmt: skip
    """A delivery as it begins, due at once."""
    return Delivery(
        code=secrets.token_hex(16), event_id=event_id, user_id=None if user is None else user.id,
        endpoint_id=endpoint_id, channel=WEBHOOK if user is None else MAIL, kind=kind, state=state, attempts=0,
        made_at=at, due_at=at, give_up_at=at + GIVE_UP, error_told={},
    )  # fmt: skip


def _event(
    db: Session, kind: Kind, subject: str, dedupe: str | None, link: str, unit_id: int | None, file_id: int | None,
    told: dict[str, Any], at: dt.datetime,
) -> tuple[int, bool]:  # fmt: skip
    """The event's id, and whether it is new. Whoever tells the same at this moment waits here."""
    row = {
        "code": secrets.token_hex(16), "dedupe": dedupe, "kind": kind.code, "subject": subject[:200],
        "unit_id": unit_id, "link": link, "file_id": file_id, "told": told, "at": at,
    }  # fmt: skip
    made = db.scalar(insert_for(db, NoticeEvent).values(row).on_conflict_do_nothing().returning(NoticeEvent.id))
    if made is not None:
        return made, True
    return db.scalars(select(NoticeEvent.id).where(NoticeEvent.dedupe == dedupe)).one(), False


def _wishes(db: Session, kind: str, people: list[int]) -> dict[int, tuple[bool, str]]:
    table = NoticePreference
    query = select(table.user_id, table.bell, table.mail).where(table.kind == kind, table.user_id.in_(people))
    return {user_id: (bell, mail) for user_id, bell, mail in db.execute(query)}


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    """Values as they are kept: numbers and short texts; nothing that a header or a line could be broken with."""
    return {name: value if isinstance(value, int) else _line(value) for name, value in told.items()}


def _line(value: object) -> str:
    return " ".join(str(value).split())[:LONGEST_VALUE]
