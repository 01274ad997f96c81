"""What is wrong with a ledger, said so that a person can put a finger on the cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Translate = Callable[[str], str]

ROW_PART = "row %(row)s"
COLUMN_PART = "column %(column)s"
HEADED_COLUMN_PART = "column %(column)s (%(heading)s)"
VALUE_PART = "“%(value)s”"
MORE_PROBLEMS = "%(count)s more cells of this file are wrong; they are not listed."


class Term(str):
    """A value of a message that is itself a message: it is translated before it is filled in."""

    __slots__ = ()


def as_written(message: str) -> str:
    """The language of the source: English, unchanged."""
    return message


def in_words(rule: str, values: Mapping[str, object], translate: Translate = as_written) -> str:
    """The rule in the reader's language with its values filled in."""
    text = translate(rule)
    if not values:
        return text
    return text % {name: translate(value) if isinstance(value, Term) else value for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class Bad:
    """What a cell's reader answers instead of a value: the rule that the cell breaks (an English msgid) and its
    values."""

    rule: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, and where.

    `row` counts from 1 as a spreadsheet program shows it, `column` is the letter; both are empty when the whole sheet
    or file is meant. `rule` is an English gettext msgid with ``%(name)s`` placeholders, `values` fills them. A
    warning stops nothing.
    """

    file: str
    rule: str
    values: Mapping[str, object] = field(default_factory=dict)
    sheet: str = ""
    row: int | None = None
    column: str = ""
    heading: str = ""
    value: str = ""
    severity: Literal["error", "warning"] = "error"

    def text(self, translate: Translate = as_written) -> str:
        """The broken rule in words, without the place."""
        return in_words(self.rule, self.values, translate)

    def line(self, translate: Translate = as_written) -> str:
        """One line for a terminal: file · sheet · row · column · value: rule"""
        place = [self.file]
        if self.sheet and self.sheet != self.file:
            place.append(self.sheet)
        if self.row is not None:
            place.append(translate(ROW_PART) % {"row": self.row})
        if self.column:
            part = HEADED_COLUMN_PART if self.heading else COLUMN_PART
            place.append(translate(part) % {"column": self.column, "heading": self.heading})
        if self.value:
            place.append(translate(VALUE_PART) % {"value": self.value})
        return f"{' · '.join(place)}: {self.text(translate)}"

    def as_dict(self, translate: Translate = as_written) -> dict[str, Any]:
        """The same for JSON; `row` is null and the texts are empty where they do not apply."""
        return {
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "heading": self.heading,
            "value": self.value,
            "rule": self.text(translate),
            "severity": self.severity,
        }


class Unreadable(Exception):
    """A file, or a sheet of it, that is not read at all; carries the rule it breaks and the place, if it has one."""

    def __init__(
        self, rule: str, *, sheet: str = "", row: int | None = None, column: str = "", value: str = "", **values: object
    ) -> None:
        super().__init__(rule % values if values else rule)
        self.rule = rule
        self.values = values
        self.sheet = sheet
        self.row = row
        self.column = column
        self.value = value

    def problem(self, file: str) -> Problem:
        """The same as a line of the list that the user sees."""
        return Problem(file, self.rule, self.values, self.sheet, self.row, self.column, value=self.value)


def column_letter(index: int) -> str:
    """The letter of a column, counted from 0: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
