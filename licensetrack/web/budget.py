"""The year's money: granted, adjusted, received and spent as of a day, entry by entry, each with its paper."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from licensetrack.accounts.permissions import require_city
from licensetrack.core.db import reading
from licensetrack.exchange.budget_out import budget_rows
from licensetrack.exchange.ledgers_out import ledger_cells, ledger_columns
from licensetrack.measures import money
from licensetrack.measures.catalogue import MEASURES
from licensetrack.measures.question import Question
from licensetrack.measures.reading import Reading
from licensetrack.procurement import budgets, contracts, projects
from licensetrack.procurement.budgets import POST, REVERSE
from licensetrack.procurement.contract_models import Project
from licensetrack.procurement.models import BudgetEntry
from licensetrack.web import bought_words, wording
from licensetrack.web.access import actor, needs
from licensetrack.web.acts import perform
from licensetrack.web.asked import as_of, known_at
from licensetrack.web.budget_forms import CorrectionForm, EntryForm, ReversalForm
from licensetrack.web.exports import export_table, record_download

budget = Blueprint("budget", __name__, url_prefix="/budget")

READ = "procurement:read"
FIGURES = tuple(f"budget.{name}" for name in (*money.COLUMNS, "execution_rate"))


@budget.get("")
@needs(READ)
def page() -> ResponseReturnValue:
    """Six figures as of a day, what they are made of, and every entry behind them."""
    require_city(actor(), READ)
    asked = Question(as_of(), known_at())
    with reading() as db:
        look = Reading(db, asked)
        entries = look.entries
        year = entries[-1].on.year if entries else asked.as_of.year
        return render_template(
            "budget/page.html",
            asked=asked,
            year=year,
            names=FIGURES,
            values={name: MEASURES[name].read(look) for name in FIGURES},
            entries=entries,
            by_source=money.parts(entries, "source"),
            by_project=money.parts(entries, "project_id"),
            projects=projects.projects(db, year),
            about=(about := _about(db)),
            source_name=lambda source: wording.word(bought_words.SOURCES, source),
            project_name=lambda number: _project_name(about["projects"].get(number)),
            words=bought_words,
        )


@budget.get("/export.<any(xlsx, csv):form>")
@needs("exchange:export")
def export(form: str) -> Response:
    """The budget ledger of the year as a file that can be loaded again."""
    require_city(actor(), READ)
    asked = Question(as_of(), known_at())
    with reading() as db:
        rows = [ledger_cells("budget", row) for row in budget_rows(db, money.entries(db, asked))]
    record_download("exchange:export", "list:budget", format=form, as_of=asked.as_of)
    return export_table(form, gettext("Budget ledger"), ledger_columns("budget"), rows)


@budget.get("/entries/new")
@needs(POST)
def new() -> ResponseReturnValue:
    """Where an entry is typed in."""
    return _entry_page(EntryForm(None))


@budget.post("/entries/new")
@needs(POST)
def post() -> ResponseReturnValue:
    """Adds an entry."""
    form = _offering(EntryForm())

    def act() -> str:
        entry = budgets.post_entry(form.line(), actor=actor(), paper=form.scan())
        return url_for("budget.one", entry_id=entry.id)

    return perform(form, act, lambda: _entry_page(form))


@budget.get("/entries/<int:entry_id>")
@needs(READ)
def one(entry_id: int) -> ResponseReturnValue:
    """One entry: what it states, its paper, and whether it still stands."""
    return _page(entry_id, ReversalForm(None))


@budget.post("/entries/<int:entry_id>/reverse")
@needs(REVERSE)
def reverse(entry_id: int) -> ResponseReturnValue:
    """Takes an entry back."""
    form = ReversalForm()

    def act() -> str:
        budgets.reverse_entry(_entry(entry_id), actor=actor(), reason=form.reason.data or "")
        return url_for("budget.one", entry_id=entry_id)

    return perform(form, act, lambda: _page(entry_id, form))


@budget.get("/entries/<int:entry_id>/correct")
@needs(REVERSE)
def look_again(entry_id: int) -> ResponseReturnValue:
    """Where an entry is put right."""
    form = CorrectionForm(None)
    form.fill(_entry(entry_id))
    return _entry_page(form, entry_id)


@budget.post("/entries/<int:entry_id>/correct")
@needs(REVERSE)
def correct(entry_id: int) -> ResponseReturnValue:
    """Takes an entry back and posts it right; it keeps its paper where no other one comes along."""
    form = _offering(CorrectionForm())

    def act() -> str:
        wrong = _entry(entry_id)
        right = budgets.correct_entry(
            wrong, form.line(), actor=actor(), reason=form.reason.data or "", document_id=wrong.document_id,
            place=wrong.place, paper=form.scan(),
        )  # fmt: skip
        return url_for("budget.one", entry_id=right.id)

    return perform(form, act, lambda: _entry_page(form, entry_id))


def _entry(entry_id: int) -> BudgetEntry:
    require_city(actor(), READ)
    with reading() as db:
        return budgets.entry_at(db, entry_id)


def _offering(form: EntryForm) -> Any:
    with reading() as db:
        form.offer(db)
    return form


def _entry_page(form: EntryForm, entry_id: int | None = None) -> str:
    entry = None if entry_id is None else _entry(entry_id)
    return render_template("budget/entry_form.html", form=_offering(form), entry=entry)


def _page(entry_id: int, form: ReversalForm) -> str:
    entry = _entry(entry_id)
    with reading() as db:
        story = budgets.story_of(db, entry)
        return render_template(
            "budget/entry.html",
            entry=entry,
            story=story,
            reversal=next((one for one in story if one.reverses_id == entry.id), None),
            form=form,
            about=_about(db),
            words=bought_words,
        )


def _project_name(project: Project | None) -> str:
    return gettext("No project") if project is None else f"{project.code} {project.name}"


def _about(db: Session) -> dict[str, dict[int, Any]]:
    """What entries point at, by its id."""
    return {
        "projects": {one.id: one for one in projects.projects(db)},
        "contracts": {one.id: one for one in contracts.contracts(db)},
        "terms": {one.id: one for one in contracts.terms(db)},
    }
