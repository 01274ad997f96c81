"""Signed evaluations: the frozen text still has the digest it was signed with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import Connection, inspect, text


def snapshots(connection: Connection) -> Iterator[str]:
    """Snapshots whose content no longer gives their digest."""
    if not inspect(connection).has_table("evaluation_snapshot"):
        return
    for row in connection.execute(
        text("SELECT evaluation_id, content, digest FROM evaluation_snapshot ORDER BY evaluation_id")
    ):
        if hashlib.sha256(row.content.encode()).hexdigest() != row.digest:
            yield f"the snapshot of evaluation {row.evaluation_id} was changed"
