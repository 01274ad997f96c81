"""Licence files of a set: attached, listed masked, revealed and downloaded with a reason, signed for."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from licensetrack.accounts.permissions import allows
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.queries import set_by_number
from licensetrack.allocation.stages import ENDED
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import Refused
from licensetrack.handover.file_queries import accesses_of_set, file_in_scope, files_of_set
from licensetrack.handover.license_files import (
    ATTACH,
    DOWNLOAD,
    REVEAL,
    attach_file,
    download_file,
    expected_of,
    reveal_file,
)
from licensetrack.handover.license_parsing import masked_name
from licensetrack.handover.receipts import SIGN, sign_receipt, waiting_for_receipt
from licensetrack.web import file_words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import UNFIT, ActForm, perform
from licensetrack.web.exports import attachment
from licensetrack.web.fields import day_field, reason_field
from licensetrack.web.file_forms import FileForm
from licensetrack.web.held_files import let_go

files = Blueprint("files", __name__, url_prefix="/files")


class LookForm(ActForm):
    """Why somebody looks inside."""

    reason = reason_field(lazy_gettext("What for"))


class ReceiptForm(ActForm):
    """On which day the file was received."""

    on = day_field(lazy_gettext("Received on"))


@files.get("/waiting")
@needs("handover:read")
def waiting() -> ResponseReturnValue:
    """Files that nobody signed for yet."""
    with reading() as db:
        rows = waiting_for_receipt(db, actor().scope)
    return render_template("handover/waiting.html", rows=rows)


@files.get("/of/<path:number>")
@needs(ATTACH)
def choose(number: str) -> ResponseReturnValue:
    """Where a licence file is attached to a set."""
    return _choose(number, FileForm(None))


@files.post("/of/<path:number>")
@needs(ATTACH)
def attach(number: str) -> ResponseReturnValue:
    """Attaches the file; where it does not fit, the form comes back with the comparison."""
    form = FileForm()

    def act() -> str:
        upload = form.uploaded()
        if upload is None:
            raise Refused("No file was chosen.").at("file")
        attach_file(
            _set(number), *upload, actor=actor(), acknowledged=form.acknowledged.data or (),
            reason=form.file_reason.data or "",
        )  # fmt: skip
        let_go(form.held.data)
        return url_for("ledger.one_set", number=number, _anchor="files")

    return perform(form, act, lambda: _choose(number, form))


@files.post("/check/<path:number>")
@needs(ATTACH)
def check(number: str) -> ResponseReturnValue:
    """Shows what the file says beside the set; attaches nothing."""
    form = FileForm()
    return _choose(number, form), 200 if form.file.data or form.held.data else UNFIT


@files.get("/<int:file_id>")
@needs("handover:read")
def one(file_id: int) -> ResponseReturnValue:
    """One file, masked, with who took it out and what may be done with it."""
    return _page(file_id)


@files.post("/<int:file_id>/reveal")
@needs(REVEAL)
def reveal(file_id: int) -> ResponseReturnValue:
    """Shows fingerprint, serial and text in this answer alone; coming back asks for a reason again."""
    form = LookForm()
    file, license_set = _file(file_id)
    if form.validate_on_submit():
        try:
            shown = reveal_file(file, actor=actor(), reason=form.reason.data or "")
        except Refused as refusal:
            form.tell(refusal)
        else:
            return render_template("handover/revealed.html", file=_shown(file), row=license_set, shown=shown)
    return _page(file_id, look=form, at="reveal"), UNFIT


@files.post("/<int:file_id>/download")
@needs(DOWNLOAD)
def download(file_id: int) -> ResponseReturnValue:
    """Hands the file out as it came."""
    form = LookForm()
    file, _ = _file(file_id)
    if form.validate_on_submit():
        try:
            content = download_file(file, actor=actor(), reason=form.reason.data or "")
        except Refused as refusal:
            form.tell(refusal)
        else:
            return attachment(io.BytesIO(content), file.name, "application/octet-stream")
    return _page(file_id, look=form, at="download"), UNFIT


@files.post("/<int:file_id>/receipt")
@needs(SIGN)
def sign(file_id: int) -> ResponseReturnValue:
    """The unit signs for the file."""
    form = ReceiptForm()
    _, license_set = _file(file_id)

    def act() -> str:
        sign_receipt(license_set, actor=actor(), on=form.on.data, seen=file_id)
        return url_for("files.one", file_id=file_id)

    return perform(form, act, lambda: _page(file_id, receipt=form))


def _choose(number: str, form: FileForm) -> str:
    with reading() as db:
        row = set_by_number(db, number, actor().scope)
        license_set = db.get_one(LicenseSet, row.id)
        compared = form.compared(db, expected_of(db, license_set), row.id) if form.is_submitted() else None
        return render_template(
            "handover/attach.html", row=row, form=form, compared=compared, current=files_of_set(db, row.id)[:1],
            words=file_words, name=masked_name,
        )  # fmt: skip


def _page(file_id: int, *, look: LookForm | None = None, at: str = "", receipt: ReceiptForm | None = None) -> str:
    visitor = actor()
    with reading() as db:
        file, license_set = file_in_scope(db, file_id, visitor.scope)
        [of_set] = [one for one in files_of_set(db, license_set.id) if one.file.id == file_id]
        accesses = [(access, version) for access, version in accesses_of_set(db, license_set.id)]
        return render_template(
            "handover/file.html",
            file=_shown(file),
            row=license_set,
            receipt=of_set.receipt,
            accesses=[access for access, version in accesses if version == file.version],
            open=(file.obsolete_at is None and license_set.stage not in ENDED) or allows(visitor, ATTACH),
            signable=file.obsolete_at is None and license_set.stage not in ENDED and of_set.receipt is None,
            looks={act: look if look and at == act else LookForm(None) for act in ("reveal", "download")},
            receipt_form=receipt or ReceiptForm(None, on=today()),
            words=file_words,
        )


def _shown(file: Any) -> dict[str, Any]:
    """A file as pages may show it: nothing of its content, and no fingerprint in its name."""
    return {
        "id": file.id, "version": file.version, "name": masked_name(file.name), "size": file_words.size(file.size),
        "digest": file.sha256[:8], "sm3": file.sm3[:8], "facts": file.facts, "differences": file.differences,
        "reason": file.reason, "attached_name": file.attached_name, "attached_at": file.attached_at,
        "obsolete_at": file.obsolete_at, "nothing_read": file.facts.get("form") == "unknown",
    }  # fmt: skip


def _file(file_id: int) -> tuple[Any, LicenseSet]:
    with reading() as db:
        found = file_in_scope(db, file_id, actor().scope)
        db.expunge_all()
        return found


def _set(number: str) -> LicenseSet:
    with reading() as db:
        row = set_by_number(db, number, actor().scope)
        return db.get_one(LicenseSet, row.id)


@files.app_context_processor
def card() -> dict[str, Any]:
    """What the card on a set's page needs: `license_files(set_id)`."""

    def license_files(set_id: int) -> list[dict[str, Any]]:
        with reading() as db:
            return [_shown(one.file) | {"receipt": one.receipt} for one in files_of_set(db, set_id)]

    return {"license_files": license_files, "file_words": file_words}
