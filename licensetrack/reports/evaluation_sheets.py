"""The evaluation's workbook: overview, forms, text, statistics, lists, and the rows behind every figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.document import (
    Align,
    Block,
    ChartBlock,
    Column,
    Form,
    FormCell,
    Heading,
    Paragraph,
    Row,
    Sheet,
    Table,
)
from licensetrack.reports.evaluation_annexes import (
    colophon,
    evidence_list,
    paper_list,
    proof_list,
    score_details,
    set_list,
    unit_list,
)
from licensetrack.reports.evaluation_charts import (
    counts_in,
    coverage_chart,
    products_of,
    sets_chart,
    trend_chart,
    units_chart,
)
from licensetrack.reports.evaluation_forms import TITLE, self_assessment
from licensetrack.reports.evaluation_rows import rows_sheets
from licensetrack.reports.evaluation_tables import parts_table, score_summary
from licensetrack.reports.evaluation_text import Texts
from licensetrack.reports.evaluation_words import COUNTERS, STAGES, long_day, long_instant, product_name
from licensetrack.reports.numbers import Cell, Kind

_SHOWN = (
    "units.served",
    "import.pass_rate",
    "import.first_pass_rate",
    "budget.initial",
    "budget.appropriated",
    "budget.received",
    "budget.spent",
    "budget.execution_rate",
    "support.orders",
    "support.on_time_rate",
    "support.satisfaction_rate",
    "score.total",
)


def sheets(sheet: EvaluationSheet, texts: Texts, chapters: Iterable[Block]) -> Iterator[Sheet]:
    """All sheets but the list of figures, which every workbook brings itself."""
    form = self_assessment(sheet, texts)
    yield Sheet("概况", (overview(sheet, texts),), whole=True)
    yield Sheet("自评表", (replace(form, caption=f"{TITLE}{form.caption}"),), whole=True)
    yield Sheet("指标评分表", (score_details(sheet, texts, f"绩效指标评分表（{sheet.year}年度）"),), landscape=True)
    yield Sheet("报告正文", (text_table(sheet, chapters),))
    yield Sheet(
        "得分与进度",
        (score_summary(sheet, texts, "综合评价得分情况"), ChartBlock(coverage_chart(sheet))),
        whole=True,
    )
    for name, title, parts in (("按区统计", "地区", sheet.by_district), ("按类别统计", "单位类别", sheet.by_category)):
        table = parts_table(sheet, texts, title, parts, f"各{title}授权情况（{_day(sheet)}）")
        charts = (units_chart(f"各{title}授权单位数", parts), sets_chart(sheet, f"各{title}已验收授权套数", parts))
        yield Sheet(name, (table, *map(ChartBlock, charts)), landscape=True, whole=True)
    yield Sheet("按月统计", (months_table(sheet), ChartBlock(trend_chart(sheet))), landscape=True, whole=True)
    yield Sheet("单位名单", (unit_list(sheet, texts, "授权单位名单"),), landscape=True)
    yield Sheet("授权明细", (set_list(sheet, texts, "授权明细"),), landscape=True)
    yield Sheet("佐证材料", (evidence_list(sheet, "佐证材料清单"),))
    if sheet.papers:
        yield Sheet("佐证文件", (proof_list(sheet, "佐证材料文件"),), landscape=True)
    yield Sheet("数据文件", (paper_list(sheet, "数据来源文件"),), landscape=True)
    yield Sheet("编制说明", (colophon(sheet, "报告编制说明"),))
    yield from rows_sheets(sheet, texts)


def _day(sheet: EvaluationSheet) -> str:
    return f"评价基准日：{long_day(sheet.as_of)}"


def overview(sheet: EvaluationSheet, texts: Texts) -> Form:
    """One page that says what the year came to."""
    header = sheet.header
    rows: list[tuple[FormCell, ...]] = [
        _line("项目名称", header.project),
        _line("主管部门", header.authority),
        _line("实施单位", header.implementer),
        _line("评价基准日", long_day(sheet.as_of)),
        _line("数据截止时点", long_instant(sheet.known_at)),
        (_label("总得分"), FormCell(texts["score.total"], 2), _label("评价等级"), _words(sheet.grade or "—", 3)),
        _line("年度目标", texts.plain(header.goal, "年度总体目标 预期目标")),
        _line("完成情况", texts.plain(header.achievement, "年度总体目标 实际完成情况")),
    ]
    if header.note:
        rows.append(_line("说明", texts.plain(header.note, "说明")))
    rows += _products(sheet, texts)
    shown = [texts[name] for name in _SHOWN]
    for left, right in zip(shown[::2], shown[1::2], strict=True):
        cells = []
        for figure, columns in ((left, 2), (right, 3)):
            cells.append(FormCell(figure.label + _unit(figure.kind), columns, label=True))
            cells.append(FormCell(figure, align=Align.RIGHT))
        rows.append(tuple(cells))
    rows.append(_line("快照摘要", sheet.digest or "未签发，无快照"))
    return Form((1.3, 1, 1, 1, 1, 1, 1), tuple(rows), f"{sheet.year}年度绩效评价概况")


def _products(sheet: EvaluationSheet, texts: Texts) -> Iterator[tuple[FormCell, ...]]:
    heads = [f"{stage}\n{what}" for what in COUNTERS.values() for stage in STAGES.values()]
    yield (_label("产品"), *(_label(head) for head in heads))
    for product in products_of(sheet):
        cells: list[FormCell] = []
        for counter in COUNTERS:
            for stage in STAGES:
                counted = counter == "sets" or counts_in(sheet, product) == "cpus"
                value: Cell = texts[f"{product}.{stage}_{counter}"] if counted else "—"
                cells.append(FormCell(value, align=Align.RIGHT))
        yield (_label(product_name(product)), *cells)


def _label(text: str) -> FormCell:
    return FormCell(text, label=True)


def _words(text: str, columns: int) -> FormCell:
    return FormCell(text, columns, align=Align.LEFT)


def _line(name: str, text: str) -> tuple[FormCell, ...]:
    return (_label(name), _words(text, 6))


def _unit(kind: Kind) -> str:
    return "（万元）" if kind is Kind.MONEY else ""


def text_table(sheet: EvaluationSheet, chapters: Iterable[Block]) -> Table:
    """The report's words, paragraph by paragraph, under their headings."""
    columns = (Column("章节", width=0.28), Column("正文", width=0.72))
    rows: list[Row] = []
    heading = ""
    for block in chapters:
        if isinstance(block, Heading):
            heading = block.text
            if block.level < 3:
                rows.append((heading, ""))
        elif isinstance(block, Paragraph):
            rows.append((heading, block.text))
    kept = [
        row for number, row in enumerate(rows) if row[1] or number + 1 == len(rows) or rows[number + 1][0] != row[0]
    ]
    return Table(columns, kept, sheet.header.title.replace("\n", ""))


def months_table(sheet: EvaluationSheet) -> Table:
    """What was accepted in each month, and the sum to its end."""
    columns = [Column("月份", align=Align.CENTER)]
    counted = [(product, f"accepted_{counts_in(sheet, product)}") for product in products_of(sheet)]
    unit = {"accepted_cpus": "CPU数", "accepted_sets": "套数"}
    for product, _ in counted:
        columns += [
            Column("当月验收套数", Kind.COUNT, group=product_name(product)),
            Column("累计验收套数", Kind.COUNT, group=product_name(product)),
        ]
    for product, counter in counted:
        if counter == "accepted_cpus":
            columns += [
                Column(f"当月验收{unit[counter]}", Kind.COUNT, group=f"{product_name(product)}容量"),
                Column(f"累计验收{unit[counter]}", Kind.COUNT, group=f"{product_name(product)}容量"),
            ]
    rows: list[Row] = []
    for month in sheet.by_month:
        cells: list[Cell] = [month.month]
        shown = [(product, "accepted_sets") for product, _ in counted]
        shown += [(product, counter) for product, counter in counted if counter == "accepted_cpus"]
        for product, counter in shown:
            cells.append(month.change.get(product, {}).get(counter, 0))
            cells.append(month.total.get(product, {}).get(counter, 0))
        rows.append(tuple(cells))
    return Table(tuple(columns), rows, f"授权验收按月情况（{_day(sheet)}）")
