"""Objects of the area "inventory" in the house of the access table; tests/furnishing/everything.py says more."""

from __future__ import annotations

import datetime as dt

from licensetrack.allocation import issuing
from licensetrack.core import db
from licensetrack.core.clock import today
from licensetrack.inventory import queries
from licensetrack.inventory.differences import waive_difference
from licensetrack.inventory.models import HostScan
from licensetrack.inventory.runs import make_run
from licensetrack.inventory.scans import HostLine, Origin, PlatformLine, record_scan, state_core_rule
from licensetrack.units.models import Unit
from tests.furnishing.everything import Objects
from tests.site import person
from tests.trade import day


def furnish(objects: Objects) -> Objects:
    """An own and a foreign scan, the run that found a shortage in each, and a third whose waiver was asked for."""
    operator = person("operator")
    own, foreign = int(objects["own_unit"]), int(objects["foreign_unit"])
    for number, unit_id, platform in (
        ("SQ-2025-9301", own, "核查云"), ("SQ-2025-9302", foreign, "核查云"), ("SQ-2025-9303", foreign, "测试云"),
    ):  # fmt: skip
        with db.reading() as session:
            holder = session.get_one(Unit, unit_id)
            session.expunge(holder)
        issuing.issue_set(
            number, holder, "virtualization", cpus=8, on=day("2025-02-01"), actor=operator,
            details={"platform": platform},
        )  # fmt: skip
    own_scan, foreign_scan = _scan(own, "核查云"), _scan(foreign, "核查云")
    _scan(foreign, "测试云")
    state_core_rule("virtualization", "示例厂商", 32, actor=operator, reason="厂商许可条款")
    run = make_run(day("2025-04-02"), actor=operator)
    with db.reading() as session:
        found = {
            (row[0].unit_id, row.platform): row[0]
            for row in queries.differences(session, queries.Wanted(run_id=run.id, kind="quantity"))
        }
        session.expunge_all()
    waive_difference(found[foreign, "测试云"], actor=operator, until=today() + dt.timedelta(days=90), reason="测试环境")
    return {
        "own_scan": own_scan.id,
        "foreign_scan": foreign_scan.id,
        "reconciliation_run": run.id,
        "own_difference": found[own, "核查云"].id,
        "foreign_difference": found[foreign, "核查云"].id,
        "asked_difference": found[foreign, "测试云"].id,
        "own_difference_label": f"数量 {found[own, '核查云'].id}",
        "foreign_difference_label": f"数量 {found[foreign, '核查云'].id}",
        "asked_difference_label": f"数量 {found[foreign, '测试云'].id}",
    }


def _scan(unit_id: int, platform: str) -> HostScan:
    hosts = tuple(HostLine(f"host-{n}", 2, 24, edition="企业版") for n in range(1, 7))
    line = PlatformLine(unit_id, platform, "virtualization", hosts)
    return record_scan(day("2025-04-01"), [line], Origin("file", "巡检.xlsx"), actor=person("operator"))
