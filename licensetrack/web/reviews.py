"""Reviewing: one request or many ticked ones are taken on, approved, returned or rejected; deputies and the policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from licensetrack.accounts.permissions import allows
from licensetrack.accounts.users import actor_of
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Refused
from licensetrack.requests import policy, queries
from licensetrack.requests.bulk import ManyRefused, review_many
from licensetrack.requests.decisions import Decisions, decide, decisions
from licensetrack.requests.delegations import APPROVE, delegate, delegations, deputies, end_delegation
from licensetrack.requests.models import LicenseRequest
from licensetrack.requests.reviewing import accept_request, approve_request, reject_request, return_request
from licensetrack.web import request_words as words
from licensetrack.web.access import actor, local_path, needs
from licensetrack.web.acts import UNFIT, do_once, perform
from licensetrack.web.asked import as_of
from licensetrack.web.digits import whole
from licensetrack.web.refusals import record_refusal
from licensetrack.web.requests import list_page, page_again
from licensetrack.web.review_forms import BulkForm, DelegationForm, PolicyForm, ReviewForm
from licensetrack.web.wording import in_words

reviews = Blueprint("requests_reviews", __name__, url_prefix="/requests")

ACCEPT = "requests:request:accept"


def _review(number: str, act: str, verb: Callable[..., LicenseRequest], *, grants: bool) -> ResponseReturnValue:
    form = ReviewForm()
    with reading() as db:
        found = queries.request_by_number(db, number, actor=actor())
        keys = [line.key for line in queries.lines_of_many(db, [found.id]).get(found.id, [])]

    def done() -> str:
        more: dict[str, Any] = {"grants": form.grants(keys)} if grants else {}
        verb(found, actor=actor(), seen=form.seen, note=form.note.data or "", **more)
        return url_for("requests.one", number=number)

    return perform(form, done, lambda: page_again(found, form, act))


@reviews.post("/<number>/accept")
@needs(ACCEPT)
def accept(number: str) -> ResponseReturnValue:
    """Takes a request on; where one person decides, it is approved with it."""
    return _review(number, "accept", accept_request, grants=True)


@reviews.post("/<number>/approve")
@needs(ACCEPT)
def approve(number: str) -> ResponseReturnValue:
    """Approves a request; the verb asks whether the visitor may, or stands in for somebody who may."""
    return _review(number, "approve", approve_request, grants=True)


@reviews.post("/<number>/return")
@needs("requests:request:return")
def send_back(number: str) -> ResponseReturnValue:
    """Returns a request for correction."""
    return _review(number, "return", return_request, grants=False)


@reviews.post("/<number>/reject")
@needs("requests:request:reject")
def reject(number: str) -> ResponseReturnValue:
    """Rejects a request."""
    return _review(number, "reject", reject_request, grants=False)


@reviews.post("/bulk")
@needs(ACCEPT)
def bulk() -> ResponseReturnValue:
    """Does one thing with all requests ticked, or nothing at all and says why."""
    form = BulkForm()
    refused: list[tuple[str, str]] = []
    status = UNFIT

    def done() -> str:
        review_many(form.picks, form.do.data or "", actor=actor(), note=form.note.data or "")
        return local_path(request.full_path.replace("/bulk", "", 1)) or url_for("requests.index")

    if form.validate_on_submit():
        try:
            return redirect(do_once(form.once.data, done), 303)
        except ManyRefused as many:
            record_refusal(many)
            refused = [(number, in_words(refusal)) for number, refusal in many.refusals]
            if any(isinstance(refusal, Conflict) for _, refusal in many.refusals):
                status = 409
            form.tell(many)
        except Refused as refusal:
            record_refusal(refusal)
            form.tell(refusal)
    return list_page(form, refused), status


@reviews.get("/delegations")
@needs(ACCEPT)
def delegation_list() -> ResponseReturnValue:
    """Who stands in for the visitor, and for whom the visitor stands in."""
    return _delegation_page(DelegationForm(formdata=None))


@reviews.post("/delegations")
@needs("requests:delegation:make")
def make_delegation() -> ResponseReturnValue:
    """Names a deputy."""
    form = DelegationForm()

    def done() -> str:
        with reading() as db:
            deputy = next((user for user in deputies(db) if user.login == form.deputy.data), None)
        if deputy is None:
            raise Refused("A deputy is another operator or reviewer.").at("deputy")
        first, last = (_day(form, name) for name in ("first_day", "last_day"))
        delegate(deputy, actor=actor(), first_day=first, last_day=last)
        return url_for(".delegation_list")

    return perform(form, done, lambda: _delegation_page(form))


def _day(form: DelegationForm, name: str) -> dt.date:
    text = form[name].data or ""
    if not text.strip():
        raise Refused("This is needed.").at(name)
    try:
        return as_of(text)
    except Refused as refusal:
        raise refusal.at(name) from None


@reviews.post("/delegations/<int:delegation_id>/end")
@needs("requests:delegation:end")
def stop_delegation(delegation_id: int) -> ResponseReturnValue:
    """Ends a delegation before its last day."""
    form = ReviewForm()

    def done() -> str:
        end_delegation(delegation_id, actor=actor())
        return url_for(".delegation_list")

    return perform(form, done, lambda: _delegation_page(DelegationForm(formdata=None)))


def _delegation_page(form: DelegationForm) -> str:
    visitor = actor()
    with reading() as db:
        rows = delegations(db, visitor.id)
        others = [user for user in deputies(db) if user.id != visitor.id]
        names = [(user.login, user.name, actor_of(user).role) for user in others]
    return render_template(
        "reviews/delegations.html", form=form, rows=rows, others=names, makes=allows(visitor, APPROVE), me=visitor.id,
        today=today(), ending=ReviewForm(formdata=None),
    )  # fmt: skip


@reviews.get("/policy")
@needs(policy.CHANGE)
def two_people() -> ResponseReturnValue:
    """Which requests two people decide, who issues, and when a set is idle."""
    with reading() as db:
        held = decisions(db)
    two = held.two_people
    data = {
        "rule": "all" if two.every else "some", "kinds": list(two.kinds),
        "above": "" if two.above is None else str(two.above), "own_fulfillment": held.own_fulfillment,
        "idle_days": held.idle_days,
    }  # fmt: skip
    return _policy_page(PolicyForm(formdata=None, data=data))


@reviews.post("/policy")
@needs(policy.CHANGE)
def change_two_people() -> ResponseReturnValue:
    """Decides it anew."""
    form = PolicyForm()

    def done() -> str:
        if form.seen is None:
            raise Refused("This form is incomplete. Please load the page again.")
        text = (form.above.data or "").strip()
        above = whole(text)
        if text and above is None:
            raise Refused("“%(value)s” is not a whole number.", value=text[:20]).at("above")
        two = policy.Policy(form.rule.data == "all", tuple(form.kinds.data or ()), above)
        new = Decisions(two, form.own_fulfillment.data, form.idle_days.data or 0)
        decide(new, actor=actor(), seen=form.seen)
        flash(gettext("The rules are changed."))
        return url_for(".two_people")

    return perform(form, done, lambda: _policy_page(form))


def _policy_page(form: PolicyForm) -> str:
    with reading() as db:
        mark = decisions(db).mark
    return render_template("reviews/policy.html", form=form, words=words, mark=mark)
