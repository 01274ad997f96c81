"""Tables as files: every matching row as xlsx or csv, written on the server and recorded in the audit trail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from flask import Response, request

from licensetrack.core import audit
from licensetrack.core.db import transaction
from licensetrack.web.access import actor

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
FORMATS = ("xlsx", "csv")
PORTION = 64 * 1024


def download(content: bytes, name: str, kind: str) -> Response:
    """Bytes as a file to keep: never shown inside our origin."""
    plain = "".join(c if c.isascii() and c not in '"\\' else "_" for c in name)
    return Response(
        content,
        content_type=kind,
        headers={
            "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


def record_download(tag: str, subject: str, **details: Any) -> None:
    """Says in the audit trail who took what out. Outside of any reading block: it writes."""
    with transaction() as db:
        audit.record(db, tag, subject, actor(), address=request.remote_addr or "", **details)
