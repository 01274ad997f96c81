"""An installation that sends: its channels, a notice to be sent, and the run that sends it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select, update

from licensetrack.accounts.permissions import SYSTEM, Actor
from licensetrack.core.clock import now
from licensetrack.core.db import reading, transaction
from licensetrack.core.job_queue import enqueue
from licensetrack.jobs.running import run_queued
from licensetrack.notices import channels
from licensetrack.notices.channels import Channels, MailServer
from licensetrack.notices.models import Delivery
from licensetrack.notices.posting import post
from tests.notices.hearing import number_of

SENDER = "licences@center.example"
KIND = "request_submitted"


@contextmanager
def reaching(port: int = 0, *, authority: str = "", hosts: tuple[str, ...] = (), **server: Any) -> Iterator[None]:
    """The process sends by this mail server, and webhooks to these hosts; afterwards nothing goes out again."""
    mail = MailServer(
        host="127.0.0.1" if port else "", port=port, sender=SENDER, **({"security": "none", "timeout": 5} | server)
    )
    channels.use(
        Channels(
            base_url="https://licences.center.example", mail=mail, webhook_hosts=hosts, office="市数据中心",
            authority=authority,
        )
    )  # fmt: skip
    try:
        yield
    finally:
        channels.use(Channels())


def tell(*people: Actor, number: str = "XQ-2024-0001", kind: str = KIND, **told: Any) -> None:
    """Tells people of a request; each number is another one."""
    with transaction() as db:
        post(
            db, kind, to=[number_of(one) for one in people], subject=f"request:{number}", dedupe=f"{kind}:{number}",
            link=f"/requests/{number}", **({"number": number, "unit": "第一中学", "by": "张某"} | told),
        )  # fmt: skip


def send() -> None:
    """One run of the job that sends."""
    with transaction() as db:
        enqueue(db, "notices:send", actor=SYSTEM)
    run_queued()


def states() -> list[str]:
    """Where every delivery stands, in order."""
    with reading() as db:
        return list(db.scalars(select(Delivery.state).order_by(Delivery.id)))


def errors() -> list[str]:
    """What was said last of every delivery, in order."""
    with reading() as db:
        return [row.error % row.error_told for row in db.scalars(select(Delivery).order_by(Delivery.id))]


def let_pass(**span: float) -> None:
    """Time passes for every delivery: what was done is so much older, what is due comes so much nearer."""
    by = dt.timedelta(**span)
    with transaction() as db:
        for row in db.scalars(select(Delivery)):
            for name in ("made_at", "due_at", "give_up_at", "claimed_at"):
                if (at := getattr(row, name)) is not None:
                    setattr(row, name, at - by)
        db.flush()


def abandon() -> None:
    """What is being sent was claimed long ago, by a process that is no more."""
    with transaction() as db:
        old = now() - dt.timedelta(hours=1)
        db.execute(update(Delivery).where(Delivery.state == "sending").values(claimed_at=old))
