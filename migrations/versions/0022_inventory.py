"""What really runs: scans with their hosts, core rules, comparison runs, differences and their story; mappings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0023"
branch_labels = None
depends_on = None

APPEND_ONLY = ("host_scan", "scan_coverage", "deployed_host", "core_rule", "difference_step")


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", _big(), sa.Identity(always=False), nullable=False)


def _ref(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, _big(), nullable=nullable)


def _word(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _person() -> list[sa.Column[object]]:
    return [sa.Column("actor_id", sa.Integer(), nullable=True), _word("login", 80), _word("name", 80)]


def _at() -> sa.Column[object]:
    return sa.Column("at", sa.DateTime(timezone=True), nullable=False)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [other], name=op.f(f"fk_{table}_{column}"))


def _primary(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _index(table: str, *columns: str) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.create_index(batch_op.f(f"ix_{table}_{'_'.join(columns)}"), list(columns), unique=False)


def upgrade() -> None:
    op.create_table(
        "column_mapping", _id(), _word("name", 80), _word("kind", 20),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("columns", "fixed", "words")),
        sa.Column("version", sa.Integer(), nullable=False), _at(), _word("login", 80),
        _primary("column_mapping"), sa.UniqueConstraint("name", name=op.f("uq_column_mapping_name")),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "host_scan", _id(), _word("way", 10), _word("source", 200), sa.Column("on", sa.Date(), nullable=False), _at(),
        *_person(), _ref("document_id", nullable=True), _word("sheet", 80),
        sa.Column("hosts", sa.Integer(), nullable=False), _word("digest", 64),
        sa.CheckConstraint("way IN ('file', 'mapping', 'rest', 'collector')", name=op.f("ck_host_scan_way")),
        _key("host_scan", "document_id", "blob.id"), _primary("host_scan"), sqlite_strict=True,
    )  # fmt: skip
    _index("host_scan", "on")
    op.create_table(
        "scan_coverage", _id(), _ref("scan_id"), _ref("platform_id"), _word("product", 40),
        _key("scan_coverage", "scan_id", "host_scan.id"), _key("scan_coverage", "platform_id", "platform.id"),
        _key("scan_coverage", "product", "product.code"), _primary("scan_coverage"),
        sa.UniqueConstraint(
            "scan_id", "platform_id", "product", name=op.f("uq_scan_coverage_scan_id_platform_id_product")
        ),
        sqlite_strict=True,
    )  # fmt: skip
    _index("scan_coverage", "platform_id")
    op.create_table(
        "deployed_host", _id(), _ref("coverage_id"), _word("name", 120), _word("name_key", 120), _word("serial", 80),
        sa.Column("sockets", sa.Integer(), nullable=False), sa.Column("cores", sa.Integer(), nullable=False),
        _word("vendor", 80), _word("software_version", 80), _word("edition", 80), _word("fingerprint", 80),
        sa.Column("valid_until", sa.Date(), nullable=True), _word("place", 80),
        sa.CheckConstraint("sockets > 0 AND cores >= 0", name=op.f("ck_deployed_host_size")),
        _key("deployed_host", "coverage_id", "scan_coverage.id"), _primary("deployed_host"),
        sa.UniqueConstraint("coverage_id", "name_key", name=op.f("uq_deployed_host_coverage_id_name_key")),
        sqlite_strict=True,
    )  # fmt: skip
    op.create_table(
        "core_rule", _id(), _word("product", 40), _word("vendor", 80), sa.Column("cores", sa.Integer(), nullable=False),
        _word("reason", 500), *_person(), _at(),
        sa.CheckConstraint("cores >= 0", name=op.f("ck_core_rule_cores")),
        _key("core_rule", "product", "product.code"), _primary("core_rule"), sqlite_strict=True,
    )  # fmt: skip
    _index("core_rule", "product")
    op.create_table(
        "reconciliation_run", _id(), sa.Column("as_of", sa.Date(), nullable=False), _at(), *_person(),
        sa.Column("inputs", sa.Text(), nullable=False), _word("digest", 64),
        sa.Column("counts", sa.Text(), nullable=False),
        _primary("reconciliation_run"), sqlite_strict=True,
    )  # fmt: skip
    _difference()
    _difference_step()
    for table in APPEND_ONLY:
        _guard(table)


def _difference() -> None:
    op.create_table(
        "difference", _id(), _word("key", 200), _word("kind", 20), _word("severity", 10),
        _ref("unit_id", nullable=True), _ref("platform_id", nullable=True), _word("product", 40),
        _ref("set_id", nullable=True), _word("ours", 200), _word("theirs", 200),
        sa.Column("quantity", sa.Integer(), nullable=False), sa.Column("facts", sa.Text(), nullable=False),
        _word("stage", 12), sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False), _ref("opened_run_id"), _ref("seen_run_id"),
        _ref("closed_run_id", nullable=True), sa.Column("waived_until", sa.Date(), nullable=True),
        _word("reason", 500), _word("asker", 80), _ref("document_id", nullable=True),
        sa.CheckConstraint(
            "stage IN ('open', 'asked', 'waived', 'worked_off', 'closed')", name=op.f("ck_difference_stage")
        ),
        sa.CheckConstraint("severity IN ('high', 'medium', 'low')", name=op.f("ck_difference_severity")),
        sa.CheckConstraint(
            "(stage IN ('asked', 'waived')) = (waived_until IS NOT NULL)", name=op.f("ck_difference_waiver")
        ),
        sa.CheckConstraint("(stage = 'closed') = (closed_run_id IS NOT NULL)", name=op.f("ck_difference_closed")),
        _key("difference", "unit_id", "unit.id"), _key("difference", "platform_id", "platform.id"),
        _key("difference", "product", "product.code"), _key("difference", "set_id", "license_set.id"),
        *(_key("difference", name, "reconciliation_run.id")
          for name in ("opened_run_id", "seen_run_id", "closed_run_id")),
        _key("difference", "document_id", "blob.id"), _primary("difference"), sqlite_strict=True,
    )  # fmt: skip
    with op.batch_alter_table("difference", schema=None) as batch_op:
        batch_op.create_index(
            "uq_difference_standing", ["key"], unique=True,
            sqlite_where=sa.text("stage <> 'closed'"), postgresql_where=sa.text("stage <> 'closed'"),
        )  # fmt: skip
        batch_op.create_index("ix_difference_stage", ["stage"], unique=False)
        batch_op.create_index("ix_difference_unit_id", ["unit_id"], unique=False)


def _difference_step() -> None:
    op.create_table(
        "difference_step", _id(), _ref("difference_id"), sa.Column("seq", sa.Integer(), nullable=False),
        _word("action", 12), *_person(), _at(), _word("note", 500), _ref("run_id", nullable=True),
        _ref("set_id", nullable=True), _word("event", 16), _word("operation", 64),
        sa.Column("on", sa.Date(), nullable=True), _ref("document_id", nullable=True),
        _key("difference_step", "difference_id", "difference.id"),
        _key("difference_step", "run_id", "reconciliation_run.id"),
        _key("difference_step", "set_id", "license_set.id"), _key("difference_step", "document_id", "blob.id"),
        _primary("difference_step"),
        sa.UniqueConstraint("difference_id", "seq", name=op.f("uq_difference_step_difference_id_seq")),
        sqlite_strict=True,
    )  # fmt: skip


def _guard(table: str) -> None:
    """The database itself refuses UPDATE and DELETE: what was seen and what was done about it can only be added."""
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
        "difference_step", "difference", "reconciliation_run", "core_rule", "deployed_host", "scan_coverage",
        "host_scan", "column_mapping",
    ):  # fmt: skip
        op.drop_table(table)
