"""Deliveries on their way: claimed before anything is sent, and ended by who claimed them; never sent twice.

A row in `sending` whose claim is old belongs to a process that died: whether the mail left is not known, so it becomes
`uncertain` and is not sent again by itself.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from licensetrack.accounts.models import User
from licensetrack.accounts.permissions import Actor, require
from licensetrack.core import audit
from licensetrack.core.clock import now
from licensetrack.core.db import reading, row_with_id, transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.core.statements import touched
from licensetrack.notices.models import Delivery
from licensetrack.notices.posting import GIVE_UP, delivery

ABANDONED = dt.timedelta(minutes=10)  # far longer than the longest time that one sending can take
WAITS = tuple(dt.timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30, 60))
LOST_SIGHT = "The program ended while it was sent; whether it arrived is not known."
RESENDABLE = ("failed", "uncertain", "withdrawn")
RESEND, TRY = "system:delivery:resend", "system:delivery:test"


def claim_next(channel: str, *, after: int = 0) -> Delivery | None:
    """The oldest delivery of a channel that is due (with a larger id than `after`), claimed; None where there is none.

    In a transaction of its own: it is the caller's before anything leaves the house.
    """
    with reading() as db:
        waiting = db.scalars(_due(channel).where(Delivery.id > after)).all()
    for delivery_id in waiting:
        with transaction(even_read_only=True) as db:
            claim = secrets.token_hex(16)
            taken = (
                update(Delivery)
                .where(Delivery.id == delivery_id, Delivery.state == "waiting", Delivery.due_at <= now())
                .values(state="sending", claim=claim, claimed_at=now(), attempts=Delivery.attempts + 1)
            )
            if touched(db, taken):
                return db.get_one(Delivery, delivery_id)
    return None


def is_due(db: Session) -> bool:
    """Whether anything waits to be sent now, or was left by a process that died."""
    left = select(Delivery.id).where(Delivery.state == "sending", Delivery.claimed_at <= now() - ABANDONED)
    return any(db.scalar(query.limit(1)) is not None for query in (_due("mail"), _due("webhook"), left))


def _due(channel: str) -> Any:
    return (
        select(Delivery.id)
        .where(Delivery.state == "waiting", Delivery.channel == channel, Delivery.due_at <= now())
        .order_by(Delivery.id)
        .limit(20)
    )


def arrived(mine: Delivery) -> None:
    """sending → sent."""
    _end(mine, "sent")


def broken(mine: Delivery, error: str, **told: Any) -> None:
    """sending → failed: trying again would not help."""
    _end(mine, "failed", error, told)


def unsure(mine: Delivery, error: str, **told: Any) -> None:
    """sending → uncertain: it may have arrived."""
    _end(mine, "uncertain", error, told)


def withdrawn(mine: Delivery, error: str, **told: Any) -> None:
    """sending → withdrawn: nobody should get it any more."""
    _end(mine, "withdrawn", error, told)


def put_off(mine: Delivery, error: str, **told: Any) -> None:
    """sending → waiting for another attempt, longer each time; failed when a day is over."""
    at = now()
    due = at + WAITS[min(mine.attempts, len(WAITS)) - 1]
    if due > mine.give_up_at:
        _end(mine, "failed", error, told)
        return
    _write(mine, state="waiting", due_at=due, claim=None, claimed_at=None, error=error, error_told=_plain(told))


def settle_abandoned() -> int:
    """Marks what a dead process was sending as uncertain; returns how many."""
    with transaction(even_read_only=True) as db:
        old = (Delivery.state == "sending", Delivery.claimed_at <= now() - ABANDONED)
        values: dict[str, Any] = {
            "state": "uncertain",
            "claim": None,
            "ended_at": now(),
            "error": LOST_SIGHT,
            "error_told": {},
        }
        return touched(db, update(Delivery).where(*old).values(values))


def resend(delivery_id: int, *, actor: Actor) -> None:
    """failed, uncertain or withdrawn → waiting, with a new day to try: a person takes it upon themselves.

    Raises NotFound, Conflict.
    """
    require(actor, RESEND)
    at = now()
    with transaction(even_read_only=True) as db:
        row = row_with_id(db, Delivery, delivery_id)
        again = (
            update(Delivery)
            .where(Delivery.id == delivery_id, Delivery.state.in_(RESENDABLE))
            .values(state="waiting", attempts=0, due_at=at, give_up_at=at + GIVE_UP, ended_at=None)
        )
        if not touched(db, again):
            raise Conflict("Only a delivery that failed, is uncertain or was withdrawn can be sent again.")
        audit.record(db, RESEND, f"delivery:{delivery_id}", actor, kind=row.kind, channel=row.channel, was=row.state)


def try_mail(*, actor: Actor) -> Delivery:
    """A mail to the actor's own address, to see whether mail arrives. Raises Refused without one."""
    require(actor, TRY)
    with transaction(even_read_only=True) as db:
        person = row_with_id(db, User, actor.id or 0)
        if not person.email:
            raise Refused("You have no e-mail address here.")
        made = delivery("test", None, now(), user=person)
        db.add(made)
        db.flush()
        audit.record(db, TRY, f"delivery:{made.id}", actor)
    return made


def _end(mine: Delivery, state: str, error: str = "", told: dict[str, Any] | None = None) -> None:
    _write(
        mine, state=state, claim=None, claimed_at=None, ended_at=now(), error=error, error_told=_plain(told or {})
    )  # fmt: skip


def _write(mine: Delivery, **values: Any) -> None:
    """Ends this claim; where it was taken for abandoned meanwhile, what is known now stands in its place."""
    with transaction(even_read_only=True) as db:
        own = update(Delivery).where(Delivery.id == mine.id, Delivery.claim == mine.claim).values(values)
        if touched(db, own):
            return
        late = (Delivery.id == mine.id, Delivery.state == "uncertain", Delivery.attempts == mine.attempts)
        if values["state"] == "sent":
            touched(db, update(Delivery).where(*late).values(values))


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    return {name: " ".join(str(value).split())[:200] for name, value in told.items()}
