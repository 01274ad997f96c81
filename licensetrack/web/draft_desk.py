"""A draft laid open for a page: its parts, the figures that its texts may name, and everything that is open in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import url_for
from sqlalchemy.orm import Session

from licensetrack.measures.catalogue import MEASURES
from licensetrack.performance import queries
from licensetrack.performance.drafts import Draft, draft_of
from licensetrack.performance.evidence_rules import INDICATOR, Target
from licensetrack.performance.models import Evaluation
from licensetrack.performance.naming import all_figures
from licensetrack.performance.sentences import WordingError
from licensetrack.performance.stages import DRAFT, SIGNED
from licensetrack.performance.typed import LISTS, MARK, SECTION, TEXTS, OpenPoint, Typed, kind_of, lines
from licensetrack.reports.proofreading import Piece, Proofreader
from licensetrack.web import draft_words as words
from licensetrack.web.evaluations import see_all
from licensetrack.web.wording import in_words


class Note(NamedTuple):
    """Something open, in words, with the address where it is mended."""

    place: str
    field: str
    text: str
    address: str


@dataclass(frozen=True)
class Desk:
    """A draft as its pages show it."""

    found: Evaluation
    draft: Draft
    proof: Proofreader

    def address(self, place: str, field: str = "") -> str:
        """The page of a part, at a field."""
        kind, _, key = place.partition(":")
        where: dict[str, Any] = {"evaluation_id": self.found.id, "_anchor": field or None}
        if kind == MARK:
            return url_for("evaluations_drafts.mark", code=key, **where)
        if kind == SECTION:
            return url_for("evaluations_texts.section", key=key, **where)
        return url_for("evaluations_drafts.header", **where)

    def notes(self) -> list[Note]:
        """Everything that is open, in the order of the pages."""
        return [note for place, part in self.draft.parts.items() for note in self.notes_at(place, part.typed)]

    def notes_at(self, place: str, typed: Typed) -> list[Note]:
        """What is open at one part."""
        found = [
            Note(place, point.field, words.point_text(point), self._mended_at(point))
            for point in self.draft.open_at(place)
        ]  # fmt: skip
        found += [
            Note(place, field, in_words(fault), self.address(place, field))
            for field, fault in self.faults_at(place, typed)
        ]  # fmt: skip
        return found

    def _mended_at(self, point: OpenPoint) -> str:
        """The field where it is typed; of a missing paper the form that takes it in, with what it has to prove."""
        wanted = point.values.get("wanted")
        if wanted is None:
            return self.address(point.place, point.field)
        code = point.place.partition(":")[2]
        target = Target(INDICATOR, code, self.found.framework_code, self.found.year, str(wanted))
        return url_for("evidence_acts.new") + f"?for={quote(target.address)}"

    def faults_at(self, place: str, typed: Typed) -> list[tuple[str, WordingError]]:
        """Numbers and names in the part's texts that can not be printed."""
        kind, label = kind_of(place), words.place_word(place, self.draft)
        return [
            (field, fault)
            for field in TEXTS[kind]
            for fault in self.proof.faults(paragraphs(typed, field), label, chapter=kind == SECTION)
        ]

    def read(self, place: str, typed: Typed) -> dict[str, list[list[Piece]]]:
        """Field → its paragraphs as they will be printed; one that can not be is shown as it was typed."""
        fields = TEXTS[kind_of(place)]
        return {field: [self._pieces(place, text) for text in paragraphs(typed, field)] for field in fields}

    def _pieces(self, place: str, text: str) -> list[Piece]:
        try:
            return self.proof.pieces(text, "", chapter=kind_of(place) == SECTION)
        except WordingError:
            return [Piece(text)]

    def rows_behind(self, name: str) -> str:
        """The address of the rows behind a figure; empty where it comes from weights and scores."""
        figure = self.proof.figures.get(name)
        name = next((one for one in (name, *(figure.behind if figure else ())) if one in MEASURES), "")
        return trace_address(self.found, name) if name else ""


def paragraphs(typed: Typed, field: str) -> list[str]:
    """The paragraphs of a text field; only a chapter has several."""
    text = typed.get(field, "")
    if field in LISTS:
        return lines(text)
    return [text] if text else []


def trace_address(found: Evaluation, name: str) -> str:
    """The rows behind a measure as the evaluation counted them."""
    return url_for("figures.rows", name=name, as_of=found.as_of.isoformat(), known_at=found.known_at.isoformat())


def opened(db: Session, evaluation_id: int) -> Desk:
    """The evaluation with its draft laid open. Raises NotFound."""
    see_all()
    found = queries.evaluation(db, evaluation_id)
    draft = draft_of(db, found)
    results = list(draft.results.values())
    if found.stage == SIGNED:  # as it was signed, whatever anything would say now
        figures = list(queries.load_snapshot(db, found, with_traces=False).figures.values())
    else:
        figures = all_figures(draft.framework, results, {"measures": queries.figures_of(found)})
    return Desk(found, draft, Proofreader(figures, results, found.grade))


def is_draft(desk: Desk) -> bool:
    """Whether it may still be written."""
    return desk.found.stage == DRAFT


def next_place(desk: Desk, place: str) -> str:
    """The place after this one; after the last, the first."""
    order = list(desk.draft.parts)
    return order[(order.index(place) + 1) % len(order)]
