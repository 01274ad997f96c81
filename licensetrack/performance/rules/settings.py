"""What a framework may set of a scoring rule: its parameters by name, checked, as a file and a form carry them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from licensetrack.core.errors import Refused
from licensetrack.performance.rules.arithmetic import read_expression
from licensetrack.performance.rules.methods import FIVE_GRADES
from licensetrack.performance.rules.values import HUNDRED, PASS_MARK, ZERO, Step

NUMBER, TEXT, TEXTS, NUMBERS, STEPS, NAMED = "number", "text", "texts", "numbers", "steps", "named"
Named = tuple[tuple[str, Decimal], ...]
MOST_ROWS = 50
# The words by which a formula speaks of its own indicator, in either language.
OWN_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "value": "value", "target": "target", "weight": "weight",
        "实际值": "value", "指标值": "target", "权重": "weight", "分值": "weight",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """The parameters of a rule; empty ones leave it as the regulation has it. PARAMETERS says what each of them is."""

    steps: tuple[Step, ...] = ()
    pass_mark: Decimal = PASS_MARK
    elements: tuple[str, ...] = ()
    formula: str = ""
    conditions: Named = ()
    constants: Named = ()
    bands: Named = ()
    faults: Named = ()
    scale: tuple[Decimal, ...] = FIVE_GRADES

    def names_used(self) -> frozenset[str]:
        """Every name that its formula and conditions take from outside: the indicator's own words and measures."""
        texts = [*filter(None, [self.formula]), *(text for text, _ in self.conditions)]
        return frozenset[str]().union(*(read_expression(text).names for text in texts)) - {
            name for name, _ in self.constants
        }


@dataclass(frozen=True)
class Parameter:
    """One parameter: the kind of its content, and its sentence, an English msgid. A `needed` one has no default."""

    name: str
    kind: str
    title: str
    needed: bool = False


_ALL = (
    Parameter("steps", STEPS, "Steps: from this value on, this percentage of the weight; the highest first"),
    Parameter("pass_mark", NUMBER, "The pass mark in percent of the target"),
    Parameter("elements", TEXTS, "The elements, one a line; without them the indicator's own points count"),
    Parameter("formula", TEXT, "The formula that gives the points", needed=True),
    Parameter("conditions", NAMED, "Conditions and the percentage of the weight of each; the first that holds counts",
              needed=True),
    Parameter("constants", NAMED, "Names of numbers that formula and conditions use"),
    Parameter("bands", NAMED, "Bands and the percentage of the weight each begins with; the best first", needed=True),
    Parameter("faults", NAMED, "Kinds of faults and the points each costs", needed=True),
    Parameter("scale", NUMBERS, "What an answer of each grade is worth in percent; the best grade first"),
)  # fmt: skip
PARAMETERS: Mapping[str, Parameter] = MappingProxyType({one.name: one for one in _ALL})


@dataclass(frozen=True)
class _Reader:
    """One parameter's content, from a file or from the JSON of an earlier evaluation, where decimals are texts."""

    name: str
    value: Any

    def number(self, value: Any) -> Decimal:
        try:
            if isinstance(value, bool | float):
                raise TypeError
            number = Decimal(value)
        except (InvalidOperation, TypeError, ValueError):
            raise Refused("“%(field)s” must be a number, not %(value)s", field=self.name, value=value) from None
        if not number.is_finite():
            raise Refused("“%(field)s” must be a number, not %(value)s", field=self.name, value=value)
        return number

    def text(self, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise Refused("“%(field)s” must be a text", field=self.name)
        return value.strip()

    def rows(self, width: int = 1) -> Sequence[Any]:
        listed = isinstance(self.value, list | tuple) and len(self.value) <= MOST_ROWS
        if not listed or (
            width == 2 and not all(isinstance(row, list | tuple) and len(row) == width for row in self.value)
        ):
            raise Refused(
                "“%(field)s” must be a list of at most %(most)s lines, each of %(width)s parts", field=self.name,
                most=MOST_ROWS, width=width,
            )  # fmt: skip
        rows: Sequence[Any] = self.value
        return rows

    def read(self, kind: str) -> Any:
        match kind:
            case "number":
                return self.number(self.value)
            case "text":
                return self.text(self.value)
            case "texts":
                return tuple(self.text(one) for one in self.rows())
            case "numbers":
                return tuple(self.number(one) for one in self.rows())
            case "steps":
                return tuple((self.number(start), self.number(share)) for start, share in self.rows(2))
            case _:
                return tuple((self.text(name), self.number(value)) for name, value in self.rows(2))


def read_settings(allowed: Sequence[str], data: Mapping[str, Any]) -> Settings:
    """The settings from plain data, for a rule that takes the parameters `allowed`. Raises Refused at the parameter."""
    for name in data:
        if name not in allowed:
            raise Refused("the rule has no parameter “%(name)s”", name=name).at(name)
    made = {}
    for name in allowed:
        if name in data:
            try:
                made[name] = _Reader(name, data[name]).read(PARAMETERS[name].kind)
            except Refused as refusal:
                raise refusal.at(name) from None
        elif PARAMETERS[name].needed:
            raise Refused("the rule needs its parameter “%(name)s”", name=name).at(name)
    settings = Settings(**made)
    check_settings(settings)
    return settings


def check_settings(settings: Settings) -> None:
    """What each parameter must be, whatever the rule. Raises Refused at the parameter."""
    _check_falling("steps", [start for start, _ in settings.steps], [share for _, share in settings.steps])
    if not ZERO <= settings.pass_mark < HUNDRED:
        raise Refused("the pass mark must lie from 0 to below 100").at("pass_mark")
    _check_falling("bands", [start for _, start in settings.bands], [start for _, start in settings.bands])
    if settings.bands and settings.bands[-1][1] != ZERO:
        raise Refused("the last band must begin with 0").at("bands")
    for name, of in (("bands", settings.bands), ("faults", settings.faults), ("constants", settings.constants)):
        words = [word for word, _ in of]
        if len(set(words)) != len(words):
            raise Refused("“%(field)s”: a name stands there twice", field=name).at(name)
        if any(len(word) > (10 if name == "bands" else 80) for word in words):
            raise Refused("“%(field)s”: a name there is too long", field=name).at(name)
    if any(cost <= 0 for _, cost in settings.faults):
        raise Refused("a fault must cost more than nothing").at("faults")
    _check_shares("conditions", [share for _, share in settings.conditions])
    _check_shares("scale", settings.scale)
    if list(settings.scale) != sorted(settings.scale, reverse=True) or len(settings.scale) < 2:
        raise Refused("the scale must fall from grade to grade").at("scale")
    _check_expressions(settings)


def _check_falling(name: str, starts: Sequence[Decimal], shares: Sequence[Decimal]) -> None:
    if any(below >= above for above, below in pairwise(starts)):
        raise Refused("“%(field)s”: they must go from the highest down", field=name).at(name)
    _check_shares(name, shares)
    if any(below > above for above, below in pairwise(shares)):
        raise Refused("“%(field)s”: the shares must not rise on the way down", field=name).at(name)


def _check_shares(name: str, shares: Sequence[Decimal]) -> None:
    if any(not ZERO <= share <= HUNDRED for share in shares):
        raise Refused("“%(field)s”: the shares must lie from 0 to 100", field=name).at(name)


def _check_expressions(settings: Settings) -> None:
    if settings.formula and read_expression(settings.formula).is_condition:
        raise Refused("“%(formula)s” is a condition, not a number", formula=settings.formula).at("formula")
    for text, _ in settings.conditions:
        if not read_expression(text).is_condition:
            raise Refused("“%(formula)s” is a number, not a condition", formula=text).at("conditions")
    for name, _ in settings.constants:
        if name in OWN_NAMES or read_expression(name).names != {name}:
            raise Refused("“%(name)s” can not be the name of a number", name=name).at("constants")
