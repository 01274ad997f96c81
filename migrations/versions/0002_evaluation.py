"""Evaluations: their runs and scores, and the frozen snapshots and traces of those that were signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

APPEND_ONLY = ("evaluation_step", "evaluation_snapshot", "evaluation_trace")
# Table → the column that names the evaluation: these rows move until it is signed, and never again.
UNTIL_SIGNED = {"evaluation": "id", "indicator_result": "evaluation_id"}


def upgrade() -> None:
    op.create_table(
        "evaluation",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("framework_code", sa.String(length=80), nullable=False),
        sa.Column("framework_digest", sa.String(length=64), nullable=False),
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("paper", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("total", sa.String(length=40), nullable=False),
        sa.Column("grade", sa.String(length=20), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("stage IN ('draft', 'completed', 'reviewed', 'signed')", name=op.f("ck_evaluation_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation")),
        sa.UniqueConstraint("kind", "year", "version", name=op.f("uq_evaluation_kind_year_version")),
        sqlite_strict=True,
    )
    op.create_table(
        "evaluation_snapshot",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("evaluation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("algorithm", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluation.id"], name=op.f("fk_evaluation_snapshot_evaluation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_snapshot")),
        sa.UniqueConstraint("evaluation_id", name=op.f("uq_evaluation_snapshot_evaluation_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "evaluation_step",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("evaluation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name=op.f("fk_evaluation_step_evaluation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_step")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("evaluation_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_evaluation_step_evaluation_id"), ["evaluation_id"], unique=False)

    op.create_table(
        "evaluation_trace",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("evaluation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("measure", sa.String(length=80), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name=op.f("fk_evaluation_trace_evaluation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_trace")),
        sa.UniqueConstraint(
            "evaluation_id", "measure", "part", name=op.f("uq_evaluation_trace_evaluation_id_measure_part")
        ),
        sqlite_strict=True,
    )
    op.create_table(
        "indicator_result",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("evaluation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("weight", sa.String(length=40), nullable=False),
        sa.Column("target", sa.String(length=40), nullable=True),
        sa.Column("value", sa.String(length=40), nullable=True),
        sa.Column("value_text", sa.String(length=200), nullable=False),
        sa.Column("score", sa.String(length=40), nullable=True),
        sa.Column("band", sa.String(length=10), nullable=False),
        sa.Column("deviation", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("explanation", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("assumption", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name=op.f("fk_indicator_result_evaluation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_result")),
        sa.UniqueConstraint("evaluation_id", "code", name=op.f("uq_indicator_result_evaluation_id_code")),
        sqlite_strict=True,
    )
    for table in APPEND_ONLY:
        _protect(table)
    for table, column in UNTIL_SIGNED.items():
        _protect_signed(table, column)


def _protect(table: str) -> None:
    """What was done or frozen is never edited: the database itself refuses UPDATE and DELETE."""
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


def _protect_signed(table: str, column: str) -> None:
    """The rows of a signed evaluation are refused likewise; those of a draft may change."""
    signed = f"EXISTS (SELECT 1 FROM evaluation WHERE id = OLD.{column} AND stage = 'signed')"  # noqa: S608
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_signed_no_{verb.lower()} BEFORE {verb} ON {table} WHEN {signed} "
                f"BEGIN SELECT RAISE(ABORT, 'a signed evaluation is frozen'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_signed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {signed} THEN RAISE EXCEPTION 'a signed evaluation is frozen'; END IF; "
        f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_signed BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_signed()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":  # SQLite drops a table's triggers with it
        for table in APPEND_ONLY:
            op.execute(f"DROP TRIGGER {table}_frozen ON {table}")
            op.execute(f"DROP FUNCTION {table}_frozen()")
        for table in UNTIL_SIGNED:
            op.execute(f"DROP TRIGGER {table}_signed ON {table}")
            op.execute(f"DROP FUNCTION {table}_signed()")
    op.drop_table("indicator_result")
    op.drop_table("evaluation_trace")
    with op.batch_alter_table("evaluation_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evaluation_step_evaluation_id"))

    op.drop_table("evaluation_step")
    op.drop_table("evaluation_snapshot")
    op.drop_table("evaluation")
