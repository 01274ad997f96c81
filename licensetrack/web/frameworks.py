"""Frameworks: what is in force and what is drafted, each as a tree with its targets; begun, put in force, discarded."""

from __future__ import annotations

import datetime as dt
import io

from flask import Blueprint, Response, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.performance import framework as files
from licensetrack.performance import framework_drafting
from licensetrack.performance import frameworks as kept
from licensetrack.performance.framework import SIGNS, Framework, targets_of
from licensetrack.performance.framework_copying import copied
from licensetrack.performance.framework_edits import balances
from licensetrack.performance.framework_models import FrameworkVersion
from licensetrack.performance.framework_stages import DRAFT, IN_FORCE
from licensetrack.performance.framework_toml import toml_of
from licensetrack.performance.scorecard import quantity, target_text
from licensetrack.web import framework_words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.evaluations import see_all
from licensetrack.web.exports import attachment, record_download
from licensetrack.web.framework_forms import DiscardForm, NewForm, PlainForm, UploadForm
from licensetrack.web.toml_files import toml_sent

frameworks = Blueprint("frameworks", __name__, url_prefix="/frameworks")

LIBRARY, KEPT = "library", "version"


@frameworks.get("")
@needs("performance:read")
def index() -> ResponseReturnValue:
    """Every version, the newest year first."""
    see_all()
    with reading() as db:
        return render_template("frameworks/index.html", rows=kept.versions(db), words=framework_words)


@frameworks.get("/new")
@needs("performance:framework:draft")
def new() -> ResponseReturnValue:
    """Where a framework is begun."""
    return _new_page(NewForm(None, year=today().year), UploadForm(None))


@frameworks.post("/new")
@needs("performance:framework:draft")
def make() -> ResponseReturnValue:
    """Begins a framework from the library or from another year's."""
    form = NewForm()
    form.offer(_sources())

    def act() -> str:
        kind, _, which = (form.source.data or "").partition(":")
        with reading() as db:
            ours = None if kind == LIBRARY else kept.version_of(db, int(which))
            found = files.load(which) if ours is None else kept.assembled(db, ours)
        code, name, year = (form.code.data or "").strip(), (form.name.data or "").strip(), form.year.data or 0
        content = copied(found, code=code, name=name, year=year, keep_targets=form.targets.data == "keep")
        draft = framework_drafting.draft_framework(content, actor=actor(), based_on=f"{found.code} {found.name}")
        return _address(draft)

    return perform(form, act, lambda: _new_page(form, UploadForm(None)))


@frameworks.post("/upload")
@needs("performance:framework:draft")
def upload() -> ResponseReturnValue:
    """Begins a framework, or its next version, from a file."""
    form = UploadForm()

    def act() -> str:
        data, name = toml_sent(form.file.data)
        draft = framework_drafting.draft_framework(data, actor=actor(), based_on=name)
        return _address(draft)

    return perform(form, act, lambda: _new_page(NewForm(None, year=today().year), form))


@frameworks.get("/<int:framework_id>")
@needs("performance:read")
def one(framework_id: int) -> ResponseReturnValue:
    """One version as a tree, with the targets as they hold and as they held."""
    see_all()
    return _one_page(framework_id, PlainForm(None))


@frameworks.get("/<int:framework_id>/framework.toml")
@needs("performance:read")
def export(framework_id: int) -> Response:
    """One version with its targets as a file."""
    see_all()
    with reading() as db:
        row = kept.version_of(db, framework_id)
        content = toml_of(kept.assembled(db, row).data).encode()
    name = f"{row.code}-{row.version}.toml"
    record_download("performance:framework:download", f"framework:{row.code}:{row.version}", name=name)
    return attachment(io.BytesIO(content), name, "application/toml")


@frameworks.post("/<int:framework_id>/next")
@needs("performance:framework:draft")
def draft_next(framework_id: int) -> ResponseReturnValue:
    """Drafts the next version of what is in force."""
    form = PlainForm()

    def act() -> str:
        row = _row(framework_id)
        return _address(framework_drafting.draft_next(row, actor=actor()))

    return perform(form, act, lambda: _one_page(framework_id, form))


@frameworks.post("/<int:framework_id>/put-in-force")
@needs("performance:framework:put_in_force")
def put_in_force(framework_id: int) -> ResponseReturnValue:
    """Puts a draft in force."""
    form = PlainForm()

    def act() -> str:
        row = _row(framework_id)
        framework_drafting.put_in_force(row, actor=actor(), seen=form.seen)
        flash(gettext("The framework is in force from now on."))
        return _address(row)

    return perform(form, act, lambda: _one_page(framework_id, form))


@frameworks.post("/<int:framework_id>/discard")
@needs("performance:framework:discard")
def discard(framework_id: int) -> ResponseReturnValue:
    """Throws a draft away."""
    form = DiscardForm()

    def act() -> str:
        row = _row(framework_id)
        framework_drafting.discard_draft(row, actor=actor(), reason=form.reason.data or "", seen=form.seen)
        return url_for("frameworks.index")

    return perform(form, act, lambda: _one_page(framework_id, PlainForm(None), form))


def _row(framework_id: int) -> FrameworkVersion:
    see_all()
    with reading() as db:
        return kept.version_of(db, framework_id)


def _address(row: FrameworkVersion) -> str:
    return url_for("frameworks.one", framework_id=row.id)


def _sources() -> list[tuple[str, str]]:
    """What another framework may begin with: the library, and what was ever in force here."""
    with reading() as db:
        ours = [row for row in kept.versions(db) if row.stage == IN_FORCE]
    found = [(f"{LIBRARY}:{code}", f"{gettext('Library')}: {files.load(code).name}") for code in files.library()]
    return found + [(f"{KEPT}:{row.id}", f"{row.year} {row.name} ({row.version})") for row in ours]


def _new_page(form: NewForm, file_form: UploadForm) -> str:
    form.offer(_sources())
    return render_template("frameworks/new.html", form=form, file_form=file_form)


def _one_page(framework_id: int, form: ActForm, discarding: DiscardForm | None = None) -> str:
    with reading() as db:
        row = kept.version_of(db, framework_id)
        found = kept.assembled(db, row)
        steps = kept.steps_of(db, framework_id)
        newest = _newest(db, row)
    day = min(today(), dt.date(row.year, 12, 31))
    return render_template(
        "frameworks/one.html", row=row, found=found, steps=steps, newest=newest, form=form,
        discarding=discarding or DiscardForm(None), words=framework_words, day=day,
        targets=targets_of(found, day), uneven={one.code: one for one in balances(found.data) if not one.even},
        lacking=_lacking(found), target_text=target_text, quantity=quantity, SIGNS=SIGNS,
        DRAFT=DRAFT, IN_FORCE=IN_FORCE,
    )  # fmt: skip


def _newest(db: Session, row: FrameworkVersion) -> bool:
    """Whether this is the version that counts."""
    newest = kept.newest_in_force(db, row.code)
    return newest is not None and newest.id == row.id


def _lacking(found: Framework) -> list[str]:
    """The codes of indicators whose target is still to be set."""
    return [
        leaf.code
        for leaf in found.leaves()
        if (leaf.nature == "qualitative" and not leaf.target_text)
        or (leaf.rule.basis == "target" and not leaf.targets and not leaf.target_from)
    ]
