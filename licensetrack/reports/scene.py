"""A drawing in plain shapes with color roles; drawn once, it becomes SVG for pages (here) and vectors in the PDF
(pdf_scene).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Literal

Role = Literal[
    "ink", "muted", "grid", "track", "band", "first", "second", "third", "area", "target", "paper", "on-third"
]
Anchor = Literal["start", "middle", "end"]

LIGHT: dict[Role, str] = {
    "ink": "#1f2a37",
    "muted": "#566173",
    "grid": "#e2e7ee",
    "track": "#eef1f6",
    "band": "#dde4ee",
    "first": "#1d5fa8",
    "second": "#86b4e0",
    "third": "#e0a33e",
    "area": "#e3edf8",
    "target": "#b4232a",
    "paper": "#ffffff",
    "on-third": "#1f2a37",
}
DARK: dict[Role, str] = {
    "ink": "#e6eaf0",
    "muted": "#a3aebd",
    "grid": "#343d4a",
    "track": "#262e39",
    "band": "#343f4e",
    "first": "#6aa9ec",
    "second": "#3f6c9e",
    "third": "#d9a441",
    "area": "#22364d",
    "target": "#ff8a85",
    "paper": "#161b22",
    "on-third": "#1f2a37",
}


@dataclass(frozen=True)
class Rect:
    """A filled rectangle, with rounded corners of `radius`; `tip` is shown on hover."""

    x: float
    y: float
    width: float
    height: float
    role: Role
    radius: float = 0
    tip: str = ""


@dataclass(frozen=True)
class Line:
    """A straight stroke, dashed or not."""

    x1: float
    y1: float
    x2: float
    y2: float
    role: Role
    width: float = 1
    dashed: bool = False


@dataclass(frozen=True)
class Polyline:
    """An open stroke through points."""

    points: tuple[tuple[float, float], ...]
    role: Role
    width: float = 2


@dataclass(frozen=True)
class Area:
    """A filled polygon."""

    points: tuple[tuple[float, float], ...]
    role: Role


@dataclass(frozen=True)
class Dot:
    """A data point."""

    x: float
    y: float
    radius: float
    role: Role
    tip: str = ""


@dataclass(frozen=True)
class Text:
    """A line of text on its baseline."""

    x: float
    y: float
    text: str
    role: Role = "ink"
    size: float = 12
    anchor: Anchor = "start"
    bold: bool = False


Shape = Rect | Line | Polyline | Area | Dot | Text


@dataclass
class Scene:
    """Shapes on a canvas of `width` × `height` points, origin at the upper left, y downward."""

    width: float
    height: float
    title: str
    description: str = ""
    shapes: list[Shape] = field(default_factory=list)

    def add(self, *shapes: Shape) -> None:
        """Draws on top of what is there."""
        self.shapes.extend(shapes)


def text_width(text: str, size: float) -> float:
    """An estimate in points that holds for any usual font: a hanzi is one em, a digit 0.56."""
    total = 0.0
    for char in text:
        if char >= "\u2e80":
            total += 1.0
        elif char.isdigit():
            total += 0.56
        elif char in " .,:;|!'il()":
            total += 0.32
        else:
            total += 0.68 if char.isupper() or char in "%—≥≤" else 0.56
    return total * size


def shortened(text: str, size: float, width: float) -> str:
    """The text, or as much of it as fits into `width` with an ellipsis."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text + "…"


def svg(scene: Scene) -> str:
    """Inline SVG: classes only, no style attribute, so that a strict content security policy lets it stand."""
    head = (
        f'<svg class="chart" viewBox="0 0 {_n(scene.width)} {_n(scene.height)}" width="{_n(scene.width)}" '
        f'height="{_n(scene.height)}" role="img" aria-label="{escape(scene.description or scene.title)}" '
        f'xmlns="http://www.w3.org/2000/svg"><title>{escape(scene.title)}</title>'
    )
    return head + "".join(_shape_svg(shape) for shape in scene.shapes) + "</svg>"


def css() -> str:
    """The style sheet of inline charts: colors by role, light and dark (licensetrack/web/static/charts.css holds
    this text).
    """
    light = ";".join(f"--chart-{role}:{color}" for role, color in LIGHT.items())
    dark = ";".join(f"--chart-{role}:{color}" for role, color in DARK.items())
    rules = [
        "/* Colors of inline charts. Written by licensetrack.reports.scene.css(); a test keeps the two equal. */",
        f".chart{{{light}}}",
        f'[data-bs-theme="dark"] .chart{{{dark}}}',
        f'@media (prefers-color-scheme:dark){{:root:not([data-bs-theme="light"]) .chart{{{dark}}}}}',
        f"@media print{{:root .chart{{{light}}}}}",
        ".chart{display:block;width:100%;height:auto;font-variant-numeric:tabular-nums;"
        'font-family:"Noto Sans SC","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}',
        ".chart-line{fill:none;stroke-linecap:round;stroke-linejoin:round}",
        ".chart-dot{stroke:var(--chart-paper);stroke-width:1.5}",
        ".chart rect:hover,.chart circle:hover{opacity:.82}",
    ]
    for role in LIGHT:
        rules.append(
            f".chart-fill-{role}{{fill:var(--chart-{role})}}.chart-stroke-{role}{{stroke:var(--chart-{role})}}"
        )
    return "\n".join(rules) + "\n"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _points(points: tuple[tuple[float, float], ...]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _tip(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""


def _shape_svg(shape: Shape) -> str:
    match shape:
        case Rect(x, y, width, height, role, radius, tip):
            corner = f' rx="{_n(radius)}"' if radius else ""
            return (
                f'<rect class="chart-fill-{role}" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" '
                f'height="{_n(height)}"{corner}>{_tip(tip)}</rect>'
            )
        case Line(x1, y1, x2, y2, role, width, dashed):
            dash = ' stroke-dasharray="4 3"' if dashed else ""
            return (
                f'<line class="chart-stroke-{role}" x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" '
                f'stroke-width="{_n(width)}"{dash}/>'
            )
        case Polyline(points, role, width):
            look = f'class="chart-line chart-stroke-{role}" stroke-width="{_n(width)}"'
            return f'<polyline {look} points="{_points(points)}"/>'
        case Area(points, role):
            return f'<polygon class="chart-fill-{role}" points="{_points(points)}"/>'
        case Dot(x, y, radius, role, tip):
            place = f'cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"'
            return f'<circle class="chart-dot chart-fill-{role}" {place}>{_tip(tip)}</circle>'
        case Text(x, y, text, role, size, anchor, bold):
            weight = ' font-weight="600"' if bold else ""
            return (
                f'<text class="chart-fill-{role}" x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" '
                f'text-anchor="{anchor}"{weight}>{escape(text)}</text>'
            )
