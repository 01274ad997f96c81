"""One's own account: who one is here, the password, the second factor, the sessions, the access tokens."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from licensetrack.accounts import contact, queries, tokens
from licensetrack.accounts import own as verbs
from licensetrack.accounts.policy import policy
from licensetrack.accounts.profiles import Profile
from licensetrack.accounts.token_rows import tokens_of
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import Refused
from licensetrack.web import account_words
from licensetrack.web.access import actor, begin_session, browser, own_session, own_token, signed_in
from licensetrack.web.account_forms import ChangeForm, CodeForm, ContactForm, ProofForm, TokenForm
from licensetrack.web.acts import ActForm, attempt, perform
from licensetrack.web.devices import device_words
from licensetrack.web.qr_code import qr_code

own = Blueprint("own", __name__, url_prefix="/account")

USUAL = dt.timedelta(days=90)  # the last day that the form of a token proposes
FORMS: dict[str, type[ActForm]] = {
    "contact": ContactForm, "password": ChangeForm, "begin": ProofForm, "off": ProofForm, "codes": ProofForm,
    "session": ActForm, "token": TokenForm, "end_token": ActForm,
}  # fmt: skip


def profile_of_now() -> Profile:
    """The rules for passwords that stand."""
    with reading() as db:
        return policy(db).profile


def seed_picture() -> dict[str, Any]:
    """The seed that waits for its first code: to scan, and to type in groups of four."""
    seed, address = verbs.seed_to_show(own_token())
    groups = " ".join(seed[start : start + 4] for start in range(0, len(seed), 4))
    return {"picture": qr_code(address, gettext("QR code of the second factor")), "seed": groups}


def _page(asked: str = "", form: ActForm | None = None) -> str:
    """The page; the form that was sent stands in its place again."""
    forms: dict[str, ActForm] = {name: kind(formdata=None) for name, kind in FORMS.items()}
    me = actor()
    with reading() as db:
        mine = queries.account(db, me.id or 0)
    forms["token"] = TokenForm(formdata=None, expires_on=today() + USUAL)
    forms["contact"] = ContactForm(formdata=None, email=mine.email, language=mine.language)
    if form is not None:
        forms[asked] = form
    for name, one in forms.items():
        one.told_apart(name)
    with reading() as db:
        account, standing = queries.account(db, me.id or 0), policy(db)
        return render_template(
            "account/own.html",
            account=account,
            scope=account_words.scopes_in_words(db, [me.scope])[me.scope],
            codes_left=queries.unused_codes(db, account.id),
            demanded=me.role in standing.factor_roles,
            demands=account_words.demands(standing.profile),
            sessions=queries.open_sessions(db, account.id),
            this_session=own_session(),
            tokens=tokens_of(db, account.id),
            most_tokens=tokens.MOST,
            device_words=device_words,
            forms=forms,
            asked=asked,
        )


@own.get("")
@signed_in
def page() -> ResponseReturnValue:
    """Everything about oneself."""
    return _page()


def _renewed(token: str, text: str) -> ResponseReturnValue:
    """On with the new session that an act gave, and with a word about it."""
    begin_session(token)
    flash(text)
    return redirect(url_for("own.page"), 303)


@own.post("/contact")
@signed_in
def change_contact() -> ResponseReturnValue:
    """Another e-mail address, another language of notices."""
    form = ContactForm()

    def act() -> str:
        contact.change_own_contact(form.email.data or "", form.language.data, actor=actor(), seen=form.seen)
        flash(gettext("Address and language of notices are kept."))
        return url_for("own.page")

    return perform(form, act, lambda: _page("contact", form))


@own.post("/password")
@signed_in
def change_password() -> ResponseReturnValue:
    """A new password; all other sessions end."""
    form = ChangeForm()

    def act() -> ResponseReturnValue:
        current, wanted = form.current.data or "", form.password.data or ""
        token = verbs.change_password(own_token(), current, wanted, browser=browser())
        return _renewed(token, gettext("The password is changed; all other sessions have ended."))

    return attempt(form, act, lambda: _page("password", form))


@own.post("/second-factor/begin")
@signed_in
def begin_factor() -> ResponseReturnValue:
    """Draws a seed, for whoever knows the password."""
    form = ProofForm()

    def act() -> ResponseReturnValue:
        verbs.begin_factor(own_token(), form.current.data or "")
        return redirect(url_for("own.factor"), 303)

    return attempt(form, act, lambda: _page("begin", form))


@own.get("/second-factor")
@signed_in
def factor() -> ResponseReturnValue:
    """Shows what the telephone must know, while it waits for the first code."""
    try:
        return _factor_page(CodeForm(formdata=None))
    except Refused:
        return redirect(url_for("own.page"))


@own.post("/second-factor")
@signed_in
def confirm_factor() -> ResponseReturnValue:
    """Turns the second factor on with its first code; shows the recovery codes."""
    form = CodeForm()

    def act() -> ResponseReturnValue:
        token, codes = verbs.confirm_factor(own_token(), form.code.data or "", browser=browser())
        begin_session(token)
        return render_template("account/codes.html", codes=codes)

    try:
        return attempt(form, act, lambda: _factor_page(form))
    except Refused:  # nothing waits for a code
        return redirect(url_for("own.page"), 303)


def _factor_page(form: CodeForm) -> str:
    form.code.data = ""
    return render_template("account/factor.html", form=form, **seed_picture())


@own.post("/second-factor/off")
@signed_in
def remove_factor() -> ResponseReturnValue:
    """Turns the second factor off, for whoever knows the password."""
    form = ProofForm()

    def act() -> ResponseReturnValue:
        token = verbs.remove_factor(own_token(), form.current.data or "", browser=browser())
        return _renewed(token, gettext("The second factor is off; all other sessions have ended."))

    return attempt(form, act, lambda: _page("off", form))


@own.post("/recovery-codes")
@signed_in
def renew_codes() -> ResponseReturnValue:
    """Ten new recovery codes, shown this once."""
    form = ProofForm()

    def act() -> ResponseReturnValue:
        codes = verbs.renew_codes(own_token(), form.current.data or "", seen=form.seen)
        return render_template("account/codes.html", codes=codes)

    return attempt(form, act, lambda: _page("codes", form))


@own.post("/sessions/<int:session_id>/end")
@signed_in
def end_session(session_id: int) -> ResponseReturnValue:
    """Ends one of the own sessions."""
    form = ActForm()

    def act() -> str:
        verbs.end_own_session(own_token(), session_id)
        return url_for("own.page")

    return perform(form, act, lambda: _page("session", form), even_read_only=True)


@own.post("/sessions/end-others")
@signed_in
def end_others() -> ResponseReturnValue:
    """Ends all sessions but this one."""
    form = ActForm()

    def act() -> str:
        verbs.end_other_sessions(own_token())
        return url_for("own.page")

    return perform(form, act, lambda: _page("session", form), even_read_only=True)


@own.post("/tokens")
@signed_in
def make_token() -> ResponseReturnValue:
    """A new access token, for whoever knows the password; shown this once."""
    form = TokenForm()

    def act() -> ResponseReturnValue:
        until = form.expires_on.data or today()
        said = (form.current.data or "", form.name.data or "", until)
        token = tokens.make_token(own_token(), *said, seen=form.seen, address=browser().address)
        return render_template("account/token.html", token=token, name=form.name.data, until=until)

    return attempt(form, act, lambda: _page("token", form))


@own.post("/tokens/<int:token_id>/end")
@signed_in
def end_token(token_id: int) -> ResponseReturnValue:
    """Ends one of the own access tokens."""
    form = ActForm()

    def act() -> str:
        tokens.end_own_token(own_token(), token_id)
        flash(gettext("The token is ended; no program gets in with it any more."))
        return url_for("own.page")

    return perform(form, act, lambda: _page("end_token", form), even_read_only=True)
