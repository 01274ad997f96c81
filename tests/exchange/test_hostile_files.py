"""A bad file gets one clear error, soon, in little memory, and never ends the process."""

import io
import random
import struct
import zipfile

import pytest
import xlwt

from licensetrack.exchange import container, csv_text, opening, reading, sheet_scan, xlsx
from tests.exchange.making import ISSUE_HEADING, ISSUE_ROW, issues, only_error, rewritten, with_sheet_xml

GOOD = issues(ISSUE_ROW)


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
        (["EncryptionInfo", "EncryptedPackage"], container.LOCKED),
        (["WordDocument"], xlsx.OTHER_KIND),
        (["Contents"], xlsx.NOT_A_WORKBOOK),
    ],
)
def test_a_locked_workbook_and_other_old_files_are_told_apart(streams: list[str], rule: str) -> None:
    assert only_error("a.xlsx", compound_file(*streams)).rule == rule


def test_a_locked_workbook_that_is_cut_short_is_still_called_locked() -> None:
    locked = compound_file("EncryptionInfo", "EncryptedPackage") + b"\0" * 4096
    assert only_error("a.xlsx", locked[:1400]).rule == container.LOCKED


def test_a_zip_with_a_password_says_so() -> None:
    data = bytearray(GOOD)
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        data[data.find(signature) + offset] |= 1
    assert only_error("a.xlsx", bytes(data)).rule == container.LOCKED


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
