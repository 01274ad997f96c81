"""A look through the XML of a workbook before it is parsed: how far its cells reach, formulas, error values, hidden
rows, DTDs.

The reader behind lays a sheet out as one dense rectangle, shows the stored result of a formula as if it were a value
and an error value as an empty cell. None of this may pass unseen. A sheet as office programs write it is proved
harmless by one regular expression that knows every byte of it; any other is walked through by a real XML parser,
slower and exact.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from licensetrack.exchange.container import DAMAGED, Part
from licensetrack.exchange.problems import Unreadable

MOST_ROWS = 200_000
MOST_COLUMNS = 256
MOST_CELLS = 4_000_000
MOST_STRINGS = 2_000_000
MOST_LISTED = 20

DOCTYPE = "The file declares a document type or entities in its XML; no workbook does, so it is not opened."
ODD_ENCODING = "The XML inside the file is not in UTF-8."
TOO_MANY_ROWS = "The sheet has more than %(limit)s rows; divide the ledger, by year for instance."
TOO_MANY_COLUMNS = "The sheet has more than %(limit)s columns; no ledger has."
TOO_MANY_CELLS = "The sheet has more than %(limit)s cells; delete what lies outside the table, or divide the ledger."

# The commonest cells first: a shared string, then a number. No formula and no error value looks like any of these.
_CELL = (
    rb'<c r="[A-Z]{1,3}\1"(?: s="\d{1,9}")?+(?: t="s"><v>\d++</v></c>|><v>[^<]*+</v></c>|/>'
    rb'| t="inlineStr"><is><t(?: xml:space="preserve")?+>[^<]*+</t></is></c>| t="(?:n|b|str)"><v>[^<]*+</v></c>|></c>)'
)
_ROW = rb'<row r="(1?\d{1,5})"[^<>/]*+(?:/>|>(?:%b)*+</row>)'
# Within A to Z and 199,999 rows no order of cells can ask for more memory than a sheet of that size.
_NARROW_ROWS = re.compile(rb"(?:%b)*+" % (_ROW % _CELL.replace(rb"[A-Z]{1,3}", rb"[A-Z]")))
_WIDE_ROWS = re.compile(rb"(?:%b)*+" % (_ROW % _CELL))
_ROW_NUMBER = re.compile(rb'<row r="(\d+)"')
_WIDE_COLUMN = re.compile(rb'<c r="([A-Z]{2,3})')
_CELL_OR_ROW = re.compile(rb"<(?:\w+:)?(?:c|row|sheetData)[\s/>]")
_SHEET_DATA = re.compile(rb"<sheetData\s*>")
_DECLARED_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)[\"']")
_FORBIDDEN = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Za-z]{1,3})([1-9]\d{0,6})")


@dataclass(slots=True)
class SheetScan:
    """What a sheet holds, seen from outside. Rows count from 1, columns from 0."""

    rows: int = 0
    columns: int = 0
    formulas: list[tuple[int, int, str]] = field(default_factory=list)
    formula_count: int = 0
    error_values: list[tuple[int, int, str]] = field(default_factory=list)
    error_count: int = 0
    hidden_rows: int = 0


class _Unproved(Exception):
    """The quick look cannot vouch for this sheet."""


def checked(part: Part) -> Iterator[bytes]:
    """The pieces of an XML part, refusing a DTD, entities and any encoding but UTF-8 as they pass.

    Raises:
        Unreadable: the part has one of these.
    """
    tail = b""
    for number, piece in enumerate(part.pieces()):
        if number == 0:
            declared = _DECLARED_ENCODING.match(piece.removeprefix(b"\xef\xbb\xbf"))
            if declared and declared[1].lower() not in {b"utf-8", b"utf8", b"us-ascii"}:
                raise Unreadable(ODD_ENCODING)
        if b"\0" in piece:
            raise Unreadable(ODD_ENCODING)
        seam = tail + piece[:32]
        if (b"<!" in piece and _FORBIDDEN.search(piece)) or _FORBIDDEN.search(seam):
            raise Unreadable(DOCTYPE)
        tail = piece[-32:]
        yield piece


def count_strings(part: Part) -> None:
    """Check the table of shared strings.

    Raises:
        Unreadable: it has more entries than a ledger of the largest size could use.
    """
    count = sum(piece.count(b"<si") + piece.count(b":si>") for piece in checked(part))
    if count > MOST_STRINGS:
        raise Unreadable(TOO_MANY_CELLS, limit=f"{MOST_CELLS:,}")


def scan_sheet(part: Part) -> SheetScan:
    """How far the cells of a sheet reach and what in it cannot be read as plain values.

    Raises:
        Unreadable: more rows, columns or cells than are read, a DTD, or broken XML.
    """
    try:
        return _quick_look(part)
    except _Unproved:
        return _walk(part)


def _quick_look(part: Part) -> SheetScan:
    scan, rows = SheetScan(columns=26), _NARROW_ROWS
    pieces = part.pieces()
    rest = _after_prolog(pieces)
    while True:
        found = rows.match(rest)
        if rows is _NARROW_ROWS and not _stopped_at_end(rest, found):
            rows = _WIDE_ROWS
            found = rows.match(rest)
        end = found.end() if found else 0
        if found and found[1]:
            _measure(scan, rest[:end], int(found[1]), wide=rows is _WIDE_ROWS)
        if rest.startswith(b"</sheetData>", end):
            _check_remainder(rest[end + len(b"</sheetData>") :], pieces)
            return scan
        if len(rest) - end > 2**18:
            raise _Unproved
        rest = rest[end:] + _next(pieces)


def _next(pieces: Iterator[bytes]) -> bytes:
    piece = next(pieces, None)
    if piece is None:
        raise _Unproved
    return piece


def _after_prolog(pieces: Iterator[bytes]) -> bytes:
    """What follows the opening of the cells; before it stand views and column widths, and nothing that hides a cell
    or a DTD."""
    buffer = _next(pieces)
    while (opened := _SHEET_DATA.search(buffer)) is None:
        if len(buffer) > 2**18:
            raise _Unproved
        buffer += _next(pieces)
    prolog = buffer[: opened.start()]
    declared = _DECLARED_ENCODING.match(prolog.removeprefix(b"\xef\xbb\xbf"))
    if (
        b"<!" in prolog
        or b"\0" in prolog
        or _CELL_OR_ROW.search(prolog)
        or (declared and declared[1].upper() != b"UTF-8")
    ):
        raise _Unproved
    return buffer[opened.end() :]


def _stopped_at_end(rest: bytes, found: re.Match[bytes] | None) -> bool:
    """Whether the match stopped because the rows or the piece ended, not because of a cell further out than Z."""
    end = found.end() if found else 0
    return rest.startswith(b"</sheetData>", end) or rest.find(b"</row>", end) < 0


def _measure(scan: SheetScan, rows: bytes, last: int, *, wide: bool) -> None:
    scan.hidden_rows += rows.count(b' hidden="1"')
    scan.rows = max(scan.rows, last)
    if wide:
        scan.rows = max(scan.rows, *map(int, _ROW_NUMBER.findall(rows)))
        columns = {_column(letters.decode()) + 1 for letters in set(_WIDE_COLUMN.findall(rows))}
        scan.columns = max(scan.columns, *columns) if columns else scan.columns
        if scan.columns > MOST_COLUMNS or scan.rows * scan.columns > MOST_CELLS:
            # Perhaps only the formatting reaches that far: the walk counts cells that hold something.
            raise _Unproved


def _check_remainder(rest: bytes, pieces: Iterator[bytes]) -> None:
    """After the cells come settings; more cells there would be read too, so nothing like one may follow."""
    while True:
        if b"sheetData" in rest or b"<!" in rest or _CELL_OR_ROW.search(rest):
            raise _Unproved
        piece = next(pieces, None)
        if piece is None:
            return
        rest = rest[-32:] + piece


def _column(letters: str) -> int:
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


class _Walker:
    """The exact look: follows the XML and keeps count of where each cell stands."""

    def __init__(self) -> None:
        self.scan = SheetScan()
        self.row = self.column = 0
        self.cells = 0
        self.kind = ""
        self.text: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "c":
            self.cell(attributes)
        elif tag == "row":
            self.row = int(attributes["r"]) - 1 if attributes.get("r", "").isdigit() else self.row
            self.row, self.column = self.row + 1, -1
            self.scan.hidden_rows += attributes.get("hidden") in {"1", "true"}
        elif tag in {"v", "t", "f"}:
            self.occupied()
            self.text = []

    def cell(self, attributes: dict[str, str]) -> None:
        self.column += 1
        self.kind = attributes.get("t", "n")
        if reference := attributes.get("r"):
            found = _REFERENCE.fullmatch(reference)
            if found is None:
                raise Unreadable(DAMAGED)
            self.column, self.row = _column(found[1]), int(found[2])

    def occupied(self) -> None:
        scan = self.scan
        self.cells += 1
        scan.rows, scan.columns = max(scan.rows, self.row), max(scan.columns, self.column + 1)
        if scan.rows > MOST_ROWS:
            raise Unreadable(TOO_MANY_ROWS, limit=f"{MOST_ROWS:,}")
        if scan.columns > MOST_COLUMNS:
            raise Unreadable(TOO_MANY_COLUMNS, limit=f"{MOST_COLUMNS:,}")
        if max(scan.rows * scan.columns, self.cells) > MOST_CELLS:
            raise Unreadable(TOO_MANY_CELLS, limit=f"{MOST_CELLS:,}")

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if self.text is None or tag not in {"v", "t", "f"}:
            return
        text = "".join(self.text)
        self.text = None
        if tag == "f":
            self.scan.formula_count += 1
            if len(self.scan.formulas) < MOST_LISTED:
                self.scan.formulas.append((self.row, self.column, f"={text}"))
        elif tag == "v" and self.kind == "e":
            self.scan.error_count += 1
            if len(self.scan.error_values) < MOST_LISTED:
                self.scan.error_values.append((self.row, self.column, text))

    def characters(self, text: str) -> None:
        if self.text is not None and len(self.text) < 100:
            self.text.append(text)


def _walk(part: Part) -> SheetScan:
    walker, parser = _Walker(), expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = walker.start
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.characters
    try:
        for piece in checked(part):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Unreadable(DAMAGED) from error
    return walker.scan
