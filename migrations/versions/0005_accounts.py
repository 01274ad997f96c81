"""Second factors, recovery codes, passwords of the past, and what a session tells of itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ADDED = ("version", "must_change", "totp_seed", "totp_step", "factor_since")
KEPT = "token_digest, user_id, started_at, seen_at, ended_at, address"


def upgrade() -> None:
    # Column by column: a copy of the whole table, as batches make it, would drop the one that others point at.
    for column in (
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("must_change", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("totp_seed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("factor_since", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("account", column)
    op.create_table(
        "password_history",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["account.id"], name=op.f("fk_password_history_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_password_history")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_password_history_user_id"), "password_history", ["user_id"])
    op.execute(
        "INSERT INTO password_history (user_id, password_hash, set_at)"
        " SELECT id, password_hash, created_at FROM account"
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["account.id"], name=op.f("fk_recovery_code_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("user_id", "digest", name=op.f("uq_recovery_code_user_id_digest")),
        sqlite_strict=True,
    )
    _set_sessions_aside()
    op.create_table(
        "login_session",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=200), nullable=False),
        sa.CheckConstraint("state IN ('factor', 'enrol', 'password', 'open')", name=op.f("ck_login_session_state")),
        sa.ForeignKeyConstraint(["user_id"], ["account.id"], name=op.f("fk_login_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_login_session_token_digest")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_login_session_user_id"), "login_session", ["user_id"])
    _bring_sessions_back(", state, device", ", 'open', '' FROM session_aside ORDER BY started_at")


def downgrade() -> None:
    _set_sessions_aside()
    op.create_table(
        "login_session",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["account.id"], name=op.f("fk_login_session_user_id")),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_login_session")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_login_session_user_id"), "login_session", ["user_id"])
    # A session that still lacked something would be a whole one down there.
    _bring_sessions_back("", " FROM session_aside WHERE state = 'open' OR ended_at IS NOT NULL")
    op.drop_table("recovery_code")
    op.drop_index(op.f("ix_password_history_user_id"), "password_history")
    op.drop_table("password_history")
    for name in reversed(ADDED):
        op.drop_column("account", name)


def _set_sessions_aside() -> None:
    op.execute("CREATE TEMPORARY TABLE session_aside AS SELECT * FROM login_session")
    op.drop_index(op.f("ix_login_session_user_id"), "login_session")
    op.drop_table("login_session")


def _bring_sessions_back(more: str, source: str) -> None:
    op.execute(f"INSERT INTO login_session ({KEPT}{more}) SELECT {KEPT}{source}")
    op.execute("DROP TABLE session_aside")
