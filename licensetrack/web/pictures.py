"""Charts of pages, drawn by the same hand as the report's; as inline SVG that carries classes and no style."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from flask_babel import gettext
from markupsafe import Markup

from licensetrack.measures.question import Value
from licensetrack.performance.foresight import Foresight
from licensetrack.reports.chart_data import Bullet, BulletChart, Chart, Panel, TrendChart
from licensetrack.reports.charts import draw
from licensetrack.reports.scene import Dot, Rect, Scene, Text, svg
from licensetrack.web import wording
from licensetrack.web.language import language_tag

SHOWN_BEFORE = 24  # months of the past beside the months ahead
Series = tuple[str, str, list[int | None], int | Decimal | None]


def coverage_picture(value: Value, target: int | Decimal | None) -> Markup:
    """Virtualization CPUs accepted against the floor that the evaluation sets."""
    bullet = Bullet(gettext("Virtualization CPUs accepted"), value or 0, target)
    return _twice(BulletChart(gettext("Coverage"), (bullet,)), 640, 300)


def trend_picture(months: list[str], series: list[Series]) -> Markup:
    """One panel per product: their CPUs are never on one axis."""
    panels = tuple(
        Panel(f"{wording.word(wording.PRODUCTS, product)} · {what}", tuple(values), target)
        for product, what, values, target in series
    )
    labels = tuple(f"{month[2:4]}/{month[5:]}" for month in months)
    return _twice(TrendChart(gettext("Monthly trend"), labels, panels), 1000, 300)


def outlook_picture(
    title: str, months: Sequence[str], held: Sequence[int], lines: Sequence[tuple[str, Foresight]]
) -> Markup:
    """One panel per method on the same months: what was held, then what the method foresees within its range."""
    shown = held[-SHOWN_BEFORE:]
    count = len(lines[0][1].values) if lines else 0
    panels = tuple(
        Panel(
            name,
            (*shown, *[None] * count),
            ahead=found.values,
            low=tuple(value for value in found.low if value is not None),
            high=tuple(value for value in found.high if value is not None),
        )
        for name, found in lines
    )
    labels = tuple(f"{month[2:4]}/{month[5:]}" for month in months[-len(shown) - count :])
    return _twice(TrendChart(title, labels, panels), 1000, 300)


def _twice(chart: Chart, wide: int, narrow: int) -> Markup:
    """The chart for a wide and for a narrow column; the style shows one of them, with letters of the same size."""
    drawn = [Markup(svg(_said(draw(chart, width)))) for width in (wide, narrow)]  # noqa: S704 - svg() escapes texts
    both = Markup('<div class="when-wide">{}</div><div class="when-narrow">{}</div>')
    return both.format(*drawn)


def _said(scene: Scene) -> Scene:
    """The scene in the page's language: charts are drawn with the Chinese words of the official report."""
    if language_tag() == "zh-CN":
        return scene
    phrases = {
        "目标≥": gettext("target ≥ "),
        "为目标的": "",
        "未设目标": gettext("no target"),
        "目标": gettext("target"),
        "预计": gettext("foreseen"),
        "，": ", ",
        "；": "; ",
        "：": ": ",
    }

    def said(text: str) -> str:
        for chinese, words in phrases.items():
            text = text.replace(chinese, words)
        return text

    scene.description = said(scene.description)
    scene.shapes = [
        replace(shape, text=said(shape.text))
        if isinstance(shape, Text)
        else replace(shape, tip=said(shape.tip))
        if isinstance(shape, (Rect, Dot))
        else shape
        for shape in scene.shapes
    ]
    return scene
