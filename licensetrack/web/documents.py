"""Stored papers: handed out as files to keep, to those who may read every room that rests on them."""

from __future__ import annotations

import io

from flask import Blueprint, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import allows
from licensetrack.allocation.models import LedgerEvent
from licensetrack.core import blobs
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.handover.models import LicenseFile
from licensetrack.performance.evidence_models import EvidenceFile
from licensetrack.procurement.models import BudgetEntry
from licensetrack.procurement.survey_models import Survey
from licensetrack.support.models import ServiceOrder
from licensetrack.web.access import actor, signed_in
from licensetrack.web.exports import attachment, record_download

documents = Blueprint("documents", __name__)

# A paper is as confidential as the most confidential row that came from it.
ROOMS = (
    (LedgerEvent.document_id, "allocation:read"),
    (BudgetEntry.document_id, "procurement:read"),
    (Survey.document_id, "procurement:read"),
    (ServiceOrder.document_id, "support:read"),
    (EvidenceFile.blob_id, "performance:read"),
)
UNBOUND = [permission for _, permission in ROOMS]  # nobody knows what a paper tells that no row rests on


@documents.get("/documents/<int:blob_id>")
@signed_in
def document(blob_id: int) -> Response:
    """The stored file under its own name. A paper tells of many units, so it is for those who see them all."""
    visitor = actor()
    with reading() as db:
        needed = _permissions(db, blob_id)
        if visitor.scope.kind != "all" or not all(allows(visitor, permission) for permission in needed):
            raise NotFound("There is no such file.")
        if db.scalar(select(LicenseFile.id).where(LicenseFile.blob_id == blob_id)) is not None:
            raise NotFound("There is no such file.")  # sealed: it leaves by handover.license_files alone, with a reason
        blob, content = blobs.load(db, blob_id)
        name, digest = blob.name, blob.digest
    record_download("exchange:document:download", f"document:{blob_id}", name=name, digest=digest)
    return attachment(io.BytesIO(content), name, "application/octet-stream")


def _permissions(db: Session, blob_id: int) -> list[str]:
    found = [
        permission
        for column, permission in ROOMS
        if db.scalar(select(column).where(column == blob_id).limit(1)) is not None
    ]
    return found or UNBOUND
