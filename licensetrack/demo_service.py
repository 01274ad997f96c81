"""Service at work in the demonstration: orders at several stages, a bulletin with its tasks, two firms.

Everything came in today, so the figures of the sample year stay what they are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy import select

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.support import handling, settling
from licensetrack.support.asking import Wish, ask_service
from licensetrack.support.bulletin_queries import waiting_tasks
from licensetrack.support.bulletins import Notice, add_unit, publish_bulletin, report_task
from licensetrack.support.handling_models import ServiceCase
from licensetrack.support.limits import set_firm
from licensetrack.support.moving import wall_now
from licensetrack.support.stages import TASK_OPEN
from licensetrack.units.models import Unit

FIRM = "示例厂商"


def leave_service(person: Callable[[str], Actor]) -> None:
    """Leaves orders and a bulletin; `person` gives the account of a login."""
    unit, operator, vendor = (person(login) for login in ("unit", "operator", "vendor"))
    set_firm(vendor.login, FIRM, actor=operator)
    with reading() as db:
        own = db.get_one(Unit, int(unit.scope.value))
        other = db.scalars(select(Unit).where(Unit.id != own.id).order_by(Unit.code)).first()
        held = db.scalars(select(LicenseSet).where(LicenseSet.unit_id == own.id).order_by(LicenseSet.number)).first()
        db.expunge_all()
    number = held.number if held is not None else ""

    def sent(wish: Wish, severity: str, hours: float, holder: Unit = own) -> ServiceCase:
        made = ask_service(holder, wish, actor=operator, received=wall_now() - dt.timedelta(hours=hours))
        taken = handling.accept_order(made, actor=operator, severity=severity)
        return handling.assign_order(taken, actor=operator, engineer=vendor.login)

    ask_service(own, Wish("troubleshooting", "平台登录后提示授权即将到期（示例）", set_number=number), actor=unit)
    late = sent(Wish("emergency", "管理节点无法访问（示例）", source="phone", raised_by="值班人员"), "major", 3)
    handling.answer_order(late, actor=vendor, late_reason="工程师正在其他现场（示例）")
    done = sent(Wish("vulnerability", "安装安全补丁（示例）", source="wechat", set_number=number), "minor", 0.2)
    done = handling.hand_over(
        handling.answer_order(done, actor=vendor), actor=vendor, outcome="已解决", work="已安装补丁并重启服务（示例）"
    )
    if other is not None:
        waits = sent(Wish("software_update", "升级管理平台（示例）", source="phone"), "minor", 1, other)
        waits = handling.answer_order(waits, actor=vendor)
        handling.pause_order(waits, actor=vendor, reason="等待单位确认变更窗口（示例）")
    closed = sent(Wish("license", "协助导入授权文件（示例）", source="phone", set_number=number), "minor", 0.1)
    closed = handling.hand_over(
        handling.answer_order(closed, actor=vendor), actor=vendor, outcome="已解决", work="现场协助导入（示例）"
    )
    settling.confirm_solution(closed, actor=unit, mark=5, words="响应及时（示例）")
    day = today()
    made = publish_bulletin(
        Notice(
            "vulnerability", "虚拟化软件管理接口越权漏洞（示例）", day, day + dt.timedelta(days=14),
            description="升级到修复版本，或按厂商说明关闭受影响的接口。", references="CVE-2024-99999", level="high",
            found_by="厂商公告", version="8.0.1", product="virtualization",
        ),
        actor=operator,
    )  # fmt: skip
    with reading() as db:
        concerned = {holder.id for _, _, holder in waiting_tasks(db, operator.scope, TASK_OPEN)}
    if own.id not in concerned:
        add_unit(made, own, actor=operator)
    with reading() as db:
        tasks = [task for task, _, holder in waiting_tasks(db, operator.scope, TASK_OPEN) if holder.id != own.id][:3]
        db.expunge_all()
    for task in tasks:
        report_task(task, actor=operator, done_on=day, result="已升级到8.0.1（示例）")
