"""Scans to look at: the list, one with its hosts, and the rules by which cores count."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from licensetrack.core.db import reading
from licensetrack.inventory import queries
from licensetrack.inventory.comparison import plain
from licensetrack.inventory.scans import state_core_rule
from licensetrack.web import inventory_words as words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import perform
from licensetrack.web.inventory_forms import RuleForm

scans = Blueprint("scans", __name__, url_prefix="/inventory")


@scans.get("/scans")
@needs("inventory:read")
def index() -> ResponseReturnValue:
    """All scans one may see, the newest day first."""
    with reading() as db:
        return render_template("inventory/scans.html", rows=queries.scans(db, actor().scope), words=words)


@scans.get("/scans/<int:scan_id>")
@needs("inventory:read")
def one(scan_id: int) -> ResponseReturnValue:
    """One scan with its hosts, each with the row it came from."""
    scope = actor().scope
    with reading() as db:
        found = queries.scan(db, scan_id, scope)
        return render_template(
            "inventory/scan.html", scan=found, rows=queries.hosts_of_scan(db, scan_id, scope), words=words
        )


@scans.get("/core-rules")
@needs("inventory:read")
def rules() -> ResponseReturnValue:
    """The rules and the form of a new one."""
    return _rules()


@scans.post("/core-rules")
@needs("inventory:rule:state")
def state_rule() -> ResponseReturnValue:
    """States a rule; the newest one stands."""
    form = RuleForm()

    def act() -> str:
        state_core_rule(
            form.product.data,
            form.vendor.data or "",
            form.cores.data or 0,
            actor=actor(),
            reason=form.reason.data or "",
        )
        return url_for("scans.rules")

    return perform(form, act, lambda: _rules(form))


def _rules(form: RuleForm | None = None) -> str:
    with reading() as db:
        stated = queries.rules_stated(db)
        standing: set[tuple[str, str]] = set()
        marked = []
        for rule in stated:
            at = (rule.product, plain(rule.vendor))
            marked.append((rule, at not in standing))
            standing.add(at)
        return render_template("inventory/rules.html", rows=marked, form=form or RuleForm(None))
