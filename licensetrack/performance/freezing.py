"""Freezing a signed evaluation: its sheet and traces become text with a digest, and are read from that text alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from licensetrack.core.clock import now
from licensetrack.core.columns import canonical_json
from licensetrack.core.digests import chain_algorithm, digest
from licensetrack.core.errors import NotFound
from licensetrack.performance.codec import from_plain, to_plain
from licensetrack.performance.models import EvaluationSnapshot, EvaluationTrace
from licensetrack.performance.sheet import EvaluationSheet

PART = 1000  # rows to a part, so that a hundred thousand can be read without holding them all
DAYS = ("on", "issued_on", "imported_on", "accepted_on")
INSTANTS = ("received", "responded", "completed", "due")
NUMBERS = ("value", "numerator", "denominator")

Row = dict[str, Any]


def freeze_trace(db: Session, evaluation_id: int, measure: str, rows: Sequence[Row]) -> str:
    """Writes the rows behind a measure, one JSON text a line, in parts; returns the digest over all lines."""
    whole = hashlib.new(chain_algorithm())
    for part, start in enumerate(range(0, len(rows), PART)):
        lines = "".join(canonical_json(row) + "\n" for row in rows[start : start + PART])
        whole.update(lines.encode())
        values = {"evaluation_id": evaluation_id, "measure": measure, "part": part, "lines": lines}
        db.execute(insert(EvaluationTrace).values(values))
    return whole.hexdigest()


def freeze(db: Session, evaluation_id: int, sheet: EvaluationSheet) -> str:
    """Writes the snapshot; part of the caller's transaction. Returns its digest."""
    algorithm = chain_algorithm()
    content = canonical_json(to_plain(sheet))
    made = digest(content, algorithm)
    db.execute(
        insert(EvaluationSnapshot).values(
            evaluation_id=evaluation_id, content=content, algorithm=algorithm, digest=made, frozen_at=now()
        )
    )
    return made


def load(db: Session, evaluation_id: int, *, with_traces: bool = True) -> EvaluationSheet:
    """The sheet as it was signed. Raises NotFound where there is none."""
    row = snapshot(db, evaluation_id)
    sheet = from_plain(EvaluationSheet, json.loads(row.content))
    traces: Mapping[str, tuple[Row, ...]] = {}
    if with_traces:
        traces = {measure: tuple(trace_rows(db, evaluation_id, measure)) for measure in sheet.trace_digests}
    return replace(sheet, frozen=True, digest=row.digest, traces=traces)


class Snapshot(NamedTuple):
    """The frozen text with its digest."""

    content: str
    algorithm: str
    digest: str


def snapshot(db: Session, evaluation_id: int) -> Snapshot:
    """What was signed, letter by letter. Raises NotFound where there is nothing."""
    columns = (EvaluationSnapshot.content, EvaluationSnapshot.algorithm, EvaluationSnapshot.digest)
    row = db.execute(select(*columns).where(EvaluationSnapshot.evaluation_id == evaluation_id)).first()
    if row is None:
        raise NotFound("This evaluation has not been signed.")
    return Snapshot(*row)


def trace_text(db: Session, evaluation_id: int, measure: str) -> str:
    """The rows behind a measure as they were frozen, one JSON text a line; the snapshot holds its digest."""
    return "".join(_parts(db, evaluation_id, measure))


def _parts(db: Session, evaluation_id: int, measure: str) -> Iterator[str]:
    query = (
        select(EvaluationTrace.lines)
        .where(EvaluationTrace.evaluation_id == evaluation_id, EvaluationTrace.measure == measure)
        .order_by(EvaluationTrace.part)
    )
    yield from db.scalars(query)


def trace_rows(db: Session, evaluation_id: int, measure: str) -> Iterator[Row]:
    """The rows behind a measure as they were frozen, part by part."""
    for lines in _parts(db, evaluation_id, measure):
        for line in lines.split("\n")[:-1]:  # a text may hold other line ends than ours
            yield read_row(json.loads(line))


def read_row(row: Row) -> Row:
    """A trace row with its days, instants and numbers as such."""
    for name in DAYS:
        if row.get(name) is not None:
            row[name] = dt.date.fromisoformat(row[name])
    for name in INSTANTS:
        if row.get(name) is not None:
            row[name] = dt.datetime.fromisoformat(row[name])
    for name in NUMBERS:
        if isinstance(row.get(name), str):
            row[name] = Decimal(row[name])
    return row


def broken(db: Session, evaluation_id: int) -> list[str]:
    """What of a signed evaluation no longer matches its digest: `snapshot` or names of measures; else empty."""
    row = db.execute(select(EvaluationSnapshot).where(EvaluationSnapshot.evaluation_id == evaluation_id)).scalar_one()
    if digest(row.content, row.algorithm) != row.digest:
        return ["snapshot"]
    found = []
    for measure, stated in json.loads(row.content)["trace_digests"].items():
        whole = hashlib.new(row.algorithm)
        for lines in _parts(db, evaluation_id, measure):
            whole.update(lines.encode())
        if whole.hexdigest() != stated:
            found.append(measure)
    return found
