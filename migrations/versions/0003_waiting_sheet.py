"""Sheets of files that came before the units or sets they refer to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting_sheet",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("blob_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sheet", sa.String(length=255), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name=op.f("fk_waiting_sheet_blob_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting_sheet")),
        sa.UniqueConstraint("blob_id", "sheet", name=op.f("uq_waiting_sheet_blob_id_sheet")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("waiting_sheet")
