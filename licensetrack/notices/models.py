"""The tables of notices: what happened, who hears of it, by which channel it went out, and what each person wants."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base


class NoticeEvent(Base):
    """One thing that people are told of, said once: each of them has a `Notice` that points here.

    `dedupe` is what makes it this thing and no other; told again under the same words, nobody hears of it twice.
    `code` names it outside the house. `unit_id` is whose affair it is: who may not see that unit is told nothing.
    `file_id` is the stored file that goes along with the mail of each.
    """

    __tablename__ = "notice_event"
    __table_args__ = (UniqueConstraint("dedupe"), UniqueConstraint("code"))
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(32))
    dedupe: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    link: Mapped[str] = mapped_column(String(300), default="")
    told: Mapped[dict[str, Any]] = mapped_column(JsonText)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("blob.id"))
    at: Mapped[dt.datetime] = mapped_column(Instant)


class Notice(Base):
    """One person's notice of one event. `bell`: whether it stands in the list and is counted."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("user_id", "event_id"),
        Index("ix_notice_event_id", "event_id"),
        Index("ix_notice_user_id_read_at", "user_id", "read_at"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("notice_event.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    bell: Mapped[bool] = mapped_column(default=True)
    at: Mapped[dt.datetime] = mapped_column(Instant)
    read_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class NoticePreference(Base):
    """What one person wants of one kind; without a row the kind's own default holds."""

    __tablename__ = "notice_preference"
    __table_args__ = (CheckConstraint("mail IN ('at_once', 'digest', 'off')", name="mail"),)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    bell: Mapped[bool]
    mail: Mapped[str] = mapped_column(String(10))


class WebhookEndpoint(Base):
    """A program elsewhere that hears of events; its secret lies sealed. No `kinds`: all of them."""

    __tablename__ = "webhook_endpoint"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    url: Mapped[str] = mapped_column(String(500))
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    kinds: Mapped[list[str]] = mapped_column(JsonText)
    active: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[dt.datetime] = mapped_column(Instant)
    made_by: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)


class Delivery(Base):
    """One event on its way to one person's mail box or one endpoint, once.

    `held` waits for the day's digest and becomes `collected` into it (`into_id`). A row is claimed (`sending`) before
    anything leaves the house; one that stayed there, because its process died, is `uncertain` and goes out again only
    if a person says so. A digest and a test have no event.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("event_id", "user_id"),
        UniqueConstraint("event_id", "endpoint_id"),
        UniqueConstraint("code"),
        CheckConstraint("channel IN ('mail', 'webhook')", name="channel"),
        CheckConstraint(
            "state IN ('held', 'collected', 'waiting', 'sending', 'sent', 'failed', 'uncertain', 'withdrawn')",
            name="state",
        ),
        CheckConstraint("(state = 'sending') = (claim IS NOT NULL)", name="claimed"),
        CheckConstraint("(user_id IS NULL) <> (endpoint_id IS NULL)", name="one_target"),
        Index("ix_delivery_state_due_at", "state", "due_at"),
        Index("ix_delivery_user_id", "user_id"),
        Index("ix_delivery_into_id", "into_id"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(String(32))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("notice_event.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    endpoint_id: Mapped[int | None] = mapped_column(ForeignKey("webhook_endpoint.id"))
    into_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    channel: Mapped[str] = mapped_column(String(10))
    kind: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[dt.datetime] = mapped_column(Instant)
    due_at: Mapped[dt.datetime] = mapped_column(Instant)
    give_up_at: Mapped[dt.datetime] = mapped_column(Instant)
    claim: Mapped[str | None] = mapped_column(String(32))
    claimed_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    error: Mapped[str] = mapped_column(String(300), default="")
    error_told: Mapped[dict[str, Any]] = mapped_column(JsonText)
