"""Paints a scene onto a PDF page as vectors, text as text."""

from __future__ import annotations

from typing import Any

from reportlab.lib.colors import Color, HexColor

from licensetrack.reports.fonts import FontBook, FontChain, Purpose
from licensetrack.reports.pdf_text import put
from licensetrack.reports.scene import LIGHT, Area, Dot, Line, Polyline, Rect, Scene, Shape, Text

_COLORS: dict[str, Color] = {role: HexColor(code) for role, code in LIGHT.items()}


def paint(scene: Scene, canvas: Any, x: float, top: float, scale: float, fonts: FontBook) -> None:
    """Draws the scene with its upper left corner at (x, top), `scale` points per scene unit."""
    canvas.saveState()
    canvas.translate(x, top)
    canvas.scale(scale, scale)
    for shape in scene.shapes:
        _paint_shape(canvas, shape, fonts)
    canvas.restoreState()


def _paint_shape(canvas: Any, shape: Shape, fonts: FontBook) -> None:
    match shape:
        case Rect(left, y, width, height, role, radius, _):
            canvas.setFillColor(_COLORS[role])
            if radius and width > 2 * radius:
                canvas.roundRect(left, -y - height, width, height, radius, stroke=0, fill=1)
            else:
                canvas.rect(left, -y - height, width, height, stroke=0, fill=1)
        case Line(x1, y1, x2, y2, role, width, dashed):
            canvas.setStrokeColor(_COLORS[role])
            canvas.setLineWidth(width)
            canvas.setDash([4, 3] if dashed else [])
            canvas.line(x1, -y1, x2, -y2)
            if dashed:
                canvas.setDash([])
        case Polyline(points, role, width):
            canvas.setStrokeColor(_COLORS[role])
            canvas.setLineWidth(width)
            canvas.setLineJoin(1)
            canvas.setLineCap(1)
            canvas.drawPath(_path(canvas, points), stroke=1, fill=0)
            canvas.setLineCap(0)
        case Area(points, role):
            canvas.setFillColor(_COLORS[role])
            canvas.drawPath(_path(canvas, points), stroke=0, fill=1)
        case Dot(left, y, radius, role, _):
            canvas.setFillColor(_COLORS[role])
            canvas.setStrokeColor(_COLORS["paper"])
            canvas.setLineWidth(1.2)
            canvas.circle(left, -y, radius, stroke=1, fill=1)
        case Text():
            _paint_text(canvas, shape, fonts[Purpose.HEADING])


def _paint_text(canvas: Any, shape: Text, chain: FontChain) -> None:
    width = chain.width(shape.text, shape.size)
    start = {"start": 0.0, "middle": width / 2, "end": width}[shape.anchor]
    color = _COLORS[shape.role]
    canvas.setFillColor(color)
    if shape.bold:
        canvas.setStrokeColor(color)
        canvas.setLineWidth(0.035 * shape.size)
    text = canvas.beginText(shape.x - start, -shape.y)
    text.setFont(chain.names[0], shape.size)
    if shape.bold:
        text.setTextRenderMode(2)
    put(text, chain, shape.size, shape.text)
    if shape.bold:
        text.setTextRenderMode(0)
    canvas.drawText(text)


def _path(canvas: Any, points: tuple[tuple[float, float], ...]) -> Any:
    path = canvas.beginPath()
    path.moveTo(points[0][0], -points[0][1])
    for left, y in points[1:]:
        path.lineTo(left, -y)
    return path
