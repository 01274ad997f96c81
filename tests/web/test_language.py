"""Two languages, both complete: Chinese by default, English by choice."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup

from licensetrack.core.job_claims import SILENT
from licensetrack.exchange import problems
from licensetrack.jobs.handlers import handlers
from licensetrack.jobs.running import BROKE_OFF
from licensetrack.jobs.schedules import SCHEDULES
from licensetrack.measures.catalogue import MEASURES
from licensetrack.notices.kinds import GROUPS, KINDS
from licensetrack.verify.report import INVARIANTS
from tests.site import CORRECTED, House

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "licensetrack"
CATALOGUE = PACKAGE / "translations" / "zh_CN" / "LC_MESSAGES" / "messages.po"
METHODS = {PACKAGE: [("**.py", "python")], ROOT / "templates": [("**.html", "jinja2"), ("**.txt", "jinja2")]}
# Whoever refuses speaks in msgids: these constructors are gettext calls that the shell completes.
SPEAKERS = (
    "lazy_gettext Refused Conflict Forbidden NotFound DomainError Unreadable Bad Term translate FileError".split()
)
KEYWORDS = {**DEFAULT_KEYWORDS, **dict.fromkeys(SPEAKERS), "OpenPoint": (3,), "say": None}
PAGES = ["/?as_of=2024-06-30", "/sets", f"/sets/{CORRECTED}", "/waiting?as_of=2024-06-30", "/units", "/figures",
         "/figures/import.pass_rate", "/figures/budget.spent", "/evaluations", "/outlook?as_of=2024-12-31",
         "/comparison?as_of=2024-12-31", "/load", "/nowhere"]  # fmt: skip
NAMES = {"BMS", "CPU", "CPUs", "Excel", "CSV", "PDF", "Word", "English", "MB", "xlsx", "xls"}


def extracted() -> set[str]:
    """Every msgid of code and templates."""
    found = set()
    for folder, methods in METHODS.items():
        for _, _, message, _, _ in extract_from_dir(folder, methods, {"**.html": {"trimmed": "true"}}, KEYWORDS):
            found.add(message if isinstance(message, str) else message[0])
    return found


def translated() -> dict[str, str]:
    """msgid → its Chinese text."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="zh_CN", abort_invalid=True)
    return {
        m.id if isinstance(m.id, str) else m.id[0]: m.string if isinstance(m.string, str) else m.string[0]
        for m in catalogue
        if m.id and not m.fuzzy
    }


def test_every_msgid_has_its_chinese_text() -> None:
    wanted = extracted() | {found.label for found in MEASURES.values()} | {found.unit for found in MEASURES.values()}
    wanted |= {one.label for one in (*handlers().values(), *SCHEDULES.values())} | {SILENT, BROKE_OFF}
    wanted |= {value for name, value in vars(problems).items() if name.isupper() and isinstance(value, str)}
    wanted |= {
        text for kind in KINDS.values() for text in (kind.label, kind.title, kind.body, kind.file) if text
    } | set(GROUPS.values())
    wanted |= set(INVARIANTS)
    assert len(wanted) > 300
    assert sorted(wanted - {msgid for msgid, text in translated().items() if text}) == []


def test_every_chinese_text_fills_in_the_same_values() -> None:
    def values(text: str) -> list[str]:
        return sorted(set(re.findall(r"%\((\w+)\)s", text)))

    assert [msgid for msgid, text in translated().items() if values(msgid) != values(text)] == []


@pytest.mark.parametrize("path", PAGES)
def test_a_chinese_page_has_no_english_words(house: House, path: str) -> None:
    page = BeautifulSoup(house.get(path, status=404 if path == "/nowhere" else 200), "html.parser")
    for hidden in page.select("script, style, code, .code, .me-panel"):
        hidden.decompose()
    texts = [text for text in page.stripped_strings if not re.search(r"SQ-|FW-|PZ-|SZ\d|\.pdf|\.lic|operator", text)]
    texts += [
        str(tag[name]) for name in ("aria-label", "placeholder", "title") for tag in page.find_all(attrs={name: True})
    ]
    words = {word for text in texts for word in re.findall(r"[A-Za-z]{2,}", text)}
    assert words - NAMES == set()


@pytest.mark.parametrize("path", PAGES)
def test_an_english_page_speaks_english_around_the_records(house: House, path: str) -> None:
    text = house.get(path, language="en", status=404 if path == "/nowhere" else 200)
    page = BeautifulSoup(text, "html.parser")
    assert page.html is not None
    assert page.html["lang"] == "en"
    for element in page.select("h1, h2, thead th, nav.places a, button, label, legend, dt"):
        if element.get("lang") != "zh-CN":
            assert not re.search(r"[\u4e00-\u9fff]", element.get_text()), element


def test_the_choice_stays_and_leads_back(own_house: House) -> None:
    browser = own_house.client("operator")
    answer = browser.post("/preferences", data={"language": "en", "next": "/sets?q=1"})
    assert answer.location == "/sets?q=1"
    assert "Licence sets" in browser.get("/sets").text
    browser.post("/preferences", data={"language": "zh_CN", "next": "//elsewhere.example"})
    assert "授权台账" in browser.get("/sets").text


def test_a_language_or_light_that_does_not_exist_changes_nothing(own_house: House) -> None:
    answer = own_house.client("operator").post(
        "/preferences", data={"language": "xx", "theme": "pink", "next": "//x.example"}
    )
    assert answer.location == "/"
    assert "Set-Cookie" not in answer.headers or "language" not in answer.headers["Set-Cookie"]


@pytest.mark.parametrize(("theme", "attribute"), [("dark", "dark"), ("light", "light"), ("auto", None)])
def test_the_light_is_set_by_the_server(own_house: House, theme: str, attribute: str | None) -> None:
    browser = own_house.client("operator")
    browser.post("/preferences", data={"theme": theme})
    page = BeautifulSoup(browser.get("/sets").text, "html.parser")
    assert page.html is not None
    assert page.html.get("data-bs-theme") == attribute
