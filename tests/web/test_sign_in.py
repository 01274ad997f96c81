"""Signing in and out: what the cookie holds, where one lands, and that a session ended on the server is over."""

import datetime as dt

import pytest
from sqlalchemy import select, update

from licensetrack.accounts.models import LoginSession, User
from licensetrack.core import db
from licensetrack.core.audit import AuditEntry
from licensetrack.core.clock import now
from tests.site import PASSWORD, House


def test_the_right_password_opens_the_first_page(own_house: House) -> None:
    browser = own_house.app.test_client()
    answer = browser.post("/login", data={"login": "operator", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (302, "/desk")
    assert "operator 同志" in browser.get("/desk").text
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("licensetrack="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_cookie_is_secure_where_pages_are_encrypted(furnished, tmp_path) -> None:  # type: ignore[no-untyped-def]
    from tests.site import open_house

    own = open_house(furnished, tmp_path, https=True)
    answer = own.app.test_client().post(
        "/login", base_url="https://localhost", data={"login": "operator", "password": PASSWORD}
    )
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")


@pytest.mark.parametrize(
    ("login", "password"),
    [("operator", "wrong"), ("nobody-of-this-name", PASSWORD), ("operator' OR 1=1 --", "anything at all")],
)
def test_every_wrong_sign_in_gets_the_same_answer(own_house: House, login: str, password: str) -> None:
    answer = own_house.app.test_client().post("/login", data={"login": login, "password": password})
    assert answer.status_code == 422
    assert "登录名或密码错误" in answer.text
    assert password not in answer.text


def test_empty_fields_are_marked_where_they_stand(house: House) -> None:
    answer = house.app.test_client().post("/login", data={"login": "", "password": ""})
    assert answer.text.count('aria-invalid="true"') == 2
    assert "该字段是必填字段" in answer.text


def test_after_five_wrong_passwords_the_right_one_has_to_wait(own_house: House) -> None:
    browser = own_house.app.test_client()
    for _ in range(5):
        browser.post("/login", data={"login": "auditor", "password": "wrong"})
    answer = browser.post("/login", data={"login": "auditor", "password": PASSWORD})
    assert "登录失败次数过多" in answer.text


@pytest.mark.parametrize(
    ("asked", "landed"),
    [
        ("/sets?q=0011", "/sets?q=0011"),
        ("https://elsewhere.example/", "/desk"),
        ("//elsewhere.example/", "/desk"),
        ("/\\elsewhere.example", "/desk"),
        ("javascript:alert(1)", "/desk"),
        ("/\nSet-Cookie: x=1", "/desk"),
        ("", "/desk"),
    ],
)
def test_one_lands_on_this_site_only(house: House, asked: str, landed: str) -> None:
    answer = house.client("operator").get("/login", query_string={"next": asked})
    assert answer.location == landed


def test_signing_out_ends_the_session_on_the_server(own_house: House) -> None:
    browser = own_house.client("operator")
    with browser.session_transaction() as kept:
        stolen = dict(kept)
    assert browser.post("/logout").location == "/login"
    assert browser.get("/sets").status_code == 302
    thief = own_house.app.test_client()
    with thief.session_transaction() as kept:
        kept.update(stolen)
    assert thief.get("/sets").location == "/login?next=/sets"
    with db.reading() as session:
        tags = session.scalars(select(AuditEntry.tag).where(AuditEntry.actor == "operator")).all()
    assert "accounts:session:end" in tags


def test_signing_out_needs_a_post(house: House) -> None:
    assert house.client("reviewer").get("/logout").status_code == 405


@pytest.mark.parametrize("change", ["idle", "old", "ended", "inactive"])
def test_a_session_that_is_over_signs_nobody_in(own_house: House, change: str) -> None:
    browser = own_house.client("manager")
    assert browser.get("/sets").status_code == 200
    with db.transaction() as session:
        if change == "inactive":
            session.execute(update(User).where(User.login == "manager").values(active=False))
        else:
            values = {
                "idle": {"seen_at": now() - dt.timedelta(hours=1)},
                "old": {"started_at": now() - dt.timedelta(days=1)},
                "ended": {"ended_at": now()},
            }[change]
            session.execute(update(LoginSession).values(**values))
    assert browser.get("/sets").status_code == 302
