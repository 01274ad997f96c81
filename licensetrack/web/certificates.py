"""Acceptance certificates: the list, drawing one for a unit's imported sets, its page and its papers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import allows
from licensetrack.allocation.models import LicenseSet
from licensetrack.core import blobs
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.core.transitions import actions_from
from licensetrack.handover import acceptance_queries as queries
from licensetrack.handover.acceptance_models import AcceptanceCertificate
from licensetrack.handover.acceptance_rules import masked
from licensetrack.handover.acceptance_stages import CERTIFICATE_MOVES
from licensetrack.handover.certificate_lines import lines_of
from licensetrack.handover.certificates import draw_certificate
from licensetrack.handover.file_kinds import MEDIA_TYPES, kind_of
from licensetrack.requests.models import RequestLine
from licensetrack.units import queries as unit_queries
from licensetrack.web import acceptance_words as words
from licensetrack.web import certificate_forms as forms
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.digits import page_asked, whole
from licensetrack.web.exports import attachment, record_download

certificates = Blueprint("certificates", __name__, url_prefix="/certificates")


@certificates.get("")
@needs("handover:read")
def index() -> ResponseReturnValue:
    """The certificates one may see, newest first."""
    asked = {"stage": request.args.get("stage", ""), "search": request.args.get("q", "")[:200].strip()}
    scope = actor().scope
    with reading() as db:
        return render_template(
            "acceptance/certificates.html",
            page=queries.page_of_certificates(db, scope, **asked, page=page_asked()),
            waiting=len(queries.to_accept(db, scope)),
            asked=asked,
            words=words,
        )


@certificates.get("/new")
@needs("handover:certificate:draw")
def choose() -> ResponseReturnValue:
    """The unit's sets to choose from; without a unit, the units that have any."""
    scope, wanted = actor().scope, request.args.get("unit", "")
    if scope.kind == "unit" and not wanted:
        return redirect(url_for("certificates.choose", unit=scope.value))
    if (unit_id := whole(wanted)) is not None:
        return _draw_page(forms.DrawForm(formdata=None), unit_id)
    with reading() as db:
        found: dict[int, list[queries.OpenSet]] = {}
        for row in queries.to_accept(db, scope):
            found.setdefault(row.unit_id, []).append(row)
        return render_template("acceptance/choose_unit.html", units=found, today=today(), words=words)


@certificates.post("/new/<int:unit_id>")
@needs("handover:certificate:draw")
def draw(unit_id: int) -> ResponseReturnValue:
    """Draws a certificate for the chosen sets."""
    form = forms.DrawForm()
    with reading() as db:
        unit = unit_queries.unit(db, unit_id, actor().scope)

    def act() -> str:
        with reading() as db:
            ids = list(form.sets.data or ())
            chosen = db.scalars(select(LicenseSet).where(LicenseSet.id.in_(ids), LicenseSet.unit_id == unit_id)).all()
            if len(chosen) != len(set(ids)):
                raise NotFound("There is no such record.")
            asked = _asked_cpus(db, ids)
        drawn = draw_certificate(unit, chosen, actor=actor(), asked=asked, note=form.note.data or "")
        return url_for("certificates.one", number=drawn.number)

    return perform(form, act, lambda: _draw_page(form, unit_id))


@certificates.get("/<number>")
@needs("handover:read")
def one(number: str) -> ResponseReturnValue:
    """One certificate: its sets, its check list, and what may be done with it."""
    return page(number)


@certificates.get("/<number>/paper.pdf")
@needs("handover:read")
def paper(number: str) -> Response:
    """The frozen paper: the same bytes every time, named by their digest."""
    return _handed_out(number, "document_id")


@certificates.get("/<number>/scan")
@needs("handover:read")
def scanned(number: str) -> Response:
    """The sealed scan."""
    return _handed_out(number, "scan_id")


def page(number: str, **failed: ActForm) -> str:
    """The page of a certificate; `failed` is the form, by its action, that was refused and keeps what was typed."""
    visitor = actor()
    with reading() as db:
        found = queries.certificate(db, number, visitor.scope)
        lines = lines_of(db, found.id)
        fresh: dict[str, ActForm] = {
            "sign": forms.SignForm(formdata=None),
            "countersign": forms.CountersignForm(formdata=None, on=today()),
            "print": forms.PrintForm(formdata=None),
            "scan": forms.ScanForm(formdata=None, signed_on=today()),
            "decline": forms.DeclineForm(formdata=None, on=today(), reason=found.problems),
            "void": forms.VoidForm(formdata=None),
        }
        return render_template(
            "acceptance/certificate.html",
            found=found,
            lines=lines,
            open_forms={name: one for name, one in (fresh | failed).items() if _may(found, name)},
            masked=masked,
            words=words,
            sees_units=allows(visitor, "units:read"),
        )


def office() -> str:
    """The centre's name, as its papers carry it."""
    name: str = current_app.config["LICENSETRACK"].office
    return name


def _may(found: AcceptanceCertificate, action: str) -> bool:
    """Whether the page offers an action to this visitor; the verb asks again."""
    visitor = actor()
    permission = "handover:paper:print" if action == "print" else f"handover:certificate:{action}"
    if action not in actions_from(CERTIFICATE_MOVES, found.stage) or not allows(visitor, permission):
        return False
    if action == "sign":
        return visitor.scope.kind == "unit"
    return action != "countersign" or found.conclusion == "pass"


def _draw_page(form: ActForm, unit_id: int) -> str:
    with reading() as db:
        unit = unit_queries.unit(db, unit_id, actor().scope)
        return render_template(
            "acceptance/draw.html", unit=unit, rows=queries.drawable(db, unit.id), form=form, words=words
        )


def _asked_cpus(db: Session, ids: Sequence[int]) -> dict[int, int | None]:
    """Set id → CPUs that the unit had asked for, where a request led to the set."""
    query = select(RequestLine.result_set_id, RequestLine.cpus_asked).where(RequestLine.result_set_id.in_(ids))
    return {set_id: cpus for set_id, cpus in db.execute(query) if set_id is not None}


def _handed_out(number: str, column: str) -> Response:
    with reading() as db:
        found = queries.certificate(db, number, actor().scope)
        blob_id: Any = getattr(found, column)
        if blob_id is None:
            raise NotFound("There is no such file.")
        blob, content = blobs.load(db, blob_id)
        name, digest = blob.name, blob.digest
    record_download("handover:certificate:download", f"certificate:{number}", name=name, digest=digest)
    return attachment(io.BytesIO(content), name, MEDIA_TYPES.get(kind_of(content), "application/octet-stream"))
