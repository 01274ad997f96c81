"""The Word file: same bytes, real headings, East-Asian fonts by name, editable charts, nothing to refresh."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import docx
import pytest
from docx.oxml.ns import qn
from python_calamine import CalamineWorkbook

from licensetrack.reports.docx import render_docx
from licensetrack.reports.docx_styles import EAST_ASIAN
from tests.reports.sample import QUALITY, annual_report, text

PRINT_ANEW = """
import sys
from tests.reports.sample import annual_report
from licensetrack.reports.docx import render_docx
sys.stdout.buffer.write(render_docx(annual_report()))
"""


@pytest.fixture(scope="module")
def file() -> bytes:
    return render_docx(annual_report())


@pytest.fixture(scope="module")
def parts(file: bytes) -> dict[str, str]:
    with ZipFile(BytesIO(file)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))}


def test_writing_again_gives_the_same_bytes(file: bytes) -> None:
    assert render_docx(annual_report()) == file


def test_another_process_elsewhere_writes_the_same_bytes(file: bytes) -> None:
    environment = os.environ | {"PYTHONHASHSEED": "4711", "TZ": "America/Lima", "LC_ALL": "C"}
    again = subprocess.run([sys.executable, "-c", PRINT_ANEW], env=environment, capture_output=True, check=True)
    assert again.stdout == file


def test_headings_are_headings(file: bytes) -> None:
    word = docx.Document(BytesIO(file))
    headings = [(p.style.name, p.text) for p in word.paragraphs if p.style and str(p.style.name).startswith("Heading")]
    assert headings[:3] == [
        ("Heading 1", "一、基本情况"),
        ("Heading 2", "（一）项目概况"),
        ("Heading 3", "1.项目背景"),
    ]
    for level in range(1, 5):
        outline = word.styles[f"Heading {level}"].element.find(qn("w:pPr")).find(qn("w:outlineLvl"))
        assert outline.get(qn("w:val")) == str(level - 1)


def test_east_asian_fonts_are_named(parts: dict[str, str]) -> None:
    named = set(re.findall(r'w:eastAsia="([^"]+)"', parts["word/styles.xml"])) - {"zh-CN"}
    assert set(EAST_ASIAN.values()) <= named
    assert "Theme" not in re.sub(r"<w:tblStyle.*", "", parts["word/styles.xml"].split("<w:latentStyles")[0])
    for name in EAST_ASIAN.values():
        assert re.search(f'w:name="{name}"><w:altName', parts["word/fontTable.xml"])


def test_nothing_has_to_be_refreshed(parts: dict[str, str]) -> None:
    for name, xml in parts.items():
        assert "w:fldChar" not in xml, name
        for instruction in re.findall(r'w:fldSimple [^>]*w:instr="([^"]*)"', xml):
            assert instruction.strip() == "PAGE"
    assert "updateFields" not in parts["word/settings.xml"]


def test_tables_repeat_their_headings_and_keep_rows_whole(parts: dict[str, str]) -> None:
    body = parts["word/document.xml"]
    tables = re.findall(r"<w:tbl>.*?</w:tbl>", body, re.DOTALL)
    assert len(tables) == 4
    assert all("<w:tblHeader/>" in table for table in tables if "自评" not in table and "项目名称" not in table)
    assert all(table.count("<w:tr>") == table.count("<w:cantSplit/>") for table in tables)
    assert 'w:vMerge w:val="restart"' in body


def test_wide_annexes_lie_on_their_side(file: bytes) -> None:
    sections = docx.Document(BytesIO(file)).sections
    assert [section.page_width > section.page_height for section in sections] == [False, True]  # type: ignore[operator]
    grid = sections[0]._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:linePitch")) == "580"


def test_charts_can_be_edited_and_hold_the_numbers(file: bytes, parts: dict[str, str]) -> None:
    charts = [name for name in parts if re.fullmatch(r"word/charts/chart\d+\.xml", name)]
    assert len(charts) == 7
    for name in charts:
        assert "<c:externalData" in parts[name]
        assert 'showSerName val="1"' not in parts[name]
    with ZipFile(BytesIO(file)) as archive:
        rows = CalamineWorkbook.from_filelike(BytesIO(archive.read("word/embeddings/chart1.xlsx")))
    assert rows.get_sheet_by_index(0).to_python() == [
        ["", "完成", "目标"],
        ["虚拟化软件授权", 4375.0, 4000.0],
    ]


def test_the_file_says_who_made_it_and_when(file: bytes) -> None:
    properties = docx.Document(BytesIO(file)).core_properties
    assert properties.author == properties.last_modified_by == "深圳市大数据资源管理中心"
    assert str(properties.created) == str(properties.modified) == "2025-03-20 08:00:00+00:00"
    with ZipFile(BytesIO(file)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert not [name for name in archive.namelist() if "thumbnail" in name]


@pytest.mark.slow
def test_libreoffice_opens_it_and_reads_the_sentences(
    file: bytes, tmp_path: Path, debian_tool: Callable[..., Path]
) -> None:
    office = debian_tool("soffice", package="libreoffice-writer-nogui")
    (tmp_path / "report.docx").write_bytes(file)
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", tmp_path, tmp_path / "report.docx"]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    tool = debian_tool("pdftotext", package="poppler-utils")
    read = subprocess.run([tool, tmp_path / "report.pdf", "-"], capture_output=True, text=True, check=True).stdout
    assert text(QUALITY).text in re.sub(r"\s", "", read)
    assert "SQ-2024-0184" in read
