"""The pages of acts on a set: one for each, with its form, what it does, and what it would change."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from licensetrack.allocation.queries import set_by_number
from licensetrack.allocation.revocations import record_revocation_code, revocation_in_scope
from licensetrack.core.clock import today
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Refused
from licensetrack.units.queries import platforms
from licensetrack.web import change_words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import UNFIT, ActForm, perform
from licensetrack.web.change_acts import ACTS, Act
from licensetrack.web.change_forms import CodeForm
from licensetrack.web.chosen_unit import offered_units
from licensetrack.web.foretelling import Foretold, foretell, set_in_hand

changes = Blueprint("changes", __name__, url_prefix="/changes")


def seen_version(form: ActForm) -> int:
    """The version that the form was made for. Raises Refused without one."""
    if form.seen is None:
        raise Refused("This form is incomplete. Please load the page again.")
    return form.seen


def _add(act: Act) -> None:
    """The two views of one act: its form, and the act (or, with `look`, what it would change)."""

    @needs(act.permission)
    def show(number: str) -> ResponseReturnValue:
        with reading() as db:
            row = set_by_number(db, number, actor().scope)
        return _page(act, number, act.form(None, on=today(), **act.defaults(row)))

    @needs(act.permission)
    def send(number: str) -> ResponseReturnValue:
        form = act.form()
        if "look" in request.args:
            return _look(act, number, form)

        def done() -> str:
            with transaction() as db:
                license_set, _ = set_in_hand(db, number)
                act.verb(db, license_set, form, _how(form))
            return url_for("ledger.one_set", number=number, _anchor="life")

        return perform(form, done, lambda: _page(act, number, form))

    address = f"/{act.slug}/<path:number>"
    changes.add_url_rule(address, f"show_{act.name}", show, methods=["GET"])
    changes.add_url_rule(address, act.name, send, methods=["POST"])


for _act in ACTS.values():
    _add(_act)


def _how(form: ActForm) -> dict[str, object]:
    how = {"actor": actor(), "on": form["on"].data, "seen": seen_version(form)}
    return how | ({"reason": form["reason"].data} if "reason" in form else {})


def _look(act: Act, number: str, form: ActForm) -> ResponseReturnValue:
    if form.validate_on_submit():
        try:
            return _page(act, number, form, foretell(number, lambda db, found: act.verb(db, found, form, _how(form))))
        except Refused as refusal:
            form.tell(refusal)
    return _page(act, number, form), UNFIT


def _page(act: Act, number: str, form: ActForm, foretold: Foretold | None = None) -> str:
    with reading() as db:
        row = set_by_number(db, number, actor().scope)
        return render_template(
            "changes/act.html",
            words=change_words,
            today=today(),
            act=act,
            row=row,
            form=form,
            foretold=foretold,
            possible=act.is_possible(row),
            units=offered_units(db, actor().scope, row.unit_id) if "to" in form else (),
            platforms=platforms(db, row.unit_id) if act.name == "move" else (),
        )


@changes.get("/code/<int:revocation_id>")
@needs("allocation:revocation:record")
def show_code(revocation_id: int) -> ResponseReturnValue:
    """Where a revocation code is recorded."""
    return _code_page(revocation_id, CodeForm(None, on=today()))


@changes.post("/code/<int:revocation_id>")
@needs("allocation:revocation:record")
def code(revocation_id: int) -> ResponseReturnValue:
    """Records it; the clock stops. `version` is the code that the visitor saw."""
    form = CodeForm()

    def done() -> str:
        with transaction() as db:
            revocation, number = revocation_in_scope(db, revocation_id, actor().scope)
            record_revocation_code(
                revocation, form.code.data or "", actor=actor(), on=form.on.data, seen=seen_version(form)
            )  # fmt: skip
        return url_for("ledger.one_set", number=number, _anchor="revocations")

    return perform(form, done, lambda: _code_page(revocation_id, form))


def _code_page(revocation_id: int, form: CodeForm) -> str:
    with reading() as db:
        revocation, number = revocation_in_scope(db, revocation_id, actor().scope)
        return render_template("changes/code.html", revocation=revocation, number=number, form=form, today=today())
