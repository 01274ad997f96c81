"""What somebody with all rights on the database can do: switch the guards off, change rows, and cover the traces."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

DELTAS = (
    "issued_sets", "issued_cpus", "imported_sets", "imported_cpus", "accepted_sets", "accepted_cpus", "failed_imports",
)  # fmt: skip


@contextmanager
def guards_off(connection: Connection) -> Iterator[None]:
    """No trigger, no CHECK and no foreign key refuses anything in this block; afterwards the triggers stand again."""
    if connection.dialect.name == "sqlite":
        triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for name, _ in triggers:
            connection.execute(text(f"DROP TRIGGER {name}"))
        yield
        for _, definition in triggers:
            connection.exec_driver_sql(definition)
        connection.execute(text("PRAGMA ignore_check_constraints = OFF"))
        return
    checks = connection.execute(
        text("SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0")
    ).all()
    for table, name in checks:
        connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'))
    guarded = text("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
    tables = connection.execute(guarded).scalars().all()
    for table in tables:
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    yield
    for table in tables:
        connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def sign_operations_anew(connection: Connection) -> None:
    """Writes into each audit entry the digest of its operation's events as they are now."""
    for seq, operation, details in connection.execute(
        text("SELECT seq, operation, details FROM audit_entry WHERE operation IS NOT NULL")
    ).all():
        whole, count = hashlib.sha256(), 0
        events = f"""
            SELECT set_id, seq, product, position, action, "on", unit_id, district, category, cpus, {", ".join(DELTAS)},
                reverses_id FROM ledger_event WHERE key = :key ORDER BY line"""
        for event in connection.execute(text(events), {"key": operation}):
            whole.update(("|".join("" if part is None else str(part) for part in event) + "\n").encode())
            count += 1
        new = {**json.loads(details), "events": count, "events_digest": whole.hexdigest()}
        connection.execute(
            text("UPDATE audit_entry SET details = :details WHERE seq = :seq"), {"details": compact(new), "seq": seq}
        )


def chain_anew(connection: Connection) -> None:
    """Links all audit entries anew from the first to the head: only a copy kept elsewhere could tell."""
    previous, last = "0" * 64, 0
    query = "SELECT seq, at, actor_id, actor, tag, subject, outcome, operation, details FROM audit_entry ORDER BY seq"
    for row in connection.execute(text(query)).all():
        at = row.at if isinstance(row.at, str) else row.at.strftime("%Y-%m-%d %H:%M:%S.%f")
        digest = hashlib.sha256(
            json.dumps([row.seq, at, *row[2:], previous], ensure_ascii=False, separators=(",", ":")).encode()
        ).hexdigest()
        connection.execute(
            text("UPDATE audit_entry SET algorithm = :how, previous = :previous, digest = :digest WHERE seq = :seq"),
            {"how": "sha256", "previous": previous, "digest": digest, "seq": row.seq},
        )
        previous, last = digest, row.seq
    connection.execute(text("UPDATE audit_head SET seq = :seq, digest = :digest"), {"seq": last, "digest": previous})


def cover_up(connection: Connection) -> None:
    """Signs and chains everything anew."""
    sign_operations_anew(connection)
    chain_anew(connection)


def compact(value: object) -> str:
    """JSON as the program writes it."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
