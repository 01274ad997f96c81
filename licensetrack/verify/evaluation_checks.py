"""Evaluations: what was signed still has the digests of its signing, and every total is the sum of its scores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Row, text

_SIGNED = """
    SELECT e.id, s.content, s.algorithm, s.digest FROM evaluation e
    LEFT JOIN evaluation_snapshot s ON s.evaluation_id = e.id
    WHERE e.stage = 'signed' OR s.id IS NOT NULL ORDER BY e.id"""
EVALUATION_CHECKS = {
    "a draft that was written on pages has its header first and every part in a place of its own": """
        SELECT 'evaluation', evaluation_id FROM evaluation_part GROUP BY evaluation_id
        HAVING count(DISTINCT position) <> count(*)
            OR sum(CASE WHEN place = 'header' AND position = 1 THEN 1 ELSE 0 END) <> 1""",
}
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


_SCORES = """
    SELECT e.id, e.total, e.own_total, e.reviews, r.code, r.score, r.own_score FROM evaluation e
    JOIN indicator_result r ON r.evaluation_id = e.id ORDER BY e.id, r.position"""


def totals(connection: Connection) -> Iterator[str]:
    """Evaluations whose total is not the sum of their scores, or with a reviewed score that nobody set."""
    found: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(text(_SCORES)):
        found.setdefault(row.id, []).append(row)
    for number, rows in found.items():
        score = sum(Decimal(row.score or 0) for row in rows)
        own = sum(Decimal(row.own_score or row.score or 0) for row in rows)
        if Decimal(rows[0].total) != score or Decimal(rows[0].own_total or rows[0].total) != own:
            yield f"the total of evaluation {number} is not the sum of its scores"
        reviews = json.loads(rows[0].reviews)
        for row in rows:
            if row.own_score is not None and Decimal(reviews.get(row.code, {}).get("score", -1)) != Decimal(row.score):
                yield f"nobody set the reviewed score of {row.code} in evaluation {number}"
