"""What runs in the demonstration: a scan of some platforms of the sample year, and what a comparison finds of it.

Nothing here touches the ledger: the figures of every day stay those of the sample year.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.stages import ACCEPTED
from licensetrack.core.db import reading
from licensetrack.inventory.runs import make_run
from licensetrack.inventory.scans import HostLine, Origin, PlatformLine, record_scan, state_core_rule
from licensetrack.units.models import Platform

SEEN_ON, COMPARED = dt.date(2024, 12, 20), dt.date(2024, 12, 31)
SOCKETS = 2  # of each server
LOOKED_AT = 12


def look_at_what_runs(operator: Actor) -> None:
    """Twelve platforms: most run what they hold, one too much, one too little, one with too many cores, one unknown."""
    with reading() as db:
        query = (
            select(LicenseSet, Platform.name)
            .join(Platform, Platform.id == LicenseSet.platform_id)
            .where(LicenseSet.stage == ACCEPTED, LicenseSet.product == "virtualization", LicenseSet.cpus >= 2 * SOCKETS)
            .order_by(LicenseSet.number)
        )
        first: dict[int | None, tuple[LicenseSet, str]] = {}
        for license_set, platform in db.execute(query):
            first.setdefault(license_set.platform_id, (license_set, platform))
        found = list(first.values())[:LOOKED_AT]
        db.expunge_all()
    if not found:
        return
    lines = []
    for nth, (license_set, platform) in enumerate(found):
        cpus = int(license_set.cpus or 0) + {1: SOCKETS, 4: -SOCKETS}.get(nth, 0)
        maker = "示例厂商" if nth == 7 else ""
        lines.append(_platform(license_set.unit_id, platform, cpus, cores=64 if nth == 7 else 24, vendor=maker))
    lines.append(_platform(found[0][0].unit_id, "未登记测试平台", 2 * SOCKETS, cores=24, vendor=""))
    record_scan(SEEN_ON, lines, Origin("collector", "年末巡检（示例）"), actor=operator)
    terms = "厂商许可条款：每个授权覆盖单颗 CPU 不超过 32 核（示例）"
    state_core_rule("virtualization", "示例厂商", 32, actor=operator, reason=terms)
    make_run(COMPARED, actor=operator)


def _platform(unit_id: int, platform: str, cpus: int, *, cores: int, vendor: str) -> PlatformLine:
    """Servers of two CPUs each, and one of one where the number is odd."""
    sizes = [SOCKETS] * (cpus // SOCKETS) + [1] * (cpus % SOCKETS)
    hosts = [HostLine(f"host-{nth:02}", size, cores, vendor=vendor) for nth, size in enumerate(sizes, 1)]
    return PlatformLine(unit_id, platform, "virtualization", tuple(hosts))
