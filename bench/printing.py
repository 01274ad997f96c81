"""The evaluation and its form as PDF, against drawing the same strings and cells on a bare reportlab canvas.

What is drawn is recorded once from the real report, call by call; the bare side plays it back: each string at its
place in the same font, each fill and each rule of a table. It breaks no line, measures nothing and draws no chart.
"""

from __future__ import annotations

import json
import os
from io import BytesIO
from pathlib import Path
from typing import Any

from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from bench.measuring import Result, in_child, side_by_side, stopwatch
from licensetrack.core import db
from licensetrack.demo import run_demo
from licensetrack.performance import queries
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.fonts import font_book
from licensetrack.reports.outputs import write_evaluation

YEAR, ROUNDS, REPEATS = 2024, 3, 3
LIMITS = {"evaluation": ("the evaluation as PDF", 3), "self-assessment": ("the self-assessment form as PDF", 2)}


def run(folder: Path) -> list[Result]:
    """The time of each PDF as a multiple of the bare canvas's."""
    strings = in_child("bench.printing:prepare", {"folder": str(folder)})
    results = []
    for kind, (name, limit) in LIMITS.items():
        sides = ("bench.printing:report", "bench.printing:bare")
        ours, bare = side_by_side(sides, {"folder": str(folder), "kind": kind}, ROUNDS)
        note = f"{ours.median:.2f} s against {bare.median:.2f} s, {int(strings[kind]):,} strings"
        results.append(Result(name, ours.median / bare.median, limit, "×", note))
    return results


def prepare(folder: str) -> dict[str, int]:
    """Signs the sample year's evaluation, prints it, and writes down what was drawn."""
    os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/bench.db", "LICENSETRACK_BLOBS": f"{folder}/blobs"}
    run_demo(None, Path(folder) / "out", None)
    sheet, strings = _sheet(folder), {}
    recorder = _Recorder()
    recorder.listen()
    for kind in LIMITS:
        recorder.pages = [[]]
        write_evaluation(sheet, "pdf", kind)
        _recording(folder, kind).write_text(json.dumps(recorder.pages), encoding="utf-8")
        strings[kind] = sum(call[0] == "string" for page in recorder.pages for call in page)
    return strings


def _recording(folder: str, kind: str) -> Path:
    return Path(folder) / f"drawn-{kind}.json"


def report(folder: str, kind: str) -> dict[str, float]:
    """The real document, from the signed sheet to the bytes of the file."""
    answer: dict[str, float] = {}
    sheet = _sheet(folder)
    write_evaluation(sheet, "pdf", kind)  # once before, so that the fonts are open on both sides
    with stopwatch(answer):
        for _ in range(REPEATS):
            write_evaluation(sheet, "pdf", kind)
    return answer


def bare(folder: str, kind: str) -> dict[str, float]:
    """The recorded calls on a canvas."""
    answer: dict[str, float] = {}
    font_book()
    pages = json.loads(_recording(folder, kind).read_text(encoding="utf-8"))
    _draw(pages)
    with stopwatch(answer):
        for _ in range(REPEATS):
            _draw(pages)
    return answer


def _draw(pages: list[list[list[Any]]]) -> None:
    canvas = Canvas(BytesIO(), pageCompression=1, invariant=1)
    for page in pages:
        for name, *arguments in page:
            if name == "string":
                font, size, x, y, text = arguments
                canvas.setFont(font, size)
                canvas.drawString(x, y, text)
            elif name == "rect":
                canvas.rect(*arguments, stroke=0, fill=1)
            else:
                canvas.lines(arguments[0])
        canvas.showPage()
    canvas.save()


def _sheet(folder: str) -> EvaluationSheet:
    db.connect(f"sqlite:///{folder}/bench.db")
    with db.reading() as session:
        return queries.load_snapshot(session, queries.latest_signed(session, YEAR))


class _Recorder:
    """Writes down strings, fills and rules with their place on the page, while the real report is drawn."""

    def __init__(self) -> None:
        self.pages: list[list[list[Any]]] = [[]]

    def listen(self) -> None:
        """From now on, for the rest of this process."""
        text_out, rect, lines, show_page = PDFTextObject.textOut, Canvas.rect, Canvas.lines, Canvas.showPage

        def record_text(text: Any, string: str) -> None:
            x, y = text._canvas.absolutePosition(*text.getCursor())
            self.pages[-1].append(["string", text._fontname, text._fontsize, x, y, string])
            text_out(text, string)

        def record_rect(canvas: Any, x: float, y: float, width: float, height: float, **options: Any) -> None:
            self.pages[-1].append(["rect", *canvas.absolutePosition(x, y), width, height])
            rect(canvas, x, y, width, height, **options)

        def record_lines(canvas: Any, rules: Any, *options: Any) -> None:
            moved = [[*canvas.absolutePosition(a, b), *canvas.absolutePosition(c, d)] for a, b, c, d in rules]
            self.pages[-1].append(["lines", moved])
            lines(canvas, rules, *options)

        def record_page(canvas: Any) -> None:
            show_page(canvas)
            self.pages.append([])

        PDFTextObject.textOut, Canvas.rect = record_text, record_rect
        Canvas.lines, Canvas.showPage = record_lines, record_page
