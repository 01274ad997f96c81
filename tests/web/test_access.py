"""Who may open what: one table over every address, method and role, own and foreign; nothing outside the table."""

import re
from collections.abc import Iterator

import pytest
from flask import url_for
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from licensetrack.accounts.permissions import ROLES
from licensetrack.web.access import access_of
from tests.site import CORRECTED, DISTRICT, House
from tests.web.routes.shape import SCOPED, Key, Route
from tests.web.routes.table import missing, placed, table

TABLE = table()
METHODS = {"GET", "POST"}


def ask(browser: FlaskClient, house: House, key: Key, address: str) -> TestResponse:
    """The answer to one cell; a file that it may carry is closed again."""
    form = {name: placed(value, house.objects) for name, value in TABLE[key].form.items()}
    with browser.open(address, method=key[1], data=form if key[1] == "POST" else None) as answer:
        return answer


def addresses(route: Route, house: House) -> Iterator[tuple[bool, str]]:
    """(is it foreign, address) of a line."""
    yield False, placed(route.address, house.objects)
    if route.foreign:
        yield True, placed(route.foreign, house.objects)


def test_the_table_has_a_line_for_every_address_and_method(full_house: House) -> None:
    lines = [
        (rule.endpoint, method)
        for rule in full_house.app.url_map.iter_rules()
        for method in set(rule.methods or ()) & METHODS
    ]
    assert set(lines) - set(TABLE) == set(), "addresses without a line in tests/web/routes/"
    assert set(TABLE) - set(lines) == set(), "lines without an address"
    assert len(lines) == len(set(lines)), "two addresses of one view: give each its own line"
    others = {"PUT", "PATCH", "DELETE"}
    assert not [rule for rule in full_house.app.url_map.iter_rules() if set(rule.methods or ()) & others]


@pytest.mark.parametrize("key", TABLE, ids=lambda key: f"{key[0]}-{key[1]}")
def test_a_line_names_addresses_of_its_own_view(full_house: House, key: Key) -> None:
    matching = full_house.app.url_map.bind("localhost")
    for _, address in addresses(TABLE[key], full_house):
        assert matching.match(address.partition("?")[0], method=key[1])[0] == key[0], address
    assert TABLE[key].who <= set(ROLES)


def test_every_view_says_who_may_open_it(house: House) -> None:
    assert [endpoint for endpoint in house.app.view_functions if access_of(house.app, endpoint) is None] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_cell_answers_every_role_as_the_table_says(full_house: House, role: str) -> None:
    wrong = []
    for key, route in TABLE.items():
        for foreign, address in addresses(route, full_house):
            got = ask(full_house.client(role), full_house, key, address)
            if got.status_code != (expected := route.expected(role, foreign=foreign)):
                wrong.append(f"{key[1]} {address}: {got.status_code} instead of {expected}")
        if key[0] == "account.sign_out":
            del full_house.clients[role]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", sorted(SCOPED))
def test_a_foreign_object_answers_exactly_like_one_that_does_not_exist(full_house: House, role: str) -> None:
    wrong = []
    for key, route in TABLE.items():
        if not route.foreign or role not in route.who:
            continue
        pages = []
        for address in (placed(route.foreign, full_house.objects), missing(route, full_house.objects)):
            answer = ask(full_house.client(role), full_house, key, address)
            said = re.sub(r'(name="csrf_token" value=")[^"]*', r"\1…", answer.text).replace(address, "…")
            for part in set(address.split("/")) - set(route.foreign.split("/")):
                said = said.replace(part, "…") if not part.isdigit() else said
            pages.append((answer.status_code, said))
        if pages[0] != pages[1]:
            wrong.append(f"{key[1]} {route.foreign}: {pages[0][0]} and {pages[1][0]}, or other words")
    assert not wrong, "\n".join(wrong)


def test_nobody_is_led_to_the_sign_in_and_back(full_house: House) -> None:
    browser, wrong = full_house.app.test_client(), []
    for key, route in TABLE.items():
        for _, address in addresses(route, full_house):
            answer = ask(browser, full_house, key, address)
            got = (answer.status_code, answer.location)
            if key == ("account.sign_in", "GET"):
                right = got == (200, None)
            elif route.open:
                right = answer.status_code == (422 if key == ("account.sign_in", "POST") else route.good)
            elif address.startswith("/api/"):
                right = answer.status_code == 401 and answer.json is not None
            elif key[1] == "POST" or address == "/":
                right = got == (302, "/login")
            else:
                with full_house.app.test_request_context():
                    right = got == (302, url_for("account.sign_in", next=address))
            if not right:
                wrong.append(f"{key[1]} {address}: {got}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "path", ["/figures/budget.spent", "/figures/budget.spent/export.csv", "/figures/support.orders"]
)
def test_money_and_service_are_closed_to_a_district(house: House, path: str) -> None:
    house.get(path, "district_manager", status=403)


def test_a_district_manager_cannot_ask_for_another_district(house: House) -> None:
    own = house.get(f"/figures/units.served?district={DISTRICT}", "district_manager")
    assert house.get("/figures/units.served", "district_manager").count("<tr>") == own.count("<tr>")
    house.get("/figures/units.served?district=福田区", "district_manager", status=404)
    house.get("/figures/units.served?unit=1", "district_manager", status=404)


def test_a_unit_user_sees_the_own_sets_alone(house: House) -> None:
    page = house.get("/sets", "unit_user")
    assert CORRECTED in page
    assert "SQ-2024-0001" not in page
    house.get("/sets/SQ-2024-0001", "unit_user", status=404)


def test_a_view_without_a_mark_is_closed(altered_house: House) -> None:
    altered_house.app.add_url_rule("/forgotten", "forgotten", lambda: "open to all?")
    altered_house.get("/forgotten", "operator", status=403)
    assert altered_house.app.test_client().get("/forgotten").status_code == 302
