"""Scales and legends that all charts share."""

from __future__ import annotations

import math

from licensetrack.reports.chart_data import Series
from licensetrack.reports.scene import Rect, Scene, Text, text_width

LABEL_SIZE = 12.0
SMALL = 11.0


def ceiling(value: float, steps: int = 4) -> tuple[float, float]:
    """The smallest round end of a scale at or above `value`, and its tick distance (1, 2, 2.5 or 5 times a power of
    ten).
    """
    if value <= 0:
        return float(steps), 1.0
    raw = value / steps
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if power * factor >= raw - 1e-9)
    if step < 1:
        step = 1.0
    return step * math.ceil(value / step - 1e-9), step


def ticks(top: float, step: float) -> list[float]:
    """From zero to the end of the scale."""
    return [index * step for index in range(round(top / step) + 1)]


def legend(scene: Scene, series: tuple[Series, ...], x: float, y: float) -> float:
    """Draws the names of the series in rows from (x, y) on; returns the height taken. One series alone needs no
    legend.
    """
    if len(series) < 2:
        return 0.0
    left, line = x, 0
    for item in series:
        width = 16 + text_width(item.name, LABEL_SIZE) + 18
        if left > x and left + width - 18 > scene.width:
            left, line = x, line + 1
        base = y + line * 20
        scene.add(Rect(left, base + 2, 11, 11, item.hue, 2), Text(left + 16, base + 12, item.name, "ink", LABEL_SIZE))
        left += width
    return (line + 1) * 20 + 8
