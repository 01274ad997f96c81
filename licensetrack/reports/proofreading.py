"""Proofreading the texts of a draft: each is filled in as it will be printed; what can not stand is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from licensetrack.performance.naming import GRADE
from licensetrack.performance.scorecard import Result
from licensetrack.performance.sentences import WordingError
from licensetrack.performance.sheet import FrozenFigure
from licensetrack.reports.evaluation_words import figure_label, figure_order
from licensetrack.reports.numbers import NO_VALUE, Figure, Unit, printable
from licensetrack.reports.wording import FigureText, sentence


class Piece(NamedTuple):
    """A piece of a text as it is read; `name` is the figure's that it shows, empty for words."""

    text: str
    name: str = ""


class Proofreader:
    """The figures of one draft, and its texts filled with them as the report fills them."""

    def __init__(self, figures: Iterable[FrozenFigure], results: Iterable[Result], grade: str) -> None:
        ordered = sorted(figures, key=lambda figure: figure_order(figure.name))
        self.figures = {
            one.name: Figure(one.name, one.value, Unit(one.unit), figure_label(one), one.behind) for one in ordered
        }
        self.grade = grade or NO_VALUE
        for result in results:  # what is still missing is told at its indicator, not in every sentence that names it
            indicator = result.indicator
            missing = ["score", "lost"] if result.score is None else []
            if result.value is None and not indicator.measure:
                missing += ["value", "completion"] if result.target is not None else ["value"]
            for aspect in missing:
                name = f"{aspect}.{indicator.code}"
                label = figure_label(FrozenFigure(name, indicator.name, "", None, ()))
                self.figures.setdefault(name, Figure(name, None, Unit.PLAIN, label))

    def pieces(self, text: str, place: str, *, chapter: bool = False) -> list[Piece]:
        """One paragraph as it is read. Raises sentences.WordingError that names the place."""
        mark = "{" + GRADE + "}"
        found: list[Piece] = []
        for number, part in enumerate(text.split(mark) if chapter else [text]):  # only the chapters name the grade
            if number:
                found.append(Piece(self.grade, GRADE))
            for span in sentence(part, self.figures, place):
                name = span.figure.name if isinstance(span, FigureText) else ""
                found.append(Piece(printable(str(span)), name))
        return found

    def faults(self, texts: Iterable[str], place: str, *, chapter: bool = False) -> Iterator[WordingError]:
        """What can not stand: the first fault of each paragraph."""
        for text in texts:
            try:
                self.pieces(text, place, chapter=chapter)
            except WordingError as fault:
                yield fault
