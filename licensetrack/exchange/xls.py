"""Workbooks of the old .xls kind ([MS-XLS]): their records are walked through here, their values read in a process
apart.

The compiled reader trusts the counts that such a file states; a wrong one can end the process. So it runs in a child
with limits, which is affordable because a sheet of this kind ends at row 65,536.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from licensetrack.exchange.cells import Raw
from licensetrack.exchange.container import DAMAGED, LOCKED
from licensetrack.exchange.ole import CompoundFile
from licensetrack.exchange.problems import Unreadable
from licensetrack.exchange.sheet_scan import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_LISTED,
    TOO_MANY_CELLS,
    TOO_MANY_COLUMNS,
    SheetScan,
)
from licensetrack.exchange.sheets import Opened, Sheet
from licensetrack.exchange.xlsx import EXTERNAL_LINKS, MACROS, NOT_A_WORKBOOK, OTHER_KIND

TOO_OLD = "The workbook is of a kind older than Excel 95; save it as .xlsx."
READING_SECONDS = 60

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_BOF, _BOUND_SHEET, _DATE_MODE, _FILE_PASS, _MACRO_PROJECT, _SUP_BOOK = 0x0809, 0x0085, 0x0022, 0x002F, 0x00D3, 0x01AE
_FORMULA, _BOOL_OR_ERROR, _ROW, _MULTIPLE = 0x0006, 0x0205, 0x0208, 0x00BD
_REFUSED = {_FILE_PASS, _MACRO_PROJECT, _SUP_BOOK}
_WORKSHEET, _MACRO_SHEET = 0, 1
_CELLS = {0x0203, 0x027E, 0x00FD, 0x0204, 0x00D6, _FORMULA, _BOOL_OR_ERROR, _MULTIPLE}
_ERRORS = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A"}
_CHILD = Path(__file__).with_name("xls_child.py")


def sheets_of(file: str, data: bytes) -> list[Sheet]:
    """The sheets of an .xls workbook in their order, hidden ones marked.

    Raises:
        Unreadable: it is no such workbook, or one that is dangerous to open.
    """
    # Looked for before the directory is trusted: a locked file that is cut short is still a locked file.
    if _ENCRYPTED in data:
        raise Unreadable(LOCKED)
    container = CompoundFile(data)
    names = {entry.name for entry in container.entries}
    stream = container.stream("Workbook") or container.stream("Book")
    if stream is None:
        raise Unreadable(OTHER_KIND, kind=".doc") if "WordDocument" in names else Unreadable(NOT_A_WORKBOOK)
    if {"_VBA_PROJECT_CUR", "VBA", "Macros"} & names:
        raise Unreadable(MACROS)
    try:
        scans, from_1904 = _walk(stream)
    except (struct.error, IndexError) as error:
        raise Unreadable(DAMAGED) from error
    sheets = []
    for number, about in enumerate(_values(data)):
        scan = scans[number] if number < len(scans) else None
        if scan is None:
            raise Unreadable(DAMAGED)
        sheets.append(Sheet(file, about["name"], partial(_open, about), scan, about["hidden"], from_1904))
    return sheets


def _records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    position = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield kind, position + 4, length
        position += 4 + length


def _walk(stream: bytes) -> tuple[list[SheetScan], bool]:
    """What each worksheet holds, in the order of the workbook's list, and whether days are counted from 1904."""
    wanted: dict[int, SheetScan] = {}
    from_1904, scan = False, None
    for kind, start, length in _records(stream):
        if kind == _BOF:
            if struct.unpack_from("<H", stream, start)[0] not in {0x0500, 0x0600}:
                raise Unreadable(TOO_OLD)
            scan = wanted.get(start - 4, scan)
        elif kind == _BOUND_SHEET:
            offset, _, sheet_kind = struct.unpack_from("<LBB", stream, start)
            if sheet_kind == _MACRO_SHEET:
                raise Unreadable(MACROS)
            if sheet_kind == _WORKSHEET:
                wanted[offset] = SheetScan()
        elif kind == _DATE_MODE:
            from_1904 = stream[start] == 1
        elif kind in _REFUSED:
            _refuse(kind, stream[start + 2 : start + 4])
        elif scan is not None:
            _note(scan, kind, stream, start, length)
    if not wanted:
        raise Unreadable(DAMAGED)
    return list(wanted.values()), from_1904


def _refuse(kind: int, detail: bytes) -> None:
    if kind == _FILE_PASS:
        raise Unreadable(LOCKED)
    if kind == _MACRO_PROJECT:
        raise Unreadable(MACROS)
    # A supporting book that is this very book, or add-in functions, is no link to another file.
    if detail not in {b"\x01\x04", b"\x01\x3a"}:
        raise Unreadable(EXTERNAL_LINKS)


def _note(scan: SheetScan, kind: int, stream: bytes, start: int, length: int) -> None:
    if kind in _CELLS:
        _note_cell(scan, kind, stream, start, length)
    elif kind == _ROW:
        scan.hidden_rows += (stream[start + 12] & 0x20) != 0


def _note_cell(scan: SheetScan, kind: int, stream: bytes, start: int, length: int) -> None:
    row, column = struct.unpack_from("<HH", stream, start)
    if kind == _MULTIPLE:
        (column,) = struct.unpack_from("<H", stream, start + length - 2)
    scan.rows, scan.columns = max(scan.rows, row + 1), max(scan.columns, column + 1)
    if scan.columns > MOST_COLUMNS:
        raise Unreadable(TOO_MANY_COLUMNS, limit=f"{MOST_COLUMNS:,}")
    if scan.rows * scan.columns > MOST_CELLS:
        raise Unreadable(TOO_MANY_CELLS, limit=f"{MOST_CELLS:,}")
    if kind == _FORMULA:
        scan.formula_count += 1
        if len(scan.formulas) < MOST_LISTED:
            scan.formulas.append((row + 1, column, "="))
    elif kind == _BOOL_OR_ERROR and stream[start + 7]:
        scan.error_count += 1
        if len(scan.error_values) < MOST_LISTED:
            scan.error_values.append((row + 1, column, _ERRORS.get(stream[start + 6], "#")))


def _values(data: bytes) -> list[dict[str, Any]]:
    try:
        done = subprocess.run(  # noqa: S603 - our own script, no shell, nothing from the file in its arguments
            [sys.executable, "-I", str(_CHILD)], input=data, capture_output=True, timeout=READING_SECONDS, check=True
        )
        head, *lines = done.stdout.splitlines()
        sheets: list[dict[str, Any]] = json.loads(head)
    except (subprocess.SubprocessError, ValueError) as error:
        raise Unreadable(DAMAGED) from error
    for sheet in sheets:
        sheet["lines"], lines = lines[: sheet["height"]], lines[sheet["height"] :]
    return sheets


def _open(about: dict[str, Any]) -> Opened:
    return _rows(about.pop("lines")), [tuple(merge) for merge in about["merges"]]


def _rows(lines: list[bytes]) -> Iterator[list[Raw]]:
    for line in lines:
        yield [_tagged(cell) if isinstance(cell, list) else cell for cell in json.loads(line, parse_int=float)]


def _tagged(cell: list[str]) -> Raw:
    if cell[0] == "date":
        return date.fromisoformat(cell[1])
    return datetime.fromisoformat(cell[1]) if cell[0] == "datetime" else cell[1]
