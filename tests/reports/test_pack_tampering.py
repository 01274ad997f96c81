"""What is changed in a sealed pack is found: single bytes, files, figures, lines, and another's signature."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_STORED, ZipFile

import pytest

from licensetrack.core import signing
from licensetrack.reports import verify_pack
from licensetrack.reports.pack_container import canonical
from licensetrack.reports.pack_recount import RULES, SNAPSHOT, lines_of
from licensetrack.reports.pack_writing import Entry
from licensetrack.reports.sealed_pack import seal
from licensetrack.reports.verify_pack import main, verify

CHANGES = 200
ROWS = [{"unit_code": f"U{n}", "value": n} for n in (40, 60, 25)]
RATES = [{"numerator": n % 2, "denominator": 1} for n in range(3)]
FIGURES = {
    "sets": 125,
    "units": 3,
    "rate": "33.33",
    "target": 100,
    "done": "125.00",
    "both": 128,
    "rest": 25,
    "none": None,
}
RULES_OF = {
    "sets": {"rule": "sum", "rows": "sets", "column": "value"},
    "units": {"rule": "count", "rows": "units", "column": "unit_code"},
    "rate": {"rule": "rate", "rows": "rate", "numerator": "numerator", "denominator": "denominator"},
    "target": {"rule": "stated"},
    "done": {"rule": "percent", "of": ["sets", "target"]},
    "both": {"rule": "add", "of": ["sets", "units"]},
    "rest": {"rule": "subtract", "of": ["sets", "target"]},
    "none": {"rule": "rate", "rows": "none", "numerator": "numerator", "denominator": "denominator"},
}
PAPER = b"a paper"
Books = dict[str, Any]


def books() -> Books:
    """What a small evaluation holds, to be tampered with."""
    lists = {"sets": ROWS, "units": ROWS, "rate": RATES, "none": []}
    return {"lists": lists, "figures": dict(FIGURES), "rules": dict(RULES_OF), "paper": PAPER, "seal": True}


def packed(held: Books, frozen: Books | None = None) -> bytes:
    """The pack of these books, properly signed; `frozen` are the books whose lists the snapshot vouches for."""
    texts = {name: b"".join(map(canonical, rows)) for name, rows in held["lists"].items()}
    vouched = {name: b"".join(map(canonical, rows)) for name, rows in (frozen or held)["lists"].items()}
    snapshot = canonical({
        "figures": {name: {"value": value} for name, value in held["figures"].items()},
        "trace_digests": {name: hashlib.sha256(text).hexdigest() for name, text in vouched.items()},
        "evidence": [{"name": "paper.pdf", "digest": hashlib.sha256(PAPER).hexdigest()}],
    })  # fmt: skip
    entries = [Entry("说明.txt", b"words"), Entry(SNAPSHOT, snapshot), Entry(RULES, canonical(held["rules"]))]
    entries += [Entry(lines_of(name), text) for name, text in texts.items()]
    entries.append(Entry("佐证材料/1-paper.pdf", held["paper"]))
    target = BytesIO()
    stated = {"algorithm": "sha256", "digest": hashlib.sha256(snapshot).hexdigest()}
    signing.use_key("5a" * 32)
    seal(entries, {"snapshot": stated}, target, ("sha256",))
    return target.getvalue()


@pytest.fixture(scope="module")
def pack() -> bytes:
    return packed(books())


def faults(pack: bytes, fingerprint: str = "") -> dict[str, str]:
    return {one.title: one.detail for one in verify(pack, fingerprint) if not one.ok}


def test_the_small_pack_is_whole(pack: bytes) -> None:
    assert faults(pack) == {}


def test_two_hundred_of_two_hundred_single_byte_changes_are_found(pack: bytes) -> None:
    chance = random.Random(20240831)
    missed = []
    for _ in range(CHANGES):
        at, by = chance.randrange(len(pack)), chance.randrange(1, 256)
        changed = bytearray(pack)
        changed[at] ^= by
        if not faults(bytes(changed)):
            missed.append((at, by))
    assert missed == []


def test_no_byte_of_head_and_directory_is_free(pack: bytes) -> None:
    """Where a ZIP has room for anything: dates, flags, comments, the numbers of disks."""
    manifest = pack.index(b'{"')
    directory = pack.index(b"PK\1\2")
    for at in (*range(manifest), *range(directory, len(pack), 7), *range(len(pack) - 22, len(pack))):
        changed = bytearray(pack)
        changed[at] ^= 0x20
        assert faults(bytes(changed)), at


def test_what_is_added_before_within_or_behind_is_found(pack: bytes) -> None:
    with_one_more = BytesIO(pack)
    with ZipFile(with_one_more, "a", ZIP_STORED) as archive:
        archive.writestr("one-more.txt", "hello")
    for changed in (pack + b"\0", b"\0" + pack, with_one_more.getvalue(), pack[:-1], pack[: len(pack) // 2], b"PK"):
        assert faults(changed)


def test_a_removed_and_a_renamed_file_are_found(pack: bytes) -> None:
    for act in (lambda name: name != "说明.txt", lambda name: name):
        target = BytesIO()
        with ZipFile(BytesIO(pack)) as source, ZipFile(target, "w", ZIP_STORED) as archive:
            for name in source.namelist():
                if act(name):
                    archive.writestr(name.replace("说明", "另说"), source.read(name))
        assert faults(target.getvalue())


def _number(held: Books) -> None:
    held["figures"]["sets"] = 126


def _derived(held: Books) -> None:
    held["figures"]["done"] = "126.00"


def _rate(held: Books) -> None:
    held["figures"]["rate"] = "100"


def _line(held: Books) -> None:
    held["lists"]["sets"] = [*ROWS[:2], {"unit_code": "U25", "value": 26}]


def _line_and_number(held: Books) -> None:
    held["lists"]["sets"], held["figures"]["sets"] = ROWS[:2], 100


def _rule(held: Books) -> None:
    held["rules"]["sets"] = {"rule": "stated"}
    held["figures"]["sets"] = 999


def _no_rule(held: Books) -> None:
    del held["rules"]["sets"]


def _odd_rule(held: Books) -> None:
    held["rules"]["sets"] = {"rule": "guess", "of": []}


def _column(held: Books) -> None:
    held["rules"]["sets"] = {"rule": "sum", "rows": "sets", "column": "nothing"}


def _paper(held: Books) -> None:
    held["paper"] = b"another paper"


@pytest.mark.parametrize(
    ("tamper", "title"),
    [(_number, "数据复算"), (_derived, "数据复算"), (_rate, "数据复算"), (_line, "逐笔明细"),
     (_line_and_number, "逐笔明细"),
     (_rule, "数据复算"), (_no_rule, "封存包"), (_odd_rule, "封存包"), (_column, "封存包"), (_paper, "佐证材料")],
)  # fmt: skip
def test_books_that_disagree_are_found_even_under_a_good_signature(tamper: Callable[[Books], None], title: str) -> None:
    held = books()
    tamper(held)
    assert title in faults(packed(held, books()))


def test_a_line_that_the_snapshot_vouches_for_is_still_counted() -> None:
    held = books()
    _line(held)
    assert "“sets”载明为125，复算为126" in faults(packed(held))["数据复算"]


def test_a_signature_of_somebody_else_shows_by_its_fingerprint(pack: bytes) -> None:
    own = signing.fingerprint()
    assert faults(pack, own) == faults(pack, own.upper().replace(" ", "")) == {}
    assert list(faults(pack, "00" * 32)) == ["签名（ed25519）"]


def test_a_second_spelling_of_the_signature_file_is_found(pack: bytes) -> None:
    at = pack.index(b'"public_key":"') + 14
    start = pack.rindex(b"{", 0, at)
    said = json.loads(pack[start : pack.index(b"}", at) + 1])
    for wrong in (said | {"public_key": said["public_key"].upper()}, said | {"algorithm": "none"}, {"signature": ""}):
        spelled = pack.replace(canonical(said), canonical(wrong))
        assert faults(spelled)


def test_another_format_is_refused(pack: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_pack, "FORMAT", "licensetrack-sealed-pack/2")
    assert "不认识的格式" in faults(pack)["封存包"]


def test_the_command_line_says_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str], pack: bytes) -> None:
    (tmp_path / "pack.zip").write_bytes(pack)
    (tmp_path / "empty.zip").touch()
    assert main([]) == 2
    assert main([str(tmp_path / "none.zip")]) == 2
    assert main([str(tmp_path / "empty.zip")]) == 1
    assert main([str(tmp_path / "pack.zip"), "--fingerprint", signing.fingerprint()]) == 0
    assert "与给定的指纹一致" in capsys.readouterr().out
