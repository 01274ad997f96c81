"""What differs between two versions of a request, field by field; lines are told apart by their keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ADDED, GONE, CHANGED = "added", "gone", "changed"
_HEAD = ("contact", "phone", "reason", "wanted_on")
_SKIPPED = ("key",)


@dataclass(frozen=True)
class Difference:
    """One field that says something else now. `line` is the line's place in the newer version (in the older one for a
    line that is gone), 0 for the request as a whole."""

    how: str
    line: int
    field: str
    old: Any = None
    new: Any = None


def differences(older: Mapping[str, Any], newer: Mapping[str, Any]) -> list[Difference]:
    """All differences in the order of the form: the request as a whole, its lines, its papers."""
    found = [
        Difference(CHANGED, 0, name, older.get(name), newer.get(name))
        for name in _HEAD
        if older.get(name) != newer.get(name)
    ]
    before = {line["key"]: (place, line) for place, line in enumerate(older["lines"], 1)}
    for place, line in enumerate(newer["lines"], 1):
        known = before.pop(line["key"], None)
        if known is None:
            found.append(Difference(ADDED, place, "kind", None, line["kind"]))
            found += [Difference(ADDED, place, name, None, line[name]) for name in line if _says(name, line)]
        else:
            was = known[1]
            found += [
                Difference(CHANGED, place, name, was.get(name), line[name])
                for name in line
                if name not in _SKIPPED and was.get(name) != line[name]
            ]
    found += [Difference(GONE, place, "kind", line["kind"]) for place, line in before.values()]
    papers = {paper["id"]: paper["name"] for paper in older.get("papers", ())}
    for paper in newer.get("papers", ()):
        if papers.pop(paper["id"], None) is None:
            found.append(Difference(ADDED, 0, "papers", None, paper["name"]))
    return found + [Difference(GONE, 0, "papers", name) for name in papers.values()]


def _says(name: str, line: Mapping[str, Any]) -> bool:
    return name not in (*_SKIPPED, "kind") and line[name] not in (None, "", [], ())
