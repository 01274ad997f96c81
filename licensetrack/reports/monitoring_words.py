"""The Chinese words of the monitoring form and of the form of goals, and their figures by name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from licensetrack.core.clock import month_end
from licensetrack.performance.sheet import FrozenFigure
from licensetrack.reports.evaluation_words import figure_label, figure_order
from licensetrack.reports.numbers import Figure, Unit

LIGHTS = {"green": "绿", "yellow": "黄", "red": "红"}
CAUSES = {
    "funds": "经费\n保障",
    "rules": "制度\n保障",
    "staff": "人员\n保障",
    "equipment": "硬件\n条件\n保障",
    "other": "其他",
}
LIKELIHOODS = {"certain": "确定\n能", "possible": "有可\n能", "impossible": "完全\n不可\n能"}
_ASPECTS = {"forecast": "全年预计", "expected": "全年预计完成率"}
_OWN = {"budget.forecast": "全年预计执行数"}


def period(day: dt.date) -> str:
    """1—7月 at a month's end, else 1月1日—8月20日."""
    if day == month_end(day):
        return f"1—{day.month}月" if day.month > 1 else "1月"
    return f"1月1日—{day.month}月{day.day}日"


def figures_of(frozen: Mapping[str, FrozenFigure]) -> dict[str, Figure]:
    """The figures of a sheet as the renderers print them, in the order in which a reader looks for them."""
    return {
        name: Figure(name, one.value, Unit(one.unit), _label(one), one.behind)
        for name, one in sorted(frozen.items(), key=lambda item: figure_order(item[0]))
    }


def _label(figure: FrozenFigure) -> str:
    aspect, _, code = figure.name.partition(".")
    if figure.name in _OWN:
        return _OWN[figure.name]
    if aspect in _ASPECTS:
        return f"{code} {figure.label}（{_ASPECTS[aspect]}）"
    return figure_label(figure)
