"""docs/formats.md from the tables that the reader of ledgers goes by: names, headings, words, shapes and limits."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from licensetrack.exchange import cells, container, opening, sheet_scan, table_reader
from licensetrack.exchange.headings import SEARCHED_ROWS
from licensetrack.exchange.ledgers import LEDGERS, MOST_CPUS, Ledger
from tools import writing
from tools.writing import ROOT, table

HEADINGS = ROOT / "licensetrack" / "exchange" / "headings.toml"
WORDS = ROOT / "licensetrack" / "exchange" / "words.toml"

SHAPES = {
    "text": "text",
    "name": "name of a unit",
    "identifier": "number or code",
    "day": "day",
    "moment": "moment",
    "cpus": "quantity",
    "signed_cpus": "quantity with a sign",
    "count": "quantity, or 0",
    "year": "year",
    "money": "amount",
    "satisfaction": "1 to 5, or a word of the list `satisfaction`",
}
# Shape, and cells as a spreadsheet gives them that are read or refused; the tests read every one of them.
EXAMPLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "day": (
        ("2024年3月5日", "2024.03.05", "2024/3/5", "2024-3-5", "20240305", "45356"),
        ("2024年3月", "3月5日", "05/03/2024", "2024-02-30"),
    ),
    "moment": (("2024-03-05 14:30", "2024年3月5日14时30分", "2024-03-05"), ("2024-03-05 25:00", "14:30")),
    "cpus": (("128", "1,234", "１２８", "128个", "128颗", "128个CPU"), ("1.5", "1e3", "约100", "0", "-8")),
    "signed_cpus": (("16", "-16", "＋１６"), ("16.5", "2024-03-05")),
    "money": (("7,515.00万元", "¥12元", "0.01元"), ("0.001元", "7515", "七千万元")),
    "identifier": (("SQ-2024-0001", "ＳＱ－２０２４－０００１"), ()),
    "name": (("深圳市某某局", "深圳市某某局（本部）"), ()),
    "satisfaction": (("5", "4分", "满意"), ("6", "还行")),
}
ROWS = {
    "totals": "A row of sums: compared with the rows above it, an unequal sum is a warning",
    "subtotals": "A row of sums since the last one",
    "footers": "A line below the table that is signed or explains; skipped",
    "counters": "Columns that only number the lines; ignored",
}


def document() -> str:
    """The whole page."""
    forms = tomllib.loads(HEADINGS.read_text("utf-8"))
    words = tomllib.loads(WORDS.read_text("utf-8"))
    lines = [writing.opening("formats", examples=_examples(), **_limits()), "## The ledgers and surveys", ""]
    for kind, ledger in LEDGERS.items():
        lines += _form(forms[kind], ledger)
    lines += ["## Words of fixed lists", "", "The first word of each is the one shown where another was typed.", ""]
    for name, entries in words.items():
        if name != "rows":
            lines += [f"### `{name}`", "", *table(["value", "words"], _words(entries)), ""]
    lines += ["## Rows that are no records", ""]
    lines += table(["row", "words"], [[ROWS[name], "、".join(said)] for name, said in words["rows"].items()])
    return "\n".join(lines).rstrip() + "\n"


def _form(form: Mapping[str, Any], ledger: Ledger) -> list[str]:
    said = [f"### {form['title']} `{ledger.kind}`", "", f"Also called: {'、'.join(form['names'])}.", ""]
    rows = []
    for name, column in form["columns"].items():
        about = ledger.fields[name]
        needed = (
            "column and cell" if column.get("needed") and about.needed else "column" if column.get("needed") else ""
        )
        shape = SHAPES.get(about.shape, f"a word of the list `{about.shape}`") + (", fills" if about.fills else "")
        also, general = "、".join(column.get("also", ())), "、".join(column.get("weak", ()))
        rows.append([f"`{name}`", column["say"], also, general, needed, shape])
    headings = ["field", "heading", "also", "general", "needed", "read as"]
    return [*said, *table(headings, rows), ""]


def _words(entries: Mapping[str, Any]) -> list[list[str]]:
    return [[f"`{value}`", "、".join(said)] for value, said in entries.items()]


def _examples() -> str:
    rows = [[SHAPES[shape], "、".join(read), "、".join(refused)] for shape, (read, refused) in EXAMPLES.items()]
    return "\n".join(table(["shape", "read", "refused"], rows))


def _limits() -> dict[str, object]:
    return {
        "file_mb": opening.LARGEST_FILE >> 20,
        "total_mb": container.LARGEST_TOTAL >> 20,
        "part_mb": container.LARGEST_PART >> 20,
        "parts": container.MOST_PARTS,
        "ratio": container.HIGHEST_RATIO,
        "rows": f"{sheet_scan.MOST_ROWS:,}",
        "columns": sheet_scan.MOST_COLUMNS,
        "cells": f"{sheet_scan.MOST_CELLS:,}",
        "problems": table_reader.MOST_PROBLEMS,
        "searched": SEARCHED_ROWS,
        "first_year": cells.FIRST_YEAR,
        "last_year": cells.LAST_YEAR,
        "most_cpus": f"{MOST_CPUS:,}",
    }
