"""The door to charts: one description is drawn once, as inline SVG for pages and as vectors in the PDF."""

from __future__ import annotations

from licensetrack.reports.chart_bars import draw_bars, draw_columns
from licensetrack.reports.chart_bullets import draw_bullets
from licensetrack.reports.chart_data import BarChart, BulletChart, Chart, ColumnChart, TrendChart
from licensetrack.reports.chart_trends import draw_trend
from licensetrack.reports.scene import Scene, svg


def draw(chart: Chart, width: float = 640) -> Scene:
    """The chart as shapes; `width` in points, the height follows from the content."""
    match chart:
        case BulletChart():
            return draw_bullets(chart, width)
        case BarChart():
            return draw_bars(chart, width)
        case ColumnChart():
            return draw_columns(chart, width)
        case TrendChart():
            return draw_trend(chart, width)


def chart_svg(chart: Chart, width: float = 640) -> str:
    """Inline SVG of the chart, drawn for a column of `width` CSS pixels."""
    return svg(draw(chart, width))
