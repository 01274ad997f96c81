"""Charts as Office draws them itself, with their numbers in cells: editable in Word and Excel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from licensetrack.reports.chart_axes import ceiling
from licensetrack.reports.chart_data import (
    BarChart,
    Bullet,
    BulletChart,
    Chart,
    ColumnChart,
    Panel,
    TrendChart,
    Value,
    label,
)
from licensetrack.reports.scene import LIGHT, Role

CellFormats = tuple[Any, Any, Any]
"""Workbook formats of headings, of categories and of numbers."""

_FONT = "黑体"
_FONT_SIZE = 9


@dataclass(frozen=True)
class NativeSeries:
    """One row of values with its color; `dashed` is a target line."""

    name: str
    values: Sequence[Value | None]
    role: Role
    dashed: bool = False


@dataclass(frozen=True)
class NativeChart:
    """A chart of one kind that Office knows; `columns` of them stand side by side on a page.

    `height` is in millimeters, `note` is what the title adds in brackets.
    """

    kind: Literal["bar", "column", "line"]
    title: str
    categories: tuple[str, ...]
    series: tuple[NativeSeries, ...]
    note: str = ""
    stacked: bool = False
    columns: int = 1
    height: float = 60.0

    @property
    def heading(self) -> str:
        """The title with its unit."""
        return f"{self.title}（{self.note}）" if self.note else self.title


def native_charts(chart: Chart) -> list[NativeChart]:
    """The Office charts that say what this chart says: several where each quantity has its own scale."""
    match chart:
        case BulletChart(_, bullets):
            return [_bullet(bullet, min(len(bullets), 2)) for bullet in bullets]
        case TrendChart(_, months, panels):
            return [_panel(panel, months, min(len(panels), 3)) for panel in panels]
        case BarChart() | ColumnChart():
            kind: Literal["bar", "column"] = "bar" if isinstance(chart, BarChart) else "column"
            stacked = isinstance(chart, BarChart) and chart.stacked
            rows = len(chart.categories) * (1 if stacked else len(chart.series))
            height = min(24 + rows * 6.5, 150) if kind == "bar" else 62
            series = tuple(NativeSeries(one.name, one.values, one.hue) for one in chart.series)
            return [NativeChart(kind, chart.title, chart.categories, series, chart.unit, stacked, height=height)]


def _bullet(bullet: Bullet, side_by_side: int) -> NativeChart:
    series = [NativeSeries("完成", (bullet.value,), "first")]
    if bullet.target is not None:
        series.append(NativeSeries("目标", (bullet.target,), "second"))
    return NativeChart(
        "bar", bullet.label, (bullet.label,), tuple(series), bullet.unit, columns=side_by_side, height=40
    )


def _panel(panel: Panel, months: tuple[str, ...], side_by_side: int) -> NativeChart:
    series = [NativeSeries(panel.name, panel.values, "first")]
    note = panel.unit
    if panel.target is not None:
        series.append(NativeSeries("目标", (panel.target,) * len(months), "target", dashed=True))
        note += f"，虚线为目标{label(panel.target)}"
    return NativeChart("line", panel.name, months, tuple(series), note, columns=side_by_side, height=54)


def add_native(workbook: Any, sheet: Any, native: NativeChart, row: int, formats: CellFormats | None = None) -> Any:
    """Writes the chart's numbers into the sheet's first columns from `row` on, one line per category; returns the
    chart.
    """
    head, text, count = formats or (None, None, None)
    last = row + len(native.categories)
    sheet.write_string(row, 0, "", head)
    for column, series in enumerate(native.series, 1):
        sheet.write_string(row, column, series.name, head)
    for index, category in enumerate(native.categories):
        sheet.write_string(row + 1 + index, 0, category, text)
        for column, series in enumerate(native.series, 1):
            value = series.values[index]
            if value is None:
                sheet.write_blank(row + 1 + index, column, None, count)
            else:
                sheet.write_number(row + 1 + index, column, value, count)
    chart = workbook.add_chart({"type": native.kind, "subtype": "stacked"} if native.stacked else {"type": native.kind})
    for column, series in enumerate(native.series, 1):
        chart.add_series(
            {
                "name": [sheet.name, row, column],
                "categories": [sheet.name, row + 1, 0, last, 0],
                "values": [sheet.name, row + 1, column, last, column],
                **_look(native, series),
            }
        )
    _dress(chart, native)
    return chart


def _look(native: NativeChart, series: NativeSeries) -> dict[str, object]:
    color = LIGHT[series.role]
    if native.kind == "line":
        dash = {"dash_type": "dash"} if series.dashed else {}
        marker = {"type": "none"} if series.dashed else {"type": "circle", "size": 4, "fill": {"color": color}}
        return {
            "line": {"color": color, "width": 1.25 if series.dashed else 2, **dash},
            "marker": marker,
        }
    font = {
        "name": _FONT,
        "size": _FONT_SIZE,
        "color": "#ffffff" if native.stacked and series.role == "first" else "#1f2a37",
    }
    values = [value for value in series.values if value is not None]
    silent = [{"delete": True} if native.stacked and not value else None for value in values]
    labels: dict[str, object] = {"value": True, "num_format": "#,##0", "font": font}
    if any(silent):
        labels["custom"] = silent
    return {"fill": {"color": color}, "gap": 60, "data_labels": labels} | ({"overlap": 100} if native.stacked else {})


def _dress(chart: Any, native: NativeChart) -> None:
    font = {"name": _FONT, "size": _FONT_SIZE, "color": LIGHT["muted"]}
    grid = {"visible": True, "line": {"color": LIGHT["grid"], "width": 0.5}}
    chart.set_title(
        {
            "name": native.heading,
            "overlay": False,
            "name_font": {"name": _FONT, "size": 10.5, "bold": False, "color": LIGHT["ink"]},
        }
    )
    values = {"num_format": "#,##0", "num_font": font, "major_gridlines": grid, "line": {"none": True}, "min": 0}
    names = {"num_font": font, "line": {"color": LIGHT["grid"]}, "major_tick_mark": "none", "minor_tick_mark": "none"}
    if native.kind == "bar":
        chart.set_y_axis(names | {"reverse": True, "visible": len(native.categories) > 1})
        chart.set_x_axis(values | {"visible": False, "major_gridlines": {"visible": False}})
    else:
        every = 3 if native.columns > 1 and len(native.categories) > 6 else 1
        chart.set_x_axis(names | {"interval_unit": every})
        top, step = ceiling(
            max((float(value) for series in native.series for value in series.values if value), default=0)
        )
        chart.set_y_axis(values | {"max": top, "major_unit": step})
    named = len(native.series) > 1 and native.kind != "line"
    chart.set_legend({"position": "bottom", "font": font} if named else {"none": True})
    chart.set_chartarea({"border": {"none": True}})


def spelled_out(name: str, content: bytes) -> bytes:
    """For `archive.repacked`: says in so many words that a data label is only the value, and that no line is
    smoothed.

    XlsxWriter leaves these switches out, and LibreOffice takes what is left out for switched on.
    """
    if not name.startswith("xl/charts/chart"):
        return content
    content = content.replace(
        b'<c:showVal val="1"/>',
        b'<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/>'
        b'<c:showPercent val="0"/><c:showBubbleSize val="0"/>',
    )
    if b"<c:lineChart>" in content:
        content = content.replace(b"</c:val></c:ser>", b'</c:val><c:smooth val="0"/></c:ser>')
    return content
