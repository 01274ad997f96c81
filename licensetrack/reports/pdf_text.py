"""Breaks Chinese text into lines and draws it: numbers and Latin words stay whole, no 。 begins a line and no （
ends one.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from licensetrack.reports.fonts import FontChain

_NEVER_FIRST = frozenset("，。、；：？！）》〉」』】〕］｝”’％‰℃…—～·,.;:?!)]}%々")
_NEVER_LAST = frozenset("（《〈「『【〔［｛“‘([{")
_HANGING = frozenset("，。、；：")
_TOKEN = re.compile(r"[!-~≥≤±×°]+|\s+|.")

ASCENT = 0.88
"""Height of the em box above the baseline, in em, in CJK fonts."""


class Line(NamedTuple):
    """A line as it is drawn: pieces with their character spacing, and the width they take without what hangs over."""

    pieces: tuple[tuple[str, float], ...]
    width: float

    @property
    def text(self) -> str:
        """The line as it is read."""
        return "".join(piece for piece, _ in self.pieces)


class _Cluster(NamedTuple):
    """Characters between which no line may end."""

    text: str
    width: float
    hang: float  # width of the punctuation that may stand over the edge


def break_text(
    text: str,
    chain: FontChain,
    size: float,
    width: float,
    *,
    indent: float = 0,
    tracking: float = 0,
    justified: bool = False,
) -> list[Line]:
    """The lines of one paragraph in a column of `width` points; `indent` is the first line's in points.

    In justified text one 。 or 、 may hang over the right edge, as Word has it; a word that the
    narrowest line can not hold is broken where it must be.
    """
    lines: list[Line] = []
    room = width - indent
    held: list[_Cluster] = []
    taken = 0.0
    for cluster in _clusters(text, chain, size, tracking, width - max(indent, 0.0)):
        hang = cluster.hang if justified else 0.0
        if held and taken + cluster.width - hang > room + 0.01:
            lines.append(_line(held, chain, size, tracking, room if justified else None))
            held, taken, room = [], 0.0, width
            if cluster.text.isspace():
                continue
        held.append(cluster)
        taken += cluster.width
    if held or not lines:
        lines.append(_line(held, chain, size, tracking, None))
    return lines


def _clusters(text: str, chain: FontChain, size: float, tracking: float, widest: float) -> list[_Cluster]:
    groups: list[str] = []
    opened = False
    for token in _TOKEN.findall(text):
        if groups and not token.isspace() and (opened or token[0] in _NEVER_FIRST):
            groups[-1] += token
        else:
            groups.append(token)
        opened = token[-1] in _NEVER_LAST
    clusters: list[_Cluster] = []
    for group in groups:
        width = chain.width(group, size) + tracking * len(group)
        if width > widest:
            parts = [(char, chain.width(char, size) + tracking) for char in group]
            clusters += [_Cluster(char, wide, 0.0) for char, wide in parts]
        else:
            hang = chain.width(group[-1], size) + tracking if len(group) > 1 and group[-1] in _HANGING else 0.0
            clusters.append(_Cluster(group, width, hang))
    return clusters


def _line(clusters: list[_Cluster], chain: FontChain, size: float, tracking: float, room: float | None) -> Line:
    """Puts clusters on a line; `room` stretches it to that width by opening the gaps between hanzi and around
    words.
    """
    while clusters and clusters[-1].text.isspace():
        clusters = clusters[:-1]
    text = "".join(cluster.text for cluster in clusters)
    width = sum(cluster.width for cluster in clusters)
    if room is None or not text:
        return Line(((text, tracking),), width)
    hang = clusters[-1].hang if width > room else 0.0
    gaps = len(_TOKEN.findall(text)) - 1 - (1 if hang else 0)
    extra = (room - (width - hang) + tracking) / gaps if gaps > 0 else 0.0
    if abs(extra) < 0.01:
        return Line(((text, tracking),), width - hang)
    pieces: list[tuple[str, float]] = []
    loose = ""
    for token in _TOKEN.findall(text):
        if len(token) > 1:
            if loose:
                pieces.append((loose, tracking + extra))
            pieces.append((token[:-1], tracking))
            loose = token[-1]
        else:
            loose += token
    pieces.append((loose, tracking + extra))
    return Line(tuple(pieces), room)


def start_text(canvas: Any, chain: FontChain, size: float, bold: bool = False) -> Any:
    """A text object in the chain's first font; `bold` thickens a font that stands in for a heavier one."""
    text = canvas.beginText(0, 0)
    text.setFont(chain.names[0], size)
    if bold and chain.stroke:
        canvas.setLineWidth(chain.stroke * size)
        text.setTextRenderMode(2)
    return text


def put(text: Any, chain: FontChain, size: float, string: str) -> None:
    """Writes a string at the text object's position, in the fonts that have its characters."""
    runs = chain.runs(string)
    if len(runs) == 1 and runs[0][0] == chain.names[0]:
        text.textOut(string)
        return
    for name, run in runs:
        text.setFont(name, size)
        text.textOut(run)
    text.setFont(chain.names[0], size)


def draw_lines(
    canvas: Any, chain: FontChain, size: float, positioned: list[tuple[float, float, Line]], bold: bool = False
) -> None:
    """Draws lines at the given x and baseline y; the canvas's fill color is the text's."""
    text = start_text(canvas, chain, size, bold)
    spacing = 0.0
    for x, y, line in positioned:
        text.setTextOrigin(x, y)
        for piece, wanted in line.pieces:
            if wanted != spacing:
                text.setCharSpace(wanted)
                spacing = wanted
            put(text, chain, size, piece)
    if spacing:
        text.setCharSpace(0)
    if bold and chain.stroke:
        text.setTextRenderMode(0)
    canvas.drawText(text)
