"""Monitoring of a year at a cut-off date, what was reported, and what is followed up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0011"
branch_labels = None
depends_on = None

APPEND_ONLY = ("monitoring_step", "monitoring_snapshot", "follow_up_step")


def _id() -> sa.Column[int]:
    return sa.Column(
        "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
    )


def _reference(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _step(table: str, parent: str, column: str) -> None:
    op.create_table(
        table,
        _id(),
        _reference(column),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint([column], [f"{parent}.id"], name=op.f(f"fk_{table}_{column}")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sqlite_strict=True,
    )
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.create_index(batch_op.f(f"ix_{table}_{column}"), [column], unique=False)


def upgrade() -> None:
    op.create_table(
        "monitoring",
        _id(),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("framework_code", sa.String(length=80), nullable=False),
        sa.Column("framework_digest", sa.String(length=64), nullable=False),
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("trends", sa.Text(), nullable=False),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("judgements", sa.Text(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "stage IN ('draft', 'submitted', 'reported', 'closed')", name=op.f("ck_monitoring_stage")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring")),
        sa.UniqueConstraint("year", "as_of", "version", name=op.f("uq_monitoring_year_as_of_version")),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "monitoring_snapshot",
        _id(),
        _reference("monitoring_id"),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("algorithm", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["monitoring_id"], ["monitoring.id"], name=op.f("fk_monitoring_snapshot_monitoring_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring_snapshot")),
        sa.UniqueConstraint("monitoring_id", name=op.f("uq_monitoring_snapshot_monitoring_id")),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "follow_up",
        _id(),
        _reference("monitoring_id"),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("requirement", sa.String(length=500), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=500), nullable=False),
        sa.Column("mended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("stage IN ('open', 'mended', 'accepted')", name=op.f("ck_follow_up_stage")),
        sa.CheckConstraint(
            "stage = 'open' OR (result <> '' AND mended_on IS NOT NULL)", name=op.f("ck_follow_up_mended")
        ),
        sa.ForeignKeyConstraint(["monitoring_id"], ["monitoring.id"], name=op.f("fk_follow_up_monitoring_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.UniqueConstraint("monitoring_id", "code", name=op.f("uq_follow_up_monitoring_id_code")),
        sqlite_strict=True,
    )
    _step("monitoring_step", "monitoring", "monitoring_id")
    _step("follow_up_step", "follow_up", "follow_up_id")
    for table in APPEND_ONLY:
        _guard(table)


def _guard(table: str) -> None:
    """The database itself refuses UPDATE and DELETE: what was reported and who did it can only be added."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_frozen()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":  # SQLite drops a table's triggers with it
        for table in APPEND_ONLY:
            op.execute(f"DROP TRIGGER {table}_frozen ON {table}")
            op.execute(f"DROP FUNCTION {table}_frozen()")
    for table, column in (("follow_up_step", "follow_up_id"), ("monitoring_step", "monitoring_id")):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f"ix_{table}_{column}"))
        op.drop_table(table)
    for table in ("follow_up", "monitoring_snapshot", "monitoring"):
        op.drop_table(table)
