"""项目支出绩效运行监控表: the official form, filled from a monitoring's sheet.

The layout follows the form annexed to 财预〔2019〕136号: who, funds to date, the year's goal, indicators with value,
forecast, causes of a deviation and likelihood. The cut-off month is a parameter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from licensetrack.performance.monitoring_sheet import MonitoredIndicator, MonitoringSheet, Target
from licensetrack.reports.document import Align, Column, Form, FormCell, Row, Table, label_cell, left_cell
from licensetrack.reports.evaluation_words import local_day, long_day
from licensetrack.reports.funds import CARRIED, FISCAL, OTHER, Part, row_of, untold
from licensetrack.reports.monitoring_words import CAUSES, LIGHTS, LIKELIHOODS, period
from licensetrack.reports.numbers import Figure
from licensetrack.reports.wording import plain, sentence

TITLE = "项目支出绩效运行监控表"
_FUNDS = {FISCAL: "其中：本年财政拨款", CARRIED: "上年结转资金", OTHER: "其他资金"}
CHOSEN = "√"
_WIDTHS = (12, 16, 27, 22, 21, 21, 9, 9, 9, 9, 9, 30, 9, 9, 9, 9, 13)
_WHOLE = sum(_WIDTHS)

FormRow = tuple[FormCell, ...]


@dataclass(frozen=True)
class Texts:
    """A sheet's figures, and its sentences filled with them."""

    figures: dict[str, Figure]

    def __call__(self, template: str, place: str) -> str:
        """The sentence as it is read. Raises sentences.WordingError for a number that no figure backs."""
        return plain(sentence(template, self.figures, place)) if template else "—"


def head_form(sheet: MonitoringSheet, texts: Texts, caption: str = "") -> Form:
    """Who, funds and goal; its grid has the columns of the table of indicators, so that both stand as one."""
    rows = [*_who(sheet), *_funds(sheet, texts), *_goal(sheet, texts)]
    return Form(tuple(map(float, _WIDTHS)), tuple(rows), caption, unit="单位：万元")


def indicators_table(sheet: MonitoringSheet) -> Table:
    """The indicators, one in a row; a table of its own, so that its headings come again on every page."""
    until = period(sheet.as_of)
    heads = [
        ("一级\n指标", "", True), ("二级\n指标", "", True), ("三级指标", "", False), ("年度指标值", "", False),
        (f"{until}\n执行情况", "", False), ("全年预计\n完成情况", "", False),
        *((word, "偏差原因分析", False) for word in (*CAUSES.values(), "原因说明")),
        *((word, "完成目标可能性", False) for word in LIKELIHOODS.values()),
        ("红\n绿\n灯", "", False), ("备注", "", False),
    ]  # fmt: skip
    words = ("三级指标", "原因说明", "备注")
    columns = tuple(
        Column(title, width=width / _WHOLE, align=None if title in words else Align.CENTER, merge=merge, group=group)
        for (title, group, merge), width in zip(heads, _WIDTHS, strict=True)
    )
    return Table(columns, [_row(one) for one in sheet.indicators], note=_note(sheet))


def _who(sheet: MonitoringSheet) -> Iterator[FormRow]:
    header = sheet.header
    code = f"（项目编码：{header.project_code}）" if header.project_code else ""
    phone = f"（联系电话：{header.phone}）" if header.phone else ""
    day = long_day(local_day(sheet.reported_at)) if sheet.reported_at else "—"
    yield (label_cell("项目名称", 2), left_cell((header.project or "—") + code, 15))
    yield (
        label_cell("主管部门", 2), left_cell(header.authority or "—", 3),
        label_cell("实施单位"), left_cell(header.implementer or "—", 11),
    )  # fmt: skip
    yield (
        label_cell("填表单位", 2), left_cell((header.author or "—") + phone, 3),
        label_cell("填表日期"), left_cell(day, 11),
    )  # fmt: skip


def _funds(sheet: MonitoringSheet, texts: Texts) -> Iterator[FormRow]:
    """Four numbers in each row; the year's total, and where it comes from."""
    until = period(sheet.as_of)
    heads = ("年初预算数", f"{until}执行数", f"{until}执行率", "全年预计执行数")
    yield (label_cell("项目资金\n（万元）", 2, 5), label_cell("", 2), *_four([label_cell(head) for head in heads]))
    names = ("budget.initial", "budget.spent", "budget.execution_rate", "budget.forecast")
    whole = [FormCell(texts.figures[name]) for name in names]
    yield (label_cell("年度资金总额", 2), *_four(whole))
    for row, name in _FUNDS.items():
        part = row_of(sheet.budget.by_source, row, sheet.header.fund_source)
        yield (label_cell(name, 2), *_four([FormCell("—")] * 4 if part is None else _amounts(part, whole)))


def _amounts(part: Part, whole: list[FormCell]) -> list[FormCell]:
    """What some sources gave and what was spent of it; a forecast is made for the whole alone."""
    if part.whole:
        return whole
    return [FormCell(part.initial), FormCell(part.spent), FormCell(part.rate), FormCell("—")]


def _four(cells: Sequence[FormCell]) -> FormRow:
    spans = (2, 5, 2, 4)
    return tuple(
        FormCell(cell.value, columns=span, label=cell.label) for cell, span in zip(cells, spans, strict=True)
    )  # fmt: skip


def _goal(sheet: MonitoringSheet, texts: Texts) -> Iterator[FormRow]:
    yield (label_cell("年度总体目标", 2), left_cell(texts(sheet.header.goal, "年度总体目标"), 15))
    yield (label_cell("目标执行\n总体情况", 2), left_cell(texts(sheet.header.progress, "目标执行总体情况"), 15))


def _row(one: MonitoredIndicator) -> Row:
    said = one.judgement
    return (
        one.level1,
        one.level2,
        one.name,
        target_cell(one.target, one.earlier),
        one.value_text or "—",
        (one.forecast_text or "—") + ("（调整）" if one.overridden else ""),
        *(CHOSEN if cause in said.causes else "" for cause in CAUSES),
        said.cause_note,
        *(CHOSEN if likelihood == one.likelihood else "" for likelihood in LIKELIHOODS),
        LIGHTS.get(one.light, "—"),
        said.remark,
    )


def target_cell(target: Target, earlier: Sequence[Target]) -> str:
    """The target in force, and beside it the one that it replaced within the year: ≥4200个CPU（原≥4000个CPU）."""
    if not earlier or target.version is None:
        return target.text
    return f"{target.text}（原{earlier[-1].text}，{long_day(target.version.start)}起调整）"


def _note(sheet: MonitoringSheet) -> str:
    near, over = (
        f"{sheet.under * 100:f}".rstrip("0").rstrip("."),
        f"{(2 - sheet.under) * 100:f}".rstrip("0").rstrip("."),
    )
    parts = [
        f"注：1.数据截至{long_day(sheet.as_of)}，执行率为执行数与全年预算数之比；“—”表示无此项或未设定。"
        f"2.红绿灯按全年预计完成值与年度指标值之比：达到指标值为绿，达到{near}%以上为黄，不足{near}%为红；"
        f"不得超过的指标，未超过为绿，不超过{over}%为黄，超过为红；定性指标按达成档次，依次为绿、黄、红。",
    ]
    if any(one.overridden for one in sheet.indicators) or sheet.budget.forecast_reason:
        parts.append("3.标“调整”的全年预计数由填表单位说明理由，趋势测算数见附表。")
    return "".join([*parts, untold(sheet.budget.by_source, sheet.budget.appropriated)])
