"""An OpenType font with CFF outlines as a reportlab font: embedded as a subset of its own outlines, searchable and
copyable.

reportlab itself takes only TrueType outlines. In the file this is a Type 0 font (Identity-H) over a CIDFontType0
whose FontFile3 has the subtype CIDFontType0C, with a ToUnicode map; ISO 32000-1, 9.7 and 9.10.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from fontTools.ttLib import TTFont as OpenTypeFont
from reportlab.pdfbase import pdfdoc

from licensetrack.reports.cff_data import UnusableOutlines
from licensetrack.reports.cff_subset import Outlines

_NO_BREAK_SPACE, _SPACE = 0xA0, 0x20


class _Usage:
    """What one PDF has drawn with the font: the glyphs by number, each with the character it stands for."""

    def __init__(self) -> None:
        self.glyphs: dict[int, int] = {}
        self.internal_name = ""


class _Face:
    """The part of a reportlab type face that its canvas asks for."""

    requiredEncoding = None  # noqa: N815 - reportlab's name

    def __init__(self, name: str, ascent: float, descent: float) -> None:
        self.name, self.ascent, self.descent = name, ascent, descent

    def findT1File(self, ext: str = ".pfb") -> None:  # noqa: N802 - reportlab's name
        """There is no Type 1 file."""


class CFFFont:
    """A font that reportlab's canvas can draw with; raises UnusableOutlines if the file is not CID-keyed CFF.

    The attribute and method names in camelCase are reportlab's protocol for dynamic fonts.
    """

    _multiByte = 1  # noqa: N815
    _dynamicFont = 1  # noqa: N815
    shapable = False
    substitutionFonts: tuple[object, ...] = ()  # noqa: N815
    encName = "Identity-H"  # noqa: N815

    def __init__(self, name: str, path: Path, number: int = -1) -> None:
        self.fontName = name
        with path.open("rb") as file:
            font = OpenTypeFont(file, lazy=True, fontNumber=number)
            if "CFF " not in font:
                raise UnusableOutlines("no CFF outlines")
            self._read_metrics(font)
            table = font.reader.tables["CFF "]
            file.seek(table.offset)
            self._outlines = Outlines(file.read(table.length))
        self.face = _Face(self._postscript_name, self._ascent, self._descent)
        self.encoding = self
        self._usages: WeakKeyDictionary[Any, _Usage] = WeakKeyDictionary()

    def _read_metrics(self, font: OpenTypeFont) -> None:
        per_mille = 1000 / font["head"].unitsPerEm
        advances = font["hmtx"].metrics
        self.glyph_of: dict[int, int] = {}
        self.widths: dict[int, float] = {}
        for char, glyph_name in font.getBestCmap().items():
            self.glyph_of[char] = font.getGlyphID(glyph_name)
            self.widths[char] = advances[glyph_name][0] * per_mille
        head, metrics = font["head"], font["OS/2"]
        self._bbox = [round(side * per_mille) for side in (head.xMin, head.yMin, head.xMax, head.yMax)]
        self._postscript_name = str(font["name"].getDebugName(6) or self.fontName)
        self._ascent = round(metrics.sTypoAscender * per_mille)
        self._descent = round(metrics.sTypoDescender * per_mille)
        self._cap_height = round(getattr(metrics, "sCapHeight", 700) * per_mille)
        self._serif = 2 if "Serif" in self._postscript_name else 0

    def stringWidth(self, text: str, size: float, encoding: str = "utf8") -> float:  # noqa: N802 - reportlab's name
        """Width in points; a character the font lacks counts one em."""
        widths = self.widths
        return sum(widths.get(ord(char), 1000.0) for char in text) * size * 0.001

    def splitString(self, text: str, doc: object, encoding: str = "utf-8") -> list[tuple[int, bytes]]:  # noqa: N802
        """The codes of the text: two bytes per character, all in one subset."""
        usage = self._usages.get(doc)
        if usage is None:
            usage = self._usages[doc] = _Usage()
        glyphs, glyph_of, cid = usage.glyphs, self.glyph_of, self._outlines.cid
        codes = bytearray()
        for char in text:
            code = ord(char)
            glyph = glyph_of.get(_SPACE if code == _NO_BREAK_SPACE else code, 0)
            if glyph:
                glyphs.setdefault(glyph, code)
            codes += cid(glyph).to_bytes(2, "big")
        return [(0, bytes(codes))]

    def getSubsetInternalName(self, number: int, doc: Any) -> str:  # noqa: N802 - reportlab's name
        """The font's name in the PDF's resources; the font is written when the file is."""
        usage = self._usages.setdefault(doc, _Usage())
        if not usage.internal_name:
            usage.internal_name = f"F{len(doc.fontMapping) + 1}"
            doc.fontMapping[self.fontName] = "/" + usage.internal_name
            doc.delayedFonts.append(self)
        return "/" + usage.internal_name

    def addObjects(self, doc: Any) -> None:  # noqa: N802 - reportlab's name
        """Writes the font and everything it refers to into the document."""
        usage = self._usages.pop(doc)
        glyphs = sorted(usage.glyphs)
        tag = hashlib.sha256(repr(glyphs).encode()).digest()
        base = "".join(chr(65 + byte % 26) for byte in tag[:6]) + "+" + self._postscript_name
        name, make = pdfdoc.PDFName, pdfdoc.PDFDictionary
        outlines = _stream(self._outlines.subset(glyphs, base))
        outlines.dictionary["Subtype"] = name("CIDFontType0C")
        descriptor = make(
            {
                "Type": name("FontDescriptor"),
                "FontName": name(base),
                "Flags": 4 + self._serif,
                "FontBBox": pdfdoc.PDFArray(self._bbox),
                "ItalicAngle": 0,
                "Ascent": self._ascent,
                "Descent": self._descent,
                "CapHeight": self._cap_height,
                "StemV": 80,
                "FontFile3": doc.Reference(outlines, "outlines:" + base),
            }
        )
        descendant = make(
            {
                "Type": name("Font"),
                "Subtype": name("CIDFontType0"),
                "BaseFont": name(base),
                "DW": 1000,
                "W": self._width_array(usage.glyphs),
                "FontDescriptor": doc.Reference(descriptor, "descriptor:" + base),
                "CIDSystemInfo": make(
                    {"Registry": pdfdoc.PDFString("Adobe"), "Ordering": pdfdoc.PDFString("Identity"), "Supplement": 0}
                ),
            }
        )
        font = make(
            {
                "Type": name("Font"),
                "Subtype": name("Type0"),
                "BaseFont": name(base + "-Identity-H"),
                "Encoding": name("Identity-H"),
                "DescendantFonts": pdfdoc.PDFArray([doc.Reference(descendant, "cid:" + base)]),
                "ToUnicode": doc.Reference(_stream(self._unicode_map(usage.glyphs)), "unicode:" + base),
            }
        )
        fonts = doc.idToObject["BasicFonts"].dict
        fonts[usage.internal_name] = doc.Reference(font, usage.internal_name)

    def _width_array(self, glyphs: dict[int, int]) -> Any:
        entries: list[object] = []
        by_cid = {self._outlines.cid(glyph): self.widths.get(char, 1000.0) for glyph, char in glyphs.items()}
        for cid, width in sorted(by_cid.items()):
            if round(width) != 1000:
                entries += [cid, pdfdoc.PDFArray([round(width)])]
        return pdfdoc.PDFArray(entries)

    def _unicode_map(self, glyphs: dict[int, int]) -> bytes:
        rows = [
            f"<{self._outlines.cid(glyph):04X}> <{chr(char).encode('utf-16-be').hex().upper()}>"
            for glyph, char in sorted(glyphs.items(), key=lambda pair: self._outlines.cid(pair[0]))
        ]
        lines = [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange <0000> <FFFF> endcodespacerange",
        ]
        for start in range(0, len(rows), 100):
            block = rows[start : start + 100]
            lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
        lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
        return "\n".join(lines).encode("ascii")


def _stream(content: bytes) -> Any:
    stream = pdfdoc.PDFStream(content=content)
    stream.filters = [pdfdoc.PDFZCompress]
    return stream
