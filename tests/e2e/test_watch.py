"""The watch over pages: what a page must not do fails its test, so the other browser tests mean what they say."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import watched


class Pages(BaseHTTPRequestHandler):
    """Serves a few pages, good and bad."""

    texts: ClassVar[dict[str, str]] = {
        "/good": '<!doctype html><html lang="en"><title>Good</title><main><h1>Good</h1></main>',
        "/console": "<!doctype html><title>x</title><script>console.error('something broke')</script>",
        "/throws": "<!doctype html><title>x</title><script>throw new Error('nobody caught me')</script>",
        "/abroad": "<!doctype html><title>x</title><script src='http://localhost:1/lib.js'></script>",
        "/missing": "<!doctype html><title>x</title><script src='/nowhere.js'></script>",
        "/poor": '<!doctype html><html lang="en"><title>Poor</title><main><h1>Poor</h1><input></main>',
        "/favicon.ico": "",
    }

    def do_GET(self) -> None:
        """Answer with the page of that name."""
        text = self.texts.get(self.path)
        self.send_response(200 if text is not None else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write((text or "").encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Say nothing."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_good_page_passes(browser: Browser, origin: str) -> None:
    with watched(browser, origin) as (context, _):
        context.new_page().goto("/good")


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/console", "something broke"),
        ("/throws", "nobody caught me"),
        ("/abroad", "asked another host: http://localhost:1/lib.js"),
        ("/missing", "404"),
    ],
)
def test_a_bad_page_fails_its_test(browser: Browser, origin: str, path: str, complaint: str) -> None:
    with pytest.raises(AssertionError, match=complaint), watched(browser, origin) as (context, _):
        context.new_page().goto(path, wait_until="networkidle")


def test_an_expected_complaint_is_no_failure(browser: Browser, origin: str) -> None:
    with watched(browser, origin) as (context, watch):
        watch.expect("something broke")
        context.new_page().goto("/console")


def test_axe_names_the_broken_rule_and_the_place(
    browser: Browser, origin: str, violations: Callable[[Page], list[str]]
) -> None:
    with watched(browser, origin) as (context, _):
        page = context.new_page()
        page.goto("/good")
        assert violations(page) == []
        page.goto("/poor")
        assert [line for line in violations(page) if line.startswith("label:") and "input" in line]
