"""Keeping a part of a draft, by its button or by itself; whoever comes second sees what changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from flask import jsonify
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from licensetrack.core.clock import BUSINESS_ZONE
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, Refused
from licensetrack.performance.drafts import Part
from licensetrack.performance.typed import FIELDS, MARK, Typed, kind_of, tidy
from licensetrack.performance.writing import keep_part
from licensetrack.web import draft_words as words
from licensetrack.web.access import actor
from licensetrack.web.acts import UNFIT, perform
from licensetrack.web.draft_desk import Desk, is_draft, next_place, opened
from licensetrack.web.draft_forms import FORMS, PartForm
from licensetrack.web.errors import wants_json
from licensetrack.web.refusals import record_refusal
from licensetrack.web.shown import points
from licensetrack.web.wording import in_words


class Theirs(NamedTuple):
    """A field that somebody else changed meanwhile, and what stands there now."""

    label: str
    field: str
    text: str


Page = Callable[[Desk, PartForm, list[Theirs]], str]


def keep(evaluation_id: int, place: str, page: Page) -> ResponseReturnValue:
    """Keeps what was sent for a part and goes on to where the pressed button leads."""
    form = FORMS[kind_of(place)]()
    with reading() as db:
        desk = opened(db, evaluation_id)
        kept = desk.draft.of(place)
    if wants_json():
        return _kept_quietly(form, desk, place)

    def act() -> str:
        keep_part(desk.found, place, form.typed(place, kept.typed), actor=actor(), seen=form.seen)
        return desk.address(next_place(desk, place) if form.do.data == "next" else place)

    try:
        return perform(form, act, lambda: page(desk, form, []))
    except Conflict as conflict:
        return _stale(conflict, form, evaluation_id, place, page)


def _stale(conflict: Conflict, form: PartForm, evaluation_id: int, place: str, page: Page) -> ResponseReturnValue:
    """The form as it was typed, beside what stands there now; sent again, it takes its place."""
    with reading() as db:
        desk = opened(db, evaluation_id)
    part = desk.draft.parts.get(place)
    if part is None or not is_draft(desk):
        raise conflict
    record_refusal(conflict)
    form.problem, form.version.data = in_words(conflict), str(part.revision)
    return page(desk, form, differing(form, place, part)), 409


def differing(form: PartForm, place: str, part: Part) -> list[Theirs]:
    """The fields in which the form and what is kept differ."""
    try:
        mine: Typed = tidy(place, form.typed(place, part.typed))
    except Refused:
        mine = form.typed(place, part.typed)
    return [
        Theirs(str(words.FIELDS[name]), name, part.typed[name])
        for name in FIELDS[kind_of(place)]
        if mine[name] != part.typed[name]
    ]


def _kept_quietly(form: PartForm, desk: Desk, place: str) -> ResponseReturnValue:
    if not form.validate():
        return jsonify({"message": form.problem}), UNFIT
    kept = desk.draft.of(place)
    try:
        part = keep_part(desk.found, place, form.typed(place, kept.typed), actor=actor(), seen=form.seen)
    except Refused as refusal:
        return jsonify({"message": in_words(refusal)}), UNFIT
    with reading() as db:
        desk = opened(db, desk.found.id)
    return jsonify({"kept": kept_words(part), "version": part.revision, **told(desk, place, part.typed)})


def told(desk: Desk, place: str, typed: Typed) -> dict[str, object]:
    """What the page shows anew after typing: what is open, the texts as they are read, the score."""
    answer: dict[str, object] = {
        "notes": [{"field": note.field, "text": note.text} for note in desk.notes_at(place, typed)],
        "read": {
            field: [[[piece.text, piece.name, desk.rows_behind(piece.name)] for piece in pieces] for pieces in found]
            for field, found in desk.read(place, typed).items()
        },
    }
    if kind_of(place) == MARK:
        answer["score"] = points(desk.draft.results[place.partition(":")[2]].score)
    return answer


def kept_words(part: Part) -> str:
    """When and by whom the part was kept last."""
    if part.edited_at is None or not part.edited_by:
        return ""
    at = part.edited_at.astimezone(BUSINESS_ZONE)
    return str(gettext("kept on %(at)s by %(name)s", at=at.strftime("%Y-%m-%d %H:%M"), name=part.edited_by))
