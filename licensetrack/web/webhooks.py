"""Endpoints of webhooks, for the system administrator: made with a secret shown once, changed, tried, switched off."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from licensetrack.core.db import reading, row_with_id
from licensetrack.notices import channels
from licensetrack.notices import endpoints as verbs
from licensetrack.notices.models import WebhookEndpoint
from licensetrack.web import notice_words as words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform, show_once
from licensetrack.web.notice_forms import EndpointForm

webhooks = Blueprint("webhooks", __name__, url_prefix="/webhooks")


@webhooks.get("")
@needs("system:webhook:read")
def index() -> ResponseReturnValue:
    """All endpoints, and where webhooks may go at all."""
    with reading() as db:
        return render_template(
            "notices/webhooks.html", rows=verbs.endpoints(db), hosts=channels.used().webhook_hosts, words=words
        )


@webhooks.get("/new")
@needs("system:webhook:make")
def new() -> ResponseReturnValue:
    """The form of a new endpoint."""
    return _form_page(EndpointForm(formdata=None))


@webhooks.post("/new")
@needs("system:webhook:make")
def make() -> ResponseReturnValue:
    """Makes an endpoint; shows its secret this once."""
    form = EndpointForm()
    form.offer()

    def act() -> str:
        made, secret = verbs.make_endpoint(
            form.name.data or "", form.url.data or "", form.kinds.data or [],
            allowed=channels.used().webhook_hosts, actor=actor(),
        )  # fmt: skip
        return _shown(made, secret)

    return show_once(form, act, lambda: _form_page(form))


@webhooks.get("/<int:endpoint_id>")
@needs("system:webhook:read")
def one(endpoint_id: int) -> ResponseReturnValue:
    """One endpoint, to be changed or tried."""
    found = _found(endpoint_id)
    return _form_page(_filled(found), found)


@webhooks.post("/<int:endpoint_id>")
@needs("system:webhook:change")
def change(endpoint_id: int) -> ResponseReturnValue:
    """Another name, address or choice of kinds, on or off."""
    found, form = _found(endpoint_id), EndpointForm()
    form.offer()

    def act() -> str:
        verbs.change_endpoint(
            endpoint_id, form.name.data or "", form.url.data or "", form.kinds.data or [],
            active=form.active.data == "on", allowed=channels.used().webhook_hosts, actor=actor(), seen=form.seen,
        )  # fmt: skip
        return url_for("webhooks.index")

    return perform(form, act, lambda: _form_page(form, found))


@webhooks.post("/<int:endpoint_id>/secret")
@needs("system:webhook:change")
def renew(endpoint_id: int) -> ResponseReturnValue:
    """Another secret, shown this once."""
    found, form = _found(endpoint_id), ActForm()

    def act() -> str:
        return _shown(found, verbs.renew_secret(endpoint_id, actor=actor(), seen=form.seen))

    return show_once(form, act, lambda: _form_page(_filled(found), found))


@webhooks.post("/<int:endpoint_id>/test")
@needs("system:webhook:test")
def test(endpoint_id: int) -> ResponseReturnValue:
    """Sends a webhook that tells nothing."""
    found, form = _found(endpoint_id), ActForm()

    def act() -> str:
        verbs.try_endpoint(endpoint_id, actor=actor())
        flash(gettext("A test goes out within a minute; the deliveries say whether it arrived."))
        return url_for("deliveries.index", channel="webhook")

    return perform(form, act, lambda: _form_page(_filled(found), found, form))


def _found(endpoint_id: int) -> WebhookEndpoint:
    with reading() as db:
        found = row_with_id(db, WebhookEndpoint, endpoint_id)
        db.expunge(found)
        return found


def _filled(found: WebhookEndpoint) -> EndpointForm:
    """The form with what the endpoint is now."""
    state = "on" if found.active else "off"
    return EndpointForm(formdata=None, name=found.name, url=found.url, kinds=found.kinds, active=state)


def _form_page(form: EndpointForm, found: WebhookEndpoint | None = None, refused: ActForm | None = None) -> str:
    form.offer()
    return render_template(
        "notices/webhook.html", form=form, found=found, refused=refused, other=ActForm(formdata=None),
        hosts=channels.used().webhook_hosts,
    )  # fmt: skip


def _shown(endpoint: WebhookEndpoint, secret: str) -> str:
    return render_template("notices/secret.html", found=endpoint, secret=secret)
