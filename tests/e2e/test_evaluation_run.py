"""An evaluation from its first page to its signature: one writes and completes it, another reviews, a third signs."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import make_url

from licensetrack.core import blobs, db
from licensetrack.performance import framework
from tests.e2e.conftest import Site, watched
from tests.e2e.test_pages import sideways, sign_in
from tests.performance.papers import lay_wanted

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "2024" / "evaluation.toml"
OFFICER, REVIEWER, MANAGER = "performance_officer", "reviewer", "manager"
Look = Callable[[Page], list[str]]


def paper_of_2023(folder: Path) -> Path:
    """The sample's working paper as that of another year, which has no evaluation yet."""
    path = folder / "evaluation.toml"
    path.write_text(re.sub(r"(?m)^year = 2024$", "year = 2023", SAMPLE.read_text("utf-8")), encoding="utf-8")
    return path


def lay_papers(site: Site) -> None:
    """The papers that the framework wants for 2023; tests/e2e/test_evidence.py lays some by hand."""
    db.connect(site.database)
    blobs.use_folder(Path(str(make_url(site.database).database)).parent / "blobs")
    lay_wanted(framework.load("department-2024"), 2023)
    db.engine().dispose()


def right(page: Page, look: Look) -> None:
    """Nothing for axe to find, wide and narrow, and nothing that scrolls sideways."""
    for width in (1440, 360):
        page.set_viewport_size({"width": width, "height": 800})
        assert look(page) == [], page.url
        assert sideways(page) == 0, f"{page.url} at {width}"
    page.set_viewport_size({"width": 1440, "height": 900})


def start(page: Page, paper: Path, look: Look) -> None:
    """Begins the evaluation of 2023 from a working paper."""
    page.goto("/evaluations")
    page.get_by_role("link", name="开始评价").click()
    right(page, look)
    page.get_by_label("年度").fill("2023")
    page.get_by_label("评价基准日").fill("2024-12-31")
    page.get_by_label("工作底稿（TOML文件）").check()
    page.get_by_label("工作底稿", exact=True).set_input_files(paper)
    page.get_by_role("button", name="开始").click()
    expect(page.locator("[data-open-points]")).to_have_attribute("data-open-points", "0")
    right(page, look)


def write_a_chapter(page: Page, look: Look) -> None:
    """Figures are chips that are put in and taken out whole; a typed number is told, and gone with its text."""
    page.get_by_role("link", name="报告各章").first.click()
    right(page, look)
    page.locator(".chapter", has_text="1. 项目背景").get_by_role("link", name="填写").click()
    right(page, look)
    editor, field = page.locator("#paragraphs-editor"), page.locator("textarea[name=paragraphs]")
    before = field.input_value()
    editor.focus()
    page.keyboard.press("Control+End")
    page.keyboard.type("已验收55套，服务")
    page.get_by_label("指标", exact=True).select_option("units.served")
    page.get_by_role("button", name="插入到文字中").click()
    page.keyboard.type("家单位。")
    assert field.input_value() == before + "已验收55套，服务{units.served}家单位。"
    expect(editor.locator(".chip").last).to_have_text("124")
    expect(page.locator("[data-notes=paragraphs]")).to_contain_text("55套")
    expect(page.locator("[data-kept]")).to_contain_text("保存")
    editor.focus()
    page.keyboard.press("Control+End")
    for _ in "家单位。":
        page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")  # the whole chip
    assert field.input_value() == before + "已验收55套，服务"
    for _ in "已验收55套，服务":
        page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    page.keyboard.type("第二段共{units.served}家。")
    assert field.input_value() == before + "\n第二段共{units.served}家。"
    expect(page.locator("[data-read=paragraphs] p").last).to_have_text("第二段共124家。")
    expect(page.locator("[data-notes=paragraphs]")).to_be_empty()
    expect(page.locator("[data-read=paragraphs] p").last.locator("a.chip")).to_have_attribute(
        "href", re.compile("/figures/units.served")
    )
    page.reload()
    expect(page.locator("#paragraphs-editor")).to_contain_text("第二段共124家。")


def write_a_mark(page: Page, look: Look) -> None:
    """What is missing is one click away from the draft's page, and gone when it is written."""
    page.get_by_role("link", name="草稿").click()
    page.get_by_role("link", name=re.compile("C12 云管理软件授权数量")).first.click()
    right(page, look)
    page.get_by_label("得分").fill("五分")
    expect(page.locator("[data-notes=score]")).to_contain_text("不是数字")
    page.get_by_label("得分").fill("4")
    expect(page.locator("[data-score]")).to_have_text("4")
    page.get_by_role("button", name="保存", exact=True).click()
    page.get_by_role("link", name="草稿").click()
    expect(page.locator("[data-open-points]")).to_have_attribute("data-open-points", "0")
    expect(page.locator(".score strong")).to_have_text("98")


def test_three_people_take_an_evaluation_from_its_first_page_to_its_signature(
    browser: Browser, site: Site, violations: Look, tmp_path: Path
) -> None:
    lay_papers(site)
    size = {"width": 1440, "height": 900}
    with watched(browser, site.url, locale="zh-CN", viewport=size) as (context, _):
        page = context.new_page()
        sign_in(page, site, OFFICER)
        start(page, paper_of_2023(tmp_path), violations)
        write_a_chapter(page, violations)
        write_a_mark(page, violations)
        page.get_by_role("button", name="提交复核").click()
        expect(page.locator(".score-card")).to_contain_text("已完成")
        address = page.url
    for role, button, stage in ((REVIEWER, "复核通过", "已复核"), (MANAGER, "签署", "已签署")):
        with watched(browser, site.url, locale="zh-CN", viewport=size) as (context, _):
            page = context.new_page()
            sign_in(page, site, role)
            page.goto(address)
            right(page, violations)
            page.get_by_role("button", name=button, exact=True).click()
            expect(page.locator(".score-card")).to_contain_text(stage)
