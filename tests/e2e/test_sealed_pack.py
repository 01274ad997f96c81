"""The auditor downloads the sealed pack of the signed year and verifies it with nothing but Python."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site


def test_an_auditor_downloads_the_pack_and_verifies_it_with_python_alone(
    sign_in: Callable[[str], Page], violations: Callable[[Page], list[str]], site: Site, tmp_path: Path
) -> None:
    page = sign_in("auditor")
    page.get_by_role("link", name="绩效评价").click()
    page.get_by_role("link", name="2024", exact=True).click()
    page.get_by_role("link", name="文书与封存包").click()
    expect(page.locator("h1")).to_have_text("文书与封存包")
    assert violations(page) == []
    fingerprint = page.get_by_text("公钥指纹", exact=True).locator("xpath=following-sibling::dd").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载封存包").click()
    assert download.value.suggested_filename == "evaluation-2024-pack.zip"
    download.value.save_as(tmp_path / "evaluation-2024-pack.zip")
    with ZipFile(tmp_path / "evaluation-2024-pack.zip") as archive:
        archive.extract("verify_pack.py", tmp_path)
        assert archive.read("报告和表单/部门评价报告.pdf") == (site.reports / "evaluation-2024.pdf").read_bytes()
    command = [sys.executable, "-I", "verify_pack.py", "evaluation-2024-pack.zip", "--fingerprint", fingerprint]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "与给定的指纹一致" in done.stdout
    assert "结论：核验通过" in done.stdout


def test_the_brief_comes_from_the_same_page(sign_in: Callable[[str], Page]) -> None:
    page = sign_in("manager")
    page.goto("/evaluations/1/outputs")
    with page.expect_download() as download:
        page.get_by_role("link", name="领导简报 PDF").click()
    assert download.value.suggested_filename == "brief-2024.pdf"
