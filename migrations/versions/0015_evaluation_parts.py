"""What is typed in the draft of an evaluation: one row a part, frozen with the signature."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLE = "evaluation_part"
SIGNED = "EXISTS (SELECT 1 FROM evaluation WHERE id = OLD.evaluation_id AND stage = 'signed')"


def upgrade() -> None:
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        TABLE,
        sa.Column("id", key, sa.Identity(always=False), nullable=False),
        sa.Column("evaluation_id", key, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["evaluation_id"], ["evaluation.id"], name=op.f("fk_evaluation_part_evaluation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_part")),
        sa.UniqueConstraint("evaluation_id", "place", name=op.f("uq_evaluation_part_evaluation_id_place")),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {TABLE}_signed_no_{verb.lower()} BEFORE {verb} ON {TABLE} WHEN {SIGNED} "
                f"BEGIN SELECT RAISE(ABORT, 'a signed evaluation is frozen'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {TABLE}_signed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF {SIGNED} THEN RAISE EXCEPTION 'a signed evaluation is frozen'; END IF; "
        f"IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {TABLE}_signed BEFORE UPDATE OR DELETE ON {TABLE} "
        f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_signed()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":  # SQLite drops a table's triggers with it
        op.execute(f"DROP TRIGGER {TABLE}_signed ON {TABLE}")
        op.execute(f"DROP FUNCTION {TABLE}_signed()")
    op.drop_table(TABLE)
