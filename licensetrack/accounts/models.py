"""People who sign in, and their sessions: rows on the server, so that a session can be ended from there."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Identity, String
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.columns import BigId, Instant
from licensetrack.core.db import Base


class User(Base):
    """One person, one account. The password is kept only as a scrypt hash."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("scope_kind IN ('all', 'district', 'unit')", name="scope_kind"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    login: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(40))
    scope_kind: Mapped[str] = mapped_column(String(10), default="all")
    scope_value: Mapped[str] = mapped_column(String(80), default="")
    password_hash: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[dt.datetime | None] = mapped_column(Instant)
    created_at: Mapped[dt.datetime] = mapped_column(Instant)


class LoginSession(Base):
    """A signed-in browser, kept by the digest of its token; ended ones stay for the audit."""

    __tablename__ = "login_session"
    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    started_at: Mapped[dt.datetime] = mapped_column(Instant)
    seen_at: Mapped[dt.datetime] = mapped_column(Instant)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    address: Mapped[str] = mapped_column(String(64), default="")
