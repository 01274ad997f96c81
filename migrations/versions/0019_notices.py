"""Notices: what happened and who hears of it, by mail and webhook; addresses of people; who acted, in the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0015"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    return sa.Column(
        "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
    )


def _reference(name: str, *, nullable: bool) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "webhook_endpoint",
        _id(),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
        sa.UniqueConstraint("name", name=op.f("uq_webhook_endpoint_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "notice_event",
        _id(),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("dedupe", sa.String(length=200), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        _reference("unit_id", nullable=True),
        sa.Column("link", sa.String(length=300), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_notice_event_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_event")),
        sa.UniqueConstraint("code", name=op.f("uq_notice_event_code")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_notice_event_dedupe")),
        sqlite_strict=True,
    )
    op.create_table(
        "notice_preference",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("bell", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.String(length=10), nullable=False),
        sa.CheckConstraint("mail IN ('at_once', 'digest', 'off')", name=op.f("ck_notice_preference_mail")),
        sa.ForeignKeyConstraint(["user_id"], ["account.id"], name=op.f("fk_notice_preference_user_id")),
        sa.PrimaryKeyConstraint("user_id", "kind", name=op.f("pk_notice_preference")),
        sqlite_strict=True,
    )
    op.create_table(
        "delivery",
        _id(),
        sa.Column("code", sa.String(length=32), nullable=False),
        _reference("event_id", nullable=True),
        _reference("user_id", nullable=True),
        _reference("endpoint_id", nullable=True),
        _reference("into_id", nullable=True),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("give_up_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=300), nullable=False),
        sa.Column("error_told", sa.Text(), nullable=False),
        sa.CheckConstraint("(state = 'sending') = (claim IS NOT NULL)", name=op.f("ck_delivery_claimed")),
        sa.CheckConstraint("channel IN ('mail', 'webhook')", name=op.f("ck_delivery_channel")),
        sa.CheckConstraint(
            "state IN ('held', 'collected', 'waiting', 'sending', 'sent', 'failed', 'uncertain', 'withdrawn')",
            name=op.f("ck_delivery_state"),
        ),
        sa.CheckConstraint("(user_id IS NULL) <> (endpoint_id IS NULL)", name=op.f("ck_delivery_one_target")),
        sa.ForeignKeyConstraint(["endpoint_id"], ["webhook_endpoint.id"], name=op.f("fk_delivery_endpoint_id")),
        sa.ForeignKeyConstraint(["event_id"], ["notice_event.id"], name=op.f("fk_delivery_event_id")),
        sa.ForeignKeyConstraint(["into_id"], ["delivery.id"], name=op.f("fk_delivery_into_id")),
        sa.ForeignKeyConstraint(["user_id"], ["account.id"], name=op.f("fk_delivery_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("code", name=op.f("uq_delivery_code")),
        sa.UniqueConstraint("event_id", "endpoint_id", name=op.f("uq_delivery_event_id_endpoint_id")),
        sa.UniqueConstraint("event_id", "user_id", name=op.f("uq_delivery_event_id_user_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_into_id", ["into_id"], unique=False)
        batch_op.create_index("ix_delivery_state_due_at", ["state", "due_at"], unique=False)
        batch_op.create_index("ix_delivery_user_id", ["user_id"], unique=False)

    op.create_table(
        "notice",
        _id(),
        _reference("event_id", nullable=False),
        _reference("user_id", nullable=False),
        sa.Column("bell", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["notice_event.id"], name=op.f("fk_notice_event_id")),
        sa.ForeignKeyConstraint(["user_id"], ["account.id"], name=op.f("fk_notice_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("user_id", "event_id", name=op.f("uq_notice_user_id_event_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_event_id", ["event_id"], unique=False)
        batch_op.create_index("ix_notice_user_id_read_at", ["user_id", "read_at"], unique=False)

    # Columns are added and dropped as they stand: other tables point at accounts.
    op.add_column("account", sa.Column("email", sa.String(length=254), server_default="", nullable=False))
    op.add_column("account", sa.Column("language", sa.String(length=10), server_default="zh_CN", nullable=False))
    op.add_column("outbox_message", sa.Column("actor_id", sa.Integer(), nullable=True))
    # What was recorded before anybody could be told is told to nobody.
    op.execute("UPDATE outbox_message SET sent_at = posted_at WHERE sent_at IS NULL")
    unsent = sa.text("sent_at IS NULL")
    op.create_index("ix_outbox_message_unsent", "outbox_message", ["id"], sqlite_where=unsent, postgresql_where=unsent)


def downgrade() -> None:
    op.drop_index("ix_outbox_message_unsent", table_name="outbox_message")
    op.drop_column("outbox_message", "actor_id")
    op.drop_column("account", "language")
    op.drop_column("account", "email")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_user_id_read_at")
        batch_op.drop_index("ix_notice_event_id")

    op.drop_table("notice")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_user_id")
        batch_op.drop_index("ix_delivery_state_due_at")
        batch_op.drop_index("ix_delivery_into_id")

    op.drop_table("delivery")
    op.drop_table("notice_preference")
    op.drop_table("notice_event")
    op.drop_table("webhook_endpoint")
