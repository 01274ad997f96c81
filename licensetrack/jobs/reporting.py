"""Reports as files: from a signed evaluation to a document on disk."""

from __future__ import annotations

from pathlib import Path

from licensetrack.core.db import reading
from licensetrack.performance import queries
from licensetrack.reports.outputs import write_evaluation


def write_report(year: int, form: str, target: Path) -> None:
    """Writes the newest signed evaluation of a year as pdf, docx or xlsx; whole or not at all. Raises NotFound."""
    with reading() as db:
        sheet = queries.load_snapshot(db, queries.latest_signed(db, year))
    part = target.with_name(target.name + ".part")
    part.write_bytes(write_evaluation(sheet, form))
    part.replace(target)
