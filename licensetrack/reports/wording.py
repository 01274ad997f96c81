"""Sentences with bound numbers as documents print them; how they are taken apart, says `performance.sentences`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from licensetrack.performance.sentences import taken_apart
from licensetrack.reports.numbers import Figure, Style, printable


class FigureText(NamedTuple):
    """A figure inside a sentence, in the style that it is printed there."""

    figure: Figure
    style: Style = Style.PROSE

    def __str__(self) -> str:
        return self.figure.text(self.style)


Span = str | FigureText


def sentence(template: str, figures: Mapping[str, Figure], place: str) -> tuple[Span, ...]:
    """The spans of a sentence: text, and figures that stay bound to their names.

    `place` says where the sentence stands ("四（三）1") and is part of every refusal: sentences.WordingError.
    """
    pieces = taken_apart(template, figures, place)
    return tuple(
        piece if isinstance(piece, str) else FigureText(figures[piece.name], Style(piece.style)) for piece in pieces
    )


def plain(spans: tuple[Span, ...]) -> str:
    """The sentence as it is read."""
    return printable("".join(str(span) for span in spans))
