"""Requests, their lines, papers, versions and events, and who stands in for whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

APPEND_ONLY = ("request_event", "request_version")


def upgrade() -> None:
    op.create_table(
        "delegation",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("principal_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("deputy_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_delegation_days")),
        sa.CheckConstraint("principal_id <> deputy_id", name=op.f("ck_delegation_two_people")),
        sa.ForeignKeyConstraint(["deputy_id"], ["account.id"], name=op.f("fk_delegation_deputy_id")),
        sa.ForeignKeyConstraint(["principal_id"], ["account.id"], name=op.f("fk_delegation_principal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delegation_deputy_id"), ["deputy_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_delegation_principal_id"), ["principal_id"], unique=False)
    op.create_table(
        "license_request",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("requester_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("requester", sa.String(length=80), nullable=False),
        sa.Column("requester_name", sa.String(length=80), nullable=False),
        sa.Column("entered_on_behalf", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("wanted_on", sa.Date(), nullable=True),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.Column("writers", sa.Text(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("two_people", sa.Boolean(), nullable=False),
        sa.Column("acceptor", sa.String(length=80), nullable=True),
        sa.Column("approver", sa.String(length=80), nullable=True),
        sa.Column("approved_for", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "stage IN ('draft', 'submitted', 'accepted', 'returned', 'rejected', 'approved', 'fulfilled', 'withdrawn')",
            name=op.f("ck_license_request_stage"),
        ),
        sa.CheckConstraint(
            "NOT two_people OR approver IS NULL OR approver <> acceptor", name=op.f("ck_license_request_two_people")
        ),
        sa.CheckConstraint(
            "acceptor IS NULL OR acceptor <> requester", name=op.f("ck_license_request_acceptor_is_another")
        ),
        sa.CheckConstraint(
            "approved_for IS NULL OR approved_for NOT IN (requester, acceptor, approver)",
            name=op.f("ck_license_request_stood_in_for_another"),
        ),
        sa.CheckConstraint(
            "approver IS NULL OR approver <> requester", name=op.f("ck_license_request_approver_is_another")
        ),
        sa.ForeignKeyConstraint(["requester_id"], ["account.id"], name=op.f("fk_license_request_requester_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_license_request_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_license_request")),
        sa.UniqueConstraint("number", name=op.f("uq_license_request_number")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("license_request", schema=None) as batch_op:
        batch_op.create_index("ix_license_request_stage_stage_since", ["stage", "stage_since"], unique=False)
        batch_op.create_index(batch_op.f("ix_license_request_unit_id"), ["unit_id"], unique=False)
    op.create_table(
        "request_attachment",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line_key", sa.String(length=16), nullable=False),
        sa.Column("blob_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by", sa.String(length=80), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name=op.f("fk_request_attachment_blob_id")),
        sa.ForeignKeyConstraint(["request_id"], ["license_request.id"], name=op.f("fk_request_attachment_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_attachment")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("request_attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_attachment_request_id"), ["request_id"], unique=False)
    op.create_table(
        "request_event",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=12), nullable=False),
        sa.Column("from_stage", sa.String(length=12), nullable=False),
        sa.Column("to_stage", sa.String(length=12), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("acted_for", sa.String(length=80), nullable=True),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["license_request.id"], name=op.f("fk_request_event_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_event")),
        sa.UniqueConstraint("request_id", "seq", name=op.f("uq_request_event_request_id_seq")),
        sqlite_strict=True,
    )
    op.create_table(
        "request_version",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["license_request.id"], name=op.f("fk_request_version_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_version")),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_request_version_request_id_number")),
        sqlite_strict=True,
    )
    op.create_table(
        "request_line",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("request_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("license_kind", sa.String(length=10), nullable=False),
        sa.Column("set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("platform", sa.String(length=200), nullable=False),
        sa.Column("site", sa.String(length=200), nullable=False),
        sa.Column("edition", sa.String(length=40), nullable=False),
        sa.Column("cpus_asked", sa.Integer(), nullable=True),
        sa.Column("cpus_granted", sa.Integer(), nullable=True),
        sa.Column("hosts", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(length=80), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("wanted_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("result_set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('new', 'expansion', 'renewal', 'formalize', 'migration', 'return')",
            name=op.f("ck_request_line_kind"),
        ),
        sa.CheckConstraint(
            "stage IN ('asked', 'granted', 'refused', 'fulfilled', 'dropped')", name=op.f("ck_request_line_stage")
        ),
        sa.CheckConstraint("cpus_asked IS NULL OR cpus_asked > 0", name=op.f("ck_request_line_asked_above_zero")),
        sa.CheckConstraint(
            "cpus_granted IS NULL OR (cpus_asked IS NOT NULL AND cpus_granted BETWEEN 0 AND cpus_asked)",
            name=op.f("ck_request_line_granted_within_asked"),
        ),
        sa.ForeignKeyConstraint(["product"], ["product.code"], name=op.f("fk_request_line_product")),
        sa.ForeignKeyConstraint(["request_id"], ["license_request.id"], name=op.f("fk_request_line_request_id")),
        sa.ForeignKeyConstraint(["result_set_id"], ["license_set.id"], name=op.f("fk_request_line_result_set_id")),
        sa.ForeignKeyConstraint(["set_id"], ["license_set.id"], name=op.f("fk_request_line_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_line")),
        sa.UniqueConstraint("request_id", "key", name=op.f("uq_request_line_request_id_key")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("request_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_line_result_set_id"), ["result_set_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_request_line_set_id"), ["set_id"], unique=False)
        batch_op.create_index("ix_request_line_stage", ["stage"], unique=False)
    for table in APPEND_ONLY:
        _protect(table)


def _protect(table: str) -> None:
    """What was asked and done is never edited: the database itself refuses UPDATE and DELETE."""
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
        "request_line",
        "request_version",
        "request_event",
        "request_attachment",
        "license_request",
        "delegation",
    ):
        op.drop_table(table)
