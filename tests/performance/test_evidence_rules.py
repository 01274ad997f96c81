"""Evidence by itself: which files are taken, how long they are kept, what they may be linked to."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from licensetrack.core.errors import Refused
from licensetrack.performance.evidence_kinds import KINDS, LARGEST, check_file, kind_of
from licensetrack.performance.evidence_rules import About, Retention, Target, check_about, retention_policy, target_at
from licensetrack.performance.file_tables import FileError
from licensetrack.performance.framework import framework, load
from tests.handover.people import paper, picture
from tests.performance.papers import EVERY_KIND, archive, old_office

DAY = dt.date(2024, 12, 31)


@pytest.mark.parametrize("name", EVERY_KIND)
def test_every_kind_is_told_by_its_bytes(name: str) -> None:
    assert name.rsplit(".", 1)[1].lower() in KINDS[check_file(name, EVERY_KIND[name])]


def test_every_kind_has_its_example() -> None:
    assert {kind_of(content) for content in EVERY_KIND.values()} == set(KINDS)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("页面.html", b"<script>alert(1)</script>"),
        ("图.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("改名.pdf", b"<html><script>alert(1)</script></html>"),
        ("改名.png", paper()),
        ("改名.docx", EVERY_KIND["台账.xlsx"]),
        ("改名.xlsx", archive("随便.txt")),
        ("改名.zip", EVERY_KIND["合同.docx"]),
        ("断了.pdf", b"%PDF-1.4 and nothing after it"),
        ("断了.zip", b"PK\x03\x04 and nothing after it"),
        ("宏.docx", archive("word/document.xml", "word/vbaProject.bin")),
        ("宏.xls", old_office("Workbook", "_VBA_PROJECT")),
        ("安装.doc", old_office("Root Entry", "SummaryInformation")),
        ("空.pdf", b""),
        ("无", paper()),
        ("程序.exe", b"MZ" + b"\0" * 100),
    ],
)
def test_what_is_not_what_it_says_or_may_act_is_refused_at_its_field(name: str, content: bytes) -> None:
    with pytest.raises(Refused) as refusal:
        check_file(name, content)
    assert refusal.value.field == "files"


def test_a_file_above_the_limit_is_refused() -> None:
    with pytest.raises(Refused, match="larger than 50 MB"):
        check_file("大.png", picture() + b"\0" * LARGEST)


def test_years_run_from_the_january_after_and_for_ever_has_no_end() -> None:
    assert Retention("years_30", "30年", 30).kept_until(dt.date(2024, 2, 29)) == dt.date(2054, 12, 31)
    assert Retention("permanent", "永久", 0).kept_until(DAY) is None
    assert About("original").kept_as == "years_30"
    assert About("working", retention="permanent").kept_as == "permanent"


def test_a_policy_that_names_no_class_is_refused_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "retention.toml"
    usual = "\n".join(f'{name} = "ten"' for name in ("formal", "working", "original", "explanation"))
    file.write_text(f'[[retention]]\ncode = "five"\nname = "五年"\nyears = 5\n[usual]\n{usual}\n', encoding="utf-8")
    with pytest.raises(FileError, match="usual: there is no retention class ten"):
        retention_policy(file)


@pytest.mark.parametrize(
    "address",
    ["indicator:department-2024:2024:C21:授权验收单", "indicator:f:2024:C21:", "set:SQ-1", "budget:PZ:7", "order:FW-1"],
)
def test_a_target_is_read_as_it_was_written(address: str) -> None:
    assert target_at(address).address == address


def test_a_kind_of_evidence_may_hold_a_colon() -> None:
    assert target_at("indicator:f:2024:C21:合同：正本:一") == Target("indicator", "C21", "f", 2024, "合同：正本:一")


@pytest.mark.parametrize("address", ["", "set:", "set: ", "user:1", "indicator:f:2024", "indicator:f:二〇二四:C21:"])
def test_an_address_of_nothing_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        target_at(address)


@pytest.mark.parametrize(
    ("about", "field"),
    [
        (About("secret"), "evidence_class"),
        (About("formal", retention="ever"), "retention"),
        (About("formal", title="长" * 201), "title"),
        (About("formal", document_number="9" * 81), "document_number"),
        (About("formal", document_date=dt.date(2025, 1, 1)), "document_date"),
    ],
)
def test_what_is_said_of_a_file_is_refused_at_its_field(about: About, field: str) -> None:
    check_about(About("formal", document_date=DAY), DAY)
    with pytest.raises(Refused) as refusal:
        check_about(about, DAY)
    assert refusal.value.field == field


def test_an_indicator_wants_a_kind_once_and_by_name() -> None:
    data = dict(load("department-2024").data)
    leaf = data["level1"][0]["level2"][0]["level3"][0]
    for wanted in (["合同", "合同"], [""], ["长" * 81]):
        changed = {**leaf, "wanted_evidence": wanted}
        first = {**data["level1"][0]["level2"][0], "level3": [changed, *data["level1"][0]["level2"][0]["level3"][1:]]}
        top = {**data["level1"][0], "level2": [first, *data["level1"][0]["level2"][1:]]}
        with pytest.raises(FileError, match="evidence"):
            framework({**data, "level1": [top, *data["level1"][1:]]})
