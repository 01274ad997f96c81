"""Sentences with bound numbers: fills templates from figures and refuses every number that was typed by hand.

A template is Chinese prose with four marks:

====================================  ==========================================================================
``{virtualization.accepted_cpus}``    the bound figure, as a sentence writes it: 4375
``{budget.spent:table}``              the bound figure with thousands separators: 7,515.00
``{units.served=124}``                a number typed by hand and pinned to a figure: the build fails if they differ
``{=4000|approved target}``           a number that no figure carries, with the reason why it may stand here
====================================  ==========================================================================

Any other digit fails the build, except where it names rather than counts: dates and years, document numbers such as
〔2020〕10号, list numbers, 第3条, 附件1, and names with Latin letters (GB/T 9704-2012, SM3).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from licensetrack.core.errors import DomainError
from licensetrack.reports.numbers import UNIT_WORDS, Figure, Style, printable


class WordingError(DomainError):
    """A number in the text of a document cannot stand as it is; `values["place"]` names where."""


class UnboundNumber(WordingError):
    """A number was typed into the text instead of being taken from a figure."""

    def __init__(self, place: str, text: str) -> None:
        super().__init__(
            "%(place)s: the number “%(text)s” is typed by hand; bind it to a figure", place=place, text=text
        )


class NumberMismatch(WordingError):
    """A number typed by hand differs from the figure that it stands for."""

    def __init__(self, place: str, text: str, name: str, bound: str) -> None:
        super().__init__(
            "%(place)s: the text says “%(text)s”, but %(name)s is %(bound)s",
            place=place,
            text=text,
            name=name,
            bound=bound,
        )


class UnknownFigure(WordingError):
    """A template asks for a figure that this document does not have."""

    def __init__(self, place: str, name: str) -> None:
        super().__init__("%(place)s: there is no figure named “%(name)s”", place=place, name=name)


class BadTemplate(WordingError):
    """A mark in a template cannot be read."""

    def __init__(self, place: str, text: str) -> None:
        super().__init__("%(place)s: cannot read the mark “%(text)s”", place=place, text=text)


class FigureText(NamedTuple):
    """A figure inside a sentence, in the style that it is printed there."""

    figure: Figure
    style: Style = Style.PROSE

    def __str__(self) -> str:
        return self.figure.text(self.style)


Span = str | FigureText

_MARK = re.compile(r"\{([^{}]*)\}")
_BOUND = re.compile(r"(?P<name>[a-z][\w.-]*)(?::(?P<style>prose|table))?")
_PINNED = re.compile(r"(?P<name>[a-z][\w.-]*)=(?P<typed>-?[\d,]+(?:\.\d+)?)%?")
_LITERAL = re.compile(r"=(?P<text>[^|]*\d[^|]*)\|(?P<reason>[^|]*\S[^|]*)")

_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_NAMES_NOT_COUNTS = re.compile(
    r"\d{4}\s*年|\d{4}[-—至]\d{4}\s*年|\d{1,2}\s*月|\d{1,2}\s*日|\d{4}[-./]\d{1,2}[-./]\d{1,2}"
    r"|[〔\[]\d{4}[〕\]]\s*第?\d+\s*号"
    r"|第\s*\d{1,3}\s*[条款项章节号页批期次]|[（(]\d{1,2}[)）]|(?:附件|附表|表|图)\s*\d{1,2}(?!\d)"
    r"|(?:GB/T|GB|GM/T|ISO|DB)\s?\d[\d.-]*|(?<![A-Za-z])(?!CPU)[A-Za-z][A-Za-z/._-]*\d[A-Za-z0-9./-]*"
)
_LIST_NUMBER = re.compile(r"\A\s*\d{1,2}\s*[.．、]")
_UNITS_BY_WORD = sorted(
    ((word, unit) for unit, words in UNIT_WORDS.items() for word in words), key=lambda pair: -len(pair[0])
)


def sentence(template: str, figures: Mapping[str, Figure], place: str) -> tuple[Span, ...]:
    """The spans of a sentence: text, and figures that stay bound to their names.

    `place` says where the sentence stands ("四（三）1") and is part of every refusal: UnboundNumber, NumberMismatch,
    UnknownFigure, BadTemplate.
    """
    spans: list[Span] = []
    around: list[str] = []  # the sentence with every mark replaced, to look at the digits that are left
    at = 0
    for mark in _MARK.finditer(template):
        spans.append(template[at : mark.start()])
        span = _span(mark.group(1), figures, place)
        spans.append(span)
        around += [template[at : mark.start()], "\0"]
        at = mark.end()
    spans.append(template[at:])
    around.append(template[at:])
    _refuse_typed_numbers("".join(around), place)
    return tuple(span for span in spans if span != "")


def checked_text(text: str, figures: Mapping[str, Figure], place: str) -> tuple[Span, ...]:
    """Text that an office wrote itself (a reason, an experience): marks are filled as in `sentence`, and a number
    before a unit word must be the value of some figure of that unit.

    Numbers without a unit word are left alone: the words are the author's. Raises as `sentence` does.
    """
    plain = _MARK.sub("\0", text)
    for match in _NUMBER.finditer(plain):
        rest = plain[match.end() :].lstrip(" 余多")
        unit = next((unit for word, unit in _UNITS_BY_WORD if rest.startswith(word)), None)
        if unit is None:
            continue
        typed = Decimal(match.group().replace(",", ""))
        if not any(figure.unit is unit and figure.value == typed for figure in figures.values()):
            raise UnboundNumber(place, match.group() + rest[:3])
    spans: list[Span] = []
    for index, part in enumerate(_MARK.split(text)):
        if part:
            spans.append(_span(part, figures, place) if index % 2 else part)
    return tuple(spans)


def plain(spans: tuple[Span, ...]) -> str:
    """The sentence as it is read."""
    return printable("".join(str(span) for span in spans))


def _span(mark: str, figures: Mapping[str, Figure], place: str) -> Span:
    if literal := _LITERAL.fullmatch(mark):
        return literal["text"]
    if pinned := _PINNED.fullmatch(mark):
        figure = _figure(pinned["name"], figures, place)
        if figure.value != Decimal(pinned["typed"].replace(",", "")):
            raise NumberMismatch(place, pinned["typed"], figure.name, figure.text())
        return FigureText(figure)
    if bound := _BOUND.fullmatch(mark):
        return FigureText(_figure(bound["name"], figures, place), Style(bound["style"] or "prose"))
    raise BadTemplate(place, "{" + mark + "}")


def _figure(name: str, figures: Mapping[str, Figure], place: str) -> Figure:
    try:
        return figures[name]
    except KeyError:
        raise UnknownFigure(place, name) from None


def _refuse_typed_numbers(text: str, place: str) -> None:
    left = _NAMES_NOT_COUNTS.sub("\0", _LIST_NUMBER.sub("", text))
    if typed := _NUMBER.search(left):
        raise UnboundNumber(place, left[typed.start() : typed.end() + 4].split("\0")[0])
