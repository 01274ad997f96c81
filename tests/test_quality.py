"""The quality gates are part of the tests, so that one command says whether all is well."""

from pathlib import Path

import pytest

from tests.gates import GATES, ask


@pytest.mark.parametrize("name", GATES)
def test_the_gate_stands_open(name: str) -> None:
    answer = ask(name)
    if answer.returncode:
        pytest.fail(f"the gate {name} is shut\n{answer.stdout}{answer.stderr}", pytrace=False)


@pytest.mark.parametrize(
    ("name", "path", "text"),
    [
        ("format", "bad.py", "x = 'single'\n"),
        ("lint", "bad.py", "import os\n"),
        ("templates", "templates/bad.html", "<div><p>never closed</div>\n"),
        ("types", "licensetrack/__init__.py", "def untyped(x):\n    return x\n"),
    ],
)
def test_the_gate_is_shut_for_a_bad_example(name: str, path: str, text: str, tmp_path: Path) -> None:
    bad = tmp_path / path
    bad.parent.mkdir(parents=True, exist_ok=True)
    bad.write_text(text, encoding="utf-8")
    (tmp_path / "config.py").write_text('"""What an installation may set."""\n', encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(Path("pyproject.toml").read_text(encoding="utf-8"), encoding="utf-8")
    answer = ask(name, tmp_path)
    assert answer.returncode != 0
    assert Path(path).name in answer.stdout + answer.stderr
