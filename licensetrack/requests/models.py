"""The tables of asking: requests with their lines, papers, versions and events, and who stands in for whom."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant, JsonText
from licensetrack.core.db import Base

_STAGES = "'draft', 'submitted', 'accepted', 'returned', 'rejected', 'approved', 'fulfilled', 'withdrawn'"


class LicenseRequest(Base):
    """A unit asks for licences. `version` counts moves, `revision` counts changes of what is typed while it is drafted.

    `typed` is the form as it was typed; lines are read from it at submission. People stand here by their logins, so
    that the database itself can refuse that one person asks, accepts and approves. `writers` had a hand in the text.
    """

    __tablename__ = "license_request"
    __table_args__ = (
        CheckConstraint(f"stage IN ({_STAGES})", name="stage"),
        CheckConstraint("acceptor IS NULL OR acceptor <> requester", name="acceptor_is_another"),
        CheckConstraint("approver IS NULL OR approver <> requester", name="approver_is_another"),
        CheckConstraint("NOT two_people OR approver IS NULL OR approver <> acceptor", name="two_people"),
        CheckConstraint(
            "approved_for IS NULL OR approved_for NOT IN (requester, acceptor, approver)", name="stood_in_for_another"
        ),
        Index("ix_license_request_stage_stage_since", "stage", "stage_since"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    number: Mapped[str] = mapped_column(String(40), unique=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    stage: Mapped[str] = mapped_column(String(12))
    version: Mapped[int]
    revision: Mapped[int]
    requester_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    requester: Mapped[str] = mapped_column(String(80))
    requester_name: Mapped[str] = mapped_column(String(80))
    entered_on_behalf: Mapped[bool] = mapped_column(default=False)
    contact: Mapped[str] = mapped_column(String(80), default="")
    phone: Mapped[str] = mapped_column(String(40), default="")
    reason: Mapped[str] = mapped_column(String(1000), default="")
    wanted_on: Mapped[dt.date | None]
    typed: Mapped[dict[str, Any]] = mapped_column(JsonText)
    writers: Mapped[list[str]] = mapped_column(JsonText)
    edited_at: Mapped[dt.datetime] = mapped_column(Instant)
    edited_by: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[dt.datetime] = mapped_column(Instant)
    submitted_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    stage_since: Mapped[dt.datetime] = mapped_column(Instant)
    two_people: Mapped[bool] = mapped_column(default=True)
    acceptor: Mapped[str | None] = mapped_column(String(80))
    approver: Mapped[str | None] = mapped_column(String(80))
    approved_for: Mapped[str | None] = mapped_column(String(80))


class RequestLine(Base):
    """One thing asked for: one set to be issued, or one change of a set that the unit holds.

    `key` stays with the line through every correction. What was asked and what was granted are both kept.
    """

    __tablename__ = "request_line"
    __table_args__ = (
        UniqueConstraint("request_id", "key"),
        CheckConstraint(
            "kind IN ('new', 'expansion', 'renewal', 'formalize', 'migration', 'return')", name="kind"
        ),
        CheckConstraint("stage IN ('asked', 'granted', 'refused', 'fulfilled', 'dropped')", name="stage"),
        CheckConstraint("cpus_asked IS NULL OR cpus_asked > 0", name="asked_above_zero"),
        CheckConstraint(
            "cpus_granted IS NULL OR (cpus_asked IS NOT NULL AND cpus_granted BETWEEN 0 AND cpus_asked)",
            name="granted_within_asked",
        ),
        Index("ix_request_line_stage", "stage"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("license_request.id"))
    key: Mapped[str] = mapped_column(String(16))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(12))
    stage: Mapped[str] = mapped_column(String(12))
    product: Mapped[str] = mapped_column(ForeignKey("product.code"))
    license_kind: Mapped[str] = mapped_column(String(10))
    set_id: Mapped[int | None] = mapped_column(ForeignKey("license_set.id"), index=True)
    platform: Mapped[str] = mapped_column(String(200), default="")
    site: Mapped[str] = mapped_column(String(200), default="")
    edition: Mapped[str] = mapped_column(String(40), default="")
    cpus_asked: Mapped[int | None]
    cpus_granted: Mapped[int | None]
    hosts: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    fingerprint: Mapped[str] = mapped_column(String(80), default="")
    valid_until: Mapped[dt.date | None]
    wanted_on: Mapped[dt.date | None]
    reason: Mapped[str] = mapped_column(String(500), default="")
    result_set_id: Mapped[int | None] = mapped_column(ForeignKey("license_set.id"), index=True)
    settled_on: Mapped[dt.date | None]


class RequestAttachment(Base):
    """A paper that came with a request; taking it away leaves the row, so that an old version still shows it."""

    __tablename__ = "request_attachment"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("license_request.id"), index=True)
    line_key: Mapped[str] = mapped_column(String(16), default="")
    blob_id: Mapped[int] = mapped_column(ForeignKey("blob.id"))
    name: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(20))
    added_at: Mapped[dt.datetime] = mapped_column(Instant)
    added_by: Mapped[str] = mapped_column(String(80))
    removed_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class RequestVersion(Base):
    """What a request said when it was submitted, with what the checks found then. Never edited."""

    __tablename__ = "request_version"
    __table_args__ = (UniqueConstraint("request_id", "number"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("license_request.id"))
    number: Mapped[int]
    at: Mapped[dt.datetime] = mapped_column(Instant)
    content: Mapped[dict[str, Any]] = mapped_column(JsonText)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JsonText)
    digest: Mapped[str] = mapped_column(String(64))


class RequestEvent(Base):
    """One move of a request: who, when, for whom, with which words. Never edited."""

    __tablename__ = "request_event"
    __table_args__ = (UniqueConstraint("request_id", "seq"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey("license_request.id"))
    seq: Mapped[int]
    action: Mapped[str] = mapped_column(String(12))
    from_stage: Mapped[str] = mapped_column(String(12))
    to_stage: Mapped[str] = mapped_column(String(12))
    on: Mapped[dt.date]
    at: Mapped[dt.datetime] = mapped_column(Instant)
    actor_id: Mapped[int | None]
    login: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    acted_for: Mapped[str | None] = mapped_column(String(80))
    note: Mapped[str] = mapped_column(String(1000), default="")


class Delegation(Base):
    """From the first day to the last, the deputy may approve in the principal's stead; it can be ended before."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("principal_id <> deputy_id", name="two_people"),
        CheckConstraint("first_day <= last_day", name="days"),
    )
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    deputy_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    made_at: Mapped[dt.datetime] = mapped_column(Instant)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)
