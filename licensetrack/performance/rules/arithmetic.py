"""Formulas and conditions that an office writes: read into a tree of numbers, names and signs; nothing is executed.

A formula may hold decimals, percentages (60%), names, + - × ÷ (or * /), parentheses, min, max, abs; a condition
compares two of them with ≥ > = ≤ < and joins comparisons with “and”, “or” (且, 或). There are no powers and no loops,
and a text has at most 500 signs, so that reading and counting always end soon.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from types import MappingProxyType
from typing import Any

from licensetrack.core.errors import Refused

LONGEST, DEEPEST = 500, 40
Names = Mapping[str, Decimal | None]
Node = Callable[[Mapping[str, Decimal]], Any]  # a Decimal, or whether a condition holds

_TOKEN = re.compile(r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d][\w.]*)|(?P<sign>>=|<=|[-+*/()<>=,%]))")
_SAME = str.maketrans({"×": "*", "÷": "/", "（": "(", "）": ")", "，": ",", "％": "%", "－": "-", "＋": "+", "＝": "="})
_WORDS = {"且": "and", "或": "or"}

_ADD: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {"+": operator.add, "-": operator.sub}
_MULTIPLY: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {"*": operator.mul, "/": operator.truediv}
_COMPARE: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    ">=": operator.ge, ">": operator.gt, "=": operator.eq, "<=": operator.le, "<": operator.lt,
}  # fmt: skip
_FUNCTIONS: Mapping[str, Callable[..., Decimal]] = MappingProxyType({"min": min, "max": max, "abs": abs})


class NoNumber(Refused):
    """A formula has no result with these figures: it divides by zero, or the number is too large."""


@dataclass(frozen=True)
class Expression:
    """A formula, or a condition where `is_condition`, that was read; `names` are those that it uses."""

    text: str
    names: frozenset[str]
    is_condition: bool
    _compute: Node

    def compute(self, names: Names) -> Decimal | bool:
        """The number, or whether the condition holds. Raises NoNumber; every name must have a value."""
        made: Decimal | bool
        known = {name: value for name in self.names if (value := names.get(name)) is not None}
        try:
            with localcontext():
                made = self._compute(known)
        except ArithmeticError:
            raise NoNumber("“%(formula)s” has no result with these figures.", formula=self.text) from None
        return made


class _Reader:
    """Reads from the left to the right; each method gives a node and whether it is a truth or a number."""

    def __init__(self, text: str) -> None:
        self.text, self.names, self._depth = text, set[str](), 0
        self._tokens = list(self._split(text.translate(_SAME).replace("≥", ">=").replace("≤", "<=")))

    def _split(self, text: str) -> list[tuple[str, str]]:
        tokens, place, text = [], 0, text.rstrip()
        while place < len(text):
            found = _TOKEN.match(text, place)
            if found is None:
                raise self.refused(text[place:].strip()[:1])
            kind = found.lastgroup or ""
            word = _WORDS.get(found[kind], found[kind])
            tokens.append(("sign" if word in ("and", "or") else kind, word))
            place = found.end()
        return tokens[::-1]

    def refused(self, sign: str) -> Refused:
        """The refusal that names the sign which cannot stand there."""
        if not sign:
            return Refused("“%(formula)s” ends too soon.", formula=self.text)
        return Refused("“%(formula)s” cannot be read at “%(sign)s”.", formula=self.text, sign=sign)

    def next_is(self, *signs: str) -> str:
        """The next sign if it is one of these, which is then taken; else an empty text."""
        if self._tokens and self._tokens[-1][0] == "sign" and self._tokens[-1][1] in signs:
            return self._tokens.pop()[1]
        return ""

    def demand(self, holds: object) -> None:
        """Raises Refused at the next sign unless it holds."""
        if not holds:
            raise self.refused(self._tokens[-1][1] if self._tokens else "")

    def whole(self) -> tuple[Node, bool]:
        """The whole text as one node."""
        made = self.either()
        self.demand(not self._tokens)
        return made

    def either(self) -> tuple[Node, bool]:
        """Conditions of which one has to hold."""
        node, truth = self.both()
        while self.next_is("or"):
            other, also = self.both()
            self.demand(truth and also)
            node = _or(node, other)
        return node, truth

    def both(self) -> tuple[Node, bool]:
        """Conditions that all have to hold."""
        node, truth = self.comparison()
        while self.next_is("and"):
            other, also = self.comparison()
            self.demand(truth and also)
            node = _and(node, other)
        return node, truth

    def comparison(self) -> tuple[Node, bool]:
        """Two numbers with a sign between them, or one number alone."""
        node, truth = self.row(_ADD, lambda: self.row(_MULTIPLY, self.signed))
        sign = self.next_is(*_COMPARE)
        if not sign:
            return node, truth
        other, also = self.row(_ADD, lambda: self.row(_MULTIPLY, self.signed))
        self.demand(not truth and not also)
        return _two(_COMPARE[sign], node, other), True

    def row(
        self, signs: Mapping[str, Callable[[Decimal, Decimal], Decimal]], part: Callable[[], tuple[Node, bool]]
    ) -> tuple[Node, bool]:
        """Parts with signs of one rank between them, counted from the left."""
        node, truth = part()
        while sign := self.next_is(*signs):
            other, also = part()
            self.demand(not truth and not also)
            node = _two(signs[sign], node, other)
        return node, truth

    def signed(self) -> tuple[Node, bool]:
        """A part that may carry a minus; how deep parts lie in each other has an end."""
        self._depth += 1
        self.demand(self._depth <= DEEPEST)
        if self.next_is("-"):
            node, truth = self.signed()
            self.demand(not truth)
            made: tuple[Node, bool] = (lambda names: -node(names)), False
        else:
            made = self.atom()
        self._depth -= 1
        return made

    def atom(self) -> tuple[Node, bool]:
        """A number, a name, a function with its arguments, or something in parentheses."""
        if self.next_is("("):
            made = self.either()
            self.demand(self.next_is(")"))
            return made
        self.demand(self._tokens and self._tokens[-1][0] in ("number", "name"))
        kind, word = self._tokens.pop()
        if kind == "number":
            number = Decimal(word) / 100 if self.next_is("%") else Decimal(word)
            return (lambda names: number), False
        if word in _FUNCTIONS:
            return self.arguments(_FUNCTIONS[word]), False
        self.names.add(word)
        return (lambda names: names[word]), False

    def arguments(self, function: Callable[..., Decimal]) -> Node:
        """What a function is given: one number for abs, two or more for min and max."""
        self.demand(self.next_is("("))
        parts: list[Node] = []
        while not parts or self.next_is(","):
            node, truth = self.row(_ADD, lambda: self.row(_MULTIPLY, self.signed))
            self.demand(not truth)
            parts.append(node)
        self.demand((len(parts) == 1) == (function is abs))
        self.demand(self.next_is(")"))
        return lambda names: function(*(part(names) for part in parts))


def _two(sign: Callable[..., Decimal | bool], one: Node, other: Node) -> Node:
    return lambda names: sign(one(names), other(names))


def _and(one: Node, other: Node) -> Node:
    return lambda names: bool(one(names)) and bool(other(names))


def _or(one: Node, other: Node) -> Node:
    return lambda names: bool(one(names)) or bool(other(names))


def read_expression(text: str) -> Expression:
    """A formula or condition from its text. Raises Refused that names the sign which cannot stand there."""
    if len(text) > LONGEST:
        raise Refused("A formula has at most %(most)s signs.", most=LONGEST)
    reader = _Reader(text)
    node, truth = reader.whole()
    return Expression(text, frozenset(reader.names), truth, node)
