"""The real commands that seal and verify a pack, and the verifier inside it on a Python that has nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.journeys.command import Installation

CHECKED = (
    "压缩包结构", "签名（ed25519）", "文件摘要（SHA256）", "评价快照", "逐笔明细", "数据复算", "绩效目标",
    "运行监控（截至2024-07-31）", "佐证材料",
)  # fmt: skip


pytestmark = pytest.mark.xdist_group("sealed-pack")  # one demonstration for all


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation with the sample year, signed."""
    folder = tmp_path_factory.mktemp("office")
    made = Installation(f"sqlite:///{folder / 'year.db'}", folder)
    done = made.run("demo", "--no-serve", "--out", folder / "reports", within=600)
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def pack(office: Installation) -> Path:
    done = office.run("seal", "--year", 2024, "-o", office.folder / "pack.zip")
    assert done.returncode == 0, done.stderr
    path, fingerprint = done.stdout.splitlines()
    assert Path(path) == office.folder / "pack.zip"
    (office.folder / "fingerprint").write_text(fingerprint, encoding="utf-8")
    return Path(path)


def bare(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The verifier from inside the pack, by a Python without any package, not even those of this installation."""
    command = [sys.executable, "-I", "-S", "verify_pack.py", *arguments]
    return subprocess.run(command, cwd=folder, env={}, capture_output=True, encoding="utf-8", check=False)


def test_what_seal_writes_verify_pack_finds_whole_and_says_what_it_checked(office: Installation, pack: Path) -> None:
    fingerprint = (office.folder / "fingerprint").read_text(encoding="utf-8")
    done = office.run("verify-pack", pack, "--fingerprint", fingerprint)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert [line[2:].partition("：")[0] for line in lines if line[0] in "✓✗"] == list(CHECKED)
    assert "与给定的指纹一致" in done.stdout
    assert lines[-1] == "结论：核验通过，本包与封存时一致。"
    other = "1" if fingerprint[0] == "0" else "0"
    wrong = office.run("verify-pack", pack, "--fingerprint", other + fingerprint[1:])
    assert (wrong.returncode, "与给定的指纹不同" in wrong.stdout) == (1, True)
    assert office.run("verify-pack", office.folder / "none.zip").returncode == 2
    assert office.run("seal", "--year", 1999, "-o", office.folder / "none.zip").returncode == 1
    assert not list(office.folder.glob("none*"))  # whole or not at all


def test_sealed_again_it_is_the_same_to_the_byte(office: Installation, pack: Path) -> None:
    again = office.folder / "again.zip"
    assert office.run("seal", "--year", 2024, "-o", again).returncode == 0
    assert again.read_bytes() == pack.read_bytes()


def test_a_bare_python_verifies_it_and_finds_one_changed_byte(pack: Path, tmp_path: Path) -> None:
    with ZipFile(pack) as archive:
        (tmp_path / "verify_pack.py").write_bytes(archive.read("verify_pack.py"))
        inside = {one.filename: one.header_offset + 30 + len(one.filename.encode()) for one in archive.infolist()}
    whole = pack.read_bytes()
    (tmp_path / "pack.zip").write_bytes(whole)
    done = bare(tmp_path, "pack.zip")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line[2:].partition("：")[0] for line in done.stdout.splitlines() if line[0] in "✓✗"] == list(CHECKED)
    for name in (
        "报告和表单/部门评价报告.pdf", "报告和表单/绩效目标申报表.xlsx",
        "报告和表单/绩效运行监控表（2024年1—7月）.docx",
        "数据/逐笔明细/virtualization.accepted_cpus.jsonl", "数据/运行监控/2024-07-31/逐笔明细/budget.spent.jsonl",
        "数据/绩效目标.jsonl", "manifest.json", "signature.json",
    ):  # fmt: skip
        changed = bytearray(whole)
        changed[inside[name] + 5] ^= 1
        (tmp_path / "pack.zip").write_bytes(changed)
        done = bare(tmp_path, "pack.zip")
        assert (done.returncode, done.stderr) == (1, ""), name
        assert "✗" in done.stdout
        assert done.stdout.splitlines()[-1] == "结论：核验不通过，本包与封存时不一致。"
