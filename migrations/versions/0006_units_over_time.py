"""Units that were merged, split or closed, and what their platforms are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from licensetrack.core.lookalikes import skeleton

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXTS = {
    "unit": {"short_name": 80, "credit_code": 18, "superior": 200, "address": 200, "skeleton": 200},
    "platform": {
        "site": 120, "network": 20, "vendor": 80, "software_version": 80, "edition": 80, "fingerprint": 80, "note": 500,
    },
}  # fmt: skip
ENDED = (
    "stage IN ('in_use', 'merged', 'split', 'closed') AND (stage = 'in_use') = (ended_on IS NULL)"
    " AND (stage = 'merged') = (merged_into_id IS NOT NULL)"
)
HAS_CODE = sa.text("credit_code <> ''")


def upgrade() -> None:
    """Columns are added one by one: a copy of the table would be dropped under the rows that point at it."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    day, number = ("TEXT", "INTEGER") if on_sqlite else ("DATE", "BIGINT")
    for table, columns in TEXTS.items():
        for name, length in columns.items():
            kind = "TEXT" if on_sqlite else f"VARCHAR({length})"
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind} DEFAULT '' NOT NULL")
        op.execute(f"ALTER TABLE {table} ADD COLUMN version INTEGER DEFAULT 1 NOT NULL")
    op.execute(
        f"ALTER TABLE unit ADD COLUMN in_scope {'INTEGER DEFAULT 1' if on_sqlite else 'BOOLEAN DEFAULT true'} NOT NULL"
    )
    op.execute(f"ALTER TABLE unit ADD COLUMN ended_on {day}")
    op.execute(
        f"ALTER TABLE unit ADD COLUMN merged_into_id {number} CONSTRAINT fk_unit_merged_into_id REFERENCES unit (id)"
    )
    op.execute(
        f"ALTER TABLE unit ADD COLUMN stage {'TEXT' if on_sqlite else 'VARCHAR(10)'} DEFAULT 'in_use' NOT NULL"
        f" CONSTRAINT ck_unit_stage CHECK ({ENDED})"
    )
    op.execute(f"ALTER TABLE unit_name ADD COLUMN since {day}")
    _tell_names_apart()
    op.create_index("ix_unit_skeleton", "unit", ["skeleton"])
    op.create_index(
        "uq_unit_credit_code", "unit", ["credit_code"], unique=True, sqlite_where=HAS_CODE, postgresql_where=HAS_CODE
    )
    op.create_table(
        "unit_event",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_event_unit_id")),
        sa.ForeignKeyConstraint(["other_id"], ["unit.id"], name=op.f("fk_unit_event_other_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["unit_event.id"], name=op.f("fk_unit_event_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_event")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_unit_event_reverses_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("unit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_event_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_event_other_id"), ["other_id"], unique=False)
    _protect(on_sqlite=on_sqlite)


def _tell_names_apart() -> None:
    """Since when a name is in use, from the end of the one before it; and which names look alike."""
    op.execute(
        "UPDATE unit_name SET since = (SELECT max(earlier.until) FROM unit_name earlier"
        " WHERE earlier.unit_id = unit_name.unit_id AND earlier.id < unit_name.id)"
    )
    unit = sa.table("unit", *map(sa.column, ("id", "name", "skeleton")))
    connection = op.get_bind()
    for unit_id, name in connection.execute(sa.select(unit.c.id, unit.c.name)).all():
        connection.execute(sa.update(unit).where(unit.c.id == unit_id).values(skeleton=skeleton(name)))


def _protect(*, on_sqlite: bool) -> None:
    if on_sqlite:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER unit_event_no_{verb.lower()} BEFORE {verb} ON unit_event "
                "BEGIN SELECT RAISE(ABORT, 'unit_event is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION unit_event_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'unit_event is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER unit_event_frozen BEFORE UPDATE OR DELETE OR TRUNCATE ON unit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION unit_event_frozen()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete"):
            op.execute(f"DROP TRIGGER unit_event_no_{verb}")
    else:
        op.execute("DROP TRIGGER unit_event_frozen ON unit_event")
        op.execute("DROP FUNCTION unit_event_frozen()")
    op.drop_table("unit_event")
    op.drop_index("uq_unit_credit_code", "unit")
    op.drop_index("ix_unit_skeleton", "unit")
    op.execute("ALTER TABLE unit_name DROP COLUMN since")
    for name in ("stage", "merged_into_id", "ended_on", "in_scope"):
        op.execute(f"ALTER TABLE unit DROP COLUMN {name}")
    for table, columns in TEXTS.items():
        for name in ("version", *reversed(columns)):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
