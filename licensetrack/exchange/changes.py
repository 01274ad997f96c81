"""What a load does, row by row: where a statement came from, what became of it, and what is wrong with it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from types import MappingProxyType
from typing import Any, NamedTuple

from licensetrack.core.columns import canonical_json
from licensetrack.exchange.problems import MORE_PROBLEMS, Problem

NEW, CHANGED, SAME, WAITS = "new", "changed", "same", "waits"
ACTIONS = (NEW, CHANGED, SAME, WAITS)
MOST_PROBLEMS = 500

Fields = Mapping[str, tuple[object, object]]
_NO_FIELDS: Fields = MappingProxyType({})


class Source(NamedTuple):
    """The row of a paper: kind of ledger, file, sheet, row as a spreadsheet program counts it."""

    kind: str
    file: str
    sheet: str
    row: int

    @property
    def place(self) -> str:
        """The place within the file, as kept beside an event: `sheet!row`."""
        return f"{self.sheet[:60]}!{self.row}"


class Change(NamedTuple):
    """What one row does: `new`, `changed` (field → recorded and new value), `same`, or `waits` for another ledger."""

    action: str
    source: Source
    subject: str
    fields: Fields

    def as_dict(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "action": self.action,
            "ledger": self.source.kind,
            "file": self.source.file,
            "sheet": self.source.sheet,
            "row": self.source.row,
            "subject": self.subject,
            "fields": {name: [_shown(old), _shown(new)] for name, (old, new) in self.fields.items()},
        }


@dataclass
class Outcome:
    """The whole load: what each row does, and what is wrong. With one error nothing was written.

    `files_moved`: a file was put among those that wait, or taken from them.
    """

    problems: list[Problem] = field(default_factory=list)
    dry_run: bool = False
    files_moved: bool = False
    refused: bool = False
    _by_row: dict[Source, tuple[str, str, Fields]] = field(default_factory=dict)
    _columns: dict[tuple[str, str], Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    _unlisted: Counter[str] = field(default_factory=Counter)

    @property
    def changes(self) -> list[Change]:
        """One entry per row, in the order in which rows were dealt with."""
        rows = self._by_row.items()
        return [Change(action, source, subject, fields) for source, (action, subject, fields) in rows]

    @property
    def changed_anything(self) -> bool:
        """Whether there is anything to write: a row that does more than repeat what is recorded, a file that moves."""
        return self.files_moved or any(action in (NEW, CHANGED) for action, _, _ in self._by_row.values())

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Kind of ledger → action → rows."""
        first = itemgetter(0)
        counted = Counter(zip(map(first, self._by_row), map(first, self._by_row.values()), strict=True))
        return {kind: {action: counted[kind, action] for action in ACTIONS} for kind, _ in counted}

    def digest(self) -> str:
        """SHA-256 of what each row does: two runs of the same files with one digest do the same."""
        running = hashlib.sha256()
        for change in self.changes:
            running.update(canonical_json(change.as_dict()).encode())
        return running.hexdigest()

    def note(self, action: str, source: Source, subject: str, fields: Fields = _NO_FIELDS) -> None:
        """Adds what one row does; a row that tells of several facts (an import and its acceptance) stays one entry."""
        earlier = self._by_row.get(source)
        if earlier is not None:
            action = action if earlier[0] == action else CHANGED
            fields = {**earlier[2], **fields}
        self._by_row[source] = (action, subject, fields)

    def add(self, problem: Problem) -> None:
        """Adds a problem; after the first 500 errors the rest are counted and no longer listed."""
        if problem.severity == "error":
            self.refused = True
            if len(self.problems) >= MOST_PROBLEMS:
                self._unlisted[problem.file] += 1
                return
        self.problems.append(problem)

    def knows(self, file: str, sheet: str, columns: Mapping[str, tuple[str, str]]) -> None:
        """Learns which field stands in which column of a sheet (letter, heading), for the errors of its rows."""
        self._columns[file, sheet] = columns

    def refuse(
        self, source: Source, rule: str, values: Mapping[str, object], at: str = "", value: object = None
    ) -> None:
        """Adds an error at one cell: `at` names the field, `value` is what stands there."""
        letter, heading = self._columns.get((source.file, source.sheet), {}).get(at, ("", ""))
        said = "" if value is None else str(value)
        self.add(Problem(source.file, rule, values, source.sheet, source.row, letter, heading, said))

    def close(self) -> None:
        """Says at the end how many errors were not listed."""
        for file, count in self._unlisted.items():
            self.problems.append(Problem(file, MORE_PROBLEMS, {"count": count}))
        self._unlisted.clear()


def _shown(value: object) -> object:
    return value if value is None or isinstance(value, (int, str)) else str(value)
