"""The PDF: same bytes every time, every font inside, the sentences in it, laid out as GB/T 9704 asks."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader

from licensetrack.reports.document import (
    AnnexTitle,
    Column,
    Document,
    Form,
    FormCell,
    Heading,
    Paragraph,
    Section,
    Table,
    label_cell,
)
from licensetrack.reports.numbers import Cell, Kind
from licensetrack.reports.pdf import render_pdf
from licensetrack.reports.styles import MM, PORTRAIT
from tests.reports.sample import annual_report

PRINT_ANEW = """
import sys
from tests.reports.sample import annual_report
from licensetrack.reports.pdf import render_pdf
sys.stdout.buffer.write(render_pdf(annual_report()))
"""


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render_pdf(annual_report())


@pytest.fixture(scope="module")
def pages(pdf: bytes) -> list[str]:
    return [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


def with_blocks(*blocks: object) -> Document:
    return replace(annual_report(), blocks=blocks)  # type: ignore[arg-type]


def test_printing_again_gives_the_same_bytes(pdf: bytes) -> None:
    assert render_pdf(annual_report()) == pdf


def test_printing_side_by_side_gives_the_same_bytes(pdf: bytes) -> None:
    with ThreadPoolExecutor(4) as threads:
        assert set(threads.map(lambda _: render_pdf(annual_report()), range(8))) == {pdf}


def test_another_process_elsewhere_prints_the_same_bytes(pdf: bytes) -> None:
    environment = os.environ | {"PYTHONHASHSEED": "4711", "TZ": "America/Lima", "LC_ALL": "C"}
    again = subprocess.run([sys.executable, "-c", PRINT_ANEW], env=environment, capture_output=True, check=True)
    assert again.stdout == pdf


def test_every_font_is_embedded_and_none_is_helvetica(
    pdf: bytes, tmp_path: Path, debian_tool: Callable[..., Path]
) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    listed = subprocess.run(
        [debian_tool("pdffonts", package="poppler-utils"), path], capture_output=True, text=True, check=True
    ).stdout.splitlines()[2:]
    assert len(listed) == 2
    for line in listed:
        assert re.search(r" yes +yes +yes ", line), "embedded, a subset, with Unicode values"
    assert b"Helvetica" not in pdf
    assert b"ZapfDingbats" not in pdf


def test_the_file_is_sound(pdf: bytes, tmp_path: Path, debian_tool: Callable[..., Path]) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    checked = subprocess.run(
        [debian_tool("qpdf", package="qpdf"), "--check", path], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_sentences_can_be_searched_and_copied(pdf: bytes, tmp_path: Path, debian_tool: Callable[..., Path]) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    tool = debian_tool("pdftotext", package="poppler-utils")
    text = subprocess.run([tool, path, "-"], capture_output=True, text=True, check=True).stdout
    text = re.sub(r"\s", "", text)
    assert "2024年虚拟化软件授权数量完成4375个CPU，云管理软件授权数量完成20083个CPU" in text
    assert "已为全市124家单位提供107套软件授权、71套云软件授权以及6套BMS授权，正式软件授权导入通过率100%" in text


def test_the_file_is_dated_with_the_sign_off(pdf: bytes) -> None:
    information = PdfReader(BytesIO(pdf)).metadata
    assert information is not None
    assert information.title == "2024年度全市政务云虚拟化和云管理软件场地授权项目绩效评价报告"
    assert information.author == "深圳市大数据资源管理中心"
    assert information["/CreationDate"] == "D:20250320080000+00'00'"


def test_bookmarks_follow_the_headings(pdf: bytes) -> None:
    def walk(items: list[object], depth: int) -> Iterator[tuple[int, str]]:
        for item in items:
            if isinstance(item, list):
                yield from walk(item, depth + 1)
            else:
                yield depth, item["/Title"]  # type: ignore[index]

    bookmarks = list(walk(PdfReader(BytesIO(pdf)).outline, 1))
    assert (1, "一、基本情况") in bookmarks
    assert (2, "（一）项目概况") in bookmarks
    assert (3, "1.项目背景") in bookmarks
    assert (1, "附件2 授权单位名录") in bookmarks


def test_pages_are_numbered_and_stand_upright_or_lie(pdf: bytes, pages: list[str]) -> None:
    sizes = [
        (round(page.mediabox.width / MM), round(page.mediabox.height / MM)) for page in PdfReader(BytesIO(pdf)).pages
    ]
    assert sizes[0] == (210, 297)
    assert sizes[-1] == (297, 210)
    for number, text in enumerate(pages, 1):
        assert f"—{number}—" in text


def test_twenty_two_lines_stand_on_a_page() -> None:
    lines = Paragraph(("授权" * 14 * 60,))
    page = PdfReader(BytesIO(render_pdf(with_blocks(lines)))).pages[1].extract_text().splitlines()
    body = [line for line in page if "授权" in line]
    assert len(body) == 22
    assert {len(line) for line in body} == {28}


def test_the_heading_of_a_table_stands_on_each_of_its_pages(pages: list[str]) -> None:
    annex = [text for text in pages if "SQ-2024-" in text and "验收单" in text]
    assert len(annex) > 3
    assert all("序号授权编号单位名称" in text for text in annex)
    for number in range(1, 185):
        assert sum(f"SQ-2024-{number:04d}-验收单" in text for text in annex) == 1


@pytest.mark.parametrize("above", [3, 24, 56, 60])
def test_the_heading_of_a_list_within_a_form_stands_on_each_page_of_the_list(above: int) -> None:
    """However the page's foot meets the list, its heading never stands there alone."""
    rows = [(label_cell("事项", 2), FormCell(f"上{number}")) for number in range(above)]
    rows.append((label_cell("目\n录", 1, 41), label_cell("表头"), label_cell("说明")))
    rows += [(FormCell(f"第{number}行"), FormCell("无")) for number in range(40)]
    rows += [(label_cell("填表人", 2), FormCell("某甲")) for _ in range(30)]
    form = Form((0.5, 2, 2), tuple(rows), listing=range(above, above + 41))
    texts = [page.extract_text() for page in PdfReader(BytesIO(render_pdf(with_blocks(form)))).pages]
    listed = [(text.count("表头"), len(re.findall(r"第\d+行", text))) for text in texts]
    assert sum(count for _, count in listed) == 40
    assert all(heads == (1 if count else 0) for heads, count in listed)
    assert len([count for _, count in listed if count]) > 1
    assert "".join(texts).count("填表人") == 30


def test_a_heading_stays_with_what_it_heads() -> None:
    filler = [Paragraph(("填充。",)) for _ in range(18)]
    document = with_blocks(*filler, Heading(1, "一、标题"), Heading(2, "（一）小标题"), Paragraph(("正文开始。",)))
    texts = [page.extract_text() for page in PdfReader(BytesIO(render_pdf(document))).pages]
    holding = [text for text in texts if "一、标题" in text]
    assert len(holding) == 1
    assert "（一）小标题" in holding[0]
    assert "正文开始" in holding[0]


def test_a_row_higher_than_a_page_goes_on_overleaf() -> None:
    table = Table((Column("序号", Kind.INDEX), Column("说明")), [(1, "很长的说明。" * 2000), (2, "短")])
    texts = [page.extract_text() for page in PdfReader(BytesIO(render_pdf(with_blocks(table)))).pages]
    assert sum(text.count("很") for text in texts) == 2000
    assert "短" in texts[-1]


class ReadingRows:
    """Rows that are read one by one and count how many were asked for."""

    def __init__(self, count: int) -> None:
        self.count, self.read = count, 0

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        for number in range(self.count):
            self.read += 1
            yield number, f"单位{number}", number * 3


def test_a_long_table_is_read_row_by_row() -> None:
    rows = ReadingRows(5000)
    columns = (Column("序号", Kind.INDEX), Column("单位"), Column("数量", Kind.COUNT))
    reader = PdfReader(BytesIO(render_pdf(with_blocks(Table(columns, rows)))))
    assert rows.read < 5000 + 600, "once for the page and a sample for the widths"
    assert len(reader.pages) > 100
    assert "单位4999" in reader.pages[-1].extract_text()


def test_an_empty_table_still_shows_its_heading() -> None:
    text = PdfReader(BytesIO(render_pdf(with_blocks(Table((Column("单位名称"),), []))))).pages[0].extract_text()
    assert "单位名称" in text


def test_a_landscape_section_ends_where_the_next_begins() -> None:
    document = with_blocks(
        Paragraph(("竖",)), Section(landscape=True), AnnexTitle("附件1", "横表"), Section(), Paragraph(("又竖",))
    )
    widths = [round(page.mediabox.width / MM) for page in PdfReader(BytesIO(render_pdf(document))).pages]
    assert widths == [210, 297, 210]


def test_the_type_area_is_156_by_225_millimeters() -> None:
    assert PORTRAIT.text_width / MM == pytest.approx(156)
    assert PORTRAIT.text_height / MM == pytest.approx(225)
