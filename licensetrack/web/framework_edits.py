"""Editing a draft in the browser: its weights all at once, its nodes one by one, and what stands above the tree."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound, Refused
from licensetrack.performance import framework_edits as edits
from licensetrack.performance import frameworks as kept
from licensetrack.performance.framework_drafting import edit_draft
from licensetrack.performance.framework_edits import ROOT, Content, Place
from licensetrack.performance.framework_models import FrameworkVersion
from licensetrack.performance.framework_stages import DRAFT
from licensetrack.performance.rules.scoring import RULES
from licensetrack.web import framework_words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.evaluations import see_all
from licensetrack.web.fields import number_of
from licensetrack.web.framework_forms import BranchForm, GeneralForm, IndicatorForm, MoveForm, WeightsForm

framework_edits = Blueprint("framework_edits", __name__, url_prefix="/frameworks/<int:framework_id>")

TOP = "top"  # stands in addresses for the root, which has no code
STEPS = {"up": -1, "down": 1}


@framework_edits.get("/edit")
@needs("performance:framework:edit")
def tree(framework_id: int) -> ResponseReturnValue:
    """The tree with its weights, and the ways to every node."""
    return _tree_page(framework_id, WeightsForm(None), MoveForm(None))


@framework_edits.post("/weights")
@needs("performance:framework:edit")
def weigh(framework_id: int) -> ResponseReturnValue:
    """Saves all weights; they add up at every level, or nothing is saved."""
    form = WeightsForm()

    def act() -> str:
        weights = form.weights()
        _save(framework_id, form, lambda content: edits.weigh(content, weights), gettext("Weights"))
        flash(gettext("The weights are saved."))
        return _tree(framework_id)

    return perform(form, act, lambda: _tree_page(framework_id, form, MoveForm(None)))


@framework_edits.post("/move")
@needs("performance:framework:edit")
def move(framework_id: int) -> ResponseReturnValue:
    """Moves a node up or down among its siblings, or takes it away with all below it."""
    form = MoveForm()

    def act() -> str:
        what, _, code = (form.act.data or "").partition(":")
        if what == "remove":
            _save(framework_id, form, lambda content: edits.remove_node(content, code), f"- {code}")
        elif what in STEPS:
            _save(framework_id, form, lambda content: edits.move_node(content, code, STEPS[what]), f"{what} {code}")
        else:
            raise Refused("This form is incomplete. Please load the page again.")
        return f"{_tree(framework_id)}#node-{code}" if what in STEPS else _tree(framework_id)

    return perform(form, act, lambda: _tree_page(framework_id, WeightsForm(None), form))


@framework_edits.get("/nodes/<parent>/add")
@needs("performance:framework:edit")
def add(framework_id: int, parent: str) -> ResponseReturnValue:
    """Where a node is added below another one."""
    row = _draft(framework_id)
    return _node_page(row, _form_for(_level_below(row.content, parent), fresh=True), parent, "")


@framework_edits.post("/nodes/<parent>/add")
@needs("performance:framework:edit")
def add_node(framework_id: int, parent: str) -> ResponseReturnValue:
    """Adds a node; it weighs nothing until the weights are set."""
    row = _draft(framework_id)
    form = _form_for(_level_below(row.content, parent))

    def act() -> str:
        fields = {name: value for name, value in _fields(form).items() if value not in ("", None, [])}
        above = ROOT if parent == TOP else parent
        _save(framework_id, form, lambda content: edits.add_node(content, above, fields), f"+ {fields.get('code')}")
        return f"{_tree(framework_id)}#node-{fields.get('code')}"

    return perform(form, act, lambda: _node_page(row, form, parent, ""))


@framework_edits.get("/nodes/<code>")
@needs("performance:framework:edit")
def node(framework_id: int, code: str) -> ResponseReturnValue:
    """Where a node is edited."""
    row = _draft(framework_id)
    place = edits.place_of(row.content, code)
    form = _form_for(place.level, fresh=True)
    form.fill(place.node)
    form.parent.data = place.parent
    return _node_page(row, form, place.parent, code)


@framework_edits.post("/nodes/<code>")
@needs("performance:framework:edit")
def change_node(framework_id: int, code: str) -> ResponseReturnValue:
    """Changes a node, and hangs it under another parent where one was chosen."""
    row = _draft(framework_id)
    place = edits.place_of(row.content, code)
    form = _form_for(place.level)

    def act() -> str:
        fields = _fields(form)
        with reading() as db:
            recorded = code in kept.records_of(db, row.code)

        def changed(content: Content) -> Content:
            moved = edits.hang_node(content, code, form.parent.data) if form.parent.data else content
            return edits.change_node(moved, code, fields, recorded=recorded)

        _save(framework_id, form, changed, code)
        return f"{_tree(framework_id)}#node-{fields['code']}"

    return perform(form, act, lambda: _node_page(row, form, place.parent, code))


@framework_edits.get("/general")
@needs("performance:framework:edit")
def general(framework_id: int) -> ResponseReturnValue:
    """Where name, source, grades and triggers are edited."""
    row, form = _draft(framework_id), GeneralForm(None)
    content = row.content
    form.name.data, form.source.data = content["name"], content.get("source", "")
    form.grades.data = "\n".join(f"{grade['name']} {grade['from']}" for grade in content["grades"])
    form.over.data, form.under.data = (Decimal(content["triggers"][name]) for name in ("over", "under"))
    return _general_page(row, form)


@framework_edits.post("/general")
@needs("performance:framework:edit")
def change_general(framework_id: int) -> ResponseReturnValue:
    """Changes name, source, grades and triggers."""
    row, form = _draft(framework_id), GeneralForm()

    def act() -> str:
        grades = []
        for line in filter(str.strip, (form.grades.data or "").splitlines()):
            name, _, start = line.strip().rpartition(" ")
            if not name or number_of(start) is None:
                raise Refused("A grade is a name and a number, such as “优 90”.").at("grades")
            grades.append({"name": name.strip(), "from": str(number_of(start))})
        triggers = {"over": str(form.over.data), "under": str(form.under.data)}
        fields = {"name": form.name.data, "source": form.source.data, "grades": grades, "triggers": triggers}
        _save(framework_id, form, lambda content: {**content, **fields}, gettext("General"))
        return _tree(framework_id)

    return perform(form, act, lambda: _general_page(row, form))


def _tree(framework_id: int) -> str:
    return url_for("framework_edits.tree", framework_id=framework_id)


def _draft(framework_id: int) -> FrameworkVersion:
    """The draft. Raises NotFound where there is none to edit any more."""
    see_all()
    with reading() as db:
        row = kept.version_of(db, framework_id)
    if row.stage != DRAFT:
        raise NotFound("There is no such draft.")
    return row


def _save(framework_id: int, form: ActForm, change: Callable[[Content], Content], note: str) -> None:
    """Saves the draft as the change makes it from what stands now; whoever saw another revision is told so."""
    row = _draft(framework_id)
    edit_draft(row, change(row.content), actor=actor(), seen=form.seen, note=note)


def _level_below(content: Content, parent: str) -> int:
    """The level of nodes below the parent. Raises NotFound below an indicator."""
    level = 1 if parent == TOP else edits.place_of(content, parent).level + 1
    if level > len(edits.LEVELS):
        raise NotFound("There is no such level.")
    return level


def _form_for(level: int, *, fresh: bool = False) -> BranchForm:
    kind = IndicatorForm if level == len(edits.LEVELS) else BranchForm
    return kind(None) if fresh else kind()


def _fields(form: BranchForm) -> dict[str, Any]:
    try:
        return form.fields()
    except ValueError as error:
        raise Refused("These are no parameters: %(problem)s", problem=error).at("scoring") from None


def _tree_page(framework_id: int, form: WeightsForm, moving: MoveForm) -> str:
    row = _draft(framework_id)
    typed = form.weight.data if form.is_submitted() else {}
    places: list[Place] = list(edits.places(row.content))
    return render_template(
        "frameworks/edit.html", row=row, places=places, balances={one.code: one for one in edits.balances(row.content)},
        form=form, moving=moving, typed=typed, words=framework_words, TOP=TOP,
    )  # fmt: skip


def _node_page(row: FrameworkVersion, form: BranchForm, parent: str, code: str) -> str:
    level = edits.place_of(row.content, code).level if code else _level_below(row.content, parent)
    above = [place.node for place in edits.places(row.content) if place.level == level - 1]
    form.parent.choices = [(one["code"], f"{one['code']} {one['name']}") for one in above]
    with reading() as db:
        recorded = code in kept.records_of(db, row.code)
    dated = bool(code) and "targets" in edits.place_of(row.content, code).node
    return render_template(
        "frameworks/node.html", row=row, form=form, parent=parent, code=code, level=level, RULES=RULES,
        fixed=recorded or dated, TOP=TOP,
    )  # fmt: skip


def _general_page(row: FrameworkVersion, form: GeneralForm) -> str:
    return render_template("frameworks/general.html", row=row, form=form)
