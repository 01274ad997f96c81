"""The chapters of an evaluation's report: read with their figures filled in, written one by one, put in order."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from licensetrack.core.db import reading
from licensetrack.core.errors import Refused
from licensetrack.performance.typed import LEVELS, SECTION, kind_of
from licensetrack.performance.writing import WRITE, add_section, move_section, remove_section
from licensetrack.web import draft_words as words
from licensetrack.web.access import actor, may, needs
from licensetrack.web.acts import perform
from licensetrack.web.draft_desk import Desk, is_draft, opened
from licensetrack.web.draft_forms import PartForm, SectionForm, SectionsForm, filled
from licensetrack.web.draft_keeping import Theirs, keep
from licensetrack.web.evaluation_drafts import part_page

texts = Blueprint("evaluations_texts", __name__, url_prefix="/evaluations")

STEPS = {"up": -1, "down": 1}


@texts.get("/<int:evaluation_id>/texts")
@needs("performance:read")
def index(evaluation_id: int) -> ResponseReturnValue:
    """All chapters as they will be printed; a signed evaluation's as they were."""
    with reading() as db:
        desk = opened(db, evaluation_id)
    return _texts_page(desk, SectionsForm(formdata=None))


@texts.post("/<int:evaluation_id>/texts")
@needs(WRITE)
def arrange(evaluation_id: int) -> ResponseReturnValue:
    """Adds, moves or takes away a heading."""
    form = SectionsForm()
    with reading() as db:
        desk = opened(db, evaluation_id)
    place, do = form.place.data or "", form.do.data or ""

    def act() -> str:
        if do == "add":
            if not (form.title.data or "").strip():
                raise Refused("The heading is still empty.").at("title")
            level = form.level.data if form.level.data in LEVELS else "2"
            made = add_section(desk.found, place or None, int(level), form.title.data or "", actor=actor())
            return desk.address(made.place)
        if do == "remove":
            remove_section(desk.found, place, actor=actor(), seen=form.seen)
            return url_for(".index", evaluation_id=evaluation_id)
        if do not in STEPS:
            raise Refused("This form is incomplete. Please load the page again.")
        move_section(desk.found, place, STEPS[do], actor=actor())
        return url_for(".index", evaluation_id=evaluation_id, _anchor=anchor(place))

    return perform(form, act, lambda: _texts_page(desk, form))


def anchor(place: str) -> str:
    """The heading's place on the page."""
    return place.replace(":", "-")


def _texts_page(desk: Desk, form: SectionsForm) -> str:
    sections = [(place, part) for place, part in desk.draft.parts.items() if kind_of(place) == SECTION]
    return render_template(
        "evaluations/texts.html", desk=desk, found=desk.found, sections=sections, form=form, words=words,
        fresh=SectionsForm(formdata=None), writing=is_draft(desk) and may(WRITE), anchor=anchor,
        header=desk.read("header", desk.draft.of("header").typed),
    )  # fmt: skip


@texts.get("/<int:evaluation_id>/write/sections/<key>")
@needs(WRITE)
def section(evaluation_id: int, key: str) -> ResponseReturnValue:
    """One chapter's heading and text."""
    with reading() as db:
        desk = opened(db, evaluation_id)
    if not is_draft(desk):
        return redirect(url_for(".index", evaluation_id=evaluation_id))
    place = f"{SECTION}:{key}"
    return _section_page(desk, filled(place, desk.draft.of(place).typed), [], place)


@texts.post("/<int:evaluation_id>/write/sections/<key>")
@needs(WRITE)
def keep_section(evaluation_id: int, key: str) -> ResponseReturnValue:
    """Keeps it."""
    place = f"{SECTION}:{key}"
    return keep(evaluation_id, place, lambda desk, form, theirs: _section_page(desk, form, theirs, place))


def _section_page(desk: Desk, form: PartForm, theirs: list[Theirs], place: str) -> str:
    if isinstance(form, SectionForm):
        form.offer(desk.draft.framework)
    return part_page("evaluations/section.html", desk, place, form, theirs)
