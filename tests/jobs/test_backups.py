"""A backup holds all of an installation, is checked when written, and goes back only into an empty place."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from licensetrack.core import blobs, db, milestones, schema, sealing, signing
from licensetrack.core.errors import Refused
from licensetrack.jobs import backups
from licensetrack.jobs.backup_archive import check_archive
from licensetrack.jobs.backup_places import PREFIX, remove_leftovers
from licensetrack.jobs.backups import check_backup, read_backup, write_backup
from licensetrack.measures.catalogue import figures
from licensetrack.measures.question import Question
from licensetrack.verify.report import verify
from tests import postgres
from tests.trade import accepted, day, unit

ROOT = Path(__file__).resolve().parents[2]
KEY = b"a key for sealing in tests, thirty-two!"


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("LICENSETRACK_PG_BIN", str(postgres.programs()))
    sealing.use_key(KEY)
    signing.use_key("5" * 64)
    yield
    sealing.use_key(KEY)


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Path]:
    """An installation with one accepted set and one stored file."""
    engine = db.connect(database_url)
    accepted("SQ-2024-0001", unit(), 16)
    with db.transaction() as session:
        blobs.store(session, "验收单".encode(), "SQ-2024-0001-验收单.pdf")
    yield tmp_path
    engine.dispose()


@pytest.fixture
def elsewhere(office: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database of the office's own kind, and the program bound to none."""
    del office
    if db.engine().dialect.name == "sqlite":
        yield f"sqlite:///{request.getfixturevalue('tmp_path') / 'elsewhere' / 'new.db'}"
    else:
        with request.getfixturevalue("postgres_server").empty() as url:
            yield url
            db.engine().dispose()


def test_what_was_backed_up_comes_back_whole_in_an_empty_place(office: Path, elsewhere: str) -> None:
    assert write_backup(office / "office.zip") == 1
    assert read_backup(office / "office.zip", elsewhere, office / "blobs-elsewhere") == 1
    db.connect(elsewhere)
    with db.reading() as session:
        assert figures(session, Question(day("12-31")))["virtualization.accepted_cpus"] == 16
    assert [finding for finding in verify() if finding.broken] == []


def test_the_manifest_says_what_is_in_it_and_whose_keys_it_needs(office: Path) -> None:
    write_backup(office / "office.zip")
    told = check_archive(office / "office.zip")
    with db.reading() as session:
        head = session.execute(text("SELECT seq, digest FROM audit_head")).one()
    assert told["schema"] == schema.newest()
    assert told["rows"]["license_set"] == 1
    assert told["audit"] == {"seq": head.seq, "digest": head.digest}
    assert told["figures"]["values"]["virtualization.accepted_cpus"] == 16
    assert told["keys"]["signing_key"] == signing.fingerprint()
    content = (office / "office.zip").read_bytes()
    assert KEY not in content
    assert b"5" * 64 not in content
    assert backups.key_fits(told)
    sealing.use_key(b"the key of quite another house, it is!!")
    assert not backups.key_fits(told)


def test_it_is_noted_when_a_backup_was_made_and_when_one_failed(office: Path) -> None:
    write_backup(office / "office.zip")
    with db.reading() as session:
        noted = milestones.milestone(session, milestones.BACKUP)
        assert noted is not None
        assert noted.good
        first = noted.good_at
    [stored] = (office / "blobs").glob("??/*")
    stored.write_bytes(b"something else")
    with pytest.raises(Refused, match="damaged"):
        write_backup(office / "again.zip")
    assert not list(office.glob("again*"))
    assert not list(office.glob(f"{PREFIX}*"))
    with db.reading() as session:
        noted = milestones.milestone(session, milestones.BACKUP)
        assert noted is not None
        assert (noted.good, noted.good_at) == (False, first)


def test_a_restore_never_overwrites(office: Path, database_url: str) -> None:
    write_backup(office / "office.zip")
    with db.reading() as session:
        before = session.execute(text("SELECT count(*) FROM audit_entry")).scalar_one()
    for folder in (office / "blobs", office / "another"):
        with pytest.raises(Refused, match="empty place"):
            read_backup(office / "office.zip", database_url, folder)
    with db.reading() as session:
        assert session.execute(text("SELECT count(*) FROM audit_entry")).scalar_one() == before


def test_a_flipped_bit_anywhere_in_an_archive_is_noticed(office: Path, elsewhere: str) -> None:
    archive = office / "office.zip"
    write_backup(archive)
    whole = archive.read_bytes()
    chance = random.Random(7)
    ends = [*range(64), *range(len(whole) - 400, len(whole))]  # headers, directory, manifest, the digest itself
    for place in [*ends, *(chance.randrange(len(whole)) for _ in range(400))]:
        changed = bytearray(whole)
        changed[place] ^= 1 << chance.randrange(8)
        archive.write_bytes(changed)
        with pytest.raises(Refused, match=r"damaged|not a whole backup"):
            check_backup(archive)
    with pytest.raises(Refused, match=r"damaged|not a whole backup"):
        read_backup(archive, elsewhere, office / "blobs-elsewhere")
    assert not (office / "blobs-elsewhere").exists()
    for shorter in (0, 1, 63, 64, 200, len(whole) // 2, len(whole) - 1):
        archive.write_bytes(whole[:shorter])
        with pytest.raises(Refused, match=r"damaged|not a whole backup"):
            check_backup(archive)
    archive.write_bytes(whole + b"\0")
    with pytest.raises(Refused, match="not a whole backup"):
        check_backup(archive)


def test_what_is_not_a_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.zip").write_text("Dear office")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("letter", "Dear office")
    for name in ("letter.zip", "other.zip"):
        with pytest.raises(Refused, match="not a whole backup"):
            read_backup(tmp_path / name, f"sqlite:///{tmp_path / 'a.db'}", tmp_path / "blobs")


def test_a_backup_of_another_engine_or_a_newer_program_says_so(
    office: Path, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_backup(office / "office.zip")
    other = {"sqlite": "postgresql://nobody@/none", "postgresql": f"sqlite:///{office / 'x.db'}"}
    monkeypatch.setattr(backups.databases, "occupied", lambda _url: False)
    with pytest.raises(Refused, match="DATABASE_URL names one of"):
        read_backup(office / "office.zip", other[db.engine().dialect.name], office / "new")
    monkeypatch.setattr(schema, "knows", lambda _revision: False)
    with pytest.raises(Refused, match="newer version of the program"):
        read_backup(office / "office.zip", elsewhere, office / "new")


def test_a_failed_restore_leaves_the_place_empty_for_the_next(
    office: Path, elsewhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_backup(office / "office.zip")
    with monkeypatch.context() as broken:
        for name in ("restore_sqlite", "restore_postgres"):
            broken.setattr(backups.databases, name, lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
        with pytest.raises(Refused, match="no space left"):
            read_backup(office / "office.zip", elsewhere, office / "new")
    assert not list((office / "new").glob("**/*"))
    assert read_backup(office / "office.zip", elsewhere, office / "new") == 1


@pytest.mark.postgres
def test_without_the_programs_of_postgresql_it_is_said_what_to_install(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = db.connect(postgres_url)
    monkeypatch.setenv("LICENSETRACK_PG_BIN", str(tmp_path))
    with pytest.raises(Refused, match="apt install postgresql-client"):
        write_backup(tmp_path / "office.zip")
    (tmp_path / "pg_dump").write_text("#!/bin/sh\necho 'pg_dump: error: server version mismatch' >&2\nexit 1\n")
    (tmp_path / "pg_dump").chmod(0o755)
    with pytest.raises(Refused, match="server version mismatch"):
        write_backup(tmp_path / "office.zip")
    assert not list(tmp_path.glob("*office*"))
    engine.dispose()


FILL = """
import resource, sys
from pathlib import Path
from licensetrack.core import blobs, db, sealing, signing
from licensetrack.core.errors import Refused
from licensetrack.jobs.backups import write_backup
sealing.use_key(b"a key for sealing in tests, thirty-two!"); signing.use_key("5" * 64)
db.connect(sys.argv[1]); blobs.use_folder(Path(sys.argv[2]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
try:
    write_backup(Path(sys.argv[3]))
except Refused as error:
    sys.exit(error.message)
"""


@pytest.mark.parametrize("limit", [100_000, 900_000])
def test_a_full_disk_is_told_and_leaves_nothing(sqlite_url: str, tmp_path: Path, limit: int) -> None:
    engine = db.connect(sqlite_url)
    blobs.use_folder(tmp_path / "blobs")
    with db.transaction() as session:
        blobs.store(session, random.Random(1).randbytes(1_500_000), "scan.pdf")
    engine.dispose()
    (tmp_path / "backups").mkdir()
    arguments = [sqlite_url, str(tmp_path / "blobs"), str(tmp_path / "backups" / "office.zip"), str(limit)]
    command = [sys.executable, "-c", FILL, *arguments]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "no space left" in answer.stderr or "could not be copied" in answer.stderr, answer.stderr
    assert list((tmp_path / "backups").iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_real_disk_that_fills_up_is_told_and_leaves_nothing(sqlite_url: str, tmp_path: Path) -> None:
    engine = db.connect(sqlite_url)
    blobs.use_folder(tmp_path / "blobs")
    with db.transaction() as session:
        blobs.store(session, random.Random(1).randbytes(1_500_000), "scan.pdf")
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(small)], check=False).returncode != 0:
        engine.dispose()
        pytest.skip("this machine mounts nothing")
    try:
        with pytest.raises(Refused, match=r"no space left|could not be copied"):
            write_backup(small / "office.zip")
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", str(small)], check=True)
        engine.dispose()


def test_what_a_killed_backup_left_is_removed_by_the_next(office: Path) -> None:
    place = office / f"{PREFIX}left"
    place.mkdir()
    (place / "in-use").touch()
    (place / "archive").write_bytes(b"half of it")
    write_backup(office / "office.zip")
    assert not place.exists()
    with backups.work_place(office) as mine:
        assert remove_leftovers(office) == 0
        assert mine.exists()


def test_a_large_file_never_lies_in_memory_as_a_whole(sqlite_url: str, tmp_path: Path) -> None:
    import tracemalloc

    engine = db.connect(sqlite_url)
    blobs.use_folder(tmp_path / "blobs")
    with db.transaction() as session:
        blobs.store(session, bytes(48_000_000), "scan.pdf")
    tracemalloc.start()
    write_backup(tmp_path / "office.zip")
    read_backup(tmp_path / "office.zip", f"sqlite:///{tmp_path / 'new' / 'a.db'}", tmp_path / "new" / "blobs")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 16_000_000
    engine.dispose()
    shutil.rmtree(tmp_path / "new")
    assert json.dumps(check_archive(tmp_path / "office.zip")["rows"])
