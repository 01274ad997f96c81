"""The home page of each role: what waits for it, whole lists, windows of days, files; never another's rows."""

import datetime as dt
import re

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from licensetrack.accounts.permissions import ROLES, Actor, allows
from licensetrack.core import db
from licensetrack.core.audit import AuditEntry
from licensetrack.web.work_lists import HOMES, LISTS
from tests.site import CORRECTED, House, person


def counters(page: str) -> dict[str, int]:
    """List → the count on its tile."""
    found = {}
    for tile in BeautifulSoup(page, "html.parser").select("a.counter"):
        key = str(tile["href"]).rpartition("/")[2]
        number = tile.select_one(".counter-number")
        assert number is not None
        found[key] = int(number.get_text().replace(",", ""))
    return found


def rows(page: str) -> list[str]:
    """The numbers in a list's table."""
    return [cell.get_text() for cell in BeautifulSoup(page, "html.parser").select("table.work th[scope=row]")]


@pytest.mark.parametrize("role", sorted(HOMES))
def test_each_role_finds_its_lists_and_each_tile_counts_the_rows_behind_it(house: House, role: str) -> None:
    found = counters(house.get("/desk", role))
    assert list(found) == [key for key in HOMES[role] if allows(Actor(None, "", "", role), LISTS[key].permission)]
    for key, number in found.items():
        assert len(rows(house.get(f"/desk/{key}", role))) == number


def test_there_is_work_in_the_sample_year(house: House) -> None:
    assert sum(counters(house.get("/desk")).values()) > 0


def test_who_works_with_figures_alone_is_led_to_the_overview(house: House) -> None:
    assert house.client("auditor").get("/desk").location == "/"


@pytest.mark.parametrize("role", ["system_administrator", "security_administrator", "audit_administrator"])
def test_who_has_no_figures_is_led_to_the_own_desk(house: House, role: str) -> None:
    assert house.client(role).get("/").location == "/desk"
    house.get("/desk", role)


@pytest.mark.parametrize("role", ROLES)
def test_every_list_is_for_those_who_may_read_its_rows(house: House, role: str) -> None:
    for key, found in LISTS.items():
        house.get(f"/desk/{key}", role, status=200 if allows(person(role), found.permission) else 403)


def test_a_list_that_does_not_exist_is_not_found(house: House) -> None:
    house.get("/desk/whatever", status=404)


@pytest.mark.parametrize("role", ["unit_user", "district_manager"])
def test_a_unit_and_a_district_see_their_own_rows_alone(house: House, role: str) -> None:
    operator = Actor(None, "", "", "operator")
    both = [key for key in HOMES[role] if key != "with_the_unit" and allows(operator, LISTS[key].permission)]
    assert len(both) > 5
    for key in both:
        own = rows(house.get(f"/desk/{key}?as_of=2024-12-31&within=9999", role))
        everything = rows(house.get(f"/desk/{key}?as_of=2024-12-31&within=9999"))
        assert len(own) < len(everything) or not own
        assert set(own) <= set(everything)


def test_a_unit_sees_what_it_holds_and_until_when(house: House) -> None:
    page = house.get("/desk/held", "unit_user")
    assert CORRECTED in rows(page)


@pytest.mark.parametrize("within", [90, 60, 30, 15, 7, 1, 45])
def test_what_ends_on_the_last_day_of_a_window_is_in_it_and_the_day_before_is_not(house: House, within: int) -> None:
    first = dt.date(2027, 12, 31) - dt.timedelta(days=within)  # the support of every set of the sample year ends then
    page = house.get(f"/desk/expiring?as_of={first}&within={within}")
    assert len(rows(page)) > 100
    assert set(re.findall(r'<span class="days[^"]*">(-?\d+)</span>', page)) == {str(within)}
    assert rows(house.get(f"/desk/expiring?as_of={first}&within={within - 1}")) == []


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_list_is_taken_out_as_a_file_and_that_is_recorded(own_house: House, form: str) -> None:
    with own_house.client("manager").get(f"/desk/expiring/export.{form}?within=9999") as answer:
        assert answer.status_code == 200
        content = answer.data
    if form == "csv":
        shown = rows(own_house.get("/desk/expiring?within=9999", "manager"))
        assert len(content.decode().strip().splitlines()) == 1 + len(shown) > 1
    else:
        assert content.startswith(b"PK")
    with db.reading() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert entry is not None
    assert (entry.tag, entry.subject, entry.actor) == ("desk:list:export", "list:expiring", "manager")
