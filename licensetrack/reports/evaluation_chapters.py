"""The chapters of the evaluation report: the sheet's sections with numbered headings, tables and charts in place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal, cast

from licensetrack.performance.sheet import EvaluationSheet, Group, Section
from licensetrack.reports.document import Block, ChartBlock, Heading, Paragraph, Table
from licensetrack.reports.evaluation_analysis import analysis
from licensetrack.reports.evaluation_charts import coverage_chart, trend_chart, units_chart
from licensetrack.reports.evaluation_problems import NOTHING_LOST, losing, problems, remedies_table
from licensetrack.reports.evaluation_tables import (
    adjustments_table,
    funds_table,
    goals_table,
    parts_table,
    score_summary,
    score_table,
)
from licensetrack.reports.evaluation_text import Texts

_NUMBER = re.compile(r"^\s*(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\d{1,2}[.．、]\s*|（\d{1,2}）)")
_DIGITS = "零一二三四五六七八九"
_CAPTIONS = {
    "funds": "项目资金投入和使用情况",
    "goals": "年度绩效指标及指标值",
    "score_summary": "综合评价得分情况",
    "score_table": "绩效评价指标评分表",
    "coverage_chart": "授权数量与年度指标值",
    "trend_chart": "授权验收按月累计情况",
    "district_chart": "授权单位的地区分布",
    "category_chart": "授权单位的类别分布",
    "remedies": "改进措施",
}
Level = Literal[1, 2, 3, 4]


def chinese_number(number: int) -> str:
    """一, 十, 十二, 二十一: 1 to 99, as headings count."""
    tens, ones = divmod(number, 10)
    lead = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return lead + (_DIGITS[ones] if ones or not tens else "")


class Chapters:
    """Walks the sections once, counting headings, tables and figures."""

    def __init__(self, sheet: EvaluationSheet, texts: Texts) -> None:
        self._sheet, self._texts = sheet, texts
        self._counts = {1: 0, 2: 0, 3: 0, 4: 0}
        self._tables = self._figures = 0
        self._place = ""

    def blocks(self) -> Iterator[Block]:
        """All chapters. Raises sentences.WordingError with the place, ValueError for an unknown branch."""
        for section in self._sheet.sections:
            yield from self._section(section)

    def _section(self, section: Section) -> Iterator[Block]:
        title = _NUMBER.sub("", section.title).strip()
        # A title without a number, above nothing but a table or chart, is that one's caption.
        bare = title == section.title.strip() and section.insert and not section.paragraphs
        caption = title if bare else _CAPTIONS.get(section.insert, "")
        if not bare:
            yield self._heading(cast(Level, section.level), title)
        paragraphs = [
            self._texts.paragraph(template, f"{self._place} 第{number}段")
            for number, template in enumerate(section.paragraphs, 1)
        ]
        inserted, pointer = self._insert(section.insert, caption)
        if pointer and paragraphs:
            paragraphs[-1] = replace(paragraphs[-1], spans=(*paragraphs[-1].spans, pointer))
        elif pointer:
            paragraphs.append(Paragraph((pointer,)))
        yield from paragraphs
        yield from inserted

    def _heading(self, level: Level, title: str) -> Heading:
        self._counts[level] += 1
        for lower in range(level + 1, 5):
            self._counts[lower] = 0
        count = self._counts[level]
        number = (
            f"{chinese_number(count)}、",
            f"（{chinese_number(count)}）",
            f"{count}.",
            f"（{count}）",
        )[level - 1]
        self._place = number + title if level == 1 else f"{self._place.partition('、')[0]}、{number}{title}"
        return Heading(level, number + title)

    def _insert(self, name: str, caption: str) -> tuple[list[Block], str]:
        """What stands after the paragraphs, and the words that point to it."""
        sheet, texts = self._sheet, self._texts
        if name.startswith("analysis:"):
            return list(analysis(self._branch(name.partition(":")[2]), texts)), ""
        if name in ("problems", "remedies"):
            return (list(self._problems()), "") if name == "problems" else self._remedies(caption)
        match name:
            case "":
                return [], ""
            case "funds":
                return [funds_table(texts, self._table(caption))], f"项目资金情况见表{self._tables}。"
            case "goals":
                return self._goals(caption)
            case "score_summary":
                table: Block = score_summary(sheet, texts, self._table(caption))
                return [table], f"各一级指标得分情况见表{self._tables}。"
            case "score_table":
                return [score_table(sheet, texts, self._table(caption))], f"各三级指标评分见表{self._tables}。"
            case "coverage_chart":
                chart = ChartBlock(coverage_chart(sheet), self._figure(caption))
                return [chart], f"各项授权数量与年度指标值的比较见图{self._figures}。"
            case "trend_chart":
                chart = ChartBlock(trend_chart(sheet), self._figure(caption))
                return [chart], f"各月累计验收情况见图{self._figures}。"
            case "district_chart":
                return self._parts("地区", caption)
            case "category_chart":
                return self._parts("单位类别", caption)
        raise ValueError(f"nothing is known to insert under the name {name!r}")

    def _branch(self, code: str) -> Group:
        for group in self._sheet.indicators:
            if group.code == code:
                return group
        raise ValueError(f"the framework has no level-1 indicator {code!r} to analyze")

    def _goals(self, caption: str) -> tuple[list[Block], str]:
        found: list[Block] = [goals_table(self._sheet, self._table(caption))]
        pointer = f"年度绩效指标见表{self._tables}"
        adjusted = adjustments_table(self._sheet, "")
        if adjusted is not None:
            found.append(replace(adjusted, caption=self._table("年度指标值调整情况")))
            pointer += f"，年中调整情况见表{self._tables}"
        return found, pointer + "。"

    def _parts(self, title: str, caption: str) -> tuple[list[Block], str]:
        parts = self._sheet.by_district if title == "地区" else self._sheet.by_category
        table: Table = parts_table(self._sheet, self._texts, title, parts, self._table(f"各{title}授权情况"))
        chart = ChartBlock(units_chart(caption, parts), self._figure(caption))
        return [chart, table], f"{caption}见图{self._figures}，各{title}授权数量见表{self._tables}。"

    def _problems(self) -> Iterator[Block]:
        """A heading of level 2 for each, so this stands below a chapter's own paragraphs."""
        found = list(problems(self._sheet, self._texts))
        for title, paragraph in found:
            yield self._heading(2, title)
            yield paragraph
        if not found:
            yield Paragraph((NOTHING_LOST,))

    def _remedies(self, caption: str) -> tuple[list[Block], str]:
        if not losing(self._sheet):
            return [], ""
        return [
            remedies_table(self._sheet, self._texts, self._table(caption))
        ], f"各项问题的改进措施见表{self._tables}。"

    def _table(self, caption: str) -> str:
        self._tables += 1
        return f"表{self._tables} {caption}"

    def _figure(self, caption: str) -> str:
        self._figures += 1
        return f"图{self._figures} {caption}"
