"""The examples for a server are taken by the programs that they are written for."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

import run
from tests import documents

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
PROGRAM = "/opt/licensetrack/.venv/bin/licensetrack"


def test_there_is_a_unit_for_pages_for_jobs_and_for_a_backup() -> None:
    assert UNITS == ["licensetrack-backup.service", "licensetrack-web.service", "licensetrack-worker.service"]


@pytest.mark.parametrize("name", [*UNITS, "licensetrack-backup.timer"])
def test_systemd_takes_the_unit(name: str, tmp_path: Path, debian_tool: Callable[..., Path]) -> None:
    analyze = debian_tool("systemd-analyze", package="systemd")
    for path in DEPLOY.glob("licensetrack-*"):
        content = path.read_text(encoding="utf-8").replace(PROGRAM, str(run.write_launcher()))
        (tmp_path / path.name).write_text(content.replace("/opt/licensetrack", str(tmp_path)), encoding="utf-8")
    answer = subprocess.run(
        [analyze, "verify", "--man=no", "--recursive-errors=no", tmp_path / name],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (answer.returncode, answer.stderr) == (0, "")


@pytest.mark.parametrize("name", ["licensetrack-web.service", "licensetrack-worker.service"])
def test_a_service_has_no_more_rights_than_it_needs(
    name: str, tmp_path: Path, debian_tool: Callable[..., Path]
) -> None:
    analyze = debian_tool("systemd-analyze", package="systemd")
    shutil.copy(DEPLOY / name, tmp_path)
    answer = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=25", "--no-pager", tmp_path / name],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout[-1500:] + answer.stderr


def test_nginx_takes_the_example(tmp_path: Path, debian_tool: Callable[..., Path]) -> None:
    nginx = debian_tool("nginx", package="nginx-light", search="/usr/sbin:/usr/bin:/sbin:/bin")
    certificate, key = self_signed(tmp_path)
    example = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    example = example.replace("/etc/ssl/licensetrack.crt", str(certificate)).replace(
        "/etc/ssl/licensetrack.key", str(key)
    )
    (tmp_path / "site.conf").write_text(example, encoding="utf-8")
    (tmp_path / "whole.conf").write_text(
        f"pid {tmp_path}/pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
        f"http {{ access_log off; include {tmp_path}/site.conf; }}\n",
        encoding="utf-8",
    )
    answer = subprocess.run(
        [nginx, "-t", "-q", "-p", tmp_path, "-c", tmp_path / "whole.conf"], capture_output=True, text=True, check=False
    )
    assert (answer.returncode, re.sub(r"nginx: \[alert\].*\n", "", answer.stderr)) == (0, "")


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate and its key, as a test needs them."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "licensetrack.example")])
    begin = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(begin).not_valid_after(begin + dt.timedelta(days=2)).sign(key, SHA256())
    )  # fmt: skip
    (folder / "a.crt").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "a.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / "a.crt", folder / "a.key"


def test_every_setting_of_the_example_is_one_that_the_program_reads() -> None:
    named = set(re.findall(r"^#? ?([A-Z_]+)=", (DEPLOY / "licensetrack.env").read_text(encoding="utf-8"), re.MULTILINE))
    read = set(re.findall(r"\b(?:LICENSETRACK_[A-Z_]+|DATABASE_URL|SECRET_KEY)\b", documents.source()))
    assert named - {"PGPASSFILE"} <= read
    assert {"LICENSETRACK_PRODUCTION", "SECRET_KEY", "LICENSETRACK_SEAL_KEY"} <= named
