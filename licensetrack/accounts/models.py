"""People who sign in, their passwords and second factors, and their sessions: rows that the server can end."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from licensetrack.core.clock import today
from licensetrack.core.columns import BigId, Instant
from licensetrack.core.db import Base


class User(Base):
    """One person, one account. The password is kept only as a scrypt hash, the second factor's seed only sealed.

    A second factor is on from `factor_since`; a seed without it waits for its first code. `totp_step` is the newest
    time step of which a code was taken: none of that step or before is taken again. `email` is where notices go, in
    `language`; an empty one gets none.
    """

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
    version: Mapped[int] = mapped_column(default=1)
    must_change: Mapped[bool] = mapped_column(default=False)
    totp_seed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0)
    factor_since: Mapped[dt.datetime | None] = mapped_column(Instant)
    email: Mapped[str] = mapped_column(String(254), default="")
    language: Mapped[str] = mapped_column(String(10), default="zh_CN")


class OldPassword(Base):
    """A password that an account has or had, the present one included: so its age is known, and it does not return."""

    __tablename__ = "password_history"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    set_at: Mapped[dt.datetime] = mapped_column(Instant)


class RecoveryCode(Base):
    """A code that stands in for a lost second factor, once. Kept as a digest: 80 random bits can not be guessed."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("user_id", "digest", name="uq_recovery_code_user_id_digest"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    digest: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[dt.datetime | None] = mapped_column(Instant)


class LoginSession(Base):
    """A signed-in browser, known by the digest of its token; ended ones stay for the audit.

    `state` says what is missing before anything may be reached: a code of the second factor (`factor`), a second
    factor at all (`enrol`), a password of one's own (`password`), or nothing (`open`).
    """

    __tablename__ = "login_session"
    __table_args__ = (CheckConstraint("state IN ('factor', 'enrol', 'password', 'open')", name="state"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="open")
    started_at: Mapped[dt.datetime] = mapped_column(Instant)
    seen_at: Mapped[dt.datetime] = mapped_column(Instant)
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)
    address: Mapped[str] = mapped_column(String(64), default="")
    device: Mapped[str] = mapped_column(String(200), default="")


class AccessToken(Base):
    """A token by which a program acts as its account, below /api/ alone. Only the digest of its 256 bits is kept.

    It is good to the end of `expires_on` (Asia/Shanghai) or until `ended_at`; `used_on` is the last day of its use.
    """

    __tablename__ = "access_token"
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[dt.datetime] = mapped_column(Instant)
    expires_on: Mapped[dt.date]
    used_on: Mapped[dt.date | None]
    ended_at: Mapped[dt.datetime | None] = mapped_column(Instant)

    @property
    def expired(self) -> bool:
        """Whether its last day is over."""
        return self.expires_on < today()


class AccountWarning(Base):
    """Somebody was told that the account will be switched off, since it was not used after `used_at`."""

    __tablename__ = "account_warning"
    __table_args__ = (UniqueConstraint("user_id", "used_at"),)
    id: Mapped[int] = mapped_column(BigId, Identity(), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    used_at: Mapped[dt.datetime] = mapped_column(Instant)
    told_at: Mapped[dt.datetime] = mapped_column(Instant)
