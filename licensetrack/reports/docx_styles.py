"""The styles of the Word document: real headings, East-Asian fonts by name, GB/T 9704 sizes, and what stands in
where a font is missing.
"""

from __future__ import annotations

from typing import Any

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from licensetrack.reports import styles
from licensetrack.reports.fonts import Purpose
from licensetrack.reports.styles import TextStyle

EAST_ASIAN: dict[Purpose, str] = {
    Purpose.TITLE: "方正小标宋简体",
    Purpose.BODY: "仿宋_GB2312",
    Purpose.HEADING: "黑体",
    Purpose.SUBHEADING: "楷体_GB2312",
    Purpose.TABLE: "宋体",
}
LATIN = "Times New Roman"
_ALTERNATIVES = {
    "方正小标宋简体": ("方正小标宋_GBK", "roman"),
    "仿宋_GB2312": ("仿宋", "modern"),
    "楷体_GB2312": ("楷体", "modern"),
    "黑体": ("SimHei", "modern"),
    "宋体": ("SimSun", "auto"),
}
_TWENTIETHS = 20

HEADINGS = ("Heading 1", "Heading 2", "Heading 3", "Heading 4")
TITLE, SUBTITLE, CAPTION, FOOTER = "Title", "Subtitle", "Caption", "Footer"
CENTERED, RIGHT, SIGNATURE, NOTE = "Centered", "Flush Right", "Closing Line", "Note"
ANNEX_NUMBER, ANNEX_TITLE, CHART, UNIT = "Annex Number", "Annex Title", "Chart", "Unit Line"
TABLE_TEXT, TABLE_HEAD, TABLE_TEXT_SMALL, TABLE_HEAD_SMALL = (
    "Table Text",
    "Table Head",
    "Table Text Small",
    "Table Head Small",
)

_CELL = TextStyle(Purpose.TABLE, styles.SIZE_5, 14)
_CELL_SMALL = TextStyle(Purpose.TABLE, styles.SIZE_SMALL_5, 12)
_STYLES: dict[str, TextStyle] = {
    "Normal": styles.BODY,
    TITLE: styles.TITLE,
    SUBTITLE: styles.SUBTITLE,
    CAPTION: styles.CAPTION,
    FOOTER: TextStyle(Purpose.TABLE, styles.SIZE_4, 18),
    CENTERED: styles.CENTERED,
    RIGHT: styles.FLUSH_RIGHT,
    SIGNATURE: styles.SIGNATURE,
    NOTE: styles.NOTE,
    UNIT: styles.UNIT,
    ANNEX_NUMBER: styles.ANNEX_NUMBER,
    ANNEX_TITLE: styles.ANNEX_TITLE,
    CHART: TextStyle(Purpose.TABLE, styles.SIZE_SMALL_5, 0, centered=True, before=6),
    TABLE_TEXT: _CELL,
    TABLE_HEAD: TextStyle(Purpose.HEADING, styles.SIZE_5, 14, centered=True),
    TABLE_TEXT_SMALL: _CELL_SMALL,
    TABLE_HEAD_SMALL: TextStyle(Purpose.HEADING, styles.SIZE_SMALL_5, 12, centered=True),
}
_KEEP_WITH_NEXT = frozenset({*HEADINGS, CAPTION, UNIT, ANNEX_NUMBER, ANNEX_TITLE, CHART})


def dress(word: WordDocument) -> None:
    """Gives every style its type; what the template of python-docx says about blue headings and other fonts is
    removed.
    """
    existing = {style.name for style in word.styles}
    for name in _STYLES:
        if name not in existing:
            word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    for name, style in _STYLES.items():
        _apply(word, name, style, outline=0 if name == ANNEX_TITLE else None)
    for level, name in enumerate(HEADINGS):
        _apply(word, name, styles.HEADINGS[level + 1], outline=level)
    _defaults(word)
    _alternatives(word)


def _apply(word: WordDocument, name: str, style: TextStyle, outline: int | None) -> None:
    element: Any = word.styles[name].element
    for tag in ("w:pPr", "w:rPr"):
        for old in element.findall(qn(tag)):
            element.remove(old)
    alignment = "center" if style.centered else "right" if style.flush_right else "both" if style.justified else "left"
    spacing = f'w:before="{round(style.before * _TWENTIETHS)}" w:after="{round(style.after * _TWENTIETHS)}"'
    if style.leading:
        spacing += f' w:line="{round(style.leading * _TWENTIETHS)}" w:lineRule="exact"'
    else:
        spacing += ' w:line="240" w:lineRule="auto"'
    indent = (
        f'w:left="0" w:right="{round(style.right * style.size * _TWENTIETHS)}" '
        f'w:firstLineChars="{round(style.indent * 100)}" w:firstLine="{round(style.indent * style.size * _TWENTIETHS)}"'
    )
    keep = "<w:keepNext/>" if name in _KEEP_WITH_NEXT else ""
    level = f'<w:outlineLvl w:val="{outline}"/>' if outline is not None else ""
    element.append(
        parse_xml(
            f'<w:pPr {nsdecls("w")}>{keep}<w:widowControl w:val="0"/><w:kinsoku/><w:overflowPunct/>'
            f'<w:snapToGrid w:val="0"/><w:spacing {spacing}/>'
            f'<w:ind {indent}/><w:jc w:val="{alignment}"/>{level}</w:pPr>'
        )
    )
    half_points = round(style.size * 2)
    tracking = f'<w:spacing w:val="{round(style.tracking * _TWENTIETHS)}"/>'
    element.append(
        parse_xml(
            f'<w:rPr {nsdecls("w")}>{_fonts(EAST_ASIAN[style.purpose])}<w:b w:val="0"/><w:i w:val="0"/>'
            f'<w:color w:val="000000"/>{tracking}<w:kern w:val="0"/>'
            f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/></w:rPr>'
        )
    )


def _fonts(east_asian: str) -> str:
    return f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:cs="{LATIN}" w:eastAsia="{east_asian}" w:hint="eastAsia"/>'


def _defaults(word: WordDocument) -> None:
    defaults: Any = word.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault"))
    for old in list(defaults):
        defaults.remove(old)
    defaults.append(
        parse_xml(
            f'<w:rPr {nsdecls("w")}>{_fonts(EAST_ASIAN[Purpose.BODY])}<w:sz w:val="32"/><w:szCs w:val="32"/>'
            '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr>'
        )
    )


def _alternatives(word: WordDocument) -> None:
    """Tells the word processor which font to take where the official one is not installed."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/>'
        f'<w:family w:val="{family}"/></w:font>'
        for name, (other, family) in _ALTERNATIVES.items()
    )
    table: Any = word.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    table._blob = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'.encode()
    )
