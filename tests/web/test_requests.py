"""A request on its pages: begun, typed, kept, checked, submitted, and looked at by everybody whom it concerns."""

from __future__ import annotations

import io
import secrets
from typing import Any

import pytest
from bs4 import BeautifulSoup
from werkzeug.test import TestResponse

from licensetrack.core.db import reading
from licensetrack.requests.models import LicenseRequest, RequestAttachment, RequestLine
from tests.site import House

FORM = {"contact": "王工", "phone": "1", "reason": "业务上云", "wanted_on": ""}
NEW_LINE = {
    "key": "aaaa", "kind": "new", "product": "virtualization", "license_kind": "formal", "platform": "政务云一号",
    "cpus": "4", "hosts": "node-1\t4\t16", "fingerprint": "ESN-PAGE-1",
}  # fmt: skip


def fields(page: str) -> dict[str, str]:
    """Every hidden value of the page's main form that an act needs."""
    soup = BeautifulSoup(page, "html.parser")
    found = {}
    for name in ("once", "version"):
        tag = soup.find("input", attrs={"name": name})
        found[name] = str(tag["value"]) if tag is not None and tag.get("value") else ""
    return found


def with_lines(*lines: dict[str, str], **more: str) -> dict[str, Any]:
    data: dict[str, Any] = {**FORM, **more}
    for place, line in enumerate(lines):
        data |= {f"lines-{place}-{name}": value for name, value in line.items()}
    return data


def begun(house: House, role: str = "unit_user", **more: str) -> str:
    """The number of a request just begun."""
    page = house.get("/requests/new", role)
    data = {"once": fields(page)["once"], "kind": "new", **more}
    answer = house.client(role).post("/requests/new", data=data)
    assert answer.status_code == 303, answer.text[-1500:]
    return str(answer.location.split("/")[2])


def sent(house: House, number: str, act: str, data: dict[str, Any], role: str = "unit_user") -> TestResponse:
    page = house.get(f"/requests/{number}/edit", role)
    return house.client(role).post(f"/requests/{number}/{act}", data={**fields(page), **data})


def record(number: str) -> LicenseRequest:
    with reading() as db:
        return db.query(LicenseRequest).filter_by(number=number).one()


def submitted(house: House, role: str = "unit_user", fingerprint: str = "ESN-PAGE-1", **more: str) -> str:
    number = begun(house, role, **more)
    line = {**NEW_LINE, "fingerprint": fingerprint, "platform": f"平台{fingerprint}"}
    answer = sent(house, number, "submit", with_lines(line), role)
    assert answer.status_code == 303, answer.text[-3000:]
    return number


def test_a_unit_begins_types_and_submits_a_request(own_house: House) -> None:
    number = submitted(own_house)
    page = own_house.get(f"/requests/{number}", "unit_user")
    for words in ("已提交", "虚拟化", "政务云" if False else "平台ESN-PAGE-1", "申请 4", "node-1", "王工"):
        assert words in page, words
    assert own_house.client("unit_user").get(f"/requests/{number}/edit").location.endswith(number)


def test_what_is_wrong_stands_at_its_field_and_the_draft_is_kept(own_house: House) -> None:
    number = begun(own_house)
    wrong = {**NEW_LINE, "cpus": "５颗", "platform": ""}
    answer = sent(own_house, number, "submit", with_lines(wrong, reason="写了一半"))
    assert answer.status_code == 422
    soup = BeautifulSoup(answer.text, "html.parser")
    told = soup.find("div", attrs={"data-notes": "aaaa.cpus"})
    assert told is not None
    assert "4" in told.get_text()
    assert soup.find("div", attrs={"data-notes": "aaaa.platform"}).get_text(strip=True)  # type: ignore[union-attr]
    assert soup.find(attrs={"name": "lines-0-cpus"})["value"] == "５颗"  # type: ignore[index]
    assert record(number).stage == "draft"
    assert record(number).typed["reason"] == "写了一半"
    again = own_house.client("unit_user").post(
        f"/requests/{number}/submit", data={**fields(answer.text), **with_lines(NEW_LINE)}
    )
    assert again.status_code == 303


def test_a_draft_is_kept_by_itself_and_the_same_text_changes_nothing(own_house: House) -> None:
    number = begun(own_house)
    version = fields(own_house.get(f"/requests/{number}/edit", "unit_user"))["version"]
    data = with_lines({**NEW_LINE, "cpus": "四颗"}, version=version)
    for _ in range(2):
        answer = own_house.client("unit_user").post(
            f"/requests/{number}/keep", data=data, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 200
        told = answer.json
        assert told is not None
        assert told["version"] == int(version) + 1
        assert told["kept"].startswith("已于")
        assert told["hosts"] == {"aaaa": "1 台主机，4 颗 CPU"}
        assert ("aaaa", "cpus", "error") in [(n["line"], n["field"], n["level"]) for n in told["notes"]]
    other = with_lines(NEW_LINE, version=version, reason="另一窗口")
    late = own_house.client("unit_user").post(
        f"/requests/{number}/keep", data=other, headers={"Accept": "application/json"}
    )
    assert late.status_code == 409
    assert "编辑" in late.json["message"]  # type: ignore[index]
    assert record(number).typed["lines"][0]["cpus"] == "四颗"


def test_lines_come_and_go_without_a_script(own_house: House) -> None:
    number = begun(own_house)
    answer = sent(own_house, number, "keep", with_lines(NEW_LINE, do="add:return"))
    assert answer.location.endswith("#line-2")
    kept = record(number).typed["lines"]
    assert [line["kind"] for line in kept] == ["new", "return"]
    assert kept[0]["platform"] == "政务云一号"
    sent(own_house, number, "keep", with_lines(*kept, do=f"remove:{kept[0]['key']}"))
    assert [line["kind"] for line in record(number).typed["lines"]] == ["return"]


def test_a_host_list_and_a_fingerprint_are_read_from_their_files(own_house: House) -> None:
    number = begun(own_house)
    data = with_lines({**NEW_LINE, "hosts": "", "fingerprint": ""})
    data["lines-0-hosts_file"] = (io.BytesIO("主机名,CPU颗数\nnode-7,４颗\n".encode()), "主机.csv")
    data["lines-0-fingerprint_file"] = (io.BytesIO(b"<LicInfo><ESN>ab12cd34ef56</ESN></LicInfo>"), "host.xml")
    data["papers"] = [(io.BytesIO(b"%PDF-1.7 stamped"), "申请表.pdf")]
    data["paper_kind"] = "form"
    assert sent(own_house, number, "keep", data).status_code == 303
    [line] = record(number).typed["lines"]
    assert ("node-7" in line["hosts"], line["fingerprint"]) == (True, "AB12CD34EF56")
    with reading() as db:
        papers = {p.kind: p for p in db.query(RequestAttachment).all()}
    assert set(papers) == {"hosts", "fingerprint", "form"}
    address = f"/requests/{number}/papers/{papers['form'].id}"
    with own_house.client("unit_user").get(address) as got:
        assert got.data == b"%PDF-1.7 stamped"
        assert got.headers["Content-Disposition"].startswith("attachment")
    assert own_house.client("district_manager").get(address).status_code == 404, "a draft is not theirs to see"
    assert sent(own_house, number, "keep", with_lines(line, do=f"paper:{papers['form'].id}")).status_code == 303
    assert "申请表.pdf" not in own_house.get(f"/requests/{number}/edit", "unit_user")


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.exe", b"MZ"), ("a.pdf", b"<html>"), ("a.svg", b"<svg/>"), ("a.png", b""), ("a.html", b"<script>")],
)
def test_files_that_are_not_taken_are_told_and_nothing_is_kept(own_house: House, name: str, content: bytes) -> None:
    number = begun(own_house)
    answer = sent(own_house, number, "keep", {**with_lines(NEW_LINE), "papers": [(io.BytesIO(content), name)]})
    assert answer.status_code == 422
    with reading() as db:
        assert db.query(RequestAttachment).count() == 0


def test_a_host_list_that_is_no_table_is_refused_in_words(own_house: House) -> None:
    number = begun(own_house)
    data = with_lines(NEW_LINE) | {"lines-0-hosts_file": (io.BytesIO(b"PK\x03\x04broken"), "主机.xlsx")}
    answer = sent(own_house, number, "keep", data)
    assert answer.status_code == 422
    assert "主机.xlsx" in answer.text


def test_the_centre_enters_a_request_for_a_unit_by_any_of_its_names(own_house: House) -> None:
    unit = record(begun(own_house)).unit_id
    page = own_house.get(f"/units/{unit}", "operator")
    name = BeautifulSoup(page, "html.parser").h1.get_text(strip=True)  # type: ignore[union-attr]
    number = begun(own_house, "operator", unit=name)
    assert record(number).entered_on_behalf
    assert "中心代录" in own_house.get(f"/requests/{number}", "unit_user")
    answer = own_house.client("operator").post(
        "/requests/new", data={"once": secrets.token_hex(16), "kind": "new", "unit": "没有这个单位"}
    )
    assert answer.status_code == 422
    assert "没有这个单位" in answer.text


def test_a_request_entered_for_nobody_asks_for_the_unit(own_house: House) -> None:
    answer = own_house.client("operator").post("/requests/new", data={"once": secrets.token_hex(16), "kind": "new"})
    assert answer.status_code == 422
    assert "请填写单位。" in answer.text


def test_a_second_click_begins_no_second_request(own_house: House) -> None:
    page = own_house.get("/requests/new", "unit_user")
    data = {"once": fields(page)["once"], "kind": "renewal"}
    places = {own_house.client("unit_user").post("/requests/new", data=data).location for _ in range(3)}
    assert len(places) == 1
    with reading() as db:
        assert db.query(LicenseRequest).count() == 1


def test_a_set_of_another_unit_is_neither_offered_nor_taken(own_house: House) -> None:
    number = begun(own_house, kind="expansion")
    page = own_house.get(f"/requests/{number}/edit", "unit_user")
    assert "SQ-2024-0011" in page
    assert "SQ-2024-0001" not in page
    line = {"key": "bbbb", "kind": "expansion", "set": "SQ-2024-0001", "cpus": "4"}
    assert sent(own_house, number, "submit", with_lines(line)).status_code == 422
    with reading() as db:
        assert db.query(RequestLine).count() == 0


def test_texts_of_a_request_are_shown_and_never_run(own_house: House) -> None:
    attack = "<script>alert(1)</script>"
    number = begun(own_house)
    line = {**NEW_LINE, "platform": attack, "site": attack, "hosts": f"{attack}\t4\t16"}
    data = with_lines(line, reason=attack, contact=attack)
    sent(own_house, number, "keep", data)
    assert "<script>alert" not in own_house.get(f"/requests/{number}/edit", "unit_user")
    assert sent(own_house, number, "submit", data).status_code == 303
    for path in (f"/requests/{number}", "/requests"):
        assert "<script>alert" not in own_house.get(path, "operator")


def test_fields_that_the_form_does_not_have_change_nothing(own_house: House) -> None:
    number = begun(own_house)
    answer = sent(own_house, number, "keep", {**with_lines(NEW_LINE), "stage": "approved", "requester": "x"})
    assert answer.status_code == 422
    assert record(number).stage == "draft"
    assert sent(own_house, number, "keep", with_lines({**NEW_LINE, "cpus_granted": "99"})).status_code in (303, 422)


def test_a_request_is_withdrawn_by_its_unit(own_house: House) -> None:
    number = submitted(own_house)
    page = own_house.get(f"/requests/{number}", "unit_user")
    answer = own_house.client("unit_user").post(
        f"/requests/{number}/withdraw", data={**fields(page), "note": "不需要了"}
    )
    assert answer.status_code == 303
    assert "已撤回" in own_house.get(f"/requests/{number}", "unit_user")
