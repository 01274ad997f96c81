"""Reports as files: from an evaluation to a document on disk."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from licensetrack.core.db import reading
from licensetrack.performance import previewing, queries
from licensetrack.reports.outputs import EVALUATION, write_evaluation
from licensetrack.reports.sealed_pack import write_pack


def write_report(year: int, form: str, target: Path, *, kind: str = EVALUATION, as_of: dt.date | None = None) -> None:
    """Writes a document of the newest signed evaluation of a year as pdf, docx or xlsx; whole or not at all.

    For another day than the signed one it writes a draft as of that day.
    Raises NotFound where the year has none signed.
    """
    with reading() as db:
        signed = queries.latest_signed(db, year)
        if as_of is None or as_of == signed.as_of:
            sheet = queries.load_snapshot(db, signed)
        else:
            sheet = previewing.preview(db, signed, as_of)
    part = target.with_name(target.name + ".part")
    part.write_bytes(write_evaluation(sheet, form, kind))
    part.replace(target)


def write_sealed_pack(year: int, target: Path, digests: Sequence[str]) -> None:
    """Writes the sealed pack of the newest signed evaluation of a year; whole or not at all. Raises NotFound."""
    part = target.with_name(target.name + ".part")
    try:
        with reading() as db, part.open("wb") as file:
            write_pack(db, queries.latest_signed(db, year), file, digests=digests)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
