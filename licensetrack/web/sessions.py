"""Who is signed in, for the security administrator, who may end any session."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from licensetrack.accounts import queries
from licensetrack.accounts.sessions import end_session
from licensetrack.core.db import reading
from licensetrack.web.access import actor, needs, own_session
from licensetrack.web.account_words import STATES
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.devices import device_words

sessions = Blueprint("sessions", __name__, url_prefix="/sessions")


@sessions.get("")
@needs("accounts:session:read")
def index() -> ResponseReturnValue:
    """Every session that stands."""
    return _page(ActForm())


@sessions.post("/<int:session_id>/end")
@needs("accounts:session:end")
def end(session_id: int) -> ResponseReturnValue:
    """Ends one."""
    form = ActForm()

    def act() -> str:
        end_session(session_id, actor=actor())
        return url_for("sessions.index")

    return perform(form, act, lambda: _page(form), even_read_only=True)


def _page(form: ActForm) -> str:
    with reading() as db:
        rows = queries.open_sessions(db)
    return render_template(
        "people/sessions.html", rows=rows, form=form, device_words=device_words, STATES=STATES, this=own_session()
    )
