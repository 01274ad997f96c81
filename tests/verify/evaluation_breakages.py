"""A draft that somebody wrote on pages, in the books that are broken on purpose, and how its invariant is broken."""

from __future__ import annotations

from sqlalchemy import text

from licensetrack.core.db import transaction
from tests.verify.breakages import Case

PARTS = "a draft that was written on pages has its header first and every part in a place of its own"


def write_a_draft() -> None:
    """Two parts of the evaluation that `books` holds, as the pages leave them."""
    with transaction() as session:
        for number, place in enumerate(("header", "mark:A11"), 1):
            row = {"id": number, "place": place, "position": number, "at": "2024-12-30 00:00:00.000000"}
            session.execute(
                text(
                    "INSERT INTO evaluation_part"
                    " (id, evaluation_id, place, position, typed, revision, edited_at, edited_by)"
                    " VALUES (:id, 1, :place, :position, '{}', 1, :at, 'Pan')"
                ),
                row,
            )


EVALUATION_CASES = [
    Case(PARTS, ("UPDATE evaluation_part SET position = 1",)),
    Case(PARTS, ("UPDATE evaluation_part SET place = 'mark:A12' WHERE place = 'header'",)),
]
