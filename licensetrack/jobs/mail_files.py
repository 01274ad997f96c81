"""The file that a mail carries: the one that is stored, under a name in its reader's language; none that is large."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import PurePath

import structlog
from sqlalchemy.orm import Session

from licensetrack.core import blobs
from licensetrack.core.errors import NotFound
from licensetrack.jobs.mail_texts import translator
from licensetrack.notices.kinds import KINDS, filled
from licensetrack.notices.models import NoticeEvent

LARGEST = 5 * 1024 * 1024  # bytes; many servers take ten megabytes, and a mail carries a third more than its file
TYPES = {".pdf": ("application", "pdf")}
log = structlog.get_logger()


def attach(db: Session, message: EmailMessage, event: NoticeEvent, language: str) -> None:
    """Adds the event's file. A larger one, or one that is not there any more, is left to the link."""
    if event.file_id is None:
        return
    blob = db.get_one(blobs.Blob, event.file_id)
    if blob.size > LARGEST:
        return
    try:
        _, content = blobs.load(db, event.file_id)
    except NotFound:
        log.error("a file that a mail should carry is missing or damaged", file=blob.id)
        return
    suffix = PurePath(blob.name).suffix
    kind, subtype = TYPES.get(suffix, ("application", "octet-stream"))
    message.add_attachment(
        content, maintype=kind, subtype=subtype, filename=(_name(event, language) or "file") + suffix
    )


def _name(event: NoticeEvent, language: str) -> str:
    """Without what a folder, a header or a shell could take for something else."""
    name = filled(translator(language)(KINDS[event.kind].file), event.told)
    return "".join(sign for sign in name if sign.isprintable() and sign not in '/\\:*?"<>|')[:100]
