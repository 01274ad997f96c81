"""The evaluation report as its readers see it: chapters, score, charts, forms, annexes, and what it was made from."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import docx
import pytest
from pypdf import PdfReader

from licensetrack.performance.sheet import EvaluationSheet, Section, TargetVersion
from licensetrack.reports.chart_data import BulletChart, TrendChart
from licensetrack.reports.document import ChartBlock, Document, Heading, Paragraph, Signature, Table
from licensetrack.reports.evaluation import ANNEXES, DRAFT, balanced, evaluation_document
from licensetrack.reports.evaluation_chapters import chinese_number
from tests.reports.test_evaluation_wording import with_leaf


@pytest.fixture(scope="module")
def document(sheet: EvaluationSheet) -> Document:
    return evaluation_document(sheet)


def headings(document: Document, level: int) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Heading) and block.level == level]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_the_chapters_are_those_of_the_published_report(document: Document) -> None:
    assert headings(document, 1) == [
        "一、基本情况",
        "二、绩效评价工作开展情况",
        "三、综合评价情况及评价结论",
        "四、绩效评价指标分析",
        "五、主要经验及做法",
        "六、存在的问题及原因分析",
        "七、有关建议和改进措施",
        "八、其他需要说明的问题",
    ]


def test_headings_count_without_gaps_below_each_other(document: Document) -> None:
    counts = [0, 0, 0, 0]
    for block in document.blocks:
        if not isinstance(block, Heading):
            continue
        level = block.level
        counts[level - 1] += 1
        counts[level:] = [0] * (4 - level)
        chinese = chinese_number(counts[level - 1])
        start = (f"{chinese}、", f"（{chinese}）", f"{counts[2]}.", f"（{counts[3]}）")[level - 1]
        assert block.text.startswith(start), block.text


@pytest.mark.parametrize(("number", "text"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (21, "二十一")])
def test_headings_count_in_chinese(number: int, text: str) -> None:
    assert chinese_number(number) == text


def test_every_indicator_is_analyzed_in_chapter_four(sheet: EvaluationSheet, document: Document) -> None:
    names = [re.sub(r"^（\d+）", "", text) for text in headings(document, 4)]
    assert names == [leaf.name for leaf in sheet.leaves()]


def test_tables_and_figures_are_numbered_in_order_and_pointed_to(document: Document) -> None:
    text = "".join(block.text for block in document.blocks if isinstance(block, Paragraph))
    for sign, kind in (("表", Table), ("图", ChartBlock)):
        captions = [block.caption for block in document.blocks if isinstance(block, kind)]
        numbered = [caption for caption in captions if re.match(rf"{sign}\d", caption)]
        assert [caption.split(" ")[0] for caption in numbered] == [f"{sign}{n}" for n in range(1, len(numbered) + 1)]
        for caption in numbered:
            assert f"见{caption.split(' ')[0]}" in text


def test_the_total_is_99_graded_excellent_and_the_lost_point_s_place_is_an_assumption(pages: list[str]) -> None:
    text = squeezed("".join(pages))
    assert "项目总得分99分，评价等级为优" in text
    assert "本报告将所扣分数列于“绩效指标明确性”指标，系示例假设，并非已公开报告的结论" in text
    assert "标有【假设】的评分（绩效指标明确性）系假设" in text


def test_virtualization_is_held_against_its_target_and_months_show_each_product(document: Document) -> None:
    charts = [block.chart for block in document.blocks if isinstance(block, ChartBlock)]
    bullets = next(chart for chart in charts if isinstance(chart, BulletChart)).bullets
    assert [(bullet.value, bullet.target) for bullet in bullets] == [(4375, 4000), (20083, None)]
    panels = next(chart for chart in charts if isinstance(chart, TrendChart)).panels
    assert [(panel.name, panel.values[-1], panel.unit) for panel in panels] == [
        ("虚拟化软件", 4375, "个CPU"),
        ("云管理软件", 20083, "个CPU"),
        ("BMS", 6, "套"),
    ]


def test_the_annexes_follow_in_order_each_on_its_own_page(pages: list[str]) -> None:
    starts = []
    for number, title in enumerate(ANNEXES, 1):
        found = [n for n, page in enumerate(pages) if squeezed(page).startswith(f"—{n + 1}—附件{number}{title}")]
        assert len(found) == 1, title
        starts += found
    assert starts == sorted(starts)


def test_every_unit_and_every_set_is_listed(sheet: EvaluationSheet, pages: list[str]) -> None:
    text = "".join(pages)
    assert len(sheet.units) == 124
    assert len(sheet.sets) == 184
    for line in sheet.units:
        assert line.code in text
    for one in sheet.sets:
        assert f"{one.number}-验收单.pdf" in text


def test_table_headings_stand_on_every_page_of_a_list(pages: list[str]) -> None:
    listing = [page for page in pages if re.search(r"SQ-2024-\d{4}-验收单", page)]
    assert len(listing) > 5
    assert all("授权编号" in page and "验收材料" in page for page in listing)


def test_pages_are_numbered_one_by_one(pages: list[str]) -> None:
    for number, page in enumerate(pages, 1):
        assert f"—{number}—" in squeezed(page)


def test_bookmarks_lead_to_chapters_and_annexes(files: dict[str, bytes], document: Document) -> None:
    outline = PdfReader(BytesIO(files["pdf"])).outline
    titles = [entry.title for entry in outline if not isinstance(entry, list)]
    assert titles == headings(document, 1) + [f"附件{n} {title}" for n, title in enumerate(ANNEXES, 1)]


def test_the_form_has_the_rows_of_the_official_one(word_tables: list[list[list[str]]]) -> None:
    form = next(table for table in word_tables if table[0][0] == "项目名称")
    labels = [row[0].replace("\n", "") for row in form]
    assert labels[0] == "项目名称"
    assert labels[1] == "主管部门"
    assert labels[2:7] == ["项目资金（万元）"] * 5
    assert labels[7:9] == ["年度总体目标"] * 2
    assert set(labels[9:-2]) == {"绩效指标"}
    assert labels[-2:] == ["总分", "填表单位"]
    assert form[3][2:] == [
        "年度资金总额", "年度资金总额", "7,515.00", "7,515.00", "7,515.00", "7,515.00", "5", "100%", "5",
    ]  # fmt: skip


def test_the_unit_of_money_stands_above_the_form(word_text: str, pages: list[str], files: dict[str, bytes]) -> None:
    assert "单位：万元" in word_text
    assert any("项目支出绩效自评表" in page and "单位：万元" in page for page in pages)
    strings = zipfile.ZipFile(BytesIO(files["xlsx"])).read("xl/sharedStrings.xml").decode()
    assert "单位：万元" in strings


def test_a_lost_point_has_its_reason_in_form_and_score_table(word_tables: list[list[list[str]]]) -> None:
    form = next(table for table in word_tables if table[0][0] == "项目名称")
    row = next(row for row in form if "绩效指标明确性" in row)
    assert row[-1].startswith("【假设】扣1分。")
    assert row[-1].endswith("（详见评分表）")
    details = next(table for table in word_tables if "评分说明" in table[0])
    reason = next(row for row in details if "绩效指标明确性" in row)[8]
    assert "此处扣分系本示例的假设" in reason


def test_the_report_says_what_it_was_made_from(sheet: EvaluationSheet, word_tables: list[list[list[str]]]) -> None:
    facts = {row[0]: row[1] for row in word_tables[-1]}
    assert facts["评价基准日"] == "2024年12月31日"
    assert facts["报告版本"] == "第1版（已签发）"
    assert facts["评价快照摘要"].replace("\n", "") == sheet.digest
    assert facts["指标体系摘要"].replace("\n", "") == sheet.framework_digest
    assert [facts[action] for action in ("编制", "提交", "复核", "签发")] == [
        "潘评（pan）", "潘评（pan）", "饶核（rao）", "梅签（mei）",
    ]  # fmt: skip
    papers = next(table for table in word_tables if table[0][3:4] == ["摘要（SHA-256）"])
    assert [row[3].replace("\n", "") for row in papers[1:]] == [paper.digest for paper in sheet.evidence]


def test_word_has_real_headings_and_charts_that_can_be_edited(files: dict[str, bytes], document: Document) -> None:
    word = docx.Document(BytesIO(files["docx"]))
    real = [paragraph.text for paragraph in word.paragraphs if paragraph.style.name == "Heading 1"]  # type: ignore[union-attr]
    assert real == headings(document, 1)
    names = zipfile.ZipFile(BytesIO(files["docx"])).namelist()
    assert sum(bool(re.fullmatch(r"word/charts/chart\d+\.xml", name)) for name in names) >= 6


def test_a_draft_is_marked_as_one_and_carries_no_signature(sheet: EvaluationSheet) -> None:
    draft = replace(sheet, frozen=False, digest=None, signed_at=None, stage="reviewed")
    document = evaluation_document(draft)
    assert DRAFT in document.subtitle
    assert not any(isinstance(block, Signature) for block in document.blocks)


def test_an_indicator_that_has_no_score_yet_says_so(sheet: EvaluationSheet) -> None:
    figures = {name: figure for name, figure in sheet.figures.items() if name != "score.C12"}
    draft = replace(with_leaf(sheet, "C12", score=None, reason=""), figures=figures, frozen=False, signed_at=None)
    text = "".join(block.text for block in evaluation_document(draft).blocks if isinstance(block, Paragraph))
    assert "该指标分值5分，尚未评分。" in text


def test_an_indicator_without_facts_is_told_by_target_and_value(sheet: EvaluationSheet) -> None:
    document = evaluation_document(with_leaf(sheet, "C11", facts=""))
    text = "".join(block.text for block in document.blocks if isinstance(block, Paragraph))
    assert "年度指标值为≥4000个CPU，实际完成值为4375个CPU，完成率109.38%。该指标分值7分，得分7分。" in text


def test_a_target_adjusted_in_mid_year_is_shown_with_both_values(sheet: EvaluationSheet) -> None:
    first = TargetVersion(Decimal(3500), date(2024, 1, 1), "中心", "年初批复", "年初申报")
    second = TargetVersion(Decimal(4000), date(2024, 8, 20), "中心", "监控调整单", "需求增加")
    document = evaluation_document(with_leaf(sheet, "C11", targets=(first, second)))
    table = next(b for b in document.blocks if isinstance(b, Table) and b.caption.endswith("年度指标值调整情况"))
    values = [row[2] for row, _ in table.all_rows()]
    assert [getattr(value, "value", None) for value in values] == [3500, 4000]
    assert [row[1] for row, _ in table.all_rows()] == ["2024年1月1日", "2024年8月20日"]


def test_a_numberless_heading_above_a_chart_is_its_caption(document: Document) -> None:
    captions = [block.caption for block in document.blocks if isinstance(block, ChartBlock)]
    assert any(caption.endswith("授权单位的地区分布") for caption in captions)
    assert not any("地区分布" in text for level in (1, 2, 3, 4) for text in headings(document, level))


def test_an_unknown_insert_or_branch_is_refused(sheet: EvaluationSheet) -> None:
    for insert in ("analysis:Z", "horoscope"):
        sections = (Section(1, "一、概况", ("正文。",), insert),)
        with pytest.raises(ValueError, match=r"Z|horoscope"):
            evaluation_document(replace(sheet, sections=sections))


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("2024年度部门评价报告", "2024年度部门评价报告"),
        (
            "2024年度虚拟化软件和云管理软件场地授权项目部门评价报告",
            "2024年度虚拟化软件和云管理软件\n场地授权项目部门评价报告",
        ),
        ("已经分好行的\n标题", "已经分好行的\n标题"),
        ("甲" * 30, "甲" * 30),
    ],
)
def test_a_long_title_is_parted_between_words(title: str, lines: str) -> None:
    assert balanced(title) == lines


def test_the_list_of_annexes_stays_with_the_signature(pages: list[str]) -> None:
    last = next(page for page in pages if "附件：1." in page)
    assert all(f"{number}.{title}" in last for number, title in enumerate(ANNEXES, 1))
    assert re.search(r"\d{4}年\d{1,2}月\d{1,2}日\s*\Z", last.rstrip())
