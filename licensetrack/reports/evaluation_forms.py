"""附件1 项目支出绩效自评表: the official form, filled from the evaluation.

The layout follows the form annexed to 财预〔2020〕10号: who, funds, the year's goal, indicators, total. Budget
execution is scored in the row of the funds and therefore not listed again among the indicators.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from licensetrack.performance.framework import EVALUATION
from licensetrack.performance.naming import EXECUTION, funds_of
from licensetrack.performance.sheet import EvaluationSheet, Group, ScoredIndicator
from licensetrack.reports.document import Align, Form, FormCell, label_cell
from licensetrack.reports.evaluation_text import Texts, verdict
from licensetrack.reports.evaluation_words import local_day, long_day
from licensetrack.reports.funds import CARRIED, FISCAL, OTHER, row_of, untold
from licensetrack.reports.numbers import Cell, Kind

TITLE = "项目支出绩效自评表"
_WIDTHS = (0.6, 0.9, 1.4, 2.25, 2.05, 1.95, 0.85, 0.85, 0.95, 1.15, 0.95)
_FUNDS = {FISCAL: "其中：当年财政拨款", CARRIED: "上年结转资金", OTHER: "其他资金"}
_BRIEF = 60
"""The form's last column holds so many characters of a reason; 附件2 has all of it."""

FormRow = tuple[FormCell, ...]


def self_assessment(sheet: EvaluationSheet, texts: Texts) -> Form:
    """The form; its caption is the year, since the annex has the title already."""
    above = [*_who(sheet), *_funds(sheet, texts), *_goals(sheet, texts)]
    rows = [*above, *_indicators(sheet, texts)]
    listing = range(len(above), len(rows))
    rows.append(
        (
            label_cell("总分", 6),
            FormCell(texts["weight.total"]),
            FormCell(texts["score.total"]),
            FormCell(f"评价等级：{sheet.grade or '—'}", 3, align=Align.CENTER),
        )
    )
    rows += _signed(sheet)
    return Form(_WIDTHS, tuple(rows), f"（{sheet.year}年度）", _note(sheet, texts), "单位：万元", listing=listing)


def _who(sheet: EvaluationSheet) -> Iterator[FormRow]:
    header = sheet.header
    code = f"（项目编码：{header.project_code}）" if header.project_code else ""
    yield (label_cell("项目名称", 2), FormCell(header.project + code, 9, align=Align.LEFT))
    yield (
        label_cell("主管部门", 2),
        FormCell(header.authority, 3, align=Align.LEFT),
        label_cell("实施单位"),
        FormCell(header.implementer, 5, align=Align.LEFT),
    )


def _funds(sheet: EvaluationSheet, texts: Texts) -> Iterator[FormRow]:
    heads = ("年初预算数", "全年预算数\n(A)", "全年执行数\n(B)", "分值", "执行率\n(B/A)", "得分")
    yield (label_cell("项目资金\n（万元）", 2, 5), label_cell("", 2), *_spread([label_cell(head) for head in heads]))
    execution = _execution(sheet)
    amounts = [FormCell(texts[name]) for name in ("budget.initial", "budget.appropriated", "budget.spent")]
    rate = FormCell(texts[EXECUTION])
    if execution is None:
        yield (label_cell("年度资金总额", 2), *_spread([*amounts, FormCell("—"), rate, FormCell("—")]))
    else:
        weight, score = texts[f"weight.{execution.code}"], texts.get(f"score.{execution.code}")
        marks = (FormCell(weight), rate, FormCell(score, kind=Kind.SCORE))
        yield (label_cell("年度资金总额", 2), *_spread([*amounts, *marks]))
    funds = funds_of(sheet.figures)
    for row, name in _FUNDS.items():
        part = row_of(funds, row, "")
        if part is None and not funds and row == FISCAL and sheet.header.fund_source:
            cells = [*amounts, FormCell("—"), rate]
        elif part is None:
            cells = [FormCell("—")] * 5
        else:
            shown = (part.initial, part.appropriated, part.spent, "—", part.rate)
            cells = [FormCell(cell) for cell in shown]
        yield (label_cell(name, 2), *_spread([*cells, FormCell("—")]))


def _spread(cells: list[FormCell]) -> FormRow:
    """The six cells of a row of funds: the third amount lies over the two narrow columns of the scores below."""
    return tuple(replace(cell, columns=2) if number == 2 else cell for number, cell in enumerate(cells))


def _goals(sheet: EvaluationSheet, texts: Texts) -> Iterator[FormRow]:
    yield (label_cell("年度总体\n目标", 2, 2), label_cell("预期目标", 3), label_cell("实际完成情况", 6))
    yield (
        FormCell(texts.plain(sheet.header.goal, "年度总体目标 预期目标"), 3, align=Align.LEFT),
        FormCell(texts.plain(sheet.header.achievement, "年度总体目标 实际完成情况"), 6, align=Align.LEFT),
    )


def _indicators(sheet: EvaluationSheet, texts: Texts) -> Iterator[FormRow]:
    listed = {group.code: _listed(group) for group in sheet.indicators}
    heads = ("一级\n指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分")
    last = label_cell("偏差原因分析\n及改进措施", 3)
    count = sum(len(leaves) for leaves in listed.values())
    yield (label_cell("绩\n效\n指\n标", 1, 1 + count), *(label_cell(head) for head in heads), last)
    for group in sheet.indicators:
        leaves = listed[group.code]
        for number, leaf in enumerate(leaves):
            cells: list[FormCell] = []
            if number == 0:
                cells.append(label_cell(group.name, rows=len(leaves)))
            if number == 0 or leaves[number - 1].level2 != leaf.level2:
                cells.append(label_cell(leaf.level2, rows=sum(one.level2 == leaf.level2 for one in leaves)))
            yield (*cells, *_result(leaf, texts))


def _result(leaf: ScoredIndicator, texts: Texts) -> FormRow:
    remark = _brief(verdict(leaf, texts)) if leaf.lost or leaf.explanation else "无"
    values: list[tuple[Cell, Align]] = [
        (leaf.name, Align.LEFT),
        (leaf.target_text, Align.CENTER),
        (leaf.value_text or "—", Align.CENTER),
        (texts[f"weight.{leaf.code}"], Align.CENTER),
        (texts.get(f"score.{leaf.code}") or "—", Align.CENTER),
    ]
    cells = [FormCell(value, align=align) for value, align in values]
    return (*cells, FormCell(remark, 3, align=Align.LEFT if len(remark) > 1 else Align.CENTER))


def _brief(text: str) -> str:
    """The first sentences of a long reason."""
    kept = text
    while len(kept) > _BRIEF and "。" in kept[:-1]:
        kept = kept[: kept[:-1].rindex("。") + 1]
    return kept if kept == text else f"{kept}（详见评分表）"


def _listed(group: Group) -> list[ScoredIndicator]:
    return [leaf for leaf in group.leaves() if leaf.measure != EXECUTION]


def _execution(sheet: EvaluationSheet) -> ScoredIndicator | None:
    return next((leaf for leaf in sheet.leaves() if leaf.measure == EXECUTION), None)


def _signed(sheet: EvaluationSheet) -> Iterator[FormRow]:
    day = long_day(local_day(sheet.signed_at)) if sheet.signed_at else "—"
    yield (
        label_cell("填表单位", 2),
        FormCell(sheet.header.author, 3, align=Align.LEFT),
        label_cell("填表日期"),
        FormCell(day, 5, align=Align.LEFT),
    )
    if sheet.header.phone:
        yield (label_cell("联系电话", 2), FormCell(sheet.header.phone, 9, align=Align.LEFT))


def _note(sheet: EvaluationSheet, texts: Texts) -> str:
    execution = _execution(sheet)
    parts = ["注：“—”表示无此项。"]
    if execution is not None:
        weight = texts[f"weight.{execution.code}"].text()
        parts.append(f"{execution.name}（分值{weight}分）在“项目资金”栏计分，不在绩效指标中重复列示。")
    parts.append(untold(funds_of(sheet.figures), texts["budget.appropriated"].value))
    if sheet.total + sum((leaf.lost for leaf in sheet.leaves()), Decimal(0)) == Decimal(100):
        parts.append(
            "各项分值按本年度部门评价指标体系设置。"
            if sheet.kind == EVALUATION
            else "各项分值按本年度自评指标体系设置。"
        )
    return "".join(parts)
