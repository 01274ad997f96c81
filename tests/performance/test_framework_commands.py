"""The terminal reads a framework as a draft and writes any framework as a file."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from licensetrack.cli import main
from licensetrack.core.db import reading
from licensetrack.performance import frameworks
from licensetrack.performance.framework import FOLDER, load, read

CODE = "department-2024"


@pytest.fixture
def terminal(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """A terminal at an installation of its own."""
    monkeypatch.setenv("DATABASE_URL", sqlite_url)
    monkeypatch.setenv("LICENSETRACK_BLOBS", str(tmp_path / "blobs"))
    return CliRunner()


def test_a_framework_comes_in_as_a_draft_and_goes_out_as_the_same_file(terminal: CliRunner, tmp_path: Path) -> None:
    told = terminal.invoke(main, ["framework", "import", str(FOLDER / f"{CODE}.toml")])
    assert (told.exit_code, told.output) == (0, "“department-2024”第1版：草稿。\n")
    with reading() as db:
        [draft] = frameworks.versions(db)
        assert (draft.stage, draft.based_on, draft.year) == ("draft", f"{CODE}.toml", 2024)
    target = tmp_path / "out.toml"
    assert terminal.invoke(main, ["framework", "export", CODE, "-o", str(target)]).exit_code == 0
    assert read(target).digest("sha256") == load(CODE).digest("sha256")
    again = terminal.invoke(main, ["framework", "import", str(target)])
    assert again.exit_code == 0
    with reading() as db:
        assert len(frameworks.versions(db)) == 1


def test_a_file_that_breaks_a_rule_is_told_in_words(terminal: CliRunner, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text((FOLDER / f"{CODE}.toml").read_text(encoding="utf-8").replace('rule = "EQ"', 'rule = "EGAL"'))
    told = terminal.invoke(main, ["framework", "import", str(wrong)])
    assert told.exit_code == 1
    assert "B11 资金到位率" in told.output
