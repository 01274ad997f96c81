"""The rows behind every figure as tables of the workbook: one sheet per measure, and the rows add up to its value."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from licensetrack.core.errors import DomainError
from licensetrack.measures.question import percent
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.document import Align, Column, Row, Sheet, Table
from licensetrack.reports.evaluation_text import Texts
from licensetrack.reports.evaluation_words import (
    BUDGET_KINDS,
    long_day,
    long_instant,
    measure_label,
    product_name,
    sheet_name,
    short_instant,
)
from licensetrack.reports.numbers import UNIT_WORDS, Cell, Figure, Kind, Unit


class RowsDisagree(DomainError):
    """The rows behind a figure do not add up to it: nothing may be printed from such a sheet."""

    def __init__(self, name: str, value: object, total: object) -> None:
        super().__init__(
            "The rows behind %(name)s add up to %(total)s, not to %(value)s.", name=name, value=value, total=total
        )


class Field(NamedTuple):
    """A column of a rows sheet: the key in the row, its heading and what it holds."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    align: Align | None = None


_SET = (
    Field("number", "授权编号", align=Align.CENTER),
    Field("unit_code", "单位编码", align=Align.CENTER),
    Field("unit", "单位名称"),
    Field("category", "单位类别"),
    Field("district", "所属区", align=Align.CENTER),
    Field("product", "产品", align=Align.CENTER),
    Field("issued_on", "发放日期", Kind.DATE),
    Field("imported_on", "导入日期", Kind.DATE),
    Field("accepted_on", "验收日期", Kind.DATE),
)
_UNIT = (
    Field("unit_code", "单位编码", align=Align.CENTER),
    Field("unit", "单位名称"),
    Field("category", "单位类别"),
    Field("district", "所属区", align=Align.CENTER),
    Field("sets", "持有授权套数", Kind.COUNT),
)
_BUDGET = (
    Field("on", "日期", Kind.DATE),
    Field("kind", "类型", align=Align.CENTER),
    Field("voucher", "凭证号"),
    Field("summary", "摘要"),
    Field("place", "台账位置"),
)
_ORDER = (
    Field("number", "工单编号", align=Align.CENTER),
    Field("unit", "单位名称"),
    Field("kind", "服务类型"),
    Field("received", "受理时间", align=Align.CENTER),
    Field("responded", "响应时间", align=Align.CENTER),
    Field("completed", "办结时间", align=Align.CENTER),
    Field("satisfaction", "满意度评分", Kind.COUNT),
)
_FAMILIES = {"units": _UNIT, "budget": _BUDGET, "support": _ORDER}
_RATES = {
    "import.pass_rate": ("已验收套数", "已发放套数"),
    "import.first_pass_rate": ("首次导入成功套数", "已导入套数"),
    "budget.execution_rate": ("执行数（万元）", "预算数（万元）"),
    "support.on_time_rate": ("及时响应工单数", "工单数"),
    "support.satisfaction_rate": ("满意工单数", "有效评价工单数"),
}


def rows_sheets(sheet: EvaluationSheet, texts: Texts) -> Iterator[Sheet]:
    """A sheet per measure. Raises RowsDisagree where its rows do not give the value."""
    for name, rows in sheet.traces.items():
        yield Sheet(sheet_name(name), (rows_table(sheet, texts, name, rows),), landscape=True, figure=name)


def rows_table(sheet: EvaluationSheet, texts: Texts, name: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """The rows behind one measure under a line that says its value and day, with their sum below."""
    figure = texts[name]
    rate = figure.unit is Unit.PERCENT
    fields = (*_fields(name), *_contributions(name, figure))
    head = measure_label(name, figure.label)
    words = "" if rate else UNIT_WORDS.get(figure.unit, ("",))[0]
    caption = f"{head}：{figure.text()}{words}（评价基准日：{long_day(sheet.as_of)}）"
    blank = len(fields) - (4 if rate else 3)
    totals: list[Cell] = ["", "合计", f"{len(rows)}行", *("" for _ in range(blank))]
    if rate:
        over, under = _sum(rows, "numerator"), _sum(rows, "denominator")
        _check(name, figure, percent(over, under))
        totals += [over, under]
        note = f"计算：{fields[-2].title}÷{fields[-1].title}×100%，保留两位小数。"
    else:
        total = _sum(rows, "value")
        _check(name, figure, total)
        totals += [total]
        note = f"计算：“{fields[-1].title}”列之和。"
    columns = (
        Column("序号", Kind.INDEX),
        *(Column(field.title, field.kind, align=field.align) for field in fields),
    )
    listed: list[Row] = [(number, *(_cell(row, field) for field in fields)) for number, row in enumerate(rows, 1)]
    note += f"数据截止时点：{long_instant(sheet.known_at)}。"
    return Table(columns, listed, caption, note, (totals,))


def _fields(name: str) -> tuple[Field, ...]:
    family = _FAMILIES.get(name.partition(".")[0], _SET)
    if name == "import.first_pass_rate":
        return (*family, Field("failed_imports", "未成功次数", Kind.COUNT))
    return family


def _contributions(name: str, figure: Figure) -> tuple[Field, ...]:
    kind = Kind.MONEY if name.startswith("budget.") else Kind.COUNT
    if figure.unit is Unit.PERCENT:
        over, under = _RATES.get(name, ("分子", "分母"))
        return (Field("numerator", over, kind), Field("denominator", under, kind))
    words = {Unit.CPUS: "CPU数", Unit.SETS: "套数", Unit.UNITS: "单位数", Unit.ORDERS: "工单数"}
    return (Field("value", words.get(figure.unit, "金额（万元）" if kind is Kind.MONEY else "数量"), kind),)


def _cell(row: Mapping[str, Any], field: Field) -> Cell:
    value = row.get(field.key)
    if isinstance(value, dt.datetime):
        return short_instant(value)
    if field.key == "product":
        return product_name(str(value))
    if field.key == "kind":
        return BUDGET_KINDS.get(str(value), str(value))
    if value is None or isinstance(value, str | int | Decimal | dt.date):
        return value
    return str(value)


def _sum(rows: Sequence[Mapping[str, Any]], key: str) -> int | Decimal:
    total: int | Decimal = sum((row[key] for row in rows), 0)
    return total


def _check(name: str, figure: Figure, total: int | Decimal | None) -> None:
    if figure.value != total:
        raise RowsDisagree(name, figure.value, total)
