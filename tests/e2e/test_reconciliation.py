"""A difference worked off in the browser: hosts loaded by their columns, compared, expanded, compared again; the
figures are right after each step."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site

SET = "SQ-2024-0002"
FIGURE = "virtualization.issued_cpus"
MORE = 6


def today() -> str:
    return dt.datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()


def asked(page: Page, path: str) -> Any:
    return json.loads(page.request.get(f"/api/v1{path}").text())


def position(page: Page) -> dict[str, Any]:
    """Where the platform of the set stands today."""
    [found] = [one for one in asked(page, "/inventory/positions")["positions"] if SET in one["sets"]]
    return dict(found)


def issued(page: Page) -> int:
    return int(asked(page, "/figures")["figures"][FIGURE])


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).first.click()


def compare(page: Page) -> None:
    page.goto("/inventory/differences")
    page.locator("main input[name=as_of]").first.fill(today())
    press(page, "开始比对")


@pytest.mark.slow
def test_a_shortage_is_found_worked_off_by_an_expansion_and_closed(
    site: Site, page: Page, violations: Callable[[Page], list[str]], tmp_path: Path
) -> None:
    one = site.logins["operator"]
    page.goto("/login")
    page.fill("input[name=login]", one["login"])
    page.fill("input[name=password]", one["password"])
    press(page, "登录")
    before, figure = position(page), issued(page)
    wanted = before["issued"] + MORE
    rows = [f"{before['platform']},node-{nth:02},2,24" for nth in range(wanted // 2)]
    export = tmp_path / "厂商导出.csv"
    export.write_text("\n".join(["Cluster,Host,Sockets,Cores per socket", *rows]), encoding="utf-8")

    page.goto("/load/mapped")
    wrong = violations(page)
    page.set_input_files("input[name=file]", export)
    page.select_option("select[name=start]", "kind:hosts")
    press(page, "查看各列")
    wrong += violations(page)
    expect(page.locator("select[name=column-sockets]")).to_have_value("Sockets")
    expect(page.locator("select[name=column-cores]")).to_have_value("Cores per socket")
    page.fill("input[name=fixed-unit]", before["unit"])
    page.fill("input[name=fixed-seen_on]", today())
    press(page, "检查")
    expect(page.locator("[data-total=new]")).to_have_text(str(wanted // 2))
    assert position(page)["scan"] == before["scan"]  # nothing is written yet
    press(page, "载入")
    expect(page.locator("main")).to_contain_text("厂商导出.csv")
    after = position(page)
    assert (after["needed"], after["missing"], after["idle"]) == (wanted, MORE, 0)

    compare(page)
    wrong += violations(page)
    page.goto("/inventory/differences?kind=quantity")
    wrong += violations(page)
    row = page.locator("tr").filter(has_text=SET)
    expect(row).to_contain_text(f"+{MORE}")
    row.get_by_role("link").first.click()
    page.wait_for_load_state()
    wrong += violations(page)
    address = page.url
    page.locator("form[action$='/work-off'] textarea[name=reason]").first.fill("按巡检结果补足")
    press(page, "扩容该套授权")
    expect(page.locator("main")).to_contain_text("已整改，待比对")
    assert (issued(page), position(page)["missing"]) == (figure + MORE, 0)

    compare(page)
    page.goto(address)
    story = page.locator("ol.steps li strong").all_inner_texts()
    assert story == ["比对发现", "台账整改", "不再存在，关闭"]
    page.goto("/inventory")
    wrong += violations(page)
    assert (issued(page), position(page)["missing"]) == (figure + MORE, 0)
    assert wrong == []
