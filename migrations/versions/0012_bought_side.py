"""Projects, contracts and their terms; surveys; what a budget entry, an entitlement and a product say besides."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0014"
branch_labels = None
depends_on = None

APPEND_ONLY = ("demand_line", "price_line")
TABLES = ("project", "contract", "payment_term", "survey", "demand_line", "price_line")
TEXTS = {"product": {"vendor": 80, "editions": 200}, "entitlement": {"edition": 80},
         "budget_entry": {"source": 20, "approval": 80}}  # fmt: skip
KEYS = {
    "entitlement": {"contract_id": "contract"},
    "budget_entry": {"project_id": "project", "contract_id": "contract", "term_id": "payment_term"},
}


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", _number(), sa.Identity(always=False), nullable=False)


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _whole(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=True) for name in names]


def _day(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Date(), nullable=True) for name in names]


def _instant(name: str, *, optional: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=optional)


def _yuan(name: str, *, optional: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=optional)


def _key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.{'code' if other == 'product' else 'id'}"], name=op.f(f"fk_{table}_{column}")
    )


def upgrade() -> None:
    _bought()
    _surveyed()
    _more_columns()
    for table in APPEND_ONLY:
        _freeze(table)


def _bought() -> None:
    period = "starts_on IS NULL OR ends_on IS NULL OR starts_on <= ends_on"
    op.create_table(
        "project",
        _id(),
        sa.Column("year", sa.Integer(), nullable=False),
        _text("code", 64),
        _text("name", 200),
        _text("category", 80),
        _text("nature", 12),
        _text("authority", 120),
        _text("authority_code", 40),
        _text("implementer", 120),
        _text("implementer_code", 40),
        _text("leader", 80),
        _text("leader_phone", 40),
        _text("finance_leader", 80),
        *_day("starts_on", "ends_on"),
        _text("overview", 2000),
        _text("basis", 2000),
        sa.Column("version", sa.Integer(), nullable=False),
        _instant("recorded_at"),
        sa.CheckConstraint(period, name=op.f("ck_project_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("year", "code", name=op.f("uq_project_year_code")),
        sqlite_strict=True,
    )
    op.create_table(
        "contract",
        _id(),
        _text("number", 64),
        _text("name", 200),
        _text("supplier", 200),
        _yuan("amount"),
        sa.Column("project_id", _number(), nullable=True),
        *_day("signed_on", "starts_on", "ends_on"),
        _text("note", 500),
        sa.Column("version", sa.Integer(), nullable=False),
        _instant("recorded_at"),
        sa.CheckConstraint("amount IS NULL OR amount > 0", name=op.f("ck_contract_amount")),
        sa.CheckConstraint(period, name=op.f("ck_contract_period")),
        _key("contract", "project_id", "project"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_number")),
        sqlite_strict=True,
    )
    op.create_index("ix_contract_project_id", "contract", ["project_id"])
    op.create_table(
        "payment_term",
        _id(),
        sa.Column("contract_id", _number(), nullable=False),
        _text("label", 40),
        _text("condition", 300),
        _yuan("amount"),
        *_day("due_on"),
        _instant("recorded_at"),
        sa.CheckConstraint("amount IS NULL OR amount > 0", name=op.f("ck_payment_term_amount")),
        _key("payment_term", "contract_id", "contract"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_term")),
        sa.UniqueConstraint("contract_id", "label", name=op.f("uq_payment_term_contract_id_label")),
        sqlite_strict=True,
    )


def _surveyed() -> None:
    op.create_table(
        "survey",
        _id(),
        _text("kind", 10),
        sa.Column("year", sa.Integer(), nullable=False),
        _text("title", 200),
        sa.Column("document_id", _number(), nullable=False),
        _text("sheet", 80),
        *_whole("actor_id"),
        _instant("recorded_at"),
        _instant("withdrawn_at", optional=True),
        _text("withdrawn_reason", 500),
        sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name=op.f("ck_survey_withdrawn")),
        sa.CheckConstraint("kind IN ('demand', 'prices')", name=op.f("ck_survey_kind")),
        _key("survey", "document_id", "blob"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey")),
        sa.UniqueConstraint("document_id", "sheet", name=op.f("uq_survey_document_id_sheet")),
        sqlite_strict=True,
    )
    op.create_table(
        "demand_line",
        _id(),
        sa.Column("survey_id", _number(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("unit_id", _number(), nullable=False),
        _text("platform", 200),
        _text("software", 200),
        *_whole("servers", "cpus", "cores"),
        _text("held", 200),
        *_whole("first_year", "second_year", "third_year", "cloud_cpus", "bms_sets"),
        _text("method", 80),
        _text("expected", 80),
        _text("answer", 500),
        _key("demand_line", "survey_id", "survey"),
        _key("demand_line", "unit_id", "unit"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_line")),
        sa.UniqueConstraint("survey_id", "position", name=op.f("uq_demand_line_survey_id_position")),
        sqlite_strict=True,
    )
    op.create_index("ix_demand_line_unit_id", "demand_line", ["unit_id"])
    op.create_table(
        "price_line",
        _id(),
        sa.Column("survey_id", _number(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("product", 40),
        _text("supplier", 200),
        _text("edition", 80),
        _yuan("unit_price", optional=False),
        *_day("quoted_on"),
        _text("origin", 200),
        _text("note", 500),
        sa.CheckConstraint("unit_price > 0", name=op.f("ck_price_line_unit_price")),
        _key("price_line", "product", "product"),
        _key("price_line", "survey_id", "survey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_line")),
        sa.UniqueConstraint("survey_id", "position", name=op.f("uq_price_line_survey_id_position")),
        sqlite_strict=True,
    )


def _more_columns() -> None:
    """Columns are added one by one: a copy of the table would lose its guards."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    number, day = ("INTEGER", "TEXT") if on_sqlite else ("BIGINT", "DATE")
    for table, columns in TEXTS.items():
        for name, length in columns.items():
            kind = "TEXT" if on_sqlite else f"VARCHAR({length})"
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind} DEFAULT '' NOT NULL")
    op.execute("ALTER TABLE product ADD COLUMN version INTEGER DEFAULT 1 NOT NULL")
    op.execute(f"ALTER TABLE entitlement ADD COLUMN amount {number}")
    for name in ("valid_from", "valid_until"):
        op.execute(f"ALTER TABLE entitlement ADD COLUMN {name} {day}")
    for table, keys in KEYS.items():
        for name, other in keys.items():
            op.execute(
                f"ALTER TABLE {table} ADD COLUMN {name} {number} CONSTRAINT fk_{table}_{name} REFERENCES {other} (id)"
            )


def _freeze(table: str) -> None:
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
    for table, keys in reversed(KEYS.items()):
        for name in reversed(keys):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    for name in ("valid_until", "valid_from", "amount"):
        op.execute(f"ALTER TABLE entitlement DROP COLUMN {name}")
    op.execute("ALTER TABLE product DROP COLUMN version")
    for table, columns in TEXTS.items():
        for name in reversed(columns):
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    if op.get_bind().dialect.name != "sqlite":  # SQLite drops a table's triggers with it
        for table in APPEND_ONLY:
            op.execute(f"DROP TRIGGER {table}_frozen ON {table}")
            op.execute(f"DROP FUNCTION {table}_frozen()")
    for table in reversed(TABLES):
        op.drop_table(table)
