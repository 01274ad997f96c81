"""The ledger and the rooms around it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("ledger_event", "audit_entry", "budget_entry")


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("scope_kind", sa.String(length=10), nullable=False),
        sa.Column("scope_value", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("scope_kind IN ('all', 'district', 'unit')", name=op.f("ck_account_scope_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
        sqlite_strict=True,
    )
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("tag", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("operation", sa.String(length=64), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("algorithm", sa.String(length=10), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("operation", name=op.f("uq_audit_entry_operation")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index("ix_audit_entry_subject", ["subject"], unique=False)
        batch_op.create_index("ix_audit_entry_tag", ["tag"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
        sqlite_strict=True,
    )
    op.create_table(
        "blob",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blob")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_blob_digest"), ["digest"], unique=False)

    op.create_table(
        "idempotency_key",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_idempotency_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "outbox_message",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("tag", sa.String(length=80), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sqlite_strict=True,
    )
    op.create_table(
        "product",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("metric", sa.String(length=10), nullable=False),
        sa.Column("depends_on", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["depends_on"], ["product.code"], name=op.f("fk_product_depends_on")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_product")),
        sqlite_strict=True,
    )
    op.create_table(
        "unit",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("contact", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
        sa.UniqueConstraint("name_key", name=op.f("uq_unit_name_key")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_category"), ["category"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_district"), ["district"], unique=False)

    op.create_table(
        "budget_entry",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("summary", sa.String(length=200), nullable=False),
        sa.Column("voucher", sa.String(length=80), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "kind IN ('appropriation', 'adjustment', 'receipt', 'payment')", name=op.f("ck_budget_entry_kind")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["blob.id"], name=op.f("fk_budget_entry_document_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["budget_entry.id"], name=op.f("fk_budget_entry_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budget_entry")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_budget_entry_reverses_id")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("budget_entry", schema=None) as batch_op:
        batch_op.create_index("ix_budget_entry_on", ["on"], unique=False)
        batch_op.create_index("ix_budget_entry_voucher", ["voucher"], unique=False)

    op.create_table(
        "entitlement",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("contract", sa.String(length=80), nullable=False),
        sa.Column("cap_rule", sa.String(length=10), nullable=False),
        sa.Column("cap_sets", sa.Integer(), nullable=True),
        sa.Column("cap_cpus", sa.Integer(), nullable=True),
        sa.Column("used_sets", sa.Integer(), nullable=False),
        sa.Column("used_cpus", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "cap_rule <> 'hard' OR cap_cpus IS NULL OR used_cpus <= cap_cpus",
            name=op.f("ck_entitlement_cpus_within_cap"),
        ),
        sa.CheckConstraint(
            "cap_rule <> 'hard' OR cap_sets IS NULL OR used_sets <= cap_sets",
            name=op.f("ck_entitlement_sets_within_cap"),
        ),
        sa.CheckConstraint("cap_rule IN ('open', 'soft', 'hard')", name=op.f("ck_entitlement_cap_rule")),
        sa.CheckConstraint("used_sets >= 0 AND used_cpus >= 0", name=op.f("ck_entitlement_used_not_negative")),
        sa.ForeignKeyConstraint(["product"], ["product.code"], name=op.f("fk_entitlement_product")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlement")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("entitlement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_entitlement_product"), ["product"], unique=False)

    op.create_table(
        "login_session",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["account.id"], name=op.f("fk_login_session_user_id")),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_login_session")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "platform",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_platform_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform")),
        sa.UniqueConstraint("unit_id", "name_key", name=op.f("uq_platform_unit_id_name_key")),
        sqlite_strict=True,
    )
    op.create_table(
        "service_order",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("received", sa.DateTime(), nullable=False),
        sa.Column("responded", sa.DateTime(), nullable=True),
        sa.Column("completed", sa.DateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=80), nullable=False),
        sa.Column("satisfaction", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.CheckConstraint(
            "satisfaction IS NULL OR satisfaction BETWEEN 1 AND 5", name=op.f("ck_service_order_satisfaction")
        ),
        sa.ForeignKeyConstraint(["document_id"], ["blob.id"], name=op.f("fk_service_order_document_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_service_order_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_order")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("service_order", schema=None) as batch_op:
        batch_op.create_index("ix_service_order_number", ["number"], unique=False)
        standing = sa.text("superseded_at IS NULL")  # one version of an order stands, the others were replaced
        batch_op.create_index(
            "uq_service_order_standing", ["number"], unique=True, sqlite_where=standing, postgresql_where=standing
        )
        batch_op.create_index("ix_service_order_received", ["received"], unique=False)
        batch_op.create_index(batch_op.f("ix_service_order_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "unit_name",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_unit_name_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_name")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("unit_name", schema=None) as batch_op:
        batch_op.create_index("ix_unit_name_name_key", ["name_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_unit_name_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "license_set",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("entitlement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("cpus", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("imported_on", sa.Date(), nullable=True),
        sa.Column("accepted_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("fingerprint", sa.String(length=80), nullable=False),
        sa.Column("license_file", sa.String(length=200), nullable=False),
        sa.Column("support_end", sa.Date(), nullable=True),
        sa.Column("predecessor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("issued_sets", sa.Integer(), nullable=False),
        sa.Column("issued_cpus", sa.Integer(), nullable=False),
        sa.Column("imported_sets", sa.Integer(), nullable=False),
        sa.Column("imported_cpus", sa.Integer(), nullable=False),
        sa.Column("accepted_sets", sa.Integer(), nullable=False),
        sa.Column("accepted_cpus", sa.Integer(), nullable=False),
        sa.Column("failed_imports", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('formal', 'temporary')", name=op.f("ck_license_set_kind")),
        sa.CheckConstraint(
            "0 <= accepted_cpus AND accepted_cpus <= imported_cpus AND imported_cpus <= issued_cpus",
            name=op.f("ck_license_set_cpus_funnel"),
        ),
        sa.CheckConstraint(
            "0 <= accepted_sets AND accepted_sets <= imported_sets"
            " AND imported_sets <= issued_sets AND issued_sets <= 1",
            name=op.f("ck_license_set_sets_funnel"),
        ),
        sa.ForeignKeyConstraint(["entitlement_id"], ["entitlement.id"], name=op.f("fk_license_set_entitlement_id")),
        sa.ForeignKeyConstraint(["platform_id"], ["platform.id"], name=op.f("fk_license_set_platform_id")),
        sa.ForeignKeyConstraint(["predecessor_id"], ["license_set.id"], name=op.f("fk_license_set_predecessor_id")),
        sa.ForeignKeyConstraint(["product"], ["product.code"], name=op.f("fk_license_set_product")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_license_set_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_license_set")),
        sa.UniqueConstraint("number", name=op.f("uq_license_set_number")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("license_set", schema=None) as batch_op:
        batch_op.create_index("ix_license_set_product_stage", ["product", "stage"], unique=False)
        batch_op.create_index("ix_license_set_unit_id_stage", ["unit_id", "stage"], unique=False)

    op.create_table(
        "ledger_event",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), sa.Identity(always=False), nullable=False
        ),
        sa.Column("set_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("product", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("district", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("cpus", sa.Integer(), nullable=True),
        sa.Column("details", sa.Text(), nullable=True),
        sa.Column("document_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("place", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("issued_sets", sa.Integer(), nullable=False),
        sa.Column("issued_cpus", sa.Integer(), nullable=False),
        sa.Column("imported_sets", sa.Integer(), nullable=False),
        sa.Column("imported_cpus", sa.Integer(), nullable=False),
        sa.Column("accepted_sets", sa.Integer(), nullable=False),
        sa.Column("accepted_cpus", sa.Integer(), nullable=False),
        sa.Column("failed_imports", sa.Integer(), nullable=False),
        sa.CheckConstraint("(action = 'correct') = (reverses_id IS NOT NULL)", name=op.f("ck_ledger_event_reversal")),
        sa.ForeignKeyConstraint(["document_id"], ["blob.id"], name=op.f("fk_ledger_event_document_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["ledger_event.id"], name=op.f("fk_ledger_event_reverses_id")),
        sa.ForeignKeyConstraint(["set_id"], ["license_set.id"], name=op.f("fk_ledger_event_set_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_ledger_event_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_event")),
        sa.UniqueConstraint("key", "line", name=op.f("uq_ledger_event_key_line")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_event_reverses_id")),
        sa.UniqueConstraint("set_id", "seq", name=op.f("uq_ledger_event_set_id_seq")),
        sqlite_strict=True,
    )
    with op.batch_alter_table("ledger_event", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_event_on", ["on"], unique=False)
        batch_op.create_index("ix_ledger_event_unit_id", ["unit_id"], unique=False)
    _seed()
    for table in APPEND_ONLY:
        _protect(table)


def _seed() -> None:
    """The chain's beginning, the three products of the site licence, and an open entitlement for each."""
    head = sa.table("audit_head", sa.column("id"), sa.column("seq"), sa.column("digest"))
    op.bulk_insert(head, [{"id": 1, "seq": 0, "digest": "0" * 64}])
    product = sa.table("product", *map(sa.column, ("code", "name", "metric", "depends_on")))
    op.bulk_insert(
        product,
        [
            {"code": "virtualization", "name": "虚拟化软件", "metric": "cpu", "depends_on": None},
            {"code": "cloud_management", "name": "云管理软件", "metric": "cpu", "depends_on": None},
            {"code": "bms", "name": "BMS", "metric": "set", "depends_on": "cloud_management"},
        ],
    )
    entitlement = sa.table(
        "entitlement", *map(sa.column, ("product", "contract", "cap_rule", "used_sets", "used_cpus"))
    )
    rows = [(code, "场地授权", "open", 0, 0) for code in ("virtualization", "cloud_management", "bms")]
    names = ("product", "contract", "cap_rule", "used_sets", "used_cpus")
    op.bulk_insert(entitlement, [dict(zip(names, row, strict=True)) for row in rows])


def _protect(table: str) -> None:
    """What happened is never edited: the database itself refuses UPDATE and DELETE."""
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
    for table in APPEND_ONLY:
        if op.get_bind().dialect.name == "sqlite":
            for verb in ("update", "delete"):
                op.execute(f"DROP TRIGGER {table}_no_{verb}")
        else:
            op.execute(f"DROP TRIGGER {table}_frozen ON {table}")
            op.execute(f"DROP FUNCTION {table}_frozen()")
    with op.batch_alter_table("ledger_event", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_event_unit_id")
        batch_op.drop_index("ix_ledger_event_on")

    op.drop_table("ledger_event")
    with op.batch_alter_table("license_set", schema=None) as batch_op:
        batch_op.drop_index("ix_license_set_unit_id_stage")
        batch_op.drop_index("ix_license_set_product_stage")

    op.drop_table("license_set")
    with op.batch_alter_table("unit_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_name_unit_id"))
        batch_op.drop_index("ix_unit_name_name_key")

    op.drop_table("unit_name")
    with op.batch_alter_table("service_order", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_order_unit_id"))
        batch_op.drop_index("ix_service_order_received")
        batch_op.drop_index("uq_service_order_standing")
        batch_op.drop_index("ix_service_order_number")

    op.drop_table("service_order")
    op.drop_table("platform")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_user_id"))

    op.drop_table("login_session")
    with op.batch_alter_table("entitlement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entitlement_product"))

    op.drop_table("entitlement")
    with op.batch_alter_table("budget_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_budget_entry_voucher")
        batch_op.drop_index("ix_budget_entry_on")

    op.drop_table("budget_entry")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_district"))
        batch_op.drop_index(batch_op.f("ix_unit_category"))

    op.drop_table("unit")
    op.drop_table("product")
    op.drop_table("outbox_message")
    op.drop_table("idempotency_key")
    with op.batch_alter_table("blob", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_blob_digest"))

    op.drop_table("blob")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entry_tag")
        batch_op.drop_index("ix_audit_entry_subject")

    op.drop_table("audit_entry")
    op.drop_table("account")
