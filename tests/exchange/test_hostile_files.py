"""A bad file gets one clear error, soon, in little memory, and never ends the process."""

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

from licensetrack.exchange import container, csv_text, opening, reading, sheet_scan, xlsx
from licensetrack.exchange.problems import Problem
from licensetrack.exchange.ledgers import IssueRow
from licensetrack.exchange.ledgers_out import ledger_cells, ledger_columns
from licensetrack.exchange.spreadsheet_out import write_xlsx
from tests.exchange.making import ISSUE_HEADING, ISSUE_ROW, issue_row, issues, rewritten, with_sheet_xml, workbook

GOOD = issues(ISSUE_ROW)
DAY = dt.date(2024, 3, 5)
MEMORY_LIMIT = 200  # megabytes, of the whole process

SHEET = b'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def only_error(name: str, content: bytes) -> Problem:
    read = reading.read((name, content))
    assert len(read.errors) == 1, [problem.line() for problem in read.errors]
    assert read.tables == []
    return read.errors[0]


def replaced_sheet(rows: bytes) -> bytes:
    return with_sheet_xml(GOOD, lambda _: SHEET + b"<sheetData>" + rows + b"</sheetData></worksheet>")


def headed(rows: bytes) -> Callable[[bytes], bytes]:
    """Puts rows of XML after the good ones."""
    return lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>")


# What is no workbook


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", csv_text.EMPTY),
        (b"\0" * 4096, csv_text.EMPTY),
        (b" \r\n\r\n", csv_text.EMPTY),
        (b"%PDF-1.7 ...", xlsx.NOT_A_WORKBOOK),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, xlsx.NOT_A_WORKBOOK),
        (b"\x7fELF" + bytes(range(256)), xlsx.NOT_A_WORKBOOK),
        (bytes(range(256)) * 20, csv_text.ENCODING),
        ("<html><body><table><tr><td>授权编号".encode(), csv_text.WEB_PAGE),
        (b"<?xml version='1.0'?><Workbook/>", csv_text.WEB_PAGE),
        ("授权编号,单位名称\r\n".encode("shift-jis", "ignore") + b"\x80\xff\xff", csv_text.ENCODING),
        ("买菜清单\r\n白菜\r\n".encode(), reading.NO_LEDGER),
        (b"PK\x03\x04 and nothing more", container.DAMAGED),
        (opening.MAGIC + b"\0" * 100, container.DAMAGED),
        (opening.MAGIC + random.Random(1).randbytes(4096), container.DAMAGED),
    ],
)
def test_what_is_no_workbook_says_so(content: bytes, rule: str) -> None:
    assert only_error("a.xlsx", content).rule == rule


@pytest.mark.parametrize("share", [0.01, 0.3, 0.5, 0.9, 0.99])
def test_a_truncated_workbook_says_so(share: float) -> None:
    assert only_error("a.xlsx", GOOD[: int(len(GOOD) * share)]).rule == container.DAMAGED


def test_a_truncated_sheet_inside_a_whole_zip_says_so() -> None:
    assert only_error("a.xlsx", with_sheet_xml(GOOD, lambda xml: xml[:-40])).rule == container.DAMAGED


@pytest.mark.parametrize(
    ("part", "kind"), [("xl/workbook.bin", ".xlsb"), ("content.xml", ".ods"), ("word/document.xml", ".docx")]
)
def test_another_kind_of_office_file_is_named(part: str, kind: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(part, "x")
    problem = only_error("a.xlsx", out.getvalue())
    assert (problem.rule, problem.values) == (xlsx.OTHER_KIND, {"kind": kind})


def test_a_plain_zip_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    assert only_error("a.xlsx", out.getvalue()).rule == xlsx.NOT_A_WORKBOOK


# What is locked or brings more than data


def compound_file(*streams: str) -> bytes:
    """An old office container with empty streams of these names, small enough to be written by hand."""
    names = ["Root Entry", *streams]
    directory = b""
    for i, name in enumerate(names):
        raw = (name + "\0").encode("utf-16-le")
        kind = 5 if i == 0 else 2
        directory += raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1) + b"\xff" * 12 + b"\0" * 36
        directory += struct.pack("<LLL", 0xFFFFFFFE, 0, 0)
    directory = directory.ljust(-(-len(directory) // 512) * 512, b"\0")
    sectors = len(directory) // 512
    fat = struct.pack("<L", 0xFFFFFFFD) + b"".join(
        struct.pack("<L", i + 2 if i + 1 < sectors else 0xFFFFFFFE) for i in range(sectors)
    )
    header = opening.MAGIC + b"\0" * 16 + struct.pack("<HHHHH", 62, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<LLLLLLLLL", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109L", 0, *[0xFFFFFFFF] * 108)
    return header + fat.ljust(512, b"\xff") + directory


@pytest.mark.parametrize(
    ("streams", "rule"),
    [
        (["EncryptionInfo", "EncryptedPackage"], container.PASSWORD),
        (["WordDocument"], xlsx.OTHER_KIND),
        (["Contents"], xlsx.NOT_A_WORKBOOK),
    ],
)
def test_a_locked_workbook_and_other_old_files_are_told_apart(streams: list[str], rule: str) -> None:
    assert only_error("a.xlsx", compound_file(*streams)).rule == rule


def test_a_zip_with_a_password_says_so() -> None:
    data = bytearray(GOOD)
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.find(signature) + offset] |= 1
    assert only_error("a.xlsx", bytes(data)).rule == container.PASSWORD


@pytest.mark.parametrize(
    ("extra", "rule"),
    [
        ({"xl/vbaProject.bin": b"x"}, xlsx.MACROS),
        ({"xl/macrosheets/sheet1.xml": b"<x/>"}, xlsx.MACROS),
        ({"xl/externalLinks/externalLink1.xml": b"<x/>"}, xlsx.EXTERNAL_LINKS),
    ],
)
def test_macros_and_links_are_refused_whatever_the_file_is_called(extra: dict[str, bytes], rule: str) -> None:
    assert only_error("a.xlsx", rewritten(GOOD, lambda _, content: content, extra)).rule == rule


def test_a_workbook_that_declares_macros_is_refused() -> None:
    def declare(name: str, content: bytes) -> bytes:
        return content.replace(
            b"openxmlformats-officedocument.spreadsheetml.sheet.main", b"ms-excel.sheet.macroEnabled.main"
        )

    assert only_error("a.xlsm", rewritten(GOOD, declare)).rule == xlsx.MACROS


ENTITIES = {
    "entity": b'<!DOCTYPE x [<!ENTITY a "b">]>',
    "laughs": b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>',
    "outside": b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "dtd": b'<!DOCTYPE x SYSTEM "http://example.org/x.dtd">',
}
PARTS = [
    *(
        "[Content_Types].xml",
        "_rels/.rels",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/worksheets/sheet1.xml",
    ),
    *("xl/sharedStrings.xml", "xl/styles.xml", "xl/theme/theme1.xml", "docProps/core.xml", "docProps/app.xml"),
]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", list(ENTITIES))
def test_document_types_and_entities_are_refused_in_every_part(part: str, name: str) -> None:
    def insert(of: str, content: bytes) -> bytes:
        return content.replace(b"?>", b"?>" + ENTITIES[name], 1) if of == part else content

    assert only_error("a.xlsx", rewritten(GOOD, insert)).rule == sheet_scan.DOCTYPE


@pytest.mark.parametrize("place", [container.PIECE - 3, 2 * container.PIECE - 5])
def test_a_document_type_across_the_seam_of_two_pieces_is_seen(place: int) -> None:
    def insert(name: str, content: bytes) -> bytes:
        if name != "xl/styles.xml":
            return content
        head, _, tail = content.partition(b"?>")
        padding = place - len(head) - len(b"?><!---->")
        filler = bytes(random.Random(7).choices(b"abcdefgh", k=padding))
        return head + b"?><!--" + filler + b"-->" + ENTITIES["dtd"] + tail

    assert only_error("a.xlsx", rewritten(GOOD, insert)).rule == sheet_scan.DOCTYPE


def test_xml_in_another_encoding_is_refused() -> None:
    other = with_sheet_xml(GOOD, lambda xml: xml.decode().replace("UTF-8", "UTF-16").encode("utf-16"))
    assert only_error("a.xlsx", other).rule == sheet_scan.ODD_ENCODING


# Formulas


def test_a_formula_is_told_by_its_cell() -> None:
    def formula(book: Any, pages: dict[str, Any]) -> None:
        pages["授权发放台账"].write_formula("G2", "=100+64", None, 164)

    problem = only_error("a.xlsx", workbook({"授权发放台账": [ISSUE_HEADING, ISSUE_ROW]}, formula))
    assert (problem.sheet, problem.row, problem.column, problem.heading) == ("授权发放台账", 2, "G", "CPU数量")
    assert (problem.value, problem.rule) == ("=100+64", reading.FORMULA)


def test_several_formulas_make_one_error_that_counts_them() -> None:
    def formulas(book: Any, pages: dict[str, Any]) -> None:
        for row in range(1, 40):
            pages["授权发放台账"].write_formula(row, 6, "=1+1", None, 2)

    lines = [issue_row(授权编号=f"SQ-{i}") for i in range(39)]
    problem = only_error("a.xlsx", workbook({"授权发放台账": [ISSUE_HEADING, *lines]}, formulas))
    assert (problem.rule, problem.values, problem.row) == (reading.FORMULAS, {"more": 38}, 2)


def test_a_formula_on_a_sheet_that_is_no_ledger_does_no_harm() -> None:
    def formula(book: Any, pages: dict[str, Any]) -> None:
        pages["统计"].write_formula("A2", "=SUM(授权发放台账!G:G)", None, 16)

    read = reading.read(("a.xlsx", workbook({"授权发放台账": [ISSUE_HEADING, ISSUE_ROW], "统计": [["CPU"]]}, formula)))
    assert read.errors == []
    assert len(read.tables[0].rows) == 1


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="G2"><f>1+1</f><v>2</v></c>',
        b'<c r="G2"><f t="shared" si="0"/><v>2</v></c>',
        b'<c r="G2"><f></f><v>2</v></c>',
        b"<c r='G2'><f>1+1</f><v>2</v></c>",
        b'<c  r="G2" ><f>1+1</f><v>2</v></c>',
        b"<c><f>1+1</f><v>2</v></c>",
        b'<x:c xmlns:x="urn:x" r="G2"><x:f>1+1</x:f><x:v>2</x:v></x:c>',
        b'<c r="G2"><!-- --><f>1+1</f><v>2</v></c>',
    ],
)
def test_no_way_of_writing_a_formula_escapes(cell: bytes) -> None:
    good = b"".join(
        b'<c r="%c1" t="inlineStr"><is><t>%b</t></is></c>' % (65 + i, heading.encode())
        for i, heading in enumerate(ISSUE_HEADING)
    )
    rows = b'<row r="1">' + good + b'</row><row r="2">' + cell + b"</row>"
    assert only_error("a.xlsx", replaced_sheet(rows)).rule in {reading.FORMULA, reading.FORMULAS}


def test_a_formula_hidden_after_the_cells_is_seen() -> None:
    def add(xml: bytes) -> bytes:
        return xml.replace(
            b"</sheetData>", b'</sheetData><sheetData><row r="2"><c r="G2"><f>1+1</f></c></row></sheetData>'
        )

    assert only_error("a.xlsx", with_sheet_xml(GOOD, add)).rule == reading.FORMULA


def test_a_formula_of_an_old_workbook_is_told_by_its_cell() -> None:
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("授权发放台账")
    for i, heading in enumerate(ISSUE_HEADING):
        page.write(0, i, heading)
    page.write(1, 6, xlwt.Formula("1+1"))
    out = io.BytesIO()
    book.save(out)
    problem = only_error("a.xls", out.getvalue())
    assert (problem.rule, problem.row, problem.column) == (reading.FORMULA, 2, "G")


def test_a_formula_in_a_text_table_is_an_error_too() -> None:
    text = ",".join(ISSUE_HEADING) + "\r\n1,SQ-1,甲局,BMS,,正式,=1+1,,2024-03-05\r\n"
    problem = only_error("a.csv", text.encode())
    assert (problem.rule, problem.row, problem.column, problem.value) == (reading.FORMULA, 2, "G", "=1+1")


def test_quotation_marks_that_do_not_match_are_an_error() -> None:
    text = ",".join(ISSUE_HEADING) + '\r\n1,"SQ-1,甲局,BMS\r\n'
    assert only_error("a.csv", text.encode()).rule == csv_text.QUOTES


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
own = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1]) if status.exists() else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
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


def gigabyte_of_blanks() -> bytes:
    return zip_of({SHEET_PART: [OPEN, *[b" " * 2**20] * 1024, CLOSE]})


def gigabyte_of_strings() -> bytes:
    return zip_of({STRINGS_PART: [b"<sst>", *[b"<si><t>a</t></si>" * 60_000] * 1024, b"</sst>"]})


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
    """The table of contents says a hundred bytes; the stream holds half a gigabyte, and its beginning has the right check sum."""
    begin = (OPEN + b" " * 100)[:100]
    squeezer = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = squeezer.compress(begin) + b"".join(squeezer.compress(b" " * 2**20) for _ in range(512)) + squeezer.flush()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new, zipfile.ZipFile(io.BytesIO(GOOD)) as old:
        for name in old.namelist():
            new.writestr(name, stream if name == SHEET_PART else old.read(name))
    data = bytearray(out.getvalue())
    for signature, method, crc, size, name_at in ((b"PK\x03\x04", 8, 14, 22, 30), (b"PK\x01\x02", 10, 16, 24, 46)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            if data[at + name_at :].startswith(SHEET_PART.encode()):
                struct.pack_into("<H", data, at + method, 8)
                struct.pack_into("<L", data, at + crc, zlib.crc32(begin))
                struct.pack_into("<L", data, at + size, len(begin))
                break
    return bytes(data)


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
    print(make.__name__, answer)
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
    read = reading.read(("a.xlsx", with_sheet_xml(GOOD, headed(blank))))
    assert read.problems == []
    assert len(read.tables[0].rows) == 1


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


# Anything else: whatever is done to a good file, it is read or refused, and nothing is raised


@pytest.mark.parametrize("seed", range(60))
def test_a_workbook_with_broken_bytes_never_ends_in_an_exception(seed: int) -> None:
    noise = random.Random(seed)
    data = bytearray(GOOD)
    for _ in range(noise.randrange(1, 12)):
        data[noise.randrange(len(data))] = noise.randrange(256)
    read = reading.read(("a.xlsx", bytes(data)))
    assert read.errors or [len(table.rows) for table in read.tables] == [1]


@pytest.mark.parametrize("seed", range(60))
def test_a_workbook_with_broken_xml_never_ends_in_an_exception(seed: int) -> None:
    noise = random.Random(seed)

    def disturb(name: str, content: bytes) -> bytes:
        if not name.startswith("xl/") or noise.random() < 0.5:
            return content
        broken = bytearray(content)
        for _ in range(noise.randrange(1, 6)):
            at = noise.randrange(len(broken))
            broken[at : at + noise.randrange(3)] = bytes(noise.choices(b'<>/"= rcvsft19ZA&;\xe4', k=noise.randrange(3)))
        return bytes(broken)

    read = reading.read(("a.xlsx", rewritten(GOOD, disturb)))
    assert isinstance(read.problems, list)


@pytest.mark.parametrize("seed", range(12))
def test_an_old_workbook_with_broken_bytes_never_ends_in_an_exception(seed: int) -> None:
    noise = random.Random(seed)
    book = xlwt.Workbook(encoding="utf-8")
    page = book.add_sheet("授权发放台账")
    for i, heading in enumerate(ISSUE_HEADING):
        page.write(0, i, heading)
    out = io.BytesIO()
    book.save(out)
    data = bytearray(out.getvalue())
    for _ in range(noise.randrange(1, 10)):
        data[noise.randrange(len(data))] = noise.randrange(256)
    read = reading.read(("a.xls", bytes(data)))
    assert read.errors or len(read.tables) == 1
