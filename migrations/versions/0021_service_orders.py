"""Service orders handled here: their life, their limits and working days; bulletins and their tasks."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

APPEND_ONLY = ("service_step", "service_limit", "working_year", "service_paper", "bulletin_step")
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _details() -> list[sa.Column[Any]]:
    """What a ledger may tell of an order beyond the first eight columns."""
    return [
        sa.Column("source", sa.String(length=20), server_default="", nullable=False),
        sa.Column("product", sa.String(length=120), server_default="", nullable=False),
        sa.Column("severity", sa.String(length=20), server_default="", nullable=False),
        sa.Column("title", sa.String(length=500), server_default="", nullable=False),
        sa.Column("raised_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("accepted", sa.DateTime(), nullable=True),
        sa.Column("arrived", sa.DateTime(), nullable=True),
        sa.Column("restored", sa.DateTime(), nullable=True),
        sa.Column("answer_due", sa.DateTime(), nullable=True),
        sa.Column("limits", sa.String(length=120), server_default="", nullable=False),
        sa.Column("late", sa.Boolean(), nullable=True),
        sa.Column("late_reason", sa.String(length=500), server_default="", nullable=False),
        sa.Column("handler", sa.String(length=120), server_default="", nullable=False),
        sa.Column("work", sa.Text(), server_default="", nullable=False),
        sa.Column("related", sa.String(length=200), server_default="", nullable=False),
        sa.Column("confirmed_by", sa.String(length=80), server_default="", nullable=False),
        sa.Column("papers", sa.String(length=500), server_default="", nullable=False),
    ]


def _id() -> sa.Column[int]:
    return sa.Column("id", _BIG, sa.Identity(always=False), nullable=False)


def upgrade() -> None:
    for column in _details():
        op.add_column("service_order", column)
    op.create_table(
        "bulletin",
        _id(),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("reference_numbers", sa.String(length=200), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("found_by", sa.String(length=120), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("retest", sa.Boolean(), nullable=False),
        sa.Column("concerns", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('patch', 'vulnerability', 'feature_library')", name=op.f("ck_bulletin_kind")),
        sa.CheckConstraint("stage IN ('open', 'closed')", name=op.f("ck_bulletin_stage")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
        sa.UniqueConstraint("number", name=op.f("uq_bulletin_number")),
        sqlite_strict=True,
    )
    op.create_table(
        "service_limit",
        _id(),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=True),
        sa.Column("arrive", sa.Integer(), nullable=True),
        sa.Column("restore", sa.Integer(), nullable=True),
        sa.Column("hours", sa.String(length=120), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_limit")),
        sa.UniqueConstraint("valid_from", "severity", "kind", name=op.f("uq_service_limit_valid_from_severity_kind")),
        sqlite_strict=True,
    )
    op.create_table(
        "working_year",
        _id(),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_year")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_working_year_year"), "working_year", ["year"], unique=False)
    op.create_table(
        "bulletin_task",
        _id(),
        sa.Column("bulletin_id", _BIG, nullable=False),
        sa.Column("unit_id", _BIG, nullable=False),
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("sets", sa.Text(), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("result", sa.String(length=500), nullable=False),
        sa.Column("retest", sa.String(length=500), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "stage IN ('open', 'reported', 'confirmed', 'dropped')", name=op.f("ck_bulletin_task_stage")
        ),
        sa.CheckConstraint(
            "stage NOT IN ('reported', 'confirmed') OR done_on IS NOT NULL", name=op.f("ck_bulletin_task_done")
        ),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name=op.f("fk_bulletin_task_bulletin_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_bulletin_task_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_task")),
        sa.UniqueConstraint("bulletin_id", "unit_id", name=op.f("uq_bulletin_task_bulletin_id_unit_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_bulletin_task_unit_id"), "bulletin_task", ["unit_id"], unique=False)
    op.create_table(
        "service_engineer",
        sa.Column("user_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("firm", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["account.id"], name=op.f("fk_service_engineer_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_service_engineer")),
        sqlite_strict=True,
    )
    op.create_table(
        "bulletin_step",
        _id(),
        sa.Column("bulletin_id", _BIG, nullable=False),
        sa.Column("task_id", _BIG, nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["bulletin_id"], ["bulletin.id"], name=op.f("fk_bulletin_step_bulletin_id")),
        sa.ForeignKeyConstraint(["task_id"], ["bulletin_task.id"], name=op.f("fk_bulletin_step_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_step")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_bulletin_step_bulletin_id"), "bulletin_step", ["bulletin_id"], unique=False)
    op.create_index(op.f("ix_bulletin_step_task_id"), "bulletin_step", ["task_id"], unique=False)
    op.create_table(
        "service_case",
        _id(),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("unit_id", _BIG, nullable=False),
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("product", sa.String(length=120), nullable=False),
        sa.Column("set_id", _BIG, nullable=True),
        sa.Column("platform_id", _BIG, nullable=True),
        sa.Column("extra", sa.Text(), nullable=False),
        sa.Column("raised_by", sa.String(length=80), nullable=False),
        sa.Column("asked_login", sa.String(length=80), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("received", sa.DateTime(), nullable=False),
        sa.Column("stage_since", sa.DateTime(), nullable=False),
        sa.Column("engineer_id", _BIG, nullable=True),
        sa.Column("engineer", sa.String(length=80), nullable=False),
        sa.Column("firm", sa.String(length=80), nullable=False),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("answer_due", sa.DateTime(), nullable=True),
        sa.Column("arrive_due", sa.DateTime(), nullable=True),
        sa.Column("restore_due", sa.DateTime(), nullable=True),
        sa.Column("responded", sa.DateTime(), nullable=True),
        sa.Column("arrived", sa.DateTime(), nullable=True),
        sa.Column("restored", sa.DateTime(), nullable=True),
        sa.Column("closed", sa.DateTime(), nullable=True),
        sa.Column("mark", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "mark IS NULL OR (mark BETWEEN 1 AND 5 AND stage = 'closed')", name=op.f("ck_service_case_mark")
        ),
        sa.CheckConstraint(
            "stage IN ('asked', 'accepted', 'working', 'paused', 'handed_over', 'closed', 'cancelled')",
            name=op.f("ck_service_case_stage"),
        ),
        sa.ForeignKeyConstraint(["engineer_id"], ["account.id"], name=op.f("fk_service_case_engineer_id")),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_service_case_platform_id")),
        sa.ForeignKeyConstraint(["set_id"], ["license_set.id"], name=op.f("fk_service_case_set_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_service_case_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_case")),
        sa.UniqueConstraint("number", name=op.f("uq_service_case_number")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_service_case_engineer_id"), "service_case", ["engineer_id"], unique=False)
    op.create_index(op.f("ix_service_case_platform_id"), "service_case", ["platform_id"], unique=False)
    op.create_index(op.f("ix_service_case_set_id"), "service_case", ["set_id"], unique=False)
    op.create_index("ix_service_case_stage", "service_case", ["stage"], unique=False)
    op.create_index(op.f("ix_service_case_unit_id"), "service_case", ["unit_id"], unique=False)
    op.create_table(
        "service_paper",
        _id(),
        sa.Column("case_id", _BIG, nullable=True),
        sa.Column("task_id", _BIG, nullable=True),
        sa.Column("blob_id", _BIG, nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.CheckConstraint("(case_id IS NULL) <> (task_id IS NULL)", name=op.f("ck_service_paper_belongs")),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name=op.f("fk_service_paper_blob_id")),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_service_paper_case_id")),
        sa.ForeignKeyConstraint(["task_id"], ["bulletin_task.id"], name=op.f("fk_service_paper_task_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_paper")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_service_paper_case_id"), "service_paper", ["case_id"], unique=False)
    op.create_index(op.f("ix_service_paper_task_id"), "service_paper", ["task_id"], unique=False)
    op.create_table(
        "service_step",
        _id(),
        sa.Column("case_id", _BIG, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("moment", sa.DateTime(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["service_case.id"], name=op.f("fk_service_step_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_step")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_service_step_case_id_seq")),
        sqlite_strict=True,
    )
    for table in APPEND_ONLY:
        _guard(table)


def _guard(table: str) -> None:
    """The database itself refuses UPDATE and DELETE: what was done and what was promised can only be added."""
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
    for table in (
        "service_step", "service_paper", "service_case", "bulletin_step", "service_engineer", "bulletin_task",
        "working_year", "service_limit", "bulletin",
    ):  # fmt: skip
        op.drop_table(table)
    for column in reversed(_details()):
        op.drop_column("service_order", column.name)
