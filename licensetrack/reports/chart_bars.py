"""Draws lying bars and standing columns, with their values written at their ends."""

from __future__ import annotations

from licensetrack.reports.chart_axes import LABEL_SIZE, SMALL, ceiling, legend, ticks
from licensetrack.reports.chart_data import BarChart, ColumnChart, Series, described, label
from licensetrack.reports.scene import Line, Rect, Role, Scene, Text, shortened, text_width

_INSIDE: dict[str, Role] = {"first": "paper", "second": "ink", "third": "on-third"}


def draw_bars(chart: BarChart, width: float) -> Scene:
    """Categories from top to bottom; labels take what they need, at most two fifths of the width."""
    scene = Scene(width, 0, chart.title, described(chart))
    top = legend(scene, chart.series, 0, 0)
    left = min(max((text_width(name, LABEL_SIZE) for name in chart.categories), default=0), width * 0.4) + 10
    totals = [sum(series.values[index] for series in chart.series) for index in range(len(chart.categories))]
    shown = totals if chart.stacked else [value for series in chart.series for value in series.values]
    largest = max((float(value) for value in shown), default=0.0) or 1.0
    right = max((text_width(label(value), LABEL_SIZE) for value in shown), default=0.0) + 8
    scale = (width - left - right) / largest
    thickness = 14.0 if chart.stacked or len(chart.series) == 1 else 11.0
    bars = 1 if chart.stacked else len(chart.series)
    row = bars * (thickness + 2) + 10
    for index, name in enumerate(chart.categories):
        y = top + index * row + 5
        middle = y + bars * (thickness + 2) / 2 - 1
        scene.add(Text(left - 10, middle + 4, shortened(name, LABEL_SIZE, left - 10), "ink", LABEL_SIZE, "end"))
        if chart.stacked:
            _draw_stack(scene, chart, index, left, y, scale, thickness)
        else:
            for number, series in enumerate(chart.series):
                _draw_bar(scene, chart, series, index, left, y + number * (thickness + 2), scale, thickness)
    scene.height = top + len(chart.categories) * row
    scene.shapes.insert(0, Line(left, top, left, scene.height, "grid", 1))
    return scene


def _draw_bar(
    scene: Scene, chart: BarChart, series: Series, index: int, left: float, y: float, scale: float, thickness: float
) -> None:
    value = series.values[index]
    length = float(value) * scale
    tip = f"{chart.categories[index]}：{series.name} {label(value)}{chart.unit}"
    scene.add(
        Rect(left, y, max(length, 0.5), thickness, series.hue, 2, tip),
        Text(left + length + 6, y + thickness / 2 + 4.2, label(value), "ink", LABEL_SIZE),
    )


def _draw_stack(
    scene: Scene, chart: BarChart, index: int, left: float, y: float, scale: float, thickness: float
) -> None:
    x = left
    total = sum(series.values[index] for series in chart.series)
    for series in chart.series:
        value = series.values[index]
        if not value:
            continue
        length = float(value) * scale
        tip = f"{chart.categories[index]}：{series.name} {label(value)}{chart.unit}"
        scene.add(Rect(x, y, max(length - 1, 0.5), thickness, series.hue, 1.5, tip))
        if value != total and text_width(label(value), SMALL) + 8 < length:
            role = _INSIDE[series.hue]
            scene.add(Text(x + length / 2, y + thickness / 2 + 4, label(value), role, SMALL, "middle"))
        x += length
    scene.add(Text(x + 6, y + thickness / 2 + 4.2, label(total), "ink", LABEL_SIZE, bold=True))


def draw_columns(chart: ColumnChart, width: float, height: float = 220) -> Scene:
    """Categories from left to right; a value is written above its column where there is room for all of them."""
    scene = Scene(width, height, chart.title, described(chart))
    top = legend(scene, chart.series, 0, 0) + 18
    base = height - 22
    end, step = ceiling(max((float(value) for series in chart.series for value in series.values), default=0.0))
    left = max(text_width(label(round(tick)), SMALL) for tick in ticks(end, step)) + 8
    scale = (base - top) / end
    for tick in ticks(end, step):
        y = base - tick * scale
        scene.add(Line(left, y, width, y, "grid", 1), Text(left - 8, y + 4, label(round(tick)), "muted", SMALL, "end"))
    slot = (width - left) / max(len(chart.categories), 1)
    column = min(slot * 0.72 / len(chart.series), 44.0)
    widest = max((text_width(label(value), SMALL) for series in chart.series for value in series.values), default=0.0)
    room = column if len(chart.series) > 1 else slot
    every = _thinning(chart.categories, slot)
    for index, name in enumerate(chart.categories):
        middle = left + slot * (index + 0.5)
        start = middle - column * len(chart.series) / 2
        for number, series in enumerate(chart.series):
            value = series.values[index]
            tall = float(value) * scale
            x = start + number * column
            tip = f"{name}：{series.name} {label(value)}{chart.unit}"
            scene.add(Rect(x, base - tall, column - 1.5, tall, series.hue, 2, tip))
            if widest + 2 <= room:
                scene.add(Text(x + column / 2 - 0.75, base - tall - 5, label(value), "ink", SMALL, "middle"))
        if index % every == 0:
            scene.add(Text(middle, height - 6, shortened(name, SMALL, slot * every), "muted", SMALL, "middle"))
    if chart.unit:
        scene.add(Text(0, top - 8, f"单位：{chart.unit}", "muted", SMALL))
    return scene


def _thinning(names: tuple[str, ...], slot: float) -> int:
    """Every how many categories a label can be written without touching its neighbor; long names are shortened
    rather than dropped.
    """
    widest = max((text_width(name, SMALL) for name in names), default=0.0) + 4
    return 1 if widest <= slot or len(names) <= 8 else -(-round(widest) // max(round(slot), 1))
