"""Reminders that were told, closed months, the history of checks, and the stop of all writing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0022"
branch_labels = None
depends_on = None

APPEND_ONLY = ("reminder", "check_run", "month_closing", "month_figure", "month_report")
TABLES = (
    "account_warning",
    "month_report",
    "month_figure",
    "month_closing",
    "check_run",
    "reminder",
    "read_only_period",
)


def _id() -> sa.Column[int]:
    return sa.Column("id", _big(), sa.Identity(always=False), nullable=False)


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "read_only_period",
        _id(),
        sa.Column("standing", sa.Integer(), nullable=True),
        _instant("began_at"),
        sa.Column("cause", sa.String(length=200), nullable=False),
        _instant("ended_at", nullable=True),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_login", sa.String(length=80), nullable=True),
        sa.Column("ended_name", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint("standing = 1", name=op.f("ck_read_only_period_standing")),
        sa.CheckConstraint("(standing IS NULL) = (ended_at IS NOT NULL)", name=op.f("ck_read_only_period_ended")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_only_period")),
        sa.UniqueConstraint("standing", name=op.f("uq_read_only_period_standing")),
        sqlite_strict=True,
    )
    op.create_table(
        "reminder",
        _id(),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("unit_id", _big(), nullable=True),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        _instant("told_at"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_reminder_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("kind", "subject", "due_on", "step", name=op.f("uq_reminder_kind_subject_due_on_step")),
        sqlite_strict=True,
    )
    op.create_table(
        "check_run",
        _id(),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        _instant("began_at"),
        _instant("ended_at"),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("broken", sa.Text(), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.CheckConstraint("kind IN ('books', 'files')", name=op.f("ck_check_run_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_run")),
        sqlite_strict=True,
    )
    op.create_table(
        "month_closing",
        _id(),
        sa.Column("as_of", sa.Date(), nullable=False),
        _instant("known_at"),
        _instant("closed_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_closing")),
        sa.UniqueConstraint("as_of", name=op.f("uq_month_closing_as_of")),
        sqlite_strict=True,
    )
    op.create_table(
        "month_figure",
        _id(),
        sa.Column("closing_id", _big(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["closing_id"], ["month_closing.id"], name=op.f("fk_month_figure_closing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_figure")),
        sa.UniqueConstraint("closing_id", "name", name=op.f("uq_month_figure_closing_id_name")),
        sqlite_strict=True,
    )
    op.create_table(
        "month_report",
        _id(),
        sa.Column("closing_id", _big(), nullable=False),
        sa.Column("document_id", _big(), nullable=False),
        _instant("made_at"),
        sa.ForeignKeyConstraint(["closing_id"], ["month_closing.id"], name=op.f("fk_month_report_closing_id")),
        sa.ForeignKeyConstraint(["document_id"], ["blob.id"], name=op.f("fk_month_report_document_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_report")),
        sa.UniqueConstraint("closing_id", name=op.f("uq_month_report_closing_id")),
        sqlite_strict=True,
    )
    op.create_table(
        "account_warning",
        _id(),
        sa.Column("user_id", _big(), nullable=False),
        _instant("used_at"),
        _instant("told_at"),
        sa.ForeignKeyConstraint(["user_id"], ["account.id"], name=op.f("fk_account_warning_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_warning")),
        sa.UniqueConstraint("user_id", "used_at", name=op.f("uq_account_warning_user_id_used_at")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_told_on"), ["told_on"], unique=False)
    with op.batch_alter_table("check_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_check_run_kind_began_at"), ["kind", "began_at"], unique=False)
    for table in APPEND_ONLY:
        _guard(table)


def _guard(table: str) -> None:
    """The database itself refuses UPDATE and DELETE: what was told, checked and counted can only be added."""
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
    for table, columns in (("check_run", "kind_began_at"), ("reminder", "told_on")):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_index(batch_op.f(f"ix_{table}_{columns}"))
    for table in TABLES:
        op.drop_table(table)
