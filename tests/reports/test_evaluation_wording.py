"""No number in the evaluation's texts is typed by hand: one that differs from its figure stops the report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from licensetrack.performance.sentences import NumberMismatch, UnboundNumber, UnknownFigure
from licensetrack.performance.sheet import EvaluationSheet, Group, ScoredIndicator
from licensetrack.reports.evaluation import evaluation_document


def with_paragraph(sheet: EvaluationSheet, title: str, paragraph: str) -> EvaluationSheet:
    """The sheet with one more paragraph under a heading."""
    sections = tuple(
        replace(section, paragraphs=(*section.paragraphs, paragraph)) if title in section.title else section
        for section in sheet.sections
    )
    return replace(sheet, sections=sections)


def with_leaf(sheet: EvaluationSheet, code: str, **changes: object) -> EvaluationSheet:
    """The sheet with one indicator changed."""

    def changed(leaf: ScoredIndicator) -> ScoredIndicator:
        return replace(leaf, **changes) if leaf.code == code else leaf  # type: ignore[arg-type]

    def walked(group: Group) -> Group:
        groups = tuple(walked(lower) for lower in group.groups)
        return replace(group, groups=groups, indicators=tuple(changed(leaf) for leaf in group.indicators))

    return replace(sheet, indicators=tuple(walked(group) for group in sheet.indicators))


def test_a_number_pinned_to_a_figure_must_equal_it(sheet: EvaluationSheet) -> None:
    wrong = with_paragraph(sheet, "项目实施情况", "覆盖{units.served=123}家单位。")
    with pytest.raises(NumberMismatch) as refused:
        evaluation_document(wrong)
    assert refused.value.values["place"] == "一、3.项目实施情况 第3段"
    assert "123" in str(refused.value)
    assert "124" in str(refused.value)


def test_a_pinned_number_that_is_right_is_printed(sheet: EvaluationSheet) -> None:
    evaluation_document(with_paragraph(sheet, "项目实施情况", "覆盖{units.served=124}家单位。"))


def test_a_number_without_a_figure_is_refused(sheet: EvaluationSheet) -> None:
    with pytest.raises(UnboundNumber, match=r"一、\(?.*项目绩效目标.*4375"):
        evaluation_document(with_paragraph(sheet, "项目绩效目标", "完成4375个CPU。"))


@pytest.mark.parametrize("part", ["facts", "reason", "explanation"])
def test_an_evaluator_s_texts_are_held_to_the_same_rule(sheet: EvaluationSheet, part: str) -> None:
    with pytest.raises(UnboundNumber, match="C11 虚拟化软件授权数量"):
        evaluation_document(with_leaf(sheet, "C11", **{part: "完成4380个CPU。"}))


@pytest.mark.parametrize("part", ["goal", "achievement", "lead", "note"])
def test_so_are_the_texts_above_the_form(sheet: EvaluationSheet, part: str) -> None:
    header = replace(sheet.header, **{part: "不少于{target.C99}个CPU。"})  # type: ignore[arg-type]
    with pytest.raises(UnknownFigure, match=r"target\.C99"):
        evaluation_document(replace(sheet, header=header))
