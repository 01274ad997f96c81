"""Writing files into a ZIP that is always the same: measured first, stored as they are, a piece at a time."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from licensetrack.core import blobs
from licensetrack.core.errors import NotFound, Refused
from licensetrack.performance.sheet import EvaluationSheet
from licensetrack.reports.pack_container import CHUNK, central_entry, end_record, local_header
from licensetrack.reports.pack_recount import EVIDENCE

_LARGEST, _MOST = 4_200_000_000, 65_000  # bytes and files that a ZIP without extensions holds


class Entry(NamedTuple):
    """A file of the pack: its path there, and its bytes or where they lie; `digest` is what SHA-256 has to give."""

    path: str
    source: bytes | Path
    digest: str = ""


def evidence_entries(sheet: EvaluationSheet) -> Iterator[Entry]:
    """Every paper that proves an indicator under its number, then the files that the ledgers came from by digest."""
    for paper in sheet.papers:
        yield Entry(paper_path(paper.number, paper.name), blobs.path_of(paper.digest), paper.digest)
    for source in sheet.evidence:
        yield Entry(paper_path(source.digest[:12], source.name), blobs.path_of(source.digest), source.digest)


def paper_path(number: str, name: str) -> str:
    """Where a paper lies in a pack or binder."""
    return f"{EVIDENCE}{safe_name(number)}-{safe_name(name)}"


def safe_name(name: str) -> str:
    """A name that no system takes for a path."""
    return "".join("_" if sign in '/\\:*?"<>|' or not sign.isprintable() else sign for sign in name).strip(". ")[:120]


def facts_of(entry: Entry, digests: Sequence[str] = ()) -> dict[str, Any]:
    """Path, size, CRC and digests of a file. Raises NotFound where it is missing or not what its digest says."""
    if isinstance(entry.source, Path) and not entry.source.exists():
        raise NotFound("The stored file “%(name)s” is missing or damaged.", name=entry.path)
    size = crc = 0
    made = {name: hashlib.new(name) for name in dict.fromkeys(("sha256", *digests))}
    for piece in _pieces(entry.source):
        size, crc = size + len(piece), zlib.crc32(piece, crc)
        for one in made.values():
            one.update(piece)
    if entry.digest not in ("", made["sha256"].hexdigest()):
        raise NotFound("The stored file “%(name)s” is missing or damaged.", name=entry.path)
    return {"path": entry.path, "size": size, "crc32": crc} | {name: one.hexdigest() for name, one in made.items()}


def write_zip(entries: Sequence[Entry], facts: Sequence[Mapping[str, Any]], target: BinaryIO) -> None:
    """Writes the entries as their facts say. Raises Refused for more than a ZIP holds."""
    if sum(one["size"] for one in facts) > _LARGEST or len(facts) > _MOST:
        raise Refused("The evidence is too large for one pack (4 GB).")
    directory, at = [], 0
    for one, entry in zip(facts, entries, strict=True):
        name, size, crc = one["path"], one["size"], one["crc32"]
        header = local_header(name, size, crc)
        directory.append(central_entry(name, size, crc, at))
        target.write(header)
        target.writelines(_pieces(entry.source))
        at += len(header) + size
    whole = b"".join(directory)
    target.write(whole + end_record(len(directory), len(whole), at))


def _pieces(source: bytes | Path) -> Iterator[bytes]:
    if isinstance(source, bytes):
        yield source
        return
    with source.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece
