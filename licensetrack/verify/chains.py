"""The audit chain and what it covers: recomputed from the rows, link by link, with the algorithm each row names."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator

from sqlalchemy import Connection, text

_ENTRIES = """
    SELECT seq, at, actor_id, actor, tag, subject, outcome, operation, details, algorithm, previous, digest
    FROM audit_entry ORDER BY seq"""
_EVENTS = """
    SELECT key, set_id, seq, product, position, action, "on", unit_id, district, category, cpus, issued_sets,
           issued_cpus, imported_sets, imported_cpus, accepted_sets, accepted_cpus, failed_imports, reverses_id
    FROM ledger_event ORDER BY key, line"""


def audit_chain(connection: Connection) -> Iterator[str]:
    """Entries whose seq, link or digest is wrong, and a head that is not the last entry."""
    previous, expected = "0" * 64, 1
    for row in connection.execute(text(_ENTRIES)):
        if row.seq != expected:
            yield f"audit entry {expected} is missing"
            expected = row.seq
        if row.previous != previous:
            yield f"audit entry {row.seq} does not follow the one before it"
        covered = [
            row.seq, _utc(row.at), row.actor_id, row.actor, row.tag, row.subject, row.outcome, row.operation,
            row.details, row.previous,
        ]  # fmt: skip
        content = json.dumps(covered, ensure_ascii=False, separators=(",", ":"))
        if row.algorithm not in hashlib.algorithms_available:
            yield f"audit entry {row.seq} can not be checked: this Python lacks {row.algorithm}"
        elif hashlib.new(row.algorithm, content.encode()).hexdigest() != row.digest:
            yield f"audit entry {row.seq} was changed"
        previous, expected = row.digest, expected + 1
    heads = [tuple(head) for head in connection.execute(text("SELECT seq, digest FROM audit_head"))]
    if heads != [(expected - 1, previous)]:
        yield f"the chain ends at {expected - 1}, its head says {heads[0][0] if heads else 'nothing'}"


def operations(connection: Connection) -> Iterator[str]:
    """Operations whose events are not the ones that were recorded: one changed, added or gone."""
    audited = {
        row.operation: json.loads(row.details)
        for row in connection.execute(text("SELECT operation, details FROM audit_entry WHERE operation IS NOT NULL"))
    }
    found: dict[str, tuple[int, hashlib._Hash]] = {}
    for row in connection.execute(text(_EVENTS)):
        count, running = found.get(row.key, (0, hashlib.sha256()))
        parts = [str(part) if part is not None else "" for part in row[1:]]
        running.update(("|".join(parts) + "\n").encode())
        found[row.key] = (count + 1, running)
    for key, details in audited.items():
        count, running = found.get(key, (0, hashlib.sha256()))
        if count != details.get("events") or running.hexdigest() != details.get("events_digest"):
            yield f"the events of operation {key} are not those of its audit entry"


def _utc(at: str | dt.datetime) -> str:
    if isinstance(at, str):
        return at
    return at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
