"""Draws monthly trends as small multiples: one panel, one scale, one line each."""

from __future__ import annotations

from licensetrack.reports.chart_axes import LABEL_SIZE, SMALL, ceiling, ticks
from licensetrack.reports.chart_data import Panel, TrendChart, Value, described, label
from licensetrack.reports.scene import Area, Dot, Line, Polyline, Scene, Text, shortened, text_width

_GAP = 28.0
_HEIGHT = 190.0
_NARROWEST = 165.0


def draw_trend(chart: TrendChart, width: float) -> Scene:
    """Panels side by side while each keeps at least 165 points, else in rows below each other."""
    count = len(chart.panels)
    per_row = max(1, min(count, int((width + _GAP) // (_NARROWEST + _GAP))))
    rows = -(-count // per_row)
    per_row = -(-count // rows)
    panel_width = (width - _GAP * (per_row - 1)) / per_row
    scene = Scene(width, rows * _HEIGHT + (rows - 1) * 16, chart.title, described(chart))
    for index, panel in enumerate(chart.panels):
        x = (index % per_row) * (panel_width + _GAP)
        y = (index // per_row) * (_HEIGHT + 16)
        _draw_panel(scene, panel, chart.months, x, y, panel_width)
    return scene


def _draw_panel(scene: Scene, panel: Panel, months: tuple[str, ...], x: float, y: float, width: float) -> None:
    known = [(index, float(value)) for index, value in enumerate(panel.values) if value is not None]
    last = panel.values[known[-1][0]] if known else None
    value_text = "" if last is None else f"{label(last)}{panel.unit}"
    value_width = text_width(value_text, LABEL_SIZE)
    scene.add(
        Text(x, y + 14, shortened(panel.name, 13, width - value_width - 10), "ink", 13, bold=True),
        Text(x + width, y + 14, value_text, "first", LABEL_SIZE + 0.5, "end", bold=True),
    )
    top, base = y + 36, y + _HEIGHT - 22
    beyond = [float(value) for value in (*panel.ahead, *panel.high)]
    highest = max([value for _, value in known] + beyond + [float(panel.target or 0)], default=0.0)
    end, step = ceiling(highest)
    left = x + max(text_width(label(round(tick)), SMALL) for tick in ticks(end, step)) + 8
    right = x + width - 6
    scale = (base - top) / end
    pitch = (right - left) / max(len(months) - 1, 1)
    for tick in ticks(end, step):
        level = base - tick * scale
        scene.add(Line(left, level, x + width, level, "grid", 1))
        scene.add(Text(left - 8, level + 4, label(round(tick)), "muted", SMALL, "end"))
    points = tuple((left + index * pitch, base - value * scale) for index, value in known)
    if points:
        scene.add(Area((*points, (points[-1][0], base), (points[0][0], base)), "area"), Polyline(points, "first", 2.2))
        _draw_ahead(scene, panel, points[-1], pitch, base, scale)
    if panel.target is not None:
        level = base - float(panel.target) * scale
        scene.add(Line(left, level, x + width, level, "target", 1.2, dashed=True))
        text = f"目标≥{label(panel.target)}"
        crossed = any(level - 16 < y < level for x, y in points if x < left + 3 + text_width(text, SMALL) + pitch)
        scene.add(Text(left + 3, level + 13 if crossed else level - 5, text, "target", SMALL))
    for position, (index, value) in zip(points, known, strict=True):
        tip = f"{months[index]} {panel.name} {label(round(value))}{panel.unit}"
        scene.add(Dot(*position, 4 if index == known[-1][0] else 2.6, "first", tip))
    _draw_months(scene, months, left, base + 16, pitch)


def _draw_ahead(scene: Scene, panel: Panel, last: tuple[float, float], pitch: float, base: float, scale: float) -> None:
    """What is foreseen, from the last known point on, within its range."""

    def along(values: tuple[Value, ...]) -> tuple[tuple[float, float], ...]:
        return tuple((last[0] + month * pitch, base - float(value) * scale) for month, value in enumerate(values, 1))

    if panel.low:
        scene.add(Area((last, *along(panel.high), *along(panel.low)[::-1]), "band"))
    if panel.ahead:
        scene.add(Polyline((last, *along(panel.ahead)), "third", 2.2))


def _draw_months(scene: Scene, months: tuple[str, ...], left: float, y: float, pitch: float) -> None:
    """The last month always, the others counted back from it as far apart as their labels need."""
    widest = max((text_width(month, SMALL) for month in months), default=0.0) + 6
    every = max(1, -(-int(widest) // max(int(pitch), 1)))
    for index, month in enumerate(months):
        if (len(months) - 1 - index) % every:
            continue
        last = index == len(months) - 1
        shift = min(text_width(month, SMALL) / 2 - 6, 8.0) if last else 0.0
        scene.add(Text(left + index * pitch - max(shift, 0.0), y, month, "muted", SMALL, "middle"))
