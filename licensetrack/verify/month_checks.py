"""Closed months: what was kept is what the ledger still says of that day, as known at that instant."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from licensetrack.measures.catalogue import MEASURES, figures
from licensetrack.measures.months import closings as closed_months
from licensetrack.measures.months import figures_then
from licensetrack.measures.question import Question


def closings(connection: Connection) -> Iterator[str]:
    """Figures of closed months that differ from the same question asked again; a measure that is gone is not asked."""
    with Session(connection, autoflush=False) as db:
        for closing in closed_months(db):
            then, again = figures_then(db, closing.id), figures(db, Question(closing.as_of, closing.known_at))
            for name in MEASURES:
                if name in then and then[name] != again[name]:
                    yield f"{name} of {closing.as_of:%Y-%m}: kept {then[name]}, known then {again[name]}"
