"""Deliveries, for the system administrator: what went out, what did not and why; sent again by hand; a test mail."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from licensetrack.accounts.contact import veiled
from licensetrack.accounts.queries import account
from licensetrack.core.db import reading
from licensetrack.notices import channels, queries
from licensetrack.notices import deliveries as verbs
from licensetrack.notices.kinds import KINDS
from licensetrack.web import notice_words as words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.digits import page_asked

deliveries = Blueprint("deliveries", __name__, url_prefix="/deliveries")


def _asked() -> queries.Asked:
    said = {name: request.args.get(name, "")[:40] for name in ("state", "channel", "kind")}
    return queries.Asked(**said)


@deliveries.get("")
@needs("system:delivery:read")
def index() -> ResponseReturnValue:
    """All deliveries, the newest first."""
    return _index()


@deliveries.post("/<int:delivery_id>/resend")
@needs("system:delivery:resend")
def resend(delivery_id: int) -> ResponseReturnValue:
    """Sends one again that failed, is uncertain or was not sent."""
    form, asked = ActForm(), _asked()

    def act() -> str:
        verbs.resend(delivery_id, actor=actor())
        flash(gettext("It is sent again within a minute."))
        return url_for("deliveries.index", state=asked.state, channel=asked.channel, kind=asked.kind)

    return perform(form, act, lambda: _index(form), even_read_only=True)


@deliveries.post("/test")
@needs("system:delivery:test")
def test() -> ResponseReturnValue:
    """A mail to oneself, to see whether mail arrives."""
    form = ActForm()

    def act() -> str:
        verbs.try_mail(actor=actor())
        flash(gettext("A test mail goes to you within a minute."))
        return url_for("deliveries.index")

    return perform(form, act, lambda: _index(form), even_read_only=True)


def _index(form: ActForm | None = None) -> str:
    asked = _asked()
    with reading() as db:
        rows, total, place = queries.deliveries(db, asked, page_asked())
        counts = queries.deliveries_by_state(db)
        me = account(db, actor().id or 0)
    used = channels.used()
    return render_template(
        "notices/deliveries.html", rows=rows, total=total, page=place.page, asked=asked, counts=counts, words=words,
        last=place.last, form=form or ActForm(formdata=None),
        kinds=[(code, words.label(code)) for code in (*KINDS, *words.OTHERS)], own_address=veiled(me.email),
        mail=used.mail, base_url=used.base_url, RESENDABLE=verbs.RESENDABLE,
    )  # fmt: skip
