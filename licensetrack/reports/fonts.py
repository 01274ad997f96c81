"""Finds the type for each purpose: the office's own fonts first, then the free ones that came with the installation.

GB/T 9704 asks for 小标宋, 仿宋, 楷体 and 黑体. Those fonts are licensed to the office and cannot be shipped, so an
administrator names their folder in ``LICENSETRACK_FONTS``. Without it, Noto Serif SC and Noto Sans SC stand in, the
same on every machine, so that the same document gives the same bytes; fonts of the system are only taken when those
are missing.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from fontTools.ttLib import TTCollection, TTFont, TTLibError
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFError
from reportlab.pdfbase.ttfonts import TTFont as TrueTypeFont

from licensetrack.core.errors import DomainError
from licensetrack.reports.cff_data import UnusableOutlines
from licensetrack.reports.cff_font import CFFFont

log = logging.getLogger(__name__)

FONTS_VARIABLE = "LICENSETRACK_FONTS"
_SYSTEM_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "C:/Windows/Fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
)
_ENDINGS = frozenset({".ttf", ".otf", ".ttc", ".otc"})
_CHINESE_PROBE = 0x5957  # 套


class FontsMissing(DomainError):
    """No font with Chinese characters could be found, so nothing can be printed."""

    def __init__(self, folder: str) -> None:
        super().__init__("No Chinese font found; put font files into the folder named by %(variable)s", variable=folder)


class Purpose(StrEnum):
    """What a text is set for."""

    TITLE = "title"
    BODY = "body"
    HEADING = "heading"
    SUBHEADING = "subheading"
    TABLE = "table"


_SERIF = ("notoserifsc", "notoserifcjksc", "sourcehanserifsc", "思源宋体")
_SANS = ("notosanssc", "notosanscjksc", "sourcehansanssc", "思源黑体")
_FAMILIES: dict[Purpose, tuple[str, ...]] = {
    Purpose.TITLE: ("方正小标宋简体", "方正小标宋gbk", "fzxiaobiaosong", "小标宋", *_SERIF),
    Purpose.BODY: ("仿宋gb2312", "仿宋", "fangsong", "方正仿宋", *_SERIF),
    Purpose.HEADING: ("黑体", "simhei", "方正黑体", *_SANS),
    Purpose.SUBHEADING: ("楷体gb2312", "楷体", "kaiti", "simkai", "方正楷体", *_SERIF),
    Purpose.TABLE: ("宋体", "simsun", "方正书宋", *_SANS),
}
"""Family names by preference, as `_key` writes them; a family matches if its name begins so."""

_STANDING_IN: dict[Purpose, float] = {Purpose.TITLE: 0.024, Purpose.HEADING: 0.022, Purpose.SUBHEADING: 0.02}
"""How much a stand-in font is thickened (stroke width in em), for it comes in one weight and has to look like its
original.
"""


@dataclass(frozen=True)
class FontFile:
    """A font in a file; `number` counts within a collection, -1 for a file with a single font."""

    path: Path
    number: int
    families: frozenset[str]


@dataclass
class FontChain:
    """The fonts of one purpose, best first: a character the first lacks comes from the next.

    `names` are names registered with reportlab, `stroke` is the thickening in em.
    """

    names: tuple[str, ...]
    tables: tuple[dict[int, float], ...]
    stroke: float
    _widths: dict[str, float] = field(default_factory=dict)

    def width(self, text: str, size: float) -> float:
        """Width of the text in points."""
        widths = self._widths
        try:
            return sum([widths[char] for char in text]) * size * 0.001
        except KeyError:
            for char in text:
                widths.setdefault(char, self._find(char)[1])
            return self.width(text, size)

    def runs(self, text: str) -> list[tuple[str, str]]:
        """The text in pieces, each with the name of the font that has its characters."""
        first = self.tables[0]
        if all(ord(char) in first for char in text):
            return [(self.names[0], text)]
        runs: list[tuple[str, str]] = []
        for char in text:
            name = self.names[self._find(char)[0]]
            if runs and runs[-1][0] == name:
                runs[-1] = (name, runs[-1][1] + char)
            else:
                runs.append((name, char))
        return runs

    def _find(self, char: str) -> tuple[int, float]:
        code = ord(char)
        for index, table in enumerate(self.tables):
            if code in table:
                return index, table[code]
        return 0, 1000.0


class FontBook:
    """A chain for every purpose."""

    def __init__(self, chains: dict[Purpose, FontChain]) -> None:
        self._chains = chains

    def __getitem__(self, purpose: Purpose) -> FontChain:
        return self._chains[purpose]


def font_book(folder: str | None = None) -> FontBook:
    """The fonts to print with; `folder` overrides the environment. Opened once per process. Raises FontsMissing."""
    return _open_book(folder if folder is not None else os.environ.get(FONTS_VARIABLE, ""))


_registering = Lock()


@lru_cache(maxsize=4)
def _open_book(folder: str) -> FontBook:
    shipped = list(_files_in(_shipped_folder()))
    files = [*(_files_in(Path(folder)) if folder else ()), *shipped]
    if not shipped:
        for place in _SYSTEM_FOLDERS:
            files += _files_in(Path(place))
    with _registering:
        return FontBook({purpose: _chain(purpose, files, folder) for purpose in Purpose})


def _chain(purpose: Purpose, files: list[FontFile], folder: str) -> FontChain:
    names: list[str] = []
    tables: list[dict[int, float]] = []
    original = False
    preferences = _FAMILIES[purpose]
    for rank, wanted in enumerate(preferences):
        for file in files:
            if not any(family.startswith(wanted) for family in file.families):
                continue
            font = _registered(file)
            if font is not None and font[0] not in names:
                original = original or (not names and not preferences[rank].startswith((*_SERIF, *_SANS)))
                names.append(font[0])
                tables.append(font[1])
    if not names:
        raise FontsMissing(folder or FONTS_VARIABLE)
    return FontChain(tuple(names), tuple(tables), 0.0 if original else _STANDING_IN.get(purpose, 0.0))


@lru_cache(maxsize=64)
def _registered(file: FontFile) -> tuple[str, dict[int, float]] | None:
    """The font's name in reportlab and its widths by character code, or None if it cannot be used."""
    name = f"{file.path.stem}-{max(file.number, 0)}"
    font: Any
    try:
        try:
            font = CFFFont(name, file.path, file.number)
            widths = font.widths
        except UnusableOutlines:
            font = TrueTypeFont(name, str(file.path), subfontIndex=max(file.number, 0))
            widths = font.face.charWidths
    except (TTFError, TTLibError, OSError) as error:
        log.warning("cannot use the font %s: %s", file.path.name, error)
        return None
    if _CHINESE_PROBE not in widths:
        return None
    pdfmetrics.registerFont(font)
    return name, widths


def _shipped_folder() -> Path:
    spec = find_spec("pylopdf_fonts_zh_cn")
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) if places else Path("/nonexistent")


@lru_cache(maxsize=16)
def _files_in(folder: Path) -> tuple[FontFile, ...]:
    return tuple(_read_folder(folder))


def _read_folder(folder: Path) -> Iterator[FontFile]:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.suffix.lower() not in _ENDINGS:
            continue
        try:
            with path.open("rb") as file:
                if path.suffix.lower() in (".ttc", ".otc"):
                    fonts = list(enumerate(TTCollection(file, lazy=True).fonts))
                else:
                    fonts = [(-1, TTFont(file, lazy=True))]
                found = [FontFile(path, number, _families(font)) for number, font in fonts]
            yield from found
        except (TTLibError, OSError) as error:
            log.warning("cannot read the font %s: %s", path.name, error)


def _families(font: TTFont) -> frozenset[str]:
    """The font's family and full names in every language, comparable; bold and italic cuts are no text fonts of
    their own.
    """
    names = [str(record) for record in font["name"].names if record.nameID in (1, 4, 16)]
    if any(re.search(r"bold|italic|black|light|thin|heavy|medium", name, re.IGNORECASE) for name in names):
        return frozenset()
    return frozenset(_key(name) for name in names)


def _key(name: str) -> str:
    return re.sub(r"[\s_\-]|regular$", "", name.lower())
