"""Scans recorded by other programs: once for each key, whole or not at all; positions are those of the pages."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from licensetrack.core.db import reading
from licensetrack.inventory.models import HostScan
from licensetrack.units.models import Unit
from tests.site import House


def scan(**changed: Any) -> dict[str, Any]:
    with reading() as db:
        code = db.scalars(select(Unit.code).order_by(Unit.code)).first()
    hosts = [{"name": "node-1", "sockets": 2, "cores": 24}, {"name": "node-2", "sockets": 4}]
    platform = {"unit": code, "platform": "接口云", "hosts": hosts}
    return {"on": "2024-12-01", "source": "巡检程序", "platforms": [platform], **changed}


def sent(house: House, content: dict[str, Any], status: int = 201, key: str = "", role: str = "operator") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    answer = house.client(role).post("/api/v1/inventory/scans", json=content, headers=headers)
    assert answer.status_code == status, answer.text
    return answer.json


def scans() -> int:
    with reading() as db:
        return int(db.scalar(select(func.count()).select_from(HostScan)) or 0)


def test_a_scan_is_recorded_once_for_each_key_and_stands_in_the_positions(own_house: House) -> None:
    first = sent(own_house, scan(), key="k-1")
    assert first["hosts"] == 2
    assert sent(own_house, scan(), key="k-1") == first
    sent(own_house, scan(source="别的程序"), 409, key="k-1")
    assert scans() == 1
    found = own_house.client("operator").get("/api/v1/inventory/positions?as_of=2024-12-31").json
    [row] = [one for one in found["positions"] if one["platform"] == "接口云"]
    assert (row["sockets"], row["needed"], row["missing"], row["issued"], row["scan"]) == (6, 6, 6, 0, first["scan"])
    before = own_house.client("operator").get("/api/v1/inventory/positions?as_of=2024-11-30").json
    assert all(one["seen_on"] is None for one in before["positions"])


def test_a_scan_with_something_wrong_is_refused_and_nothing_is_recorded(own_house: House) -> None:
    good = scan()
    platform = good["platforms"][0]
    for status, wrong in [
        (400, scan(on="2099-01-01")),
        (422, scan(on="yesterday")),
        (422, scan(platforms=[])),
        (400, scan(platforms=[{**platform, "unit": "查无此单位"}])),
        (400, scan(platforms=[{**platform, "product": "mainframe"}])),
        (400, scan(platforms=[{**platform, "hosts": [{"name": "x", "sockets": 0}]}])),
        (422, scan(platforms=[{**platform, "hosts": [{"name": "x", "sockets": "2"}]}])),
        (422, scan(colour="blue")),
    ]:
        sent(own_house, wrong, status, key="k-2")
    sent(own_house, good, 403, role="auditor")
    sent(own_house, good, 401, role="nobody")
    assert scans() == 0
    sent(own_house, good, key="k-2")
    assert scans() == 1
