"""What is done with units: registered, changed from a day on, renamed, merged, split, closed, reopened.

A form that moves sets has two steps: the day (and the unit, and the sets) is chosen first and asked for in the address;
then the page tells what will move, and the form below does it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from licensetrack.allocation import unit_changes
from licensetrack.allocation.holdings import Holdings, holdings
from licensetrack.core.clock import today
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import Refused
from licensetrack.units import queries
from licensetrack.units.directory import register_unit, rename_unit
from licensetrack.units.models import Unit
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import ActForm, perform
from licensetrack.web.asked import as_of
from licensetrack.web.unit_forms import (
    CloseForm,
    EditForm,
    LineForm,
    MergeForm,
    NewUnitForm,
    RenameForm,
    ReopenForm,
    SplitForm,
)

Line = TypeVar("Line", bound=LineForm)

unit_acts = Blueprint("unit_acts", __name__, url_prefix="/units")


@unit_acts.get("/new")
@needs("units:unit:register")
def new() -> ResponseReturnValue:
    """Where a unit is entered in the directory."""
    return _line_page(NewUnitForm(None), "new")


@unit_acts.post("/new")
@needs("units:unit:register")
def register() -> ResponseReturnValue:
    """Enters a unit in the directory."""
    form = _offering(NewUnitForm())

    def act() -> str:
        entry = form.entry((form.code.data or "").strip(), form.name.data or "")
        unit = register_unit(entry, actor=actor(), on=form.on.data, confirmed=bool(form.confirmed.data))
        return _address(unit.id)

    return perform(form, act, lambda: _line_page(form, "new"))


@unit_acts.get("/<int:unit_id>/edit")
@needs("units:unit:update")
def edit(unit_id: int) -> ResponseReturnValue:
    """Where a unit's line is changed."""
    form = EditForm(None, on=today())
    with reading() as db:
        form.fill(queries.unit(db, unit_id, actor().scope))
    return _line_page(form, "edit", unit_id)


@unit_acts.post("/<int:unit_id>/edit")
@needs("units:unit:update")
def change(unit_id: int) -> ResponseReturnValue:
    """Changes a unit's line from a day on; its sets follow into another district or category."""
    form = _offering(EditForm())

    def act(unit: Unit) -> None:
        entry = form.entry(unit.code, unit.name)
        unit_changes.change_unit(unit, entry, on=_day(form), actor=actor(), seen=form.seen)

    return _do(form, unit_id, act, lambda: _line_page(form, "edit", unit_id))


@unit_acts.get("/<int:unit_id>/rename")
@needs("units:unit:rename")
def choose_name(unit_id: int) -> ResponseReturnValue:
    """Where a unit gets a new name."""
    return _page("rename", unit_id, RenameForm(None, on=today()))


@unit_acts.post("/<int:unit_id>/rename")
@needs("units:unit:rename")
def rename(unit_id: int) -> ResponseReturnValue:
    """Gives a unit a new name from a day on."""
    form = RenameForm()

    def act(unit: Unit) -> None:
        rename_unit(
            unit,
            form.name.data or "",
            on=_day(form),
            actor=actor(),
            seen=form.seen,
            confirmed=bool(form.confirmed.data),
        )

    return _do(form, unit_id, act, lambda: _page("rename", unit_id, form))


@unit_acts.get("/<int:unit_id>/merge")
@needs("units:unit:merge")
def choose_taker(unit_id: int) -> ResponseReturnValue:
    """Where it is chosen into which unit another one goes; with both chosen, what will move."""
    return _page("merge", unit_id, MergeForm(None, on=_asked_day(), into=request.args.get("into", "").strip()))


@unit_acts.post("/<int:unit_id>/merge")
@needs("units:unit:merge")
def merge(unit_id: int) -> ResponseReturnValue:
    """Merges a unit into another, with every set it held on the day."""
    form = MergeForm()

    def act(unit: Unit) -> None:
        into = _taker(form.into.data or "")
        unit_changes.merge_unit(unit, into, on=_day(form), actor=actor(), reason=form.reason.data or "", seen=form.seen)

    return _do(form, unit_id, act, lambda: _page("merge", unit_id, form))


@unit_acts.get("/<int:unit_id>/split")
@needs("units:unit:split")
def choose_sets(unit_id: int) -> ResponseReturnValue:
    """Where it is chosen which sets a new unit takes along; then, what the new unit is."""
    form = SplitForm(None, on=_asked_day(), sets=request.args.getlist("sets"))
    with reading() as db:
        unit = queries.unit(db, unit_id, actor().scope)
        form.category.data, form.district.data, form.superior.data = unit.category, unit.district, unit.superior
    return _page("split", unit_id, _offering(form))


@unit_acts.post("/<int:unit_id>/split")
@needs("units:unit:split")
def split(unit_id: int) -> ResponseReturnValue:
    """Lets a new unit come out of this one, with the chosen sets."""
    form = _offering(SplitForm())

    def act() -> str:
        entry = form.entry((form.code.data or "").strip(), form.name.data or "")
        new = unit_changes.split_unit(
            _unit(unit_id), entry, form.sets.data or [], on=_day(form), actor=actor(), reason=form.reason.data or "",
            dissolve=bool(form.dissolve.data), confirmed=bool(form.confirmed.data), seen=form.seen,
        )  # fmt: skip
        return _address(new.id)

    return perform(form, act, lambda: _page("split", unit_id, form))


@unit_acts.get("/<int:unit_id>/close")
@needs("units:unit:close")
def choose_last_day(unit_id: int) -> ResponseReturnValue:
    """Where a unit is closed; it tells what the unit still holds on the day."""
    return _page("close", unit_id, CloseForm(None, on=_asked_day()))


@unit_acts.post("/<int:unit_id>/close")
@needs("units:unit:close")
def close(unit_id: int) -> ResponseReturnValue:
    """Closes a unit."""
    form = CloseForm()

    def act(unit: Unit) -> None:
        unit_changes.close_unit(
            unit, on=_day(form), actor=actor(), reason=form.reason.data or "",
            return_sets=bool(form.return_sets.data), seen=form.seen,
        )  # fmt: skip

    return _do(form, unit_id, act, lambda: _page("close", unit_id, form))


@unit_acts.get("/<int:unit_id>/reopen")
@needs("units:unit:reopen")
def doubt(unit_id: int) -> ResponseReturnValue:
    """Where an ending that was recorded by mistake is taken back."""
    return _page("reopen", unit_id, ReopenForm(None))


@unit_acts.post("/<int:unit_id>/reopen")
@needs("units:unit:reopen")
def reopen(unit_id: int) -> ResponseReturnValue:
    """Takes an ending back, with all that moved."""
    form = ReopenForm()

    def act(unit: Unit) -> None:
        unit_changes.reopen_unit(unit, actor=actor(), reason=form.reason.data or "", seen=form.seen)

    return _do(form, unit_id, act, lambda: _page("reopen", unit_id, form))


def _do(form: ActForm, unit_id: int, act: Callable[[Unit], None], page: Callable[[], str]) -> ResponseReturnValue:
    """Performs an act on one unit and leads to the unit's page."""
    with reading() as db:
        queries.unit(db, unit_id, actor().scope)  # a foreign unit is not there, whatever the form says

    def whole() -> str:
        act(_unit(unit_id))
        return _address(unit_id)

    return perform(form, whole, page)


def _unit(unit_id: int) -> Unit:
    with transaction() as db:
        return queries.unit(db, unit_id, actor().scope)


def _taker(typed: str) -> Unit:
    """The unit that was typed, by code or by a name it has or had. Raises Refused."""
    with transaction() as db:
        found = queries.unit_by_words(db, typed, actor().scope)
    if found is None:
        raise Refused("No unit has this code or name, or several have it. Please type the code.").at("into")
    return found


def _address(unit_id: int) -> str:
    return url_for("units.one_unit", unit_id=unit_id)


def _day(form: Any) -> dt.date:
    day: dt.date = form.on.data
    return day


def _asked_day() -> dt.date:
    return as_of(request.args.get("on", ""))


def _offering(form: Line) -> Line:
    with reading() as db:
        form.offer(queries.districts(db))
    return form


def _line_page(form: LineForm, which: str, unit_id: int | None = None) -> str:
    with reading() as db:
        unit = None if unit_id is None else queries.unit(db, unit_id, actor().scope)
        form.offer(queries.districts(db))
        return render_template(
            "units/line.html", form=form, which=which, unit=unit, categories=queries.categories(db),
            units=queries.units_in_use(db, but=unit_id or 0, scope=actor().scope),
            held=holdings(db, unit.id, today()) if unit else None,
        )  # fmt: skip


def _page(which: str, unit_id: int, form: Any) -> str:
    """The page of one act: the form, and what it would move on the day that was chosen."""
    with reading() as db:
        unit = queries.unit(db, unit_id, actor().scope)
        return render_template(
            f"units/{which}.html", form=form, unit=unit, asked="on" in request.args or request.method == "POST",
            units=queries.units_in_use(db, but=unit.id, scope=actor().scope), categories=queries.categories(db),
            names=queries.former_names(db, unit.id), **_moving(db, which, unit, form),
        )  # fmt: skip


def _moving(db: Session, which: str, unit: Unit, form: Any) -> dict[str, Any]:
    """What would move, and whereto."""
    found: dict[str, Any] = {"held": None, "into": None, "later": []}
    day = getattr(form, "on", None) and form.on.data
    if which in ("merge", "split", "close") and day is not None:
        held = holdings(db, unit.id, day)
        found["later"] = held.later
        if which == "split" and form.sets.data is not None:
            found["all"] = held.sets
            held = Holdings([one for one in held.sets if one.number in form.sets.data], [])
        found["held"] = held
    if which == "merge" and form.into.data:
        found["into"] = queries.unit_by_words(db, form.into.data, actor().scope)
        if found["into"] is None and not form.into.errors:
            form.into.errors = [gettext("No unit has this code or name, or several have it. Please type the code.")]
    return found
