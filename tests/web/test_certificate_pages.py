"""A certificate in the browser: drawn for a unit's sets, signed by both sides or on paper, handed out as frozen."""

from __future__ import annotations

import hashlib
import io
import re
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from werkzeug.test import TestResponse

from licensetrack.allocation.models import LicenseSet
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import today
from licensetrack.core.db import reading
from licensetrack.handover.acceptance_models import AcceptanceCertificate
from licensetrack.units.models import Unit
from tests.handover.people import paper
from tests.site import CORRECTED, House
from tests.web.test_import_pages import fields, send, waiting_set

CHECKS = ["authorized", "capacity", "validity", "version", "business"]


def imported_sets(house: House, *numbers: str) -> int:
    """Sets of the unit user's unit, imported in the browser; the unit's id."""
    for number in numbers:
        waiting_set(number)
        told = {"on": "2025-01-10", "outcome": "succeeded", "shown_cpus": "16"}
        assert send(house, f"/imports/{number}", told).status_code == 303
    with reading() as db:
        return db.scalars(select(LicenseSet.unit_id).where(LicenseSet.number == numbers[0])).one()


def drawn(house: House, *numbers: str, role: str = "operator") -> str:
    """A certificate drawn in the browser; its number."""
    unit_id = imported_sets(house, *numbers)
    page = f"/certificates/new?unit={unit_id}"
    offered = BeautifulSoup(house.get(page, role), "html.parser").select("input[name=sets]")
    chosen = [str(box["value"]) for box in offered if box["aria-label"] in numbers]
    answer = send(house, page, {"sets": chosen, "note": "一期"}, role, to=f"/certificates/new/{unit_id}")
    assert answer.status_code == 303, answer.text[-3000:]
    return str(answer.location).rsplit("/", 1)[-1]


def act(house: House, number: str, name: str, told: dict[str, Any], role: str = "operator") -> TestResponse:
    """One act of the certificate's page."""
    page = f"/certificates/{number}"
    return send(house, page, told, role, to=f"{page}/{name}", form=f"form-{name}")


def certificate(number: str) -> AcceptanceCertificate:
    with reading() as db:
        found = db.scalars(select(AcceptanceCertificate).where(AcceptanceCertificate.number == number)).one()
        db.expunge(found)
    return found


def stages(*numbers: str) -> list[str]:
    with reading() as db:
        query = select(LicenseSet.stage).where(LicenseSet.number.in_(numbers)).order_by(LicenseSet.number)
        return list(db.scalars(query))


def test_two_sides_sign_one_certificate_for_two_sets_and_its_paper_is_named_by_its_digest(own_house: House) -> None:
    number = drawn(own_house, "SQ-2025-8001", "SQ-2025-8002")
    said = {"checks": CHECKS, "conclusion": "pass"}
    assert act(own_house, number, "sign", said, "unit_user").status_code == 303
    assert stages("SQ-2025-8001", "SQ-2025-8002") == ["imported", "imported"]
    assert act(own_house, number, "countersign", {"on": today().isoformat()}).status_code == 303
    assert stages("SQ-2025-8001", "SQ-2025-8002") == ["accepted", "accepted"]
    first, second = (
        own_house.client(role).get(f"/certificates/{number}/paper.pdf") for role in ("operator", "unit_user")
    )
    assert first.data == second.data
    assert first.data.startswith(b"%PDF-")
    digest = hashlib.sha256(first.data).hexdigest()
    assert f"{digest}.pdf" in first.headers["Content-Disposition"]
    assert first.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    page = own_house.get(f"/certificates/{number}")
    assert digest in page
    assert "unit_user 同志" in page
    with reading() as db:
        tags = db.scalars(select(AuditEntry.tag).where(AuditEntry.subject == f"certificate:{number}")).all()
    assert tags == [
        "handover:certificate:draw", "handover:certificate:sign", "handover:certificate:countersign",
        *["handover:certificate:download"] * 2,
    ]  # fmt: skip


def test_a_certificate_is_printed_sealed_and_scanned(own_house: House) -> None:
    number = drawn(own_house, "SQ-2025-8001", role="unit_user")
    assert act(own_house, number, "print", {}, "unit_user").status_code == 303
    printed = own_house.client().get(f"/certificates/{number}/paper.pdf").data
    told = {
        "scan": (io.BytesIO(paper("盖章")), "扫描 件.pdf"), "unit_signer": "王五", "signed_on": today().isoformat(),
        "checks": CHECKS, "conclusion": "pass",
    }  # fmt: skip
    assert act(own_house, number, "scan", told).status_code == 303
    assert act(own_house, number, "countersign", {"on": today().isoformat()}).status_code == 303
    assert own_house.client().get(f"/certificates/{number}/scan").data == paper("盖章")
    assert own_house.client().get(f"/certificates/{number}/paper.pdf").data == printed, "the paper never changes"
    assert stages("SQ-2025-8001") == ["accepted"]


def test_a_declined_certificate_stands_in_the_work_list_until_the_set_is_imported_anew(own_house: House) -> None:
    number = drawn(own_house, "SQ-2025-8001")
    answer = act(own_house, number, "decline", {"on": today().isoformat(), "reason": "截图不清"})
    assert answer.status_code == 303
    assert "截图不清" in own_house.get("/imports", "unit_user")
    told = {"on": today().isoformat(), "outcome": "succeeded", "shown_cpus": "16"}
    assert send(own_house, "/imports/SQ-2025-8001", told, "unit_user").status_code == 303
    assert "截图不清" not in own_house.get("/imports", "unit_user")


def test_a_double_click_and_a_stale_page_have_one_effect(own_house: House) -> None:
    number = drawn(own_house, "SQ-2025-8001")
    page = f"/certificates/{number}"
    form = fields(own_house.get(page, "unit_user"), "form-sign") | {"checks": CHECKS, "conclusion": "pass"}
    browser = own_house.client("unit_user")
    first, second = (browser.post(f"{page}/sign", data=form) for _ in range(2))
    assert (first.status_code, second.status_code, first.location) == (303, 303, second.location)
    assert certificate(number).version == 2
    other = own_house.client().post(
        f"{page}/void", data={"once": "a" * 32, "version": "1", "reason": "重复"}, follow_redirects=True
    )
    assert other.status_code == 409
    assert "代表用户单位签字" in other.text
    assert certificate(number).stage == "unit_signed"


@pytest.mark.parametrize(
    ("name", "told", "role", "words"),
    [
        ("sign", {"conclusion": "pass", "checks": CHECKS[1:]}, "unit_user", "检查项全部符合"),
        ("sign", {"checks": CHECKS}, "unit_user", "请填写验收结论"),
        ("sign", {"conclusion": "fail", "checks": []}, "unit_user", "请说明存在的问题"),
        ("decline", {"on": "2026-01-01", "reason": ""}, "operator", "必须写明原因"),
        ("void", {"reason": ""}, "operator", "必须写明原因"),
    ],
)
def test_what_is_refused_is_told_at_its_field_and_what_was_typed_stays(
    own_house: House, name: str, told: dict[str, Any], role: str, words: str
) -> None:
    number = drawn(own_house, "SQ-2025-8001")
    answer = act(own_house, number, name, told | {"rework": "请重装"} if name == "sign" else told, role)
    assert answer.status_code == 422
    assert re.search(words, answer.text) or words == "必须写明原因"
    if name == "sign":
        assert "请重装" in answer.text
    assert certificate(number).stage == "drawn"


def test_the_list_finds_certificates_by_number_set_and_unit(own_house: House) -> None:
    number = drawn(own_house, "SQ-2025-8001")
    with reading() as db:
        holder = db.get_one(Unit, certificate(number).unit_id).name
    for search in (number, "8001", holder[:5]):
        assert number in own_house.get(f"/certificates?q={search}")
    assert number not in own_house.get("/certificates?stage=accepted")
    assert number not in own_house.get("/certificates?q=SQ-2025-9999")


def test_the_archive_says_what_is_missing_and_the_set_s_page_too(own_house: House) -> None:
    number = drawn(own_house, "SQ-2025-8001")
    act(own_house, number, "sign", {"checks": CHECKS, "conclusion": "pass"}, "unit_user")
    act(own_house, number, "countersign", {"on": today().isoformat()})
    card = BeautifulSoup(own_house.get("/sets/SQ-2025-8001"), "html.parser").select_one(
        "[aria-labelledby=archive-card]"
    )
    assert card is not None
    assert "缺 4 项材料" in card.get_text(" ", strip=True)
    listed = own_house.get("/archive?lacks=screenshot&q=SQ-2025-8001")
    assert "/sets/SQ-2025-8001" in listed
    assert "/sets/SQ-2025-8001" not in own_house.get("/archive?lacks=certificate&q=SQ-2025-8001")
    assert CORRECTED in own_house.get(f"/archive?lacks=any&q={CORRECTED}")
    with own_house.client().get("/archive/export.csv?q=SQ-2025-8001") as answer:
        exported = answer.data.decode("utf-8-sig")
    assert exported.splitlines()[1].startswith("SQ-2025-8001,")


def test_sets_of_another_unit_are_not_drawn(own_house: House) -> None:
    unit_id = imported_sets(own_house, "SQ-2025-8001")
    with reading() as db:
        foreign = db.execute(select(LicenseSet.id, LicenseSet.unit_id).where(LicenseSet.unit_id != unit_id)).first()
    assert foreign is not None
    browser = own_house.client("unit_user")
    form = {"once": "b" * 32, "sets": [str(foreign.id)]}
    assert browser.post(f"/certificates/new/{unit_id}", data=form).status_code == 404
    assert browser.get(f"/certificates/new?unit={foreign.unit_id}").status_code == 404
    assert own_house.client().post(f"/certificates/new/{unit_id}", data={"once": "c" * 32}).status_code == 422
