"""Jobs as rows, their log, the lease of the leading worker, and what people changed of schedules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0019"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    return sa.Column(
        "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
    )


def _instant(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "job",
        _id(),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("dedupe", sa.String(length=200), nullable=True),
        sa.Column("schedule", sa.String(length=60), nullable=True),
        _instant("slot"),
        sa.Column("wanted_by_id", sa.Integer(), nullable=True),
        sa.Column("wanted_by", sa.String(length=80), nullable=False),
        _instant("wanted_at", nullable=False),
        _instant("not_before"),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("most_attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=120), nullable=False),
        sa.Column("claim", sa.String(length=32), nullable=True),
        _instant("started_at"),
        _instant("beat_at"),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=300), nullable=False),
        sa.Column("note_values", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("error_values", sa.Text(), nullable=False),
        _instant("ended_at"),
        _instant("cancel_asked_at"),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_job_state")
        ),
        sa.CheckConstraint("(state = 'running') = (claim IS NOT NULL)", name=op.f("ck_job_claim")),
        sa.CheckConstraint("(state IN ('queued', 'running')) = (ended_at IS NULL)", name=op.f("ck_job_ended")),
        sa.CheckConstraint("attempt >= 0 AND most_attempts >= 1", name=op.f("ck_job_attempt")),
        sa.CheckConstraint("done >= 0 AND total >= 0", name=op.f("ck_job_progress")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_job_dedupe")),
        sa.UniqueConstraint("schedule", "slot", name=op.f("uq_job_schedule_slot")),
        sqlite_strict=True,
    )  # fmt: skip
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_state", ["state", "id"], unique=False)
        batch_op.create_index("ix_job_schedule", ["schedule", "id"], unique=False)
        batch_op.create_index("ix_job_wanted_by_id", ["wanted_by_id", "id"], unique=False)
    op.create_table(
        "job_line",
        _id(),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        _instant("at", nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("message_values", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_job_line_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_line")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("job_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_line_job_id"), ["job_id"], unique=False)
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        _instant("taken_at", nullable=False),
        _instant("expires_at", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
        sqlite_strict=True,
    )
    op.create_table(
        "schedule",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("cron", sa.String(length=100), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        _instant("planned_until", nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_schedule")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("schedule")
    op.drop_table("lease")
    with op.batch_alter_table("job_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_line_job_id"))
    op.drop_table("job_line")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_wanted_by_id")
        batch_op.drop_index("ix_job_schedule")
        batch_op.drop_index("ix_job_state")
    op.drop_table("job")
