"""The start refuses what is unsafe where people use it, and says what to do; a developer's machine just starts."""

from __future__ import annotations

import dataclasses
import os
import secrets
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import run
from config import Settings, from_environment
from licensetrack.core import db
from licensetrack.terminal import _catalogue
from licensetrack.upkeep import start_rules
from licensetrack.upkeep.start_rules import Danger, dangers, disk_kind, in_production, is_loopback, refused
from tests import postgres

CHINESE = _catalogue("zh_CN").gettext


@pytest.fixture
def safe(tmp_path: Path, sqlite_url: str) -> tuple[Settings, dict[str, str]]:
    """A server's settings with nothing to complain of, as its environment says them."""
    instance = tmp_path / "instance"
    environment = {"DATABASE_URL": sqlite_url, "LICENSETRACK_INSTANCE": str(instance), "LICENSETRACK_HTTPS": "1",
                   "LICENSETRACK_PRODUCTION": "1"}  # fmt: skip
    Path(sqlite_url.removeprefix("sqlite:///")).chmod(0o640)
    settings = from_environment(environment)
    assert not list(dangers(settings, environment))
    return settings, environment


def names(settings: Settings, environment: dict[str, str], **more: Any) -> list[str]:
    found = list(dangers(settings, environment, **more))
    for one in found:
        for said in (one.what, one.remedy):
            assert CHINESE(said) != said, f"no Chinese for {said}"
            assert said % one.values
            assert CHINESE(said) % one.values
    return [one.name for one in found]


Case = Callable[[Settings, dict[str, str], Path], tuple[Settings, dict[str, str]]]
BREAKAGES: dict[str, tuple[str, Case]] = {
    "a short secret": (
        "weak-secret", lambda s, e, _: (dataclasses.replace(s, secret_key="short"), e)
    ),
    "a secret of one letter": (
        "weak-secret", lambda s, e, _: (dataclasses.replace(s, secret_key="x" * 64), e)
    ),
    "a weak seal key": (
        "weak-secret", lambda s, e, _: (dataclasses.replace(s, seal_key=b"password" * 8), e)
    ),
    "debug": ("debug", lambda s, e, _: (s, e | {"FLASK_DEBUG": "1"})),
    "no https": ("plain-http", lambda s, e, _: (dataclasses.replace(s, https=False), e)),
    "mail without encryption": (
        "plain-mail",
        lambda s, e, _: (
            SimpleNamespace(
                **{f.name: getattr(s, f.name) for f in dataclasses.fields(s) if f.name != "channels"},
                channels=SimpleNamespace(mail=SimpleNamespace(host="mail.example", security="none")),
            ),
            e,
        ),  # type: ignore[dict-item]
    ),
    "a key that all may read": ("open-files", lambda s, e, d: (_open(d / "instance" / "seal_key", 0o644, s), e)),
    "a secret that the group may read": (
        "open-files", lambda s, e, d: (_open(d / "instance" / "secret_key", 0o640, s), e)
    ),
    "an instance folder that all may enter": ("open-files", lambda s, e, d: (_open(d / "instance", 0o755, s), e)),
    "a database that all may read": ("open-files", lambda s, e, d: (_open(d / "licensetrack.db", 0o644, s), e)),
}  # fmt: skip


def _open(path: Path, mode: int, settings: Settings) -> Settings:
    path.chmod(mode)
    return settings


@pytest.mark.parametrize("broken", BREAKAGES)
def test_each_danger_is_found_refused_and_can_be_allowed_by_its_name(
    safe: tuple[Settings, dict[str, str]], broken: str, tmp_path: Path
) -> None:
    wanted, break_it = BREAKAGES[broken]
    settings, environment = break_it(*safe, tmp_path)
    assert names(settings, environment) == [wanted]
    assert [one.name for one in refused(settings, environment=environment)] == [wanted]
    if dataclasses.is_dataclass(settings):
        allowed = dataclasses.replace(settings, allowed=frozenset({wanted}))
        assert refused(allowed, environment=environment) == []
        desk = dataclasses.replace(settings, production=False)
        assert refused(desk, environment=environment) == [], "a developer on a loopback is let alone"
        assert refused(desk, "0.0.0.0", environment) != [], "but not where others can reach it"  # noqa: S104


def test_a_database_on_a_network_disk_is_found(safe: tuple[Settings, dict[str, str]], tmp_path: Path) -> None:
    settings, environment = safe
    table = tmp_path / "mounts"
    table.write_text(f"/dev/sda1 / ext4 rw 0 0\nfiles:/office {tmp_path} nfs4 rw 0 0\nnone /dev/shm tmpfs rw 0 0\n")
    assert names(settings, environment, mounts=table) == ["network-disk"]
    assert disk_kind(Path("/dev/shm/x"), table) == "tmpfs"  # noqa: S108
    table.write_text("/dev/sda1 / ext4 rw 0 0\n")
    assert names(settings, environment, mounts=table) == []


@pytest.mark.postgres
def test_a_postgresql_that_does_not_wait_for_the_disk_is_found(
    postgres_url: str, postgres_server: postgres.Server, safe: tuple[Settings, dict[str, str]]
) -> None:
    # The tests' own server waits for nothing, so that they are quick: just what no office may have.
    del postgres_server
    settings, environment = safe
    settings = dataclasses.replace(settings, database_url=postgres_url)
    db.connect(postgres_url)
    assert names(settings, environment) == ["hasty-database"] * 3
    assert {one.values["name"] for one in dangers(settings, environment)} == set(start_rules.DURABLE)
    db.engine().dispose()


@pytest.mark.parametrize(
    ("host", "near"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False),  # noqa: S104
     ("::", False), ("10.1.2.3", False), ("ledger.example", False)],
)  # fmt: skip
def test_what_only_this_machine_reaches(host: str, near: bool) -> None:
    assert is_loopback(host) == near
    assert in_production(Settings("sqlite://", Path(), "x"), host) == (not near)


def test_the_command_refuses_and_says_what_to_do(sqlite_url: str, tmp_path: Path) -> None:
    environment = os.environ | {
        "DATABASE_URL": sqlite_url, "LICENSETRACK_INSTANCE": str(tmp_path / "instance"), "SECRET_KEY": "changeme",
        "LICENSETRACK_SEAL_KEY": secrets.token_hex(32), "LICENSETRACK_SIGNING_KEY": secrets.token_hex(32),
        "LICENSETRACK_LANG": "en",
    }  # fmt: skip
    command = [str(run.write_launcher()), "serve", "--host", "0.0.0.0", "--port", "0"]  # noqa: S104
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert answer.returncode == 1
    assert "Not started" in answer.stderr
    assert "[weak-secret]" in answer.stderr
    assert "secrets.token_hex(32)" in answer.stderr
    assert "[plain-http]" in answer.stderr
    assert "changeme" not in answer.stderr


def test_a_danger_is_told_without_the_secret(safe: tuple[Settings, dict[str, str]]) -> None:
    settings, environment = safe
    weak = dataclasses.replace(settings, secret_key="hunter2")
    told = [one.what % one.values + one.remedy for one in dangers(weak, environment)]
    assert told
    assert "hunter2" not in "".join(told)
    assert isinstance(next(iter(dangers(weak, environment))), Danger)
