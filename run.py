#!/usr/bin/env python3
"""Start everything with one command: makes .venv from the hashed pins, then runs the command in it.

Needs Python 3.11 or newer and nothing else. `python3 run.py help` lists the commands.
"""

import sys

# First of all, and in words that an old Python can still read: offices have machines with Python 3.6.
if sys.version_info < (3, 11):
    sys.exit(
        "licensetrack needs Python 3.11 or newer; this is Python {}.{} ({}).\n"
        "Install a newer one beside it and start again, for example: python3.12 run.py".format(
            sys.version_info[0], sys.version_info[1], sys.executable
        )
    )

import contextlib
import hashlib
import importlib.util
import os
import platform
import shlex
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PINS = ROOT / "requirements"
WHEELHOUSE = ROOT / "wheelhouse"
CATALOGUES = ROOT / "licensetrack" / "translations"
BIN = "Scripts" if os.name == "nt" else "bin"

# Each file of pins is complete in itself; the last one holds all that the others hold, in the same versions.
PIN_NAMES = ("runtime", "postgres", "gunicorn", "test")
GROUPS = {
    "test": ["--extra", "postgres", "--extra", "gunicorn", "--group", "test", "--group", "e2e", "--group", "lint"],
    "runtime": [],
    "postgres": ["--extra", "postgres"],
    "gunicorn": ["--extra", "postgres", "--extra", "gunicorn"],
}


class StartError(Exception):
    """The start cannot go on; the message says what to do."""


def venv_python(root: Path = VENV) -> Path:
    """The interpreter of the environment."""
    return root / BIN / ("python.exe" if os.name == "nt" else "python")


def pin_file(name: str) -> Path:
    """The file of pins of that name; StartError names the ones there are."""
    path = PINS / f"{name}.txt"
    if name not in PIN_NAMES:
        raise StartError(f"There are no pins called {name!r}; there are: {', '.join(PIN_NAMES)}.")
    if not path.is_file():
        raise StartError(f"{path} is missing: this copy of licensetrack is not complete. Copy or clone it again.")
    return path


def fingerprint(pins: Path) -> str:
    """What an environment depends on: the pins, the Python and the place where it stands."""
    return hashlib.sha256(b"\0".join([pins.read_bytes(), sys.version.encode(), str(ROOT).encode()])).hexdigest()


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One at a time builds the environment: a server and its worker may be started in the same second."""
    with (ROOT / ".venv.lock").open("w") as handle:
        if os.name != "nt":  # on Windows nothing starts them together
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def make_venv(root: Path = VENV) -> None:
    """Make the environment, anew when Python has changed under it."""
    config = root / "pyvenv.cfg"
    version = f"version = {platform.python_version()}"
    if venv_python(root).exists() and config.is_file() and version in config.read_text(encoding="utf-8").splitlines():
        return
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        major, minor = sys.version_info[:2]
        raise StartError(
            "This Python cannot make a virtual environment: its venv or ensurepip module is missing.\n"
            f"On Debian, Ubuntu, UOS and Kylin:  apt install python3-venv   (or python{major}.{minor}-venv)\n"
            "Then start again."
        )
    import venv

    print(f"Making {root.name} for Python {platform.python_version()} ...", flush=True)
    venv.create(root, with_pip=True, clear=True, symlinks=os.name != "nt")


def pip(*arguments: str, python: Path | None = None, offline: bool = False) -> None:
    """Run the environment's pip; without network it may look at nothing but the wheelhouse."""
    environment = os.environ | {"PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if offline:
        environment = {name: value for name, value in environment.items() if not name.startswith("PIP_")}
        environment |= {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    subprocess.run([str(python or venv_python()), "-m", "pip", *arguments], check=True, env=environment)


def install(pins: Path, *, python: Path | None = None, wheelhouse: Path = WHEELHOUSE) -> None:
    """Install exactly what the pins say, from the wheelhouse if there is one, else from the configured registry."""
    offline = wheelhouse.is_dir()
    source = ["--no-index", "--find-links", str(wheelhouse)] if offline else []
    print(f"Installing {pins.name}{' from the wheelhouse' if offline else ''} (only once) ...", flush=True)
    wanted = ["--quiet", "--only-binary", ":all:", "--require-hashes", *source, "-r", str(pins)]
    try:
        pip("install", *wanted, python=python, offline=offline)
    except subprocess.CalledProcessError as error:
        machine = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
        hint = (
            f"The wheelhouse holds no complete set for {machine}. Fill it where there is a network, with the same\n"
            f"Python: python3 run.py wheelhouse {pins.stem}"
            if offline
            else "Is there a network? Without one, put a wheelhouse/ folder beside run.py (docs/operations.md)."
        )
        raise StartError(f"Installing {pins.name} did not work; pip says why above.\n{hint}") from error


def ensure(name: str) -> None:
    """Make sure that the environment holds these pins; a stamp makes the second time free."""
    wanted = pin_file(name)
    stamps = {pins: VENV / f".pins-{pins.stem}" for pins in (PINS / f"{each}.txt" for each in PIN_NAMES)}

    def is_there() -> bool:
        stamp = stamps[wanted]
        return venv_python().exists() and stamp.is_file() and stamp.read_text() == fingerprint(wanted)

    if not is_there():
        with alone():
            if not is_there():
                make_venv()
                install(wanted)
                for pins in [wanted] if name != "test" else [pin_file(each) for each in PIN_NAMES]:
                    stamps[pins].write_text(fingerprint(pins))
    write_launcher()
    if stale_catalogues():
        # In the environment, because gettext's compiler is a package.
        subprocess.run([str(venv_python()), str(ROOT / "run.py"), "translations"], check=True, env=utf8())


def write_launcher(root: Path = VENV) -> Path:
    """Leave the console script `licensetrack` in the environment; written only when it differs.

    The project itself is not installed by pip: building it would fetch a build system without hashes.
    """
    start = (
        '"""Start licensetrack from its folder."""\n\nimport sys\n\n'
        f"sys.path.insert(0, {str(ROOT)!r})\n\nfrom licensetrack.cli import main\n\nsys.exit(main())\n"
    )
    if os.name == "nt":
        script, command = root / BIN / "licensetrack-script.py", root / BIN / "licensetrack.cmd"
        texts = {script: start, command: '@"%~dp0python.exe" -X utf8 "%~dp0licensetrack-script.py" %*\n'}
    else:
        # A shell finds the interpreter: a `#!` line holds neither blanks nor long paths. Python reads a string there.
        command = root / BIN / "licensetrack"
        shell = f"#!/bin/sh\n'''exec' {shlex.quote(str(venv_python(root)))} -X utf8 \"$0\" \"$@\"\n' '''\n"
        texts = {command: shell + start}
    for path, text in texts.items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            path.chmod(0o755)
    return command


def stale_catalogues(folder: Path = CATALOGUES) -> list[Path]:
    """The catalogues of translations whose compiled form is missing or older."""
    found = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.is_file() or compiled.stat().st_mtime < source.stat().st_mtime:
            found.append(source)
    return found


def compile_catalogues(folder: Path = CATALOGUES) -> None:
    """Compile the stale catalogues; runs inside the environment. Each appears whole or not at all."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in stale_catalogues(folder):
        part = source.with_suffix(f".{os.getpid()}.part")
        with source.open("rb") as reading, part.open("wb") as writing:
            write_mo(writing, read_po(reading, locale=source.parent.parent.name, abort_invalid=True))
        part.replace(source.with_suffix(".mo"))


def utf8() -> dict[str, str]:
    """The surroundings for every program started from here: UTF-8 whatever the console speaks."""
    return os.environ | {"PYTHONUTF8": "1"}


def call(*arguments: str, inside: bool = True) -> int:
    """Run a program of the environment, in the project's folder if `inside`; its exit code."""
    try:
        return subprocess.call([str(venv_python()), *arguments], cwd=ROOT if inside else None, env=utf8())
    except KeyboardInterrupt:
        return 130


def program(*arguments: str) -> int:
    """Run licensetrack's own command in its console script, with the database driver that DATABASE_URL asks for."""
    ensure("postgres" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "runtime")
    launcher = write_launcher()
    if os.name == "nt":
        return call(str(launcher.with_name("licensetrack-script.py")), *arguments, inside=False)
    sys.stdout.flush()
    return os.execve(launcher, [str(launcher), *arguments], utf8())


def gates(names: Sequence[str]) -> int:
    """Ask the quality gates of these names (all when empty) and stop at the first that is shut."""
    ensure("test")
    return call("-m", "tests.gates", *names)


def test(arguments: Sequence[str]) -> int:
    """All tests on two processes, or with arguments exactly what they say."""
    ensure("test")
    return call("-m", "pytest", *(arguments or ["-n", "2", "--dist", "loadgroup"]))


def check(arguments: Sequence[str]) -> int:
    """What has to hold before a change lands, fastest first."""
    rest = ["-n", "2", "--dist", "loadgroup", "--ignore=tests/test_quality.py", "--ignore=tests/test_architecture.py"]
    return gates([]) or test(["tests/test_architecture.py"]) or test([*rest, *arguments])


def setup(arguments: Sequence[str]) -> int:
    """Leave the environment and its console script."""
    names = ["runtime", *arguments]
    for name in names:
        pin_file(name)  # a slip of the pen is told before anything is installed
    for name in names:
        ensure(name)
    print(f"Ready: {write_launcher()}")
    return 0


def bench(arguments: Sequence[str]) -> int:
    """Measure speed and memory against limits measured beside them."""
    ensure("test")
    return call("-m", "bench", *arguments)


def wheelhouse(arguments: Sequence[str]) -> int:
    """Fill wheelhouse/ for machines without network; further arguments starting with a dash go to pip download."""
    names = [argument for argument in arguments if argument in PIN_NAMES]
    options = [argument for argument in arguments if argument not in PIN_NAMES]
    with alone():
        make_venv()
    for name in names or ["test"]:
        target = ["--quiet", "--dest", str(WHEELHOUSE), "--only-binary", ":all:", "--require-hashes"]
        pip("download", *target, *options, "-r", str(pin_file(name)))
    files = [path.stat().st_size for path in WHEELHOUSE.iterdir()]
    print(f"{WHEELHOUSE}: {len(files)} files, {sum(files) / 1e6:.0f} MB")
    return 0


def pins(arguments: Sequence[str]) -> int:
    """Compile the pins again from pyproject.toml; `--upgrade` moves what is not fixed there."""
    ensure("test")
    shape = ["--universal", "--generate-hashes", "--only-binary", ":all:", "--quiet"]
    silent = ["--no-annotate", "--no-header", "--no-emit-index-url", "--no-emit-find-links"]
    for name, groups in GROUPS.items():  # the largest comes first, and the others keep to its versions
        bound = [] if name == "test" else ["--constraint", "requirements/test.txt"]
        output = ["pyproject.toml", "-o", f"requirements/{name}.txt"]
        code = call("-m", "uv", "pip", "compile", *shape, *silent, *arguments, *groups, *bound, *output)
        if code:
            return code
    return 0


def translations(_: Sequence[str]) -> int:
    """Compile the catalogues of translations; every other command does it when they have changed."""
    try:
        compile_catalogues()
    except ModuleNotFoundError:  # called by a Python outside the environment
        ensure("runtime")
    return 0


def usage(_rest: Sequence[str] = ()) -> int:
    """This list."""
    print("python3 run.py COMMAND [ARGUMENTS]\n")
    for name, (line, _run) in COMMANDS.items():
        print(f"  {name:<12} {line}")
    return 0


COMMANDS: dict[str, tuple[str, Callable[[Sequence[str]], int]]] = {
    "demo": (
        "load the sample year, sign off its evaluation, write its report, serve",
        lambda rest: program("demo", *rest),
    ),
    "test": ("run all tests, the quality gates among them; arguments go to pytest", test),
    "setup": ("install into .venv and leave .venv/bin/licensetrack; `setup postgres gunicorn` adds these", setup),
    "serve": ("run the server", lambda rest: program("serve", *rest)),
    "worker": ("run the scheduler of background jobs", lambda rest: program("worker", *rest)),
    "check": ("what CI asks, fastest first: format, lint, storeys, templates, types, tests", check),
    "lint": ("format, lint, storeys, templates", lambda _: gates(["format", "lint", "storeys", "templates"])),
    "types": ("mypy --strict", lambda _: gates(["types"])),
    "bench": ("measure speed and memory", bench),
    "wheelhouse": ("download every package into wheelhouse/, for machines without network", wheelhouse),
    "pins": ("compile requirements/ again from pyproject.toml", pins),
    "translations": ("compile the catalogues of translations", translations),
    "help": ("this list", usage),
}


def main(arguments: Sequence[str]) -> int:
    """Run the command; 2 for one that does not exist, 1 when the start cannot go on."""
    name, *rest = arguments or ["help"]
    if name in ("-h", "--help"):
        name = "help"
    if name not in COMMANDS:
        usage()
        print(f"\nThere is no command {name!r}.", file=sys.stderr)
        return 2
    try:
        return COMMANDS[name][1](rest)
    except StartError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"\nThis step failed: {shlex.join(map(str, error.cmd))}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
