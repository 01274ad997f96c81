"""Every page in a real browser: nothing for axe to find, in both languages, light and dark, wide and narrow."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from licensetrack.core.clock import today
from tests.e2e.conftest import OF_THE_LOOK, Site, watched

SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 360, "height": 740}}
SET = "SQ-2024-0011"
ACTS = "expand shrink relocate move replace-host renew upgrade formalize return revoke void".split()
# Who opens what; a page that several people see is opened by the one who may do the most there.
PAGES: dict[str, list[str]] = {
    "operator": [
        "/?as_of=2024-06-30", "/sets", "/sets?q=nothing-like-this", f"/sets/{SET}", "/waiting?as_of=2024-06-30",
        "/units", "/units/3?as_of=2024-12-31", "/figures?as_of=2024-12-31",
        "/figures/virtualization.accepted_cpus?as_of=2024-12-31", "/figures/import.pass_rate?as_of=2024-06-30",
        "/figures/budget.spent?as_of=2024-12-31", "/evaluations", "/evaluations/1", "/evaluations/1/evidence",
        "/evidence", "/evidence/new", "/evaluations/1/outputs", "/load",
        "/outlook?as_of=2024-12-31", "/comparison?as_of=2024-12-31",
        "/desk", "/desk/to_issue", "/desk/expiring?within=400", "/search?q=政务云", "/search?q=SQ-2024",
        "/requests", "/requests/XQ-{year}-0002", "/requests/XQ-{year}-0003", "/requests/new",
        "/issuing", "/issuing/lines/1",
        "/budget?as_of=2024-12-31", "/budget/entries/1", "/budget/entries/1/correct", "/budget/entries/new",
        "/projects", "/projects/1", "/projects/1/edit", "/projects/new", "/contracts", "/contracts/1", "/contracts/new",
        "/contracts/1/edit", "/contracts/1/shares?as_of=2024-12-31", "/contracts/1/terms/1", "/contracts/1/lines/new",
        "/products", "/products/bms", "/surveys",
        "/issuing/direct", "/issuing/batch", "/entitlements", "/entitlements/1", "/imports", "/imports/SQ-2025-0005",
        "/certificates", "/certificates/YS-{year}-0001", "/certificates/new", "/archive", "/files/waiting",
        f"/files/of/{SET}", *(f"/changes/{act}/{SET}" for act in ACTS), f"/corrections/of/1000/{SET}",
        f"/corrections/take-back/6000/{SET}", "/units/new", "/units/3/papers", "/platforms/1",
        *(f"/units/3/{act}" for act in ("edit", "rename", "merge", "split", "close")),
    ],
    "unit_user": [
        "/desk", "/requests", "/requests/XQ-{year}-0001/edit", "/requests/XQ-{year}-0003/edit", "/units/1",
        "/units/1/papers", "/certificates", "/account", "/account/second-factor",
    ],
    "performance_officer": [
        "/desk", "/monitoring", "/monitoring/1", "/monitoring/2", "/monitoring/2/indicators/C11",
        "/monitoring/2/indicators/C31", "/monitoring/2/indicators/budget", "/monitoring/2/header",
        "/frameworks", "/frameworks/new", "/frameworks/1", "/frameworks/2", "/frameworks/2/edit",
        "/frameworks/2/general", "/frameworks/2/nodes/C11", "/frameworks/2/nodes/C1", "/frameworks/2/nodes/C1/add",
        "/frameworks/1/targets/C11",
    ],
    "reviewer": ["/desk", "/requests", "/requests/XQ-{year}-0004", "/requests/delegations"],
    "manager": ["/desk", "/requests/policy", "/frameworks/2"],
    "vendor_engineer": ["/desk", "/imports"],
    "system_administrator": ["/desk", "/people", "/people/9", "/people/new"],
    "security_administrator": ["/roles", "/roles/9", "/policy", "/sessions"],
    "audit_administrator": ["/audit", "/audit/2", "/audit/chain"],
}  # fmt: skip


def sign_in(page: Page, site: Site, role: str = "operator") -> None:
    """Signs a role in."""
    page.goto("/login")
    page.locator("input[name=login]").fill(site.logins[role]["login"])
    page.locator("input[name=password]").fill(site.logins[role]["password"])
    page.locator("main form [type=submit]").first.click()
    page.wait_for_selector("nav.places")


def sideways(page: Page) -> int:
    """By how many pixels the page itself scrolls sideways."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


@pytest.mark.parametrize("role", PAGES)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_no_page_breaks_a_rule_of_accessibility_or_scrolls_sideways(
    browser: Browser, site: Site, violations: Callable[..., list[str]], language: str, role: str
) -> None:
    """Chinese pages light and wide, then dark and narrow; English ones narrow, where longer words have least room."""
    found: list[str] = []

    def look(path: str) -> None:
        if language == "zh_CN":
            page.set_viewport_size(SIZES["wide"])
            page.emulate_media(color_scheme="light")
            found.extend(f"{path}: {line}" for line in violations(page))
            page.set_viewport_size(SIZES["narrow"])
            page.emulate_media(color_scheme="dark")
            found.extend(f"{path}, dark and narrow: {line}" for line in violations(page, OF_THE_LOOK))
        if sideways(page):
            found.append(f"{path}: scrolls sideways by {sideways(page)} pixels")

    still = {"reduced_motion": "reduce"}  # a color on its way from one light to the other is neither
    with watched(browser, site.url, viewport=SIZES["narrow"], **still) as (context, _):
        context.add_cookies([{"name": "language", "value": language, "url": site.url}])
        page = context.new_page()
        page.goto("/login")
        look("/login")
        sign_in(page, site, role)
        for pattern in PAGES[role]:
            path = pattern.format(year=today().year)
            answer = page.goto(path)
            assert answer is not None
            if answer.status != 200:
                found.append(f"{path}: {answer.status}")
            look(path)
    assert not found, "\n".join(found)


def test_the_chosen_light_overrules_the_system(browser: Browser, site: Site) -> None:
    def ground(page: Page) -> str:
        page.wait_for_load_state("load")  # with its style sheets
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    with watched(browser, site.url, color_scheme="dark") as (context, _):
        page = context.new_page()
        page.goto("/login")
        dark = ground(page)
        page.click("button[name=theme][value=light]")
        light = ground(page)
        assert light != dark
        assert page.locator("html").get_attribute("data-bs-theme") == "light"
        page.click("button[name=theme][value=auto]")
        assert ground(page) == dark


def test_the_error_page_passes_too(browser: Browser, site: Site, violations: Callable[[Page], list[str]]) -> None:
    with watched(browser, site.url) as (context, watch):
        watch.expect("404")
        page = context.new_page()
        sign_in(page, site)
        page.goto("/nowhere")
        assert page.locator("h1").inner_text() == "未找到"
        assert violations(page) == []


def test_the_whole_frame_works_with_the_keyboard_alone(browser: Browser, site: Site) -> None:
    with watched(browser, site.url, viewport=SIZES["wide"]) as (context, _):
        page = context.new_page()
        page.goto("/login")
        page.locator("input[name=login]").focus()
        page.keyboard.type(site.logins["operator"]["login"])
        page.keyboard.press("Tab")
        page.keyboard.type(site.logins["operator"]["password"])
        page.keyboard.press("Enter")
        page.wait_for_selector("nav.places")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip-link"
        assert page.locator(".skip-link").bounding_box()["y"] >= 0  # type: ignore[index]
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"
        page.locator("details.me summary").focus()
        page.keyboard.press("Enter")
        assert page.locator(".me-panel").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator(".me-panel").is_visible()
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_what_has_the_focus_can_be_seen(browser: Browser, site: Site) -> None:
    with watched(browser, site.url, viewport=SIZES["wide"]) as (context, _):
        page = context.new_page()
        sign_in(page, site)
        for _ in range(12):
            page.keyboard.press("Tab")
            outline = page.evaluate("getComputedStyle(document.activeElement).outline")
            assert " none " not in outline
            assert float(re.findall(r"([\d.]+)px", outline)[0]) >= 2


def test_letters_in_charts_keep_their_size_on_a_narrow_screen(browser: Browser, site: Site) -> None:
    with watched(browser, site.url, viewport=SIZES["narrow"]) as (context, _):
        page = context.new_page()
        sign_in(page, site)
        page.goto("/?as_of=2024-12-31")
        heights = page.evaluate(
            "[...document.querySelectorAll('svg.chart text')].filter(t => t.getClientRects().length)"
            ".map(t => t.getBoundingClientRect().height)"
        )
        assert heights
        assert min(heights) >= 10


def test_a_page_prints_without_its_frame(browser: Browser, site: Site) -> None:
    with watched(browser, site.url, viewport=SIZES["wide"]) as (context, _):
        page = context.new_page()
        sign_in(page, site)
        page.emulate_media(media="print")
        assert not page.locator(".frame").is_visible()
        assert page.locator("h1").is_visible()
