"""The tables inside the evaluation's chapters: funds, goals, scores, districts and categories."""

from __future__ import annotations

from decimal import Decimal

from licensetrack.performance.monitoring_reading import NOT_GOALS
from licensetrack.performance.sheet import EvaluationSheet, Group, ScoredIndicator
from licensetrack.performance.sheet_lines import Part
from licensetrack.reports.document import Align, Column, Row, Table
from licensetrack.reports.evaluation_charts import counts_in, products_of
from licensetrack.reports.evaluation_text import Texts
from licensetrack.reports.evaluation_words import long_day, product_name
from licensetrack.reports.numbers import Cell, Figure, Kind, Unit

HUNDRED = Decimal(100)


def funds_table(texts: Texts, caption: str) -> Table:
    """Budget, funds received and spent, in 万元."""
    names = ("budget.initial", "budget.appropriated", "budget.received", "budget.spent", "budget.execution_rate")
    shown = [texts[name] for name in names]
    columns = tuple(Column(figure.label, figure.kind, 0.2) for figure in shown)
    return Table(columns, [shown], caption, unit="单位：万元")


def goals_table(sheet: EvaluationSheet, caption: str) -> Table:
    """What was to be reached: the indicators of outputs and effects with their targets and where these come from."""
    columns = (
        Column("一级指标", merge=True, align=Align.CENTER),
        Column("二级指标", merge=True, align=Align.CENTER),
        Column("三级指标"),
        Column("年度指标值", align=Align.CENTER),
        Column("指标值来源"),
    )
    rows = [
        (leaf.level1, leaf.level2, leaf.name, leaf.target_text, leaf.target_source or "年度绩效目标")
        for group in sheet.indicators
        if group.name not in NOT_GOALS
        for leaf in group.leaves()
    ]
    return Table(columns, rows, caption)


def adjustments_table(sheet: EvaluationSheet, caption: str) -> Table | None:
    """Every version of the targets that were adjusted within the year; None where none was."""
    rows: list[Row] = []
    for leaf in sheet.leaves():
        if len(leaf.targets) < 2:
            continue
        for version in leaf.targets:
            start = long_day(version.start) if version.start.year >= sheet.header.period_start.year else "年初"
            value = Figure(f"target.{leaf.code}", version.value, texts_unit(leaf))
            rows.append((leaf.name, start, value, leaf.unit, version.document, version.reason))
    columns = (
        Column("三级指标", merge=True),
        Column("起始日期", align=Align.CENTER),
        Column("年度指标值", Kind.COUNT),
        Column("单位", align=Align.CENTER),
        Column("依据"),
        Column("调整原因"),
    )
    return Table(columns, rows, caption) if rows else None


def texts_unit(leaf: ScoredIndicator) -> Unit:
    """The unit in which an indicator's target is printed."""
    return Unit.PERCENT if leaf.unit in ("%", "％") else Unit.PLAIN


def score_summary(sheet: EvaluationSheet, texts: Texts, caption: str) -> Table:
    """Full score, score, points lost and rate of every level-1 indicator, with the total and its grade."""
    columns = (
        Column("一级指标", width=0.24, align=Align.CENTER),
        Column("分值", Kind.SCORE, 0.19, Align.CENTER),
        Column("得分", Kind.SCORE, 0.19, Align.CENTER),
        Column("扣分", Kind.SCORE, 0.19, Align.CENTER),
        Column("得分率", Kind.PERCENT, 0.19, Align.CENTER),
    )
    rows = [
        (
            group.name,
            texts[f"weight.{group.code}"],
            texts[f"score.{group.code}"],
            group.weight - group.score,
            _rate(group),
        )
        for group in sheet.indicators
    ]
    whole = sum((group.weight for group in sheet.indicators), Decimal(0))
    rate = sheet.total * HUNDRED / whole if whole else None
    total: Row = ("合计", texts["weight.total"], texts["score.total"], texts["score.lost"], rate)
    return Table(columns, rows, caption, f"注：评价等级为“{sheet.grade or '—'}”。", (total,))


def _rate(group: Group) -> Decimal | None:
    return group.score * HUNDRED / group.weight if group.weight else None


def score_table(sheet: EvaluationSheet, texts: Texts, caption: str) -> Table:
    """Every level-3 indicator with its weight, target, result and score; the unit's own beside it where one was
    reviewed."""
    own = sheet.is_reviewed()
    columns = (
        Column("一级\n指标", merge=True, align=Align.CENTER, width=0.08),
        Column("二级指标", merge=True, align=Align.CENTER, width=0.13),
        Column("三级指标", width=0.19 if own else 0.27),
        Column("年度指标值", align=Align.CENTER, width=0.18),
        Column("实际完成值", align=Align.CENTER, width=0.18),
        Column("分值", Kind.SCORE, 0.08, Align.CENTER),
        *([Column("自评得分", Kind.SCORE, 0.08, Align.CENTER)] if own else []),
        Column("审核得分" if own else "得分", Kind.SCORE, 0.08, Align.CENTER),
    )
    rows = [
        (
            leaf.level1,
            leaf.level2,
            leaf.name,
            leaf.target_text,
            leaf.value_text or "—",
            texts[f"weight.{leaf.code}"],
            *([leaf.own_score] if own else []),
            texts.get(f"score.{leaf.code}"),
        )
        for leaf in sheet.leaves()
    ]
    sums = [texts["weight.total"], *([sheet.own_total] if own else []), texts["score.total"]]
    total: Row = ("合计", "", "", "", "", *sums)
    return Table(columns, rows, caption, totals=(total,))


def parts_table(sheet: EvaluationSheet, texts: Texts, title: str, parts: tuple[Part, ...], caption: str) -> Table:
    """Units served, sets and CPUs accepted in each district or category; the totals are the evaluation's figures."""
    columns = [Column(title, align=Align.CENTER), Column("单位数（家）", Kind.COUNT)]
    measures: list[tuple[str, str]] = []
    for product in products_of(sheet):
        for counter, what in (("sets", "套数"), ("cpus", "CPU数")):
            if counter == "sets" or counts_in(sheet, product) == "cpus":
                columns.append(Column(what, Kind.COUNT, group=product_name(product)))
                measures.append((product, f"accepted_{counter}"))
    rows: list[Row] = [
        (part.name, part.units, *(part.counters.get(product, {}).get(counter, 0) for product, counter in measures))
        for part in parts
    ]
    total: list[Cell] = ["合计", texts["units.served"]]
    total += [texts[f"{product}.{counter}"] for product, counter in measures]
    return Table(tuple(columns), rows, caption, totals=(total,))
