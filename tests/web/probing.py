"""What a probe of forms needs: every name that a column has, and a digest over everything that counts."""

from __future__ import annotations

import hashlib

from sqlalchemy import select

from licensetrack.core import db
from licensetrack.core.db import Base

# What a visitor's own requests leave behind whatever they ask: the trail, keys of forms, signs of life.
TRACES = {"audit_entry", "audit_head", "idempotency_key", "login_session", "outbox_message"}
WISHES = {
    "role", "stage", "unit_id", "version_id", "used_cpus", "used_sets", "approved_by", "created_at", "accepted_cpus",
    "issued_sets", "is_admin", "scope_kind", "scope_value", "password_hash", "actor", "actor_id", "id", "number",
}  # fmt: skip


def contents() -> str:
    """A digest over every row that counts."""
    found = hashlib.sha256()
    with db.reading() as session:
        for table_ in Base.metadata.sorted_tables:
            if table_.name not in TRACES:
                rows = sorted(str(tuple(row)) for row in session.execute(select(table_)))
                found.update(f"{table_.name}\n".encode())
                found.update("\n".join(rows).encode())
    return found.hexdigest()


def names_of_columns() -> list[str]:
    """Every column of every table, and what an intruder would wish for."""
    return sorted({column.name for table_ in Base.metadata.tables.values() for column in table_.columns} | WISHES)
