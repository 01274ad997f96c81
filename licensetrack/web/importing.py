"""Importing: which sets wait for it, the form for an attempt, and every attempt so far with its picture."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import DateField, SelectChoice, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, Regexp

from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.queries import set_by_number
from licensetrack.allocation.stages import DECLINED, ISSUED
from licensetrack.core import blobs
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.handover import acceptance_queries as queries
from licensetrack.handover.acceptance_models import ImportAttempt
from licensetrack.handover.acceptance_rules import REASONS, Shown, differences
from licensetrack.handover.attempts import as_issued, record_attempt
from licensetrack.handover.file_kinds import MEDIA_TYPES, kind_of
from licensetrack.web import acceptance_words as words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform

importing = Blueprint("importing", __name__)


class AttemptForm(ActForm):
    """What somebody tells of an attempt."""

    on = DateField(lazy_gettext("Day of the attempt"), [DataRequired(lazy_gettext("Say on which day."))])
    outcome = SelectField(
        lazy_gettext("Outcome of the import"),
        choices=[
            SelectChoice("", lazy_gettext("Please choose")),
            SelectChoice("succeeded", lazy_gettext("The platform took the licence")),
            SelectChoice("failed", lazy_gettext("The import failed")),
        ],
        validators=[DataRequired(lazy_gettext("Say whether the import succeeded."))],
    )
    shown_cpus = StringField(
        lazy_gettext("CPUs that the platform shows"),
        [Optional(), Regexp(r"^[0-9]{1,7}$", message=lazy_gettext("A whole number, please."))],
    )
    shown_until = DateField(lazy_gettext("Expiry that the platform shows"), [Optional()])
    shown_fingerprint = StringField(lazy_gettext("Fingerprint (ESN/DID) that the platform shows"), [Length(max=80)])
    reason_code = SelectField(
        lazy_gettext("Why it failed"),
        choices=[
            SelectChoice("", lazy_gettext("Please choose")),
            *(SelectChoice(code, words.REASONS[code]) for code in REASONS),
        ],
        validators=[Optional()],
    )
    note = TextAreaField(lazy_gettext("Note"), [Length(max=500)])
    screenshot = FileField(lazy_gettext("Screenshot (PNG or JPG, at most 5 MB)"))


@importing.get("/imports")
@needs("handover:read")
def waiting() -> ResponseReturnValue:
    """Sets that wait for their import, and those that wait for rework."""
    scope = actor().scope
    with reading() as db:
        return render_template(
            "acceptance/to_import.html",
            rows=queries.to_import(db, scope),
            rework=queries.rework(db, scope),
            today=today(),
            words=words,
        )


@importing.get("/imports/<path:number>")
@needs("handover:read")
def attempts(number: str) -> ResponseReturnValue:
    """A set's attempts and, while it is open, the form for the next one."""
    return _page(AttemptForm(formdata=None, on=today()), number)


@importing.post("/imports/<path:number>")
@needs("handover:attempt:record")
def record(number: str) -> ResponseReturnValue:
    """Keeps one attempt."""
    form = AttemptForm()

    def act() -> str:
        with reading() as db:
            license_set = _set(db, number)
        attempt = record_attempt(
            license_set,
            actor=actor(),
            on=form.on.data,
            succeeded=form.outcome.data == "succeeded",
            reason_code=form.reason_code.data if form.outcome.data == "failed" else "",
            note=form.note.data or "",
            shown_cpus=int(form.shown_cpus.data) if form.shown_cpus.data else None,
            shown_until=form.shown_until.data,
            shown_fingerprint=form.shown_fingerprint.data or "",
            screenshot=_uploaded(form.screenshot.data),
            seen=form.seen,
        )
        return url_for("importing.attempts", number=number, _anchor=f"attempt-{attempt.nth}")

    with reading() as db:
        _set(db, number)
    return perform(form, act, lambda: _page(form, number))


@importing.get("/attempts/<int:attempt_id>/screenshot")
@needs("handover:read")
def screenshot(attempt_id: int) -> Response:
    """The picture of an attempt; a browser shows it and may do nothing else with it."""
    with reading() as db:
        found = queries.attempt(db, attempt_id, actor().scope)
        if found.screenshot_id is None:
            raise NotFound("There is no such file.")
        blob, content = blobs.load(db, found.screenshot_id)
        name, kind = blob.name, kind_of(content)
    answer = send_file(io.BytesIO(content), mimetype=MEDIA_TYPES[kind], download_name=name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def _uploaded(file: Any) -> tuple[str, bytes] | None:
    """Name and bytes of an upload; nothing where no file was chosen."""
    return (file.filename, file.read()) if file and file.filename else None


def _set(db: Session, number: str) -> LicenseSet:
    row = set_by_number(db, number, actor().scope)
    return db.scalars(select(LicenseSet).where(LicenseSet.id == row.id)).one()


def _differs(attempt: ImportAttempt, license_set: LicenseSet) -> list[Any]:
    """What the platform showed otherwise, for an attempt that differed."""
    issued = Shown(attempt.issued_cpus, attempt.issued_until, license_set.fingerprint)
    return differences(issued, Shown(attempt.shown_cpus, attempt.shown_until, attempt.shown_fingerprint))


def _page(form: AttemptForm, number: str) -> str:
    with reading() as db:
        row = set_by_number(db, number, actor().scope)
        license_set = _set(db, number)
        told = queries.attempts_of(db, row.id)
        return render_template(
            "acceptance/attempts.html",
            row=row,
            version=license_set.version,
            expected=as_issued(db, license_set, today()),
            is_open=row.stage in (ISSUED, DECLINED),
            told=told,
            differs={one.id: _differs(one, license_set) for one in told if one.result == "differs"},
            certificates=queries.certificates_of_set(db, row.id),
            form=form,
            today=today(),
            words=words,
            asks=request.method,
        )
