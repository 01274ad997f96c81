"""The measures of an official document, GB/T 9704-2012, that PDF and Word share: paper, margins, type sizes, line
pitch.
"""

from __future__ import annotations

from dataclasses import dataclass

from licensetrack.reports.document import AnnexTitle, Heading, Paragraph, Tone
from licensetrack.reports.fonts import Purpose

MM = 72 / 25.4
"""Points per millimeter."""

LINES_PER_PAGE = 22
CHARACTERS_PER_LINE = 28


@dataclass(frozen=True)
class Page:
    """Paper and margins in millimeters."""

    width: float
    height: float
    top: float
    right: float
    bottom: float
    left: float

    @property
    def text_width(self) -> float:
        """Width of the type area in points."""
        return (self.width - self.left - self.right) * MM

    @property
    def text_height(self) -> float:
        """Height of the type area in points."""
        return (self.height - self.top - self.bottom) * MM


PORTRAIT = Page(210, 297, top=37, right=26, bottom=35, left=28)
LANDSCAPE = Page(297, 210, top=28, right=27, bottom=26, left=27)
"""For wide annexes: bound sheets are turned, so the binding edge of 28 mm lies on top."""

SIZE_2, SIZE_SMALL_2, SIZE_3, SIZE_4, SIZE_SMALL_4, SIZE_5, SIZE_SMALL_5 = 22.0, 18.0, 16.0, 14.0, 12.0, 10.5, 9.0
"""Type sizes 2号, 小二, 3号, 4号, 小四, 5号 and 小五 in points."""

LINE_PITCH = PORTRAIT.text_height / LINES_PER_PAGE - 0.01
TRACKING = PORTRAIT.text_width / CHARACTERS_PER_LINE - SIZE_3
"""28 characters of 16 points are a little wider than 156 mm: each gives way by a fifth of a point."""


@dataclass(frozen=True)
class TextStyle:
    """How a paragraph is set; `indent` is the first line's in characters, `right` the distance from the right edge
    in characters.
    """

    purpose: Purpose
    size: float
    leading: float
    indent: float = 0
    right: float = 0
    centered: bool = False
    flush_right: bool = False
    justified: bool = False
    tracking: float = 0
    before: float = 0
    after: float = 0


TITLE = TextStyle(Purpose.TITLE, SIZE_2, 36, centered=True, before=LINE_PITCH)
SUBTITLE = TextStyle(Purpose.SUBHEADING, SIZE_3, LINE_PITCH, centered=True, before=6)
BODY = TextStyle(Purpose.BODY, SIZE_3, LINE_PITCH, indent=2, justified=True, tracking=TRACKING)
CENTERED = TextStyle(Purpose.BODY, SIZE_3, LINE_PITCH, centered=True)
FLUSH_RIGHT = TextStyle(Purpose.BODY, SIZE_3, LINE_PITCH, flush_right=True)
SIGNATURE = TextStyle(Purpose.BODY, SIZE_3, LINE_PITCH, flush_right=True, right=4)
NOTE = TextStyle(Purpose.TABLE, SIZE_SMALL_5, 14, justified=True, before=4, after=8)
UNIT = TextStyle(Purpose.TABLE, SIZE_SMALL_5, 14, flush_right=True, after=2)
CAPTION = TextStyle(Purpose.HEADING, SIZE_5, 18, centered=True, before=8, after=5)
CHART_CAPTION = TextStyle(Purpose.HEADING, SIZE_5, 18, centered=True, before=4, after=10)
ANNEX_NUMBER = TextStyle(Purpose.HEADING, SIZE_3, LINE_PITCH)
ANNEX_TITLE = TextStyle(Purpose.TITLE, SIZE_SMALL_2, 30, centered=True, before=4, after=8)

HEADINGS = {
    1: TextStyle(Purpose.HEADING, SIZE_3, LINE_PITCH, indent=2, tracking=TRACKING),
    2: TextStyle(Purpose.SUBHEADING, SIZE_3, LINE_PITCH, indent=2, tracking=TRACKING),
    3: TextStyle(Purpose.BODY, SIZE_3, LINE_PITCH, indent=2, tracking=TRACKING),
    4: TextStyle(Purpose.BODY, SIZE_3, LINE_PITCH, indent=2, tracking=TRACKING),
}
_TONES = {Tone.BODY: BODY, Tone.CENTERED: CENTERED, Tone.RIGHT: FLUSH_RIGHT, Tone.NOTE: NOTE}


def heading_style(heading: Heading) -> TextStyle:
    """一、 in 黑体, （一） in 楷体, 1. and （1） in 仿宋, all in the size of the text."""
    return HEADINGS[heading.level]


def paragraph_style(paragraph: Paragraph) -> TextStyle:
    """The dress of a paragraph's tone."""
    return _TONES[paragraph.tone]


def table_size(columns: int, landscape: bool) -> float:
    """5号 for tables of up to six columns on upright pages, 小五 for wider ones."""
    return SIZE_5 if columns <= 6 and not landscape else SIZE_SMALL_5


def bookmark_level(block: Heading | AnnexTitle) -> int:
    """Depth in the bookmarks, from 0."""
    return block.level - 1 if isinstance(block, Heading) else 0
