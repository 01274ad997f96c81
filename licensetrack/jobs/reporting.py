"""Reports as files: from an evaluation to a document on disk."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from licensetrack.core.db import reading
from licensetrack.performance import previewing, queries
from licensetrack.reports.outputs import EVALUATION, write_evaluation


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
