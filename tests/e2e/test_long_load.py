"""A large load in a real browser: its progress bar, the browser closed half-way and opened again, and its right end."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

import run
from tests.e2e.conftest import free_port, wait_until_up, watched
from tests.exchange.ledger_files import HEADINGS, ISSUES, issue, units

ROWS = 60_000  # so many that a browser can be closed and opened while they are written
PATIENCE = 180_000  # milliseconds; a busy machine takes its time


class Office(NamedTuple):
    """A server over an empty ledger, and its operator."""

    url: str
    password: str


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office as it begins: `serve`, which brings its worker along, and one account."""
    folder = tmp_path_factory.mktemp("office")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LICENSETRACK_")} | {
        "DATABASE_URL": f"sqlite:///{folder / 'office.db'}",
        "LICENSETRACK_INSTANCE": str(folder),
        "PYTHONUTF8": "1",
    }
    program = str(run.write_launcher())
    account = [program, "user", "create", "wang", "--name", "王芳", "--role", "operator", "--keep-password"]
    made = subprocess.run(account, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    port = free_port()
    with (folder / "server.log").open("w+") as log:
        command = [program, "serve", "--port", str(port)]
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_until_up(f"http://127.0.0.1:{port}", server, log)
            yield Office(f"http://127.0.0.1:{port}", made.stdout.split()[-1])
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def ledgers(folder: Path) -> list[Path]:
    """The directory of units and a very long issue ledger, as files."""
    written = io.StringIO()
    csv.writer(written).writerows([HEADINGS[ISSUES], *(issue(f"SQ-{n:06d}") for n in range(ROWS))])
    (folder / "授权发放台账.csv").write_bytes(written.getvalue().encode("utf-8-sig"))
    directory = units()
    (folder / directory.name).write_bytes(directory.content)
    return [folder / directory.name, folder / "授权发放台账.csv"]


def half_way(page: Page, percent: int) -> None:
    """Waits until the bar is as far, without any act of the visitor; the page's own words say how far that is."""
    until = time.monotonic() + PATIENCE / 1000
    said = ""
    while time.monotonic() < until:
        said = page.locator("[data-job-text]").inner_text()
        if "%" in said and int(said.partition("%")[0]) >= percent:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"the bar never came to {percent}%: {said}")


def test_a_large_load_goes_on_while_the_browser_is_closed(
    browser: Browser, office: Office, tmp_path: Path, violations: Callable[[Page], list[str]]
) -> None:
    with watched(browser, office.url, locale="zh-CN") as (context, _):
        page = context.new_page()
        page.goto("/login")
        page.locator("input[name=login]").fill("wang")
        page.locator("input[name=password]").fill(office.password)
        page.locator("form [type=submit]").first.click()
        page.goto("/load")
        page.locator("input[type=file]").set_input_files(ledgers(tmp_path))
        page.get_by_role("button", name="开始核对").click()
        expect(page.locator("h1")).to_have_text("正在核对文件")
        half_way(page, 1)
        assert violations(page) == []
        expect(page.locator("h1")).to_have_text("导入预览", timeout=PATIENCE)
        expect(page.locator("[data-count=new]")).to_have_text(f"{ROWS + 3:,}")
        page.get_by_role("button", name="确认导入").click()
        expect(page.locator("h1")).to_have_text("正在载入台账")
        half_way(page, 35)
        cookies = context.storage_state()
    with watched(browser, office.url, locale="zh-CN", storage_state=cookies) as (context, _):
        page = context.new_page()
        page.goto("/load")
        line = page.locator("[data-upload-state]").first
        expect(line).to_have_attribute("data-upload-state", "loading")
        assert violations(page) == []
        line.get_by_role("link").click()
        expect(page.locator("h1")).to_have_text("正在载入台账")
        half_way(page, 36)
        expect(page.locator("h1")).to_have_text("台账已导入", timeout=PATIENCE)
        expect(page.locator("[data-count=new]")).to_have_text(f"{ROWS + 3:,}")
        page.goto("/load")
        expect(page.locator("[data-upload-state]").first).to_have_attribute("data-upload-state", "loaded")
        page.goto(f"/sets/SQ-{ROWS - 1:06d}")
        expect(page.locator("h1")).to_contain_text(f"SQ-{ROWS - 1:06d}")
