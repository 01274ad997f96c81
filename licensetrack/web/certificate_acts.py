"""What is done with a certificate: printed, signed, scanned, counter-signed, declined or voided, each by one form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, url_for
from flask.typing import ResponseReturnValue

from licensetrack.core.db import reading
from licensetrack.handover import acceptance_queries as queries
from licensetrack.handover import signing
from licensetrack.handover.acceptance_models import AcceptanceCertificate
from licensetrack.handover.acceptance_stages import DRAWN, UNIT_SIGNED
from licensetrack.handover.certificate_lines import lines_of
from licensetrack.handover.certificates import freeze_certificate, void_certificate
from licensetrack.reports.acceptance_paper import Signing, acceptance_pdf
from licensetrack.web import certificate_forms as forms
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.certificates import office, page

certificate_acts = Blueprint("certificate_acts", __name__, url_prefix="/certificates")


@certificate_acts.post("/<number>/print")
@needs("handover:paper:print")
def print_paper(number: str) -> ResponseReturnValue:
    """Freezes the paper that is signed by hand."""
    form, found = forms.PrintForm(), _found(number)
    document = _rendered(found, Signing()) if found.stage == DRAWN else b""
    return _perform(
        "print", form, found, lambda: freeze_certificate(found, document, actor=actor(), seen=form.seen)
    )  # fmt: skip


@certificate_acts.post("/<number>/sign")
@needs("handover:certificate:sign")
def sign(number: str) -> ResponseReturnValue:
    """The unit signs."""
    form, found = forms.SignForm(), _found(number)
    return _perform(
        "sign",
        form,
        found,
        lambda: signing.sign_certificate(found, actor=actor(), seen=form.seen, **_answers(form)),
    )


@certificate_acts.post("/<number>/scan")
@needs("handover:certificate:scan")
def scan(number: str) -> ResponseReturnValue:
    """The centre adds the sealed scan."""
    form, found = forms.ScanForm(), _found(number)
    return _perform(
        "scan",
        form,
        found,
        lambda: signing.attach_scan(
            found,
            form.scan.data.read() if form.scan.data else b"",
            actor=actor(),
            unit_signer=form.unit_signer.data,
            signed_on=form.signed_on.data,
            seen=form.seen,
            **_answers(form),
        ),
    )


@certificate_acts.post("/<number>/countersign")
@needs("handover:certificate:countersign")
def countersign(number: str) -> ResponseReturnValue:
    """The centre counter-signs: every set on the certificate is accepted at once."""
    form, found = forms.CountersignForm(), _found(number)
    document = b""
    if found.stage == UNIT_SIGNED and form.validate_on_submit():  # before the transaction: others need not wait for it
        document = _rendered(found, Signing(False, actor().name, form.on.data))
    return _perform(
        "countersign",
        form,
        found,
        lambda: signing.countersign_certificate(
            found, actor=actor(), on=form.on.data, document=document, seen=form.seen
        ),
    )


@certificate_acts.post("/<number>/decline")
@needs("handover:certificate:decline")
def decline(number: str) -> ResponseReturnValue:
    """The centre declines: each set gets a task for rework."""
    form, found = forms.DeclineForm(), _found(number)
    return _perform(
        "decline",
        form,
        found,
        lambda: signing.decline_certificate(
            found, actor=actor(), on=form.on.data, reason=form.reason.data, seen=form.seen
        ),
    )


@certificate_acts.post("/<number>/void")
@needs("handover:certificate:void")
def void(number: str) -> ResponseReturnValue:
    """The centre withdraws the certificate; its sets can be drawn anew."""
    form, found = forms.VoidForm(), _found(number)
    return _perform(
        "void", form, found, lambda: void_certificate(found, actor=actor(), reason=form.reason.data, seen=form.seen)
    )


def _answers(form: forms.SignForm) -> dict[str, Any]:
    """What the unit says of its sets, in the system or on the paper."""
    return {
        "conclusion": form.conclusion.data, "checks": form.checks.data or (), "problems": form.problems.data or "",
        "rework": form.rework.data or "",
    }  # fmt: skip


def _found(number: str) -> AcceptanceCertificate:
    with reading() as db:
        found = queries.certificate(db, number, actor().scope)
        db.expunge(found)
    return found


def _perform(
    action: str, form: ActForm, found: AcceptanceCertificate, act: Callable[[], object]
) -> ResponseReturnValue:
    def done() -> str:
        act()
        return url_for("certificates.one", number=found.number)

    return perform(form, done, lambda: page(found.number, **{action: form}))


def _rendered(found: AcceptanceCertificate, signed: Signing) -> bytes:
    with reading() as db:
        return acceptance_pdf(found, lines_of(db, found.id), office(), signed)
