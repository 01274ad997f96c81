"""Signing in by steps in a browser: a half-signed-in session reaches its next step and the way out, nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyotp
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from licensetrack.accounts import users
from licensetrack.accounts.models import LoginSession, User
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.accounts.policy import change_policy
from licensetrack.accounts.second_factor import draw_seed, seed_of
from licensetrack.core import db
from licensetrack.core.clock import now
from licensetrack.web.access import PUBLIC, SIGN_OUT, STEP, STEPS, access_of
from tests.site import PASSWORD, House, open_session
from tests.web.routes.table import placed, table

OTHER = "another horse 57"
PATHS = {"factor": "/login/code", "enrol": "/login/second-factor", "password": "/login/password"}


def browser_with(house: House, token: str) -> FlaskClient:
    """A browser that holds the token."""
    browser = house.app.test_client()
    with browser.session_transaction() as kept:
        kept["_user_id"], kept["_fresh"] = token, True
    return browser


def signed_in(house: House, login: str = "reviewer", password: str = PASSWORD, path: str = "/login") -> FlaskClient:
    """A browser in which the password was typed."""
    browser = house.app.test_client()
    assert browser.post(path, data={"login": login, "password": password}).status_code == 302
    return browser


def turn_on(login: str = "reviewer") -> pyotp.TOTP:
    """The account's second factor, on since today; gives what a telephone would show."""
    with db.transaction() as session:
        user = session.scalars(select(User).where(User.login == login)).one()
        draw_seed(user)
        user.factor_since = now()
        session.flush()
        return pyotp.TOTP(seed_of(user))


@pytest.mark.parametrize("state", STEPS)
def test_a_half_signed_in_session_reaches_nothing(full_house: House, state: str) -> None:
    if state == "enrol":
        with db.transaction() as session:
            draw_seed(session.scalars(select(User).where(User.login == "operator")).one())
    browser, wrong, asked = browser_with(full_house, open_session("operator", state)), [], 0
    for (endpoint, method), route in table().items():
        mark = access_of(full_house.app, endpoint)
        if mark in (PUBLIC, STEP + state) or endpoint == SIGN_OUT:
            continue
        address = placed(route.address, full_house.objects)
        with browser.open(address, method=method, data=route.form if method == "POST" else None) as answer:
            asked += 1
            led = (answer.location or "").partition("?")[0]
            if (answer.status_code, led) != (302, PATHS[state]) and not (
                address.startswith("/api/") and answer.status_code == 401
            ):
                wrong.append(f"{method} {address}: {answer.status_code} {answer.location}")
    assert not wrong, "\n".join(wrong)
    assert asked > 40
    step = browser.get(PATHS[state])
    assert step.status_code == 200
    assert "me-panel" not in step.text, "no menu and no places"
    assert browser.get("/sets", headers={"Accept": "application/json"}).status_code == 401
    assert browser.post("/logout").location == "/login"
    assert browser.get(PATHS[state]).location == f"/login?next={PATHS[state]}"


@pytest.mark.parametrize("state", STEPS)
def test_no_step_is_a_way_round_another(full_house: House, state: str) -> None:
    for other in set(PATHS) - {state}:
        browser = browser_with(full_house, open_session("operator", state))
        answer = browser.post(PATHS[other], data={"code": "123456", "password": OTHER, "again": OTHER})
        assert answer.location == PATHS[state]


def test_password_code_and_on_to_where_one_wanted(own_house: House) -> None:
    telephone = turn_on()
    browser = signed_in(own_house, path="/login?next=/sets?q=0011")
    first = own_cookie(browser)
    page = browser.get("/sets?q=0011", follow_redirects=True)
    assert page.request.path == "/login/code"
    assert page.request.args["next"] == "/sets?q=0011"
    wrong = browser.post(page.request.full_path, data={"code": "000000"})
    assert wrong.status_code == 422
    assert "验证码错误、已过期或已使用过" in wrong.text
    assert "000000" not in wrong.text
    code = telephone.now()
    right = browser.post(page.request.full_path, data={"code": " ".join(code)})
    assert (right.status_code, right.location) == (303, "/sets?q=0011")
    assert browser.get("/sets?q=0011").status_code == 200
    assert own_cookie(browser) != first, "a token of before the step is worth nothing after it"
    again = signed_in(own_house)
    assert again.post("/login/code", data={"code": code}).status_code == 422


def own_cookie(browser: FlaskClient) -> str:
    """The token that the browser holds."""
    with browser.session_transaction() as kept:
        return str(kept["_user_id"])


def test_a_stolen_half_cookie_is_worth_nothing_after_the_step(own_house: House) -> None:
    telephone = turn_on()
    browser = signed_in(own_house)
    thief = browser_with(own_house, own_cookie(browser))
    assert browser.post("/login/code", data={"code": telephone.now()}).status_code == 303
    assert thief.get("/login/code").location == "/login?next=/login/code"
    assert thief.post("/login/code", data={"code": telephone.now()}).location == "/login"
    assert thief.get("/sets").location == "/login?next=/sets"


def test_the_onward_address_leads_nowhere_else(own_house: House) -> None:
    telephone = turn_on()
    browser = signed_in(own_house)
    answer = browser.post("/login/code?next=//elsewhere.example/", data={"code": telephone.now()})
    assert answer.location == "/desk"


def test_where_the_policy_demands_it_the_telephone_is_set_up_before_anything_else(own_house: House) -> None:
    change_policy("mlps", ["reviewer"], actor=SYSTEM)
    browser = signed_in(own_house)
    page = browser.get("/", follow_redirects=True)
    assert page.request.path == "/login/second-factor"
    assert '<svg class="qr"' in page.text
    seed = re.search(r'<code class="code">([A-Z2-7 ]+)</code>', page.text)
    assert seed is not None
    assert browser.get("/login/second-factor").text.count(seed[1]) == 1, "the same again"
    assert browser.post("/login/second-factor", data={"code": "000000"}).status_code == 422
    done = browser.post("/login/second-factor", data={"code": pyotp.TOTP(seed[1].replace(" ", "")).now()})
    assert done.status_code == 200
    codes = re.findall(r"<code class=\"code\">([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</code>", done.text)
    assert len(codes) == 10
    assert browser.get("/sets").status_code == 200
    later = signed_in(own_house)
    assert later.post("/login/code", data={"code": codes[0]}).status_code == 303
    assert browser.get("/account").text.count("剩余 9 个恢复码") == 1


def test_the_first_password_is_changed_before_anything_else(own_house: House) -> None:
    users.set_password("reviewer", OTHER, actor=SYSTEM)
    browser = signed_in(own_house, password=OTHER)
    page = browser.get("/sets", follow_redirects=True)
    assert page.request.path == "/login/password"
    assert "密码长度" in page.text
    refused: list[tuple[str, str, str]] = [
        ("short", "short", "至少需要 12 个字符"),
        (OTHER, OTHER, "曾经使用过"),
        ("a good one Then 1", "a good one Then 2", "两次输入不一致"),
        ("", "", "该字段是必填字段"),
    ]
    for password, again, said in refused:
        answer = browser.post("/login/password?next=/sets", data={"password": password, "again": again})
        assert answer.status_code == 422
        assert said in answer.text
        assert password == "" or f'value="{password}"' not in answer.text
    done = browser.post(
        "/login/password?next=/sets", data={"password": "a good one Then 1", "again": "a good one Then 1"}
    )
    assert (done.status_code, done.location) == (303, "/sets")
    assert browser.get("/sets").status_code == 200
    assert signed_in(own_house, password="a good one Then 1").get("/sets").status_code == 200


def test_steps_of_the_past_lead_on_and_back(own_house: House) -> None:
    assert own_house.client("reviewer").get("/login/code").location == "/desk"
    late = browser_with(own_house, open_session("reviewer", "factor"))
    with db.transaction() as session:
        session.execute(update(LoginSession).values(ended_at=now()))
    assert late.get("/login/code").location == "/login?next=/login/code"


def test_a_step_needs_our_own_token(own_house: House) -> None:
    turn_on()
    browser = signed_in(own_house)
    own_house.app.config["WTF_CSRF_ENABLED"] = True
    acts: list[Callable[[], int]] = [lambda: browser.post("/login/code", data={"code": "123456"}).status_code]
    assert [act() for act in acts] == [400]
