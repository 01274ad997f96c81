"""What a load does, row by row: where a statement came from and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from licensetrack.exchange.problems import Problem

NEW, CHANGED, SAME = "new", "changed", "same"


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
    """What one row does: `new`, `changed` (field → recorded and new value) or `same`."""

    action: str
    source: Source
    subject: str
    fields: Mapping[str, tuple[object, object]]

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
    """The whole load: what each row does, and what is wrong. With one error nothing was written."""

    problems: list[Problem] = field(default_factory=list)
    dry_run: bool = False
    _by_row: dict[Source, Change] = field(default_factory=dict)

    @property
    def changes(self) -> list[Change]:
        """One entry per row, in the order in which rows were dealt with."""
        return list(self._by_row.values())

    @property
    def changed_anything(self) -> bool:
        """Whether any row does more than repeat what is recorded."""
        return any(change.action != SAME for change in self._by_row.values())

    @property
    def refused(self) -> bool:
        """Whether an error stopped the load."""
        return any(problem.severity == "error" for problem in self.problems)

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """Kind of ledger → action → rows."""
        counted: dict[str, Counter[str]] = {}
        for change in self._by_row.values():
            counted.setdefault(change.source.kind, Counter())[change.action] += 1
        return {kind: {action: counter[action] for action in (NEW, CHANGED, SAME)} for kind, counter in counted.items()}

    def note(self, action: str, source: Source, subject: str, **fields: tuple[object, object]) -> None:
        """Adds what one row does; a row that tells of several facts (an import and its acceptance) stays one entry."""
        earlier = self._by_row.get(source)
        if earlier is not None and earlier.action != action:
            action = CHANGED
        if earlier is not None:
            fields = {**earlier.fields, **fields}
        self._by_row[source] = Change(action, source, subject, fields)

    def refuse(self, source: Source, rule: str, values: Mapping[str, object], value: str = "") -> None:
        """Adds an error at one row."""
        self.problems.append(Problem(source.file, rule, values, source.sheet, source.row, value=value))


def _shown(value: object) -> object:
    return value if value is None or isinstance(value, (int, str)) else str(value)
