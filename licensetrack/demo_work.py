"""Work on the desks of the demonstration: requests at every stage before the issue, and a certificate to be signed.

Nothing here issues, imports or accepts: the figures of every day stay those of the sample year.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from licensetrack.accounts.permissions import Actor
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.stages import IMPORTED
from licensetrack.core.db import reading
from licensetrack.handover.certificates import draw_certificate
from licensetrack.requests.drafting import draft_request, submit_request
from licensetrack.requests.models import LicenseRequest
from licensetrack.requests.reviewing import accept_request, approve_request, return_request
from licensetrack.units.models import Unit

_HOSTS = "主机名\tCPU颗数\t每颗核数\ncloud-01\t8\t24\ncloud-02\t8\t24"


def leave_work(person: Callable[[str], Actor]) -> None:
    """Leaves work for each desk; `person` gives the account of a login."""
    people = {login: person(login) for login in ("unit", "operator", "reviewer")}
    with reading() as db:
        own = db.get_one(Unit, int(people["unit"].scope.value))
        other = db.scalars(select(Unit).where(Unit.id != own.id).order_by(Unit.code)).first()
        waiting = db.scalars(select(LicenseSet).where(LicenseSet.stage == IMPORTED).order_by(LicenseSet.number)).first()
        holder = None if waiting is None else db.get_one(Unit, waiting.unit_id)
        db.expunge_all()
    _draft(own, people["unit"], "灾备云平台", "")
    _submitted(own, people["unit"], "政务云新区平台", "ESN-DEMO-0001")
    returned = _submitted(own, people["unit"], "政务云测试平台", "ESN-DEMO-0002")
    return_request(returned, actor=people["operator"], note="请补充机房位置和主机清单的责任人。")
    if other is not None:
        accept_request(_submitted(other, people["operator"], "业务云平台", "ESN-DEMO-0003"), actor=people["reviewer"])
    approved = _submitted(own, people["unit"], "政务云数据平台", "ESN-DEMO-0004")
    accept_request(approved, actor=people["operator"])
    approve_request(approved, actor=people["reviewer"])
    if waiting is not None and holder is not None:
        draw_certificate(holder, [waiting], actor=people["operator"])


def _draft(unit: Unit, actor: Actor, platform: str, fingerprint: str) -> LicenseRequest:
    line = {
        "kind": "new", "product": "virtualization", "license_kind": "formal", "platform": platform, "cpus": "16",
        "edition": "企业版", "hosts": _HOSTS, "fingerprint": fingerprint,
    }  # fmt: skip
    typed = {"contact": "信息化负责人", "phone": "0755-00000000", "reason": "业务系统上云（示例）", "lines": [line]}
    return draft_request(unit, typed, actor=actor)


def _submitted(unit: Unit, actor: Actor, platform: str, fingerprint: str) -> LicenseRequest:
    return submit_request(_draft(unit, actor, platform, fingerprint), actor=actor)
