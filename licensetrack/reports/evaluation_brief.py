"""领导简报: the year on exactly one page: result, figures, charts, what lost points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from licensetrack.performance.sheet import EvaluationSheet, ScoredIndicator
from licensetrack.performance.sheet_lines import Part
from licensetrack.reports.chart_data import BarChart, BulletChart
from licensetrack.reports.document import Align, ChartBlock, Document, Form, FormCell, Sheet, label_cell
from licensetrack.reports.evaluation import DRAFT, document_of
from licensetrack.reports.evaluation_charts import counts_in, coverage_chart, products_of, units_chart
from licensetrack.reports.evaluation_problems import losing
from licensetrack.reports.evaluation_text import Texts, place_of
from licensetrack.reports.evaluation_words import product_name
from licensetrack.reports.numbers import Cell

TITLE = "绩效评价简报"
_PRODUCTS, _BULLETS, _BARS, _GROUPS, _PROBLEMS = 3, 2, 5, 6, 2
_LINE, _NAME = 28, 8
"""As many lines, bars and letters as one page has room for; the report has all of it."""
_REST = "其他"
FormRow = tuple[FormCell, ...]


def brief_document(sheet: EvaluationSheet) -> Document:
    """The page for those who decide; what does not fit on it is cut, never pushed to a second page."""
    texts = Texts(sheet)
    rows = (*_figures(sheet, texts), *_results(sheet, texts))
    form = Form((1.3, 0.95, 1.3, 0.95, 1.3, 1.1), rows, note=texts.plain(_words(sheet), TITLE))
    charts = (ChartBlock(_reached(sheet)), ChartBlock(_where(sheet)))
    title = f"{sheet.year}年度{TITLE}"
    page = (replace(form, caption=title), *charts)
    return replace(
        document_of(sheet, texts, blocks=(form, *charts)),
        title=title if sheet.frozen else f"{title}{DRAFT}",
        subtitle="",
        sheets=(Sheet("简报", page, whole=True),),
    )


def _figures(sheet: EvaluationSheet, texts: Texts) -> list[FormRow]:
    """The score, the money, the service, and what was counted of each product."""
    rows: list[FormRow] = [
        (
            label_cell("项目名称"),
            FormCell(_cut(sheet.header.project, _LINE), 3, align=Align.LEFT),
            *_two("评价基准日", sheet.as_of.isoformat()),
        ),
        (
            *_two("总得分", texts["score.total"]),
            *_two("评价等级", sheet.grade or "—"),
            *_two("服务单位（家）", texts["units.served"]),
        ),
    ]
    for names in (
        (
            ("预算数（万元）", "budget.appropriated"),
            ("执行数（万元）", "budget.spent"),
            ("预算执行率", "budget.execution_rate"),
        ),
        (
            ("导入通过率", "import.pass_rate"),
            ("响应及时率", "support.on_time_rate"),
            ("满意度", "support.satisfaction_rate"),
        ),
    ):
        rows.append(tuple(cell for label, name in names for cell in _two(label, texts[name])))
    for product in products_of(sheet)[:_PRODUCTS]:
        cpus: Cell = texts[f"{product}.accepted_cpus"] if counts_in(sheet, product) == "cpus" else "—"
        sets = texts[f"{product}.accepted_sets"]
        rows.append(
            (label_cell(_cut(product_name(product), _NAME), 2), *_two("已验收套数", sets), *_two("已验收CPU数", cpus))
        )
    return rows


def _results(sheet: EvaluationSheet, texts: Texts) -> Iterator[FormRow]:
    """Each level-1 indicator's points, and what lost any."""
    scored = [
        f"{_cut(group.name, _NAME)}{texts[f'score.{group.code}'].text()}/{texts[f'weight.{group.code}'].text()}"
        for group in sheet.indicators[:_GROUPS]
    ]
    yield label_cell("得分/分值"), FormCell("　".join(scored), 5, align=Align.CENTER)
    for line in [_lost(leaf, texts) for leaf in losing(sheet)[:_PROBLEMS]] or ["没有扣分的指标"]:
        yield label_cell("扣分与改进"), FormCell(line, 5, align=Align.LEFT)


def _lost(leaf: ScoredIndicator, texts: Texts) -> str:
    told = texts.plain(leaf.remedy or leaf.reason, place_of(leaf, "改进措施")) or "原因待说明"
    return _cut(f"{leaf.name}扣{texts[f'lost.{leaf.code}'].text()}分：{told}", 2 * _LINE)


def _words(sheet: EvaluationSheet) -> str:
    rest = "其余扣分指标及" if len(losing(sheet)) > _PROBLEMS else ""
    return f"注：只统计评价基准日仍有效、已验收的正式授权；{rest}各项数据的明细见部门评价报告。"


def _reached(sheet: EvaluationSheet) -> BulletChart:
    chart = coverage_chart(sheet)
    return replace(chart, bullets=chart.bullets[:_BULLETS])


def _where(sheet: EvaluationSheet) -> BarChart:
    """Units by district, the largest ones; the others together."""
    parts = sheet.by_district
    if len(parts) > _BARS:
        rest = sum(part.units for part in parts[_BARS - 1 :])
        parts = (*parts[: _BARS - 1], Part(_REST, rest, {}))
    return units_chart("各地区授权单位数", parts)


def _two(label: str, value: Cell) -> tuple[FormCell, FormCell]:
    return label_cell(label), FormCell(value)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
