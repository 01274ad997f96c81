"""What stands around the pages: health, errors, other people's files, style and scripts that old browsers know."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from licensetrack.core import db
from licensetrack.web import vendor
from tests.site import House

STATIC = Path(__file__).resolve().parents[2] / "licensetrack" / "web" / "static"
TEMPLATES = STATIC.parents[2] / "templates"
# Offices have browsers of 2020 (Chromium 86): what came later fails there without a word.
TOO_NEW_STYLE = (
    r":has\(|:is\(|:where\(|@container|@layer|color-mix\(|oklch\(|\binset\s*:|aspect-ratio|\b[ds]vh\b|&\s*[.:{>]"
    r"|\btranslate\s*:|text-wrap"
)
TOO_NEW_SCRIPT = r"^await |\.at\(|structuredClone|Object\.hasOwn|randomUUID|findLast|\bstatic\s*\{|import\s.*\bwith\b"


def test_the_process_says_that_it_lives_and_that_it_is_ready(house: House) -> None:
    browser = house.client("nobody")
    assert browser.get("/healthz").json == {"status": "ok"}
    checks = {"database": True, "schema": True, "files": True, "space": True}
    told = {"status": "ok", "checks": checks, "worker": False, "read_only": False}
    assert browser.get("/readyz").json == told


def test_an_old_schema_is_not_ready(own_house: House, empty_sqlite_url: str) -> None:
    db.connect(empty_sqlite_url)
    answer = own_house.client("nobody").get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"]["schema"] is False
    assert own_house.client("nobody").get("/healthz").status_code == 200


@pytest.mark.parametrize(("language", "words"), [("zh_CN", "未找到"), ("en", "Not found")])
def test_an_error_page_speaks_the_visitors_language_and_leads_on(house: House, language: str, words: str) -> None:
    page = BeautifulSoup(house.get("/nowhere", language=language, status=404), "html.parser")
    assert page.select_one("h1").get_text() == words  # type: ignore[union-attr]
    assert page.select_one("main a.btn")["href"] == "/desk"  # type: ignore[index]


def test_an_unexpected_error_tells_the_log_and_not_the_visitor(
    altered_house: House, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks() -> str:
        raise ZeroDivisionError("the secret of the house")

    altered_house.app.view_functions["ledger.sets"] = breaks
    breaks.access = "allocation:read"  # type: ignore[attr-defined]
    page = altered_house.get("/sets", status=500)
    assert "系统出错" in page
    assert "secret of the house" not in page
    assert "the secret of the house" in caplog.text


def test_other_peoples_files_come_under_their_digest_and_may_be_kept(house: House) -> None:
    page = house.get("/sets")
    [address] = set(re.findall(r"/vendor/[0-9a-f]+/bootstrap\.css", page))
    answer = house.client("nobody").get(address)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"sourceMappingURL" not in answer.data
    assert b"prefers-color-scheme:dark" in answer.data
    assert house.client("nobody").get("/vendor/0000/bootstrap.css").status_code == 404
    assert house.client("nobody").get(address.replace("bootstrap.css", "bootstrap.js")).status_code == 404


def test_only_icons_that_pages_use_are_sent(house: House) -> None:
    answer = house.client("nobody").get(re.findall(r"/vendor/[0-9a-f]+/icons\.svg", house.get("/sets"))[0])
    assert answer.content_type.startswith("image/svg+xml")
    assert answer.data.count(b"<symbol") == len(vendor.ICONS)
    assert len(answer.data) < 60_000
    named = " ".join(path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    assert [name for name in vendor.ICONS if f'"{name}"' not in named] == []


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_style_needs_no_browser_newer_than_2020(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(TOO_NEW_STYLE, text) == []
    assert "url(http" not in text
    assert "@import" not in text


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda path: path.name)
def test_scripts_need_no_browser_newer_than_2020_and_write_no_html(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(TOO_NEW_SCRIPT, text, flags=re.MULTILINE) == []
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text)
