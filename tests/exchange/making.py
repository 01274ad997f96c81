"""Workbooks for the tests of reading: ordinary ones by a spreadsheet writer, dangerous ones by hand."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import xlsxwriter

from licensetrack.exchange import reading
from licensetrack.exchange.problems import Problem

Cells = Sequence[Sequence[object]]

ISSUE_HEADING = [
    "序号",
    "授权编号",
    "单位名称",
    "产品类别",
    "云平台名称",
    "授权类型",
    "CPU数量",
    "临时授权日期",
    "正式授权发放日期",
]
ISSUE_ROW = [1, "SQ-2024-0001", "深圳市教育局", "虚拟化软件", "教育云", "正式", 16, None, dt.date(2024, 3, 5)]

SHEET = b'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def issue_row(**changed: object) -> list[object]:
    """A good line of the issue ledger with some cells changed, by heading."""
    row: list[object] = list(ISSUE_ROW)
    for heading, value in changed.items():
        row[ISSUE_HEADING.index(heading)] = value
    return row


def issues(*rows: Sequence[object]) -> bytes:
    """An issue ledger with these lines under its heading in row 1."""
    return workbook({"授权发放台账": [ISSUE_HEADING, *rows]})


def workbook(
    sheets: Mapping[str, Cells], decorate: Callable[[Any, dict[str, Any]], None] | None = None, **options: Any
) -> bytes:
    """A workbook with these sheets; `decorate` may merge, hide or add formulas afterwards."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        pages = {}
        for name, rows in sheets.items():
            page = pages[name] = book.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    if isinstance(value, dt.datetime):
                        page.write_datetime(i, j, value, moment)
                    elif isinstance(value, dt.date):
                        page.write_datetime(i, j, value, day)
                    elif isinstance(value, str):
                        page.write_string(i, j, value)
                    elif value is not None:
                        page.write(i, j, value)
        if decorate:
            decorate(book, pages)
    return out.getvalue()


def text_table(rows: Cells, separator: str = ",") -> str:
    """The same as text, every cell in quotation marks."""
    return "\r\n".join(
        separator.join('"' + str("" if c is None else c).replace('"', '""') + '"' for c in row) for row in rows
    )


def rewritten(
    data: bytes, change: Callable[[str, bytes], bytes | None], extra: Mapping[str, bytes] | None = None
) -> bytes:
    """A zip whose parts went through `change` (None leaves a part out), with more parts added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return out.getvalue()


def with_sheet_xml(data: bytes, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook whose first sheet's XML was changed."""
    return rewritten(data, lambda name, content: change(content) if name == "xl/worksheets/sheet1.xml" else content)


def full_width(text: str) -> str:
    """The text as an input method set to full width types it."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def replaced_sheet(rows: bytes) -> bytes:
    """A workbook whose only sheet holds these rows of XML."""
    return with_sheet_xml(issues(ISSUE_ROW), lambda _: SHEET + b"<sheetData>" + rows + b"</sheetData></worksheet>")


def only_error(name: str, content: bytes) -> Problem:
    """The one error that a refused file gets; nothing of it is read."""
    read = reading.read((name, content))
    assert len(read.errors) == 1, [problem.line() for problem in read.errors]
    assert read.tables == []
    return read.errors[0]


def where(problem: Problem) -> tuple[int | None, str, str, str]:
    """Row, column, value and rule of a problem."""
    return problem.row, problem.column, problem.value, problem.rule
