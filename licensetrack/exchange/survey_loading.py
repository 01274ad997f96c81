"""Surveys read in: each sheet with its file becomes one survey; the same bytes again change nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from sqlalchemy.orm import Session

from licensetrack.allocation.ledger import Operation
from licensetrack.core.blobs import Blob
from licensetrack.core.clock import today
from licensetrack.core.errors import DomainError
from licensetrack.exchange.changes import NEW, SAME, Outcome, Source
from licensetrack.exchange.statements import Holders
from licensetrack.procurement.surveys import Demand, Price, record_survey, survey_from

_YEAR = re.compile(r"20\d\d")


def load_survey(
    db: Session, table: Any, outcome: Outcome, operation: Operation, documents: Mapping[str, int], holders: Holders
) -> None:
    """Records one sheet of demand or of prices as a survey."""
    document_id = documents[table.file]
    known = survey_from(db, db.get_one(Blob, document_id).digest, table.sheet)
    lines: list[Any] = []
    for row in table.rows:
        source = Source(table.kind, table.file, table.sheet, row.row)
        if table.kind == "demand":
            holder = holders.find(row.unit)
            if holder is None:
                holders.refuse(row.unit, source, outcome)
                continue
            lines.append(_demand(row, holder.unit_id))
        else:
            lines.append(
                Price(
                    row.row, row.product, row.supplier, row.unit_price, row.edition, row.quoted_on, row.origin, row.note
                )
            )
        outcome.note(SAME if known is not None else NEW, source, row.unit if table.kind == "demand" else row.supplier)
    if known is not None or not lines or outcome.refused:
        return
    try:
        record_survey(_year(table), PurePath(table.file).stem, document_id, table.sheet, lines, actor=operation.actor)
    except DomainError as error:
        first = Source(table.kind, table.file, table.sheet, table.rows[0].row)
        outcome.refuse(first, error.message, error.values, error.field)


def _demand(row: Any, unit_id: int) -> Demand:
    said = {name: getattr(row, name) for name in Demand.__dataclass_fields__ if name not in ("position", "unit_id")}
    return Demand(row.row, unit_id, **said)


def _year(table: Any) -> int:
    """The first year that a survey asks about: as a row, the heading of its first year or the file's name says it,
    else the present one."""
    told = next((row.year for row in table.rows if row.year), None)
    if told is not None:
        return int(told)
    _, heading = table.columns.get("first_year", ("", ""))
    found = _YEAR.search(heading) or _YEAR.search(table.file)
    return int(found[0]) if found else today().year
