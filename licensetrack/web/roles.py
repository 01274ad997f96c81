"""Roles and scopes, for the security administrator: who may what, and whose rows; lost second factors."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session
from wtforms.fields.choices import SelectChoice

from licensetrack.accounts import queries, second_factor, users
from licensetrack.accounts.permissions import NO_ROLE, Scope
from licensetrack.accounts.queries import Account
from licensetrack.core.db import reading
from licensetrack.core.errors import Refused
from licensetrack.units import queries as units
from licensetrack.web import account_words
from licensetrack.web.access import actor, needs
from licensetrack.web.account_forms import GrantForm
from licensetrack.web.acts import ActForm, perform

roles = Blueprint("roles", __name__, url_prefix="/roles")

OFFERED = 300


@roles.get("")
@needs("accounts:role:read")
def index() -> ResponseReturnValue:
    """All accounts with role and scope; those that wait for a role can be asked for."""
    search, waiting = request.args.get("q", "")[:80], request.args.get("show") == "waiting"
    with reading() as db:
        rows = queries.accounts(db, search=search, without_role=waiting)
        scopes = account_words.scopes_in_words(db, [row.scope for row in rows])
        without = len(queries.accounts(db, without_role=True))
    return render_template(
        "people/roles.html", rows=rows, scopes=scopes, search=search, waiting=waiting, without=without, NO_ROLE=NO_ROLE
    )


@roles.get("/<int:user_id>")
@needs("accounts:role:read")
def one(user_id: int) -> ResponseReturnValue:
    """The role and scope of one account."""
    return _page(user_id)


@roles.post("/<int:user_id>")
@needs("accounts:role:grant")
def grant(user_id: int) -> ResponseReturnValue:
    """Grants a role and a scope."""
    with reading() as db:
        login, form = queries.account(db, user_id).login, _form(db)

    def act() -> str:
        users.grant_role(login, form.role.data, _chosen_scope(form), actor=actor(), seen=form.seen)
        return url_for("roles.one", user_id=user_id)

    return perform(form, act, lambda: _page(user_id, form=form))


@roles.post("/<int:user_id>/second-factor")
@needs("accounts:factor:reset")
def reset_factor(user_id: int) -> ResponseReturnValue:
    """Takes a lost second factor away."""
    form = ActForm()
    with reading() as db:
        login = queries.account(db, user_id).login

    def act() -> str:
        second_factor.reset_factor(login, actor=actor(), seen=form.seen)
        return url_for("roles.one", user_id=user_id)

    return perform(form, act, lambda: _page(user_id, reset=form))


def _page(user_id: int, form: GrantForm | None = None, reset: ActForm | None = None) -> str:
    with reading() as db:
        account = queries.account(db, user_id)
        return render_template(
            "people/role.html",
            account=account,
            scope=account_words.scopes_in_words(db, [account.scope])[account.scope],
            form=form or _filled(db, account),
            reset=reset or ActForm(formdata=None),
            own=account.id == actor().id,
            sessions=len(queries.open_sessions(db, account.id)),
            offered=units.units(db)[:OFFERED],
        )


def _form(db: Session) -> GrantForm:
    form = GrantForm()
    form.district.choices = [
        SelectChoice("", gettext("Choose a district")),
        *map(SelectChoice, units.districts(db)),
    ]
    return form


def _filled(db: Session, account: Account) -> GrantForm:
    """The form as the account stands now."""
    form = _form(db)
    form.role.data, form.scope.data = account.role, account.scope.kind
    if account.scope.kind == "district":
        form.district.data = account.scope.value
    if account.scope.kind == "unit":
        found = [unit for unit in units.units(db) if str(unit.id) == account.scope.value]
        form.unit.data = found[0].code if found else ""
    return form


def _chosen_scope(form: GrantForm) -> Scope:
    """The scope that was chosen; a unit by its code, or by a name that only one has."""
    if form.scope.data == "district":
        if not form.district.data:
            raise Refused("Choose a district.").at("district")
        return Scope("district", form.district.data)
    if form.scope.data != "unit":
        return Scope()
    typed = (form.unit.data or "").strip()
    with reading() as db:
        found = units.units(db, search=typed) if typed else []
        exact = [unit for unit in found if typed in (unit.code, unit.name)] or list(found)
    if len(exact) != 1:
        raise Refused("No unit has this code or name, or several have it. Please type the code.").at("unit")
    return Scope("unit", str(exact[0].id))
