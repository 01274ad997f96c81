"""An act sent by a form: done once however often it is sent, refused in words at the field that it is about.

A form carries two hidden values: `once`, a key drawn when the page was made, and `version`, what the visitor saw. A
second click, the back button or a second tab finds the key used and is led to where the first one led. A version that
is no longer the newest is a Conflict (409), which the verb raises.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Any, Self

from flask import redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import HiddenField

from licensetrack.core import idempotency
from licensetrack.core.columns import canonical_json
from licensetrack.core.db import transaction
from licensetrack.core.errors import Conflict, Refused
from licensetrack.web.access import actor
from licensetrack.web.digits import whole
from licensetrack.web.fields import reason_field
from licensetrack.web.refusals import record_refusal
from licensetrack.web.wording import in_words

UNFIT = 422


class ActForm(FlaskForm):
    """Parent of every form that changes something. Fields that it does not know are refused, not skipped."""

    once = HiddenField()
    version = HiddenField()

    problem = ""

    def fresh_key(self) -> str:
        """The key that this page's form is sent with; what was typed before keeps its key."""
        return self.once.data if _is_key(self.once.data) else secrets.token_hex(16)

    @property
    def seen(self) -> int | None:
        """The version that the visitor saw, if the form carries one."""
        return whole(self.version.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether every field is right and none is foreign."""
        if request.is_json:  # the library would take its values for a form's, and the check below would not see them
            refusal = Refused("This form is incomplete. Please load the page again.")
            record_refusal(refusal)
            self.problem = in_words(refusal)
            return False
        known = {field.name for field in self} | {"csrf_token"}
        foreign = {name for name in (*request.form, *request.files) if name.split("-")[0] not in known}
        if foreign:
            refusal = Refused("This form has no field “%(name)s”.", name=min(foreign)[:40])
            record_refusal(refusal)
            self.problem = in_words(refusal)
            return False
        return bool(super().validate(extra_validators))

    def tell(self, refusal: Refused) -> None:
        """Puts a refusal at the field that it names, or above the form."""
        text, field = in_words(refusal), self._fields.get(refusal.field)
        if field is None:
            self.problem = text
        else:
            field.errors = [*field.errors, text]

    def told_apart(self, name: str) -> Self:
        """The form with ids of its own, which its labels name: for a page that shows several."""
        for field in self:
            field.id = field.label.field_id = f"{name}-{field.short_name}"
        return self


class ReasonForm(ActForm):
    """A step with its reason."""

    reason = reason_field(lazy_gettext("Reason"))


def perform(
    form: ActForm, act: Callable[[], str], page: Callable[[], str], *, even_read_only: bool = False
) -> ResponseReturnValue:
    """Checks the form and acts once; leads to the address that `act` returns, or shows the page again with what is
    wrong. `act` calls verbs; all of them share one transaction. `page` renders the page with the form in it.
    `even_read_only`: the act is one of the few that are needed while the program is read-only.
    """
    if form.validate_on_submit():
        try:
            return redirect(do_once(form.once.data, act, even_read_only=even_read_only), 303)
        except Refused as refusal:
            record_refusal(refusal)
            form.tell(refusal)
    return page(), UNFIT


def show_once(form: ActForm, act: Callable[[], str], page: Callable[[], str]) -> ResponseReturnValue:
    """Like `perform`, for an act whose answer is a page that nobody may keep: a password, say. Sent again, it is a
    Conflict: nothing is done twice, and nothing is shown twice.
    """
    if form.validate_on_submit():
        try:
            with transaction() as db:
                if idempotency.answered(db, _own_key(form.once.data), _fingerprint()) is not None:
                    raise Conflict("This was done already, and what it showed is shown only once.")
                return act()
        except Refused as refusal:
            record_refusal(refusal)
            form.tell(refusal)
    return page(), UNFIT


def attempt(form: ActForm, act: Callable[[], ResponseReturnValue], page: Callable[[], str]) -> ResponseReturnValue:
    """Like `perform`, for what must be counted when it is refused: a wrong password, say. No transaction is around it,
    and what was typed leaves no trace in the database.
    """
    if form.validate_on_submit():
        try:
            return act()
        except Refused as refusal:
            record_refusal(refusal)
            form.tell(refusal)
    return page(), UNFIT


def do_once(key: str | None, act: Callable[[], str], *, even_read_only: bool = False) -> str:
    """Where `act` leads; with a key that was used before, where it led then. Raises Conflict for other content."""
    mine = _own_key(key)
    with transaction(even_read_only=even_read_only) as db:
        answer = idempotency.answered(db, mine, _fingerprint())
        if answer is None:
            answer = {"to": act()}
            idempotency.remember(db, mine, answer)
    return str(answer["to"])


def _own_key(key: str | None) -> str:
    """The key of this visitor for this act. Raises Refused where the form carries none."""
    if not _is_key(key):
        raise Refused("This form is incomplete. Please load the page again.")
    return f"{actor().id}:{request.endpoint}:{key}"


def _is_key(key: str | None) -> bool:
    return bool(key) and len(key or "") == 32 and all(sign in "0123456789abcdef" for sign in key or "")


def _fingerprint() -> str:
    """What was asked for: the address and every field but the token that differs from page to page."""
    fields = sorted((n, v) for n, v in request.form.items(multi=True) if n != "csrf_token")
    files = []
    for name, file in request.files.items(multi=True):
        files.append((name, file.filename, hashlib.sha256(file.read()).hexdigest()))
        file.seek(0)
    return hashlib.sha256(canonical_json([request.path, fields, sorted(files)]).encode()).hexdigest()
