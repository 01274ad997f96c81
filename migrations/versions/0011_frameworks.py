"""Frameworks as versions, their steps, and their targets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0016"
branch_labels = None
depends_on = None

# Steps and targets are only ever added; a version changes while it is a draft, and is never deleted.
GUARDED = {"framework_version": "OLD.stage <> 'draft'", "framework_step": "", "target_record": ""}
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "framework_version",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("open_code", sa.String(length=80), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("algorithm", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("based_on", sa.String(length=120), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(stage = 'draft') = (open_code IS NOT NULL)", name=op.f("ck_framework_version_open_draft")),
        sa.CheckConstraint(
            "(stage = 'in_force') = (in_force_at IS NOT NULL)", name=op.f("ck_framework_version_in_force_at")
        ),
        sa.CheckConstraint("open_code IS NULL OR open_code = code", name=op.f("ck_framework_version_open_code")),
        sa.CheckConstraint("stage IN ('draft', 'in_force', 'discarded')", name=op.f("ck_framework_version_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_version")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_framework_version_code_version")),
        sa.UniqueConstraint("open_code", name=op.f("uq_framework_version_open_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "framework_step",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("framework_id", BIG, nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["framework_id"], ["framework_version.id"], name=op.f("fk_framework_step_framework_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_framework_step")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("framework_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_framework_step_framework_id"), ["framework_id"], unique=False)
    op.create_table(
        "target_record",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("framework_code", sa.String(length=80), nullable=False),
        sa.Column("indicator", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("author", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("paper_id", BIG, nullable=True),
        sa.Column("paper_digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["paper_id"], ["blob.id"], name=op.f("fk_target_record_paper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_record")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("target_record", schema=None) as batch_op:
        batch_op.create_index(
            "ix_target_record_framework_code_indicator", ["framework_code", "indicator"], unique=False
        )
    for table, when in GUARDED.items():
        _guard(table, when)


def _guard(table: str, when: str) -> None:
    """The database itself refuses DELETE always, and UPDATE of rows for which `when` holds (of all, without one)."""
    condition = f"WHEN ({when}) " if when else ""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {condition}"
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} "
        f"FOR EACH ROW {condition}EXECUTE FUNCTION {table}_frozen()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_frozen()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":  # SQLite drops a table's triggers with it
        for table in GUARDED:
            op.execute(f"DROP TRIGGER {table}_frozen ON {table}")
            op.execute(f"DROP TRIGGER {table}_no_delete ON {table}")
            op.execute(f"DROP FUNCTION {table}_frozen()")
    with op.batch_alter_table("target_record", schema=None) as batch_op:
        batch_op.drop_index("ix_target_record_framework_code_indicator")

    op.drop_table("target_record")
    with op.batch_alter_table("framework_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_framework_step_framework_id"))

    op.drop_table("framework_step")
    op.drop_table("framework_version")
