"""What ledgers state, gathered by licence number: issue, imports and changes of one set may lie in three files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from licensetrack.allocation.fold import Fact, Holder
from licensetrack.allocation.stages import RANK, TEMPORARY
from licensetrack.core.names import name_key, nearest
from licensetrack.exchange.changes import SAME, Outcome, Source
from licensetrack.exchange.matching import Stated

UNKNOWN_UNIT = "There is no unit of this name in the directory. The nearest are: %(nearest)s."
TWICE = "The number %(number)s stands twice, and the two rows differ; the other one is %(place)s."


class Paper(NamedTuple):
    """The sheet that rows stand in, and the stored file it belongs to."""

    kind: str
    file: str
    sheet: str
    document_id: int

    def source(self, row: int) -> Source:
        """One row of it."""
        return Source(self.kind, self.file, self.sheet, row)


@dataclass(slots=True)
class SetStatement:
    """All that one load states about one number: the row that issues it, if there is one, and facts after the issue."""

    number: str
    row: Any = None  # an IssueRow, read into facts only when its turn comes: a hundred thousand of them are light
    paper: Paper | None = None
    holder: Holder | None = None
    facts: Sequence[Stated] = ()

    @property
    def source(self) -> Source:
        """Where the issue stands; asked only where there is one."""
        assert self.paper is not None  # noqa: S101 - for the type checker: a statement with a row has its paper
        return self.paper.source(self.row.row)

    @property
    def temporary_on(self) -> dt.date:
        """The day of a temporary issue; ledgers without a column of its own write it where a formal one's stands."""
        day: dt.date = self.row.temporary_on or self.row.issued_on
        return day

    def issues(self) -> tuple[Stated | None, Stated | None]:
        """The formal issue and the temporary one: a row with both dates tells of two sets, one after the other."""
        if self.row is None:
            return None, None
        row, details = self.row, issue_details(self.row)
        if row.kind == TEMPORARY:
            return None, self.issue(self.temporary_on, details)
        temporary = None
        if row.temporary_on is not None and row.temporary_on <= row.issued_on:
            temporary = self.issue(row.temporary_on, details)
        return self.issue(row.issued_on, details), temporary

    def issue(self, on: dt.date, details: Mapping[str, str]) -> Stated:
        """The issue of this row as a fact of that day."""
        source = self.source
        document_id = self.paper.document_id if self.paper else None
        return Fact("issue", on, 0, self.row.cpus, self.holder, details, document_id, source.place), source


class Holders:
    """Unit names as written → who holds; an unknown one becomes an error at its cell that names the three nearest."""

    def __init__(self, by_key: Mapping[str, int], units: Mapping[int, tuple[str, Holder]]) -> None:
        self._by_key, self._units = by_key, units
        self._seen: dict[str, Holder | None] = {}
        self._nearest: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self._units)

    def name(self, unit_id: int) -> str:
        """A unit's present name."""
        return self._units[unit_id][0]

    def find(self, name: str) -> Holder | None:
        """The holder of that name, or None."""
        try:
            return self._seen[name]
        except KeyError:
            unit_id = self._by_key.get(name_key(name))
            holder = self._seen[name] = None if unit_id is None else self._units[unit_id][1]
            return holder

    def refuse(self, name: str, source: Source, outcome: Outcome, at: str = "unit") -> None:
        """Notes that no unit has this name, at the cell of the field `at`."""
        if name not in self._nearest:
            self._nearest[name] = "、".join(nearest(name, (known for known, _ in self._units.values()))) or "—"
        outcome.refuse(source, UNKNOWN_UNIT, {"nearest": self._nearest[name]}, at, name)


class Statements:
    """Statements by number, in order of first appearance."""

    def __init__(self, holders: Holders, outcome: Outcome) -> None:
        self.by_number: dict[str, SetStatement] = {}
        self._holders, self._outcome = holders, outcome

    def add_issues(self, rows: Iterable[Any], paper: Paper) -> None:
        """Takes in rows of an issue ledger. A number told twice in different words is an error at the second row."""
        find, by_number, outcome = self._holders.find, self.by_number, self._outcome
        for row in rows:
            holder = find(row.unit)
            if holder is None:
                self._holders.refuse(row.unit, paper.source(row.row), outcome)
            known = by_number.get(row.number)
            if known is None:
                by_number[row.number] = SetStatement(row.number, row, paper, holder)
            elif known.paper is None:
                known.row, known.paper, known.holder = row, paper, holder
            elif _words(known.row, known.holder) == _words(row, holder):
                outcome.note(SAME, paper.source(row.row), row.number)
            else:
                first = f"{known.paper.file} {known.paper.source(known.row.row).place}"
                values = {"number": row.number, "place": first}
                outcome.refuse(paper.source(row.row), TWICE, values, "number", row.number)

    def add_imports(self, rows: Iterable[Any], paper: Paper) -> None:
        """Takes in rows of an import and acceptance ledger: an attempt each, with its acceptance where there is one."""
        for row in rows:
            source = paper.source(row.row)
            if row.result == "failure":
                self._add(row.number, "import_failed", row.imported_on, source, paper, {"reason": row.reason or ""})
            else:
                self._add(row.number, "import", row.imported_on, source, paper, {})
            if row.conclusion == "passed":
                details = {"evidence": row.evidence or "", "acceptor": row.acceptor or ""}
                self._add(row.number, "accept", row.accepted_on, source, paper, details)
            elif row.conclusion == "failed":
                details = {"reason": row.reason or row.evidence or "—"}
                self._add(row.number, "decline", row.accepted_on, source, paper, details)

    def add_changes(self, rows: Iterable[Any], paper: Paper) -> None:
        """Takes in rows of a change ledger."""
        for row in rows:
            source, details = paper.source(row.row), {"reason": row.reason or ""}
            if row.change == "relocate":
                holder = self._holders.find(row.to_unit)
                if holder is None:
                    self._holders.refuse(row.to_unit, source, self._outcome, "to_unit")
                self._add(row.number, row.change, row.on, source, paper, details, holder=holder)
            else:
                self._add(row.number, row.change, row.on, source, paper, details, cpus=row.cpus)

    def _add(
        self,
        number: str,
        action: str,
        on: dt.date,
        source: Source,
        paper: Paper,
        details: Mapping[str, str],
        *,
        cpus: int | None = None,
        holder: Holder | None = None,
    ) -> None:
        statement = self.by_number.get(number)
        if statement is None:
            statement = self.by_number[number] = SetStatement(number)
        fact = Fact(action, on, 0, cpus, holder, details, paper.document_id, source.place)
        statement.facts = [*statement.facts, (fact, source)]


def in_telling_order(stated: Iterable[Stated]) -> list[Stated]:
    """Facts of one set by day; on one day in the order in which such things happen, then in the order of the paper."""
    return sorted(stated, key=lambda item: (item[0].on, RANK[item[0].action], item[1].row))


def without_doubles(stated: Sequence[Stated]) -> Sequence[Stated]:
    """Facts told once: the same fact in two files counts once, two equal rows of one file are two facts."""
    if len(stated) < 2:
        return stated
    counted: dict[tuple[object, ...], dict[tuple[str, str], list[Stated]]] = {}
    for fact, source in stated:
        words = (fact.action, fact.on, fact.cpus, fact.holder, *sorted((fact.details or {}).items()))
        counted.setdefault(words, {}).setdefault((source.file, source.sheet), []).append((fact, source))
    return [item for papers in counted.values() for item in max(papers.values(), key=len)]


def issue_details(row: Any) -> dict[str, str]:
    """What an issue says besides unit, product, size and day; only what is filled in."""
    details: dict[str, str] = {}
    if row.platform:
        details["platform"] = row.platform
    if row.license_file:
        details["license_file"] = row.license_file
    if row.support_end is not None:
        details["support_end"] = row.support_end.isoformat()
    if row.fingerprint:
        details["fingerprint"] = row.fingerprint
    if row.note:
        details["note"] = row.note
    if row.edition:
        details["edition"] = row.edition
    if row.valid_from is not None:
        details["valid_from"] = row.valid_from.isoformat()
    if row.valid_until is not None:
        details["valid_until"] = row.valid_until.isoformat()
    return details


def _words(row: Any, holder: Holder | None) -> tuple[object, ...]:
    return row.product, row.kind, row.cpus, row.temporary_on, row.issued_on, holder, issue_details(row)
