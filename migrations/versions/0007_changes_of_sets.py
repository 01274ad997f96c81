"""What a set shows after renewals, replaced hosts and upgrades, and open revocations."""

from __future__ import annotations

import datetime as dt
import json

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STANDING = """
    SELECT e.set_id, e.action, e.details FROM ledger_event e
    WHERE e.action IN ('issue', 'relocate') AND e.reverses_id IS NULL
      AND NOT EXISTS (SELECT 1 FROM ledger_event r WHERE r.reverses_id = e.id)
      AND (e.action = 'relocate' OR e.details LIKE '%"edition"%' OR e.details LIKE '%"valid_until"%'
           OR e.details LIKE '%"site"%')
"""


def upgrade() -> None:
    with op.batch_alter_table("license_set") as batch_op:
        batch_op.add_column(sa.Column("edition", sa.String(length=80), server_default="", nullable=False))
        batch_op.add_column(sa.Column("site", sa.String(length=200), server_default="", nullable=False))
        batch_op.add_column(sa.Column("valid_until", sa.Date(), nullable=True))
    op.create_table(
        "revocation",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fingerprint", sa.String(length=80), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=200), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=True),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(code = '') = (recorded_on IS NULL)", name=op.f("ck_revocation_code")),
        sa.ForeignKeyConstraint(["set_id"], ["license_set.id"], name=op.f("fk_revocation_set_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_revocation_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revocation")),
        sa.UniqueConstraint("set_id", "position", name=op.f("uq_revocation_set_id_position")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("revocation") as batch_op:
        batch_op.create_index("ix_revocation_due_on", ["due_on"], unique=False)
        batch_op.create_index("ix_revocation_unit_id", ["unit_id"], unique=False)
    _show_what_was_said()


def _show_what_was_said() -> None:
    """Edition and validity stood in the facts only; a set that left its unit left the platform behind."""
    sets = sa.table(
        "license_set", sa.column("id"), sa.column("platform_id"), sa.column("edition", sa.String()),
        sa.column("site", sa.String()), sa.column("valid_until", sa.Date()),
    )  # fmt: skip
    connection = op.get_bind()
    for set_id, action, text in connection.execute(sa.text(STANDING)).all():
        row = sa.update(sets).where(sets.c.id == set_id)
        if action == "relocate":
            connection.execute(row.values(platform_id=None))
            continue
        said = json.loads(text)
        until = said.get("valid_until")
        connection.execute(
            row.values(
                edition=(said.get("edition") or "")[:80],
                site=(said.get("site") or "")[:200],
                valid_until=dt.date.fromisoformat(until) if until else None,
            )
        )


def downgrade() -> None:
    with op.batch_alter_table("revocation") as batch_op:
        batch_op.drop_index("ix_revocation_unit_id")
        batch_op.drop_index("ix_revocation_due_on")
    op.drop_table("revocation")
    for column in ("valid_until", "site", "edition"):
        op.drop_column("license_set", column)
