"""Reports as files: from an evaluation to a document on disk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.performance import monitoring_queries, previewing, queries
from licensetrack.performance.goals import declared
from licensetrack.performance.models import Evaluation
from licensetrack.reports.outputs import (
    EVALUATION,
    GOALS,
    MONITORING,
    SELF_ASSESSMENT,
    write_evaluation,
    write_goals,
    write_monitoring,
)
from licensetrack.reports.sealed_pack import write_pack


def write_report(
    year: int,
    form: str,
    target: Path,
    *,
    kind: str = EVALUATION,
    as_of: dt.date | None = None,
    framework: str = "",
) -> None:
    """Writes a document of a year as pdf, docx or xlsx; whole or not at all.

    An evaluation is the newest signed one; for another day than the signed one it is a draft as of that day. A
    monitoring is the newest reported one, of `as_of` where a day is given; a day that none is stored of gives a draft.
    Goals are those in force at the end of the day. `framework` is the code of the one that a monitoring or goals go
    by, where several are in force. Raises NotFound where the year has none, Refused where it is not said which.
    """
    part = target.with_name(target.name + ".part")
    part.write_bytes(_document(year, form, kind, as_of, framework))
    part.replace(target)


def _document(year: int, form: str, kind: str, as_of: dt.date | None, framework: str) -> bytes:
    if kind == MONITORING:
        return _monitoring(year, form, as_of, framework)
    if kind == GOALS:
        with reading() as db:
            return write_goals(declared(db, year, as_of or min(today(), dt.date(year, 12, 31)), framework), form)
    return _evaluation(year, form, kind, as_of)


def _evaluation(year: int, form: str, kind: str, as_of: dt.date | None) -> bytes:
    with reading() as db:
        signed = _signed(db, year, kind)
        if as_of is None or as_of == signed.as_of:
            sheet = queries.load_snapshot(db, signed)
        else:
            sheet = previewing.preview(db, signed, as_of)
    return write_evaluation(sheet, form, kind)


def _signed(db: Session, year: int, kind: str) -> Evaluation:
    """The department's evaluation; the form of self-assessment comes from the unit's own where one was signed."""
    if kind == SELF_ASSESSMENT:
        try:
            return queries.latest_signed(db, year, SELF_ASSESSMENT)
        except NotFound:
            pass
    return queries.latest_signed(db, year)


def _monitoring(year: int, form: str, as_of: dt.date | None, framework: str) -> bytes:
    with reading() as db:
        sheet = monitoring_queries.asked(db, year, as_of, framework)
        results = monitoring_queries.results(db, sheet)
    return write_monitoring(sheet, form, results)


def write_sealed_pack(year: int, target: Path, digests: Sequence[str]) -> None:
    """Writes the sealed pack of the newest signed evaluation of a year; whole or not at all. Raises NotFound."""
    part = target.with_name(target.name + ".part")
    try:
        with reading() as db, part.open("wb") as file:
            write_pack(db, queries.latest_signed(db, year), file, digests=digests)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
