"""Issuing in the browser: the queue, the form with its file, a set without a request, a list with many files."""

from __future__ import annotations

import io
import re
import secrets
from typing import Any

from bs4 import BeautifulSoup
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from licensetrack.allocation.models import LicenseSet
from licensetrack.core.db import reading
from licensetrack.handover.models import LicenseFile
from licensetrack.procurement.caps import change_cap
from licensetrack.procurement.queries import entitlement_for
from licensetrack.requests.drafting import draft_request, submit_request
from licensetrack.requests.models import LicenseRequest, RequestLine
from licensetrack.requests.reviewing import accept_request, approve_request
from licensetrack.units.models import Unit
from tests.asking import its_lines, line, typed
from tests.handover.vendor_files import huawei_dat
from tests.site import House, person

ESN, OTHER = "2102311ABC10K5000123", "2102311ZZZ10K5000999"


def granted(esn: str = ESN) -> tuple[LicenseRequest, RequestLine]:
    """A request of the unit user's unit, granted by two others."""
    bob = person("unit_user")
    with reading() as db:
        holder = db.get_one(Unit, int(bob.scope.value))
    wish = typed(line(platform="新建平台", fingerprint=esn))
    request = submit_request(draft_request(holder, wish, actor=bob), actor=bob)
    approve_request(accept_request(request, actor=person("operator")), actor=person("reviewer"))
    return request, its_lines(request)[0]


def sent(house: House, address: str, role: str = "operator", *, key: str = "", **fields: Any) -> TestResponse:
    """A form as a browser sends it."""
    data = {"once": key or secrets.token_hex(16), **fields}
    return house.client(role).post(address, data=data, content_type="multipart/form-data")


def attached(content: bytes, name: str = "LIC.dat") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def file_of(esn: str = ESN, **more: Any) -> bytes:
    return huawei_dat(customer="", kind="COMM", esn=esn, **more)


def sets() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(LicenseSet)) or 0


def the_set(number: str) -> LicenseSet:
    with reading() as db:
        return db.scalars(select(LicenseSet).where(LicenseSet.number == number)).one()


def soup(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def test_the_queue_leads_to_the_form_and_the_form_to_the_set(own_house: House) -> None:
    request, wish = granted()
    page = own_house.get("/issuing")
    assert request.number in page
    assert f"/issuing/lines/{wish.id}" in page
    assert 'value="16"' in own_house.get(f"/issuing/lines/{wish.id}")
    answer = sent(
        own_house, f"/issuing/lines/{wish.id}", on="2025-03-03", number="SQ-2025-0700", kind="formal", cpus="16",
        fingerprint=ESN, file=attached(file_of()),
    )  # fmt: skip
    assert (answer.status_code, answer.location) == (303, "/sets/SQ-2025-0700")
    shown = own_house.get("/sets/SQ-2025-0700")
    assert "LIC.dat" in shown
    assert "待签收" in shown
    assert request.number not in own_house.get("/issuing")


def test_a_file_for_another_host_brings_the_form_back_with_the_comparison_and_keeps_the_file(own_house: House) -> None:
    _, wish = granted()
    before, address = sets(), f"/issuing/lines/{wish.id}"
    fields = {"on": "2025-03-03", "number": "SQ-2025-0701", "kind": "formal", "cpus": "16", "fingerprint": ESN}
    answer = sent(own_house, address, **fields, file=attached(file_of(OTHER)))
    assert (answer.status_code, sets()) == (422, before)
    page = soup(answer)
    assert OTHER not in answer.text
    [box] = page.select("input[name=acknowledged]")
    assert box["value"] == "fingerprint"
    held = page.select_one("input[name=held]")
    assert held is not None
    answer = sent(
        own_house, address, **fields, held=str(held["value"]), acknowledged="fingerprint", file_reason="主机已更换"
    )
    assert answer.status_code == 303
    with reading() as db:
        kept = db.scalars(select(LicenseFile)).one()
    assert (kept.reason, kept.name) == ("主机已更换", "LIC.dat")


def test_checking_a_file_shows_the_comparison_and_issues_nothing(own_house: House) -> None:
    _, wish = granted()
    before = sets()
    answer = sent(
        own_house, f"/issuing/lines/{wish.id}/check", cpus="16", fingerprint=ESN, kind="formal",
        file=attached(file_of(cpus=24)),
    )  # fmt: skip
    assert (answer.status_code, sets()) == (200, before)
    assert "文件为 24，应为 16" in answer.text
    unknown = sent(own_house, f"/issuing/lines/{wish.id}/check", file=attached(b"\0\1\2"))
    assert "未能从该文件读出内容" in unknown.text


def test_a_held_file_is_its_sender_s_alone_and_sealed(own_house: House) -> None:
    _, wish = granted()
    page = soup(sent(own_house, f"/issuing/lines/{wish.id}/check", file=attached(file_of(OTHER))))
    token = str(page.select_one("input[name=held]")["value"])  # type: ignore[index]
    on_disk = [path.read_bytes() for path in own_house.settings.uploads.rglob("*") if path.is_file()]
    assert on_disk
    assert not [content for content in on_disk if OTHER.encode() in content or b"LIC.dat" in content]
    answer = own_house.client("vendor_engineer").post(
        "/files/check/SQ-2024-0011", data={"once": "0" * 32, "held": token}
    )
    assert "上传的文件已不在" in answer.text


def test_a_double_click_makes_one_set_and_a_second_person_is_told(own_house: House) -> None:
    _, wish = granted()
    before, key, address = sets(), secrets.token_hex(16), f"/issuing/lines/{wish.id}"
    fields = {"on": "2025-03-03", "kind": "formal", "cpus": "16", "fingerprint": ESN}
    answers = [sent(own_house, address, key=key, **fields) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert sets() == before + 1
    assert sent(own_house, address, **fields).status_code == 409


def test_what_is_wrong_is_told_at_its_field_and_what_was_typed_stays(own_house: House) -> None:
    _, wish = granted()
    address, before = f"/issuing/lines/{wish.id}", sets()
    for cpus, words in (("17", "超过核准数"), ("1e3", "整数"), ("1_6", "整数")):
        answer = sent(own_house, address, on="2025-03-03", number="SQ-2025-0799", kind="formal", cpus=cpus)
        assert answer.status_code == 422
        assert words in (soup(answer).select_one("#cpus-error") or answer).text
        assert f'value="{cpus}"' in answer.text
        assert "SQ-2025-0799" in answer.text
    assert sent(own_house, address, on="2025-03-03", cpus="16", stage="accepted").status_code == 422
    assert sets() == before


def test_a_line_may_be_dropped_with_a_reason(own_house: House) -> None:
    request, wish = granted()
    assert sent(own_house, f"/issuing/lines/{wish.id}/drop", reason=" ").status_code == 422
    assert sent(own_house, f"/issuing/lines/{wish.id}/drop", reason="单位撤回需求").status_code == 303
    assert request.number not in own_house.get("/issuing")


def test_a_set_without_a_request_needs_a_reason_and_a_unit_that_exists(own_house: House) -> None:
    with reading() as db:
        name = db.scalars(select(Unit.name).order_by(Unit.id)).first() or ""
    fields = {
        "unit": name, "product": "virtualization", "kind": "formal", "cpus": "８", "on": "2025-03-03",
        "number": "SQ-2025-0702", "platform": "补录平台",
    }  # fmt: skip
    assert sent(own_house, "/issuing/direct", **fields).status_code == 422
    wrong = sent(own_house, "/issuing/direct", **fields | {"unit": name[:-1] + "某", "reason": "补录"})
    assert "最接近的是" in (soup(wrong).select_one("#unit-error") or wrong).text
    assert sent(own_house, "/issuing/direct", **fields, reason="去年已发，补录").status_code == 303
    assert the_set("SQ-2025-0702").cpus == 8
    assert "去年已发，补录" in own_house.get("/sets/SQ-2025-0702")


def test_above_a_soft_cap_the_form_comes_back_until_a_second_person_consented(own_house: House) -> None:
    with reading() as db:
        bought = entitlement_for(db, "virtualization")
    change_cap(
        bought.id, rule="soft", cap_cpus=bought.used_cpus, cap_sets=None, reason="合同", actor=person("operator")
    )
    _, wish = granted()
    fields = {"on": "2025-03-03", "number": "SQ-2025-0703", "kind": "formal", "cpus": "16", "fingerprint": ESN}
    refused = sent(own_house, f"/issuing/lines/{wish.id}", **fields)
    assert refused.status_code == 422
    assert "第二人" in refused.text
    asked = sent(own_house, f"/entitlements/{bought.id}/consents", unit="0", sets="1", cpus="16", why="市一医院")
    assert asked.status_code == 303
    page = BeautifulSoup(own_house.get(f"/entitlements/{bought.id}", "reviewer"), "html.parser")
    confirm = page.select_one("form[action$='/confirm']")
    assert confirm is not None
    assert sent(own_house, str(confirm["action"]), "reviewer").status_code == 303
    assert sent(own_house, f"/issuing/lines/{wish.id}", **fields).status_code == 303


HEAD = "授权编号\t单位名称\t产品类别\t授权类型\tCPU数量\t正式授权发放日期\tESN/DID\n"


def batch_of(house: House, rows: str, *files: tuple[io.BytesIO, str]) -> TestResponse:
    answer = sent(house, "/issuing/batch", pasted=HEAD + rows, files=list(files))
    assert answer.status_code == 303, answer.text[-500:]
    return house.client("operator").get(answer.location)


def test_a_list_with_its_files_is_looked_at_and_issued_whole(own_house: House) -> None:
    with reading() as db:
        one, two = db.scalars(select(Unit.name).order_by(Unit.id).limit(2))
    rows = (
        f"SQ-2025-0801\t{one}\t虚拟化\t正式\t16\t2025-03-03\tESN-BATCH-0001\n"
        f"SQ-2025-0802\t{two}\t虚拟化\t正式\t32\t2025-03-03\t\n"
    )
    before = sets()
    page = batch_of(
        own_house, rows, attached(file_of("ESN-BATCH-0001"), "a.dat"),
        attached(file_of("ESN-BATCH-0002", cpus=24), "授权_SQ-2025-0802.dat"),
    )  # fmt: skip
    assert sets() == before, "a preview writes nothing"
    confirm = soup(page).select_one("form[action$='/confirm']")
    assert confirm is not None, page.text
    assert "文件为 24，应为 32" in page.text
    key, address = secrets.token_hex(16), str(confirm["action"])
    assert sent(own_house, address, reason="集中采购批次").status_code == 422
    assert sets() == before
    answers = [sent(own_house, address, key=key, reason="集中采购批次", acknowledged="y") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert sets() == before + 2
    assert the_set("SQ-2025-0802").fingerprint == "ESN-BATCH-0002"
    with reading() as db:
        assert db.scalar(select(func.count()).select_from(LicenseFile)) == 2


def test_bad_cells_and_files_of_a_list_are_told_and_nothing_is_issued(own_house: House) -> None:
    with reading() as db:
        name = db.scalars(select(Unit.name).order_by(Unit.id)).first() or ""
    before = sets()
    page = batch_of(
        own_house,
        f"SQ-2025-0811\t{name}\t虚拟化\t正式\t16\t2025-03-03\tESN-BATCH-0011\n"
        f"SQ-2024-0001\t{name}\t虚拟化\t正式\t16\t2025-03-03\t\n"
        "SQ-2025-0812\t没有的单位\t虚拟化\t正式\t16\t2025-03-03\t\n"
        f"SQ-2025-0813\t{name}\t虚拟化\t正式\t16\t2099-03-03\t\n",
        attached(file_of("ESN-OTHER-0011"), "SQ-2025-0811.dat"),
        attached(b"stray", "没有对应.dat"),
    )
    text = re.sub(r"\s+", " ", soup(page).get_text(" "))
    for words in ("SQ-2024-0001 已存在", "没有单位“没有的单位”", "A3", "属于另一台主机", "没有与该文件对应的行"):
        assert words in text, words
    assert soup(page).select_one("form[action$='/confirm']") is None
    assert sets() == before
    token = page.request.path.rsplit("/", 1)[-1]
    assert sent(own_house, f"/issuing/batch/{token}/confirm", reason="试试").status_code == 422
    assert sets() == before
    assert own_house.client("manager").get(f"/issuing/batch/{token}").status_code == 403
    assert sent(own_house, f"/issuing/batch/{token}/forget").status_code == 303
    own_house.get(f"/issuing/batch/{token}", status=404)
