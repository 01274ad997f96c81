"""Builds the paper of a monitoring from its sheet alone: the form, changed targets, what is put right, forecasts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

from licensetrack.performance.monitoring_sheet import MonitoringSheet, Target
from licensetrack.performance.monitoring_trend import LINEAR, Trend
from licensetrack.reports.document import Align, Column, Document, Properties, Row, Sheet, Table
from licensetrack.reports.evaluation_words import long_day
from licensetrack.reports.monitoring_form import TITLE, Texts, head_form, indicators_table
from licensetrack.reports.monitoring_words import LIGHTS, figures_of, period
from licensetrack.reports.numbers import Kind

DRAFT = "（草稿，未上报）"
Results = Mapping[str, tuple[dt.date, str]]
"""Code of indicator → when and how it was put right."""


def monitoring_document(sheet: MonitoringSheet, results: Results | None = None) -> Document:
    """The paper for all three renderers; the same sheet gives the same document.

    `results` are those of a closed monitoring. Raises sentences.WordingError for a number in a text that no
    figure backs.
    """
    texts = Texts(figures_of(sheet.figures))
    year = f"（{sheet.year}年度，{period(sheet.as_of)}）"
    tables = list(_tables(sheet, results or {}))
    indicators, head = indicators_table(sheet), head_form(sheet, texts, f"{TITLE}{year}")
    sheets = (
        Sheet("运行监控表", (head, indicators), landscape=True, whole=True),
        Sheet("附表", tuple(tables), landscape=True),
    )
    keywords = f"{sheet.year}年度,绩效运行监控,数据截至{sheet.as_of.isoformat()},第{sheet.version}版"
    return Document(
        title=TITLE,
        subtitle=year + ("" if sheet.frozen else DRAFT),
        properties=Properties(sheet.header.author, sheet.reported_at or sheet.known_at, sheet.header.project, keywords),
        blocks=(head_form(sheet, texts), indicators, *tables),
        sheets=sheets,
        figures=texts.figures,
        landscape=True,
    )


def _tables(sheet: MonitoringSheet, results: Results) -> Iterator[Table]:
    changed = changed_targets([(one.name, one.target, one.earlier) for one in sheet.indicators])
    if changed is not None:
        yield changed
    mended = _to_mend(sheet, results)
    if mended is not None:
        yield mended
    yield _forecasts(sheet)


def changed_targets(lines: list[tuple[str, Target, tuple[Target, ...]]]) -> Table | None:
    """Targets that were changed within the year, old and new side by side; None where none was."""
    rows: list[Row] = []
    for name, target, earlier in lines:
        for old, new in zip(earlier, (*earlier[1:], target), strict=False):
            if new.version is not None:
                change = new.version
                rows.append((name, old.text, new.text, change.start, change.document, change.reason, change.author))
    columns = (
        Column("三级指标"),
        Column("原指标值", align=Align.CENTER),
        Column("调整后指标值", align=Align.CENTER),
        Column("起始日期", Kind.DATE),
        Column("依据"),
        Column("调整原因"),
        Column("调整人", align=Align.CENTER),
    )
    return Table(columns, rows, "年度指标值调整情况") if rows else None


def _to_mend(sheet: MonitoringSheet, results: Results) -> Table | None:
    rows: list[Row] = []
    for one in sheet.indicators:
        said = one.judgement
        if said.mend:
            on, result = results.get(one.code, (None, "整改中" if sheet.frozen else "—"))
            done = f"{result}（{long_day(on)}）" if on else result
            rows.append((one.name, LIGHTS.get(one.light, "—"), "是", said.requirement, said.owner, said.due_on, done))
    columns = (
        Column("三级指标"),
        Column("红绿灯", align=Align.CENTER),
        Column("是否需要整改", align=Align.CENTER),
        Column("整改要求和建议"),
        Column("责任人", align=Align.CENTER),
        Column("完成时限", Kind.DATE),
        Column("整改结果"),
    )
    return Table(columns, rows, "整改要求及结果") if rows else None


def _forecasts(sheet: MonitoringSheet) -> Table:
    """What the forecasts rest on: the standing at each month's end, the monthly average, the year."""
    lines = [("年度资金执行数（万元）", sheet.budget.trend, sheet.budget.forecast, sheet.budget.forecast_reason)]
    lines += [
        (f"{one.name}（{one.unit}）", one.trend, one.forecast, one.judgement.forecast_reason)
        for one in sheet.indicators
        if one.trend is not None and one.trend.method == LINEAR and one.measure != "budget.spent"
    ]
    rates = [one.name for one in sheet.indicators if one.trend is not None and one.trend.method != LINEAR]
    rows: list[Row] = [
        (name, trend.start, *(standing for _, standing in trend.standings), _average(trend), trend.forecast, used, why)
        for name, trend, used, why in lines
    ]
    months = [_month(month, sheet.as_of) for month, _ in sheet.budget.trend.standings]
    columns = (
        Column("指标"),
        Column("年初", Kind.COUNT),
        *(Column(month, Kind.COUNT, group="各月末累计") for month in months),
        Column("月均\n增加", Kind.COUNT),
        Column("趋势\n测算数", Kind.COUNT),
        Column("采用数", Kind.COUNT),
        Column("调整理由"),
    )
    gone = f"{sheet.budget.trend.gone:f}".rstrip("0").rstrip(".")
    note = (
        f"注：趋势测算数＝当期累计＋月均增加×全年剩余月数，月均增加＝（当期累计－年初）÷已过月数（{gone}个月）；"
        "资金执行数不超过全年预算数。"
    )
    if rates:
        note += f"比率类指标（{'、'.join(rates)}）按当期水平预计。"
    return Table(columns, rows, "全年预计测算依据", note)


def _average(trend: Trend) -> Decimal | None:
    if trend.value is None:
        return None
    grown = (Decimal(trend.value) - Decimal(trend.start or 0)) / trend.gone
    return grown.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _month(month: str, cut_off: dt.date) -> str:
    """7月; the month of the cut-off says its day where that does not end it: 8月20日."""
    return period(cut_off).rpartition("—")[2] if f"{cut_off:%Y-%m}" == month else f"{int(month[5:])}月"
