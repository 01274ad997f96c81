"""Draws bullet charts: the value as a bar, its target as a mark across it, the way up to the target shaded."""

from __future__ import annotations

from licensetrack.reports.chart_axes import LABEL_SIZE, SMALL, ceiling
from licensetrack.reports.chart_data import Bullet, BulletChart, described, label
from licensetrack.reports.numbers import Kind, number_text
from licensetrack.reports.scene import Line, Rect, Scene, Text, shortened, text_width

_ROW = 73.0
_BAR = 18.0


def draw_bullets(chart: BulletChart, width: float) -> Scene:
    """One row per quantity, each on its own scale."""
    scene = Scene(width, _ROW * len(chart.bullets) - 8, chart.title, described(chart))
    for index, bullet in enumerate(chart.bullets):
        _draw_row(scene, bullet, index * _ROW)
    return scene


def _draw_row(scene: Scene, bullet: Bullet, top: float) -> None:
    width = scene.width
    value = f"{label(bullet.value)}{bullet.unit}"
    rate = bullet.rate
    share = "未设目标" if rate is None else f"为目标的{number_text(rate, Kind.PERCENT)}"
    share_width = text_width(share, LABEL_SIZE) + 10
    value_width = text_width(value, 13.5)
    scene.add(
        Text(0, top + 15, shortened(bullet.label, 13, width - share_width - value_width - 16), "ink", 13, bold=True),
        Text(width - share_width, top + 15, value, "ink", 13.5, "end", bold=True),
        Text(width, top + 15, share, "muted", LABEL_SIZE, "end"),
    )
    end, _ = ceiling(max(float(bullet.value), float(bullet.target or 0)) * 1.02, steps=8)
    y = top + 24
    scale = width / end
    scene.add(Rect(0, y, width, _BAR, "track", 3))
    if bullet.target is not None:
        scene.add(Rect(0, y, float(bullet.target) * scale, _BAR, "band", 3))
    tip = f"{bullet.label}：{value}" + (f"，{share}" if rate is not None else "")
    scene.add(Rect(0, y + 5, float(bullet.value) * scale, _BAR - 10, "first", 2, tip))
    right = label(round(end))
    base = y + _BAR + 15
    scene.add(Text(0, base, "0", "muted", SMALL))
    free_to = width
    if bullet.target is not None:
        x = float(bullet.target) * scale
        text = f"目标≥{label(bullet.target)}"
        half = text_width(text, SMALL) / 2
        middle = min(max(x, half + 14), width - half)
        scene.add(Line(x, y - 3, x, y + _BAR + 3, "target", 2), Text(middle, base, text, "target", SMALL, "middle"))
        free_to = width if middle + half < width - text_width(right, SMALL) - 8 else 0
    if free_to:
        scene.add(Text(width, base, right, "muted", SMALL, "end"))
