"""Reading a draft as it is being written: its parts, each with who typed it last, and everything that is still open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.core.errors import NotFound, Refused
from licensetrack.performance import queries, scorecard
from licensetrack.performance.draft_models import EvaluationPart
from licensetrack.performance.evidence_wanted import missing_evidence
from licensetrack.performance.framework import Framework
from licensetrack.performance.models import Evaluation
from licensetrack.performance.naming import all_figures, header_texts, texts_of, with_grade
from licensetrack.performance.scorecard import Result
from licensetrack.performance.sentences import check_sentences
from licensetrack.performance.typed import MARK, OpenPoint, Typed, read_parts, typed_parts


@dataclass(frozen=True)
class Part:
    """A part of a draft: what is typed, and how often and by whom it was changed; nobody yet where `edited_by` is
    empty.
    """

    place: str
    typed: Typed
    revision: int = 1
    edited_by: str = ""
    edited_at: dt.datetime | None = None


class Unfinished(Refused):
    """Something typed in the draft is missing or can not be read; `points` says what and where."""

    def __init__(self, points: Sequence[OpenPoint]) -> None:
        self.points = points
        super().__init__("The draft has %(count)s open points; the page of the draft lists them.", count=len(points))


@dataclass(frozen=True)
class Draft:
    """A draft as it stands: parts in the order of the pages, results of the indicators, what is open."""

    framework: Framework
    parts: Mapping[str, Part]
    results: Mapping[str, Result]
    points: tuple[OpenPoint, ...]

    def of(self, place: str) -> Part:
        """One part. Raises NotFound."""
        if place not in self.parts:
            raise NotFound("There is no such part of the draft.")
        return self.parts[place]

    def open_at(self, place: str) -> list[OpenPoint]:
        """What is open at one part."""
        return [point for point in self.points if point.place == place]


def parts_of(db: Session, found: Evaluation) -> dict[str, Part]:
    """Place → part; while nothing was typed on a page, what the draft's paper says."""
    query = select(EvaluationPart).where(EvaluationPart.evaluation_id == found.id).order_by(EvaluationPart.position)
    rows = db.scalars(query).all()
    if not rows:
        written = typed_parts(queries.framework_of(found), queries.paper_of(found))
        return {place: Part(place, typed) for place, typed in written.items()}
    return {row.place: Part(row.place, row.typed, row.revision, row.edited_by, row.edited_at) for row in rows}


def editors_of(db: Session, evaluation_id: int) -> set[str]:
    """The names of those who typed the newest text of a part."""
    query = select(EvaluationPart.edited_by).where(EvaluationPart.evaluation_id == evaluation_id)
    return set(db.scalars(query.distinct()))


def draft_of(db: Session, found: Evaluation) -> Draft:
    """The draft, with everything that it still lacks: what can not be read first, then what the scores want."""
    parts, framework = parts_of(db, found), queries.framework_of(found)
    results = queries.results_of(found)
    _, unread = read_parts(framework, found.year, found.as_of, {place: part.typed for place, part in parts.items()})
    lacking = [OpenPoint(f"{MARK}:{gap.code}", gap.field, gap.message) for gap in scorecard.gaps(results)]
    lacking += [
        OpenPoint(f"{MARK}:{gap.code}", "evidence", "This evidence is wanted and not there: %(wanted)s.",
                  {"wanted": gap.wanted})
        for gap in missing_evidence(db, found)
    ]  # fmt: skip
    told = {(point.place, point.field) for point in unread}
    lacking = [point for point in lacking if (point.place, point.field) not in told]
    order = {place: number for number, place in enumerate(parts)}
    points = sorted([*unread, *lacking], key=lambda point: order.get(point.place, len(order)))
    return Draft(framework, parts, {result.indicator.code: result for result in results}, tuple(points))


def check_written(db: Session, found: Evaluation) -> None:
    """Everything typed can be read, and nothing needed is empty. Raises Unfinished."""
    typed = {place: part.typed for place, part in parts_of(db, found).items()}
    _, points = read_parts(queries.framework_of(found), found.year, found.as_of, typed)
    if points:
        raise Unfinished(points)


def check_numbers(found: Evaluation) -> None:
    """Every number in the texts is a figure's, so that the report can be printed. Raises sentences.WordingError."""
    framework, paper, results = queries.framework_of(found), queries.paper_of(found), queries.results_of(found)
    listed = all_figures(framework, results, {"measures": queries.figures_of(found)})
    chapters = [with_grade(section, found.grade) for section in paper.sections]
    check_sentences(
        {figure.name: figure for figure in listed}, [*header_texts(paper.header), *texts_of(chapters, results)]
    )  # fmt: skip
