"""Notices: the bell in the frame, one's own list, and what one wants to be told of and how."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from licensetrack.accounts import queries as accounts
from licensetrack.core.db import reading
from licensetrack.core.errors import DomainError
from licensetrack.notices import queries
from licensetrack.notices import reading as verbs
from licensetrack.notices.kinds import GROUPS, KINDS, Kind
from licensetrack.web import notice_words as words
from licensetrack.web.access import actor, local_path, quiet, signed_in
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.digits import page_asked
from licensetrack.web.notice_forms import ReadForm, SettingsForm, settings_form

notices = Blueprint("notices", __name__, url_prefix="/notices")


def unread_notices() -> int:
    """What the bell counts; nothing where the database does not answer, so that the page can say so."""
    if not current_user.is_authenticated:
        return 0
    try:
        with reading() as db:
            return queries.unread(db, actor())
    except (SQLAlchemyError, DomainError):
        return 0


@notices.get("")
@signed_in
def index() -> ResponseReturnValue:
    """One's own notices, the newest first: those unread, or all."""
    return _index()


@notices.get("/count")
@signed_in
@quiet
def count() -> Response:
    """How many are unread; asked by the bell, and no sign that anybody is there."""
    return jsonify({"unread": unread_notices()})


@notices.post("/<int:notice_id>/open")
@signed_in
def open_one(notice_id: int) -> ResponseReturnValue:
    """Marks one as read and leads to what it is about."""
    return perform(ActForm(), lambda: _opened(notice_id), _index, even_read_only=True)


@notices.post("/<int:notice_id>/read")
@signed_in
def read_one(notice_id: int) -> ResponseReturnValue:
    """Marks one as read and comes back."""

    def act() -> str:
        verbs.read_notice(notice_id, actor=actor())
        return _back()

    return perform(ActForm(), act, _index, even_read_only=True)


@notices.post("/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """Marks everything as read that the page showed or could have shown."""
    form = ReadForm()

    def act() -> str:
        verbs.read_all(actor=actor(), up_to=form.newest.data)
        return _back()

    return perform(form, act, _index, even_read_only=True)


@notices.get("/settings")
@signed_in
def settings() -> ResponseReturnValue:
    """What one is told of, and how."""
    with reading() as db:
        form = settings_form(queries.wishes(db, actor()), fresh=True)
    return _settings(form)


@notices.post("/settings")
@signed_in
def decide() -> ResponseReturnValue:
    """Writes what one wants."""
    with reading() as db:
        form = settings_form(queries.wishes(db, actor()), fresh=False)

    def act() -> str:
        verbs.decide(form.wanted(), actor=actor())
        flash(gettext("Kept. It holds from the next notice on."))
        return url_for("notices.settings")

    return perform(form, act, lambda: _settings(form))


def _opened(notice_id: int) -> str:
    return local_path(verbs.read_notice(notice_id, actor=actor())) or url_for("notices.index")


def _back() -> str:
    return url_for("notices.index", show=request.args.get("show") or None)


def _index() -> str:
    everything = request.args.get("show") == "all"
    with reading() as db:
        rows, total, place = queries.own_notices(db, actor(), only_unread=not everything, page=page_asked())
        waiting = queries.unread(db, actor())
    return render_template(
        "notices/index.html", rows=rows, total=total, page=place.page, last=place.last, everything=everything,
        waiting=waiting, form=ActForm(formdata=None), words=words, KINDS=KINDS,
    )  # fmt: skip


def _settings(form: SettingsForm) -> str:
    with reading() as db:
        account = accounts.account(db, actor().id or 0)
        kinds = queries.kinds_for(actor())
    groups: dict[str, list[Kind]] = {}
    for kind in kinds:
        groups.setdefault(GROUPS[kind.group], []).append(kind)
    return render_template("notices/settings.html", form=form, groups=groups, account=account, words=words)


def register(app: Flask) -> None:
    """Gives every page its bell."""
    app.jinja_env.globals["unread_notices"] = unread_notices
