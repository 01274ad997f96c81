"""Every page in a real browser: nothing for axe to find, in both languages, light and dark, wide and narrow."""

import datetime as dt
import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from licensetrack.core.clock import today
from tests.e2e.conftest import OF_THE_LOOK, Site, watched

SIZES = {"wide": {"width": 1440, "height": 900}, "narrow": {"width": 360, "height": 740}}
SET = "SQ-2024-0011"
MONTH = "/months/{month}"
DONE_WITHIN = 120  # seconds that a worker may take for the first check of the sample year
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
        "/service", "/service/FW-{year}-0002", "/service/FW-{year}-0004", "/service/new",
        "/service/new?kind=vulnerability", "/bulletins", "/bulletins/TG-{year}-001", "/bulletins/new",
        "/service-statistics?period=2024&by=unit", "/service-statistics/orders?period=2024",
        "/inventory", "/inventory/units/3", "/inventory/scans", "/inventory/scans/1", "/inventory/core-rules",
        "/inventory/differences", "/inventory/differences/1", "/inventory/runs", "/inventory/runs/1", "/load/mapped",
        "/months", MONTH, "/jobs", "/reminders", "/notices",
    ],
    "unit_user": [
        "/desk", "/requests", "/requests/XQ-{year}-0001/edit", "/requests/XQ-{year}-0003/edit", "/units/1",
        "/units/1/papers", "/certificates", "/account", "/account/second-factor",
        "/service/FW-{year}-0003", "/service/FW-{year}-0005", "/bulletins/TG-{year}-001", "/notices/settings",
    ],
    "performance_officer": [
        "/desk", "/monitoring", "/monitoring/1", "/monitoring/2", "/monitoring/2/indicators/C11",
        "/monitoring/2/indicators/C31", "/monitoring/2/indicators/budget", "/monitoring/2/header",
        "/frameworks", "/frameworks/new", "/frameworks/1", "/frameworks/2", "/frameworks/2/edit",
        "/frameworks/2/general", "/frameworks/2/nodes/C11", "/frameworks/2/nodes/C1", "/frameworks/2/nodes/C1/add",
        "/frameworks/1/targets/C11",
    ],
    "reviewer": ["/desk", "/requests", "/requests/XQ-{year}-0004", "/requests/delegations"],
    "manager": ["/desk", "/requests/policy", "/frameworks/2", "/service-levels", "/reminders/limits", "/notices"],
    "vendor_engineer": ["/desk", "/imports", "/service", "/service/FW-{year}-0002"],
    "system_administrator": [
        "/desk", "/people", "/people/9", "/people/new", "/jobs", "/jobs/1", "/schedules", "/schedules/check-books",
        "/checks", "/checks/1", "/deliveries", "/webhooks", "/webhooks/new", "/webhooks/1", "/backups",
        "/notices/settings",
    ],
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


# A walk is some of a role's pages, so that none takes long where the machine has other work.
LONGEST_WALK = 40
WALKS = {
    f"{role}-{start // LONGEST_WALK + 1}": (role, pages[start : start + LONGEST_WALK])
    for role, pages in PAGES.items()
    for start in range(0, len(pages), LONGEST_WALK)
}


@pytest.fixture(scope="session")
def worked(browser: Browser, site: Site) -> Site:
    """The site after what the clock and the administrator do in the first days: a check, a closed month, a webhook."""
    with watched(browser, site.url) as (context, _):
        page = context.new_page()
        sign_in(page, site, "system_administrator")
        page.goto("/checks")
        page.click("form[action='/checks/now'] button")
        page.goto("/schedules/close-month")
        page.click("form[action='/schedules/close-month/run'] button")
        page.goto("/webhooks/new")
        page.fill("input[name=name]", "值班系统")
        page.fill("input[name=url]", "https://hooks.example/licences")
        page.check("input[name=kinds] >> nth=0")
        page.click("main form [type=submit] >> nth=0")
        for path in ("/checks/1", MONTH):
            deadline = time.monotonic() + DONE_WITHIN
            while page.request.get(path.format(month=last_month())).status == 404:
                assert time.monotonic() < deadline, f"no {path}"
                page.wait_for_timeout(200)
    return site


def last_month() -> str:
    """The month that is closed now, as addresses write it."""
    return (today().replace(day=1) - dt.timedelta(days=1)).strftime("%Y-%m")


@pytest.mark.parametrize("walk", WALKS)
def test_no_page_breaks_a_rule_of_accessibility_or_scrolls_sideways(
    browser: Browser, worked: Site, violations: Callable[..., list[str]], walk: str
) -> None:
    """Chinese pages light and wide, then dark and narrow; English ones narrow, where longer words have least room."""
    found: list[str] = []
    role, pages = WALKS[walk]
    paths = [path.format(year=today().year, month=last_month()) for path in pages]

    def open_page(path: str) -> None:
        answer = page.goto(path)
        if answer is None or answer.status != 200:
            found.append(f"{path}: {answer and answer.status}")

    def look(path: str) -> None:
        page.set_viewport_size(SIZES["wide"])
        page.emulate_media(color_scheme="light")
        found.extend(f"{path}: {line}" for line in violations(page))
        page.set_viewport_size(SIZES["narrow"])
        page.emulate_media(color_scheme="dark")
        found.extend(f"{path}, dark and narrow: {line}" for line in violations(page, OF_THE_LOOK))
        measure(path)

    def measure(path: str) -> None:
        if sideways(page):
            found.append(f"{path}: scrolls sideways by {sideways(page)} pixels")

    still = {"reduced_motion": "reduce"}  # a color on its way from one light to the other is neither
    with watched(browser, worked.url, viewport=SIZES["narrow"], **still) as (context, _):
        page = context.new_page()
        page.goto("/login")
        look("/login")
        sign_in(page, worked, role)
        for path in paths:
            open_page(path)
            look(path)
        context.add_cookies([{"name": "language", "value": "en", "url": worked.url}])
        for path in paths:
            open_page(path)
            measure(f"{path} in English")
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
