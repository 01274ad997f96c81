"""Files out: tables as xlsx or csv, papers and reports; each recorded in the audit trail, none run in our origin."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO

from flask import Response, request, send_file

from licensetrack.core import audit
from licensetrack.core.db import transaction
from licensetrack.exchange.spreadsheet_out import OutputColumn, write_csv, write_xlsx
from licensetrack.web.access import actor

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


def export_table(form: str, title: str, columns: Sequence[OutputColumn], rows: Iterable[Sequence[object]]) -> Response:
    """All rows as a file. They are taken one by one, so within a reading block they may come from a cursor."""
    target: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the answer is sent
    if form == "xlsx":
        write_xlsx(rows, columns, target, sheet=title)
    else:
        write_csv(rows, columns, target)
    target.seek(0)
    return attachment(target, f"{title}.{form}", TYPES[form])


def attachment(content: BinaryIO, name: str, kind: str) -> Response:
    """A file to keep. Should a browser show it all the same, it may do nothing there."""
    answer = send_file(content, mimetype=kind, as_attachment=True, download_name=name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def record_download(tag: str, subject: str, **details: Any) -> None:
    """Says in the audit trail who took what out. Outside of any reading block: it writes."""
    with transaction(even_read_only=True) as db:
        audit.record(db, tag, subject, actor(), address=request.remote_addr or "", **details)
