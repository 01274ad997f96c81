"""Recording imports in the browser: what the platform shows, the picture, refusals at their fields, one effect each."""

from __future__ import annotations

import io
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from werkzeug.test import TestResponse

from licensetrack.allocation import issuing
from licensetrack.allocation.models import LicenseSet
from licensetrack.core.db import reading
from licensetrack.handover.acceptance_models import ImportAttempt
from licensetrack.units.models import Unit
from tests.handover.people import picture
from tests.site import CORRECTED, House, person
from tests.trade import day

SUCCESS = {"on": "2025-01-10", "outcome": "succeeded", "shown_cpus": "16"}


def waiting_set(
    number: str = "SQ-2025-8001", cpus: int | None = 16, product: str = "virtualization", **more: Any
) -> str:
    """A set issued to the unit user's unit."""
    with reading() as db:
        holder = db.scalars(
            select(Unit).join(LicenseSet, LicenseSet.unit_id == Unit.id).where(LicenseSet.number == CORRECTED)
        ).one()
        db.expunge(holder)
    issuing.issue_set(number, holder, product, cpus=cpus, on=day("2025-01-02"), actor=person("operator"), **more)
    return number


def fields(page: str, form: str = "") -> dict[str, Any]:
    """The hidden fields of a page's form."""
    found = BeautifulSoup(page, "html.parser").select_one(f"form#{form}" if form else "main form[method=post]")
    assert found is not None, page[-2000:]
    return {str(field["name"]): str(field.get("value", "")) for field in found.select("input[type=hidden]")}


def send(
    house: House, page: str, told: dict[str, Any], role: str = "operator", *, to: str = "", form: str = ""
) -> TestResponse:
    """Loads a page, fills its form and sends it."""
    data = fields(house.get(page, role), form) | told
    return house.client(role).post(to or page, data=data, content_type="multipart/form-data")


def attempts(number: str) -> list[ImportAttempt]:
    with reading() as db:
        found = db.scalars(
            select(ImportAttempt)
            .join(LicenseSet, LicenseSet.id == ImportAttempt.set_id)
            .where(LicenseSet.number == number)
        ).all()
        db.expunge_all()
    return list(found)


@pytest.mark.parametrize("role", ["operator", "unit_user", "vendor_engineer"])
def test_an_attempt_is_recorded_with_its_picture(own_house: House, role: str) -> None:
    number = waiting_set()
    told = SUCCESS | {"screenshot": (io.BytesIO(picture()), "截图 1.png"), "note": "现场导入"}
    answer = send(own_house, f"/imports/{number}", told, role)
    assert answer.status_code == 303, answer.text[-2000:]
    [one] = attempts(number)
    page = own_house.get(f"/imports/{number}", role)
    assert "导入成功" in page
    assert "现场导入" in page
    shown = own_house.client(role).get(f"/attempts/{one.id}/screenshot")
    assert shown.data == picture()
    assert shown.headers["Content-Type"] == "image/png"
    assert shown.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "attachment" not in shown.headers["Content-Disposition"]


def test_the_page_says_what_differs_and_the_set_stays_open(own_house: House) -> None:
    number = waiting_set(details={"fingerprint": "ESN-1", "valid_until": "2026-12-31"})
    told = SUCCESS | {"shown_cpus": "12", "shown_until": "2025-12-31", "shown_fingerprint": "ESN-2"}
    assert send(own_house, f"/imports/{number}", told, "unit_user").status_code == 303
    page = BeautifulSoup(own_house.get(f"/imports/{number}", "unit_user"), "html.parser")
    table = page.select_one("table.differs")
    assert table is not None
    cells = [[cell.get_text() for cell in row.select("td")] for row in table.select("tbody tr")]
    assert cells == [["16", "12"], ["2026-12-31", "2025-12-31"], ["ESN-1", "ESN-2"]]
    assert page.select_one("form.attempt-form") is not None, "the next attempt can be told"
    assert number in own_house.get("/imports", "unit_user")


@pytest.mark.parametrize(
    ("told", "field", "words"),
    [
        ({"outcome": ""}, "outcome", "请说明导入是否成功"),
        ({"shown_cpus": ""}, "shown_cpus", "请填写平台显示的CPU数"),
        ({"shown_cpus": "１６"}, "shown_cpus", "请填写整数"),
        ({"shown_cpus": "1e3"}, "shown_cpus", "请填写整数"),
        ({"outcome": "failed"}, "reason_code", "请选择导入失败的原因"),
        ({"outcome": "failed", "reason_code": "other"}, "note", "请用文字说明"),
        ({"screenshot": (b"<svg/>", "a.svg")}, "screenshot", "PNG或JPG"),
        ({"on": "2999-01-01"}, "on", "晚于今天|将来|未来|晚于"),
        ({"on": ""}, "on", "请填写日期"),
    ],
)
def test_a_refused_attempt_is_told_at_its_field(own_house: House, told: dict[str, Any], field: str, words: str) -> None:
    number = waiting_set()
    filled = {**SUCCESS, "note": "" if field == "note" else "打过电话", **told}
    if isinstance(filled.get("screenshot"), tuple):
        filled["screenshot"] = (io.BytesIO(filled["screenshot"][0]), filled["screenshot"][1])
    answer = send(own_house, f"/imports/{number}", filled, "unit_user")
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    error = page.select_one(f"#{field}-error")
    assert error is not None, page.get_text(" ", strip=True)[:2000]
    assert any(word in error.get_text() for word in words.split("|")), error.get_text()
    if field != "note":
        assert "打过电话" in answer.text, "what was typed stays"
    assert attempts(number) == []


def test_a_product_without_cpus_is_not_asked_for_them(own_house: House) -> None:
    number = waiting_set("SQ-2025-8002", None, "bms")
    assert "shown_cpus" not in own_house.get(f"/imports/{number}")
    assert send(own_house, f"/imports/{number}", {"on": "2025-01-10", "outcome": "succeeded"}).status_code == 303


def test_a_second_click_records_nothing_and_a_stale_form_is_a_conflict(own_house: House) -> None:
    number = waiting_set()
    page = f"/imports/{number}"
    form = fields(own_house.get(page)) | {"on": "2025-01-10", "outcome": "failed", "reason_code": "network"}
    other = fields(own_house.get(page)) | {"on": "2025-01-10", "outcome": "failed", "reason_code": "clock"}
    browser = own_house.client()
    first, second = browser.post(page, data=form), browser.post(page, data=form)
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert browser.post(page, data=other).status_code == 409
    assert [one.reason for one in attempts(number)] == ["network"]


def test_a_field_that_the_form_does_not_have_changes_nothing(own_house: House) -> None:
    number = waiting_set()
    for name in ("nth", "result", "set_id", "actor", "position", "at", "issued_cpus"):
        answer = send(own_house, f"/imports/{number}", SUCCESS | {name: "1"})
        assert answer.status_code == 422
    assert attempts(number) == []


def test_an_imported_set_shows_no_form(own_house: House) -> None:
    number = waiting_set()
    send(own_house, f"/imports/{number}", SUCCESS)
    assert BeautifulSoup(own_house.get(f"/imports/{number}"), "html.parser").select_one("form.attempt-form") is None
    own_house.get(f"/imports/{number}", "auditor")
