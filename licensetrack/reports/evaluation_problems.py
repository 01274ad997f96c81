"""Chapters 六 and 七: a problem for every indicator that lost points, and what is done about it, by whom and when."""

from __future__ import annotations

from collections.abc import Iterator

from licensetrack.performance.sheet import EvaluationSheet, ScoredIndicator
from licensetrack.reports.document import Align, Column, Paragraph, Row, Table
from licensetrack.reports.evaluation_text import Texts, place_of
from licensetrack.reports.evaluation_words import long_day
from licensetrack.reports.numbers import Kind

NOTHING_LOST = "本次评价各项指标均得满分，没有扣分事项。"
OPEN = "待定"


def losing(sheet: EvaluationSheet) -> list[ScoredIndicator]:
    """The indicators that lost points, in the framework's order."""
    return [leaf for leaf in sheet.leaves() if leaf.score is not None and leaf.lost]


def problems(sheet: EvaluationSheet, texts: Texts) -> Iterator[tuple[str, Paragraph]]:
    """(title, what it lost and why) of each problem."""
    for leaf in losing(sheet):
        code = leaf.code
        lost = f"该指标分值{{weight.{code}}}分，得分{{score.{code}}}分，扣{{lost.{code}}}分。"
        why = (leaf.reason or leaf.explanation).removeprefix(f"扣{{lost.{code}}}分。")  # it stands just before
        cause = f"原因分析：{why}" if why else "原因尚未说明。"
        yield leaf.name, texts.paragraph(lost + cause, place_of(leaf, "存在的问题"))


def remedies_table(sheet: EvaluationSheet, texts: Texts, caption: str) -> Table:
    """What is done about each problem; what nobody has said yet reads 待定."""
    columns = (
        Column("序号", Kind.INDEX, 0.07),
        Column("存在问题的指标", width=0.2),
        Column("扣分", Kind.SCORE, 0.08, Align.CENTER),
        Column("改进措施", width=0.33),
        Column("责任单位（人）", width=0.16, align=Align.CENTER),
        Column("完成时限", width=0.16, align=Align.CENTER),
    )
    rows: list[Row] = [
        (
            number,
            leaf.name,
            texts[f"lost.{leaf.code}"],
            texts.plain(leaf.remedy, place_of(leaf, "改进措施")) or OPEN,
            leaf.owner or OPEN,
            long_day(leaf.due) if leaf.due else OPEN,
        )
        for number, leaf in enumerate(losing(sheet), 1)
    ]
    return Table(columns, rows, caption)
