"""The evaluation as it is read: all that a page or a printed report needs, from the frozen snapshot or a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from licensetrack.performance.sheet_lines import Month, Part, SetLine, UnitLine

Value = int | Decimal | None


@dataclass(frozen=True)
class Header:
    """Who, what, when: the lines above every form. `lead`, `goal` and `achievement` are sentence templates."""

    title: str
    year: int
    project: str
    project_code: str
    project_class: str
    authority: str
    implementer: str
    fund_source: str
    period_start: dt.date
    period_end: dt.date
    author: str
    phone: str
    basis: tuple[str, ...]
    methods: tuple[str, ...]
    lead: str
    goal: str
    achievement: str
    note: str


@dataclass(frozen=True)
class FrozenFigure:
    """A figure. `unit` is the measures' msgid (or "points", ""); `behind` names the measures that it comes from."""

    name: str
    label: str
    unit: str
    value: Value
    behind: tuple[str, ...]


@dataclass(frozen=True)
class TargetVersion:
    """What was to be reached from a day on; targets are adjusted in mid-year, and both stand in the report.

    `paper` is the digest of the stored document, where there is one.
    """

    value: Decimal
    start: dt.date
    author: str
    document: str
    reason: str
    paper: str = ""


@dataclass(frozen=True)
class Evidence:
    """A stored paper behind the figures, by its digest (SHA-256)."""

    name: str
    digest: str
    size: int


@dataclass(frozen=True)
class EvidencePaper:
    """A file that proves an indicator: `proves` holds the indicators' codes, each with the kind of evidence wanted
    there that the file is (empty for none). `evidence_class` is one of evidence_rules.CLASSES.
    """

    number: str
    title: str
    evidence_class: str
    name: str
    kind: str
    digest: str
    size: int
    document_number: str
    document_date: dt.date | None
    proves: tuple[tuple[str, str], ...]

    @property
    def indicators(self) -> tuple[str, ...]:
        """The codes of the indicators, each once."""
        return tuple(dict.fromkeys(code for code, _ in self.proves))


@dataclass(frozen=True)
class ScoredIndicator:
    """A level-3 indicator with its result.

    `targets` are those that held until the day, the oldest first. `target_text`, `value_text` are ready to print
    (≥4000个CPU, 4375个CPU); `nature` is ≥ > = ≤ < or 定性.
    `facts`, `reason` and `explanation` are sentence templates over the sheet's figures. `measure` is None where nothing
    is measured; `per` names a second measure where the value is the first as a percentage of it. `deviation` is over,
    under or None; `band` achieved, partial, missed or empty. `assumption` says that the score rests on an assumption,
    which the report has to state. `score` counts: it is the reviewed one where a reviewer set it with
    `review_reason`, and `own_score` is the unit's; `lowered` are points taken off because the target was too low.
    `remedy` (a template too) is what `owner` does until `due` about lost points.
    """

    code: str
    name: str
    level1: str
    level2: str
    weight: Decimal
    nature: str
    target: Decimal | None
    target_text: str
    target_source: str
    targets: tuple[TargetVersion, ...]
    unit: str
    value: Value
    value_text: str
    completion: Decimal | None
    deviation: str | None
    score: Decimal | None
    band: str
    reason: str
    explanation: str
    assumption: bool
    facts: str
    evidence: tuple[str, ...]
    evidence_wanted: tuple[str, ...]
    definition: str
    points: tuple[str, ...]
    formula: str
    rule: str
    rule_text: str
    measure: str | None
    per: str | None
    own_score: Decimal | None = None
    review_reason: str = ""
    reviewer: str = ""
    lowered: Decimal = Decimal(0)
    remedy: str = ""
    owner: str = ""
    due: dt.date | None = None

    @property
    def lost(self) -> Decimal:
        """Points deducted; the whole weight while there is no score."""
        return self.weight - (self.score or Decimal(0))


@dataclass(frozen=True)
class Group:
    """A level-1 indicator with its level-2 groups, or a level-2 indicator with its indicators."""

    code: str
    name: str
    level: int
    weight: Decimal
    score: Decimal
    groups: tuple[Group, ...]
    indicators: tuple[ScoredIndicator, ...]

    def leaves(self) -> Iterator[ScoredIndicator]:
        """Every level-3 indicator below, in the framework's order."""
        for group in self.groups:
            yield from group.leaves()
        yield from self.indicators


@dataclass(frozen=True)
class Section:
    """A heading of the report (level 1 一、 to 4 （1）) and the paragraph templates beneath it.

    `insert` names what the report builder sets after the paragraphs: one of INSERTS, or `analysis:A` for the
    indicators of the level-1 branch A.
    """

    level: int
    title: str
    paragraphs: tuple[str, ...]
    insert: str


INSERTS = (
    "funds",
    "goals",
    "score_summary",
    "score_table",
    "coverage_chart",
    "trend_chart",
    "district_chart",
    "category_chart",
    "problems",
    "remedies",
)


@dataclass(frozen=True)
class Step:
    """One step of the evaluation's life: who took it and when."""

    action: str
    login: str
    name: str
    at: dt.datetime
    note: str = ""


@dataclass(frozen=True)
class EvaluationSheet:
    """A whole evaluation. `frozen` tells whether it is the signed snapshot (then `digest` proves it) or a preview.

    `total` counts; `own_total` is the sum of the unit's own scores (empty in what was signed before there were any).
    `traces` maps every measure to its rows as they were counted; days in them are dates again, `value`, `numerator` and
    `denominator` numbers. It is empty when the sheet was asked for without traces.
    """

    kind: str
    year: int
    version: int
    stage: str
    frozen: bool
    digest: str | None
    as_of: dt.date
    known_at: dt.datetime
    signed_at: dt.datetime | None
    steps: tuple[Step, ...]
    framework: str
    framework_name: str
    framework_digest: str
    grades: tuple[tuple[str, Decimal], ...]
    header: Header
    total: Decimal
    grade: str
    indicators: tuple[Group, ...]
    figures: Mapping[str, FrozenFigure]
    sections: tuple[Section, ...]
    by_district: tuple[Part, ...]
    by_category: tuple[Part, ...]
    by_month: tuple[Month, ...]
    units: tuple[UnitLine, ...]
    sets: tuple[SetLine, ...]
    evidence: tuple[Evidence, ...]
    trace_digests: Mapping[str, str]
    traces: Mapping[str, tuple[dict[str, Any], ...]]
    papers: tuple[EvidencePaper, ...] = ()
    own_total: Decimal | None = None

    def is_reviewed(self) -> bool:
        """Whether a reviewer set a score of their own somewhere, so that both have to be shown."""
        return any(leaf.review_reason for leaf in self.leaves())

    def leaves(self) -> Iterator[ScoredIndicator]:
        """Every level-3 indicator, in the framework's order."""
        for group in self.indicators:
            yield from group.leaves()

    def indicator(self, code: str) -> ScoredIndicator:
        """The level-3 indicator of that code. Raises KeyError."""
        for leaf in self.leaves():
            if leaf.code == code:
                return leaf
        raise KeyError(code)
