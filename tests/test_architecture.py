"""The rules of the house hold, and each of them can fail."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import architecture
from tests.gates import ask

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "licensetrack"

PACKAGE_RULES = [
    architecture.long_files,
    architecture.full_inits,
    architecture.drawers,
    architecture.missing_sentences,
    architecture.commits,
    architecture.frameworks_below_the_shell,
    architecture.impure_rules,
    architecture.inline_code,
]
# Rule, the file that breaks it, and what stands in it.
BROKEN = [
    (architecture.long_files, "units/queries.py", "x = 1\n" * 301),
    (architecture.full_inits, "units/__init__.py", "from licensetrack.units import models\n"),
    (architecture.drawers, "units/helpers.py", ""),
    (architecture.drawers, "common/text.py", ""),
    (architecture.missing_sentences, "units/models.py", "x = 1\n"),
    (architecture.missing_sentences, "units/models.py", '"""Units"""\n'),
    (architecture.commits, "units/directory.py", '"""Verbs."""\ndb.commit()\n'),
    (architecture.frameworks_below_the_shell, "units/models.py", "import flask\n"),
    (
        architecture.frameworks_below_the_shell,
        "measures/catalogue.py",
        "def f():\n    from reportlab.pdfgen import canvas\n",
    ),
    (architecture.frameworks_below_the_shell, "accounts/users.py", "from werkzeug.wrappers import Request\n"),
    (architecture.frameworks_below_the_shell, "units/models.py", "from werkzeug.security import check_password_hash\n"),
    (architecture.impure_rules, "units/rules.py", "from sqlalchemy import select\n"),
    (architecture.impure_rules, "units/rules.py", "from licensetrack.core import db\n"),
    (architecture.inline_code, "templates/page.html", "<p>\n<script>alert(1)</script>\n"),
    (architecture.inline_code, "templates/page.html", '<p style="color: red">{{ total }}</p>\n'),
    (architecture.inline_code, "templates/page.html", '<button {% if x > 1 %}onclick="go()"{% endif %}>Go</button>\n'),
    (architecture.inline_code, "templates/page.html", '<a href="javascript:go()">Go</a>\n'),
    (architecture.inline_code, "templates/page.html", "<style>p { color: red }</style>\n"),
]
FILE_RULES = [architecture.left_for_later, architecture.foreign_addresses, architecture.machine_paths]
BROKEN_LINES = [
    (architecture.left_for_later, "x = 1  # TO" + "DO later"),
    (architecture.left_for_later, "raise NotImpl" + "ementedError"),
    (architecture.foreign_addresses, "index-url = https://py" + "pi.org/simple"),
    (architecture.foreign_addresses, "deb http://deb.debi" + "an.org/debian stable main"),
    (architecture.machine_paths, "open('/ro" + "ot/x.txt')"),
    (architecture.machine_paths, "see /wo" + "rk/main"),
]


@pytest.mark.parametrize("rule", PACKAGE_RULES, ids=lambda rule: rule.__name__)
def test_the_package_keeps_the_rule(rule: Callable[[Path], list[str]]) -> None:
    complaints = [*rule(PACKAGE), *rule(ROOT / "templates")]
    assert not complaints, "\n" + "\n".join(complaints)


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN, ids=lambda value: getattr(value, "__name__", None))
def test_the_rule_finds_what_breaks_it(rule: Callable[[Path], list[str]], path: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    assert rule(tmp_path), f"{rule.__name__} says nothing about {path}"


def test_rules_let_pass_what_is_right(tmp_path: Path) -> None:
    good = {
        "__init__.py": '"""The program."""\n\nfrom flask import Flask\n',
        "accounts/__init__.py": "",
        "accounts/passwords.py": '"""Password hashes."""\n\nfrom werkzeug.security import check_password_hash\n',
        "core/db.py": '"""The door."""\n\n\ndef f(db):\n    db.commit()\n',
        "core/schema.py": '"""Versions of the schema."""\n\nfrom alembic import command\n',
        "units/rules.py": '"""Pure."""\n\nfrom licensetrack.core.errors import Refused\n',
        "templates/page.html": '<script src="{{ a > b }}"></script>\n<p class="wide" {# style="x" #}>online</p>\n',
    }
    for name, text in good.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [rule.__name__ for rule in PACKAGE_RULES if rule(tmp_path)] == []


@pytest.mark.parametrize("rule", FILE_RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps_the_rule(rule: Callable[[list[Path]], list[str]]) -> None:
    files = architecture.tracked(ROOT)
    assert ROOT / "run.py" in files
    complaints = rule(files)
    assert not complaints, "\n" + "\n".join(complaints)


@pytest.mark.parametrize(("rule", "line"), BROKEN_LINES)
def test_the_rule_finds_the_line(rule: Callable[[list[Path]], list[str]], line: str, tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text(f"First line.\n{line}\n", encoding="utf-8")
    assert len(rule([file])) == 1
    assert f"{file}:2:" in rule([file])[0]


def test_files_are_found_with_git_and_without(tmp_path: Path) -> None:
    (tmp_path / "kept.py").write_text("")
    (tmp_path / "built.mo").write_text("")
    (tmp_path / "ignored.txt").write_text("")
    (tmp_path / ".gitignore").write_text("ignored.txt\n")
    assert tmp_path / "kept.py" in architecture.tracked(tmp_path)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert {path.name for path in architecture.tracked(tmp_path)} == {"kept.py", ".gitignore"}


def storeys(folder: Path, **modules: str) -> str:
    """What the gate of the storeys says about a house with these modules (core__db="source"); empty when content."""
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    for name in ("core.db", "accounts.users", "units.models", "support.orders", "web.pages", *modules):
        path = folder / "licensetrack" / Path(*name.replace("__", ".").split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        for package in (path.parent, folder / "licensetrack"):
            (package / "__init__.py").touch()
        path.write_text(modules.get(name, ""))
    answer = ask("storeys", folder)
    return "" if answer.returncode == 0 else answer.stdout


def test_a_storey_may_import_what_lies_below_it(tmp_path: Path) -> None:
    assert not storeys(
        tmp_path, units__models="import licensetrack.core.db", web__pages="import licensetrack.support.orders"
    )


def test_a_storey_must_not_import_what_lies_above_it(tmp_path: Path) -> None:
    assert "licensetrack.core.db -> licensetrack.units.models" in storeys(
        tmp_path, core__db="import licensetrack.units.models"
    )


def test_rooms_on_one_storey_are_strangers(tmp_path: Path) -> None:
    assert "licensetrack.inventory.hosts -> licensetrack.support.orders" in storeys(
        tmp_path, inventory__hosts="import licensetrack.support.orders"
    )


def test_a_room_without_a_storey_is_refused(tmp_path: Path) -> None:
    assert "licensetrack.cellar" in storeys(tmp_path, cellar__wine="")
