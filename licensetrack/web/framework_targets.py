"""The targets of an indicator: what held and holds, by whom and why, each with its paper; and where one is adjusted."""

from __future__ import annotations

import io
from decimal import Decimal

from flask import Blueprint, Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from licensetrack.core import blobs
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.performance import frameworks as kept
from licensetrack.performance.framework import SIGNS, Indicator
from licensetrack.performance.framework_models import FrameworkVersion, TargetRecord
from licensetrack.performance.scorecard import quantity
from licensetrack.performance.targets import record_target
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import perform
from licensetrack.web.evaluations import see_all
from licensetrack.web.exports import attachment, record_download
from licensetrack.web.framework_forms import TargetForm

framework_targets = Blueprint("framework_targets", __name__, url_prefix="/frameworks/<int:framework_id>/targets")


@framework_targets.get("/<code>")
@needs("performance:read")
def history(framework_id: int, code: str) -> ResponseReturnValue:
    """Every target of an indicator, and the form for the next one."""
    see_all()
    return _page(framework_id, code, TargetForm(None))


@framework_targets.post("/<code>")
@needs("performance:target:record")
def adjust(framework_id: int, code: str) -> ResponseReturnValue:
    """Adjusts the target from a day on."""
    form = TargetForm()

    def act() -> str:
        see_all()
        with reading() as db:
            row = kept.version_of(db, framework_id)
        file = form.paper.data
        paper = (file.filename or "", file.stream.read()) if file else None
        record_target(
            row.code, code, form.value.data or Decimal(0), valid_from=form.valid_from.data or today(), actor=actor(),
            author=form.author.data or "", reason=form.reason.data or "", document=form.document.data or "",
            paper=paper,
        )  # fmt: skip
        flash(gettext("The target is adjusted."))
        return url_for("framework_targets.history", framework_id=framework_id, code=code)

    return perform(form, act, lambda: _page(framework_id, code, form))


@framework_targets.get("/<code>/<int:record_id>/paper")
@needs("performance:read")
def paper(framework_id: int, code: str, record_id: int) -> Response:
    """The document that a target rests on."""
    see_all()
    with reading() as db:
        row = kept.version_of(db, framework_id)
        record = db.get(TargetRecord, record_id)
        if record is None or record.paper_id is None or (record.framework_code, record.indicator) != (row.code, code):
            raise NotFound("There is no such file.")
        blob, content = blobs.load(db, record.paper_id)
        name, digest = blob.name, blob.digest
    record_download("performance:target:download", f"framework:{row.code}:{code}", name=name, digest=digest)
    return attachment(io.BytesIO(content), name, "application/octet-stream")


def _page(framework_id: int, code: str, form: TargetForm) -> str:
    with reading() as db:
        row = kept.version_of(db, framework_id)
        leaf = _leaf(db, row, code)
        records = kept.records_of(db, row.code).get(code, [])
        newest = kept.newest_in_force(db, row.code)
    if not form.is_submitted() and today().year == row.year:
        form.valid_from.data = today()
    return render_template(
        "frameworks/targets.html", row=row, leaf=leaf, records=records, form=form, quantity=quantity, SIGNS=SIGNS,
        holds=leaf.target_on(today()), counts={version.start: version.value for version in leaf.targets},
        adjustable=newest is not None and newest.id == row.id and leaf.nature != "qualitative" and not leaf.target_from,
    )  # fmt: skip


def _leaf(db: Session, row: FrameworkVersion, code: str) -> Indicator:
    """The indicator as it stands in the version. Raises NotFound."""
    for leaf in kept.assembled(db, row).leaves():
        if leaf.code == code:
            return leaf
    raise NotFound("There is no indicator %(code)s.", code=code)
