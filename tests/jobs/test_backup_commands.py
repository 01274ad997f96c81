"""`backup` and `restore` as they are called: what they say, what they keep, and that a trial leaves nothing behind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from licensetrack.core import blobs, db, sealing
from tests import postgres
from tests.journeys.command import Installation
from tests.trade import accepted, unit


@pytest.fixture
def office(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installation]:
    """An installation with one accepted set and one stored file."""
    monkeypatch.setenv("LICENSETRACK_PG_BIN", str(postgres.programs()))
    monkeypatch.delenv("LICENSETRACK_SEAL_KEY", raising=False)
    engine = db.connect(database_url)
    accepted("SQ-2024-0001", unit(), 16)
    with db.transaction() as session:
        blobs.store(session, "验收单".encode(), "SQ-2024-0001-验收单.pdf")
    engine.dispose()
    yield Installation(database_url, tmp_path)
    db.engine().dispose()


@pytest.fixture
def new(office: Installation, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """Another installation, empty but for the keys, which were brought along."""
    place = tmp_path / "new"
    (place / "instance").mkdir(parents=True)
    if office.url.startswith("sqlite"):
        yield Installation(f"sqlite:///{place / 'new.db'}", place)
    else:
        with request.getfixturevalue("postgres_server").empty() as url:
            yield Installation(url, place)


def bring_keys(office: Installation, new: Installation) -> None:
    for name in ("seal_key", "signing_key"):
        shutil.copy(office.folder / "instance" / name, new.folder / "instance" / name)


def test_a_backup_tells_what_to_keep_elsewhere_and_is_restored_and_verified(
    office: Installation, new: Installation
) -> None:
    archive = office.folder / "office.zip"
    done = office.run("backup", archive)
    assert done.returncode == 0, done.stderr
    fingerprint = [line.split()[-1] for line in done.stdout.splitlines() if line.startswith("seal key")]
    key = (office.folder / "instance" / "seal_key").read_text()
    sealing.use_key(key.strip().encode())
    assert fingerprint == [sealing.key_fingerprint()]
    assert key.strip() not in done.stdout
    assert "instance/seal_key" in done.stdout

    tried = office.run("restore", "--check", archive)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert "can be restored; nothing was kept" in tried.stdout
    assert "Every invariant holds, and the figures are those of the backup." in tried.stdout
    assert "Warning" not in tried.stdout

    bring_keys(office, new)
    back = new.run("restore", archive)
    assert back.returncode == 0, back.stdout + back.stderr
    assert "Every invariant holds, and the figures are those of the backup." in back.stdout
    figures = new.json("figures", "--as-of", "2024-12-31")["figures"]
    assert figures == office.json("figures", "--as-of", "2024-12-31")["figures"]
    again = new.run("restore", archive)
    assert again.returncode == 1
    assert "restored into an empty place only" in again.stderr


def test_a_restore_with_another_seal_key_warns(office: Installation, new: Installation) -> None:
    archive = office.folder / "office.zip"
    office.run("backup", archive)
    back = new.run("restore", archive)
    assert back.returncode == 0, back.stdout + back.stderr
    assert "Warning: the seal key at hand" in back.stdout


def test_a_trial_finds_broken_books_and_leaves_nothing(
    office: Installation, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.connect(office.url)
    with db.engine().begin() as connection:
        connection.exec_driver_sql("UPDATE entitlement SET used_cpus = used_cpus + 1 WHERE product = 'virtualization'")
    db.engine().dispose()
    archive = office.folder / "office.zip"
    assert office.run("backup", archive).returncode == 0
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    tried = office.run("restore", "--check", archive)
    assert tried.returncode == 1
    assert "✗" in tried.stdout
    assert list((tmp_path / "tmp").iterdir()) == []
    if not office.url.startswith("sqlite"):
        server: postgres.Server = request.getfixturevalue("postgres_server")
        with psycopg.connect(server.uri(), autocommit=True) as connection:
            names = [name for (name,) in connection.execute("SELECT datname FROM pg_database")]
        assert not [name for name in names if name.startswith("licensetrack_check")]


@pytest.mark.postgres
def test_a_trial_without_the_right_to_create_a_database_says_what_to_do(
    postgres_url: str, postgres_server: postgres.Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LICENSETRACK_PG_BIN", str(postgres.programs()))
    office = Installation(postgres_url, tmp_path)
    assert office.run("backup", tmp_path / "office.zip").returncode == 0
    with psycopg.connect(postgres_server.uri(), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS modest")
        connection.execute("CREATE ROLE modest LOGIN")
    modest = Installation(postgres_url.replace("postgres@", "modest@"), tmp_path)
    tried = modest.run("restore", "--check", tmp_path / "office.zip")
    assert tried.returncode == 1
    assert "Give the role CREATEDB" in tried.stderr
    on_sqlite = Installation(f"sqlite:///{tmp_path / 'x.db'}", tmp_path).run(
        "restore", "--check", tmp_path / "office.zip"
    )
    assert "set DATABASE_URL to a server" in on_sqlite.stderr
