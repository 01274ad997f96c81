"""Signed evaluations: the frozen sheet and the rows behind each figure still have the digests they were signed with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from sqlalchemy import Connection, text

_SIGNED = """
    SELECT e.id, s.content, s.algorithm, s.digest FROM evaluation e
    LEFT JOIN evaluation_snapshot s ON s.evaluation_id = e.id
    WHERE e.stage = 'signed' OR s.id IS NOT NULL ORDER BY e.id"""
_LINES = "SELECT lines FROM evaluation_trace WHERE evaluation_id = :id AND measure = :measure ORDER BY part"


def snapshots(connection: Connection) -> Iterator[str]:
    """Signed evaluations without a snapshot, with a changed one, or with changed rows behind a measure."""
    for row in connection.execute(text(_SIGNED)):
        if row.content is None:
            yield f"evaluation {row.id} is signed and has no snapshot"
        elif hashlib.new(row.algorithm, row.content.encode()).hexdigest() != row.digest:
            yield f"the snapshot of evaluation {row.id} was changed"
        else:
            for measure, stated in json.loads(row.content).get("trace_digests", {}).items():
                whole = hashlib.new(row.algorithm)
                for (lines,) in connection.execute(text(_LINES), {"id": row.id, "measure": measure}):
                    whole.update(lines.encode())
                if whole.hexdigest() != stated:
                    yield f"the rows behind {measure} of evaluation {row.id} were changed"
