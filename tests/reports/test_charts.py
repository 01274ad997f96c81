"""Charts: strict-policy SVG, one style sheet, labels that keep out of each other's way."""

import re
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

import licensetrack
from licensetrack.reports.chart_axes import ceiling, ticks
from licensetrack.reports.chart_data import BarChart, Bullet, BulletChart, Chart, Panel, Series, TrendChart
from licensetrack.reports.charts import chart_svg, draw
from licensetrack.reports.native_charts import native_charts
from licensetrack.reports.scene import DARK, LIGHT, Scene, Text, css, text_width
from tests.reports.sample import BULLETS, BY_DISTRICT, BY_MONTH, TREND

CHARTS = [BULLETS, TREND, BY_DISTRICT, BY_MONTH]
SVG = "{http://www.w3.org/2000/svg}"


def boxes(scene: Scene) -> list[tuple[Text, float, float, float, float]]:
    """Every text with the rectangle it takes."""
    found = []
    for shape in scene.shapes:
        if isinstance(shape, Text):
            width = text_width(shape.text, shape.size)
            left = shape.x - {"start": 0, "middle": width / 2, "end": width}[shape.anchor]
            found.append((shape, left, shape.y - shape.size * 0.85, left + width, shape.y + shape.size * 0.1))
    return found


def collisions(scene: Scene) -> list[tuple[str, str]]:
    return [
        (a.text, b.text)
        for (a, left, top, right, bottom), (b, x1, y1, x2, y2) in combinations(boxes(scene), 2)
        if left < x2 - 0.5 and x1 < right - 0.5 and top < y2 - 0.5 and y1 < bottom - 0.5
    ]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.title)
def test_a_chart_on_a_page_carries_no_style_of_its_own(chart: Chart) -> None:
    root = etree.fromstring(chart_svg(chart))
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == chart.title  # type: ignore[union-attr]
    assert chart.title in (root.get("aria-label") or "")
    for element in root.iter():
        assert not {"style", "fill", "stroke", "onclick", "href"} & set(element.keys())
        assert element.tag.removeprefix(SVG) in {
            "svg",
            "title",
            "rect",
            "line",
            "polyline",
            "polygon",
            "circle",
            "text",
        }


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.title)
@pytest.mark.parametrize("width", [300, 360, 553, 640, 900])
def test_labels_never_touch_and_stay_inside(chart: Chart, width: int) -> None:
    scene = draw(chart, width)
    assert collisions(scene) == []
    for text, left, top, right, bottom in boxes(scene):
        assert left > -1, text
        assert right < width + 1, text
        assert top > -1, text
        assert bottom < scene.height + 3, text


def test_touching_labels_would_be_seen() -> None:
    scene = Scene(100, 50, "two labels", shapes=[Text(0, 20, "目标"), Text(10, 22, "目标")])
    assert collisions(scene) == [("目标", "目标")]


@given(st.integers(0, 100_000), st.none() | st.integers(1, 100_000), st.integers(320, 900))
def test_bullets_of_any_size_stay_readable(value: int, target: int | None, width: int) -> None:
    scene = draw(BulletChart("完成情况", (Bullet("虚拟化软件", value, target, "个CPU"),)), width)
    assert collisions(scene) == []


@given(
    st.lists(st.tuples(*[st.integers(0, 500)] * 3), min_size=1, max_size=12),
    st.integers(320, 900),
)
def test_bars_of_any_size_stay_readable(values: list[tuple[int, int, int]], width: int) -> None:
    names = tuple(f"第{number}个单位的名称" for number in range(len(values)))
    parts = tuple(zip(*values, strict=True))
    series = (Series("已验收", parts[0]), Series("未验收", parts[1], "second"), Series("未导入", parts[2], "third"))
    assert collisions(draw(BarChart("各区", names, series, "套", stacked=True), width)) == []
    assert collisions(draw(BarChart("各区", names, series, "套"), width)) == []


def test_months_to_come_draw_no_line() -> None:
    chart = TrendChart("趋势", ("1月", "2月", "3月"), (Panel("虚拟化", (3, 5, None), 4000, "个CPU"),))
    assert chart_svg(chart).count("<circle") == 2
    assert "5个CPU" in chart_svg(chart)


def test_a_year_without_anything_is_still_a_chart() -> None:
    empty = TrendChart("趋势", ("1月", "2月"), (Panel("虚拟化", (None, None)),))
    assert "<svg" in chart_svg(empty)
    assert "<svg" in chart_svg(BarChart("各区", (), (Series("套", ()),)))


@given(st.floats(0.01, 1e9))
def test_a_scale_ends_on_a_round_tick_above_the_value(value: float) -> None:
    top, step = ceiling(value)
    assert top >= value * 0.999999
    assert 1 <= len(ticks(top, step)) - 1 <= 5
    assert re.fullmatch(r"(1|2|25|5)0*", f"{step:.0f}") or step == 2.5


def test_pages_serve_the_style_sheet_of_the_charts() -> None:
    folder = Path(next(iter(licensetrack.__path__)))
    assert (folder / "web/static/charts.css").read_text("utf-8") == css()
    assert set(LIGHT) == set(DARK)
    used = set(re.findall(r"chart-(?:fill|stroke)-([\w-]+)", "".join(map(chart_svg, CHARTS))))
    assert used <= set(LIGHT)


def test_office_draws_one_chart_per_scale() -> None:
    assert [native.heading for native in native_charts(BULLETS)] == [
        "虚拟化软件授权（个CPU）",
        "云管理软件授权（个CPU）",
    ]
    assert len(native_charts(TREND)) == 3
    assert "虚线为目标4,000" in native_charts(TREND)[0].heading
    assert native_charts(BY_DISTRICT)[0].stacked
