"""`licensetrack doctor` names each thing that is broken, says what to do, and changes nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

import run
from config import Settings
from licensetrack.accounts.permissions import SYSTEM
from licensetrack.core import blobs, db, leases, milestones, read_only, schema
from licensetrack.core.db import transaction
from licensetrack.core.job_queue import enqueue
from licensetrack.jobs import backup_databases
from licensetrack.reports import fonts
from licensetrack.terminal import _catalogue
from licensetrack.upkeep import machine_checks, running_checks, state
from licensetrack.upkeep.doctor import examine
from licensetrack.upkeep.findings import ERROR, OK, WARNING
from tests import postgres
from tests.site import KEYS
from tests.trade import accepted, unit

CHINESE = _catalogue("zh_CN").gettext


@pytest.fixture
def sound(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """An installation in which everything is as it should be."""
    instance = tmp_path / "instance"
    instance.mkdir(mode=0o700)
    monkeypatch.setenv("LICENSETRACK_INSTANCE", str(instance))
    monkeypatch.setenv("LICENSETRACK_PG_BIN", str(postgres.programs()))
    if database_url.startswith("sqlite"):
        Path(database_url.removeprefix("sqlite:///")).chmod(0o640)
    (tmp_path / "blobs").mkdir(mode=0o750)
    hasty = frozenset({"hasty-database"})  # the tests' own server waits for no disk
    settings = Settings(database_url, tmp_path / "blobs", https=True, production=True, allowed=hasty, **KEYS)
    settings = dataclasses.replace(settings, backups=instance / "backups", uploads=instance / "uploads")
    db.connect(database_url)
    blobs.use_folder(settings.blobs)
    accepted("SQ-2024-0001", unit())
    with transaction() as session:
        blobs.store(session, b"a paper", "paper.pdf")
        milestones.reach(session, milestones.BACKUP, good=True)
        milestones.reach(session, milestones.VERIFY, good=True)
        leases.take(session, "worker", "a worker", dt.timedelta(hours=1))
    yield settings
    db.engine().dispose()


def levels(settings: Settings) -> dict[str, str]:
    """Check → how bad it is; every sentence is in Chinese, too, and its values fill it."""
    found = examine(settings)
    for one in found:
        for said in (one.what, one.remedy):
            if said:
                assert CHINESE(said) != said, f"no Chinese for {said}"
                assert said % one.values if one.values else said
                assert CHINESE(said) % one.values if one.values else said
        assert bool(one.remedy) == (one.level != OK), one
    worst: dict[str, str] = {}
    for one in sorted(found, key=lambda one: [OK, WARNING, ERROR].index(one.level)):
        worst[one.check] = one.level
    return worst


def test_a_sound_installation_has_no_complaint(sound: Settings) -> None:
    found = levels(sound)
    assert {name for name, level in found.items() if level == ERROR} == set()
    assert {name for name, level in found.items() if level == WARNING} <= {"settings.hasty-database"}
    asked = {"python", "pins", "database", "schema", "clock", "worker", "jobs", "deliveries", "backup", "verify"}
    assert asked | {"space", "files", "fonts"} <= set(found)


def sql(*statements: str) -> None:
    with transaction(even_read_only=True) as session:
        for statement in statements:
            session.execute(text(statement))


def past(name: str) -> str:
    """SQL for two days and more ago."""
    return f"UPDATE milestone SET at = '2024-01-01 00:00:00', good_at = '2024-01-01 00:00:00' WHERE name = '{name}'"


def failed(name: str) -> str:
    """SQL for a work that went wrong the last time; both databases know what is false."""
    return f"UPDATE milestone SET good = (1 = 0) WHERE name = '{name}'"


def a_stuck_job() -> None:
    with transaction() as session:
        job = enqueue(session, "books:check", actor=SYSTEM)
        job.state, job.claim, job.beat_at = "running", "x" * 32, dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def a_failed_job() -> None:
    with transaction() as session:
        job = enqueue(session, "books:check", actor=SYSTEM)
        job.state, job.ended_at = "failed", dt.datetime.now(dt.UTC)


def a_damaged_file() -> None:
    [stored] = blobs.folder().glob("??/*")
    stored.write_bytes(b"something else")


def a_stopped_house() -> None:
    with transaction() as session:
        read_only.begin_read_only(session, "the books are wrong")


BREAKAGES: dict[str, tuple[str, str, Callable[[], None]]] = {
    "the schema is old": (
        "schema", ERROR, lambda: sql(f"UPDATE alembic_version SET version_num = '{'0001'}'")
    ),
    "the schema is newer": ("schema", ERROR, lambda: sql("UPDATE alembic_version SET version_num = '9999'")),
    "the clock was put back": (
        "clock", ERROR,
        lambda: sql(
            "INSERT INTO audit_entry SELECT seq + 1, '2099-01-01 00:00:00.000000', actor_id, actor, tag, subject,"
            " outcome, 'x', details, algorithm, previous, digest FROM audit_entry ORDER BY seq DESC LIMIT 1"
        ),
    ),
    "no worker is alive": ("worker", ERROR, lambda: sql("UPDATE lease SET expires_at = '2024-01-01 00:00:00'")),
    "no worker ever ran": ("worker", ERROR, lambda: sql("DELETE FROM lease")),
    "a job hangs": ("jobs", ERROR, a_stuck_job),
    "a job failed": ("jobs", WARNING, a_failed_job),
    "no backup was ever made": ("backup", ERROR, lambda: sql("DELETE FROM milestone WHERE name = 'backup'")),
    "the last backup is old": ("backup", ERROR, lambda: sql(past("backup"))),
    "the last backup failed": ("backup", WARNING, lambda: sql(failed("backup"))),
    "the books are wrong": ("verify", ERROR, lambda: sql(failed("verify"))),
    "the books were not checked lately": ("verify", WARNING, lambda: sql(past("verify"))),
    "the books were never checked": ("verify", WARNING, lambda: sql("DELETE FROM milestone WHERE name = 'verify'")),
    "all writing is stopped": ("verify", ERROR, a_stopped_house),
    "a stored file is damaged": ("files", ERROR, a_damaged_file),
}  # fmt: skip


@pytest.mark.parametrize("broken", BREAKAGES)
def test_what_is_broken_is_named(sound: Settings, broken: str) -> None:
    check, level, break_it = BREAKAGES[broken]
    break_it()
    found = levels(sound)
    assert found[check] == level
    if level == ERROR:
        assert [name for name, how in found.items() if how == ERROR] == [check], "and nothing else is"


def test_a_database_that_does_not_answer_is_named(sound: Settings, tmp_path: Path) -> None:
    away = (
        f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}"
        if sound.database_url.startswith("sqlite")
        else "postgresql+psycopg://postgres@127.0.0.1:9/none"
    )
    found = levels(dataclasses.replace(sound, database_url=away))
    assert found["database"] == ERROR
    assert "worker" not in found
    assert not (tmp_path / "nowhere").exists(), "it makes no database by asking for one"


@pytest.mark.parametrize("what", ["space", "little space", "files", "pins", "fonts", "python", "settings", "clock"])
def test_what_the_machine_lacks_is_named(
    sound: Settings, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, level = what, ERROR
    if what == "space":
        monkeypatch.setattr(state, "LEAST_FREE", 1 << 60)
    elif what == "little space":
        name, level = "space", WARNING
        monkeypatch.setattr(machine_checks, "ENOUGH", 1 << 60)
    elif what == "files":
        (tmp_path / "file").touch(mode=0o640)
        sound = dataclasses.replace(sound, blobs=tmp_path / "file")
    elif what == "pins":
        other = tmp_path / "runtime.txt"
        other.write_text("flask==0.1 \\\n    --hash=sha256:00\nno-such-package==1.0 \\\n    --hash=sha256:00\n")
        monkeypatch.setattr(machine_checks, "PINS", other)
    elif what == "fonts":
        monkeypatch.setattr(fonts, "font_book", _no_fonts)
    elif what == "python":
        monkeypatch.setattr(machine_checks, "OLDEST", (99, 0))
    elif what == "clock":
        real = running_checks.database_now
        monkeypatch.setattr(running_checks, "database_now", lambda db: real(db) + dt.timedelta(minutes=7))
    else:
        name, sound = "settings.plain-http", dataclasses.replace(sound, https=False)
    found = levels(sound)
    assert found[name] == level
    assert [one for one, how in found.items() if how == ERROR and one != name] == []


def _no_fonts(*_: Any) -> Any:
    raise fonts.FontsMissing("LICENSETRACK_FONTS")


@pytest.mark.postgres
def test_missing_or_old_programs_of_postgresql_are_named(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db.connect(postgres_url)
    settings = Settings(postgres_url, tmp_path / "blobs", **KEYS)
    monkeypatch.setenv(backup_databases.PROGRAMS, str(tmp_path))
    assert [one.level for one in machine_checks.dump_programs(settings)] == [ERROR]
    for name in ("pg_dump", "pg_restore"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) 13.4'\n")
        (tmp_path / name).chmod(0o755)
    [old] = machine_checks.dump_programs(settings)
    assert (old.level, old.values["found"]) == (ERROR, 13)
    db.engine().dispose()


def test_the_command_says_it_in_words_and_in_json_and_upgrades_nothing(sqlite_url: str, tmp_path: Path) -> None:
    engine = db.connect(sqlite_url)
    sql("DELETE FROM lease")
    engine.dispose()
    schema.downgrade(sqlite_url, "0015")
    environment = os.environ | {
        "DATABASE_URL": sqlite_url, "LICENSETRACK_INSTANCE": str(tmp_path / "instance"), "LICENSETRACK_LANG": "zh_CN",
    }  # fmt: skip
    command = [str(run.write_launcher()), "doctor"]
    spoken = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert spoken.returncode == 1, spoken.stderr
    assert "✗ 数据库结构版本为 0015" in spoken.stdout
    assert "licensetrack db upgrade" in spoken.stdout
    told = subprocess.run(
        [*command, "--json"], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    found = json.loads(told.stdout)
    assert found["ok"] is False
    assert [one["check"] for one in found["checks"] if one["level"] == "error"] == ["schema"]
