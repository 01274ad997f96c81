"""A service order from the unit to its mark, by three people in the browser; the figures are right after it."""

from __future__ import annotations

from contextlib import ExitStack
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Site, watched

pytestmark = pytest.mark.e2e


def window(stack: ExitStack, browser: Browser, site: Site, role: str) -> Page:
    """Somebody of that role, signed in."""
    context, _ = stack.enter_context(watched(browser, site.url, locale="zh-CN"))
    page = context.new_page()
    page.goto("/login")
    page.fill("input[name=login]", site.logins[role]["login"])
    page.fill("input[name=password]", site.logins[role]["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/login" not in url)
    return page


def figure(page: Page, name: str) -> Decimal:
    """A figure of today as the list of figures shows it."""
    page.goto("/figures")
    return Decimal(page.locator(f"a[data-figure='{name}']").first.inner_text().replace(",", "").rstrip("%"))


def step(page: Page, name: str, **fields: str) -> None:
    """Unfolds a step's form, fills it in and sends it."""
    form = page.locator(f"main form[action$='/{name}']")
    if not form.is_visible():
        folded = page.locator("main details.more").filter(has=page.locator(f"form[action$='/{name}']"))
        folded.locator("summary").click()
    for field, text in fields.items():
        target = form.locator(f"[name={field}]")
        if target.evaluate("field => field.tagName") == "SELECT":
            target.select_option(text)
        else:
            target.fill(text)
    with page.expect_navigation():
        form.locator("button[type=submit]").click()


def test_an_order_goes_from_the_unit_to_its_mark_and_counts_right_after(browser: Browser, site: Site) -> None:
    with ExitStack() as stack:
        unit, operator, vendor, manager = (
            window(stack, browser, site, role) for role in ("unit_user", "operator", "vendor_engineer", "manager")
        )
        orders, content = figure(manager, "support.orders"), figure(manager, "support.satisfaction_rate")
        marks = _marks(manager)
        unit.goto("/service/new")
        unit.get_by_role("link", name="漏洞修复服务").click()
        unit.fill("[name=title]", "请协助修复高危漏洞")
        unit.fill("[name=vulnerability]", "CVE-2026-11111")
        with unit.expect_navigation():
            unit.get_by_role("button", name="提交工单").click()
        address = unit.url
        assert figure(manager, "support.orders") == orders + 1
        operator.goto(address)
        step(operator, "accept", severity="serious")
        step(operator, "assign", engineer=site.logins["vendor_engineer"]["login"])
        vendor.goto("/desk")
        vendor.goto(address)
        step(vendor, "answer", note="已联系单位")
        step(vendor, "pause", reason="等待单位开放端口")
        expect(vendor.locator("main")).to_contain_text("待用户")
        step(vendor, "resume", reason="端口已开放")
        step(vendor, "hand-over", outcome="已解决", work="安装补丁并复测")
        unit.goto(address)
        step(unit, "confirm", mark="4", words="满意")
        expect(unit.locator("main")).to_contain_text("4分：满意")
        assert figure(manager, "support.orders") == orders + 1
        right = (content * marks / 100).to_integral_value() + 1
        assert figure(manager, "support.satisfaction_rate") == (right * 100 / (marks + 1)).quantize(Decimal("0.01"))
        manager.goto("/")
        expect(manager.locator("[data-figure='support.satisfaction_rate']").first).to_be_visible()
        manager.goto("/figures/support.satisfaction_rate")
        expect(manager.locator("main")).to_contain_text(address.rsplit("/", 1)[1])


def _marks(manager: Page) -> int:
    """How many orders of this year have a mark."""
    manager.goto("/figures/support.satisfaction_rate")
    return manager.locator("main tbody tr").count()
