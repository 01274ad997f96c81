"""What the generators of documents share: Markdown tables, the house's storeys, and one sentence in two languages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from string import Template

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
CHINESE = ROOT / "licensetrack" / "translations" / "zh_CN" / "LC_MESSAGES" / "messages.po"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table; what would break a cell is written in another way."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"

    return [line(headings), "|" + "---|" * len(headings), *map(line, rows)]


@cache
def storeys() -> tuple[str, ...]:
    """Every room from the ground up, as the import contract in pyproject.toml orders them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    [contract] = settings["tool"]["importlinter"]["contracts"]
    rooms: list[str] = []
    for layer in reversed(contract["layers"]):
        rooms += [room.strip(" ()") for room in layer.replace(":", "|").split("|")]
    return tuple(rooms)


@cache
def _catalogue() -> Catalog:
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh_CN")


def chinese(message: str) -> str:
    """The Chinese of a screen text, from the program's own catalogue; empty where it has none."""
    if not CHINESE.is_file():
        return ""
    found = _catalogue().get(message)
    return str(found.string) if found is not None and found.string else ""


def both(message: str) -> str:
    """A screen text in both languages, one below the other in a cell."""
    translated = chinese(message)
    return f"{message}<br>{translated}" if translated and translated != message else message


def opening(document: str, **values: object) -> str:
    """The part of a generated document that people write: tools/NAME.md, with its $names filled in."""
    template = (ROOT / "tools" / f"{document}.md").read_text(encoding="utf-8")
    return Template(template).substitute({name: str(value) for name, value in values.items()})
