"""A file made to exhaust the machine is refused soon and in little memory; each is tried in a process of its own."""

import datetime as dt
import io
import json
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlwt

from licensetrack.exchange import container, csv_text, opening, reading, sheet_scan
from licensetrack.exchange.ledgers_out import ledger_cells, ledger_columns
from licensetrack.exchange.rows import IssueRow
from licensetrack.exchange.spreadsheet_out import write_xlsx
from tests.exchange.making import (
    ISSUE_HEADING,
    ISSUE_ROW,
    SHEET,
    issues,
    replaced_sheet,
    rewritten,
    with_sheet_xml,
    workbook,
)

GOOD = issues(ISSUE_ROW)
DAY = dt.date(2024, 3, 5)
MEMORY_LIMIT = 200  # megabytes, of the whole process


# Size: each in a process of its own, whose memory is measured


MEASURE = """
import json, re, resource, sys, time
from pathlib import Path
from licensetrack.exchange.reading import read
begin = time.perf_counter()
result = read(sys.argv[1])
seconds = time.perf_counter() - begin
# The peak that getrusage tells is inherited from the process that started this one; the kernel's own mark is not.
status = Path("/proc/self/status")
own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if status.exists():
    own = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1])
children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps({"rules": [p.rule for p in result.errors], "tables": [len(t.rows) for t in result.tables],
                  "seconds": seconds, "megabytes": (own + children) / 1024}))
"""


def measured(path: Path) -> dict[str, Any]:
    """What a fresh process says about a file, with the seconds and the megabytes it took, its child's included."""
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, cwd=root, check=True
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def zip_of(parts: dict[str, list[bytes]]) -> bytes:
    """A workbook whose parts are written piece by piece, so that a gigabyte never stands in memory."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, pieces in parts.items():
            with new.open(name, "w", force_zip64=True) as part:
                for piece in pieces:
                    part.write(piece)
    return out.getvalue()


SHEET_PART, STRINGS_PART = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
OPEN, CLOSE = SHEET + b"<sheetData>", b"</sheetData></worksheet>"


def repeated(begin: bytes, block: bytes, times: int, end: bytes) -> tuple[bytes, int]:
    """A packed stream of one block repeated, made by packing the block once; and the size it unpacks to."""
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    head = squeezer.compress(begin) + squeezer.flush(zlib.Z_FULL_FLUSH)
    body = squeezer.compress(block) + squeezer.flush(zlib.Z_FULL_FLUSH)
    return head + body * times + squeezer.compress(end) + squeezer.flush(), len(begin) + len(block) * times + len(end)


def with_packed_part(name: str, stream: bytes, size: int, crc: int) -> bytes:
    """A workbook one of whose parts is this packed stream, which the table of contents describes as told."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new, zipfile.ZipFile(io.BytesIO(GOOD)) as old:
        for part in old.namelist():
            new.writestr(part, stream if part == name else old.read(part))
    data = bytearray(out.getvalue())
    for signature, method_at, crc_at, size_at, name_at in (
        (b"PK\x03\x04", 8, 14, 22, 30),
        (b"PK\x01\x02", 10, 16, 24, 46),
    ):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            if data[at + name_at :].startswith(name.encode()):
                struct.pack_into("<H", data, at + method_at, 8)
                struct.pack_into("<L", data, at + crc_at, crc)
                struct.pack_into("<L", data, at + size_at, size)
                break
    return bytes(data)


def gigabyte_of_blanks() -> bytes:
    stream, size = repeated(OPEN, b" " * 2**20, 1024, CLOSE)
    return with_packed_part(SHEET_PART, stream, size, 0)


def gigabyte_of_strings() -> bytes:
    stream, size = repeated(b"<sst>", b"<si><t>a</t></si>" * 60_000, 1024, b"</sst>")
    return with_packed_part(STRINGS_PART, stream, size, 0)


def many_small_strings() -> bytes:
    """Within the ratio, thanks to noise, but five million entries."""
    noise = random.Random(3)
    pieces = [
        b"".join(b"<si><t>%c</t></si>" % noise.choice(b"abcdefghijklmnop") for _ in range(50_000)) for _ in range(4)
    ]
    return zip_of({STRINGS_PART: [b"<sst>", *(pieces * 25), b"</sst>"]})


def two_million_rows() -> bytes:
    rows = (
        b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (i, i) for i in range(n, n + 1000))
        for n in range(1, 2_000_000, 1000)
    )
    return zip_of({SHEET_PART: [OPEN, *rows, CLOSE]})


def five_thousand_columns() -> bytes:
    return workbook({"Sheet1": [[f"列{i}" for i in range(5000)], list(range(5000))]})


def a_cell_far_away() -> bytes:
    return replaced_sheet(
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )


def a_cell_far_away_out_of_order() -> bytes:
    return replaced_sheet(b'<row r="1"><c r="XFD1048576"><v>1</v></c><c r="A1"><v>1</v></c></row>')


def a_far_cell_between_good_rows() -> bytes:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (i, i) for i in range(1, 50_000))
    return replaced_sheet(rows + b'<row r="50000"><c r="ZZZ199000"><v>1</v></c></row>' + rows)


def wide_and_long() -> bytes:
    return replaced_sheet(b'<row r="1"><c r="IV1"><v>1</v></c></row><row r="199999"><c r="A199999"><v>1</v></c></row>')


def a_size_that_lies() -> bytes:
    """The table of contents says a hundred bytes; the stream holds half a gigabyte, and its beginning has the right
    check sum."""
    begin = (OPEN + b" " * 100)[:100]
    stream, _ = repeated(begin, b" " * 2**20, 512, b"")
    return with_packed_part(SHEET_PART, stream, len(begin), zlib.crc32(begin))


def thousand_parts() -> bytes:
    return rewritten(GOOD, lambda _, content: content, {f"xl/media/{i}.xml": b"<x/>" for i in range(1000)})


def old_workbook_with_a_far_cell() -> bytes:
    book = xlwt.Workbook()
    page = book.add_sheet("a")
    page.write(0, 0, 1)
    page.write(65535, 255, 1)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def old_workbook_with_a_boast() -> bytes:
    """An old workbook whose table of strings claims two thousand million entries."""
    book = xlwt.Workbook()
    book.add_sheet("a").write(0, 0, "授权编号")
    out = io.BytesIO()
    book.save(out)
    data = bytearray(out.getvalue())
    at = next(
        i
        for i in range(512, len(data))
        if data[i : i + 2] == b"\xfc\x00" and data[i + 4 : i + 12] == struct.pack("<LL", 1, 1)
    )
    struct.pack_into("<LL", data, at + 4, 0x7FFFFFFF, 0x7FFFFFFF)
    return bytes(data)


def text_of_two_million_rows() -> bytes:
    return ",".join(ISSUE_HEADING).encode() + b"\r\n" + b"1,2,3\r\n" * 2_000_000


def text_of_five_thousand_columns() -> bytes:
    return b",".join(b"%d" % i for i in range(5000)) + b"\r\n"


def text_in_one_endless_cell() -> bytes:
    return ",".join(ISSUE_HEADING).encode() + b'\r\n"' + b"a" * 20_000_000 + b'"\r\n'


def test_a_bomb_is_as_small_and_as_large_as_it_should_be() -> None:
    stream, size = repeated(OPEN, b" " * 2**20, 64, CLOSE)
    assert len(stream) * 100 < size
    assert len(zlib.decompress(stream, -15)) == size
    assert len(gigabyte_of_blanks()) < 2 * 2**20


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        (gigabyte_of_blanks, container.PACKED_TOO_TIGHT),
        (gigabyte_of_strings, container.PACKED_TOO_TIGHT),
        (many_small_strings, sheet_scan.TOO_MANY_CELLS),
        (two_million_rows, sheet_scan.TOO_MANY_ROWS),
        (five_thousand_columns, sheet_scan.TOO_MANY_COLUMNS),
        (a_cell_far_away, sheet_scan.TOO_MANY_ROWS),
        (a_cell_far_away_out_of_order, sheet_scan.TOO_MANY_ROWS),
        (a_far_cell_between_good_rows, sheet_scan.TOO_MANY_COLUMNS),
        (wide_and_long, sheet_scan.TOO_MANY_CELLS),
        (a_size_that_lies, container.DAMAGED),
        (thousand_parts, container.TOO_MANY_PARTS),
        (old_workbook_with_a_far_cell, sheet_scan.TOO_MANY_CELLS),
        (old_workbook_with_a_boast, reading.NO_LEDGER),
        (text_of_two_million_rows, sheet_scan.TOO_MANY_ROWS),
        (text_of_five_thousand_columns, sheet_scan.TOO_MANY_COLUMNS),
        (text_in_one_endless_cell, csv_text.QUOTES),
    ],
)
def test_a_bomb_is_refused_soon_and_in_little_memory(make: Callable[[], bytes], rule: str, tmp_path: Path) -> None:
    (tmp_path / "bomb.xlsx").write_bytes(make())
    answer = measured(tmp_path / "bomb.xlsx")
    assert answer["rules"] == [rule]
    assert answer["tables"] == []
    assert answer["megabytes"] < MEMORY_LIMIT
    assert answer["seconds"] < 10


def test_a_file_larger_than_the_limit_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.xlsx"
    with path.open("wb") as file:
        file.truncate(opening.LARGEST_FILE + 1)
    answer = measured(path)
    assert answer["rules"] == [opening.TOO_LARGE]
    assert answer["megabytes"] < 60


def test_formatting_down_to_the_last_row_is_no_data() -> None:
    blank = b"".join(
        b'<row r="%d" s="1" customFormat="1"><c r="A%d" s="1"/></row>' % (i, i) for i in range(1_048_000, 1_048_577)
    )
    read = reading.read(
        ("a.xlsx", with_sheet_xml(GOOD, lambda xml: xml.replace(b"</sheetData>", blank + b"</sheetData>")))
    )
    assert read.problems == []
    assert len(read.tables[0].rows) == 1


@pytest.mark.slow
def test_a_ledger_of_a_hundred_thousand_rows_is_read_in_less_than_250_megabytes(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    lines = (
        ledger_cells(
            "issues", IssueRow(0, f"SQ-{i:06}", f"第{i % 124}单位", "bms", f"平台{i}", "formal", 16, None, DAY)
        )
        for i in range(100_000)
    )
    with path.open("wb") as out:
        write_xlsx(lines, ledger_columns("issues"), out)
    answer = measured(path)
    assert (answer["rules"], answer["tables"]) == ([], [100_000])
    assert answer["megabytes"] < 250
