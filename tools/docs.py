"""Writes the documents that are generated; with --check it only says which are stale."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from tools import evaluation, formats, glossary, measures, roles, schema
from tools.writing import DOCS, ROOT

DOCUMENTS: dict[str, Callable[[], str]] = {
    "schema.md": schema.document,
    "measures.md": measures.document,
    "formats.md": formats.document,
    "evaluation.md": evaluation.document,
    "glossary.md": glossary.document,
    "roles.md": roles.document,
}


def stale() -> list[str]:
    """The names of documents that differ from what their sources say now."""
    found = []
    for name, document in DOCUMENTS.items():
        path = DOCS / name
        if not path.is_file() or path.read_text(encoding="utf-8") != document():
            found.append(name)
    return found


def main(arguments: list[str]) -> int:
    """Write what is stale; with --check only name it, and exit with 1 if there is any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    checking = parser.parse_args(arguments).check
    names = stale()
    for name in names:
        if not checking:
            (DOCS / name).write_text(DOCUMENTS[name](), encoding="utf-8")
        sys.stdout.write(f"{(DOCS / name).relative_to(ROOT)} {'is stale' if checking else 'written'}\n")
    return 1 if checking and names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
