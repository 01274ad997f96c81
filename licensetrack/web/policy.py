"""The policy for passwords, sessions and second factors, as the security administrator sets it."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from licensetrack.accounts.policy import change_policy
from licensetrack.accounts.policy import policy as present_policy
from licensetrack.accounts.profiles import PROFILES, RECOMMENDED
from licensetrack.core.db import reading
from licensetrack.web import account_words
from licensetrack.web.access import actor, needs
from licensetrack.web.account_forms import PolicyForm
from licensetrack.web.acts import perform

policy = Blueprint("policy", __name__, url_prefix="/policy")


@policy.get("")
@needs("accounts:policy:read")
def page() -> ResponseReturnValue:
    """What stands, and what could."""
    form = PolicyForm()
    with reading() as db:
        standing = present_policy(db)
    form.profile.data, form.factor_roles.data = standing.profile.name, sorted(standing.factor_roles)
    return _page(form)


@policy.post("")
@needs("accounts:policy:change")
def change() -> ResponseReturnValue:
    """Decides anew."""
    form = PolicyForm()

    def act() -> str:
        change_policy(form.profile.data, form.factor_roles.data or [], actor=actor(), seen=form.seen)
        flash(gettext("The policy is changed."))
        return url_for("policy.page")

    return perform(form, act, lambda: _page(form))


def _page(form: PolicyForm) -> str:
    with reading() as db:
        standing = present_policy(db)
    return render_template(
        "people/policy.html",
        form=form,
        standing=standing,
        table=list(zip(*[account_words.demands(profile) for profile in PROFILES.values()], strict=True)),
        names=[account_words.PROFILES[name] for name in PROFILES],
        hints=account_words.PROFILE_HINTS,
        recommended=RECOMMENDED,
    )
