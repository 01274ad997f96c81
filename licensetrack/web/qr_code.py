"""A QR code as shapes inside a page: no picture to fetch, nothing that leaves the page."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from reportlab.graphics.barcode.qr import QrCodeWidget

QUIET = 4  # modules of white around the code, as ISO/IEC 18004 asks


def modules(text: str) -> list[list[bool]]:
    """The code row by row, dark or not."""
    code: Any = QrCodeWidget(text, barLevel="M").qr  # type: ignore[attr-defined]
    code.make()
    size = range(code.getModuleCount())
    return [[bool(code.isDark(row, column)) for column in size] for row in size]


def qr_code(text: str, title: str) -> Markup:
    """An SVG of the code, dark on white in every light, since telephones read no other."""
    rows = modules(text)
    dark = "".join(
        f"M{QUIET + column} {QUIET + row}h1v1h-1z"
        for row, line in enumerate(rows)
        for column, is_dark in enumerate(line)
        if is_dark
    )
    return Markup(
        '<svg class="qr" viewBox="0 0 {0} {0}" role="img" aria-label="{1}" shape-rendering="crispEdges">'
        '<rect width="100%" height="100%" fill="#fff"/><path fill="#000" d="{2}"/></svg>'
    ).format(len(rows) + 2 * QUIET, title, dark)
