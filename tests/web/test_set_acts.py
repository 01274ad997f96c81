"""The acts on a set by their pages: what each does, what it shows before, and what is told at which field."""

from __future__ import annotations

import re
import secrets
from typing import Any

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from licensetrack.allocation import life
from licensetrack.allocation.models import LedgerEvent, LicenseSet, Revocation
from licensetrack.allocation.queries import SetRow, set_by_number
from licensetrack.core import db
from licensetrack.core.audit import AuditEntry
from tests.invariants import broken
from tests.site import House, person
from tests.trade import day, fresh, issued, unit

NUMBER = "SQ/2024/市-0001"  # slashes are allowed in a number, and no address may take them for its own
SAID = {"platform": "政务云", "site": "A101", "edition": "标准版", "fingerprint": "ESN-1", "valid_until": "2026-01-31"}
ACTS: dict[str, tuple[dict[str, str], dict[str, Any]]] = {
    "expand": ({"cpus": "１６"}, {"cpus": 32}),
    "shrink": ({"cpus": "4"}, {"cpus": 12}),
    "relocate": ({"to": "接收单位", "platform": "教育云"}, {"unit": "接收单位", "platform": "教育云", "site": ""}),
    "move": ({"site": "B202"}, {"site": "B202", "platform": "政务云"}),
    "replace_host": ({"old_fingerprint": "ESN-1", "new_fingerprint": "ESN-2"}, {"fingerprint": "ESN-2"}),
    "renew": ({"valid_until": "2027-01-31"}, {"valid_until": day("2027-01-31")}),
    "upgrade": ({"edition": "企业版"}, {"edition": "企业版"}),
    "return": ({}, {"stage": "returned", "ended_on": day("05-01")}),
    "revoke": ({}, {"stage": "revoked"}),
    "void": ({}, {"stage": "voided"}),
}


@pytest.fixture
def license_set(own_house: House) -> LicenseSet:
    """A set with all its words; another unit to take it over."""
    unit("SZ9102", name="接收单位", district="南山区")
    return issued(NUMBER, unit("SZ9101", name="原持有单位"), details=SAID)


def send(house: House, address: str, *, once: str = "", **fields: str) -> Any:
    """Sends a form as the operator, with a key of its own unless one is given."""
    form = {"once": once or secrets.token_hex(16), "on": "2024-05-01", "reason": "测试", **fields}
    return house.client().post(address, data=form)


def act(house: House, name: str, look: bool = False, **fields: str) -> Any:
    fields.setdefault("version", str(row().version))
    return send(house, f"/changes/{name.replace('_', '-')}/{NUMBER}" + ("?look=1" if look else ""), **fields)


def row(number: str = NUMBER) -> SetRow:
    with db.reading() as session:
        return set_by_number(session, number)


def events() -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(LedgerEvent)) or 0


def soup(answer: Any) -> BeautifulSoup:
    return BeautifulSoup(answer.text, "html.parser")


def error_at(answer: Any, field: str) -> str:
    found = soup(answer).select_one(f"#{field}-error")
    return found.get_text() if found else ""


@pytest.mark.usefixtures("license_set")
class TestAnAct:
    @pytest.mark.parametrize("name", ACTS)
    def test_is_done_and_leads_to_the_set(self, own_house: House, name: str) -> None:
        fields, shows = ACTS[name]
        answer = act(own_house, name, **fields)
        assert answer.status_code == 303, answer.text[-1500:]
        assert own_house.get(answer.headers["Location"].partition("#")[0])
        found = row()
        assert {field: getattr(found, field) for field in shows} == shows
        assert broken() == []

    @pytest.mark.parametrize("name", ACTS)
    def test_shows_before_what_it_would_change_and_writes_nothing(self, own_house: House, name: str) -> None:
        before, count = row(), events()
        answer = act(own_house, name, look=True, **ACTS[name][0])
        assert answer.status_code == 200
        assert "尚未写入" in answer.text
        assert soup(answer).select(".foretold .posted li")
        assert (row(), events()) == (before, count)

    @pytest.mark.parametrize("name", ACTS)
    def test_sent_twice_has_one_effect(self, own_house: House, name: str) -> None:
        key, version, count = secrets.token_hex(16), str(row().version), events()
        first = act(own_house, name, once=key, version=version, **ACTS[name][0])
        after = events()
        again = act(own_house, name, once=key, version=version, **ACTS[name][0])
        assert (first.status_code, again.status_code) == (303, 303)
        assert first.headers["Location"] == again.headers["Location"]
        assert after > count
        assert events() == after

    @pytest.mark.parametrize("name", ACTS)
    def test_of_a_stale_form_is_told_what_changed_meanwhile(self, own_house: House, name: str) -> None:
        seen = str(row().version)
        act(own_house, "expand", cpus="2")
        count = events()
        answer = act(own_house, name, version=seen, **ACTS[name][0])
        assert answer.status_code == 409
        assert re.search(r"有变动：2024-05-01 扩容，由 operator 同志 于 \d{4}-\d\d-\d\d \d\d:\d\d 登记", answer.text)
        assert events() == count

    def test_before_and_after_stand_side_by_side(self, own_house: House) -> None:
        text = soup(act(own_house, "expand", look=True, cpus="6")).select_one(".foretold").get_text(" ", strip=True)  # type: ignore[union-attr]
        assert "CPU数量 16 → 22" in text or re.search(r"16 → 22", text)

    @pytest.mark.parametrize(
        ("name", "fields", "field", "words"),
        [
            ("expand", {"cpus": "0"}, "cpus", "0"),
            ("expand", {"cpus": "1e3"}, "cpus", "整数"),
            ("expand", {"cpus": "4", "on": "2999-01-01"}, "on", "晚于"),
            ("expand", {"cpus": "4", "on": "2024-01-01"}, "", "尚未发放"),
            ("expand", {"cpus": "4", "reason": " "}, "reason", "原因"),
            ("shrink", {"cpus": "16"}, "cpus", "16"),
            ("relocate", {"to": "没有这个单位"}, "to", "单位名录"),
            ("relocate", {"to": "原持有单位"}, "to", "搬迁"),
            ("move", {}, "site", "新机房"),
            ("replace_host", {"old_fingerprint": "ESN-7", "new_fingerprint": "ESN-2"}, "old_fingerprint", "ESN-1"),
            ("replace_host", {"old_fingerprint": "ESN-1", "new_fingerprint": "ESN-1"}, "new_fingerprint", "相同"),
            ("renew", {"valid_until": "2025-12-31"}, "valid_until", "2026-01-31"),
            ("upgrade", {"edition": "标准版"}, "edition", "标准版"),
        ],
    )  # fmt: skip
    def test_that_can_not_be_is_refused_at_its_field_and_keeps_what_was_typed(
        self, own_house: House, name: str, fields: dict[str, str], field: str, words: str
    ) -> None:
        before, count = row(), events()
        answer = act(own_house, name, **fields)
        assert answer.status_code == 422
        told = error_at(answer, field) if field else answer.text
        assert words in told, told or answer.text[-3000:]
        page = soup(answer)
        for typed, value in fields.items():
            kept = page.select_one(f"#{typed}")
            assert kept is not None
            assert value.strip() in (kept.get("value") or kept.get_text())
        assert (row(), events()) == (before, count)

    def test_without_a_version_or_with_a_field_of_another_is_refused(self, own_house: House) -> None:
        count = events()
        assert act(own_house, "expand", version="", cpus="4").status_code == 422
        assert act(own_house, "expand", cpus="4", stage="accepted").status_code == 422
        assert events() == count

    def test_that_was_refused_is_audited_under_the_set(self, own_house: House) -> None:
        act(own_house, "shrink", cpus="4")
        act(own_house, "shrink", version="1", cpus="4")
        with db.reading() as session:
            subjects = session.scalars(select(AuditEntry.subject).where(AuditEntry.outcome == "refused")).all()
        assert f"set:{NUMBER}" in subjects


class TestASetsPage:
    def test_offers_what_is_possible_at_its_stage(self, own_house: House, license_set: LicenseSet) -> None:
        def offered(role: str = "operator") -> set[str]:
            page = BeautifulSoup(own_house.get(f"/sets/{NUMBER}", role), "html.parser")
            return {str(link["href"]).split("/")[2] for link in page.select("nav.acts a")}

        everything = {name.replace("_", "-") for name in ACTS}
        assert offered() == everything
        assert offered("auditor") == offered("manager") == set()
        life.record_import(license_set, actor=person("operator"), on=day("02-10"))
        life.accept_import(license_set, actor=person("operator"), on=day("02-20"), evidence="a.pdf")
        assert offered() == everything - {"void"}
        life.return_set(license_set, actor=person("operator"), on=day("05-01"), reason="停用")
        assert offered() == set()

    def test_offers_to_make_a_temporary_set_formal(self, own_house: House) -> None:
        issued("SQ-T", unit("SZ9103"), kind="temporary", details=SAID)
        assert "/changes/formalize/SQ-T" in own_house.get("/sets/SQ-T")
        page = BeautifulSoup(own_house.get("/changes/formalize/SQ-T"), "html.parser")
        assert page.select_one("#cpus")["value"] == "16"  # type: ignore[index]
        version = str(row("SQ-T").version)
        fields = {"number": "SQ-F", "cpus": "24", "edition": "企业版", "fingerprint": "ESN-1", "version": version}
        form = {"once": secrets.token_hex(16), "on": "2024-05-01", **fields}
        answer = own_house.client().post("/changes/formalize/SQ-T", data=form)
        assert answer.status_code == 303, answer.text[-2000:]
        for number, other in (("SQ-T", "SQ-F"), ("SQ-F", "SQ-T")):
            chain = BeautifulSoup(own_house.get(f"/sets/{number}"), "html.parser").select(".chain li")
            assert [one.select_one("strong").get_text() for one in chain] == ["SQ-T", "SQ-F"]  # type: ignore[union-attr]
            assert any(link["href"] == f"/sets/{other}" for one in chain for link in one.select("a"))

    def test_tells_which_units_held_it_and_what_is_awaited(self, own_house: House, license_set: LicenseSet) -> None:
        act(own_house, "relocate", to="SZ9102", on="2024-05-01")
        page = BeautifulSoup(own_house.get(f"/sets/{NUMBER}"), "html.parser")
        stays = [one.get_text(strip=True) for one in page.select(".stays li")]
        assert stays == ["原持有单位：2024-02-01 至 2024-05-01", "接收单位：2024-05-01 起"]
        clocks = page.select_one(".clocks")
        assert clocks is not None
        assert "2024-06-30 前登记" in clocks.get_text(" ", strip=True)
        assert fresh(license_set).fingerprint == "ESN-1"

    def test_says_the_words_of_new_acts_and_details(self, own_house: House, license_set: LicenseSet) -> None:
        act(own_house, "replace_host", **ACTS["replace_host"][0])
        act(own_house, "renew", **ACTS["renew"][0])
        story = BeautifulSoup(own_house.get(f"/sets/{NUMBER}"), "html.parser").select_one(".timeline")
        assert story is not None
        text = story.get_text(" ", strip=True)
        for word in ("更换主机", "原主机特征码", "续期", "有效期至"):
            assert word in text
        assert not re.search(r"old_fingerprint|valid_until", text)
        assert fresh(license_set).version == 3

    def test_of_a_form_names_the_set_as_it_stands(self, own_house: House, license_set: LicenseSet) -> None:
        text = BeautifulSoup(own_house.get(f"/changes/expand/{NUMBER}"), "html.parser").get_text(" ", strip=True)
        assert "现有 16 颗 CPU" in text
        life.return_set(license_set, actor=person("operator"), on=day("05-01"), reason="停用")
        assert "不能办理" in own_house.get(f"/changes/expand/{NUMBER}")


class TestARevocationCode:
    def opened(self, house: House) -> int:
        act(house, "replace_host", **ACTS["replace_host"][0])
        with db.reading() as session:
            return session.scalars(select(Revocation.id)).one()

    @pytest.mark.usefixtures("license_set")
    def test_is_recorded_once_and_the_second_person_is_told(self, own_house: House) -> None:
        one = self.opened(own_house)
        form = {"on": "2024-05-20", "version": "0"}

        def record(code: str, **more: str) -> Any:
            data = {"once": secrets.token_hex(16), "code": code, **form, **more}
            return own_house.client().post(f"/changes/code/{one}", data=data)

        assert record("LIC-1").status_code == 303
        answer = record("LIC-2")
        assert answer.status_code == 409
        assert "operator 同志 已登记" in answer.text
        assert "LIC-1" in own_house.get(f"/sets/{NUMBER}")
        assert record("LIC-3", version="1").status_code == 303
        assert record(" ", version="2").status_code == 422
        early = record("LIC-4", version="2", on="2024-04-30")
        assert "2024-05-01" in error_at(early, "on")
        assert "LIC-3" in own_house.get(f"/changes/code/{one}")
