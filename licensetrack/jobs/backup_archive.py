"""The container of a backup: a zip that ends with the digest of all its other bytes, written and read in portions."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from licensetrack.core.errors import Refused

MANIFEST = "manifest.json"
FORMAT = 2
PORTION = 1 << 20  # bytes in memory at a time, however large a file is
MARK = b"licensetrack backup, sha256 "
DIGITS = 64
_EPOCH = (1980, 1, 1, 0, 0, 0)  # what was written when is the manifest's matter
NOT_WHOLE = "“%(path)s” is not a whole backup: %(reason)s."
DAMAGED = "The backup “%(path)s” is damaged: its bytes are not those that were written."


class Parts:
    """An archive that is being written; each part's digest goes into the manifest."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.digests: dict[str, str] = {}

    def add(self, name: str, portions: Iterable[bytes], *, packed: bool = False) -> str:
        """Writes one part, compressed if `packed`; returns its SHA-256."""
        info, digest = zipfile.ZipInfo(name, _EPOCH), hashlib.sha256()
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        with self._archive.open(info, "w", force_zip64=True) as out:
            for portion in portions:
                digest.update(portion)
                out.write(portion)
        self.digests[name] = digest.hexdigest()
        return self.digests[name]

    def close(self, manifest: dict[str, Any]) -> None:
        """Writes the manifest as the last part."""
        told = manifest | {"format": FORMAT, "sha256": self.digests}
        self._archive.writestr(
            zipfile.ZipInfo(MANIFEST, _EPOCH), json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)
        )


@contextmanager
def writing(path: Path) -> Iterator[Parts]:
    """A new archive; when the block ends it is sealed by its digest and safe on the disk."""
    with path.open("w+b") as file:
        with zipfile.ZipFile(file, "w", compresslevel=1) as archive:
            archive.comment = MARK + b"0" * DIGITS
            yield Parts(archive)
        file.flush()
        end = file.seek(0, os.SEEK_END) - DIGITS
        digest = _digest_of(file, end)
        file.seek(end)
        file.write(digest.encode())
        file.flush()
        os.fsync(file.fileno())


def check_archive(path: Path) -> dict[str, Any]:
    """The manifest of an archive in which every single bit is as it was written. Raises Refused otherwise."""
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END) - DIGITS
            file.seek(max(0, end - len(MARK)))
            mark, digest = file.read(len(MARK)), file.read(DIGITS)
            if mark != MARK:
                raise Refused(NOT_WHOLE, path=path.name, reason="its end is missing")
            if _digest_of(file, end).encode() != digest:
                raise Refused(DAMAGED, path=path.name)
        manifest = _manifest(path)
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist()) - {MANIFEST}
            if names != set(manifest["sha256"]):
                raise Refused(NOT_WHOLE, path=path.name, reason="its parts are not those of its manifest")
            for name, digest_told in manifest["sha256"].items():
                found = hashlib.sha256()
                for portion in portions_of(archive, name):
                    found.update(portion)
                if found.hexdigest() != digest_told:
                    raise Refused(DAMAGED, path=path.name)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError) as error:
        raise Refused(NOT_WHOLE, path=path.name, reason=error) from error
    return manifest


def _manifest(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        manifest = cast(dict[str, Any], json.loads(archive.read(MANIFEST)))
    if manifest.get("format") != FORMAT:
        raise Refused(
            "The backup “%(path)s” is of format %(format)s; this version of the program reads format %(known)s.",
            path=path.name, format=manifest.get("format", 1), known=FORMAT,
        )  # fmt: skip
    return manifest


def portions_of(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """One part of an archive, portion by portion."""
    with archive.open(name) as part:
        while portion := part.read(PORTION):
            yield portion


def portions_in(path: Path) -> Iterator[bytes]:
    """A file, portion by portion."""
    with path.open("rb") as file:
        while portion := file.read(PORTION):
            yield portion


def _digest_of(file: BinaryIO, end: int) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while end > 0 and (portion := file.read(min(PORTION, end))):
        digest.update(portion)
        end -= len(portion)
    return digest.hexdigest()
