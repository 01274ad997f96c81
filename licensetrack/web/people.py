"""Accounts, for the system administrator: made, switched on and off, given a new first password."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from licensetrack.accounts import contact, queries, users
from licensetrack.accounts.passwords import random_password
from licensetrack.accounts.permissions import NO_ROLE
from licensetrack.core.db import reading
from licensetrack.web import account_words
from licensetrack.web.access import actor, needs
from licensetrack.web.account_forms import ActiveForm, AddressForm, PersonForm
from licensetrack.web.acts import ActForm, perform, show_once

people = Blueprint("people", __name__, url_prefix="/people")


@people.get("")
@needs("accounts:user:read")
def accounts() -> ResponseReturnValue:
    """All accounts."""
    search = request.args.get("q", "")[:80]
    with reading() as db:
        rows = queries.accounts(db, search=search)
        scopes = account_words.scopes_in_words(db, [row.scope for row in rows])
    return render_template("people/accounts.html", rows=rows, scopes=scopes, search=search)


@people.get("/new")
@needs("accounts:user:create")
def new() -> ResponseReturnValue:
    """The form of a new account."""
    return _new_page(PersonForm())


@people.post("/new")
@needs("accounts:user:create")
def create() -> ResponseReturnValue:
    """Makes an account that may nothing yet; shows its first password this once."""
    form = PersonForm()

    def act() -> str:
        password = random_password()
        login, name = (form.login.data or "").strip(), form.name.data or ""
        made = users.create_user(login, name, NO_ROLE, password, actor=actor())
        return _shown(made.id, made.login, made.name, password)

    return show_once(form, act, lambda: _new_page(form))


def _new_page(form: PersonForm) -> str:
    return render_template("people/new.html", form=form)


def _shown(user_id: int, login: str, name: str, password: str) -> str:
    return render_template("people/password.html", user_id=user_id, login=login, name=name, password=password)


@people.get("/<int:user_id>")
@needs("accounts:user:read")
def one(user_id: int) -> ResponseReturnValue:
    """One account."""
    return _page(user_id)


def _page(user_id: int, form: ActForm | None = None, address: AddressForm | None = None) -> str:
    with reading() as db:
        account = queries.account(db, user_id)
        scope = account_words.scopes_in_words(db, [account.scope])[account.scope]
    empty = ActForm(formdata=None)
    own = account.id == actor().id
    return render_template(
        "people/account.html", account=account, scope=scope, form=form or empty, own=own,
        address=address or AddressForm(formdata=None, email=account.email),
    )  # fmt: skip


def _login(user_id: int) -> str:
    with reading() as db:
        return queries.account(db, user_id).login


@people.post("/<int:user_id>/active")
@needs("accounts:user:active")
def set_active(user_id: int) -> ResponseReturnValue:
    """Switches an account on or off."""
    form, login = ActiveForm(), _login(user_id)

    def act() -> str:
        users.set_active(login, form.wanted.data == "on", actor=actor(), seen=form.seen)
        return url_for("people.one", user_id=user_id)

    return perform(form, act, lambda: _page(user_id, form))


@people.post("/<int:user_id>/contact")
@needs("accounts:user:contact")
def set_contact(user_id: int) -> ResponseReturnValue:
    """Writes where the person's mail goes."""
    form, login = AddressForm(), _login(user_id)

    def act() -> str:
        contact.set_contact(login, form.email.data or "", actor=actor(), seen=form.seen)
        return url_for("people.one", user_id=user_id)

    return perform(form, act, lambda: _page(user_id, address=form))


@people.post("/<int:user_id>/password")
@needs("accounts:user:password")
def reset_password(user_id: int) -> ResponseReturnValue:
    """Gives a new first password; shows it this once."""
    form = ActForm()
    with reading() as db:
        account = queries.account(db, user_id)

    def act() -> str:
        password = random_password()
        users.set_password(account.login, password, actor=actor(), seen=form.seen)
        return _shown(user_id, account.login, account.name, password)

    return show_once(form, act, lambda: _page(user_id, form))
