"""The audit trail on pages: found, filtered, laid out, taken out as a file; its chain verified before one's eyes."""

import ast
import csv
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, text

from licensetrack.accounts.permissions import GRANTS
from licensetrack.accounts.users import find_user
from licensetrack.core import audit, db
from licensetrack.core.trail import Laid, laid_out
from licensetrack.web import audit_words
from tests.asking import submitted
from tests.site import CORRECTED, House, person
from tests.trade import unit

ADMINISTRATOR = "audit_administrator"


def numbers(page: str) -> list[int]:
    """The entries that a page lists."""
    cells = BeautifulSoup(page, "html.parser").select("section[aria-labelledby=found] th[scope=row]")
    return [int(cell.get_text()) for cell in cells]


def total(page: str) -> int:
    """How many entries match."""
    found = BeautifulSoup(page, "html.parser").select_one("h2#found")
    assert found is not None
    return int(re.sub(r"\D", "", found.get_text()))


def add(subject: str, tag: str = "units:unit:update", **details: Any) -> int:
    """One more entry."""
    with db.transaction() as session:
        return audit.record(session, tag, subject, person("operator"), **details)


@pytest.mark.parametrize("role", [ADMINISTRATOR, "auditor"])
def test_the_trail_is_paged_by_number_from_the_newest_to_the_first_and_back(house: House, role: str) -> None:
    page = house.get("/audit", role)
    last = numbers(page)[0]
    assert total(page) >= last
    seen, address = numbers(page), "/audit"
    while older := BeautifulSoup(page, "html.parser").select_one("a[rel=next]"):
        address = str(older["href"])
        page = house.get(address, role)
        seen += numbers(page)
    assert seen == list(range(last, 0, -1))
    newer = BeautifulSoup(page, "html.parser").select_one("a[rel=prev]")
    assert newer is not None
    back = numbers(house.get(str(newer["href"]), role))
    assert back == list(range(back[0], back[0] - 50, -1))
    assert back[-1] == numbers(page)[0] + 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (f"subject=set:{CORRECTED}", 1),
        ("subject=2024-0011", 1),
        ("tag=units:unit:register", 124),
        ("tag=units:unit:register&subject=unit:SZ0001", 1),
        ("tag=units:unit:register&subject=SZ000", 9),
        ("actor=manager&tag=performance:evaluation:sign", 1),
        ("outcome=refused", 0),
        ("first=2000-01-01&last=2000-12-31", 0),
        ("q=%E5%B8%82%E7%BA%A7%E5%85%9A%E6%94%BF%E6%9C%BA%E5%85%B3&tag=units:unit:register&subject=unit:SZ0001", 1),
        ("q=100%25", 0),
        ("q=nothing+like+this", 0),
    ],
)
def test_entries_are_found_by_what_they_say(house: House, query: str, expected: int) -> None:
    page = house.get(f"/audit?{query}", ADMINISTRATOR)
    assert total(page) == expected
    if not expected:
        assert "没有符合条件的记录" in page


def test_a_day_is_the_business_day_and_both_ends_belong_to_the_range(own_house: House) -> None:
    seq = add("unit:SZ0001")
    entry = own_house.get(f"/audit/{seq}", ADMINISTRATOR)
    day = re.search(r"(\d{4}-\d\d-\d\d) \d\d:\d\d</time>", entry)
    assert day is not None
    assert seq in numbers(own_house.get(f"/audit?first={day[1]}&last={day[1]}", ADMINISTRATOR))
    own_house.get("/audit?first=2024-02-31", ADMINISTRATOR, status=400)


def test_an_entry_shows_old_and_new_beside_each_other(own_house: House) -> None:
    seq = add("unit:SZ0001", changed={"contact": ["张三", "李四"]}, on="2025-01-02")
    page = BeautifulSoup(own_house.get(f"/audit/{seq}", ADMINISTRATOR), "html.parser")
    rows = [
        [cell.get_text(" ", strip=True) for cell in row.find_all(["th", "td"])]
        for row in page.select("table.laid tbody tr")
    ]
    assert rows == [["联系人 contact", "张三", "李四"], ["日期 on", "2025-01-02"]]
    assert "单位信息变更" in page.get_text()
    assert page.select_one("a[href='/audit?subject=unit:SZ0001']") is not None


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({}, []),
        ({"old": True, "new": False}, [Laid("", "true", "false")]),
        ({"old": None, "new": {"days": 30}}, [Laid("days", "", "30")]),
        ({"old": {"a": 1, "b": 2}, "new": {"a": 1, "c": "x"}},
         [Laid("a", "1", "1"), Laid("b", "2", ""), Laid("c", "", "x")]),
        ({"new": {"name": "甲"}}, [Laid("name", None, "甲")]),
        ({"counts": {"new": 3}, "files": ["a"]}, [Laid("counts.new", None, "3"), Laid("files", None, '["a"]')]),
        ({"changed": {"name": "甲"}}, [Laid("name", "", "甲")]),
    ],
)  # fmt: skip
def test_details_are_laid_out_field_by_field(details: dict[str, Any], expected: list[Laid]) -> None:
    assert laid_out(json.dumps(details)) == expected


def test_an_entry_that_does_not_exist_is_not_found(house: House) -> None:
    house.get("/audit/99999999", ADMINISTRATOR, status=404)


def test_what_is_in_an_entry_is_shown_and_never_run(own_house: House) -> None:
    attack = "<script>alert(1)</script>"
    seq = add(f"unit:{attack}", changed={attack: [attack, attack]}, reason=attack)
    for path in ("/audit", f"/audit/{seq}", "/audit?q=%3Cscript%3E"):
        assert attack not in own_house.get(path, ADMINISTRATOR)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_trail_is_taken_out_as_a_file_and_that_is_an_entry_itself(own_house: House, form: str) -> None:
    with own_house.client(ADMINISTRATOR).get(f"/audit/export.{form}?tag=units:unit:register") as answer:
        content = answer.data
    if form == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert len(rows) == 125
        assert rows[1][4] == "units:unit:register"
    else:
        assert content.startswith(b"PK")
    newest = own_house.get("/audit", ADMINISTRATOR)
    entry = own_house.get(f"/audit/{numbers(newest)[0]}", ADMINISTRATOR)
    assert "audit:export" in entry
    assert "units:unit:register" in entry


def test_records_lead_to_their_entries_for_those_who_may_read_them(house: House) -> None:
    for path, subject in ((f"/sets/{CORRECTED}", f"set:{CORRECTED}"), ("/units/3", "unit:SZ0003")):
        assert f'href="/audit?subject={subject}"' in house.get(path, "auditor")
        assert "/audit" not in house.get(path, "operator")
        assert total(house.get(f"/audit?subject={subject}", "auditor")) == 1


def test_a_request_leads_to_its_entries_for_those_who_may_read_them(own_house: House) -> None:
    number = submitted(unit("SZ9101")).number
    assert f'href="/audit?subject=request:{number}"' in own_house.get(f"/requests/{number}", "auditor")
    assert "/audit" not in own_house.get(f"/requests/{number}", "operator")
    assert total(own_house.get(f"/audit?subject=request:{number}", "auditor")) == 2


def test_an_account_leads_to_its_entries_only_where_one_role_may_read_both(
    own_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.reading() as session:
        user = find_user(session, "operator")
        assert user is not None
        page = f"/people/{user.id}"
    assert "/audit" not in own_house.get(page, "system_administrator")
    monkeypatch.setitem(GRANTS, "system_administrator", (*GRANTS["system_administrator"], "audit:read"))
    assert 'href="/audit?subject=user:operator"' in own_house.get(page, "system_administrator")
    assert total(own_house.get("/audit?subject=user:operator", "auditor")) >= 1


def verify(house: House, role: str = ADMINISTRATOR, **fields: str) -> str:
    """The page after the chain was verified."""
    answer = house.client(role).post("/audit/chain", data=fields)
    assert answer.status_code == 200, answer.text
    return answer.text


def checkpoint(page: str) -> tuple[str, str]:
    """The head's number and digest as the page shows them."""
    found = re.search(r"最后一条</dt><dd[^>]*><a href=\"/audit/(\d+)\"", page), re.search(r"\b[0-9a-f]{64}\b", page)
    assert found[0] is not None
    assert found[1] is not None
    return found[0][1], found[1][0]


@pytest.mark.parametrize("role", [ADMINISTRATOR, "auditor"])
def test_the_chain_is_verified_on_the_page_from_its_first_entry_to_its_head(own_house: House, role: str) -> None:
    before = own_house.get("/audit/chain", role)
    assert "审计链完整" not in before
    seq, digest = checkpoint(before)
    page = verify(own_house, role, seq=seq, digest=digest)
    assert "审计链完整" in page
    assert "检查点在链中" in page
    assert re.search(r"SM3|SHA256", page)
    assert f"已重新计算 {int(seq):,} 条" in page or f"已重新计算 {seq} 条" in page
    assert own_house.get("/audit?tag=audit:verify", role).count("audit:verify</small>") == 1


def test_an_entry_changed_behind_our_back_breaks_the_chain(own_house: House) -> None:
    with db.engine().begin() as connection:
        triggers = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_entry'")
        )
        for name in triggers.scalars().all():
            connection.execute(text(f'DROP TRIGGER "{name}"'))
        connection.execute(text("UPDATE audit_entry SET actor = 'somebody' WHERE seq = 7"))
    page = verify(own_house)
    assert "审计链已断裂" in page
    assert "audit entry 7 was changed" in page
    assert "审计链完整" not in page


def test_a_checkpoint_tells_a_chain_that_was_made_anew(own_house: House) -> None:
    page = verify(own_house, seq="5", digest="0" * 64)
    assert "审计链完整" in page
    assert "检查点不在链中" in page


@pytest.mark.parametrize("fields", [{"digest": "short"}, {"seq": "-1"}, {"seq": "one"}, {"stage": "signed"}])
def test_a_checkpoint_that_is_none_is_refused_at_its_field(own_house: House, fields: dict[str, str]) -> None:
    answer = own_house.client(ADMINISTRATOR).post("/audit/chain", data=fields)
    assert answer.status_code == 422
    assert "alert-danger" in answer.text


def test_a_tag_without_words_stands_for_itself(own_house: House) -> None:
    seq = add("thing:1", tag="nobody:knows:this")
    assert "nobody:knows:this" in own_house.get(f"/audit/{seq}", ADMINISTRATOR)
    assert audit_words.tag_word("nobody:knows:this") == "nobody:knows:this"


def test_every_tag_that_the_program_may_write_has_words() -> None:
    rooms = "accounts|allocation|audit|desk|exchange|handover|measures|performance|procurement|requests|support"
    rooms += "|system|units"
    found = set()
    for path in (Path(__file__).parents[2] / "licensetrack").rglob("*.py"):
        found |= set(re.findall(rf'"((?:{rooms})(?::[a-z_]+){{2}})"', path.read_text(encoding="utf-8")))
    assert len(found) > 60
    assert sorted(found - set(audit_words.TAGS)) == []


def subjects_written() -> set[str]:
    """Every kind of subject that the program writes as `kind:which`, found in its source."""
    found = set()
    for path in (Path(__file__).parents[2] / "licensetrack").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            texts: list[ast.expr | None] = []
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                place = {"audit.record": 2, "record_download": 1}.get(called, len(node.args))
                texts += node.args[place : place + 1]
            elif isinstance(node, ast.Assign) and any(ast.unparse(one) == "subject" for one in node.targets):
                texts.append(node.value)
            elif isinstance(node, ast.FunctionDef) and node.name in ("subject", "subject_of", "_subject"):
                texts += [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
            for text_ in texts:
                begins = text_.values[0] if isinstance(text_, ast.JoinedStr) else text_
                if isinstance(begins, ast.Constant) and isinstance(begins.value, str):
                    found.add(begins.value.partition(":")[0])
    return found


def test_every_kind_of_subject_that_the_program_writes_has_a_word() -> None:
    found = subjects_written()
    assert {"set", "order", "bulletin", "difference", "scan", "run", "evaluation"} <= found
    assert sorted(found - set(audit_words.SUBJECTS)) == []


def test_orders_bulletins_differences_and_scans_open_from_their_entries(own_full_house: House) -> None:
    for kind in ("order", "bulletin", "difference", "scan"):
        seq = add(f"{kind}:{own_full_house.objects[f'own_{kind}']}")
        page = BeautifulSoup(own_full_house.get(f"/audit/{seq}", "auditor"), "html.parser")
        links = [str(link["href"]) for link in page.select("main a")]
        shown = [link for link in links if link.startswith(("/service/", "/bulletins/", "/inventory/"))]
        assert len(shown) == 1, kind
        own_full_house.get(shown[0], "auditor")


def test_a_file_of_a_bulletin_is_taken_out_under_its_own_name_with_its_digest(own_full_house: House) -> None:
    task, paper = own_full_house.objects["own_task"], own_full_house.objects["own_task_paper"]
    answer = own_full_house.client().get(f"/bulletins/tasks/{task}/papers/{paper}")
    assert answer.status_code == 200
    with db.reading() as session:
        query = select(audit.AuditEntry).order_by(audit.AuditEntry.seq.desc())
        entry = session.scalars(query.limit(1)).one()
    assert (entry.tag, entry.subject) == (
        "support:bulletin:download",
        f"bulletin:{own_full_house.objects['own_bulletin']}",
    )
    assert json.loads(entry.details)["digest"] == hashlib.sha256(answer.data).hexdigest()
