"""Many requests are reviewed at once or not at all; papers come along; versions are compared field by field."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from licensetrack.core import blobs
from licensetrack.core.audit import AuditEntry
from licensetrack.core.db import reading
from licensetrack.core.errors import Conflict, NotFound, Refused
from licensetrack.requests.bulk import ManyRefused, review_many
from licensetrack.requests.differences import differences
from licensetrack.requests.drafting import keep_draft, submit_request
from licensetrack.requests.fingerprints import fingerprint_in
from licensetrack.requests.models import LicenseRequest, RequestVersion
from licensetrack.requests.papers import add_paper, remove_paper
from licensetrack.requests.queries import papers_of
from licensetrack.requests.reviewing import return_request
from tests.asking import ALICE, RITA, bob, drafted, line, submitted, taken_on, typed
from tests.trade import unit

pytestmark = pytest.mark.usefixtures("database")


def stages() -> list[str]:
    with reading() as db:
        return list(db.scalars(select(LicenseRequest.stage).order_by(LicenseRequest.number)))


def entries() -> int:
    with reading() as db:
        return int(db.scalar(select(func.count(AuditEntry.seq))) or 0)


def test_many_are_accepted_and_approved_in_one_go() -> None:
    holder = unit()
    asked = [submitted(holder, line(fingerprint=f"E{n}")) for n in range(5)]
    review_many([(request.number, request.version) for request in asked], "accept", actor=ALICE)
    review_many([(request.number, 3) for request in asked], "approve", actor=RITA)
    assert stages() == ["approved"] * 5


def test_if_one_of_many_is_refused_nothing_is_written_and_each_reason_is_told() -> None:
    holder = unit()
    good, entered, gone = (
        submitted(holder, line(fingerprint="E1")),
        submitted(holder, line(fingerprint="E2"), actor=ALICE),
        submitted(holder, line(fingerprint="E3")),
    )
    return_request(gone, actor=RITA, note="补正")
    before = entries()
    with pytest.raises(ManyRefused) as caught:
        review_many([(r.number, 2) for r in (good, entered, gone)] + [("XQ-1999-0001", 2)], "accept", actor=ALICE)
    assert {number: type(refusal) for number, refusal in caught.value.refusals} == {
        entered.number: Refused, gone.number: Conflict, "XQ-1999-0001": NotFound,
    }  # fmt: skip
    assert stages() == ["submitted", "submitted", "returned"]
    assert entries() == before


def test_many_are_not_returned_without_a_word_and_nothing_is_done_with_none() -> None:
    request = taken_on(unit())
    for picks, action in (([(request.number, 3)], "return"), ([], "accept"), ([(request.number, 3)], "delete")):
        with pytest.raises(Refused):
            review_many(picks, action, actor=RITA)
    assert stages() == ["accepted"]


def test_a_paper_comes_and_goes_while_the_unit_writes_and_the_old_version_still_names_it() -> None:
    holder = unit()
    request = drafted(holder)
    paper = add_paper(request, "C:\\桌面\\申请表.pdf", b"%PDF-1.7", actor=bob(holder), kind="form")
    assert paper.name == "申请表.pdf"
    submit_request(request, actor=bob(holder))
    with pytest.raises(Conflict):
        add_paper(request, "b.pdf", b"%PDF-1.7", actor=bob(holder))
    return_request(request, actor=ALICE, note="补正")
    remove_paper(request, paper.id, actor=bob(holder))
    with pytest.raises(NotFound):
        remove_paper(request, paper.id, actor=bob(holder))
    submit_request(request, actor=bob(holder))
    with reading() as db:
        older, newer = db.scalars(select(RequestVersion).order_by(RequestVersion.number)).all()
        assert papers_of(db, request.id) == []
        assert blobs.load(db, paper.blob_id)[1] == b"%PDF-1.7"
    assert [(d.how, d.field, d.old) for d in differences(older.content, newer.content)] == [
        ("gone", "papers", "申请表.pdf")
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.exe", b"x"), ("a.pdf.html", b"x"), ("a.pdf", b"x"), ("a.docx", b"<w>"), ("a.txt", b""), ("a", b"x")],
)
def test_a_paper_that_is_not_taken_leaves_nothing_behind(name: str, content: bytes) -> None:
    holder = unit()
    request = drafted(holder)
    with pytest.raises(Refused):
        add_paper(request, name, content, actor=bob(holder))
    assert not list(blobs.folder().glob("??/*"))
    with pytest.raises(NotFound):
        add_paper(request, "a.txt", b"x", actor=bob(unit("SZ0009")))


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("host.xml", b"<Lic><ESN>ab12cd34ef</ESN></Lic>", "AB12CD34EF"),
        ("host.txt", "ESN：2102311ABC12345".encode(), "2102311ABC12345"),
        ("did.txt", b"DID = 9f8e7d6c5b4a", "9F8E7D6C5B4A"),
        ("esn.dat", b"  2102311ABC12345 \r\n", "2102311ABC12345"),
        ("ESN_2102311ABC99999.dat", b"\x00\x01binary", "2102311ABC99999"),
        ("2102311ABC77777.zip", b"PK\x03\x04", "2102311ABC77777"),
        ("主机.txt", "没有特征码".encode(), ""),
    ],
)
def test_a_fingerprint_is_found_in_what_its_file_says_or_is_called(name: str, content: bytes, found: str) -> None:
    assert fingerprint_in(name, content) == found


def test_versions_are_compared_field_by_field_and_line_by_line() -> None:
    holder = unit()
    first = [line(key="a"), line(key="b", platform="二号", fingerprint="E2")]
    request = return_request(submitted(holder, *first), actor=ALICE, note="补正")
    second = [line(key="a", cpus=12, hosts="n\t12"), line(key="c", platform="三号", fingerprint="E3")]
    keep_draft(request, typed(*second, reason="另一个理由"), actor=bob(holder))
    submit_request(request, actor=bob(holder))
    with reading() as db:
        older, newer = db.scalars(select(RequestVersion).order_by(RequestVersion.number)).all()
    found = differences(older.content, newer.content)
    assert ("changed", 0, "reason") in [(d.how, d.line, d.field) for d in found]
    assert [(d.old, d.new) for d in found if d.field == "cpus" and d.how == "changed"] == [(16, 12)]
    assert [(d.how, d.line) for d in found if d.field == "kind"] == [("added", 2), ("gone", 2)]
    assert differences(newer.content, newer.content) == []
