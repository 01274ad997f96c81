"""Files and their rows: no row without its file, and no damaged file that is taken for whole."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from licensetrack.core import blobs
from licensetrack.core.blobs import Blob
from licensetrack.core.db import reading, transaction
from licensetrack.core.errors import NotFound
from tests.trade import broken_off

PAPER = "验收单：导入通过".encode()


@pytest.fixture(autouse=True)
def folder(database: Engine, tmp_path: Path) -> Iterator[Path]:
    before = blobs.folder()
    blobs.use_folder(tmp_path / "blobs")
    yield tmp_path / "blobs"
    blobs.use_folder(before)


def rows() -> int:
    with reading() as db:
        return db.scalar(select(func.count()).select_from(Blob)) or 0


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def store(content: bytes = PAPER, name: str = "验收单.pdf") -> int:
    with transaction() as db:
        return blobs.store(db, content, name).id


def test_what_was_stored_comes_back() -> None:
    number = store()
    with reading() as db:
        blob, content = blobs.load(db, number)
    assert (blob.name, blob.size, content) == ("验收单.pdf", len(PAPER), PAPER)


def test_the_same_bytes_are_kept_once_and_the_same_file_has_one_row(folder: Path) -> None:
    assert store() == store()
    assert store(name="另一份.pdf") != store()
    assert (rows(), len(files(folder))) == (2, 1)


def test_a_name_never_becomes_a_path(folder: Path) -> None:
    store(name="../../etc/passwd")
    [file] = files(folder)
    assert file.parent.parent == folder
    assert "passwd" not in file.name


def test_a_write_that_breaks_off_leaves_neither_file_nor_row(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store()
    monkeypatch.undo()
    assert (rows(), files(folder)) == (0, [])


def test_a_refused_act_leaves_no_row_and_its_file_is_swept_up_later(folder: Path) -> None:
    with broken_off() as db:
        blobs.store(db, PAPER, "验收单.pdf")
    kept = store(b"another", "b.pdf")
    [stray] = [path for path in files(folder) if path.read_bytes() == PAPER]
    with transaction() as db:
        assert blobs.sweep(db) == [], "it may belong to an act that is still on its way"
    os.utime(stray, (0, 0))
    with transaction() as db:
        assert blobs.sweep(db) == [stray.name]
    with reading() as db:
        assert blobs.load(db, kept)[1] == b"another"


def test_a_stray_file_that_is_wanted_again_is_not_swept_up(folder: Path) -> None:
    with broken_off() as db:
        blobs.store(db, PAPER, "验收单.pdf")
    os.utime(files(folder)[0], (0, 0))
    blobs.keep(PAPER)
    with transaction() as db:
        assert blobs.sweep(db, grace=dt.timedelta(minutes=5)) == []


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(PAPER[:-1])])
def test_a_missing_or_damaged_file_is_not_given_out(folder: Path, damage: object) -> None:
    number = store()
    damage(files(folder)[0])  # type: ignore[operator]
    with reading() as db, pytest.raises(NotFound, match="missing or damaged"):
        blobs.load(db, number)


def test_there_is_no_file_without_a_row() -> None:
    with reading() as db, pytest.raises(NotFound):
        blobs.load(db, 4711)
