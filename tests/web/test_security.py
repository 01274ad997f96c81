"""What browsers are told, and what pages never contain."""

import re
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from tests.architecture import InlineCode
from tests.site import CORRECTED, PASSWORD, House

PAGES = [
    "/", "/sets", f"/sets/{CORRECTED}", "/waiting?as_of=2024-06-30", "/units", "/units/3", "/figures",
    "/figures/virtualization.accepted_cpus", "/figures/import.pass_rate", "/figures/budget.spent",
    "/figures/support.orders", "/evaluations", "/evaluations/1", "/load", "/sets?q=nothing-like-this",
]  # fmt: skip


@pytest.mark.parametrize("path", [*PAGES, "/login", "/nowhere", "/healthz", "/api/v1/figures"])
def test_every_answer_carries_the_headers(house: House, path: str) -> None:
    headers = house.client("operator").get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_no_page_has_inline_code_or_asks_another_host(house: House, path: str, language: str) -> None:
    text = house.get(path, language=language)
    page = InlineCode()
    page.feed(text)
    assert page.found == []
    for tag in BeautifulSoup(text, "html.parser").find_all(["script", "link", "img", "a", "form", "use"]):
        for name in ("src", "href", "action"):
            assert not urlsplit(str(tag.get(name) or "")).netloc, tag


@pytest.mark.parametrize("path", PAGES)
def test_every_page_has_one_heading_a_title_and_a_language(house: House, path: str) -> None:
    page = BeautifulSoup(house.get(path), "html.parser")
    assert len(page.find_all("h1")) == 1
    assert page.title is not None
    assert "数据中心软件授权台账" in page.title.get_text()
    assert page.html is not None
    assert page.html["lang"] == "zh-CN"
    ids = [str(tag["id"]) for tag in page.find_all(id=True)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", ["/login", "/logout", "/preferences", "/load", f"/load/{'0' * 32}/confirm"])
def test_a_post_without_our_own_token_is_refused(own_house: House, path: str) -> None:
    own_house.app.config["WTF_CSRF_ENABLED"] = True
    answer = own_house.client("operator").post(path, data={"login": "operator", "password": PASSWORD, "language": "en"})
    assert answer.status_code == 400
    assert "表单已过期或来源不明" in answer.text
    assert not answer.headers.get("Set-Cookie", "").startswith("language")


def test_a_post_with_our_own_token_passes(own_house: House) -> None:
    own_house.app.config["WTF_CSRF_ENABLED"] = True
    browser = own_house.app.test_client()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/login").text)
    assert token is not None
    data = {"login": "operator", "password": PASSWORD, "csrf_token": token[1]}
    assert browser.post("/login", data=data).status_code == 302


def test_texts_of_users_are_shown_and_never_run(house: House) -> None:
    attack = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    for path in ("/sets", "/units"):
        answer = house.client("operator").get(path, query_string={"q": attack, "sort": attack})
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text


def test_the_program_never_says_which_server_it_runs_on(house: House) -> None:
    page = house.get("/nowhere", status=404)
    for word in ("Traceback", "werkzeug", "flask", str(house.settings.blobs)):
        assert word not in page
