"""One command starts everything, and says what to do when it cannot."""

import ast
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
import venv
from pathlib import Path

import pytest

import run

ROOT = Path(__file__).resolve().parent.parent
SOURCE = (ROOT / "run.py").read_text(encoding="utf-8")


def start(*arguments: str, root: Path = ROOT, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run run.py as a user does; `before` is code that changes the Python it finds."""
    argv, script = ["run.py", *arguments], str(root / "run.py")
    code = f"import runpy, sys; sys.argv[:] = {argv}; {before}; runpy.run_path({script!r}, run_name='__main__')"
    command = [sys.executable, "-c", code] if before else [sys.executable, str(root / "run.py"), *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A folder with nothing in it but the start and the pins."""
    root = tmp_path / "an office's folder"
    root.mkdir()
    shutil.copy(ROOT / "run.py", root)
    shutil.copytree(ROOT / "requirements", root / "requirements")
    return root


def pins(name: str) -> dict[str, str]:
    """Package with its marker → the lines that pin it."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    return {entry.split(" \\")[0]: entry for entry in entries}


def test_help_lists_every_command() -> None:
    answer = start("help")
    assert answer.returncode == 0
    assert all(re.search(rf"^  {name}\s+\w", answer.stdout, re.MULTILINE) for name in run.COMMANDS)
    assert {"demo", "test", "setup", "check", "lint", "types", "bench", "serve", "worker", "help"} <= set(run.COMMANDS)


def test_without_a_command_it_says_which_there_are() -> None:
    assert start().stdout == start("help").stdout == start("--help").stdout


def test_an_unknown_command_is_answered_with_the_list() -> None:
    answer = start("sevre")
    assert answer.returncode == 2
    assert "  serve " in answer.stdout
    assert "There is no command 'sevre'." in answer.stderr


def test_a_python_too_old_is_told_so() -> None:
    answer = start("demo", before="sys.version_info = (3, 9, 2, 'final', 0)")
    assert answer.returncode == 1
    assert "needs Python 3.11 or newer; this is Python 3.9" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_old_python_can_read_the_file_to_the_end() -> None:
    ast.parse(SOURCE, feature_version=(3, 6))


def test_it_needs_nothing_but_the_standard_library() -> None:
    foreign = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(SOURCE))
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in getattr(node, "names", [])]
        )
        if isinstance(node, ast.Import | ast.ImportFrom)
    } - sys.stdlib_module_names
    assert foreign == {"babel"}, "babel is imported inside the environment only"


def test_a_debian_without_venv_is_told_what_to_install(copy: Path) -> None:
    answer = start("setup", root=copy, before="sys.modules['ensurepip'] = None")
    assert answer.returncode == 1
    assert "apt install python3-venv" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_missing_pins_are_named(copy: Path) -> None:
    (copy / "requirements" / "runtime.txt").unlink()
    answer = start("setup", root=copy)
    assert answer.returncode == 1
    assert "runtime.txt is missing" in answer.stderr
    assert not (copy / ".venv").exists()


def test_an_extra_that_does_not_exist_is_named_with_those_that_do(copy: Path) -> None:
    answer = start("setup", "oracle", root=copy)
    assert answer.returncode == 1
    assert "no pins called 'oracle'; there are: runtime, postgres, gunicorn, test" in answer.stderr
    assert not (copy / ".venv").exists()


def test_an_incomplete_wheelhouse_is_named_as_the_reason(copy: Path) -> None:
    (copy / "wheelhouse").mkdir()
    answer = start("setup", root=copy)
    assert answer.returncode == 1
    assert "The wheelhouse holds no complete set for Python" in answer.stderr
    assert "run.py wheelhouse runtime" in answer.stderr


def test_a_file_that_does_not_match_its_hash_is_not_installed(copy: Path) -> None:
    wheel = small_wheel(copy / "wheelhouse", text="VALUE = 'changed on the way'\n")
    (copy / "requirements" / "runtime.txt").write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    answer = start("setup", root=copy)
    assert answer.returncode == 1
    assert "DO NOT MATCH THE HASHES" in answer.stderr
    assert wheel.exists()
    assert not list((copy / ".venv").glob(".pins-*"))


def small_wheel(folder: Path, text: str) -> Path:
    """A wheel of one module, written here."""
    import zipfile

    folder.mkdir(exist_ok=True)
    path = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tiny.py", text)
        wheel.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr("tiny-1.0.dist-info/RECORD", "")
    return path


@pytest.mark.slow
def test_an_office_without_network_installs_from_the_wheelhouse_once(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One real package of the pins stands for all; whatever the machine's own pip is set to must not matter.
    line = next(text for name, text in pins("runtime").items() if name.startswith("itsdangerous=="))
    (copy / "requirements" / "runtime.txt").write_text(line + "\n", encoding="utf-8")
    filled = start("wheelhouse", "runtime", root=copy)
    assert filled.returncode == 0, filled.stderr
    assert [path.suffix for path in (copy / "wheelhouse").iterdir()] == [".whl"]
    shutil.rmtree(copy / ".venv")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/nobody-answers-here")
    monkeypatch.setenv("PIP_NO_INDEX", "no")

    cold = start("setup", root=copy)
    assert cold.returncode == 0, cold.stderr
    assert "from the wheelhouse" in cold.stdout
    inside = subprocess.run([run.venv_python(copy / ".venv"), "-c", "import itsdangerous"], check=False)
    assert inside.returncode == 0

    before = time.perf_counter()
    warm = start("setup", root=copy)
    assert warm.stdout.startswith("Ready: "), "the second start installs nothing"
    assert time.perf_counter() - before < 5, "and waits for nothing"

    # The console script works from anywhere, also under a path with blanks and quotes.
    (copy / "licensetrack").mkdir()
    (copy / "licensetrack" / "cli.py").write_text(
        "import sys\n\ndef main():\n    print(sys.flags.utf8_mode, sys.argv[1:])\n"
    )
    program = [str(copy / ".venv" / run.BIN / "licensetrack"), "figures", "--as-of", "2024年"]
    said = subprocess.run(program, cwd="/", capture_output=True, text=True, encoding="utf-8", check=True)
    assert said.stdout == "1 ['figures', '--as-of', '2024年']\n"
    served = start("serve", "--port", "5001", root=copy)
    assert served.stdout == "1 ['serve', '--port', '5001']\n"


def test_a_changed_python_makes_the_environment_anew(tmp_path: Path) -> None:
    root = tmp_path / ".venv"
    venv.create(root, symlinks=os.name != "nt")
    (root / "left from before").touch()
    run.make_venv(root)
    assert (root / "left from before").exists(), "the same Python: kept"
    config = root / "pyvenv.cfg"
    config.write_text(re.sub(r"version = .*", "version = 3.11.0rc1", config.read_text()))
    run.make_venv(root)
    assert not (root / "left from before").exists()
    assert run.venv_python(root).exists()


def test_changed_pins_are_noticed(tmp_path: Path) -> None:
    file = tmp_path / "runtime.txt"
    file.write_text("flask==3.1.3\n")
    first = run.fingerprint(file)
    file.write_text("flask==3.1.4\n")
    assert run.fingerprint(file) != first


def test_catalogues_are_compiled_when_they_are_new_or_changed(tmp_path: Path) -> None:
    import gettext

    source = tmp_path / "zh_CN" / "LC_MESSAGES" / "messages.po"
    source.parent.mkdir(parents=True)
    head = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    for chinese in ("单位", "各单位"):
        source.write_text(f'{head}msgid "Units"\nmsgstr "{chinese}"\n', encoding="utf-8")
        later = time.time() + 10
        os.utime(source, (later, later))
        run.compile_catalogues(tmp_path)
        with source.with_suffix(".mo").open("rb") as compiled:
            assert gettext.GNUTranslations(compiled).gettext("Units") == chinese
    os.utime(source, (0, 0))
    assert run.stale_catalogues(tmp_path) == []
    assert sorted(path.name for path in source.parent.iterdir()) == ["messages.mo", "messages.po"]


@pytest.mark.parametrize("name", run.PIN_NAMES)
def test_every_pin_is_exact_and_has_hashes_and_names_no_address(name: str) -> None:
    found = pins(name)
    assert found
    for package, text in found.items():
        assert re.match(r"[a-z0-9._-]+==\S+( ; .+)?$", package), package
        assert "--hash=sha256:" in text, package
        assert "://" not in text, package


@pytest.mark.parametrize("name", ["runtime", "postgres", "gunicorn"])
def test_the_pins_of_the_tests_hold_all_others_in_the_same_versions(name: str) -> None:
    assert pins(name).items() <= pins("test").items()


def test_the_pins_are_those_that_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    groups = project["dependency-groups"]
    wanted = {
        "runtime": project["project"]["dependencies"],
        "postgres": extras["postgres"],
        "gunicorn": extras["gunicorn"],
        "test": [*groups["test"], *groups["e2e"], *groups["lint"]],
    }
    for name, requirements in wanted.items():
        pinned = {package.split(" ;")[0] for package in pins(name)}
        asked = {re.sub(r"\[.*?\]", "", requirement).split(" ;")[0] for requirement in requirements}
        assert asked <= pinned, name
