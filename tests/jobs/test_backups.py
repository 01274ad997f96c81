"""A backup holds all of an installation, is checked when written, and goes back only into an empty place."""

from __future__ import annotations

import json
import sqlite3
import threading
import zipfile
from pathlib import Path

import pytest

from licensetrack.core import blobs, db
from licensetrack.core.errors import Refused
from licensetrack.jobs.backups import check_backup, read_backup, write_backup
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question
from licensetrack.verify.report import verify
from tests.trade import accepted, day, unit


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Path:
    """An installation with one accepted set and one stored file."""
    db.connect(sqlite_url)
    blobs.use_folder(tmp_path / "blobs")
    accepted("SQ-2024-0001", unit(), 16)
    with db.transaction() as session:
        blobs.store(session, "验收单".encode(), "SQ-2024-0001-验收单.pdf")
    return tmp_path


def test_what_was_backed_up_comes_back_whole_in_an_empty_place(office: Path) -> None:
    write_backup(office / "office.zip")
    place = office / "elsewhere"
    assert read_backup(office / "office.zip", f"sqlite:///{place / 'new.db'}", place / "blobs") == 1
    db.connect(f"sqlite:///{place / 'new.db'}")
    with db.reading() as session:
        assert figures(session, Question(day("12-31")))["virtualization.accepted_cpus"] == 16
    assert [finding for finding in verify() if finding.broken] == []


def test_a_restore_never_overwrites(office: Path, sqlite_url: str) -> None:
    write_backup(office / "office.zip")
    before = Path(sqlite_url.removeprefix("sqlite:///")).read_bytes()
    with pytest.raises(Refused, match="empty place"):
        read_backup(office / "office.zip", sqlite_url, office / "blobs")
    assert Path(sqlite_url.removeprefix("sqlite:///")).read_bytes() == before


@pytest.mark.parametrize("at", [0.2, 0.5, 0.8])
def test_one_changed_byte_is_found(office: Path, at: float) -> None:
    archive = office / "office.zip"
    write_backup(archive)
    with zipfile.ZipFile(archive) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    content = bytearray(parts["database.sqlite"])
    content[int(len(content) * at)] ^= 1
    parts["database.sqlite"] = bytes(content)
    with zipfile.ZipFile(archive, "w") as changed:
        for name, data in parts.items():
            changed.writestr(name, data)
    with pytest.raises(Refused, match="damaged"):
        check_backup(archive)


def test_a_backup_of_a_damaged_store_is_refused_and_leaves_no_archive(office: Path) -> None:
    [stored] = (office / "blobs").glob("??/*")
    stored.write_bytes(b"something else")
    with pytest.raises(Refused, match="damaged"):
        write_backup(office / "office.zip")
    assert list(office.glob("office.zip*")) == []


def test_what_is_not_a_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.zip").write_text("Dear office")
    with pytest.raises(Refused, match="not a whole backup"):
        read_backup(tmp_path / "letter.zip", f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "blobs")


def test_a_backup_under_write_load_is_a_state_that_really_was(office: Path) -> None:
    holder = unit("SZ0009")
    writer = threading.Thread(target=lambda: [accepted(f"SQ-2024-1{n:03}", holder, 4) for n in range(15)])
    writer.start()
    archives = []
    while writer.is_alive():
        archives.append(office / f"{len(archives)}.zip")
        write_backup(archives[-1])
    writer.join()
    assert archives
    for archive in archives:
        with zipfile.ZipFile(archive) as whole:
            (office / "copy.db").write_bytes(whole.read("database.sqlite"))
            assert json.loads(whole.read("manifest.json"))["sha256"]
        copy = sqlite3.connect(office / "copy.db")
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        copy.close()
