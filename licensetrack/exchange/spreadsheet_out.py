"""Tables out: xlsx with real types in constant memory, and csv; in neither can a text become a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Literal

import xlsxwriter

from licensetrack.core.clock import BUSINESS_ZONE

Shape = Literal["text", "whole", "money", "percent", "day", "moment"]

# What a spreadsheet program takes for the beginning of a formula or a command, and our own mark, so that reading
# takes off one.
_LIVE = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_SHEET_ROWS = 1_048_576
_LONGEST_CELL = 32_767
_WIDTHS = {"text": 24, "whole": 12, "money": 18, "percent": 10, "day": 13, "moment": 18}
_FORMATS = {
    "text": "@",
    "whole": "#,##0",
    "money": "#,##0.00",
    "percent": "0.00",
    "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """A column to be written: its heading, what kind of values it has, and its width in characters if not the usual
    one."""

    heading: str
    shape: Shape = "text"
    width: int | None = None


def write_xlsx(
    rows: Iterable[Sequence[object]],
    columns: Sequence[OutputColumn],
    target: str | BinaryIO,
    *,
    sheet: str = "Sheet1",
    created: datetime | None = None,
) -> int:
    """Write a table as a workbook and return the number of rows; takes rows one by one and keeps none of them.

    Texts stay texts, whatever they begin with; numbers, days and moments are real ones (an aware moment is shown as
    wall time in Shanghai). The heading is frozen and can be filtered by. After a million rows another sheet begins.

    Args:
        target: a path or a binary stream.
        created: the time written into the file's properties; the same rows and the same time give the same bytes.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": _FORMATS["day"],
    }
    count = 0
    with xlsxwriter.Workbook(target, options) as book:
        if created:
            book.set_properties({"created": created})
        title = book.add_format(
            {
                "bold": True,
                "bg_color": "#E8EEF7",
                "bottom": 1,
                "align": "center",
                "valign": "vcenter",
                "text_wrap": True,
            }
        )
        formats = [book.add_format({"num_format": _FORMATS[column.shape]}) for column in columns]
        name = _NO_SHEET_NAME.sub(" ", sheet)[:28].strip("' ") or "Sheet1"
        page, line, pages = None, 0, 0
        for row in rows:
            if page is None or line == _SHEET_ROWS:
                _finish(page, line, len(columns))
                pages += 1
                page, line = _new_page(book, name if pages == 1 else f"{name} {pages}", columns, formats, title), 1
            _write_row(page, line, row, formats)
            line += 1
            count += 1
        if page is None:
            page, line = _new_page(book, name, columns, formats, title), 1
        _finish(page, line, len(columns))
    return count


def _new_page(book: Any, name: str, columns: Sequence[OutputColumn], formats: list[Any], title: Any) -> Any:
    page = book.add_worksheet(name)
    for i, (column, style) in enumerate(zip(columns, formats, strict=True)):
        page.set_column(i, i, column.width or max(_WIDTHS[column.shape], 2 * len(column.heading) + 2), style)
    page.set_row(0, 24)
    for i, column in enumerate(columns):
        page.write_string(0, i, column.heading, title)
    page.freeze_panes(1, 0)
    return page


def _finish(page: Any, lines: int, width: int) -> None:
    if page is not None and width:
        page.autofilter(0, 0, max(lines - 1, 0), width - 1)


def _write_row(page: Any, line: int, row: Sequence[object], formats: list[Any]) -> None:
    for i, (value, style) in enumerate(zip(row, formats, strict=True)):
        if value is None or value == "":
            continue
        if isinstance(value, str):
            page.write_string(line, i, value[:_LONGEST_CELL], style)
        elif isinstance(value, bool):
            page.write_boolean(line, i, value)
        elif isinstance(value, int | float | Decimal):
            page.write_number(line, i, value, style)
        elif isinstance(value, datetime):
            page.write_datetime(line, i, wall_time(value), style)
        elif isinstance(value, date):
            page.write_datetime(line, i, value, style)
        else:
            page.write_string(line, i, str(value)[:_LONGEST_CELL], style)


def wall_time(moment: datetime) -> datetime:
    """The moment as a clock in Shanghai shows it, without a zone, as spreadsheets keep time."""
    return moment.astimezone(BUSINESS_ZONE).replace(tzinfo=None) if moment.tzinfo else moment


def write_csv(rows: Iterable[Sequence[object]], columns: Sequence[OutputColumn], target: BinaryIO) -> int:
    """Write a table as csv in UTF-8 with a byte order mark (so that spreadsheet programs see it) and return the
    number of rows.

    A text that a spreadsheet program would run gets a quotation mark before it; numbers, negative ones too, stay
    numbers.
    """
    count = 0
    target.write(b"\xef\xbb\xbf")
    for count, piece in enumerate(csv_lines(rows, columns)):  # noqa: B007 - the heading is line 0
        target.write(piece)
    return count


def csv_lines(rows: Iterable[Sequence[object]], columns: Sequence[OutputColumn]) -> Iterator[bytes]:
    """The lines of the csv, heading first, each as bytes without the byte order mark: for a response that is sent as
    it grows."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    yield _line(writer, buffer, [column.heading for column in columns])
    for row in rows:
        yield _line(writer, buffer, row)


def _line(writer: Any, buffer: io.StringIO, row: Sequence[object]) -> bytes:
    writer.writerow([_csv_cell(value) for value in row])
    line = buffer.getvalue().encode("utf-8", "replace")
    buffer.seek(0)
    buffer.truncate()
    return line


def _csv_cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float | Decimal):
        return value
    if isinstance(value, datetime):
        return wall_time(value).isoformat(" ", "seconds" if value.second else "minutes")
    if isinstance(value, date):
        return value.isoformat()
    return defused(str(value))


def defused(text: str) -> str:
    """The text with a quotation mark before it if a spreadsheet program would take it for a formula or a command."""
    return f"'{text}" if _LIVE.match(text) else text
