"""Chapters 六 to 八: a problem for every indicator that lost points, what is done about it, and what else there is."""

from __future__ import annotations

from dataclasses import replace

from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.document import Block, Heading, Paragraph, Table
from licensetrack.reports.evaluation import evaluation_document
from licensetrack.reports.evaluation_problems import NOTHING_LOST
from tests.reports.test_evaluation_wording import with_leaf


def chapter(sheet: EvaluationSheet, number: str) -> list[Block]:
    """The blocks under a heading of level 1."""
    blocks = evaluation_document(sheet).blocks
    start = next(at for at, one in enumerate(blocks) if isinstance(one, Heading) and one.text.startswith(f"{number}、"))
    rest = blocks[start + 1 :]
    end = next((at for at, one in enumerate(rest) if isinstance(one, Heading) and one.level == 1), len(rest))
    return list(rest[:end])


def texts(blocks: list[Block]) -> list[str]:
    return [block.text for block in blocks if isinstance(block, Heading | Paragraph)]


def test_the_lost_point_of_the_sample_year_is_a_problem_with_its_cause(sheet: EvaluationSheet) -> None:
    told = texts(chapter(sheet, "六"))
    assert told[1] == "（一）绩效指标明确性"
    assert "分值3分，得分2分，扣1分。原因分析：云管理软件授权数量未设定" in told[2]
    assert len(told) == 3


def test_its_remedy_stands_with_owner_and_day(sheet: EvaluationSheet) -> None:
    table = next(block for block in chapter(sheet, "七") if isinstance(block, Table))
    row = next(iter(table.rows))
    assert row[1] == "绩效指标明确性"
    assert "逐项设定可衡量的年度指标值" in str(row[3])
    assert row[4:] == ("深圳市大数据资源管理中心", "2025年10月31日")
    assert "八、其他需要说明的问题" in texts(list(evaluation_document(sheet).blocks))


def test_every_loss_is_a_problem_and_what_nobody_said_is_open(sheet: EvaluationSheet) -> None:
    leaf = sheet.indicator("C12")
    lost = with_leaf(sheet, "C12", score=leaf.weight - 1, reason="", explanation="")
    told = texts(chapter(lost, "六"))
    assert [text for text in told if text.startswith("（")] == ["（一）绩效指标明确性", f"（二）{leaf.name}"]
    assert told[-1].endswith("原因尚未说明。")
    table = next(block for block in chapter(lost, "七") if isinstance(block, Table))
    assert list(table.rows)[1][3:] == ("待定", "待定", "待定")


def test_a_full_score_has_no_problem(sheet: EvaluationSheet) -> None:
    full = with_leaf(sheet, "A22", score=sheet.indicator("A22").weight)
    assert NOTHING_LOST in texts(chapter(full, "六"))
    assert not [block for block in chapter(full, "七") if isinstance(block, Table)]


def test_what_was_signed_before_there_were_these_chapters_prints_as_it_was(sheet: EvaluationSheet) -> None:
    older = replace(sheet, sections=sheet.sections[:-3])
    assert not [text for text in texts(list(evaluation_document(older).blocks)) if "存在的问题及原因分析" in text]
