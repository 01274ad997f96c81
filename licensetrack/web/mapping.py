"""Exports of other programs: choose a file, say which column is which, see row by row what happens, load it."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_wtf.file import FileField
from wtforms import HiddenField, SelectField

from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound, Refused
from licensetrack.core.names import tidy_name
from licensetrack.exchange.changes import ACTIONS, SAME, Outcome
from licensetrack.exchange.headings import fold, forms
from licensetrack.exchange.ledgers import LEDGERS
from licensetrack.exchange.loading import Load, NamedBytes
from licensetrack.exchange.mapping import KINDS, ColumnMap, check_mapping, guess, look, read_mapped, ready_made
from licensetrack.exchange.mappings import as_mapping, save_mapping, saved_mappings
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import UNFIT, ActForm, perform
from licensetrack.web.fields import text_field
from licensetrack.web.held_files import held, hold, let_go
from licensetrack.web.loading import LEDGERS as TITLES
from licensetrack.web.refusals import record_refusal
from licensetrack.web.wording import in_words

mapping = Blueprint("mapping", __name__, url_prefix="/load/mapped")

PERMISSION = "exchange:ledger:load"
SHOWN = 200


class ChooseForm(ActForm):
    """A file, and what it is: a ledger of ours, or a program's export that is known or was mapped before."""

    file = FileField(lazy_gettext("File"))
    start = SelectField(lazy_gettext("What the file holds"), validate_choice=False)


class MapForm(ActForm):
    """Which column is which, and what holds for all rows; `column-…` and `fixed-…` are read by their names."""

    column = HiddenField()
    fixed = HiddenField()
    start = HiddenField()
    promised = HiddenField()
    name = text_field(lazy_gettext("Name of the mapping"), 80)


@mapping.get("")
@needs(PERMISSION)
def choose() -> ResponseReturnValue:
    """Where the file is chosen."""
    return _choose(ChooseForm(None))


@mapping.post("")
@needs(PERMISSION)
def upload() -> ResponseReturnValue:
    """Keeps the file for a day and leads to its columns."""
    form = ChooseForm()

    def act() -> str:
        sent = form.file.data
        content = sent.read() if sent else b""
        if not content:
            raise Refused("No file was chosen.").at("file")
        look(sent.filename, content)
        return url_for("mapping.columns", token=hold([(sent.filename, content)], actor()), start=form.start.data)

    return perform(form, act, lambda: _choose(form))


@mapping.get("/<token>")
@needs(PERMISSION)
def columns(token: str) -> ResponseReturnValue:
    """The file's columns beside ours, guessed by their headings."""
    file = _file(token)
    start = request.args.get("start", "")
    begun = _begun(start, look(*file).headings)
    return _page(token, file, begun.mapping, MapForm(None, start=start, version=begun.version))


@mapping.post("/<token>/check")
@needs(PERMISSION)
def check(token: str) -> ResponseReturnValue:
    """Shows row by row what would be loaded; nothing is written."""
    file, form = _file(token), MapForm()
    said = _said(form)
    if not form.validate_on_submit():
        return _page(token, file, said, form), UNFIT
    try:
        check_mapping(said)
    except Refused as refusal:
        return _refuse(token, file, said, form, refusal)
    outcome = _load(file, said).apply(dry_run=True)
    form.promised.data = outcome.digest()
    return _page(token, file, said, form, outcome)


@mapping.post("/<token>/load")
@needs(PERMISSION)
def load(token: str) -> ResponseReturnValue:
    """Loads what was shown, all or nothing."""
    file, form = _file(token), MapForm()
    said = _said(form)
    outcomes: list[Outcome] = []

    def act() -> str:
        check_mapping(said)
        outcome = _load(file, said).apply(promised=form.promised.data or "unseen")
        outcomes.append(outcome)
        if outcome.refused:
            raise Refused("Something in the file is wrong; it is listed below. Nothing was written.")
        return url_for("scans.index") if said.kind == "hosts" else url_for("ledger.sets")

    answer = perform(form, act, lambda: _page(token, file, said, form, outcomes[0] if outcomes else None))
    if outcomes and not outcomes[0].refused:
        let_go(token)
    return answer


@mapping.post("/<token>/save")
@needs("exchange:mapping:save")
def save(token: str) -> ResponseReturnValue:
    """Keeps the mapping under a name."""
    file, form = _file(token), MapForm()
    said = _said(form)

    def act() -> str:
        own = tidy_name(form.name.data or "") == said.name  # another mapping's name was not seen here
        made = save_mapping(form.name.data or "", said, actor=actor(), seen=form.seen if own else None)
        return url_for("mapping.columns", token=token, start=f"saved:{made.id}")

    return perform(form, act, lambda: _page(token, file, said, form))


def _file(token: str) -> tuple[str, bytes]:
    return held(token, actor())[0]


def _load(file: tuple[str, bytes], said: ColumnMap) -> Load:
    files = [NamedBytes(*file)]
    return Load(files, actor=actor(), mapped=lambda those: read_mapped(those[0].name, those[0].content, said))


class _Begun(NamedTuple):
    """The mapping that a page begins with, and which version of a saved one that is."""

    mapping: ColumnMap
    version: int | None = None


def _begun(start: str, headings: list[str]) -> _Begun:
    """The mapping to begin with: a ready one, a saved one, or a guess for a kind of ledger. Raises NotFound."""
    way, _, name = start.partition(":")
    if way == "ready" and name in ready_made():
        return _Begun(ready_made()[name])
    if way == "saved":
        with reading() as db:
            for row in saved_mappings(db):
                if str(row.id) == name:
                    return _Begun(as_mapping(row), row.version)
    if way == "kind" and name in KINDS:
        return _Begun(ColumnMap(name, {field: (said,) for field, said in guess(name, headings).items()}))
    raise NotFound("There is no such record.")


def _said(form: MapForm) -> ColumnMap:
    """What was sent, on top of the words and parts that the start brought. Raises NotFound."""
    begun = _begun(form.start.data or "", []).mapping
    chosen: dict[str, tuple[str, ...]] = {}
    fixed: dict[str, str] = {}
    for name in LEDGERS[begun.kind].fields:
        heading, value = request.form.get(f"column-{name}", ""), request.form.get(f"fixed-{name}", "").strip()
        if heading:
            chosen[name] = (heading[:80],)
        if value:
            fixed[name] = value[:200]
    return ColumnMap(begun.kind, chosen, fixed, begun.words, begun.parts, begun.name)


def _refuse(
    token: str, file: tuple[str, bytes], said: ColumnMap, form: MapForm, refusal: Refused
) -> ResponseReturnValue:
    record_refusal(refusal)
    form.problem = in_words(refusal)
    return _page(token, file, said, form), UNFIT


def _page(token: str, file: tuple[str, bytes], said: ColumnMap, form: MapForm, outcome: Outcome | None = None) -> str:
    looked = look(*file)
    known = {fold(heading): heading for heading in looked.headings if heading}
    chosen = {
        name: next((known[key] for one in headings if (key := fold(one)) in known), "")
        for name, headings in said.columns.items()
    }  # fmt: skip
    return render_template(
        "loading/mapping.html",
        token=token,
        name=file[0],
        said=said,
        chosen=chosen,
        looked=looked,
        form=form,
        columns=forms()[said.kind].columns,
        outcome=outcome,
        changes=[change.as_dict() for change in outcome.changes if change.action != SAME][:SHOWN] if outcome else [],
        totals=_totals(outcome),
        ledger=TITLES[said.kind],
        translate=gettext,
    )


def _totals(outcome: Outcome | None) -> dict[str, int]:
    counts = outcome.counts.values() if outcome else ()
    return {action: sum(one.get(action, 0) for one in counts) for action in ACTIONS}


def _choose(form: ChooseForm) -> str:
    with reading() as db:
        saved = [(f"saved:{row.id}", row.name) for row in saved_mappings(db)]
    ready = [(f"ready:{name}", one.name) for name, one in ready_made().items()]
    kinds = [(f"kind:{kind}", f"{TITLES[kind][0]}（{TITLES[kind][1]}）") for kind in KINDS]
    groups = {
        gettext("A ledger of ours, with other headings"): kinds,
        gettext("Exports of other programs"): ready,
        gettext("Saved mappings"): saved,
    }
    form.start.choices = {title: those for title, those in groups.items() if those}
    return render_template("loading/mapped.html", form=form)
