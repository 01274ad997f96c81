"""Evidence on pages: many files at once, what is wrong told at its field, previews that may do nothing."""

from __future__ import annotations

import io
import secrets
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading
from licensetrack.performance.evidence_models import EvidenceFile, EvidenceLink
from licensetrack.web.evidence import PREVIEW
from tests.handover.people import paper, picture
from tests.performance.papers import C21, EVERY_KIND, laid
from tests.site import CORRECTED, House, person

OFFICER = "performance_officer"


def send(house: House, address: str, files: dict[str, bytes] | None = None, **data: str) -> TestResponse:
    """Sends a form, with files where there are any."""
    form: dict[str, Any] = {"once": secrets.token_hex(16), **data}
    if files is not None:
        form["files"] = [(io.BytesIO(content), name) for name, content in files.items()]
    browser = house.client(OFFICER)
    browser.set_cookie("language", "zh_CN")
    return browser.post(address, data=form, content_type="multipart/form-data")


def page_of(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def count() -> tuple[int, int]:
    """Files and links; the signed evaluation of the house rests on some."""
    with reading() as session:
        found = [session.scalar(select(func.count()).select_from(one)) or 0 for one in (EvidenceFile, EvidenceLink)]
    return found[0], found[1]


def address_of(title: str) -> str:
    with reading() as session:
        return f"/evidence/{session.scalars(select(EvidenceFile.number).where(EvidenceFile.title == title)).one()}"


def tags() -> list[str]:
    with reading() as session:
        query = select(AuditEntry.tag).where(AuditEntry.tag.like("performance:evidence:%"))
        return list(session.scalars(query.order_by(AuditEntry.seq)))


def test_many_files_are_laid_by_one_form_and_the_same_form_again_does_nothing_more(own_house: House) -> None:
    files, links = count()
    form = {"evidence_class": "formal", "target": "set", "subject": CORRECTED, "reason": "验收", "once": "a" * 32}
    answer = send(own_house, "/evidence/new", EVERY_KIND, **form)
    assert (answer.status_code, answer.location) == (303, "/evidence")
    assert count() == (files + len(EVERY_KIND), links + len(EVERY_KIND))
    assert send(own_house, "/evidence/new", EVERY_KIND, **form).location == "/evidence"
    assert count() == (files + len(EVERY_KIND), links + len(EVERY_KIND))
    assert send(own_house, "/evidence/new", EVERY_KIND, **{**form, "title": "别的"}).status_code == 409
    listed = own_house.get("/evidence", OFFICER)
    assert "已登记 10 个文件。" in listed
    assert "已登记 10 个文件。" not in own_house.get("/evidence", OFFICER)
    assert "台账" in own_house.get(f"/sets/{CORRECTED}", OFFICER)
    number = address_of("批复").rpartition("/")[2]
    assert own_house.client(OFFICER).get(f"/search?q={number.lower()}").location == f"/evidence/{number}"


def test_a_bad_file_is_told_at_its_field_and_the_good_ones_need_not_be_chosen_again(own_house: House) -> None:
    before = count()
    files = {"好.pdf": paper("好"), "坏.pdf": b"<html>", "长.txt": b"text"}
    page = page_of(
        send(own_house, "/evidence/new", files, evidence_class="original", document_number="深府办〔2022〕13号")
    )
    wrong = page.select_one("#files-error")
    assert wrong is not None
    assert "坏.pdf" in wrong.text
    assert "长.txt" in wrong.text
    assert count() == before
    token = page.select_one("input[name=held]")
    number = page.select_one("input[name=document_number]")
    assert token is not None
    assert number is not None
    assert number["value"] == "深府办〔2022〕13号"
    assert "已暂存 1 个文件，无需重新选择： 好.pdf" in " ".join(page.text.split())
    more = {"更好.pdf": paper("更好")}
    again = send(own_house, "/evidence/new", more, evidence_class="original", held=str(token["value"]))
    assert again.location == "/evidence"
    assert count() == (before[0] + 2, before[1])
    gone = send(own_house, "/evidence/new", more, evidence_class="original", held=str(token["value"]))
    assert "请重新选择" in gone.text


@pytest.mark.parametrize(
    ("more", "field", "text"),
    [
        ({"evidence_class": ""}, "evidence_class", "请选择佐证材料类别"),
        ({"target": "set", "subject": "SQ-9", "reason": "验收"}, "indicator", "没有“SQ-9”"),
        ({"target": "set", "subject": " "}, "subject", "请填写编号"),
        ({"target": "set", "subject": CORRECTED}, "reason", "须填写原因"),
        ({"document_date": "2999-01-01"}, "document_date", "2999-01-01"),
        ({"retention": "ever"}, "retention", "ever"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(
    house: House, more: dict[str, str], field: str, text: str
) -> None:  # fmt: skip
    before = count()
    answer = send(house, "/evidence/new", {"好.pdf": paper()}, **{"evidence_class": "formal", **more})
    assert answer.status_code == 422
    assert text in answer.text
    assert count() == before


def test_a_preview_may_run_nothing_and_what_is_no_pdf_or_picture_is_only_handed_out(own_house: House) -> None:
    answer = send(
        own_house, "/evidence/new", {"单.pdf": paper(), "图.png": picture(), "表.xlsx": EVERY_KIND["台账.xlsx"]},
        evidence_class="formal",
    )  # fmt: skip
    assert answer.status_code == 303
    browser = own_house.client(OFFICER)
    scan, shot, sheet = (address_of(title) for title in ("单", "图", "表"))
    for address, kind in ((scan, "application/pdf"), (shot, "image/png")):
        shown = browser.get(f"{address}/content")
        assert shown.mimetype == kind
        assert shown.headers["Content-Security-Policy"] == PREVIEW
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
        assert shown.headers["Content-Disposition"].startswith("inline")
        assert shown.headers["Cache-Control"] == "no-store"
    [frame] = page_of(browser.get(scan)).select("iframe")
    assert str(frame["src"]).partition("#")[0] == f"{scan}/content"
    assert page_of(browser.get(shot)).select("iframe[sandbox]") != []
    assert page_of(browser.get(sheet)).select("iframe") == []
    assert browser.get(f"{sheet}/content").status_code == 404
    kept = browser.get(f"{sheet}/file")
    assert kept.data == EVERY_KIND["台账.xlsx"]
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert kept.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert kept.mimetype == "application/octet-stream"
    assert tags()[-3:] == ["performance:evidence:show", "performance:evidence:show", "performance:evidence:download"]


def test_a_file_is_described_linked_unlinked_and_withdrawn_on_its_page(own_house: House) -> None:
    made = laid("验收单", f"set:{CORRECTED}", actor=person(OFFICER))
    address = f"/evidence/{made.number}"
    page = page_of(own_house.client(OFFICER).get(address))
    ids = [str(one["id"]) for one in page.select("[id]")]
    assert len(ids) == len(set(ids)), "several forms on one page"
    said = {"version": "1", "evidence_class": "formal", "retention": "permanent", "title": "正本"}
    assert send(own_house, f"{address}/describe", **said).status_code == 303
    assert send(own_house, f"{address}/describe", **said).status_code == 409
    assert send(own_house, f"{address}/link", indicator=C21, reason="验收").status_code == 303
    assert "请选择文件所佐证的事项" in send(own_house, f"{address}/link", reason="验收").text
    with reading() as session:
        links = list(session.scalars(select(EvidenceLink.id).where(EvidenceLink.evidence_id == made.id)))
    assert send(own_house, f"{address}/links/{links[0]}/undo").status_code == 422
    assert send(own_house, f"{address}/links/{links[0]}/undo", reason="贴错").status_code == 303
    assert send(own_house, f"{address}/links/9999/undo", reason="贴错").status_code == 404
    assert send(own_house, f"{address}/withdraw", version="2", reason="不清").status_code == 303
    text = own_house.get(address, OFFICER)
    for words in ("正本", "永久", "已解除", "贴错", "撤回：不清", "指标 C21"):
        assert words in text
    assert "act-form" not in text, "nothing is done with a withdrawn file"
    assert made.number in own_house.get("/evidence?state=withdrawn", "auditor")
    assert "不清" not in own_house.get("/evidence", "auditor")


def test_evidence_is_not_handed_out_by_the_door_of_the_ledgers_papers_to_those_who_may_not_see_it(
    own_house: House,
) -> None:
    made = laid("验收单", actor=person(OFFICER))
    assert own_house.client("auditor").get(f"/documents/{made.blob_id}").status_code == 200
    for role in ("vendor_engineer", "district_manager", "unit_user"):
        assert own_house.client(role).get(f"/documents/{made.blob_id}").status_code == 404
        assert own_house.client(role).get(f"/evidence/{made.number}").status_code == 403


def test_the_page_of_an_evaluation_says_what_was_frozen(house: House) -> None:
    page = page_of(house.client("auditor").get("/evaluations/1/evidence"))
    assert page.select("a[href^='/evidence/new']") == []
    assert len(page.select("tbody tr")) == 13
    assert "所需材料齐全" in page.text
    assert "签发时固定的内容" in page.text
