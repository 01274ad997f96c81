"""The rules of the house as functions: each takes paths or a tree and gives its complaints, empty when all is well."""

import ast
import re
import subprocess
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

LONGEST = 300
FRAMEWORKS = set(
    "alembic apscheduler docx flask flask_babel flask_bootstrap flask_login flask_smorest flask_wtf"
    " fontTools jinja2 lxml marshmallow prometheus_client python_calamine reportlab"
    " waitress webargs werkzeug wtforms xlsxwriter".split()
)
SHELL = {"reports", "exchange", "verify", "web", "api", "jobs", "cli", "demo", "operations", "upkeep", "__init__"}
# Room and what it may import all the same: a password hash needs no web, and Alembic is how the schema comes about.
EXCEPTED = {"accounts": {"werkzeug.security"}, "core": {"alembic"}}
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "shared"}
TEXTS = {"", *".cfg .css .csv .html .in .ini .js .json .mako .md .po .py .sh .sql .svg .toml .txt .yaml .yml".split()}
# Put together from pieces, so that this file does not complain about itself.
HOSTS = re.compile(
    "|".join(["py" + r"pi\.(org|python)", "pythonhost" + r"ed\.", "registry\\.npm" + "js", "deb\\.debi" + "an"])
)
MACHINE = re.compile(
    r"(?<![\w.~<}])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "tm" + "p", "fa" + "rm"]) + r")/[a-zA-Z.]"
)
# Catching that error is right: zipfile raises it for a compression that it does not know.
LEFT_FOR_LATER = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|raise NotImpl" + r"ementedError)\b")


def modules(package: Path) -> list[Path]:
    """Every Python file of the package."""
    return sorted(package.rglob("*.py"))


def long_files(package: Path) -> list[str]:
    """Files of code, page or style that nobody reads in one go."""
    found = []
    for path in sorted(package.rglob("*")):
        if path.suffix in {".py", ".html", ".js", ".css"}:
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > LONGEST:
                found.append(f"{path}: {lines} lines, {LONGEST} at most")
    return found


def full_inits(package: Path) -> list[str]:
    """Rooms whose `__init__.py` says something; the package's own is create_app."""
    return [
        f"{path}: must be empty"
        for path in sorted(package.glob("*/**/__init__.py"))
        if path.read_text(encoding="utf-8").strip()
    ]


def drawers(package: Path) -> list[str]:
    """Modules and folders named after nothing."""
    return [f"{path}: say what it is for" for path in sorted(package.rglob("*")) if path.stem in DRAWERS]


def missing_sentences(package: Path) -> list[str]:
    """Modules that do not say in a first sentence what they are for."""
    found = []
    for path in modules(package):
        source = path.read_text(encoding="utf-8")
        said = ast.get_docstring(ast.parse(source)) or ""
        if source.strip() and not re.match(r".+?[.:;]", said.split("\n\n")[0].replace("\n", " ")):
            found.append(f"{path}: no first sentence")
    return found


def commits(package: Path) -> list[str]:
    """Calls of commit() outside the one door to the database."""
    found = []
    for path in modules(package):
        if path.relative_to(package).as_posix() == "core/db.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit":
                found.append(f"{path}:{node.lineno}: only core/db.py commits")
    return found


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything the module imports, also inside functions and for types only."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def frameworks_below_the_shell(package: Path) -> list[str]:
    """Imports of web, document and scheduler libraries where a plain Python shell must do."""
    found = []
    for path in modules(package):
        room = path.relative_to(package).parts[0].removesuffix(".py")
        if room in SHELL:
            continue
        for line, name in imports(path):
            allowed = any(name == one or name.startswith(f"{one}.") for one in EXCEPTED.get(room, ()))
            if name.split(".")[0] in FRAMEWORKS and not allowed:
                found.append(f"{path}:{line}: {name} belongs to the shell")
    return found


def impure_rules(package: Path) -> list[str]:
    """Rules that look into a database: they take values and give nothing or an error."""
    found = []
    for path in sorted(package.glob("*/rules.py")):
        for line, name in imports(path):
            if name.split(".")[0] == "sqlalchemy" or re.match(
                r"licensetrack\.(core\.db|\w+\.(models|queries))\b", name
            ):
                found.append(f"{path}:{line}: a rule imports {name}")
    return found


def left_for_later(paths: Iterable[Path]) -> list[str]:
    """Marks of work not done."""
    return _lines(paths, LEFT_FOR_LATER, "do it, or write an issue")


def foreign_addresses(paths: Iterable[Path]) -> list[str]:
    """Hosts of package registries, which differ from office to office."""
    return _lines(paths, HOSTS, "a registry's host")


def machine_paths(paths: Iterable[Path]) -> list[str]:
    """Paths that exist on one machine only."""
    return _lines(paths, MACHINE, "a path of one machine")


def _lines(paths: Iterable[Path], pattern: re.Pattern[str], complaint: str) -> list[str]:
    found = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if match := pattern.search(line):
                found.append(f"{path}:{number}: {complaint}: {match[0]}")
    return found


def tracked(folder: Path) -> list[Path]:
    """The text files that git knows or would add, in a work tree or in an unpacked archive of it."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    hidden = {".git", ".venv", "wheelhouse", "instance"}
    names = listing.stdout.split("\0") if listing.returncode == 0 else [str(path) for path in folder.rglob("*")]
    paths = [folder / name for name in names if name]
    return [
        path
        for path in paths
        if path.is_file() and path.suffix in TEXTS and not hidden & set(path.relative_to(folder).parts)
    ]


class InlineCode(HTMLParser):
    """Notes what a page's strict Content-Security-Policy would refuse to run or to apply."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in names and names.get("type") != "application/json"):
            self._note(f"<{tag}> with its text in the page")
        for name, value in attrs:
            if name == "style" or re.fullmatch(r"on[a-z]+", name):
                self._note(f"attribute {name}")
            if (value or "").strip().lower().startswith("javascript:"):
                self._note(f"a script as the address in {name}")

    def _note(self, what: str) -> None:
        self.found.append((self.getpos()[0], what))


def inline_code(folder: Path) -> list[str]:
    """Scripts, styles and handlers written into templates of pages; a mail has no other place for its styles."""
    found = []
    for path in sorted(folder.rglob("*.html")):
        if "email" in path.relative_to(folder).parts:
            continue
        source = path.read_text(encoding="utf-8")
        # Jinja's own signs may hold quotes and brackets; the lines have to stay where they are.
        plain = re.sub(
            r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", lambda sign: "\n" * sign[0].count("\n"), source, flags=re.DOTALL
        )
        page = InlineCode()
        page.feed(plain)
        found += [f"{path}:{line}: {what}" for line, what in page.found]
    return found
