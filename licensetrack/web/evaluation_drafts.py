"""Writing a draft: where it begins, what it still lacks, the header of the forms, each indicator's mark."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound, Refused
from licensetrack.performance import frameworks, queries
from licensetrack.performance.evaluations import evaluate
from licensetrack.performance.framework import Framework, library, load
from licensetrack.performance.models import Evaluation
from licensetrack.performance.scorecard import target_text
from licensetrack.performance.starting import blank_paper, paper_of_earlier
from licensetrack.performance.typed import HEADER, MARK
from licensetrack.performance.working_paper import WorkingPaper, working_paper
from licensetrack.performance.writing import WRITE
from licensetrack.web import draft_words as words
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import perform
from licensetrack.web.asked import as_of
from licensetrack.web.digits import whole
from licensetrack.web.draft_desk import Desk, is_draft, next_place, opened, trace_address
from licensetrack.web.draft_forms import MarkForm, PartForm, StartForm, StepForm, fields_of, filled
from licensetrack.web.draft_keeping import Theirs, keep, kept_words
from licensetrack.web.evaluations import see_all
from licensetrack.web.request_forms import choices
from licensetrack.web.shown import points
from licensetrack.web.toml_files import toml_sent

drafts = Blueprint("evaluations_drafts", __name__, url_prefix="/evaluations")

EVALUATE = "performance:evaluation:evaluate"


@drafts.get("/new")
@needs(EVALUATE)
def new() -> ResponseReturnValue:
    """Where the evaluation of a year begins."""
    see_all()
    year = today().year - 1
    data = {"year": str(year), "as_of": dt.date(year, 12, 31).isoformat(), "source": "blank"}
    return _start_page(StartForm(formdata=None, data=data))


@drafts.post("/new")
@needs(EVALUATE)
def create() -> ResponseReturnValue:
    """Makes the draft and leads to it."""
    see_all()
    form = StartForm()

    def act() -> str:
        year = whole(form.year.data, digits=4)
        if year is None or not 2000 <= year <= 2099:
            raise Refused("The year is written like 2024.").at("year")
        day = _day(form)
        used = _framework(form)
        with reading() as db:
            if queries.latest(db, used.kind, year) is not None:
                raise Refused("There is an evaluation for %(year)s already.", year=year).at("year")
            paper = _paper(db, form, used, year, day)
        made = evaluate(paper, used, actor=actor(), as_of=day, finished=False)
        return url_for(".write", evaluation_id=made.id)

    return perform(form, act, lambda: _start_page(form))


def _day(form: StartForm) -> dt.date:
    try:
        return as_of(form.as_of.data or "")
    except Refused as refusal:
        raise refusal.at("as_of") from None


def _framework(form: StartForm) -> Framework:
    with reading() as db:
        found = next((one for one in offered_frameworks(db) if one.code == form.framework.data), None)
    if found is None:
        raise Refused("Choose a framework.").at("framework")
    return found


def offered_frameworks(db: Session) -> list[Framework]:
    """The frameworks that an evaluation can be made by: those in force, then the library's that belong to a year."""
    found = {one.code: one for one in frameworks.all_in_force(db)}
    return [*found.values(), *(one for one in map(load, library()) if one.year is not None and one.code not in found)]


def _paper(db: Session, form: StartForm, used: Framework, year: int, day: dt.date) -> WorkingPaper:
    """What the draft begins with. Raises Refused at the field that is wrong."""
    if form.source.data == "earlier":
        number = whole(form.earlier.data)
        earlier = None if number is None else db.get(Evaluation, number)
        if earlier is None:
            raise Refused("Choose an earlier evaluation.").at("earlier")
        return paper_of_earlier(earlier, used, year, day)
    if form.source.data != "file":
        return blank_paper(used, year, day)
    data, name = toml_sent(form.file.data)
    try:
        paper = working_paper(data, name[:80])
    except Refused as refusal:
        raise refusal.at("file") from None
    if paper.header.year != year:
        raise Refused("The paper is about %(other)s, not %(year)s.", other=paper.header.year, year=year).at("file")
    return paper


def _start_page(form: StartForm) -> str:
    with reading() as db:
        earlier = {str(one.id): f"{one.year} · v{one.version} · {one.paper['header']['title']}"
                   for one in queries.evaluations(db)}  # fmt: skip
        form.framework.choices = choices({one.code: one.name for one in offered_frameworks(db)})
    form.earlier.choices = choices({"": words.BANDS[""], **earlier})
    return render_template("evaluations/new.html", form=form, has_earlier=bool(earlier))


@drafts.get("/<int:evaluation_id>/write")
@needs(WRITE)
def write(evaluation_id: int) -> ResponseReturnValue:
    """The draft from above: what it still lacks, with links to the places, and the way to its completion."""
    with reading() as db:
        desk = opened(db, evaluation_id)
    if not is_draft(desk):
        return redirect(url_for("evaluations.one", evaluation_id=evaluation_id))
    return write_page(desk, StepForm(formdata=None))


def write_page(desk: Desk, form: StepForm) -> str:
    """The page, with a form for its completion."""
    notes = desk.notes()
    return render_template(
        "evaluations/write.html", desk=desk, found=desk.found, form=form, notes=notes, words=words, points=points,
        open_places={note.place for note in notes}, trace=lambda name: trace_address(desk.found, name),
        fresh=StepForm(formdata=None),
    )  # fmt: skip


@drafts.get("/<int:evaluation_id>/write/header")
@needs(WRITE)
def header(evaluation_id: int) -> ResponseReturnValue:
    """The header of the forms."""
    with reading() as db:
        desk = opened(db, evaluation_id)
    if not is_draft(desk):
        return redirect(url_for("evaluations.one", evaluation_id=evaluation_id))
    return _header_page(desk, filled(HEADER, desk.draft.of(HEADER).typed), [])


@drafts.post("/<int:evaluation_id>/write/header")
@needs(WRITE)
def keep_header(evaluation_id: int) -> ResponseReturnValue:
    """Keeps it."""
    return keep(evaluation_id, HEADER, _header_page)


def _header_page(desk: Desk, form: PartForm, theirs: list[Theirs]) -> str:
    return part_page("evaluations/header.html", desk, HEADER, form, theirs)


@drafts.get("/<int:evaluation_id>/write/marks/<code>")
@needs(WRITE)
def mark(evaluation_id: int, code: str) -> ResponseReturnValue:
    """What is said of one indicator."""
    with reading() as db:
        desk = opened(db, evaluation_id)
    if not is_draft(desk):
        return redirect(url_for("evaluations.one", evaluation_id=evaluation_id))
    place = f"{MARK}:{code}"
    return _mark_page(desk, filled(place, desk.draft.of(place).typed), [], code)


@drafts.post("/<int:evaluation_id>/write/marks/<code>")
@needs(WRITE)
def keep_mark(evaluation_id: int, code: str) -> ResponseReturnValue:
    """Keeps it."""
    return keep(evaluation_id, f"{MARK}:{code}", lambda desk, form, theirs: _mark_page(desk, form, theirs, code))


def _mark_page(desk: Desk, form: PartForm, theirs: list[Theirs], code: str) -> str:
    if code not in desk.draft.results:
        raise NotFound("There is no such part of the draft.")
    result = desk.draft.results[code]
    loses = result.own_score is None or result.own_score < result.indicator.weight
    shown = fields_of(result.indicator, deviates=bool(result.deviation), loses=loses)
    if isinstance(form, MarkForm):
        form.offer(result.indicator)
    measures = [name for name in (result.indicator.measure, result.indicator.per) if name]
    return part_page(
        "evaluations/mark.html", desk, f"{MARK}:{code}", form, theirs, result=result, shown=shown,
        target_text=target_text(result.indicator, result.target),
        traces=[(name, trace_address(desk.found, name)) for name in measures],
    )  # fmt: skip


def part_page(template: str, desk: Desk, place: str, form: PartForm, theirs: list[Theirs], **more: object) -> str:
    """The page of one part: its form, what is open in it, its texts as they are read."""
    part = desk.draft.of(place)
    notes: dict[str, list[str]] = {}
    for note in desk.notes_at(place, part.typed):
        notes.setdefault(note.field, []).append(note.text)
    following = next_place(desk, place)
    return render_template(
        template, desk=desk, found=desk.found, place=place, part=part, form=form, theirs=theirs, notes=notes,
        read=desk.read(place, part.typed), words=words, points=points, kept=kept_words(part),
        label=words.place_word(place, desk.draft), following=words.place_word(following, desk.draft),
        figures=desk.proof.figures, **more,
    )  # fmt: skip
