"""授权管理月报: a closed month on exactly one page: what is counted, what changed, what was done, what waits."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from licensetrack.allocation.models import LedgerEvent
from licensetrack.core.clock import end_of_month_before
from licensetrack.measures.catalogue import MEASURES, figures
from licensetrack.measures.month_models import MonthClosing
from licensetrack.measures.months import closing_of, figures_then
from licensetrack.measures.question import Question, Value
from licensetrack.reminders import rules
from licensetrack.reminders.due import due_dates
from licensetrack.reminders.rules import RULES
from licensetrack.reports.document import Block, Column, Document, Properties, Row, Table
from licensetrack.reports.evaluation_words import PRODUCTS, long_day, sheet_name, short_instant
from licensetrack.reports.numbers import NO_VALUE, Figure, Kind, Style, Unit

TITLE = "软件授权管理月报"
ACTIONS = {
    "issue": "发放", "import": "导入", "accept": "验收", "decline": "验收不通过", "import_failed": "导入失败",
    "expand": "扩容", "shrink": "缩容", "renew": "续期", "replace_host": "更换主机", "relocate": "划转",
    "return": "退回", "revoke": "收回",
}  # fmt: skip
WAITING = {
    rules.VALIDITY: "授权有效期到期", rules.SUPPORT: "维保到期", rules.TEMPORARY: "临时授权到期未处理",
    rules.REVOCATION: "失效码未回收", rules.IMPORT: "已发放未导入", rules.ACCEPTANCE: "已导入未验收",
    rules.REWORK: "验收不通过待整改", rules.RECEIPT: "授权文件未签收", rules.CERTIFICATE_UNIT: "验收单待单位签署",
    rules.CERTIFICATE_CENTER: "验收单待中心会签", rules.SUBMITTED: "申请待受理", rules.ACCEPTED: "申请待审批",
    rules.RETURNED: "申请待补正", rules.APPROVED: "申请待发放", rules.FOLLOW_UP: "监控整改事项",
    rules.MONITORING: "年度绩效监控", rules.EVALUATION: "年度绩效评价",
}  # fmt: skip
_COUNTED = ("issued_sets", "imported_sets", "accepted_sets", "accepted_cpus")
_KEY = (
    "units.served", "import.pass_rate", "import.first_pass_rate", "budget.appropriated", "budget.spent",
    "budget.execution_rate", "support.orders", "support.on_time_rate", "support.satisfaction_rate",
)  # fmt: skip
_AHEAD, _WAITS = 30, 10


@dataclass(frozen=True)
class MonthSheet:
    """What the page shows: the figures of this month's end and the last one's, acts of the month, what waits.

    `waiting` holds for each kind how many are due within thirty days or over, and how many of them are over.
    """

    as_of: dt.date
    known_at: dt.datetime
    figures: Mapping[str, Value]
    before: Mapping[str, Value]
    acts: Mapping[str, int]
    waiting: Mapping[str, tuple[int, int]]
    office: str


def month_sheet(db: Session, as_of: dt.date, office: str) -> MonthSheet:
    """Gathers a closed month. What waits is what waits now. Raises NotFound where the month is not closed."""
    closing = closing_of(db, as_of)
    first = as_of.replace(day=1)
    before = figures(db, Question(end_of_month_before(as_of), closing.known_at))
    return MonthSheet(
        as_of, closing.known_at, figures_then(db, closing.id), before, _acts(db, closing, first), _waiting(db, as_of),
        office,
    )  # fmt: skip


def month_document(sheet: MonthSheet) -> Document:
    """The page for those who decide."""
    month = f"{sheet.as_of.year}年{sheet.as_of.month}月"
    known = short_instant(sheet.known_at)
    lead = f"注：数据截至{long_day(sheet.as_of)}，按{known}前登记的内容统计；只统计正式授权；到期指三十日内。"
    blocks: tuple[Block, ...] = (
        replace(_products(sheet), caption="一、授权数量"), replace(_key_figures(sheet), caption="二、主要指标"),
        replace(_done(sheet), caption="三、本月办理"), replace(_waits(sheet), caption="四、到期与待办", note=lead),
    )  # fmt: skip
    return Document(
        title=f"{month}{TITLE}",
        properties=Properties(sheet.office, sheet.known_at, TITLE, f"{month},月报"), blocks=blocks,
    )  # fmt: skip


def _products(sheet: MonthSheet) -> Table:
    counters = ("已发放套数", "已导入套数", "已验收套数", "已验收CPU数", "CPU数比上月末")
    columns = (Column("产品"), *(Column(name, Kind.COUNT) for name in counters))
    rows: list[Row] = []
    for product, word in PRODUCTS.items():
        names = [f"{product}.{counter}" for counter in _COUNTED]
        if any(sheet.figures.get(name) or sheet.before.get(name) for name in names):
            counted = product != "bms"  # counted in sets alone
            cells = [_figure(sheet.figures, name) for name in (names if counted else names[:3])]
            rows.append(
                (word, *cells, *([] if counted else [NO_VALUE]), _change(sheet, names[3]) if counted else NO_VALUE)
            )
    return Table(columns, rows or [("—", None, None, None, None, "")])


def _key_figures(sheet: MonthSheet) -> Table:
    columns = (Column("指标"), Column("本月末", Kind.COUNT), Column("比上月末", Kind.COUNT)) * 2
    names = [name for name in _KEY if name in sheet.figures]
    rows: list[Row] = [(_label(name), _figure(sheet.figures, name), _change(sheet, name)) for name in names]
    return _side_by_side(columns, rows, 2)


def _done(sheet: MonthSheet) -> Table:
    done = [(word, sheet.acts[action]) for action, word in ACTIONS.items() if sheet.acts.get(action)]
    columns = (Column("办理"), Column("套次", Kind.COUNT)) * 6
    return _side_by_side(columns, [*(done or [("无", 0)])], 6)


def _waits(sheet: MonthSheet) -> Table:
    """Two in a line; what has the fewest over stands together in the last field when one page has no room for all."""
    columns = (Column("事项"), Column("到期或超期", Kind.COUNT), Column("已超期", Kind.COUNT)) * 2
    kinds = sorted(sheet.waiting, key=lambda kind: -sheet.waiting[kind][1])
    if len(kinds) > _WAITS:
        shown, rest = kinds[: _WAITS - 1], kinds[_WAITS - 1 :]
    else:
        shown, rest = list(sheet.waiting), []
    rows: list[Row] = [(WAITING[kind], *sheet.waiting[kind]) for kind in sheet.waiting if kind in shown]
    if rest:
        rows.append(("其他事项", *(sum(sheet.waiting[kind][nth] for kind in rest) for nth in (0, 1))))
    return _side_by_side(columns, rows or [("没有到期和超期的事项", 0, 0)], 2)


def _side_by_side(columns: tuple[Column, ...], rows: list[Row], most: int) -> Table:
    """Short rows, `most` of them in a line."""
    width = len(columns) // most
    padded = [*rows, *[("", *[""] * (width - 1))] * (-len(rows) % most)]
    lines = [tuple(cell for row in padded[at : at + most] for cell in row) for at in range(0, len(padded), most)]
    return Table(columns, lines)


def _label(name: str) -> str:
    unit = {Unit.WAN_YUAN: "（万元）", Unit.UNITS: "（家）", Unit.ORDERS: "（件）"}.get(Unit(MEASURES[name].unit), "")
    return sheet_name(name) + unit


def _figure(values: Mapping[str, Value], name: str) -> Figure:
    return Figure(name, values.get(name), Unit(MEASURES[name].unit))


def _change(sheet: MonthSheet, name: str) -> str:
    """The difference with its sign; of rates in points of a percent."""
    now, then = sheet.figures.get(name), sheet.before.get(name)
    if now is None or then is None:
        return NO_VALUE
    difference = Decimal(now) - Decimal(then)
    unit = Unit(MEASURES[name].unit)
    text = Figure(name, abs(difference), Unit.PLAIN if unit is Unit.PERCENT else unit).text(Style.TABLE)
    sign = "+" if difference > 0 else "−" if difference < 0 else ""
    return f"{sign}{text}" + ("个百分点" if unit is Unit.PERCENT and difference else "")


def _acts(db: Session, closing: MonthClosing, first: dt.date) -> dict[str, int]:
    """Acts of the month on formal sets as known at the closing; what was taken back by then is none."""
    e, back = LedgerEvent, aliased(LedgerEvent)
    query = (
        select(e.action, func.count())
        .outerjoin(back, (back.reverses_id == e.id) & (back.at <= closing.known_at))
        .where(e.on.between(first, closing.as_of), e.at <= closing.known_at, e.kind == "formal", back.id.is_(None))
        .where((e.action != "relocate") | (e.issued_sets > 0))  # a move has two legs
        .group_by(e.action)
    )
    return dict(db.execute(query).all())


def _waiting(db: Session, day: dt.date) -> dict[str, tuple[int, int]]:
    due, over = Counter[str](), Counter[str]()
    for one in due_dates(db, day):
        left = (one.due_on - day).days
        due[one.kind] += left <= _AHEAD and (left <= 0 or not RULES[one.kind].limit)
        over[one.kind] += left < 0
    return {kind: (due[kind], over[kind]) for kind in WAITING if due[kind]}
