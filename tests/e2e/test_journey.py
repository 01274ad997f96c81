"""A day at the desk: a figure as of a date down to its paper, a ledger with a wrong cell and then right, the report."""

import io
from collections.abc import Callable
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.e2e.conftest import Site, Watch

SAMPLE = Path(__file__).resolve().parents[2] / "data" / "2024"
ISSUES = SAMPLE / "授权发放台账.xlsx"


def changed(folder: Path, name: str, **cells: object) -> Path:
    """The issue ledger with some cells changed."""
    book = load_workbook(ISSUES)
    sheet = book.active
    assert sheet is not None
    for place, value in cells.items():
        sheet[place] = value
    path = folder / name
    book.save(path)
    return path


def choose_date(page: Page, day: str) -> None:
    """Asks the page for another day."""
    page.get_by_label("截至日期").fill(day)
    page.get_by_role("button", name="查看").click()


def test_the_date_changes_the_figures_and_a_figure_opens_down_to_its_paper(
    sign_in: Callable[[str], Page], tmp_path: Path
) -> None:
    page = sign_in("manager")
    page.get_by_role("link", name="总览", exact=True).first.click()
    figure = page.locator("a[data-figure='virtualization.accepted_cpus']").first
    choose_date(page, "2024-06-30")
    expect(figure).to_have_text("2,045")
    choose_date(page, "2024-12-31")
    expect(figure).to_have_text("4,375")
    expect(page.locator("a[data-figure='units.served']")).to_have_text("124")
    expect(page.locator("a[data-figure='import.pass_rate']")).to_have_text("100%")
    figure.click()
    expect(page.locator(".figure-value span").first).to_have_text("4,375")
    expect(page.locator("tfoot [data-sum]")).to_have_text("4,375")
    page.locator("tbody a[href^='/sets/']").first.click()
    expect(page.locator(".timeline > li").first).to_contain_text("已发放")
    with page.expect_download() as download:
        page.locator(".timeline a.paper").first.click()
    assert download.value.suggested_filename == "授权发放台账.xlsx"
    download.value.save_as(tmp_path / "paper.xlsx")
    assert (tmp_path / "paper.xlsx").read_bytes() == ISSUES.read_bytes()


def test_a_ledger_with_an_error_is_refused_and_the_mended_one_is_loaded(
    sign_in: Callable[[str], Page], violations: Callable[[Page], list[str]], tmp_path: Path
) -> None:
    page = sign_in("operator")
    page.get_by_role("link", name="载入台账").click()
    page.locator("input[type=file]").set_input_files(changed(tmp_path, "发放.xlsx", I5="2024年13月5日"))
    expect(page.locator("[data-chosen] li")).to_contain_text("发放.xlsx")
    page.get_by_role("button", name="开始核对").click()
    expect(page.locator("h1")).to_have_text("文件有错误，未写入任何数据")
    expect(page.locator(".problems tbody tr")).to_contain_text("I5")
    expect(page.locator(".problems tbody tr")).to_contain_text("2024年13月5日")
    assert violations(page) == []

    page.get_by_role("link", name="重新选择文件").click()
    page.locator("input[type=file]").set_input_files(changed(tmp_path, "发放.xlsx", G3=165))
    page.get_by_role("button", name="开始核对").click()
    expect(page.locator("h1")).to_have_text("导入预览")
    expect(page.locator(".field-change")).to_contain_text("164 → 165")
    assert violations(page) == []
    page.get_by_role("button", name="确认导入").click()
    expect(page.locator("h1")).to_have_text("台账已导入")
    expect(page.locator("[data-count=changed]")).to_have_text("1")
    assert violations(page) == []
    page.goto("/sets/SQ-2024-0001")
    expect(page.locator(".event-gone")).to_contain_text("已冲销")

    page.goto("/load")  # and back again: the next tests count on the sample year
    page.locator("input[type=file]").set_input_files(ISSUES)
    page.get_by_role("button", name="开始核对").click()
    page.get_by_role("button", name="确认导入").click()
    expect(page.locator("h1")).to_have_text("台账已导入")


def test_the_report_comes_in_all_three_forms_as_the_demo_wrote_it(sign_in: Callable[[str], Page], site: Site) -> None:
    page = sign_in("auditor")
    page.get_by_role("link", name="绩效评价").click()
    page.get_by_role("link", name="2024", exact=True).click()
    expect(page.locator("[data-total]")).to_have_text("99")
    for form, label in (("pdf", "PDF"), ("docx", "Word"), ("xlsx", "Excel")):
        with page.expect_download() as download:
            page.get_by_role("link", name=label).click()
        assert download.value.suggested_filename == f"evaluation-2024.{form}"
        content = Path(download.value.path()).read_bytes()
        assert content == (site.reports / f"evaluation-2024.{form}").read_bytes()
        if form == "pdf":
            text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages)
            assert "4375个CPU" in "".join(text.split())


def test_the_ledger_is_searched_sorted_and_taken_out(sign_in: Callable[[str], Page], tmp_path: Path) -> None:
    page = sign_in("operator")
    page.get_by_role("link", name="授权台账", exact=True).last.click()
    page.get_by_label("搜索").fill("博物中心")
    page.get_by_role("button", name="查询").click()
    page.get_by_role("link", name="CPU数").click()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("CPU数")
    shown = page.locator("table.rows tbody tr").count()
    with page.expect_download() as download:
        page.get_by_role("link", name="Excel").click()
    download.value.save_as(tmp_path / "sets.xlsx")
    sheet = load_workbook(tmp_path / "sets.xlsx").active
    assert sheet is not None
    assert sheet.max_row == shown + 1


def test_a_wrong_password_is_said_and_nothing_more(page: Page, watch: Watch) -> None:
    watch.expect("422")
    page.goto("/login")
    page.locator("input[name=login]").fill("operator")
    page.locator("input[name=password]").fill("wrong")
    page.locator("form [type=submit]").first.click()
    expect(page.get_by_role("alert")).to_have_text("登录名或密码错误。")


def test_each_role_sees_the_places_of_its_work(sign_in: Callable[[str], Page]) -> None:
    page = sign_in("vendor_engineer")
    expect(page.locator("nav.places a")).to_have_text(
        [
            *("我的工作", "到期提醒", "授权申请", "授权台账", "授权导入", "验收单", "归档", "单位"),
            *("技术服务工单", "漏洞与补丁通告"),
        ]
    )
    page.locator("details.me summary").click()
    page.get_by_role("button", name="退出登录").click()
    expect(page.locator("input[name=password]")).to_be_visible()
