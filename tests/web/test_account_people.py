"""Accounts, roles, sessions and the policy in a browser: each of the two administrators does the own half."""

from __future__ import annotations

import re
import secrets

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, text
from werkzeug.test import TestResponse

from licensetrack.accounts.models import LoginSession, User
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.accounts.policy import policy
from licensetrack.core import db
from tests.site import House, open_session, person
from tests.web.test_account_steps import turn_on

SYSTEM_ADMINISTRATOR, SECURITY = "system_administrator", "security_administrator"
PAGES = [("/people", SYSTEM_ADMINISTRATOR), ("/people/new", SYSTEM_ADMINISTRATOR), ("/people/4", SYSTEM_ADMINISTRATOR),
         ("/roles", SECURITY), ("/roles/4", SECURITY), ("/roles?show=waiting", SECURITY), ("/sessions", SECURITY),
         ("/policy", SECURITY)]  # fmt: skip


def sent(house: House, who: str, path: str, /, **fields: str) -> TestResponse:
    """The answer to a form; a key of its own unless one is given."""
    fields.setdefault("once", secrets.token_hex(16))
    return house.client(who).post(path, data=fields)


def user(login: str) -> User:
    with db.reading() as session:
        return session.scalars(select(User).where(User.login == login)).one()


def made(house: House, login: str = "wang") -> tuple[int, str]:
    """A new account by the page; its id and first password."""
    answer = sent(house, SYSTEM_ADMINISTRATOR, "/people/new", login=login, name="王某")
    assert answer.status_code == 200
    page = BeautifulSoup(answer.text, "html.parser")
    shown = page.select_one(".first-password")
    assert shown is not None
    return user(login).id, shown.get_text()


@pytest.mark.parametrize(("path", "role"), PAGES)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_pages_have_one_heading_labels_and_one_language(house: House, path: str, role: str, language: str) -> None:
    text_ = house.get(path, role, language=language)
    page = BeautifulSoup(text_, "html.parser")
    assert len(page.find_all("h1")) == 1
    ids = [str(tag["id"]) for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for field in page.select("main input:not([type=hidden]), main select"):
        assert page.find("label", attrs={"for": field["id"]}) is not None, field
    main = page.main.get_text() if page.main else ""
    if language == "zh_CN":
        words = set(re.findall(r"[A-Za-z]{4,}", re.sub(r"[\w./:_-]*_[\w./:_-]*", "", main)))
        known = {"OWASP", "ASVS", "Chrome", "Windows", "operator", "reviewer", "manager", "auditor"}
        assert words <= known
    else:
        said = " ".join(
            tag.get_text() for tag in page.select("main h2, main label, main legend, main button, main thead")
        )
        assert not re.findall(r"[\u4e00-\u9fff]", said)


def test_one_makes_the_account_the_other_gives_the_role_and_only_then_it_may_anything(own_house: House) -> None:
    number, password = made(own_house)
    assert user("wang").role == "none"
    assert password not in own_house.get(f"/people/{number}", SYSTEM_ADMINISTRATOR), "shown once"
    with db.reading() as session:
        trail = session.execute(text("SELECT details FROM audit_entry")).scalars().all()
    assert not any(password in details for details in trail)
    browser = own_house.app.test_client()
    browser.post("/login", data={"login": "wang", "password": password})
    own = {"password": "a good one Then 1", "again": "a good one Then 1"}
    assert browser.post("/login/password", data=own).status_code == 303
    assert browser.get("/sets").status_code == 403
    assert browser.get("/account").status_code == 200
    assert "未授予角色 (1)" in own_house.get("/roles", SECURITY)
    granted = sent(own_house, SECURITY, f"/roles/{number}", role="unit_user", scope="unit", unit="SZ0001", district="",
                   version=str(user("wang").version))  # fmt: skip
    assert (granted.status_code, granted.location) == (303, f"/roles/{number}")
    wang = user("wang")
    assert (wang.role, wang.scope_kind) == ("unit_user", "unit")
    assert browser.get("/sets").location == "/login?next=/sets", "the session from before ended with the change"


def test_a_first_password_is_drawn_and_shown_once_however_often_one_clicks(own_house: House) -> None:
    once = secrets.token_hex(16)
    first = sent(own_house, SYSTEM_ADMINISTRATOR, "/people/new", login="wang", name="王某", once=once)
    assert first.status_code == 200
    kept = user("wang").password_hash
    again = sent(own_house, SYSTEM_ADMINISTRATOR, "/people/new", login="wang", name="王某", once=once)
    assert again.status_code == 409
    assert "仅显示一次" in again.text
    assert user("wang").password_hash == kept
    third = sent(own_house, SYSTEM_ADMINISTRATOR, "/people/new", login="Wang", name="王某")
    assert third.status_code == 422
    assert "已存在" in third.text
    seen = str(user("wang").version)
    reset = f"/people/{user('wang').id}/password"
    assert sent(own_house, SYSTEM_ADMINISTRATOR, reset, version=seen).status_code == 200
    stale = sent(own_house, SYSTEM_ADMINISTRATOR, reset, version=seen)
    assert stale.status_code == 409
    assert "system_administrator" in stale.text


def test_the_form_keeps_what_was_typed_and_tells_what_is_wrong_at_its_field(own_house: House) -> None:
    answer = sent(own_house, SYSTEM_ADMINISTRATOR, "/people/new", login="王 某", name="王某")
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    field = page.select_one("input[name=login]")
    assert field is not None
    assert (field["value"], field["aria-invalid"]) == ("王 某", "true")
    assert "登录名为 2 至 80 个字母或数字" in str(page.select_one("#login-error"))
    number = user("auditor").id
    for fields, place in (
        ({"role": "unit_user", "scope": "unit", "unit": "no such unit"}, "#unit-error"),
        ({"role": "unit_user", "scope": "unit", "unit": ""}, "#unit-error"),
        ({"role": "unit_user", "scope": "all"}, "#scope-error"),
        ({"role": "district_manager", "scope": "district", "district": ""}, "#district-error"),
        ({"role": "operator", "scope": "district", "district": "no such district"}, "#district-error"),
        ({"role": "king", "scope": "all"}, "#role-error"),
        ({"role": "operator", "scope": "galaxy"}, "#scope-error"),
    ):
        answer = sent(own_house, SECURITY, f"/roles/{number}", version=str(user("auditor").version), **fields)
        assert answer.status_code == 422, fields
        assert BeautifulSoup(answer.text, "html.parser").select_one(place) is not None, fields
    assert user("auditor").role == "auditor"


def test_an_account_is_switched_off_and_on_again(own_house: House) -> None:
    browser, number = own_house.client("operator"), user("operator").id
    path = f"/people/{number}/active"
    assert browser.get("/sets").status_code == 200
    off = sent(own_house, SYSTEM_ADMINISTRATOR, path, wanted="off", version=str(user("operator").version))
    assert off.location == f"/people/{number}"
    assert browser.get("/sets").status_code == 302
    assert "已停用" in own_house.get("/people", SYSTEM_ADMINISTRATOR)
    assert sent(own_house, SYSTEM_ADMINISTRATOR, path, wanted="perhaps").status_code == 422
    sent(own_house, SYSTEM_ADMINISTRATOR, path, wanted="on", version=str(user("operator").version))
    assert user("operator").active
    assert browser.get("/sets").status_code == 302, "and what had ended stays ended"


def test_a_lost_second_factor_is_reset_by_the_security_administrator(own_house: House) -> None:
    turn_on("operator")
    number = user("operator").id
    assert "重置双因素认证" in own_house.get(f"/roles/{number}", SECURITY)
    assert "重置双因素认证" not in own_house.get(f"/people/{number}", SYSTEM_ADMINISTRATOR)
    answer = sent(own_house, SECURITY, f"/roles/{number}/second-factor", version=str(user("operator").version))
    assert answer.location == f"/roles/{number}"
    assert user("operator").factor_since is None
    again = sent(own_house, SECURITY, f"/roles/{number}/second-factor", version=str(user("operator").version))
    assert again.status_code == 422
    assert "未启用双因素认证" in again.text


def test_nobody_finds_a_button_for_the_own_account(own_house: House) -> None:
    security, system = person(SECURITY), person(SYSTEM_ADMINISTRATOR)
    assert "<form" not in own_house.get(f"/roles/{security.id}", SECURITY).partition("<main")[2]
    assert "<form" not in own_house.get(f"/people/{system.id}", SYSTEM_ADMINISTRATOR).partition("<main")[2]
    forced = sent(own_house, SECURITY, f"/roles/{security.id}", role="operator", scope="all")
    assert forced.status_code == 422
    assert user(SECURITY).role == SECURITY


def test_every_session_is_listed_and_any_is_ended(own_house: House) -> None:
    browser = own_house.client("operator")
    half = open_session("reviewer", "factor")
    page = own_house.get("/sessions", SECURITY)
    assert "待双因素认证" in page
    assert half not in page
    with db.reading() as session:
        row = session.scalars(select(LoginSession).where(LoginSession.user_id == user("operator").id)).one()
    assert f'action="/sessions/{row.id}/end"' in page
    assert sent(own_house, SECURITY, f"/sessions/{row.id}/end").location == "/sessions"
    assert browser.get("/sets").status_code == 302
    assert sent(own_house, SECURITY, f"/sessions/{row.id}/end").status_code == 404


def test_the_policy_recommends_and_demands_nothing_until_it_is_changed(own_house: House) -> None:
    page = BeautifulSoup(own_house.get("/policy", SECURITY), "html.parser")
    assert len(page.select(".roles-list .tag")) == 5
    assert page.select(".roles-list input[checked]") == []
    seen = page.select_one("input[name=version]")
    assert seen is not None
    data = {"profile": "asvs", "factor_roles": ["operator", "reviewer"], "version": str(seen["value"])}
    browser = own_house.client(SECURITY)
    changed = browser.post("/policy", data=data | {"once": secrets.token_hex(16)}, follow_redirects=True)
    assert "安全策略已修改" in changed.text
    with db.reading() as session:
        standing = policy(session)
    assert (standing.profile.name, standing.factor_roles) == ("asvs", frozenset({"operator", "reviewer"}))
    stale = browser.post("/policy", data=data | {"once": secrets.token_hex(16)})
    assert stale.status_code == 409
    for wrong in ({"profile": "none"}, {"profile": "mlps", "factor_roles": ["king"]}):
        assert browser.post("/policy", data=wrong | {"once": secrets.token_hex(16)}).status_code == 422


def test_accounts_are_found_by_login_and_name(house: House) -> None:
    page = house.get("/people?q=operator", SYSTEM_ADMINISTRATOR)
    assert len(BeautifulSoup(page, "html.parser").select("main tbody tr")) == 1
    assert "没有符合条件的账号" in house.get("/people?q=nobody-like-this", SYSTEM_ADMINISTRATOR)
    assert "所有账号均已授予角色" in house.get("/roles?show=waiting", SECURITY)
    house.get("/people/987654", SYSTEM_ADMINISTRATOR, status=404)
    house.get("/roles/987654", SECURITY, status=404)
    assert SYSTEM.id is None
