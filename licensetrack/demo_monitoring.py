"""The monitorings of the demonstration: July's was reported and something of it was put right, August's is a draft."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from licensetrack.accounts.permissions import Actor
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.performance import monitoring_queries as queries
from licensetrack.performance.framework import SIGNS
from licensetrack.performance.monitoring import (
    draft_monitoring,
    judge_monitoring,
    report_monitoring,
    submit_monitoring,
)
from licensetrack.performance.monitoring_composing import BUDGET
from licensetrack.performance.monitoring_follow_ups import mend_follow_up
from licensetrack.performance.monitoring_heads import header_for
from licensetrack.performance.monitoring_models import Monitoring
from licensetrack.performance.monitoring_rules import Judgement
from licensetrack.performance.monitoring_sheet import MonitoredIndicator, MonitoringSheet
from licensetrack.performance.sheet import Header


def watch_the_year(paper: Header, person: Callable[[str], Actor]) -> None:
    """Makes them for a year that has come to the end of August; `person` gives the account of a login.

    The head of the forms is what the project's record says, and beyond it the evaluation's paper.
    """
    year = paper.year
    if today() < dt.date(year, 8, 31):
        return
    officer, reviewer = person("performance"), person("reviewer")
    with reading() as db:
        head = header_for(db, dt.date(year, 7, 31), paper)
    july = draft_monitoring(dt.date(year, 7, 31), head, actor=officer)
    judged = judge_monitoring(july, _said(_sheet(july)), actor=officer)
    reported = report_monitoring(submit_monitoring(judged, actor=officer), actor=reviewer)
    with reading() as db:
        points = list(queries.follow_ups(db, reported.id))
        db.expunge_all()
    for point in points:
        mend_follow_up(
            point, actor=person("operator"), on=dt.date(year, 8, 20), result="已逐家督促，验收材料陆续报送。"
        )
    draft_monitoring(dt.date(year, 8, 31), actor=officer)


def _sheet(found: Monitoring) -> MonitoringSheet:
    with reading() as db:
        return queries.sheet(db, found)


def _said(sheet: MonitoringSheet) -> dict[str, Judgement]:
    said = {one.code: _judged(one, sheet.year) for one in sheet.indicators}
    granted = sheet.figures["budget.appropriated"].value
    if granted is not None:
        paid_later = "合同约定的第二笔款和尾款于9月、12月支付（示例）。"
        said[BUDGET] = Judgement(forecast=Decimal(granted), forecast_reason=paid_later)
    return said


def _judged(one: MonitoredIndicator, year: int) -> Judgement:
    if one.nature == SIGNS["qualitative"]:
        return Judgement(band="achieved", value_text="按计划推进", forecast_text="按期完成")
    if one.light in ("yellow", "red"):
        return Judgement(
            causes=("staff",), cause_note="部分单位导入后尚未办结验收（示例）。", likelihood="possible", mend=True,
            requirement="逐家督促，在验收期限内办结。", owner="授权管理员", due_on=dt.date(year, 10, 31),
        )  # fmt: skip
    return Judgement(likelihood="" if one.light else "certain")
