"""One search box for everything: by number, fingerprint, file, code, present and former name; within one's scope."""

import pytest
from bs4 import BeautifulSoup

from licensetrack.allocation import issuing
from licensetrack.core import db
from licensetrack.units.directory import UnitEntry, update_unit
from licensetrack.units.models import Unit
from tests.site import CORRECTED, House, person
from tests.trade import day


def one_unit() -> Unit:
    """The unit that is searched for."""
    with db.reading() as session:
        return session.get_one(Unit, 3)


def found(house: House, asked: str, role: str = "operator") -> dict[str, list[str]]:
    """Kind → what the page lists of it."""
    answer = house.client(role).get("/search", query_string={"q": asked})
    assert answer.status_code == 200
    return {
        part.select_one("h2").get_text(): [link.get_text() for link in part.select(".hits a")]  # type: ignore[union-attr]
        for part in BeautifulSoup(answer.text, "html.parser").select("section.card-table")
    }


def led_to(house: House, asked: str, role: str = "operator") -> str | None:
    """Where a search leads straight away."""
    return house.client(role).get("/search", query_string={"q": asked}).location


@pytest.mark.parametrize("asked", [CORRECTED, CORRECTED.lower(), f"  {CORRECTED} ", "ＳＱ－2024－0011"])
def test_a_number_leads_straight_to_its_set_however_it_is_typed(house: House, asked: str) -> None:
    assert led_to(house, asked) == f"/sets/{CORRECTED}"


def test_a_fingerprint_and_a_licence_file_lead_to_their_set(own_house: House) -> None:
    issuing.issue_set(
        "SQ-2025-9001", one_unit(), "virtualization", cpus=8, on=day("2025-01-02"), actor=person("operator"),
        details={"fingerprint": "ESN-0042-ABCD", "license_file": "host-42.dat"},
    )  # fmt: skip
    for asked in ("ESN-0042-ABCD", "esn-0042-abcd", "host-42.dat"):
        assert led_to(own_house, asked) == "/sets/SQ-2025-9001"
    assert found(own_house, "0042-AB")["授权台账"] == ["SQ-2025-9001"]


def test_a_part_of_a_number_lists_what_has_it(house: House) -> None:
    sets = found(house, "2024-001")["授权台账"]
    assert CORRECTED in sets
    assert len(sets) == 10


def test_a_unit_is_found_by_code_name_and_part_of_it(house: House) -> None:
    assert led_to(house, "SZ0003") == "/units/3"
    assert led_to(house, "深圳市科创局（示例）") == "/units/3"
    assert led_to(house, "深圳市科创局(示例)") == "/units/3"
    assert found(house, "科创")["单位"] == ["深圳市科创局（示例）"]


def test_a_unit_is_found_by_the_name_it_had(own_house: House) -> None:
    unit = one_unit()
    entry = UnitEntry(unit.code, "深圳市科技创新局（示例）", unit.category, unit.district)
    update_unit(unit, entry, on=day("2025-01-02"), actor=person("operator"))
    assert led_to(own_house, "深圳市科创局（示例）") == "/units/3"
    page = own_house.get("/search?q=科创局")
    assert "深圳市科技创新局（示例）" in page
    assert "曾用名 深圳市科创局（示例）" in page


def test_a_unit_user_finds_the_own_things_alone(house: House) -> None:
    assert led_to(house, "SQ-2024-0001", "unit_user") is None
    assert found(house, "SQ-2024-0001", "unit_user") == {}
    assert found(house, "SZ0001", "unit_user") == {}
    assert led_to(house, CORRECTED, "unit_user") == f"/sets/{CORRECTED}"
    mine = found(house, "SQ-2024", "unit_user")["授权台账"]
    assert all(house.client("unit_user").get(f"/sets/{number}").status_code == 200 for number in mine)


@pytest.mark.parametrize("asked", ["", "   ", "nothing like this", "%", "_", "<b>bold</b>", "'; DROP TABLE unit; --"])
def test_what_finds_nothing_says_so_and_what_was_asked_is_not_run(house: House, asked: str) -> None:
    assert found(house, asked) == {}
    page = house.client().get("/search", query_string={"q": asked}).text
    assert "<b>bold" not in page
    assert "没有找到" in page or "想查找什么" in page


def test_the_frame_offers_the_search_to_those_who_may_see_sets(house: House) -> None:
    assert 'action="/search"' in house.get("/desk")
    assert 'action="/search"' not in house.get("/desk", "audit_administrator")
