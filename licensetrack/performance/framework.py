"""The indicator framework as data: a tree of three levels that an office edits in a TOML file, checked before use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from licensetrack.core.columns import canonical_json
from licensetrack.core.digests import digest
from licensetrack.core.errors import NotFound, Refused
from licensetrack.performance.file_tables import FileError, Table, read_toml
from licensetrack.performance.framework_rules import check_branch, check_indicator, check_weights
from licensetrack.performance.rules.scoring import ELEMENTS, RULES, ScoringRule
from licensetrack.performance.rules.settings import Settings
from licensetrack.performance.sheet import TargetVersion

FOLDER = Path(__file__).parent / "library"
SIGNS = {">=": "≥", ">": ">", "=": "=", "<=": "≤", "<": "<", "qualitative": "定性"}
HUNDRED = Decimal(100)
EVALUATION = "evaluation"
KINDS = (EVALUATION, "self-assessment")


@dataclass(frozen=True)
class Indicator:
    """A level-3 indicator: what it weighs, what is to be reached, what it reads, how it scores, what proves it."""

    code: str
    name: str
    weight: Decimal
    nature: str
    targets: tuple[TargetVersion, ...]
    target_from: str
    target_text: str
    target_source: str
    unit: str
    measure: str
    per: str
    rule: ScoringRule
    settings: Settings
    rule_text: str
    definition: str
    points: tuple[str, ...]
    formula: str
    evidence: tuple[str, ...]
    wanted_evidence: tuple[str, ...] = ()

    def target_on(self, day: dt.date) -> TargetVersion | None:
        """The version of the target that holds on a day."""
        valid = [version for version in self.targets if version.start <= day]
        return max(valid, key=lambda version: version.start) if valid else None


@dataclass(frozen=True)
class Targets:
    """An indicator's target on a day: the one that holds, all that held until then (oldest first), those to come."""

    current: TargetVersion | None
    history: tuple[TargetVersion, ...]
    ahead: tuple[TargetVersion, ...]


@dataclass(frozen=True)
class Branch:
    """A level-1 or level-2 indicator: the weights below it add up to its own."""

    code: str
    name: str
    level: int
    weight: Decimal
    branches: tuple[Branch, ...]
    indicators: tuple[Indicator, ...]

    def leaves(self) -> Iterator[Indicator]:
        """Every level-3 indicator below, in the file's order."""
        for branch in self.branches:
            yield from branch.leaves()
        yield from self.indicators


@dataclass(frozen=True)
class Framework:
    """A whole framework; `data` is the file's content, from which the same framework can be read again.

    `year` is empty in one of the library that belongs to no year yet.
    """

    code: str
    name: str
    kind: str
    year: int | None
    source: str
    grades: tuple[tuple[str, Decimal], ...]
    over: Decimal
    under: Decimal
    branches: tuple[Branch, ...]
    data: Mapping[str, Any]

    def leaves(self) -> Iterator[Indicator]:
        """Every level-3 indicator, in the file's order."""
        for branch in self.branches:
            yield from branch.leaves()

    def digest(self, algorithm: str) -> str:
        """The digest of the content; equal files have equal digests whatever their layout."""
        return digest(canonical_json(self.data), algorithm)


def targets_of(found: Framework, as_of: dt.date) -> dict[str, Targets]:
    """The targets of every indicator on a day, by its code: what holds, what held before, what is to come."""
    answer = {}
    for leaf in found.leaves():
        until = tuple(version for version in leaf.targets if version.start <= as_of)
        answer[leaf.code] = Targets(leaf.target_on(as_of), until, leaf.targets[len(until) :])
    return answer


def library() -> list[str]:
    """The codes of the frameworks that come with the program."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load(code: str) -> Framework:
    """A framework of the library. Raises NotFound, FileError."""
    if code not in library():
        raise NotFound("There is no framework “%(code)s”.", code=code)
    return read(FOLDER / f"{code}.toml")


def read(path: Path) -> Framework:
    """A framework from a TOML file. Raises FileError that names the file, the node and what is wrong with it."""
    return framework(read_toml(path), path.name)


def framework(data: Mapping[str, Any], place: str = "framework", *, whole: bool = True) -> Framework:
    """A framework from its content, checked: weights at every level, codes, rules, measures. Raises FileError.

    One that is not `whole` yet, a draft, may have weights that do not add up, and targets that are still to be set; all
    else must be right. Targets may lack, too, where the framework belongs to no year but to the library.
    """
    top = Table(data, place)
    grades = tuple((grade.text("name"), grade.number("from")) for grade in top.tables("grades"))
    top.demand(
        bool(grades) and list(grades) == sorted(grades, key=lambda grade: -grade[1]) and grades[-1][1] == 0,
        "the grades must go from the best down to 0",
    )
    triggers = top.table("triggers")
    year = top.number("year", None)
    top.demand(year is None or year in range(2000, 2100), "“%(field)s” must be a year such as 2024", field="year")
    found = Framework(
        code=top.text("code"), name=top.text("name"), kind=top.text("kind"), year=None if year is None else int(year),
        source=top.text("source", ""),
        grades=grades, over=triggers.number("over"), under=triggers.number("under"),
        branches=tuple(_branch(table, 1, whole and year is not None) for table in top.tables("level1")), data=data,
    )  # fmt: skip
    top.demand(
        found.kind in KINDS, "its kind %(kind)s is not one of %(kinds)s", kind=found.kind, kinds=", ".join(KINDS)
    )
    if whole:
        for branch in found.branches:
            check_branch(top, branch)
        check_weights(top, HUNDRED, found.branches)
    codes = [code for branch in found.branches for code in _codes(branch)]
    for code in codes:
        plain = code.isascii() and code.isalnum() and len(code) <= 20
        top.demand(plain, "the code %(code)s is not made of letters and digits", code=code)
        top.demand(codes.count(code) == 1, "the code %(code)s appears twice", code=code)
    top.close()
    return found


def _branch(table: Table, level: int, whole: bool) -> Branch:
    table.rename("code", "name")
    lower = table.tables(f"level{level + 1}")
    branch = Branch(
        code=table.text("code"), name=table.text("name"), level=level, weight=table.number("weight"),
        branches=tuple(_branch(one, level + 1, whole) for one in lower) if level == 1 else (),
        indicators=tuple(_indicator(one, whole) for one in lower) if level == 2 else (),
    )  # fmt: skip
    table.demand(branch.weight >= 0, "its weight must not be negative")
    table.close()
    return branch


def _codes(branch: Branch) -> Iterator[str]:
    yield branch.code
    for lower in branch.branches:
        yield from _codes(lower)
    for indicator in branch.indicators:
        yield indicator.code


def _indicator(table: Table, whole: bool) -> Indicator:
    table.rename("code", "name")
    rule_code = table.text("rule")
    table.demand(rule_code in RULES, "there is no scoring rule %(rule)s; there are %(rules)s", rule=rule_code,
                 rules=", ".join(RULES))  # fmt: skip
    indicator = Indicator(
        code=table.text("code"), name=table.text("name"), weight=table.number("weight"), nature=table.text("nature"),
        targets=_targets(table), target_from=table.text("target_from", ""), target_text=table.text("target_text", ""),
        target_source=table.text("target_source", ""), unit=table.text("unit", ""), measure=table.text("measure", ""),
        per=table.text("per", ""), rule=RULES[rule_code], settings=_settings(table, RULES[rule_code]),
        rule_text=table.text("rule_text"), definition=table.text("definition"), points=table.texts("points"),
        formula=table.text("formula", ""), evidence=table.texts("evidence"),
        wanted_evidence=table.texts("wanted_evidence"),
    )  # fmt: skip
    table.demand(
        indicator.nature in SIGNS, "its nature %(nature)s is not one of %(natures)s", nature=indicator.nature,
        natures=", ".join(SIGNS),
    )  # fmt: skip
    check_indicator(table, indicator, whole=whole)
    table.close()
    return indicator


def _targets(table: Table) -> tuple[TargetVersion, ...]:
    """One `target`, which always held, or `targets` with the day each holds from."""
    plain = table.number("target", None)
    versions = [
        TargetVersion(
            one.number("value"), one.day("from"), one.text("author"), one.text("document", ""), one.text("reason", ""),
            one.text("paper", ""),
        )
        for one in table.tables("targets")
    ]  # fmt: skip
    table.demand(plain is None or not versions, "give either `target` or `targets`, not both")
    if plain is not None:
        versions = [TargetVersion(plain, dt.date.min, "", table.text("target_source", ""), "")]
    starts = [version.start for version in versions]
    table.demand(len(set(starts)) == len(starts), "two targets hold from the same day")
    table.demand(all(version.value >= 0 for version in versions), "a target must not be negative")
    versions.sort(key=lambda version: version.start)
    told = all(version.reason and (version.document or version.paper) for version in versions[1:])
    table.demand(told, "a target that replaces another needs its document and its reason")
    return tuple(versions)


def _settings(table: Table, rule: ScoringRule) -> Settings:
    """The rule's parameters, which stand in `scoring`; the indicator's own points are the elements to be met."""
    data = table.moved("steps", "pass_mark") | table.plain("scoring")
    if rule.basis == ELEMENTS:
        data.setdefault("elements", table.texts("points"))
    try:
        return rule.read(data)
    except Refused as refusal:
        raise FileError(table.place, refusal.message, **refusal.values) from None
