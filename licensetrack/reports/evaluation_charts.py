"""The evaluation's charts: progress against the targets, months, districts and categories."""

from __future__ import annotations

from licensetrack.performance.sheet import EvaluationSheet, ScoredIndicator
from licensetrack.performance.sheet_lines import Part
from licensetrack.reports.chart_data import BarChart, Bullet, BulletChart, Hue, Panel, Series, TrendChart
from licensetrack.reports.evaluation_words import PRODUCTS, in_order, product_name

_UNITS = {"cpus": "个CPU", "sets": "套"}


def products_of(sheet: EvaluationSheet) -> list[str]:
    """Every product that the evaluation counts."""
    named = {name.partition(".")[0] for name in sheet.figures if name.endswith(".accepted_sets")}
    return in_order(named | {product for month in sheet.by_month for product in month.total})


def counts_in(sheet: EvaluationSheet, product: str) -> str:
    """`cpus`, or `sets` for a product that has none."""
    return "cpus" if any(month.total.get(product, {}).get("accepted_cpus") for month in sheet.by_month) else "sets"


def _indicator_of(sheet: EvaluationSheet, measure: str) -> ScoredIndicator | None:
    return next((leaf for leaf in sheet.leaves() if leaf.measure == measure and not leaf.per), None)


def coverage_chart(sheet: EvaluationSheet) -> BulletChart:
    """What was accepted against the year's targets; products never share a scale."""
    bullets = []
    for product in products_of(sheet):
        counter = counts_in(sheet, product)
        measure = f"{product}.accepted_{counter}"
        leaf = _indicator_of(sheet, measure)
        value = sheet.figures[measure].value
        if leaf is not None and value is not None:
            bullets.append(Bullet(leaf.name, value, leaf.target, _UNITS[counter]))
    return BulletChart("授权数量与年度指标值", tuple(bullets))


def trend_chart(sheet: EvaluationSheet) -> TrendChart:
    """What was accepted to the end of each month, one panel per product."""
    panels = []
    for product in products_of(sheet):
        counter = counts_in(sheet, product)
        leaf = _indicator_of(sheet, f"{product}.accepted_{counter}")
        values = tuple(month.total.get(product, {}).get(f"accepted_{counter}", 0) for month in sheet.by_month)
        panels.append(
            Panel(PRODUCTS.get(product, product), values, leaf.target if leaf is not None else None, _UNITS[counter])
        )
    months = tuple(f"{int(month.month.partition('-')[2])}月" for month in sheet.by_month)
    return TrendChart("授权验收按月累计", months, tuple(panels))


def units_chart(title: str, parts: tuple[Part, ...]) -> BarChart:
    """How many units are served in each district or category."""
    return BarChart(
        title,
        tuple(part.name for part in parts),
        (Series("授权单位数", tuple(part.units for part in parts)),),
        "家",
    )


def sets_chart(sheet: EvaluationSheet, title: str, parts: tuple[Part, ...]) -> BarChart:
    """How many sets of each product were accepted in each district or category."""
    hues: tuple[Hue, ...] = ("first", "second", "third")
    series = tuple(
        Series(
            product_name(product).removesuffix("软件"),
            tuple(part.counters.get(product, {}).get("accepted_sets", 0) for part in parts),
            hues[number % len(hues)],
        )
        for number, product in enumerate(products_of(sheet))
    )
    return BarChart(title, tuple(part.name for part in parts), series, "套", stacked=True)
