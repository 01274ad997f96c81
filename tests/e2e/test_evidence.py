"""Evidence in a real browser: dropped files, a sandboxed preview, and the list of what is wanted one click away."""

import base64

from playwright.sync_api import Browser

from licensetrack.demo_papers import PAPERS, sample_pdf
from tests.e2e.conftest import Site, watched
from tests.e2e.test_pages import sign_in
from tests.handover.people import picture

DROP = """files => {
  const dropped = new DataTransfer();
  for (const [name, type, content] of files) {
    const bytes = Uint8Array.from(atob(content), sign => sign.charCodeAt(0));
    dropped.items.add(new File([bytes], name, { type }));
  }
  return dropped;
}"""


def test_dropped_files_are_laid_and_shown_where_they_can_do_nothing(browser: Browser, site: Site) -> None:
    files = [
        ("现场.png", "image/png", base64.b64encode(picture()).decode()),
        ("合同副本.pdf", "application/pdf", base64.b64encode(sample_pdf(PAPERS[0]) + b"\n%copy\n%%EOF\n").decode()),
    ]
    with watched(browser, site.url) as (context, _):
        page = context.new_page()
        sign_in(page, site, "performance_officer")
        page.goto("/evaluations/1")
        page.locator("a[href='/evaluations/1/evidence']").first.click()
        assert "所需材料齐全" in page.inner_text("main")
        page.goto("/evidence/new")
        for file in files:  # one after the other: what was dropped first stays
            page.dispatch_event("[data-drop]", "drop", {"dataTransfer": page.evaluate_handle(DROP, [file])})
        assert page.locator("[data-chosen] li").count() == 2
        page.select_option("select[name=evidence_class]", "working")
        page.locator("form[data-upload] [type=submit]").click()
        page.wait_for_selector(".alert-success")
        assert "已登记 2 个文件" in page.inner_text("main")
        for title in ("现场", "合同副本"):
            page.goto("/evidence")
            page.locator("tbody tr", has_text=title).first.locator("th a").click()
            page.wait_for_selector("iframe.preview")
            shown = page.request.get(str(page.locator("iframe.preview").get_attribute("src")))
            assert "; sandbox; " in shown.headers["content-security-policy"]
            assert page.locator("iframe.preview").bounding_box()["height"] > 200  # type: ignore[index]
