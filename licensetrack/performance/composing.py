"""Composing the sheet: framework, marks, results and what was gathered become the one object that all outputs read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from licensetrack.performance.framework import SIGNS, Branch, Framework
from licensetrack.performance.naming import all_figures, with_grade
from licensetrack.performance.reviews import Review
from licensetrack.performance.rules.grading import completion
from licensetrack.performance.scorecard import Result, grade_of, own_total_of, target_text, total_of
from licensetrack.performance.sheet import (
    EvaluationSheet,
    Evidence,
    Group,
    ScoredIndicator,
    Step,
)  # fmt: skip
from licensetrack.performance.sheet_lines import Month, Part, SetLine, UnitLine
from licensetrack.performance.working_paper import Mark, WorkingPaper


@dataclass(frozen=True)
class Run:
    """What the evaluation's own row says."""

    kind: str
    year: int
    version: int
    stage: str
    as_of: dt.date
    known_at: dt.datetime
    signed_at: dt.datetime | None
    framework_digest: str
    steps: tuple[Step, ...]


def compose(
    run: Run,
    framework: Framework,
    paper: WorkingPaper,
    results: Sequence[Result],
    content: Mapping[str, Any],
    trace_digests: Mapping[str, str],
) -> EvaluationSheet:
    """The sheet, without traces; `content` is what `gather` gave, with the evidence as `papers`."""
    listed = list(results)
    graded = grade_of(framework, listed)
    return EvaluationSheet(
        kind=run.kind, year=run.year, version=run.version, stage=run.stage, frozen=False, digest=None,
        as_of=run.as_of, known_at=run.known_at, signed_at=run.signed_at, steps=run.steps,
        framework=framework.code, framework_name=framework.name, framework_digest=run.framework_digest,
        grades=framework.grades, header=paper.header, total=total_of(listed), own_total=own_total_of(listed),
        grade=graded,        indicators=_tree(framework, listed, run.as_of),
        figures={figure.name: figure for figure in all_figures(framework, listed, content)},
        sections=tuple(with_grade(section, graded) for section in paper.sections),
        by_district=tuple(Part(**part) for part in content["by_district"]),
        by_category=tuple(Part(**part) for part in content["by_category"]),
        by_month=tuple(Month(**month) for month in content["by_month"]),
        units=tuple(UnitLine(**line) for line in content["units"]),
        sets=tuple(_set_line(line) for line in content["sets"]),
        evidence=tuple(Evidence(**paper_) for paper_ in content["evidence"]),
        trace_digests=dict(trace_digests), traces={}, papers=tuple(content.get("papers", ())),
    )  # fmt: skip


def _set_line(line: Mapping[str, Any]) -> SetLine:
    kept = {name: value for name, value in line.items() if name not in ("accepted_sets", "accepted_cpus")}
    return SetLine(**kept, accepted=bool(line["accepted_sets"]))


def _tree(framework: Framework, results: list[Result], day: dt.date) -> tuple[Group, ...]:
    by_code = {result.indicator.code: result for result in results}
    return tuple(_group(branch, by_code, (), day) for branch in framework.branches)


def _group(branch: Branch, by_code: Mapping[str, Result], above: tuple[str, ...], day: dt.date) -> Group:
    names = (*above, branch.name)
    indicators = tuple(_line(by_code[indicator.code], names, day) for indicator in branch.indicators)
    groups = tuple(_group(lower, by_code, names, day) for lower in branch.branches)
    parts = [group.score for group in groups] + [line.score or Decimal(0) for line in indicators]
    return Group(branch.code, branch.name, branch.level, branch.weight, sum(parts, Decimal(0)), groups, indicators)


def _reason(mark: Mark, review: Review | None) -> str:
    """Why points are missing: the unit's words, and the reviewer's after them."""
    if review is None:
        return mark.reason
    own = mark.reason.rstrip("。；")
    return f"{own}；审核意见：{review.reason}" if own else review.reason


def _line(result: Result, names: tuple[str, ...], day: dt.date) -> ScoredIndicator:
    indicator, mark = result.indicator, result.mark
    value, review = result.value, result.review
    return ScoredIndicator(
        code=indicator.code, name=indicator.name, level1=names[0], level2=names[1], weight=indicator.weight,
        nature=SIGNS[indicator.nature], target=result.target, target_text=target_text(indicator, result.target, day),
        target_source=indicator.target_source, unit=indicator.unit, value=value,
        targets=tuple(version for version in indicator.targets if version.start <= day),
        value_text=result.value_text,
        completion=None if value is None else completion(Decimal(value), result.target),
        deviation=result.deviation, score=result.score, own_score=result.own_score, lowered=mark.deduct,
        review_reason="" if review is None else review.reason, reviewer="" if review is None else review.name,
        band=mark.band, reason=_reason(mark, review),
        explanation=mark.explanation, assumption=mark.assumption, facts=mark.facts, evidence=mark.evidence,
        evidence_wanted=indicator.evidence, definition=indicator.definition, points=indicator.points,
        formula=indicator.formula, rule=indicator.rule.code, rule_text=indicator.rule_text,
        measure=indicator.measure or None, per=indicator.per or None, remedy=mark.remedy, owner=mark.owner,
        due=mark.due,
    )  # fmt: skip
