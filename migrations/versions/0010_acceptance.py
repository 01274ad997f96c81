"""Import attempts, acceptance certificates and their signatures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# What was told or drawn stays: rows of these tables are never deleted, and changed only where it says so.
GUARDED = ("import_attempt", "acceptance_certificate", "certificate_line")
ENDED = "OLD.stage IN ('accepted', 'declined', 'void')"
FROZEN = (
    "certificate_id, position, set_id, number, contract, product, edition, kind, platform, site, fingerprint,"
    " license_file, asked_cpus, issued_cpus, shown_cpus, valid_until, shown_until, issued_on, imported_on, attempts,"
    " capacity_equal, validity_equal, screenshot"
)


def upgrade() -> None:
    op.create_table(
        "acceptance_certificate",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("unit_code", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by_id", sa.Integer(), nullable=True),
        sa.Column("drawn_by", sa.String(length=80), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("checks", sa.Text(), nullable=False),
        sa.Column("conclusion", sa.String(length=4), nullable=False),
        sa.Column("problems", sa.String(length=1000), nullable=False),
        sa.Column("rework", sa.String(length=1000), nullable=False),
        sa.Column("unit_signer_id", sa.Integer(), nullable=True),
        sa.Column("unit_signer", sa.String(length=80), nullable=False),
        sa.Column("unit_signed_on", sa.Date(), nullable=True),
        sa.Column("center_signer_id", sa.Integer(), nullable=True),
        sa.Column("center_signer", sa.String(length=80), nullable=False),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.String(length=500), nullable=False),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("document_digest", sa.String(length=64), nullable=False),
        sa.Column("scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("scan_digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("conclusion IN ('', 'pass', 'fail')", name=op.f("ck_acceptance_certificate_conclusion")),
        sa.CheckConstraint(
            "stage <> 'accepted' OR (conclusion = 'pass' AND unit_signer <> '' AND center_signer <> ''"
            " AND accepted_on IS NOT NULL AND document_id IS NOT NULL)",
            name=op.f("ck_acceptance_certificate_signed_by_both"),
        ),
        sa.CheckConstraint(
            "stage IN ('drawn', 'printed', 'unit_signed', 'scanned', 'accepted', 'declined', 'void')",
            name=op.f("ck_acceptance_certificate_stage"),
        ),
        sa.CheckConstraint(
            "unit_signer_id IS NULL OR center_signer_id IS NULL OR unit_signer_id <> center_signer_id",
            name=op.f("ck_acceptance_certificate_two_signers"),
        ),
        sa.ForeignKeyConstraint(["document_id"], ["blob.id"], name=op.f("fk_acceptance_certificate_document_id")),
        sa.ForeignKeyConstraint(["scan_id"], ["blob.id"], name=op.f("fk_acceptance_certificate_scan_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_acceptance_certificate_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_acceptance_certificate_number")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("acceptance_certificate", schema=None) as batch_op:
        batch_op.create_index("ix_acceptance_certificate_unit_id_stage", ["unit_id", "stage"], unique=False)

    op.create_table(
        "certificate_line",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("certificate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("open_set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("contract", sa.String(length=80), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("edition", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("platform", sa.String(length=200), nullable=False),
        sa.Column("site", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=80), nullable=False),
        sa.Column("license_file", sa.String(length=200), nullable=False),
        sa.Column("asked_cpus", sa.Integer(), nullable=True),
        sa.Column("issued_cpus", sa.Integer(), nullable=True),
        sa.Column("shown_cpus", sa.Integer(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("shown_until", sa.Date(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("imported_on", sa.Date(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("capacity_equal", sa.Boolean(), nullable=True),
        sa.Column("validity_equal", sa.Boolean(), nullable=True),
        sa.Column("screenshot", sa.Boolean(), nullable=False),
        sa.CheckConstraint("open_set_id IS NULL OR open_set_id = set_id", name=op.f("ck_certificate_line_open_set")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["acceptance_certificate.id"], name=op.f("fk_certificate_line_certificate_id")
        ),
        sa.ForeignKeyConstraint(["open_set_id"], ["license_set.id"], name=op.f("fk_certificate_line_open_set_id")),
        sa.ForeignKeyConstraint(["set_id"], ["license_set.id"], name=op.f("fk_certificate_line_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_line")),
        sa.UniqueConstraint("certificate_id", "position", name=op.f("uq_certificate_line_certificate_id_position")),
        sa.UniqueConstraint("certificate_id", "set_id", name=op.f("uq_certificate_line_certificate_id_set_id")),
        sa.UniqueConstraint("open_set_id", name=op.f("uq_certificate_line_open_set_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("certificate_line", schema=None) as batch_op:
        batch_op.create_index("ix_certificate_line_set_id", ["set_id"], unique=False)

    op.create_table(
        "import_attempt",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("issued_cpus", sa.Integer(), nullable=True),
        sa.Column("issued_until", sa.Date(), nullable=True),
        sa.Column("shown_cpus", sa.Integer(), nullable=True),
        sa.Column("shown_until", sa.Date(), nullable=True),
        sa.Column("shown_fingerprint", sa.String(length=80), nullable=False),
        sa.Column("screenshot_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("(result = 'failed') = (reason <> '')", name=op.f("ck_import_attempt_reason")),
        sa.CheckConstraint("result IN ('succeeded', 'failed', 'differs')", name=op.f("ck_import_attempt_result")),
        sa.ForeignKeyConstraint(["screenshot_id"], ["blob.id"], name=op.f("fk_import_attempt_screenshot_id")),
        sa.ForeignKeyConstraint(["set_id"], ["license_set.id"], name=op.f("fk_import_attempt_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_attempt")),
        sa.UniqueConstraint("set_id", "nth", name=op.f("uq_import_attempt_set_id_nth")),
        sa.UniqueConstraint("set_id", "position", name=op.f("uq_import_attempt_set_id_position")),
        sqlite_strict=True,
    )
    op.create_table(
        "rework_task",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("open_set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("certificate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", sa.String(length=80), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(open_set_id IS NULL) = (closed_on IS NOT NULL)", name=op.f("ck_rework_task_open_until_closed")
        ),
        sa.CheckConstraint("open_set_id IS NULL OR open_set_id = set_id", name=op.f("ck_rework_task_open_set")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["acceptance_certificate.id"], name=op.f("fk_rework_task_certificate_id")
        ),
        sa.ForeignKeyConstraint(["open_set_id"], ["license_set.id"], name=op.f("fk_rework_task_open_set_id")),
        sa.ForeignKeyConstraint(["set_id"], ["license_set.id"], name=op.f("fk_rework_task_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rework_task")),
        sa.UniqueConstraint("open_set_id", name=op.f("uq_rework_task_open_set_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("rework_task", schema=None) as batch_op:
        batch_op.create_index("ix_rework_task_set_id", ["set_id"], unique=False)

    _guard("import_attempt", "UPDATE", "")
    _guard("acceptance_certificate", "UPDATE", ENDED)
    _guard("certificate_line", f"UPDATE OF {FROZEN}", "")


def _guard(table: str, update: str, when: str) -> None:
    """The database itself refuses DELETE always, and UPDATE of these columns, or of rows for which `when` holds."""
    condition = f"WHEN ({when}) " if when else ""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE {update} ON {table} {condition}"
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
        f"CREATE TRIGGER {table}_frozen BEFORE {update} ON {table} "
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
    with op.batch_alter_table("rework_task", schema=None) as batch_op:
        batch_op.drop_index("ix_rework_task_set_id")

    op.drop_table("rework_task")
    op.drop_table("import_attempt")
    with op.batch_alter_table("certificate_line", schema=None) as batch_op:
        batch_op.drop_index("ix_certificate_line_set_id")

    op.drop_table("certificate_line")
    with op.batch_alter_table("acceptance_certificate", schema=None) as batch_op:
        batch_op.drop_index("ix_acceptance_certificate_unit_id_stage")

    op.drop_table("acceptance_certificate")
