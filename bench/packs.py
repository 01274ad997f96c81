"""Verifying a sealed pack, against reading and hashing the files that lie in it."""

from __future__ import annotations

import hashlib
import os
import random
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from unittest.mock import patch
from zipfile import ZipFile

from bench.measuring import Result, in_child, side_by_side, stopwatch
from licensetrack.core import db, signing
from licensetrack.demo import run_demo
from licensetrack.performance import queries
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports import sealed_pack
from licensetrack.reports.pack_writing import Entry, evidence_entries
from licensetrack.reports.verify_pack import main as verify

YEAR, ROUNDS, SCAN = 2024, 3, 300_000
"""A set's acceptance certificate as a scan of three pages takes some 300 KB."""


def run(folder: Path) -> list[Result]:
    """The speed of verification as a share of plain hashing: the sample year, with a scan for every set."""
    size = in_child("bench.packs:prepare", {"folder": str(folder)})["megabytes"]
    ours, bare = side_by_side(("bench.packs:check", "bench.packs:hashed"), {"folder": str(folder)}, ROUNDS)
    note = f"{size / ours.median:.0f} MB/s against {size / bare.median:.0f}, {size:.0f} MB"
    return [
        Result("verifying a sealed pack, MB/s of hashing", bare.median / ours.median, 0.5, "×", note, at_least=True)
    ]


def prepare(folder: str) -> dict[str, float]:
    """Signs the sample year and seals it together with the scans."""
    os.environ |= {"DATABASE_URL": f"sqlite:///{folder}/bench.db", "LICENSETRACK_INSTANCE": folder}
    run_demo(None, Path(folder) / "out", None)
    signing.use_key("5a" * 32)
    chance = random.Random(1)

    def with_scans(sheet: EvaluationSheet) -> Iterator[Entry]:
        yield from evidence_entries(sheet)
        for one in sheet.sets:
            yield Entry(f"佐证材料/{one.number}-验收单.pdf", chance.randbytes(SCAN))

    target = Path(folder) / "pack.zip"
    patched = patch.object(sealed_pack, "evidence_entries", with_scans)
    with db.reading() as session, target.open("wb") as file, patched:
        sealed_pack.write_pack(session, queries.latest_signed(session, YEAR), file)
    return {"megabytes": target.stat().st_size / 1e6}


def check(folder: str) -> dict[str, float]:
    """The whole verification, as the command does it."""
    answer: dict[str, float] = {}
    with stopwatch(answer), patch.object(sys, "stdout", StringIO()):
        found = verify([f"{folder}/pack.zip"])
    assert found == 0
    return answer


def hashed(folder: str) -> dict[str, float]:
    """SHA-256 of every file in the pack, and nothing else."""
    answer: dict[str, float] = {}
    with stopwatch(answer), ZipFile(f"{folder}/pack.zip") as archive:
        for entry in archive.infolist():
            archive.fp.seek(entry.header_offset + 30 + len(entry.filename.encode()))  # type: ignore[union-attr]
            left, whole = entry.file_size, hashlib.sha256()
            while left:
                piece = archive.fp.read(min(left, 1 << 20))  # type: ignore[union-attr]
                whole.update(piece)
                left -= len(piece)
            whole.hexdigest()
    return answer
