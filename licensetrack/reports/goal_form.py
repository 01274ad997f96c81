"""项目支出绩效目标申报表: the official form, filled from the goals of a year; sign and number stand in own columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from licensetrack.performance.goals import Goal, GoalSheet
from licensetrack.reports.document import Document, Form, FormCell, Properties, Sheet, label_cell, left_cell
from licensetrack.reports.evaluation_words import long_day
from licensetrack.reports.funds import CARRIED, FISCAL, OTHER, row_of, untold
from licensetrack.reports.monitoring import changed_targets
from licensetrack.reports.monitoring_form import Texts, target_cell
from licensetrack.reports.monitoring_words import figures_of
from licensetrack.reports.numbers import Cell, Figure, Kind, Unit

TITLE = "项目支出绩效目标申报表"
_FUNDS = {FISCAL: "财政拨款", CARRIED: "上年结转", OTHER: "其他资金"}
NATURES = {"new": "新增项目", "continuing": "延续项目"}
_WIDTHS = (0.5, 0.8, 1.2, 1.9, 0.75, 1.5, 0.9, 0.75, 3.2)
_REST = 6
"""Grid fields right of the labels."""

FormRow = tuple[FormCell, ...]


def goals_document(sheet: GoalSheet) -> Document:
    """The form for all three renderers. Raises sentences.WordingError for a number in the goal that no target backs."""
    texts = Texts(figures_of(sheet.figures))
    above = [*_who(sheet), *_funds(sheet), *_goal(sheet, texts)]
    listed = [*above, *_indicators(sheet)]
    rows, listing = (*listed, *_signed(sheet)), range(len(above), len(listed))
    note = f"注：指标值截至{long_day(sheet.as_of)}；指标体系为{sheet.framework_name}；“—”表示无此项或未设定。"
    note += untold(sheet.funds, sheet.granted)
    form = Form(_WIDTHS, rows, "", note, "单位：万元", listing=listing)
    year = f"（{sheet.year}年度）"
    page = Form(_WIDTHS, rows, f"{TITLE}{year}", note, "单位：万元")
    changed = changed_targets([(one.name, one.target, one.earlier) for one in sheet.goals])
    more = () if changed is None else (changed,)
    figures = {name: one for name, one in texts.figures.items() if name.startswith("target.")}
    return Document(
        title=TITLE,
        subtitle=year,
        properties=Properties(sheet.header.author, sheet.known_at, sheet.header.project, f"{sheet.year}年度,绩效目标"),
        blocks=(form, *more),
        sheets=(Sheet("绩效目标申报表", (page, *more), whole=True),),
        figures=figures,
    )


def _two(pairs: Sequence[tuple[str, Cell]]) -> FormRow:
    """Two labels with their values on one line."""
    (first, one), (second, other) = pairs
    return (label_cell(first, 3), left_cell(one or "—", 2), label_cell(second), left_cell(other or "—", 3))


def _who(sheet: GoalSheet) -> Iterator[FormRow]:
    header = sheet.header
    yield (label_cell("项目名称", 3), left_cell(header.project or "—", _REST))
    yield _two([("项目编码", header.project_code), ("项目类别", header.project_class)])
    yield _two([("项目属性", NATURES.get(header.nature, "")), ("资金来源", header.fund_source)])
    yield _two([("主管部门", header.authority), ("实施单位", header.implementer)])
    yield _two([("项目负责人", header.leader), ("联系电话", header.phone)])
    yield _two([("开始日期", _day(header.period_start)), ("完成日期", _day(header.period_end))])
    for label, text in (("项目概况", header.overview), ("立项依据", header.basis)):
        if text:
            yield (label_cell(label, 3), left_cell(text, _REST))


def _day(day: dt.date | None) -> str:
    return long_day(day) if day else "—"


def _funds(sheet: GoalSheet) -> Iterator[FormRow]:
    whole = Figure("budget.initial", sheet.budget, Unit.WAN_YUAN, "年度资金申请总额")
    yield (label_cell("年度资金\n申请总额", 2, 4), label_cell("合计"), FormCell(whole, _REST))
    for row, name in _FUNDS.items():
        part = row_of(sheet.funds, row, sheet.header.fund_source)
        amount: Cell = "—" if part is None else whole if part.whole else part.initial
        yield (label_cell(name), FormCell(amount, _REST))


def _goal(sheet: GoalSheet, texts: Texts) -> Iterator[FormRow]:
    yield (label_cell("年度总体目标", 3), left_cell(texts(sheet.header.goal, "年度总体目标"), _REST))


def _indicators(sheet: GoalSheet) -> Iterator[FormRow]:
    heads = ("一级\n指标", "二级指标", "三级指标", "指标\n性质", "指标值", "度量\n单位", "分值\n权重", "指标解释")
    yield (label_cell("绩\n效\n指\n标", 1, 1 + len(sheet.goals)), *map(label_cell, heads))
    for number, one in enumerate(sheet.goals):
        before = sheet.goals[number - 1] if number else None
        cells: list[FormCell] = []
        if before is None or before.level1 != one.level1:
            cells.append(label_cell(one.level1, rows=sum(other.level1 == one.level1 for other in sheet.goals)))
        if before is None or before.level2 != one.level2:
            cells.append(label_cell(one.level2, rows=sum(other.level2 == one.level2 for other in sheet.goals)))
        yield (*cells, *_line(one))


def _line(one: Goal) -> FormRow:
    return (
        left_cell(one.name), FormCell(one.nature), FormCell(_value(one)), FormCell(one.unit or "—"),
        FormCell(one.weight, kind=Kind.SCORE), left_cell(one.definition),
    )  # fmt: skip


def _value(one: Goal) -> Cell:
    if one.earlier:
        return target_cell(one.target, one.earlier)
    if one.target.value is None:
        return one.target.text
    unit = Unit.PERCENT if one.unit in ("%", "％") else Unit.PLAIN
    return Figure(f"target.{one.code}", one.target.value, unit)


def _signed(sheet: GoalSheet) -> Iterator[FormRow]:
    yield _two([("填报单位", sheet.header.author), ("数据日期", long_day(sheet.as_of))])
