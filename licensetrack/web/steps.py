"""The steps of signing in that follow the password: a code, a second factor where one is demanded, a password."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from licensetrack.accounts import own, sessions
from licensetrack.web import account_words
from licensetrack.web.access import actor, begin_session, browser, local_path, own_token, step
from licensetrack.web.account_forms import ChooseForm, CodeForm
from licensetrack.web.acts import attempt
from licensetrack.web.own_account import profile_of_now, seed_picture

steps = Blueprint("steps", __name__, url_prefix="/login")


def _onward() -> str:
    return local_path(request.args.get("next")) or url_for("desk.home")


def _go_on(token: str) -> ResponseReturnValue:
    """On with the session that this step opened; the guard leads to the next step, if there is one."""
    begin_session(token)
    return redirect(_onward(), 303)


@steps.get("/code")
@step(sessions.FACTOR)
def factor() -> ResponseReturnValue:
    """Asks for a code of the second factor."""
    return _factor_page(CodeForm())


@steps.post("/code")
@step(sessions.FACTOR)
def pass_factor() -> ResponseReturnValue:
    """Looks at the code."""
    form = CodeForm()
    return attempt(
        form,
        lambda: _go_on(sessions.pass_factor(own_token(), form.code.data or "", browser=browser())),
        lambda: _factor_page(form),
    )


def _factor_page(form: CodeForm) -> str:
    form.code.data = ""  # a code is good once: nobody sends the same again
    return render_template("account/step_code.html", form=form, person=actor())


@steps.get("/second-factor")
@step(sessions.ENROL)
def enrol() -> ResponseReturnValue:
    """Shows what the telephone must know."""
    return _enrol_page(CodeForm())


@steps.post("/second-factor")
@step(sessions.ENROL)
def confirm() -> ResponseReturnValue:
    """Turns the second factor on with its first code; shows the recovery codes."""
    form = CodeForm()

    def act() -> ResponseReturnValue:
        token, codes = own.confirm_factor(own_token(), form.code.data or "", browser=browser())
        begin_session(token)
        return render_template("account/step_codes.html", codes=codes, onward=_onward())

    return attempt(form, act, lambda: _enrol_page(form))


def _enrol_page(form: CodeForm) -> str:
    form.code.data = ""
    return render_template("account/step_enrol.html", form=form, person=actor(), **seed_picture())


@steps.get("/password")
@step(sessions.PASSWORD)
def password() -> ResponseReturnValue:
    """Asks for a password that nobody else knows."""
    return _password_page(ChooseForm())


@steps.post("/password")
@step(sessions.PASSWORD)
def choose() -> ResponseReturnValue:
    """Takes the new password."""
    form = ChooseForm()
    return attempt(
        form,
        lambda: _go_on(own.choose_password(own_token(), form.password.data or "", browser=browser())),
        lambda: _password_page(form),
    )


def _password_page(form: ChooseForm) -> str:
    demands = account_words.demands(profile_of_now())
    return render_template("account/step_password.html", form=form, person=actor(), demands=demands)
