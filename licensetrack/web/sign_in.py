"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from licensetrack.accounts import sessions
from licensetrack.core.errors import Refused
from licensetrack.web.access import begin_session, browser, end_session, local_path, public, signed_in
from licensetrack.web.wording import in_words

account = Blueprint("account", __name__)


class SignInForm(FlaskForm):
    """Login name and password."""

    login = StringField(lazy_gettext("Login name"), [InputRequired(), Length(max=80)])
    password = PasswordField(lazy_gettext("Password"), [InputRequired(), Length(max=200)])


@account.route("/login", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """The sign-in page; afterwards the visitor is where they wanted to be."""
    onward = local_path(request.args.get("next")) or url_for("desk.home")
    if current_user.is_authenticated:
        return redirect(onward)
    form = SignInForm()
    problem = ""
    if form.validate_on_submit():
        try:
            token = sessions.sign_in(form.login.data.strip(), form.password.data, **browser()._asdict())
        except Refused as refusal:
            problem = in_words(refusal)
        else:
            begin_session(token)
            return redirect(onward)
    status = 200 if request.method == "GET" else 422
    return render_template("account/sign_in.html", form=form, problem=problem), status


@account.post("/logout")
@signed_in
def sign_out() -> ResponseReturnValue:
    """Ends the session."""
    end_session()
    return redirect(url_for("account.sign_in"))
