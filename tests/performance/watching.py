"""A monitoring of the small year, step by step, for tests."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import text

from licensetrack.core.db import reading
from licensetrack.performance import monitoring_queries as queries
from licensetrack.performance.monitoring import (
    draft_monitoring,
    judge_monitoring,
    report_monitoring,
    submit_monitoring,
)
from licensetrack.performance.monitoring_models import FollowUp, Monitoring
from licensetrack.performance.monitoring_rules import Judgement
from licensetrack.performance.monitoring_sheet import MonitoringSheet, ProjectHeader
from tests.performance.conftest import OFFICER, REVIEWER
from tests.trade import day

JULY = day("07-31")
HEADER = ProjectHeader(
    project="场地授权项目", authority="主管局", implementer="数据中心", author="数据中心", fund_source="一般公共预算",
    goal="不少于{target.C11}个CPU。", progress="已完成{value.C11}个CPU。",
)  # fmt: skip
DONE = Judgement(band="achieved", value_text="正常推进", forecast_text="按期完成")
SAID = {
    "C12": Judgement(likelihood="certain"),
    "C31": DONE,
    "C32": Judgement(likelihood="possible"),  # no service order yet: there is nothing to divide
    "D11": Judgement(likelihood="certain"),
    "D12": DONE,
    "D21": Judgement(likelihood="possible"),
    "budget": Judgement(forecast=Decimal(7515), forecast_reason="合同约定12月支付"),
}
LATE = Judgement(
    band="missed", causes=("staff", "other"), cause_note="人手不足", likelihood="possible", mend=True,
    requirement="补充人员", owner="运营科", due_on=day("10-31"),
)  # fmt: skip


def sheet_of(monitoring: Monitoring) -> MonitoringSheet:
    with reading() as session:
        return queries.sheet(session, monitoring)


def drafted() -> Monitoring:
    return draft_monitoring(JULY, HEADER, actor=OFFICER)


def submitted(last: Judgement = LATE) -> Monitoring:
    judged = judge_monitoring(drafted(), SAID | {"D13": last}, actor=OFFICER)
    return submit_monitoring(judged, actor=OFFICER)


def reported(last: Judgement = LATE) -> Monitoring:
    return report_monitoring(submitted(last), actor=REVIEWER)


def follow_ups(monitoring: Monitoring) -> list[FollowUp]:
    with reading() as session:
        return list(queries.follow_ups(session, monitoring.id))


def tables() -> dict[str, int]:
    with reading() as session:
        names = ("monitoring", "monitoring_step", "monitoring_snapshot", "follow_up", "follow_up_step", "audit_entry")
        return {name: session.scalar(text(f"SELECT count(*) FROM {name}")) for name in names}
