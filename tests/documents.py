"""What documents say, taken apart for the tests: links, names in backquotes, commands, tables, quoted code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click

import run
from licensetrack.cli import main as program
from tests.architecture import DRAWERS

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "licensetrack"
PLACES = (ROOT, PACKAGE, ROOT / "requirements", ROOT / "docs")
MADE_LATER = ("instance/", "wheelhouse/", "migrations/versions/")
ENDINGS = ("py", "toml", "md", "sql", "html", "txt", "json", "png")

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_QUOTED = re.compile(r"`([^`\n]+)`")
_CODE = re.compile(r"<!-- from (\S+) -->\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def written() -> list[Path]:
    """Every document that people read."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def without_code(text: str) -> str:
    """The text without its blocks of code."""
    return _FENCE.sub("", text)


def blocks(text: str) -> list[str]:
    """Its blocks of code, without the fences."""
    return ["\n".join(block.splitlines()[1:-1]) for block in _FENCE.findall(text)]


def broken_links(path: Path, text: str) -> list[str]:
    """Links of a document to files or headings that do not exist."""
    broken = []
    for target in _LINK.findall(without_code(text)):
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if re.match(r"[a-z]+:", target):
            broken.append(f"{target}: leads out of the project")
        elif not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            broken.append(target)
    return broken


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings."""
    headings = re.findall(r"^#+ (.+)$", without_code(text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.casefold()).strip().replace(" ", "-") for heading in headings}


def images(text: str) -> list[str]:
    """The pictures a document shows."""
    return re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)


def sections(text: str) -> list[str]:
    """The level of each heading, in order."""
    return re.findall(r"^(#+) ", without_code(text), re.MULTILINE)


def quoted(text: str) -> set[str]:
    """Everything that stands in backquotes outside blocks of code."""
    return set(_QUOTED.findall(without_code(text)))


def unknown_paths(text: str) -> list[str]:
    """Paths in backquotes that are neither in the project nor in its package."""
    paths = {one for one in quoted(text) if re.fullmatch(rf"\w[\w./-]*(?:/|\.(?:{'|'.join(ENDINGS)}))", one)}
    paths = {one for one in paths if not one.startswith(MADE_LATER) and Path(one).stem not in DRAWERS}
    return sorted(one for one in paths if not _exists_somewhere(one))


def _exists_somewhere(path: str) -> bool:
    return any((base / path).exists() for base in PLACES) or any(PACKAGE.rglob(path.strip("/")))


@cache
def source() -> str:
    """All that the project's own code and settings say."""
    files = [*ROOT.glob("*.py"), *PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.toml"), *(ROOT / "migrations").rglob("*.py")]
    return "\n".join(path.read_text(encoding="utf-8") for path in [*files, ROOT / "pyproject.toml"])


@cache
def _words() -> frozenset[str]:
    return frozenset(re.findall(r"\w+", source()))


def unknown_names(text: str) -> list[str]:
    """Identifiers in backquotes that occur nowhere in the code."""
    names = {one for one in quoted(text) if re.fullmatch(r"[A-Za-z]\w*", one)}
    return sorted(names - _words())


def misplaced_names(text: str) -> list[str]:
    """Where a document says that a name is in a file and the file does not hold it."""
    wrong = []
    for name, path in re.findall(r"`(\w+)`\s+in\s+`([\w./]+\.(?:py|toml))`", without_code(text)):
        file = next(base / path for base in PLACES if (base / path).exists())
        if not re.search(rf"\b{name}\b", file.read_text(encoding="utf-8")):
            wrong.append(f"{name} in {path}")
    return wrong


def quotations(text: str) -> list[tuple[str, str]]:
    """(file, code) of each block of Python that a document quotes from the program."""
    return _CODE.findall(text)


def commands_of(tool: str, text: str) -> set[tuple[str, ...]]:
    """The words after a tool's name wherever a document calls it, in blocks of code and in backquotes."""
    found = set()
    calls = [line for block in blocks(text) for line in block.splitlines()] + sorted(quoted(text))
    for call in calls:
        if match := re.match(rf"(?:\S*/)?{re.escape(tool)} (.+)", call.strip()):
            found.add(tuple(match[1].split("  ")[0].split("#")[0].split()))
    return found


def wrong_calls(text: str) -> list[str]:
    """Calls of run.py and licensetrack that name a command or an option which does not exist."""
    wrong = [
        " ".join(words) for words in commands_of("python3 run.py", text) if words[0] not in {*run.COMMANDS, "COMMAND"}
    ]
    return wrong + [" ".join(words) for words in commands_of("licensetrack", text) if not _exists(words)]


def _exists(words: tuple[str, ...]) -> bool:
    command: click.Command = program
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        if name not in command.commands:
            return name in ("…", "COMMAND")
        command = command.commands[name]
    known = {"--help", *(option for one in command.params for option in one.opts)}
    return all(word in known for word in rest if word.startswith("-"))


def tables(text: str) -> Iterator[list[list[str]]]:
    """Each table of a document: its rows as cells, the heading first."""
    for found in re.findall(r"(?:^\|.*\|\n)+", text, re.MULTILINE):
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in found.splitlines()]
        yield [rows[0], *rows[2:]]


def table(text: str, *headings: str) -> list[list[str]]:
    """The rows of the table whose heading begins so."""
    return next(rows[1:] for rows in tables(text) if tuple(rows[0][: len(headings)]) == headings)
