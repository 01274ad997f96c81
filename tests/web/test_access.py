"""Who may open what: one table over every address and every role, and nothing outside the table."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from licensetrack.accounts.permissions import ROLES
from licensetrack.web.access import access_of
from tests.site import CORRECTED, House

EVERYBODY = set(ROLES)
FIGURES = {"operator", "reviewer", "performance_officer", "manager", "district_manager", "unit_user", "auditor"}
SETS = FIGURES | {"vendor_engineer"}
EXPORTS = FIGURES - {"unit_user"}
EVALUATIONS = FIGURES - {"district_manager", "unit_user"}
LOADERS = {"operator"}
NO_SUCH_UPLOAD = "0" * 32

# Endpoint → who may, the address asked for, what they get. Who may not gets 403, or 404 where it is about a row.
Cell = tuple[set[str], str, int, int]
TABLE: dict[str, Cell] = {
    "dashboard.overview": (EVERYBODY, "/", 200, 403),
    "account.sign_in": (EVERYBODY, "/login", 302, 403),
    "ledger.sets": (SETS, "/sets", 200, 403),
    "ledger.export_sets": (EXPORTS, "/sets/export.csv", 200, 403),
    "ledger.one_set": (SETS - {"district_manager"}, f"/sets/{CORRECTED}", 200, 403),
    "ledger.waiting": (SETS, "/waiting", 200, 403),
    "units.directory": (SETS, "/units", 200, 403),
    "units.export_units": (EXPORTS, "/units/export.csv", 200, 403),
    "units.one_unit": (SETS - {"district_manager", "unit_user"}, "/units/3", 200, 403),
    "figures.index": (FIGURES, "/figures", 200, 403),
    "figures.rows": (FIGURES, "/figures/units.served", 200, 403),
    "figures.export_rows": (EXPORTS, "/figures/units.served/export.csv", 200, 403),
    "documents.document": (FIGURES - {"district_manager", "unit_user"} | {"vendor_engineer"}, "/documents/5", 200, 404),
    "evaluations.index": (EVALUATIONS, "/evaluations", 200, 403),
    "evaluations.one": (EVALUATIONS, "/evaluations/1", 200, 403),
    "evaluations.report": (EVALUATIONS, "/evaluations/1/report.xlsx", 200, 403),
    "loading.choose": (LOADERS, "/load", 200, 403),
    "loading.one": (LOADERS, f"/load/{NO_SUCH_UPLOAD}", 404, 403),
    "loading.progress": (LOADERS, f"/load/{NO_SUCH_UPLOAD}/progress", 404, 403),
    "api_figures.all_figures": (FIGURES, "/api/v1/figures", 200, 403),
    "api_figures.trace": (FIGURES, "/api/v1/figures/units.served/trace", 200, 403),
    "api-docs.openapi_json": (EVERYBODY, "/api/v1/openapi.json", 200, 403),
    "health.alive": (EVERYBODY, "/healthz", 200, 403),
    "health.ready": (EVERYBODY, "/readyz", 200, 403),
    "vendor.asset": (EVERYBODY, "/vendor/0/bootstrap.css", 404, 403),
    "static": (EVERYBODY, "/static/app.css", 200, 403),
}
# Endpoint → who may, and the address of what is changed by a POST.
POSTS: dict[str, tuple[set[str], str, int]] = {
    "account.sign_in": (EVERYBODY, "/login", 302),
    "account.sign_out": (EVERYBODY, "/logout", 302),
    "preferences.choose": (EVERYBODY, "/preferences", 302),
    "loading.upload": (LOADERS, "/load", 400),
    "loading.confirm": (LOADERS, f"/load/{NO_SUCH_UPLOAD}/confirm", 404),
    "loading.forget": (LOADERS, f"/load/{NO_SUCH_UPLOAD}/forget", 404),
}
OPEN = {"account.sign_in", "preferences.choose", "health.alive", "health.ready", "vendor.asset", "static"}
# The row lies outside what these may see: it answers like one that does not exist.
OUTSIDE = {
    "ledger.one_set": {"district_manager"},
    "units.one_unit": {"district_manager", "unit_user"},
}


def rules(app: Flask, method: str) -> Iterator[Rule]:
    """Every address that takes the method."""
    return (rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()))


def status(browser: FlaskClient, address: str) -> int:
    """The answer's status; a file that it may carry is closed again."""
    with browser.get(address) as answer:
        return answer.status_code


def test_the_table_has_a_line_for_every_address(house: House) -> None:
    assert {rule.endpoint for rule in rules(house.app, "GET")} == set(TABLE)
    assert {rule.endpoint for rule in rules(house.app, "POST")} == set(POSTS)
    assert not [rule for rule in house.app.url_map.iter_rules() if set(rule.methods or ()) & {"PUT", "PATCH", "DELETE"}]


def test_every_view_says_who_may_open_it(house: House) -> None:
    assert [endpoint for endpoint in house.app.view_functions if access_of(house.app, endpoint) is None] == []


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_every_role_as_the_table_says(house: House, role: str) -> None:
    wrong = []
    for endpoint, (who, address, good, bad) in TABLE.items():
        expected = good if role in who else 404 if role in OUTSIDE.get(endpoint, ()) else bad
        if endpoint == "dashboard.overview" and role == "vendor_engineer":
            expected = 302  # led on to the licence sets
        got = status(house.client(role), address)
        if got != expected:
            wrong.append(f"{endpoint}: {got} instead of {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", ROLES)
def test_every_post_answers_every_role_as_the_table_says(house: House, role: str) -> None:
    wrong = []
    for endpoint, (who, address, good) in POSTS.items():
        if endpoint != "account.sign_out":  # tests/web/test_sign_in.py
            got = house.client(role).post(address).status_code
            if got != (good if role in who else 403):
                wrong.append(f"{endpoint}: {got}")
    assert not wrong, "\n".join(wrong)


def test_nobody_is_led_to_the_sign_in_and_back(house: House) -> None:
    browser = house.app.test_client()
    for endpoint, (_, address, good, _) in TABLE.items():
        if endpoint in OPEN:
            assert status(browser, address) == (200 if endpoint == "account.sign_in" else good), endpoint
            continue
        answer = browser.get(address)
        if address.startswith("/api/"):
            assert answer.status_code == 401
            assert answer.json is not None
        else:
            assert answer.status_code == 302, endpoint
            assert answer.location == ("/login" if address == "/" else f"/login?next={address}")
    for endpoint, (_, address, _) in POSTS.items():
        if endpoint not in OPEN:
            assert browser.post(address).location == "/login", endpoint


@pytest.mark.parametrize(
    "path", ["/figures/budget.spent", "/figures/budget.spent/export.csv", "/figures/support.orders"]
)
def test_money_and_service_are_closed_to_a_district(house: House, path: str) -> None:
    house.get(path, "district_manager", status=403)


def test_a_district_manager_cannot_ask_for_another_district(house: House) -> None:
    own = house.get("/figures/units.served?district=南山区", "district_manager")
    assert house.get("/figures/units.served", "district_manager").count("<tr>") == own.count("<tr>")
    house.get("/figures/units.served?district=福田区", "district_manager", status=404)
    house.get("/figures/units.served?unit=1", "district_manager", status=404)


def test_a_unit_user_sees_the_own_sets_alone(house: House) -> None:
    page = house.get("/sets", "unit_user")
    assert CORRECTED in page
    assert "SQ-2024-0001" not in page
    house.get("/sets/SQ-2024-0001", "unit_user", status=404)


def test_a_view_without_a_mark_is_closed(own_house: House) -> None:
    own_house.app._got_first_request = False
    own_house.app.add_url_rule("/forgotten", "forgotten", lambda: "open to all?")
    own_house.get("/forgotten", "operator", status=403)
    assert own_house.app.test_client().get("/forgotten").status_code == 302
