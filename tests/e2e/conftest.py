"""A real browser against the real server: pages that complain on the console or ask another host fail their test."""

import json
import os
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

import run
from tests import debian

HERE = Path(__file__).resolve().parent
CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STARTS_WITHIN = 60  # seconds


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All browser tests share one server, so they stay in one test process."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("browser"))


@dataclass(frozen=True)
class Site:
    """A running server with the sample year in it."""

    url: str
    logins: dict[str, dict[str, str]]
    reports: Path
    database: str


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The server as an office starts it, over a fresh database that `licensetrack demo` filled."""
    folder = tmp_path_factory.mktemp("site")
    database, logins = f"sqlite:///{folder / 'demo.db'}", folder / "logins.json"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LICENSETRACK_")} | {
        "DATABASE_URL": database,
        "LICENSETRACK_INSTANCE": str(folder),
        "LICENSETRACK_DEMO_LOGINS": str(logins),
        "LICENSETRACK_WEBHOOK_HOSTS": "hooks.example",
        "SECRET_KEY": "a key for the browser's tests only, forty characters long",
        "PYTHONUTF8": "1",
    }
    program = str(run.write_launcher())
    demo = [program, "demo", "--no-serve", "--out", str(folder / "reports")]
    filled = subprocess.run(demo, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert filled.returncode == 0, f"licensetrack demo failed:\n{filled.stdout}{filled.stderr}"
    port = free_port()
    with (folder / "server.log").open("w+") as log:
        command = [program, "serve", "--port", str(port)]
        server = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_until_up(f"http://127.0.0.1:{port}", server, log)
            yield Site(f"http://127.0.0.1:{port}", json.loads(logins.read_text()), folder / "reports", database)
        finally:
            server.terminate()
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_up(url: str, server: "subprocess.Popen[bytes]", log: IO[str]) -> None:
    """Wait until the server says that it is well; its log is the reason when it does not."""
    until = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    log.seek(0)
    pytest.fail(f"the server did not start; exit code {server.poll()}:\n{log.read()}", pytrace=False)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; no browser is downloaded."""
    chromium = debian.tool("chromium", package="chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


@dataclass
class Watch:
    """Notes what a page must not do. `expect` a complaint where a test provokes it."""

    origin: str
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """Complaints that match this pattern are what the test is about."""
        self.expected.append(pattern)

    def follow(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: uncaught {error}"))

    def request(self, request: Request) -> None:
        """Every address must be the server's own; data: and blob: stay inside the page."""
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.complaints.append(f"asked another host: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"{message.location.get('url', '')}: console says {message.text}")

    def left(self) -> list[str]:
        """The complaints that nobody expected."""
        return [one for one in self.complaints if not any(re.search(pattern, one) for pattern in self.expected)]


@contextmanager
def watched(browser: Browser, origin: str, **options: Any) -> Iterator[tuple[BrowserContext, Watch]]:
    """A fresh browser window whose pages are all watched; complaints left at the end fail the test."""
    context = browser.new_context(base_url=origin, **options)
    watch = Watch(origin)
    context.on("page", watch.follow)
    context.on("request", watch.request)
    yield context, watch
    context.close()
    assert not watch.left(), "\n" + "\n".join(watch.left())


@pytest.fixture
def window(browser: Browser, site: Site) -> Iterator[tuple[BrowserContext, Watch]]:
    """A fresh window of 1280 × 800 with Chinese as its language, and the watch over it."""
    with watched(browser, site.url, locale="zh-CN", viewport={"width": 1280, "height": 800}) as pair:
        yield pair


@pytest.fixture
def watch(window: tuple[BrowserContext, Watch]) -> Watch:
    """The watch over this test's pages."""
    return window[1]


@pytest.fixture
def page(window: tuple[BrowserContext, Watch]) -> Page:
    """A page of a fresh window, nobody signed in."""
    return window[0].new_page()


@pytest.fixture
def sign_in(page: Page, site: Site) -> Callable[[str], Page]:
    """sign_in("operator"): the page after that role's sign-in."""

    def as_role(role: str) -> Page:
        one = site.logins[role]
        page.goto("/login")
        page.locator("input[name=login]").fill(one["login"])
        page.locator("input[name=password]").fill(one["password"])
        page.locator("form [type=submit]").first.click()
        page.wait_for_url(lambda url: urlsplit(url).path != "/login")
        return page

    return as_role


OF_THE_LOOK = {"runOnly": ["color-contrast", "link-in-text-block", "scrollable-region-focusable"]}


# The script is half a megabyte: it goes into a page once. Of what axe knows afterwards only what is broken comes back.
# Contrast is what takes its time, and the rows of a table are alike: twenty speak for the others.
ASK_AXE = """async options => {
    const rows = { exclude: [["tbody tr:nth-child(n+21)"]] };
    const found = await axe.run(rows, { resultTypes: ["violations"], ...options });
    return found.violations.map(rule => [rule.id, rule.help, rule.nodes.map(node => node.target)]);
}"""


@pytest.fixture(scope="session")
def violations() -> Callable[..., list[str]]:
    """violations(page): what axe finds on the page, one line for each broken rule with the places that break it.

    With `OF_THE_LOOK` it is asked only for what depends on light and width.
    """
    from axe_playwright_python.base import AXE_SCRIPT

    def found(page: Page, options: dict[str, Any] | None = None) -> list[str]:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        broken = page.evaluate(ASK_AXE, options or {})
        return [f"{rule}: {text}: {places}" for rule, text, places in broken]

    return found
