"""Workbooks of the .xlsx kind: every part is looked through first, then only those parts are given to the reader."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import TypeVar
from xml.etree import ElementTree as ET

import python_calamine as calamine

from licensetrack.exchange.container import DAMAGED, LOCKED, Part, packed_again, parts_of
from licensetrack.exchange.problems import Unreadable
from licensetrack.exchange.sheet_scan import SheetScan, checked, count_strings, scan_sheet
from licensetrack.exchange.sheets import Merge, Opened, Sheet

NOT_A_WORKBOOK = "The file is not a workbook (.xlsx, .xls) or a table in text (.csv)."
OTHER_KIND = "Files of the kind %(kind)s are not read; save it as .xlsx."
MACROS = "The workbook holds macros; save it as .xlsx without them."
EXTERNAL_LINKS = "The workbook is linked to other files; break the links and save it again."
MOST_MERGES = 50_000

_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_OTHER_KINDS = {
    "xl/workbook.bin": ".xlsb",
    "content.xml": ".ods",
    "word/document.xml": ".docx",
    "ppt/presentation.xml": ".pptx",
}
_T = TypeVar("_T")


def sheets_of(file: str, data: bytes) -> list[Sheet]:
    """The sheets of an .xlsx workbook in their order, hidden ones marked.

    Raises:
        Unreadable: it is no such workbook, or one that is dangerous to open.
    """
    parts = {name.replace("\\", "/").casefold(): part for name, part in parts_of(data).items()}
    _check_kind(parts)
    kept = {name: part for name, part in parts.items() if name.endswith((".xml", ".rels"))}
    scans = {name: scan for name, part in kept.items() if (scan := _look_through(name, part))}
    targets, from_1904 = _contents(kept)
    book = opened(packed_again(list(kept.values())))
    sheets = []
    for about in book.sheets_metadata:
        if about.typ == calamine.SheetTypeEnum.WorkSheet:
            scan = scans.get(targets.get(about.name, ""))
            if scan is None:
                raise Unreadable(DAMAGED)
            hidden = about.visible != calamine.SheetVisibleEnum.Visible
            sheets.append(Sheet(file, about.name, partial(open_sheet, book, about.name), scan, hidden, from_1904))
    return sheets


def _check_kind(parts: dict[str, Part]) -> None:
    if _WORKBOOK not in parts:
        for name, kind in _OTHER_KINDS.items():
            if name in parts:
                raise Unreadable(OTHER_KIND, kind=kind)
        raise Unreadable(NOT_A_WORKBOOK)
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in parts):
        raise Unreadable(MACROS)
    types = parts.get("[content_types].xml")
    if types is None or _RELATIONS not in parts:
        raise Unreadable(DAMAGED)
    if b"macroenabled" in b"".join(checked(types)).lower():
        raise Unreadable(MACROS)
    if any("/externallinks/" in name for name in parts):
        raise Unreadable(EXTERNAL_LINKS)


def _look_through(name: str, part: Part) -> SheetScan | None:
    if name.startswith("xl/worksheets/") and name.endswith(".xml"):
        return scan_sheet(part)
    if name.endswith("sharedstrings.xml"):
        count_strings(part)
        return None
    # The workbook may call any part a sheet, whatever its name.
    tail, holds_cells = b"", False
    for piece in checked(part):
        holds_cells = holds_cells or b"sheetData" in tail + piece
        tail = piece[-16:]
    return scan_sheet(part) if holds_cells else None


def _contents(parts: dict[str, Part]) -> tuple[dict[str, str], bool]:
    """Which part each sheet is, by the sheet's name, and whether days are counted from 1904."""
    try:
        book = ET.fromstring(parts[_WORKBOOK].whole())  # noqa: S314 - DTDs and entities were refused before
        relations = ET.fromstring(parts[_RELATIONS].whole())  # noqa: S314 - the same
    except ET.ParseError as error:
        raise Unreadable(DAMAGED) from error
    paths = {relation.get("Id", ""): _path(relation.get("Target", "")) for relation in relations}
    sheets: dict[str, str] = {}
    from_1904 = False
    for element in book.iter():
        tag = element.tag.rpartition("}")[2]
        if tag == "sheet":
            identifier = next((value for key, value in element.items() if key.endswith("}id")), "")
            sheets[element.get("name", "")] = paths.get(identifier, "")
        elif tag == "workbookPr":
            from_1904 = element.get("date1904", "0") in {"1", "true", "on"}
    return sheets, from_1904


def _path(target: str) -> str:
    target = target.replace("\\", "/")
    path = target if target.startswith(("/", "xl/")) else f"xl/{target}"
    return posixpath.normpath(path).lstrip("/").casefold()


def opened(data: BytesIO) -> calamine.CalamineWorkbook:
    """The workbook in the hands of its reader.

    Raises:
        Unreadable: the reader cannot make sense of it.
    """
    return _guarded(lambda: calamine.CalamineWorkbook.from_filelike(data))


def open_sheet(book: calamine.CalamineWorkbook, name: str) -> Opened:
    """The rows of one sheet from row 1 on, and its merged ranges.

    Raises:
        Unreadable: the sheet is damaged.
    """

    def load() -> Opened:
        sheet = book.get_sheet_by_name(name)
        merges: list[Merge] = [(*first, *last) for first, last in (sheet.merged_cell_ranges or [])[:MOST_MERGES]]
        # The reader begins with row 1, but with the first column that holds anything.
        left = sheet.start[1] if sheet.start else 0
        rows = iter(sheet.iter_rows())
        return (([""] * left + row for row in rows) if left else rows), merges

    try:
        return _guarded(load)
    except Unreadable as error:
        error.sheet = name
        raise


def _guarded(call: Callable[[], _T]) -> _T:
    try:
        return call()
    except calamine.PasswordError as error:
        raise Unreadable(LOCKED) from error
    except (calamine.CalamineError, ValueError, OverflowError, OSError) as error:
        raise Unreadable(DAMAGED) from error
    except BaseException as error:
        # A broken assumption inside the compiled reader arrives as a class that is no Exception and has no importable
        # name.
        if type(error).__name__ == "PanicException":
            raise Unreadable(DAMAGED) from error
        raise
