"""docs/glossary.md from docs/glossary.toml: the words of the trade in English and Chinese, both ways."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

from tools.writing import DOCS, opening, table

SOURCE = DOCS / "glossary.toml"


@dataclass(frozen=True)
class Term:
    """One word of the trade; `code` are names that occur in the program, `avoided` words not used for it."""

    en: str
    zh: str
    code: tuple[str, ...]
    avoided: str
    means: str
    means_zh: str


def terms() -> list[Term]:
    """Every term, in the file's order."""
    raw = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    return [
        Term(
            one["en"], one["zh"], tuple(one.get("code", ())), one.get("not", ""), one["means"], one["means_zh"]
        )
        for one in raw["term"]
    ]  # fmt: skip


def in_chinese_order(text: str) -> bytes:
    """GB 2312 puts the common characters in the order of their sounds, as a Chinese dictionary does."""
    return text.encode("gb18030")


def document() -> str:
    """The whole page."""
    found = terms()
    english = [
        [one.en, one.zh, ", ".join(f"`{name}`" for name in one.code), one.avoided, one.means]
        for one in sorted(found, key=lambda one: one.en.casefold())
    ]
    chinese = [[one.zh, one.en, one.means_zh] for one in sorted(found, key=lambda one: in_chinese_order(one.zh))]
    lines = [
        opening("glossary"),
        "## English – 中文",
        "",
        *table(["term", "中文", "in the code", "not", "meaning"], english),
        "",
    ]
    lines += ["## 中文 – English", "", *table(["术语", "English", "释义"], chinese)]
    return "\n".join(lines) + "\n"
