"""What changed after an evaluation's values were read: figures then and now, the entries that did it, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from licensetrack.accounts.permissions import allows
from licensetrack.core.db import reading
from licensetrack.core.errors import NotFound
from licensetrack.core.pages import rows_of_page
from licensetrack.measures.catalogue import MEASURES
from licensetrack.measures.question import Question
from licensetrack.performance import differences, queries
from licensetrack.performance.differences import ALLOCATION, ChangedRow, LateEntry
from licensetrack.performance.stages import SIGNED
from licensetrack.web import wording
from licensetrack.web.access import actor, needs
from licensetrack.web.digits import page_asked
from licensetrack.web.draft_desk import trace_address
from licensetrack.web.evaluations import see_all
from licensetrack.web.shown import day

changed = Blueprint("evaluations_changed", __name__, url_prefix="/evaluations")

PAGE_SIZE = 100


@changed.get("/<int:evaluation_id>/differences")
@needs("performance:read")
def index(evaluation_id: int) -> ResponseReturnValue:
    """Every figure that changed and every entry that moved one; `figure` in the address shows those of one figure."""
    see_all()
    with reading() as db:
        found = queries.evaluation(db, evaluation_id)
        told = differences.differences(db, found)
    wanted = request.args.get("figure", "")
    entries = [one for one in told.entries if not wanted or wanted in one.moves]
    shown, place = rows_of_page(entries, page_asked(), PAGE_SIZE)
    return render_template(
        "evaluations/differences.html", found=found, told=told, entries=shown, count=len(entries), page=place.page,
        last=place.last,
        wanted=wanted if wanted in MEASURES else "", entry_word=entry_word, SIGNED=SIGNED, ALLOCATION=ALLOCATION,
        trace=lambda name: trace_address(found, name), counted=_counted(told.entries),
    )  # fmt: skip


@changed.get("/<int:evaluation_id>/differences/<name>")
@needs("performance:read")
def rows(evaluation_id: int, name: str) -> ResponseReturnValue:
    """The rows behind one figure that came, went or count otherwise by now."""
    see_all()
    if name not in MEASURES:
        raise NotFound("There is no such figure.")
    with reading() as db:
        found = queries.evaluation(db, evaluation_id)
        frozen = found.id if found.stage == SIGNED else None
        stated = queries.figures_of(found)
        if name not in stated:  # the measure is younger than the evaluation
            raise NotFound("There is no such figure.")
        made = differences.changed_rows(db, found, name, frozen)
        present = MEASURES[name].value(db, Question(found.as_of))
    shown, place = rows_of_page(made, page_asked(), PAGE_SIZE)
    return render_template(
        "evaluations/difference.html", found=found, measure=MEASURES[name], rows=shown, count=len(made),
        page=place.page, last=place.last, figure_then=stated[name], figure_now=present, row_words=row_words, part=part,
        then=trace_address(found, name), sees_sets=allows(actor(), "allocation:read"),
    )  # fmt: skip


def _counted(entries: Sequence[LateEntry]) -> dict[str, int]:
    """Measure → how many entries move it."""
    found: dict[str, int] = {}
    for entry in entries:
        for name in entry.moves:
            found[name] = found.get(name, 0) + 1
    return found


def entry_word(entry: LateEntry) -> str:
    """What an entry does, in words."""
    return wording.word(wording.ACTIONS if entry.ledger == ALLOCATION else wording.BUDGET_KINDS, entry.action)


def row_words(row: ChangedRow) -> list[str]:
    """A row in words: whose it is, when it happened."""
    shown = row.shown
    words = [str(shown[name]) for name in ("unit", "summary", "kind") if shown.get(name)]
    return [*words, *(day(shown[name]) for name in ("on", "accepted_on") if shown.get(name))]


def part(row: dict[str, Any] | None) -> Any:
    """What one row adds: its value, or its share of a rate as numerator and denominator."""
    if row is None:
        return None
    return row["value"] if "value" in row else (row["numerator"], row["denominator"])
