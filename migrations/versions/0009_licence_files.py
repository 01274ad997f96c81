"""Licence files, who took them out, and receipts; changes of caps and consents to go above a soft one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

APPEND_ONLY = ("cap_change", "license_file_access", "receipt")


def _id() -> sa.Column[int]:
    return sa.Column("id", _number(), sa.Identity(always=False), nullable=False)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _person(prefix: str, *, optional: bool = False) -> list[sa.Column[object]]:
    return [
        sa.Column(f"{prefix}login", sa.String(length=80), nullable=optional),
        sa.Column(f"{prefix}name", sa.String(length=80), nullable=optional),
    ]


def upgrade() -> None:
    _caps()
    op.create_table(
        "license_file",
        _id(),
        sa.Column("set_id", _number(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sm3", sa.String(length=64), nullable=False),
        sa.Column("blob_id", _number(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("differences", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("attached_by", sa.Integer(), nullable=True),
        *_person("attached_"),
        sa.Column("attached_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("obsolete_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("version > 0 AND size > 0", name=op.f("ck_license_file_counted")),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name=op.f("fk_license_file_blob_id")),
        sa.ForeignKeyConstraint(["set_id"], ["license_set.id"], name=op.f("fk_license_file_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_license_file")),
        sa.UniqueConstraint("blob_id", name=op.f("uq_license_file_blob_id")),
        sa.UniqueConstraint("set_id", "version", name=op.f("uq_license_file_set_id_version")),
        sqlite_strict=True,
    )
    op.create_index("ix_license_file_sha256", "license_file", ["sha256"])
    current = sa.text("obsolete_at IS NULL")
    op.create_index(
        "uq_license_file_current",
        "license_file",
        ["set_id"],
        unique=True,
        sqlite_where=current,
        postgresql_where=current,
    )
    op.create_table(
        "license_file_access",
        _id(),
        sa.Column("file_id", _number(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("by_unit", sa.Boolean(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        *_person(""),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("act IN ('reveal', 'download')", name=op.f("ck_license_file_access_act")),
        sa.ForeignKeyConstraint(["file_id"], ["license_file.id"], name=op.f("fk_license_file_access_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_license_file_access")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_license_file_access_file_id"), "license_file_access", ["file_id"])
    op.create_table(
        "receipt",
        _id(),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("file_id", _number(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("unit_id", _number(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        *_person(""),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["license_file.id"], name=op.f("fk_receipt_file_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_receipt_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("file_id", name=op.f("uq_receipt_file_id")),
        sa.UniqueConstraint("number", name=op.f("uq_receipt_number")),
        sqlite_strict=True,
    )
    for table in APPEND_ONLY:
        _protect(table)
    _protect_files()


def _caps() -> None:
    op.create_table(
        "cap_change",
        _id(),
        sa.Column("entitlement_id", _number(), nullable=False),
        *(
            column
            for when in ("old", "new")
            for column in (
                sa.Column(f"{when}_rule", sa.String(length=10), nullable=False),
                sa.Column(f"{when}_sets", sa.Integer(), nullable=True),
                sa.Column(f"{when}_cpus", sa.Integer(), nullable=True),
            )
        ),
        sa.Column("used_sets", sa.Integer(), nullable=False),
        sa.Column("used_cpus", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        *_person(""),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entitlement_id"], ["entitlement.id"], name=op.f("fk_cap_change_entitlement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cap_change")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_cap_change_entitlement_id"), "cap_change", ["entitlement_id"])
    op.create_table(
        "cap_consent",
        _id(),
        sa.Column("entitlement_id", _number(), nullable=False),
        sa.Column("unit_id", _number(), nullable=True),
        sa.Column("sets", sa.Integer(), nullable=False),
        sa.Column("cpus", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=True),
        *_person("asked_"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        *_person("answered_", optional=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=500), nullable=False),
        sa.Column("used_by", sa.String(length=64), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_sets", sa.Integer(), nullable=False),
        sa.Column("used_cpus", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "stage IN ('asked', 'confirmed', 'declined', 'withdrawn', 'used')", name=op.f("ck_cap_consent_stage")
        ),
        sa.CheckConstraint("sets >= 0 AND cpus >= 0 AND sets + cpus > 0", name=op.f("ck_cap_consent_some")),
        sa.CheckConstraint("answered_login <> asked_login", name=op.f("ck_cap_consent_two_persons")),
        sa.CheckConstraint("(stage = 'used') = (used_by IS NOT NULL)", name=op.f("ck_cap_consent_used")),
        sa.CheckConstraint("used_sets <= sets AND used_cpus <= cpus", name=op.f("ck_cap_consent_within")),
        sa.ForeignKeyConstraint(["entitlement_id"], ["entitlement.id"], name=op.f("fk_cap_consent_entitlement_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_cap_consent_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cap_consent")),
        sqlite_strict=True,
    )
    op.create_index("ix_cap_consent_entitlement_id_stage", "cap_consent", ["entitlement_id", "stage"])


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


# Of a licence file only one thing may ever change: that a newer one made it obsolete.
_KEPT = (
    "id", "set_id", "version", "name", "size", "sha256", "sm3", "blob_id", "facts", "differences", "reason",
    "attached_by", "attached_login", "attached_name", "attached_at",
)  # fmt: skip


def _protect_files() -> None:
    columns = ", ".join(_KEPT)
    if op.get_bind().dialect.name == "sqlite":
        for verb, when in (("update", f"UPDATE OF {columns}"), ("delete", "DELETE")):
            op.execute(
                f"CREATE TRIGGER license_file_no_{verb} BEFORE {when} ON license_file "
                "BEGIN SELECT RAISE(ABORT, 'license_file is append-only'); END"
            )
        op.execute(
            "CREATE TRIGGER license_file_no_revival BEFORE UPDATE OF obsolete_at ON license_file "
            "WHEN OLD.obsolete_at IS NOT NULL BEGIN SELECT RAISE(ABORT, 'license_file is append-only'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION license_file_frozen() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'license_file is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER license_file_frozen BEFORE UPDATE OF {columns} OR DELETE OR TRUNCATE ON license_file "
        "FOR EACH STATEMENT EXECUTE FUNCTION license_file_frozen()"
    )
    op.execute(
        "CREATE TRIGGER license_file_no_revival BEFORE UPDATE OF obsolete_at ON license_file FOR EACH ROW "
        "WHEN (OLD.obsolete_at IS NOT NULL) EXECUTE FUNCTION license_file_frozen()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":  # SQLite drops a table's triggers with it
        op.execute("DROP TRIGGER license_file_no_revival ON license_file")
        for table in (*APPEND_ONLY, "license_file"):
            op.execute(f"DROP TRIGGER {table}_frozen ON {table}")
            op.execute(f"DROP FUNCTION {table}_frozen()")
    for table in ("receipt", "license_file_access", "license_file", "cap_consent", "cap_change"):
        op.drop_table(table)
