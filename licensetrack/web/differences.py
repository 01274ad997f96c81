"""Differences to look at: the list with filters and export, one with its story, the runs that found them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from licensetrack.accounts.permissions import require
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.stages import HELD
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.pages import rows_of_page
from licensetrack.exchange.spreadsheet_out import OutputColumn
from licensetrack.inventory import queries
from licensetrack.inventory.comparison import ONLY_THEIRS
from licensetrack.inventory.models import Difference
from licensetrack.inventory.queries import Wanted
from licensetrack.inventory.runs import make_run
from licensetrack.inventory.stages import ASKED, OPEN
from licensetrack.inventory.working_off import acts_for
from licensetrack.units import queries as unit_queries
from licensetrack.units.models import Platform, Unit
from licensetrack.web import inventory_forms as forms
from licensetrack.web import inventory_words as words
from licensetrack.web import wording
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, ReasonForm, perform
from licensetrack.web.digits import page_asked
from licensetrack.web.exports import export_table, record_download
from licensetrack.web.targets import target_of

differences = Blueprint("differences", __name__, url_prefix="/inventory")

PAGE_SIZE = 50
PROMISED = {
    "virtualization": "virtualization.accepted_cpus",
    "cloud_management": "cloud_management.accepted_cpus",
}


@differences.get("/differences")
@needs("inventory:difference:read")
def index() -> ResponseReturnValue:
    """The differences one may see; those that stand, unless another stage is asked for."""
    return _index()


@differences.get("/differences/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export(form: str) -> Response:
    """All matching differences as a file."""
    require(actor(), "inventory:difference:read")
    wanted = _wanted()
    record_download("inventory:difference:export", "differences", format=form, stage=wanted.stage, kind=wanted.kind)
    headings = [
        gettext("Class"), gettext("Severity"), gettext("Stage"), gettext("Unit"), gettext("District"),
        gettext("Platform"), gettext("Product"), gettext("Licence number"), gettext("Ledger or contract"),
        gettext("What runs"),
    ]  # fmt: skip
    columns = [
        *map(OutputColumn, headings), OutputColumn(gettext("Difference in CPUs"), "whole"),
        OutputColumn(gettext("Found as of"), "day"), OutputColumn(gettext("Waived until"), "day"),
    ]  # fmt: skip
    with reading() as db:
        rows = [_cells(*row) for row in queries.differences(db, wanted, actor().scope)]
    return export_table(form, gettext("Differences found"), columns, rows)


@differences.post("/runs")
@needs("inventory:run:make")
def compare() -> ResponseReturnValue:
    """Compares as of a day."""
    form = forms.RunForm()

    def act() -> str:
        day = form.as_of.data
        with reading() as db:
            promised = {product: target_of(db, measure, day) for product, measure in PROMISED.items()}
        floors = {product: int(target) for product, target in promised.items() if target is not None}
        made = make_run(day, floors, actor=actor())
        return url_for("differences.one_run", run_id=made.id)

    return perform(form, act, lambda: _index(form))


@differences.get("/runs")
@needs("inventory:run:read")
def runs() -> ResponseReturnValue:
    """The comparisons that were made."""
    with reading() as db:
        return render_template("inventory/runs.html", rows=queries.runs(db))


@differences.get("/runs/<int:run_id>")
@needs("inventory:run:read")
def one_run(run_id: int) -> ResponseReturnValue:
    """One comparison: what went in, what came, and the differences that it found first."""
    with reading() as db:
        found = queries.run(db, run_id)
        new = queries.differences(db, Wanted(stage="", run_id=run_id), actor().scope)
        return render_template("inventory/run.html", run=found, rows=new, words=words)


@differences.get("/differences/<int:difference_id>")
@needs("inventory:difference:read")
def one(difference_id: int) -> ResponseReturnValue:
    """One difference with its story and what can be done."""
    return page(difference_id)


def page(difference_id: int, shown: dict[str, ActForm] | None = None) -> str:
    """The page of one; `shown` are forms that were refused, by the name of their act."""
    visitor = actor()
    with reading() as db:
        found = queries.difference(db, difference_id, visitor.scope)
        steps = queries.steps(db, found.id)
        numbers = [step.set_id for step in steps if step.set_id]
        sets = _sets(db, found)
        platform = db.get(Platform, found.platform_id) if found.platform_id else None
        return render_template(
            "inventory/difference.html",
            found=found,
            unit=db.get(Unit, found.unit_id) if found.unit_id else None,
            platform=platform,
            sets=sets,
            steps=steps,
            numbers=dict(db.execute(select(LicenseSet.id, LicenseSet.number).where(LicenseSet.id.in_(numbers))).all()),
            acts=acts_for(found),
            forms={
                name: form.told_apart(name) for name, form in (_forms(found, sets, platform) | (shown or {})).items()
            },
            tried=(shown or {}).keys(),
            scope_word=words.SCOPES.get(found.key.split("|", 1)[0]) if found.unit_id is None else None,
            words=words,
            OPEN=OPEN,
            ASKED=ASKED,
        )


def _forms(found: Difference, sets: list[LicenseSet], platform: Platform | None) -> dict[str, ActForm]:
    """Every form as it is before anybody typed: what the difference itself says."""
    typed: dict[str, Any] = {"on": today(), "number": sets[0].number if len(sets) == 1 else ""}
    if found.quantity and found.kind != ONLY_THEIRS:
        typed["cpus"] = abs(found.quantity)
    if found.kind == "edition":
        typed["edition"] = found.theirs
    if found.kind == "fingerprint":
        typed["fingerprint"] = found.theirs
    if platform is not None and found.kind == ONLY_THEIRS:
        typed["platform"] = platform.name
    return {
        **{act: forms.WorkOffForm(None, action=act, **typed) for act in acts_for(found)},
        "bind": forms.BindForm(None),
        "explain": forms.ExplainForm(None),
        "waive": forms.WaiveForm(None),
        "confirm": forms.AnswerForm(None),
        "decline": ReasonForm(None),
    }


def _sets(db: Any, found: Difference) -> list[LicenseSet]:
    """The sets that a difference is about; where something runs without one, those of the unit that could go there."""
    held = select(LicenseSet).where(LicenseSet.stage.in_(HELD), LicenseSet.product == found.product)
    if found.unit_id is None:
        return []
    if found.kind == ONLY_THEIRS:
        query = held.where(LicenseSet.unit_id == found.unit_id)
    elif found.set_id is not None:
        query = held.where(LicenseSet.id == found.set_id)
    else:
        query = held.where(LicenseSet.number.in_(list(found.facts.get("sets", ()))[:500]))
    return list(db.scalars(query.order_by(LicenseSet.number)))


def _index(form: forms.RunForm | None = None) -> str:
    visitor, wanted = actor(), _wanted()
    with reading() as db:
        rows = queries.differences(db, wanted, visitor.scope)
        shown, place = rows_of_page(rows, page_asked(), PAGE_SIZE)
        return render_template(
            "inventory/differences.html",
            rows=shown,
            found=len(rows),
            page=place.page,
            last=place.last,
            wanted=wanted,
            stages=queries.counts_by_stage(db, visitor.scope),
            run=queries.last_run(db),
            form=form or forms.RunForm(None, as_of=today()),
            districts=unit_queries.districts(db) if visitor.scope.kind == "all" else [],
            words=words,
        )


def _wanted() -> Wanted:
    names = ("kind", "severity", "product", "district")
    asked: dict[str, Any] = {name: request.args.get(name, "").strip() for name in names}
    return Wanted(stage=request.args.get("stage", "standing").strip(), **asked)


def _cells(found: Difference, unit: str | None, district: str | None, platform: str | None, number: str | None) -> Any:
    return [
        str(words.KINDS[found.kind]), str(words.SEVERITIES[found.severity]), str(words.STAGES[found.stage]), unit,
        district, platform, wording.word(wording.PRODUCTS, found.product), number, found.ours, found.theirs,
        found.quantity, found.opened_on, found.waived_until,
    ]  # fmt: skip
