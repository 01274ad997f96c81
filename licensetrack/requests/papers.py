"""Papers that come with a request: taken in while the unit writes, checked by their kind, kept by their digest."""

from __future__ import annotations

from pathlib import PurePath

from sqlalchemy import func, select

from licensetrack.accounts.permissions import Actor
from licensetrack.core import audit, blobs
from licensetrack.core.clock import now
from licensetrack.core.db import transaction
from licensetrack.core.errors import NotFound, Refused
from licensetrack.core.names import plain_file_name
from licensetrack.requests.drafting import open_draft, written
from licensetrack.requests.models import LicenseRequest, RequestAttachment
from licensetrack.requests.moving import TAG, may_touch

FORM, HOSTS, FINGERPRINT, OTHER = "form", "hosts", "fingerprint", "other"
KINDS_OF_PAPER = (FORM, HOSTS, FINGERPRINT, OTHER)
ENDINGS = (
    "docx", "xlsx", "xls", "pdf", "ofd", "jpg", "jpeg", "png", "zip", "lic", "xml", "dat", "txt", "csv",
)  # fmt: skip
LARGEST = 20 * 2**20
MOST_PAPERS = 50
# How files of a kind begin; a kind without an entry may begin as it likes.
_BEGINNINGS = {
    "docx": (b"PK\x03\x04",), "xlsx": (b"PK\x03\x04",), "ofd": (b"PK\x03\x04",), "zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "xls": (b"\xd0\xcf\x11\xe0",), "pdf": (b"%PDF-",), "jpg": (b"\xff\xd8\xff",), "jpeg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
}  # fmt: skip


def check_paper(name: str, content: bytes) -> None:
    """A paper has an ending that is taken, begins as its ending says, and is not too large. Raises Refused."""
    ending = PurePath(name).suffix[1:].lower()
    if ending not in ENDINGS:
        raise Refused(
            "Files of this kind are not taken: “%(name)s”. Taken are: %(endings)s.", name=name[:80],
            endings=", ".join(ENDINGS),
        ).at("papers")  # fmt: skip
    if not content:
        raise Refused("The file “%(name)s” is empty.", name=name[:80]).at("papers")
    if len(content) > LARGEST:
        raise Refused("The file “%(name)s” is larger than %(most)s MB.", name=name[:80], most=LARGEST >> 20).at(
            "papers"
        )
    if not content.startswith(_BEGINNINGS.get(ending, (b"",))):
        raise Refused("The file “%(name)s” is not what its ending says.", name=name[:80]).at("papers")


def add_paper(
    request: LicenseRequest, name: str, content: bytes, *, actor: Actor, kind: str = OTHER, line_key: str = ""
) -> RequestAttachment:
    """Lays a paper with the request. Raises Refused for what is not taken, Conflict when the unit no longer writes."""
    name = plain_file_name(name)
    check_paper(name, content)
    if kind not in KINDS_OF_PAPER:
        raise Refused("There is no kind of paper “%(kind)s”.", kind=kind).at("paper_kind")
    with transaction() as db:
        may_touch(db, request, f"{TAG}:draft", actor)
        fresh = open_draft(db, request.id)
        lying = select(func.count()).where(
            RequestAttachment.request_id == fresh.id, RequestAttachment.removed_at.is_(None)
        )
        if (db.scalar(lying) or 0) >= MOST_PAPERS:
            raise Refused("A request has %(most)s papers at the most.", most=MOST_PAPERS).at("papers")
        blob = blobs.register(db, content, name)
        paper = RequestAttachment(
            request_id=fresh.id, line_key=line_key, blob_id=blob.id, name=name, kind=kind, added_at=now(),
            added_by=actor.login,
        )  # fmt: skip
        db.add(paper)
        db.flush()
        written(db, fresh, actor)
        audit.record(
            db, f"{TAG}:draft", f"request:{fresh.number}", actor, paper=paper.id, name=name, digest=blob.digest
        )
        blobs.keep(content)
    return paper


def remove_paper(request: LicenseRequest, paper_id: int, *, actor: Actor) -> None:
    """Takes a paper away; old versions still name it. Raises NotFound, Conflict."""
    with transaction() as db:
        may_touch(db, request, f"{TAG}:draft", actor)
        fresh = open_draft(db, request.id)
        paper = db.get(RequestAttachment, paper_id)
        if paper is None or paper.request_id != fresh.id or paper.removed_at is not None:
            raise NotFound("There is no such file.")
        paper.removed_at = now()
        db.flush()
        written(db, fresh, actor)
        audit.record(db, f"{TAG}:draft", f"request:{fresh.number}", actor, paper_removed=paper.id, name=paper.name)
