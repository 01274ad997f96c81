"""The README's pictures: starts the demonstration, signs in with a real browser, and takes them."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

import run
from tools.writing import DOCS

FOLDER = DOCS / "images"
DAY = "2024-12-31"
STORY = "SQ-2024-0011"  # the set whose way to its papers the README tells
LARGEST = 300_000  # bytes
WINDOW = {"width": 1440, "height": 960}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=zh-CN"]
CHINESE = {"LANGUAGE": "zh_CN", "TZ": "Asia/Shanghai"}  # a date field speaks the browser's language, not the page's


@contextlib.contextmanager
def demonstration() -> Iterator[tuple[str, dict[str, str]]]:
    """A served demonstration and its performance officer's login; gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        logins = Path(folder) / "logins.json"
        surroundings = os.environ | {
            "LICENSETRACK_INSTANCE": folder,
            "DATABASE_URL": f"sqlite:///{folder}/demo.db",
            "LICENSETRACK_BLOBS": f"{folder}/blobs",
            "LICENSETRACK_DEMO_LOGINS": str(logins),
            "PYTHONUTF8": "1",
        }
        program = str(run.write_launcher())
        fill = [program, "demo", "--no-serve", "--out", f"{folder}/reports"]
        subprocess.run(fill, env=surroundings, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own program
        port = _free_port()
        serve = [program, "serve", "--port", str(port)]
        server = subprocess.Popen(serve, env=surroundings, stdout=subprocess.DEVNULL)  # noqa: S603 - the same
        try:
            _wait(f"http://127.0.0.1:{port}", server)
            yield f"http://127.0.0.1:{port}", json.loads(logins.read_text(encoding="utf-8"))["performance_officer"]
        finally:
            server.terminate()
            server.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(f"{url}/healthz", timeout=5):  # noqa: S310 - our own server
            return
        time.sleep(0.2)
    raise SystemExit("the server did not start")


def _sign_in(page: Page, login: dict[str, str]) -> None:
    page.goto("/login")
    page.locator("input[name=login]").fill(login["login"])
    page.locator("input[name=password]").fill(login["password"])
    page.locator("form [type=submit]").first.click()
    page.wait_for_url(lambda url: not url.endswith("/login"))


def _take(page: Page, name: str, folder: Path) -> None:
    page.evaluate("document.fonts.ready")
    page.mouse.move(0, 0)
    picture = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    written = BytesIO()
    # 256 colors are enough for tables and bars, and a third of the bytes.
    picture.quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    content = written.getvalue()
    if len(content) > LARGEST:
        raise SystemExit(f"{name}.png has {len(content):,} bytes; {LARGEST:,} at most")
    (folder / f"{name}.png").write_bytes(content)
    sys.stdout.write(f"{name}.png {picture.width}×{picture.height} {len(content):,} bytes\n")


def take_all(browser: Browser, url: str, login: dict[str, str], folder: Path) -> None:
    """Takes every picture of a served demonstration in a window of its own."""
    context = browser.new_context(base_url=url, locale="zh-CN", viewport=WINDOW, device_scale_factor=1.5)
    page = context.new_page()
    _sign_in(page, login)
    page.goto(f"/?as_of={DAY}")
    _take(page, "dashboard", folder)
    page.goto(f"/figures/virtualization.accepted_cpus?as_of={DAY}")
    _take(page, "figure", folder)
    page.goto(f"/sets/{STORY}")
    _take(page, "set", folder)
    page.goto("/requests?tab=all")
    page.locator("main table a[href*='/requests/XQ-']").first.click()
    page.wait_for_load_state()
    _take(page, "request", folder)
    page.goto("/evaluations")
    page.locator("main td a[href*='/evaluations/'], main th a[href*='/evaluations/']").first.click()
    page.wait_for_load_state()
    _take(page, "evaluation", folder)
    context.close()


def main(arguments: list[str]) -> int:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER)
    folder: Path = parser.parse_args(arguments).out
    folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("There is no Chromium here: apt install chromium")
    with demonstration() as (url, login), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS, env=os.environ | CHINESE)
        take_all(browser, url, login, folder)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
