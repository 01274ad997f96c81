"""Sentences with bound numbers: takes a template apart, and refuses every number that was typed by hand.

A template is Chinese prose with four marks:

====================================  ==========================================================================
``{virtualization.accepted_cpus}``    the bound figure, as a sentence writes it: 4375
``{budget.spent:table}``              the bound figure with thousands separators: 7,515.00
``{units.served=124}``                a number typed by hand and pinned to a figure: the build fails if they differ
``{=4000|approved target}``           a number that no figure carries, with the reason why it may stand here
====================================  ==========================================================================

Any other digit is refused, except where it names rather than counts: dates and years, document numbers such as
〔2020〕10号, list numbers, 第3条, 附件1, and names with Latin letters (GB/T 9704-2012, SM3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple, Protocol

from licensetrack.core.errors import Refused

PROSE = "prose"


class WordingError(Refused):
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


class Valued(Protocol):
    """Anything that carries a number."""

    @property
    def value(self) -> int | Decimal | None: ...


class Bound(NamedTuple):
    """The name of a figure inside a sentence, and the style that the template asks for: prose or table."""

    name: str
    style: str = PROSE


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


def taken_apart(template: str, figures: Mapping[str, Valued], place: str) -> list[str | Bound]:
    """The pieces of a sentence: text, and figures that stay bound.

    `place` says where the sentence stands ("四（三）1") and is part of every refusal: UnboundNumber, NumberMismatch,
    UnknownFigure, BadTemplate.
    """
    pieces: list[str | Bound] = []
    around: list[str] = []  # the sentence with every mark replaced, to look at the digits that are left
    at = 0
    for mark in _MARK.finditer(template):
        pieces += [template[at : mark.start()], _piece(mark.group(1), figures, place)]
        around += [template[at : mark.start()], "\0"]
        at = mark.end()
    pieces.append(template[at:])
    around.append(template[at:])
    _refuse_typed_numbers("".join(around), place)
    return [piece for piece in pieces if piece != ""]


def check_sentences(figures: Mapping[str, Valued], texts: Iterable[tuple[str, str]]) -> None:
    """Every number in the texts, given as (place, template), is a figure's. Raises WordingError at the first."""
    for place, template in texts:
        taken_apart(template, figures, place)


def _piece(mark: str, figures: Mapping[str, Valued], place: str) -> str | Bound:
    if literal := _LITERAL.fullmatch(mark):
        return literal["text"]
    if pinned := _PINNED.fullmatch(mark):
        figure = _figure(pinned["name"], figures, place)
        if figure.value != Decimal(pinned["typed"].replace(",", "")):
            raise NumberMismatch(place, pinned["typed"], pinned["name"], _written(figure.value))
        return Bound(pinned["name"])
    if bound := _BOUND.fullmatch(mark):
        _figure(bound["name"], figures, place)
        return Bound(bound["name"], bound["style"] or PROSE)
    raise BadTemplate(place, "{" + mark + "}")


def _figure(name: str, figures: Mapping[str, Valued], place: str) -> Valued:
    try:
        return figures[name]
    except KeyError:
        raise UnknownFigure(place, name) from None


def _written(value: int | Decimal | None) -> str:
    return "—" if value is None else f"{Decimal(value).normalize():f}"


def _refuse_typed_numbers(text: str, place: str) -> None:
    left = _NAMES_NOT_COUNTS.sub("\0", _LIST_NUMBER.sub("", text))
    if typed := _NUMBER.search(left):
        raise UnboundNumber(place, left[typed.start() : typed.end() + 4].split("\0")[0])
