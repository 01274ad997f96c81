"""Fonts: the office's own come first, stand-ins fill the gaps, and outlines reach the PDF unchanged."""

from io import BytesIO
from pathlib import Path

import pylopdf_fonts_zh_cn
import pytest
import reportlab
from fontTools.cffLib import CFFFontSet
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from licensetrack.reports import fonts
from licensetrack.reports.cff_data import UnusableOutlines
from licensetrack.reports.cff_font import CFFFont
from licensetrack.reports.cff_subset import Outlines
from licensetrack.reports.fonts import FONTS_VARIABLE, FontsMissing, Purpose, font_book
from licensetrack.reports.pdf import render_pdf
from tests.reports.sample import annual_report

SHIPPED = Path(pylopdf_fonts_zh_cn.__file__).parent
SERIF = SHIPPED / "NotoSerifSC-Regular.otf"
TEXT = "为全市124家单位提供套软件授权GB/T（）—㛃䶮喆"


def renamed(folder: Path, family: str) -> Path:
    """A font of the office: the shipped sans under another family name."""
    path = folder / f"{family}.otf"
    with TTFont(SHIPPED / "NotoSansSC-Regular.otf") as font:
        for record in font["name"].names:
            if record.nameID in (1, 4, 16):
                record.string = family
        font.save(path)
    return path


def test_the_shipped_fonts_serve_every_purpose() -> None:
    book = font_book("")
    assert book[Purpose.BODY].names[0].startswith("NotoSerifSC")
    assert book[Purpose.HEADING].names[0].startswith("NotoSansSC")
    assert book[Purpose.TITLE].stroke > 0, "a stand-in for 小标宋 is thickened"
    assert book[Purpose.BODY].stroke == 0


def test_the_office_own_fonts_come_first_and_are_not_thickened(tmp_path: Path) -> None:
    renamed(tmp_path, "方正小标宋简体")
    book = font_book(str(tmp_path))
    assert book[Purpose.TITLE].names[0].startswith("方正小标宋简体")
    assert book[Purpose.TITLE].stroke == 0
    assert book[Purpose.BODY].names[0].startswith("NotoSerifSC")


def test_the_folder_is_read_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renamed(tmp_path, "仿宋_GB2312")
    monkeypatch.setenv(FONTS_VARIABLE, str(tmp_path))
    assert font_book()[Purpose.BODY].names[0].startswith("仿宋_GB2312")


def test_a_broken_font_file_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "broken.ttf").write_bytes(b"not a font")
    assert font_book(str(tmp_path))[Purpose.BODY].names


def test_a_character_the_first_font_lacks_comes_from_the_next() -> None:
    book = font_book("")
    chain = fonts.FontChain(("first", "second"), ({ord("a"): 500.0}, {ord("套"): 1000.0}), 0)
    assert chain.runs("a套a") == [("first", "a"), ("second", "套"), ("first", "a")]
    assert chain.width("a套", 10) == pytest.approx(15)
    assert book[Purpose.BODY].runs(TEXT) == [(book[Purpose.BODY].names[0], TEXT)]


def test_without_any_font_it_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "_shipped_folder", lambda: tmp_path)
    monkeypatch.setattr(fonts, "_SYSTEM_FOLDERS", ())
    with pytest.raises(FontsMissing):
        font_book(str(tmp_path))


def test_a_cut_font_draws_every_glyph_as_the_whole_one_does() -> None:
    with TTFont(SERIF, lazy=True) as whole:
        names = whole.getBestCmap()
        glyphs = [whole.getGlyphID(names[ord(char)]) for char in TEXT]
        table = whole.reader.tables["CFF "]
        outlines = Outlines(SERIF.read_bytes()[table.offset : table.offset + table.length])
        cut = outlines.subset(glyphs, "ABCDEF+Cut")
        wanted = {outlines.cid(glyph): drawn(whole, names[ord(char)]) for glyph, char in zip(glyphs, TEXT, strict=True)}
    small = CFFFontSet()
    small.decompile(BytesIO(cut), None)
    top = small.topDictIndex[0]
    assert top.ROS == ("Adobe", "Identity", 0)
    assert len(top.CharStrings) == len(set(glyphs)) + 1
    for cid, operations in wanted.items():
        pen = DecomposingRecordingPen({})
        top.CharStrings[f"cid{cid:05d}"].draw(pen)
        assert pen.value == operations


def drawn(font: TTFont, glyph: str) -> list[object]:
    pen = DecomposingRecordingPen({})
    font.getGlyphSet()[glyph].draw(pen)
    return list(pen.value)


def test_a_font_without_such_outlines_is_refused() -> None:
    with pytest.raises(UnusableOutlines):
        CFFFont("vera", _truetype())


def test_a_truetype_font_of_the_office_is_used_too(tmp_path: Path) -> None:
    drawn_by_hand(tmp_path / "simsun.ttf", "宋体", "单位名称套0123456789,")
    chain = font_book(str(tmp_path))[Purpose.TABLE]
    assert chain.names[0] == "simsun-0"
    assert chain.runs("套数")[0] == ("simsun-0", "套")
    assert chain.runs("套数")[1] == ("NotoSansSC-Regular-0", "数")
    fonts_in_pdf = {
        font["/BaseFont"].split("+")[1]
        for page in PdfReader(BytesIO(render_pdf(annual_report(), font_book(str(tmp_path))))).pages
        for font in (entry.get_object() for entry in page["/Resources"]["/Font"].values())
    }
    assert "simsun" in {name.lower() for name in fonts_in_pdf}


def drawn_by_hand(path: Path, family: str, characters: str) -> None:
    """A small TrueType font whose every character is a box."""
    names = [f"uni{ord(char):04X}" for char in characters]
    pen = TTGlyphPen(None)
    pen.moveTo((50, 0))
    for point in ((50, 700), (900, 700), (900, 0)):
        pen.lineTo(point)
    pen.closePath()
    box = pen.glyph()
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", *names])
    builder.setupCharacterMap({ord(char): name for char, name in zip(characters, names, strict=True)})
    builder.setupGlyf(dict.fromkeys([".notdef", *names], box))
    builder.setupHorizontalMetrics(dict.fromkeys([".notdef", *names], (1000, 50)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": family, "styleName": "Regular", "psName": "SimSun"})
    builder.setupOS2(sTypoAscender=880, sTypoDescender=-120)
    builder.setupPost()
    builder.save(path)


def _truetype() -> Path:
    return Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
