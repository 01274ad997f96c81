"""A report with an annex of 20,000 rows: pages a second against reportlab's own LongTable, and what memory it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import LongTable, SimpleDocTemplate, TableStyle

from bench.measuring import Result, side_by_side, stopwatch
from licensetrack.reports.document import AnnexTitle, Column, Document, Paragraph, Properties, Row, Section, Table
from licensetrack.reports.fonts import Purpose, font_book
from licensetrack.reports.numbers import Kind
from licensetrack.reports.pdf import render_pdf

ROWS, FEW, ROUNDS = 20_000, 2_000, 1
TITLES = ("序号", "授权编号", "单位名称", "所属区", "产品", "CPU数", "发放日期", "导入日期", "验收日期", "验收材料")
LIMIT_MB = 16
"""What ten times the rows may take besides: the file itself, which is held until it is whole."""


class Rows:
    """The rows one by one, as often as they are asked for; none is kept."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __iter__(self) -> Iterator[Row]:
        day = dt.date(2024, 1, 1)
        for n in range(1, self.count + 1):
            at = day + dt.timedelta(days=n % 360)
            name = f"深圳市{'南山区福田区罗湖区'[n % 3 * 3 : n % 3 * 3 + 3]}第{n % 500}政务服务中心"
            yield (
                n,
                f"SQ-2024-{n:05}",
                name,
                "南山区",
                "虚拟化软件",
                n % 400 + 4,
                at,
                at,
                at,
                f"SQ-2024-{n:05}-验收单.pdf",
            )


def run(folder: Path) -> list[Result]:
    """Pages a second as a share of LongTable's, and how much memory the long annex takes more than a short one."""
    ours, theirs, few = side_by_side(
        ("bench.annex:ours", "bench.annex:long_table", "bench.annex:few"), {"folder": str(folder)}, ROUNDS
    )
    pages = {name: int((folder / name).read_text()) for name in ("ours", "theirs")}
    speed = (pages["ours"] / ours.median) / (pages["theirs"] / theirs.median)
    note = f"{pages['ours'] / ours.median:.0f} pages/s against {pages['theirs'] / theirs.median:.0f}, {ROWS:,} rows"
    grown = ours.peak - few.peak
    return [
        Result("an annex of 20,000 rows, pages/s of LongTable", speed, 0.4, "×", note, at_least=True),
        Result(
            "its memory beyond an annex of 2,000 rows",
            grown,
            LIMIT_MB,
            "MB",
            f"LongTable: {theirs.peak:.0f} MB in all, ours {ours.peak:.0f}",
        ),
    ]


def ours(folder: str) -> dict[str, float]:
    """The annex as part of a document, from rows that are read as they are printed."""
    answer, content = _print(ROWS)
    (Path(folder) / "ours").write_text(str(len(PdfReader(BytesIO(content)).pages)))
    return answer


def few(folder: str) -> dict[str, float]:
    """The same with few rows: what the program takes by itself."""
    answer, content = _print(FEW)
    (Path(folder) / "few").write_text(str(len(PdfReader(BytesIO(content)).pages)))
    return answer


def _print(count: int) -> tuple[dict[str, float], bytes]:
    answer: dict[str, float] = {}
    font_book()
    kinds = (Kind.INDEX, *(Kind.TEXT,) * 4, Kind.COUNT, *(Kind.DATE,) * 3, Kind.TEXT)
    table = Table(tuple(map(Column, TITLES, kinds)), Rows(count))
    blocks = (Paragraph(("正文。",)), Section(landscape=True), AnnexTitle("附件1", "授权明细"), table)
    document = Document("授权明细", Properties("本中心", dt.datetime(2025, 3, 20, tzinfo=dt.UTC)), blocks)
    with stopwatch(answer):
        content = render_pdf(document)
    return answer, content


def long_table(folder: str) -> dict[str, float]:
    """The same rows with the same fonts, grid and repeated heading."""
    answer: dict[str, float] = {}
    font = font_book()[Purpose.TABLE].names[0]
    output = BytesIO()
    with stopwatch(answer):
        rows: list[Any] = [TITLES, *([str(cell) for cell in row] for row in Rows(ROWS))]
        widths = [max(stringWidth(row[column], font, 9) for row in rows[:200]) + 7 for column in range(len(TITLES))]
        table = LongTable(rows, colWidths=widths, repeatRows=1)
        table.setStyle(TableStyle([("FONT", (0, 0), (-1, -1), font, 9), ("GRID", (0, 0), (-1, -1), 0.4, colors.grey)]))
        SimpleDocTemplate(output, pagesize=landscape(A4)).build([table])
    (Path(folder) / "theirs").write_text(str(len(PdfReader(BytesIO(output.getvalue())).pages)))
    return answer
