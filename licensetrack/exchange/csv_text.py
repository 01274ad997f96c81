"""Tables as text: csv and tsv in the encodings and with the separators that office programs in China write."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import partial
from pathlib import PurePath

from licensetrack.exchange.cells import Raw
from licensetrack.exchange.problems import Unreadable
from licensetrack.exchange.sheet_scan import (
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_LISTED,
    MOST_ROWS,
    TOO_MANY_COLUMNS,
    TOO_MANY_ROWS,
    SheetScan,
)
from licensetrack.exchange.sheets import Opened, Sheet
from licensetrack.exchange.xlsx import NOT_A_WORKBOOK

WEB_PAGE = "The file is a web page under the name of a table; open it in a spreadsheet program and save it as .xlsx."
ENCODING = "The text is neither in UTF-8, UTF-16 nor GB18030."
QUOTES = "The quotation marks of the text do not match; nothing after them can be told apart."
EMPTY = "The file is empty."
LARGEST_TEXT = 40 * 2**20

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_PAGE = re.compile(r"\s*<(?:!doctype|html|table|\?xml|meta|head|body)", re.IGNORECASE)
_BINARY = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"MZ",
    b"\x7fELF",
    b"SQLite",
    b"OFD",
)
# An export of ours puts a quotation mark before what a spreadsheet program would take for a formula.
_DEFUSED = re.compile(r"\A'(?='*[=+\-@\t\r\n＝＋－＠])")
_SEPARATORS = (",", "\t", ";")


def sheets_of(file: str, data: bytes) -> list[Sheet]:
    """The one sheet that a text file is; it bears the file's name.

    Raises:
        Unreadable: the bytes are no text, or no table.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable(EMPTY)
    if len(data) > LARGEST_TEXT or data.count(b"\n") > 2 * MOST_ROWS:
        raise Unreadable(TOO_MANY_ROWS, limit=f"{MOST_ROWS:,}")
    if data.startswith(_BINARY):
        raise Unreadable(NOT_A_WORKBOOK)
    text = decoded(data)
    if _PAGE.match(text):
        raise Unreadable(WEB_PAGE)
    separator = _separator(text)
    scan = _scan(text, separator)
    return [Sheet(file, PurePath(file).stem, partial(_open, text, separator), scan)]


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8 or UTF-16, with or without a byte order mark, or in GB18030 (which holds GBK and
    GB2312).

    Raises:
        Unreadable: it is in none of these.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding)
    if b"\0" in data[:4096]:
        # Separators and line ends are ASCII: their zero bytes tell which half of each pair comes first.
        even, odd = data[:4096:2].count(0), data[1:4096:2].count(0)
        return _decoded(data, "utf-16-be" if even > odd else "utf-16-le")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(data, "gb18030")


def _decoded(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(ENCODING) from error
    if "\0" in text:
        raise Unreadable(NOT_A_WORKBOOK)
    return text


def _separator(text: str) -> str:
    """The separator that makes the widest rows of the first lines."""
    sample = text[:20_000]
    widths = {separator: sorted(map(len, _sample_rows(sample, separator)), reverse=True) for separator in _SEPARATORS}
    # A heading and one row are enough to tell; a single wide remark is not.
    return max(_SEPARATORS, key=lambda separator: widths[separator][1:2] or widths[separator])


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends; a file-like object of the whole text would cost four bytes for each character."""
    end = "\n" if "\n" in text else "\r"
    start = 0
    while (stop := text.find(end, start)) >= 0:
        yield text[start : stop + 1]
        start = stop + 1
    if start < len(text):
        yield text[start:]


def _sample_rows(sample: str, separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(_lines(sample), delimiter=separator):
            rows.append(row)
            if len(rows) == 40:
                break
    except csv.Error:
        pass
    return rows


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    try:
        yield from csv.reader(_lines(text), delimiter=separator, strict=True)
    except csv.Error as error:
        raise Unreadable(QUOTES) from error


def _scan(text: str, separator: str) -> SheetScan:
    scan, cells = SheetScan(), 0
    for number, row in enumerate(_rows(text, separator), 1):
        width = len(row)
        cells += width
        if width > scan.columns:
            scan.columns = width
            if width > MOST_COLUMNS:
                raise Unreadable(TOO_MANY_COLUMNS, limit=f"{MOST_COLUMNS:,}")
        scan.rows = number
        if number > MOST_ROWS or cells > MOST_CELLS:
            raise Unreadable(TOO_MANY_ROWS, limit=f"{MOST_ROWS:,}")
        for column, cell in enumerate(row):
            if cell.startswith(("=", "＝")) and len(cell) > 1:
                scan.formula_count += 1
                if len(scan.formulas) < MOST_LISTED:
                    scan.formulas.append((number, column, cell))
    return scan


def _open(text: str, separator: str) -> Opened:
    def rows() -> Iterator[list[Raw]]:
        for row in _rows(text, separator):
            yield [_DEFUSED.sub("", cell, count=1) if cell[:1] == "'" else cell for cell in row]

    return rows(), []
