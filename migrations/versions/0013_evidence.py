"""Evidence: files with what they are, and what each of them proves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0010"
branch_labels = None
depends_on = None

# Nothing of it is ever deleted. A file's bytes and origin stay; a withdrawn file and an undone link no longer change.
FROZEN = {
    "evidence_file": (
        "number, blob_id, digest, size, kind, name, added_at, added_by_id, added_by, added_name",
        "OLD.withdrawn_at IS NOT NULL",
    ),
    "evidence_link": (
        "evidence_id, target, subject, framework, year, wanted, reason, linked_at, linked_by_id, linked_by,"
        " linked_name",
        "OLD.undone_at IS NOT NULL",
    ),
}


def upgrade() -> None:
    op.create_table(
        "evidence_file",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("blob_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("evidence_class", sa.String(length=12), nullable=False),
        sa.Column("retention", sa.String(length=20), nullable=False),
        sa.Column("document_number", sa.String(length=80), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("added_name", sa.String(length=80), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_by", sa.String(length=80), nullable=False),
        sa.Column("withdrawn_name", sa.String(length=80), nullable=False),
        sa.Column("withdrawn_reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint(
            "evidence_class IN ('formal', 'working', 'original', 'explanation')",
            name=op.f("ck_evidence_file_evidence_class"),
        ),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_reason = '')", name=op.f("ck_evidence_file_withdrawn_with_a_reason")
        ),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name=op.f("fk_evidence_file_blob_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file")),
        sa.UniqueConstraint("number", name=op.f("uq_evidence_file_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_evidence_file_blob_id", "evidence_file", ["blob_id"])
    stands = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "uq_evidence_file_standing", "evidence_file", ["digest"], unique=True, sqlite_where=stands,
        postgresql_where=stands,
    )  # fmt: skip
    op.create_table(
        "evidence_link",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("evidence_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("target", sa.String(length=10), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("framework", sa.String(length=80), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("wanted", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("linked_by_id", sa.Integer(), nullable=True),
        sa.Column("linked_by", sa.String(length=80), nullable=False),
        sa.Column("linked_name", sa.String(length=80), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=False),
        sa.Column("undone_name", sa.String(length=80), nullable=False),
        sa.Column("undone_reason", sa.String(length=500), nullable=False),
        sa.CheckConstraint("target IN ('indicator', 'set', 'budget', 'order')", name=op.f("ck_evidence_link_target")),
        sa.CheckConstraint(
            "(target = 'indicator') = (framework <> '' AND year > 0)",
            name=op.f("ck_evidence_link_indicator_of_a_framework"),
        ),
        sa.CheckConstraint("wanted = '' OR target = 'indicator'", name=op.f("ck_evidence_link_wanted_by_an_indicator")),
        sa.CheckConstraint(
            "reason <> '' AND (undone_at IS NULL) = (undone_reason = '')", name=op.f("ck_evidence_link_with_a_reason")
        ),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence_file.id"], name=op.f("fk_evidence_link_evidence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_link")),
        sqlite_strict=True,
    )
    op.create_index("ix_evidence_link_subject", "evidence_link", ["target", "subject"])
    linked = sa.text("undone_at IS NULL")
    op.create_index(
        "uq_evidence_link_standing", "evidence_link",
        ["evidence_id", "target", "subject", "framework", "year", "wanted"], unique=True, sqlite_where=linked,
        postgresql_where=linked,
    )  # fmt: skip
    for table, (columns, ended) in FROZEN.items():
        _guard(table, columns, ended)


def _guard(table: str, columns: str, ended: str) -> None:
    """The database itself refuses DELETE, another value in these columns, and every change of a row that has ended."""
    old, new = (", ".join(f"{row}.{name}" for name in columns.split(", ")) for row in ("OLD", "NEW"))
    if op.get_bind().dialect.name == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            f"WHEN ({ended} OR ({old}) IS NOT ({new})) {refuse}"
        )
        op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}")
        return
    op.execute(
        f"CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    run = f"EXECUTE FUNCTION {table}_frozen()"
    op.execute(
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN ({ended} OR ({old}) IS DISTINCT FROM ({new})) {run}"
    )
    op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT {run}")


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":  # SQLite drops a table's triggers with it
        for table in FROZEN:
            for name in ("frozen", "no_delete"):
                op.execute(f"DROP TRIGGER {table}_{name} ON {table}")
            op.execute(f"DROP FUNCTION {table}_frozen()")
    op.drop_table("evidence_link")
    op.drop_table("evidence_file")
