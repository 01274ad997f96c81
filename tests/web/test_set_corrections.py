"""Facts said right and taken back by their pages: what is taken back and said anew is shown, and the story keeps it."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from bs4 import BeautifulSoup

from licensetrack.allocation import life
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.queries import SetRow, set_by_number
from licensetrack.core import db
from tests.allocation.looking import fact, facts
from tests.invariants import broken
from tests.site import House, person
from tests.trade import ALICE, accepted, day, unit

NUMBER = "SQ-9100"


@pytest.fixture
def license_set(own_house: House) -> LicenseSet:
    """A set with an act of every kind that can be said right."""
    holder, other = unit("SZ9101", name="原持有单位"), unit("SZ9102", name="接收单位")
    found = accepted(NUMBER, holder, 16)
    operator = person("operator")
    life.expand_set(found, actor=operator, on=day("03-01"), cpus=8, reason="扩容")
    life.shrink_set(found, actor=operator, on=day("03-10"), cpus=4, reason="缩容")
    life.relocate_set(found, other, actor=operator, on=day("04-01"), reason="划转", platform="教育云")
    life.replace_host(
        found, actor=operator, on=day("04-10"), old_fingerprint="", new_fingerprint="ESN-2", reason="换主机"
    )
    life.renew_set(found, actor=operator, on=day("04-20"), valid_until=day("2026-01-31"), reason="续期")
    return found


def row() -> SetRow:
    with db.reading() as session:
        return set_by_number(session, NUMBER)


def send(house: House, found: LicenseSet, action: str, *, way: str = "of", look: bool = False, **fields: str) -> Any:
    """Sends the page of the one fact of this kind, with what its form holds and these fields."""
    address = f"/corrections/{way}/{fact(found, action).position}/{NUMBER}"
    page = BeautifulSoup(house.get(address), "html.parser")
    form = {str(f["name"]): str(f.get("value") or f.get_text()) for f in page.select("main form [name]")}
    form |= {"once": secrets.token_hex(16), "reason": "登记有误", **fields}
    return house.client().post(address + ("?look=1" if look else ""), data=form)


@pytest.mark.parametrize(
    ("action", "fields", "shows"),
    [
        ("issue", {"cpus": "20"}, {"cpus": 24}),
        ("issue", {"site": "A101", "edition": "标准版"}, {"edition": "标准版", "site": ""}),
        ("expand", {"cpus": "10"}, {"cpus": 22}),
        ("expand", {"on": "2024-03-05"}, {"cpus": 20}),
        ("shrink", {"cpus": "2"}, {"cpus": 22}),
        ("accept", {"on": "2024-02-22"}, {"accepted_on": day("02-22")}),
        ("relocate", {"to": "SZ9101"}, {"unit": "原持有单位"}),
        ("relocate", {"platform": "医疗云"}, {"platform": "医疗云"}),
        ("replace_host", {"fingerprint": "ESN-3"}, {"fingerprint": "ESN-3"}),
        ("renew", {"valid_until": "2026-03-31"}, {"valid_until": day("2026-03-31")}),
    ],
)  # fmt: skip
def test_a_fact_is_said_right(
    own_house: House, license_set: LicenseSet, action: str, fields: dict[str, str], shows: dict[str, Any]
) -> None:
    answer = send(own_house, license_set, action, **fields)
    assert answer.status_code == 303, answer.text[-2500:]
    found = row()
    assert {name: getattr(found, name) for name in shows} == shows
    assert broken() == []


def test_what_is_taken_back_and_said_anew_is_shown_and_nothing_is_written(
    own_house: House, license_set: LicenseSet
) -> None:
    before = row()
    answer = send(own_house, license_set, "expand", look=True, cpus="10")
    assert answer.status_code == 200
    lines = [line.get_text(" ", strip=True) for line in BeautifulSoup(answer.text, "html.parser").select(".posted li")]
    assert any(line.startswith("已冲销 2024-03-01 扩容") for line in lines)
    assert any(line.startswith("登记 2024-03-01 扩容") for line in lines)
    assert row() == before


def test_nothing_said_differently_is_refused(own_house: House, license_set: LicenseSet) -> None:
    answer = send(own_house, license_set, "expand")
    assert answer.status_code == 422
    assert "内容没有变化" in answer.text


def test_what_would_break_the_life_is_refused_at_its_field(own_house: House, license_set: LicenseSet) -> None:
    before = facts(license_set)
    for fields in ({"on": "2024-02-25"}, {"on": "2999-01-01"}):
        answer = send(own_house, license_set, "import", **fields)
        assert answer.status_code == 422
        assert BeautifulSoup(answer.text, "html.parser").select_one("#on-error")
    assert facts(license_set) == before


def test_a_field_that_a_fact_of_this_kind_does_not_have_is_refused(own_house: House, license_set: LicenseSet) -> None:
    assert send(own_house, license_set, "import", cpus="99").status_code == 422


def test_a_stale_form_is_told_what_changed(own_house: House, license_set: LicenseSet) -> None:
    answer = send(own_house, license_set, "expand", version=str(row().version - 1), cpus="10")
    assert answer.status_code == 409
    assert "续期" in answer.text


def test_a_fact_is_taken_back_once(own_house: House, license_set: LicenseSet) -> None:
    renewal = fact(license_set, "renew")
    looked = send(own_house, license_set, "renew", way="take-back", look=True)
    assert "2026-01-31" in looked.text
    assert row().valid_until == day("2026-01-31")
    key, version = secrets.token_hex(16), str(row().version)
    answer = send(own_house, license_set, "renew", way="take-back", once=key, version=version)
    assert answer.status_code == 303
    assert row().valid_until is None
    form = {"once": key, "version": version, "reason": "登记有误"}
    again = own_house.client().post(f"/corrections/take-back/{renewal.position}/{NUMBER}", data=form)
    assert (again.status_code, again.headers["Location"]) == (303, answer.headers["Location"])
    own_house.get(f"/corrections/take-back/{renewal.position}/{NUMBER}", status=404)


def test_a_fact_on_which_others_rest_is_not_taken_back(own_house: House, license_set: LicenseSet) -> None:
    answer = send(own_house, license_set, "import", way="take-back")
    assert answer.status_code == 422
    assert "尚未导入" in answer.text


def test_only_the_centre_is_offered_to_correct(own_house: House, license_set: LicenseSet) -> None:
    assert f"/corrections/of/1000/{NUMBER}" in own_house.get(f"/sets/{NUMBER}")
    assert "/corrections/" not in own_house.get(f"/sets/{NUMBER}", "auditor")
    assert ALICE.role == "operator"
    own_house.get(f"/corrections/of/1000/{NUMBER}", "auditor", status=403)
    own_house.get(f"/corrections/of/4711/{NUMBER}", status=404)
