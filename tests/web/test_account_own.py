"""One's own account in a browser: who one is, the password, the second factor, the sessions."""

from __future__ import annotations

import re
import secrets

import pyotp
import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select, update

from licensetrack.accounts.models import LoginSession, User
from licensetrack.accounts.permissions import ROLES, SYSTEM
from licensetrack.accounts.policy import change_policy
from licensetrack.core import db
from licensetrack.web.devices import device_words
from licensetrack.web.qr_code import modules, qr_code
from tests.architecture import InlineCode
from tests.site import DISTRICT, PASSWORD, House, open_session

OTHER = "another horse 57"


def key() -> str:
    return secrets.token_hex(16)


def turned_on(house: House, role: str = "operator") -> tuple[FlaskClient, pyotp.TOTP, list[str]]:
    """A browser that has set up a second factor, step by step; the telephone and the recovery codes."""
    browser = house.client(role)
    begun = browser.post("/account/second-factor/begin", data={"current": PASSWORD})
    assert (begun.status_code, begun.location) == (303, "/account/second-factor")
    page = BeautifulSoup(browser.get("/account/second-factor").text, "html.parser")
    seed = page.select_one(".seed code")
    assert seed is not None
    telephone = pyotp.TOTP(seed.get_text().replace(" ", ""))
    done = browser.post("/account/second-factor", data={"code": telephone.now()})
    assert done.status_code == 200
    return browser, telephone, re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", done.text)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_sees_who_one_is_here(house: House, role: str) -> None:
    page = BeautifulSoup(house.get("/account", role), "html.parser")
    facts = {row.dt.get_text(): row.dd.get_text() for row in page.select("#own-who ~ dl > div, .facts > div")}  # type: ignore[union-attr]
    assert facts["登录名"] == role
    assert facts["姓名"] == f"{role} 同志"
    wanted = {"district_manager": f"{DISTRICT}所属单位"}.get(role, "全部单位")
    assert facts["数据范围"] == wanted or role == "unit_user"
    assert page.select_one('.me-panel a[href="/account"]') is not None


def test_a_unit_user_reads_the_name_of_the_unit(house: House) -> None:
    page = BeautifulSoup(house.get("/account", "unit_user"), "html.parser")
    scope = page.select(".facts dd")[3].get_text()
    assert scope
    assert not scope.isdigit()
    assert scope != "全部单位"


@pytest.mark.parametrize("path", ["/account", "/account/second-factor"])
def test_the_pages_have_no_inline_code_and_every_field_its_label(own_house: House, path: str) -> None:
    browser = own_house.client("operator")
    browser.post("/account/second-factor/begin", data={"current": PASSWORD})
    text = browser.get(path).text
    parser = InlineCode()
    parser.feed(text)
    assert parser.found == []
    page = BeautifulSoup(text, "html.parser")
    ids = [str(tag["id"]) for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for field in page.select("main input:not([type=hidden]), main select"):
        assert page.find("label", attrs={"for": field["id"]}) is not None, field


def test_a_new_password_needs_the_present_one_and_ends_the_other_sessions(own_house: House) -> None:
    browser, elsewhere = own_house.client("operator"), open_session("operator")
    new = {"password": OTHER, "again": OTHER}
    for data, said in (
        ({"current": "wrong", **new}, "当前密码错误"),
        ({"current": PASSWORD, "password": "operator-Horse-9", "again": "operator-Horse-9"}, "不得包含登录名"),
        ({"current": PASSWORD, "password": OTHER, "again": OTHER + "x"}, "两次输入不一致"),
        ({"current": PASSWORD, "password": PASSWORD, "again": PASSWORD}, "曾经使用过"),
        (new, "该字段是必填字段"),
    ):
        answer = browser.post("/account/password", data=data)
        assert answer.status_code == 422
        assert said in answer.text
        assert OTHER not in answer.text
    done = browser.post("/account/password", data={"current": PASSWORD, **new}, follow_redirects=True)
    assert done.request.path == "/account"
    assert "密码已修改" in done.text
    thief = own_house.app.test_client()
    with thief.session_transaction() as kept:
        kept["_user_id"] = elsewhere
    assert thief.get("/account").status_code == 302
    assert own_house.app.test_client().post("/login", data={"login": "operator", "password": OTHER}).status_code == 302


def test_a_form_with_foreign_fields_changes_nothing(own_house: House) -> None:
    data = {"current": PASSWORD, "password": OTHER, "again": OTHER, "role": "manager", "scope_kind": "all"}
    answer = own_house.client("unit_user").post("/account/password", data=data)
    assert answer.status_code == 422
    assert "没有" in answer.text
    with db.reading() as session:
        assert session.scalars(select(User.role).where(User.login == "unit_user")).one() == "unit_user"
    assert (
        own_house.app.test_client().post("/login", data={"login": "unit_user", "password": PASSWORD}).status_code == 302
    )


def test_the_second_factor_is_turned_on_and_off(own_house: House) -> None:
    browser = own_house.client("operator")
    assert browser.get("/account/second-factor").location == "/account", "nothing was begun"
    assert browser.post("/account/second-factor/begin", data={"current": "wrong"}).status_code == 422
    browser, telephone, codes = turned_on(own_house)
    assert len(codes) == 10
    assert "剩余 10 个恢复码" in browser.get("/account").text
    assert browser.get("/account/second-factor").location == "/account"
    newcomer = own_house.app.test_client()
    newcomer.post("/login", data={"login": "operator", "password": PASSWORD})
    assert newcomer.get("/sets").location == "/login/code?next=/sets"
    assert browser.post("/account/second-factor/off", data={"current": "wrong"}).status_code == 422
    off = browser.post("/account/second-factor/off", data={"current": PASSWORD}, follow_redirects=True)
    assert "双因素认证已关闭" in off.text
    assert telephone.secret not in off.text


def test_the_second_factor_stays_where_the_policy_demands_it(own_house: House) -> None:
    browser, _, _ = turned_on(own_house)
    change_policy("mlps", ["operator"], actor=SYSTEM)
    assert "关闭双因素认证" not in browser.get("/account").text
    answer = browser.post("/account/second-factor/off", data={"current": PASSWORD})
    assert answer.status_code == 422
    assert "必须使用双因素认证" in answer.text


def test_recovery_codes_are_made_anew_and_shown_once(own_house: House) -> None:
    browser, _, before = turned_on(own_house)
    page = BeautifulSoup(browser.get("/account").text, "html.parser")
    seen = page.select_one("form[action='/account/recovery-codes'] input[name=version]")
    assert seen is not None
    data = {"current": PASSWORD, "version": str(seen["value"])}
    first = browser.post("/account/recovery-codes", data=data)
    codes = re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", first.text)
    assert len(codes) == 10
    assert not set(codes) & set(before)
    again = browser.post("/account/recovery-codes", data=data)
    assert again.status_code == 409, "a second click makes none of the first worthless"
    login = own_house.app.test_client()
    login.post("/login", data={"login": "operator", "password": PASSWORD})
    assert login.post("/login/code", data={"code": codes[0]}).status_code == 303


def test_sessions_are_listed_and_ended(own_house: House) -> None:
    other, third = open_session("operator"), open_session("operator")
    browser = own_house.client("operator")
    page = BeautifulSoup(browser.get("/account").text, "html.parser")
    rows = page.select("section[aria-labelledby=own-sessions] tbody tr")
    assert len(rows) == 3
    assert "Chrome · Windows" in rows[0].get_text()
    assert [("当前会话" in row.get_text(), row.form is None) for row in rows].count((True, True)) == 1
    for token in (other, third):
        assert token not in str(page), "an address never holds a token"
    action = str(next(row.form for row in rows if row.form)["action"])  # type: ignore[index]
    assert re.fullmatch(r"/account/sessions/\d+/end", action)
    once = key()
    assert browser.post(action, data={"once": once}).location == "/account"
    assert browser.post(action, data={"once": once}).location == "/account", "a second click is led to the same place"
    assert browser.post(action, data={"once": key()}).status_code == 404
    foreign = open_session("manager")
    with db.reading() as session:
        number = session.scalars(select(LoginSession.id).order_by(LoginSession.id.desc()).limit(1)).one()
    pages = [browser.post(f"/account/sessions/{one}/end", data={"once": key()}) for one in (number, 987654)]
    assert [page.status_code for page in pages] == [404, 404]
    assert browser.post("/account/sessions/end-others", data={"once": key()}).location == "/account"
    with db.reading() as session:
        standing = session.scalars(select(LoginSession).where(LoginSession.ended_at.is_(None))).all()
        assert len(standing) == 2
    assert foreign


def test_a_change_of_role_ends_what_stands(own_house: House) -> None:
    browser = own_house.client("operator")
    assert browser.get("/sets").status_code == 200
    with db.transaction() as session:
        session.execute(update(User).where(User.login == "operator").values(active=False))
    assert browser.get("/sets").location == "/login?next=/sets"


def test_the_code_to_scan_is_a_qr_code_that_says_the_address() -> None:
    rows = modules("otpauth://totp/licensetrack:bob?secret=ABC")
    size = len(rows)
    assert size == len(rows[0])
    assert (size - 17) % 4 == 0
    finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    corners = [(0, 0), (0, size - 7), (size - 7, 0)]
    for row, column in corners:
        seen = ["".join("01"[dark] for dark in rows[row + y][column : column + 7]) for y in range(7)]
        assert seen == finder
    assert modules("otpauth://totp/licensetrack:bob?secret=ABD") != rows
    picture = qr_code("x", '<b>"title"')
    assert "<b>" not in picture
    assert "style=" not in picture


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", "Chrome · Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0", "Edge · Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox · Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari · iPhone"),
        ("curl/8.0", "curl/8.0"),
    ],
)
def test_a_device_is_told_in_two_words(line: str, words: str) -> None:
    assert device_words(line) == words
