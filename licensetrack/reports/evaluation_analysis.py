"""Chapter 四: what was found of every indicator, what it scored and why."""

from __future__ import annotations

from collections.abc import Iterator

from licensetrack.performance.sheet import Group, ScoredIndicator
from licensetrack.reports.document import Block, Heading, Paragraph
from licensetrack.reports.evaluation_text import Texts, place_of, verdict
from licensetrack.reports.wording import Span


def analysis(branch: Group, texts: Texts) -> Iterator[Block]:
    """The level-2 groups of a branch under headings 1. 2. 3., their indicators under （1） （2） （3）."""
    for number, group in enumerate(branch.groups, 1):
        yield Heading(3, f"{number}.{group.name}")
        for position, leaf in enumerate(group.indicators, 1):
            yield Heading(4, f"（{position}）{leaf.name}")
            yield Paragraph(_finding(leaf, texts))
    for position, leaf in enumerate(branch.indicators, 1):
        yield Heading(3, f"{position}.{leaf.name}")
        yield Paragraph(_finding(leaf, texts))


def _finding(leaf: ScoredIndicator, texts: Texts) -> tuple[Span, ...]:
    spans: list[Span] = (
        list(texts.spans(leaf.facts, place_of(leaf, "事实"))) if leaf.facts else list(_result(leaf, texts))
    )
    place = place_of(leaf, "得分")
    if leaf.score is None:
        spans += texts.spans(f"该指标分值{{weight.{leaf.code}}}分，尚未评分。", place)
    else:
        spans += texts.spans(f"该指标分值{{weight.{leaf.code}}}分，得分{{score.{leaf.code}}}分。", place)
    spans.append(verdict(leaf, texts).removeprefix("【假设】"))
    return tuple(spans)


def _result(leaf: ScoredIndicator, texts: Texts) -> tuple[Span, ...]:
    """Target and value in words, where the evaluator has told no facts."""
    place = place_of(leaf, "实际完成值")
    unit = "" if leaf.unit in ("%", "％") else leaf.unit
    sentence = f"年度指标值为“{leaf.target_text}”，实际完成情况为“{leaf.value_text or '—'}”。"
    if leaf.value is not None and leaf.target is not None:
        sign = "" if leaf.nature == "=" else leaf.nature
        sentence = f"年度指标值为{sign}{{target.{leaf.code}}}{unit}，实际完成值为{{value.{leaf.code}}}{unit}" + (
            f"，完成率{{completion.{leaf.code}}}。" if leaf.completion is not None else "。"
        )
    elif leaf.value is not None:
        sentence = f"未设定年度指标值，实际完成值为{{value.{leaf.code}}}{unit}。"
    return texts.spans(sentence, place)
