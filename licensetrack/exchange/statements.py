"""What the ledgers of one load state, gathered by licence number: issue, imports and changes of a set may lie in three files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from licensetrack.allocation.fold import Fact, Holder
from licensetrack.allocation.stages import FORMAL, RANK, TEMPORARY
from licensetrack.core.names import nearest
from licensetrack.exchange.changes import Outcome, Source
from licensetrack.exchange.matching import Stated

TEMPORARY_MARK = "-T"  # a row with a temporary and a formal date tells of two sets; the temporary one gets this mark
UNKNOWN_UNIT = "There is no unit of this name in the directory. The nearest are: %(nearest)s."
NO_UNITS = "There is no unit in the directory yet. Load the unit directory first, or together with this file."


@dataclass(slots=True)
class SetStatement:
    """All that is stated about one number: where its issue stands, and facts after the issue."""

    number: str
    issue: Stated | None = None  # the formal issue, or the temporary one where there is no formal
    temporary: Stated | None = None  # the temporary issue before a formal one
    product: str = ""
    facts: list[Stated] = field(default_factory=list)

    @property
    def is_temporary_only(self) -> bool:
        """Whether only a temporary licence is told of."""
        return self.issue is None and self.temporary is not None


class Holders:
    """Unit names as written → who holds; an unknown one becomes an error at its row that names the three nearest."""

    def __init__(self, by_key: Mapping[str, int], units: Mapping[int, tuple[str, Holder]], key: Any) -> None:
        self._by_key, self._units, self._key = by_key, units, key
        self._seen: dict[str, Holder | None] = {}

    def find(self, name: str, source: Source, outcome: Outcome) -> Holder | None:
        """The holder of that name, or None with an error noted."""
        if name not in self._seen:
            unit_id = self._by_key.get(self._key(name))
            self._seen[name] = None if unit_id is None else self._units[unit_id][1]
        holder = self._seen[name]
        if holder is None:
            if self._units:
                likely = nearest(name, (unit_name for unit_name, _ in self._units.values()))
                outcome.refuse(source, UNKNOWN_UNIT, {"nearest": "、".join(likely) or "—"}, name)
            else:
                outcome.refuse(source, NO_UNITS, {}, name)
        return holder


class Statements:
    """Statements by number, in order of first appearance."""

    def __init__(self, holders: Holders, outcome: Outcome, documents: Mapping[str, int]) -> None:
        self.by_number: dict[str, SetStatement] = {}
        self._holders, self._outcome, self._documents = holders, outcome, documents

    def add_issues(self, rows: Iterable[Any], file: str, sheet: str) -> None:
        """Takes in rows of an issue ledger. A number told twice in different words is an error at the second row."""
        document_id = self._documents.get(file)
        holders, outcome, by_number = self._holders, self._outcome, self.by_number
        for row in rows:
            source = Source("issues", file, sheet, row.row)
            holder = holders.find(row.unit, source, outcome)
            if holder is None:
                continue
            details = _issue_details(row)
            statement = SetStatement(row.number, product=row.product)
            if row.kind == TEMPORARY:
                on = row.temporary_on or row.issued_on
                statement.temporary = _stated("issue", on, row.cpus, holder, details, document_id, source)
            else:
                statement.issue = _stated("issue", row.issued_on, row.cpus, holder, details, document_id, source)
                if row.temporary_on is not None and row.temporary_on <= row.issued_on:
                    statement.temporary = _stated(
                        "issue", row.temporary_on, row.cpus, holder, details, document_id, source
                    )
            known = by_number.get(row.number)
            if known is None:
                by_number[row.number] = statement
            elif known.issue is None and known.temporary is None:
                statement.facts = known.facts
                by_number[row.number] = statement
            else:
                self._compare_twice(known, statement, source)

    def add_imports(self, rows: Iterable[Any], file: str, sheet: str) -> None:
        """Takes in rows of an import and acceptance ledger: an attempt each, with its acceptance where there is one."""
        document_id = self._documents.get(file)
        for row in rows:
            source = Source("imports", file, sheet, row.row)
            statement = self._statement(row.number)
            if row.result == "failure":
                details = {"reason": row.reason or ""}
                statement.facts.append(
                    _stated("import_failed", row.imported_on, None, None, details, document_id, source)
                )
            else:
                statement.facts.append(_stated("import", row.imported_on, None, None, {}, document_id, source))
            if row.conclusion == "passed":
                details = {"evidence": row.evidence or "", "acceptor": row.acceptor or ""}
                statement.facts.append(_stated("accept", row.accepted_on, None, None, details, document_id, source))
            elif row.conclusion == "failed":
                details = {"reason": row.reason or row.evidence or "—"}
                statement.facts.append(_stated("decline", row.accepted_on, None, None, details, document_id, source))

    def add_changes(self, rows: Iterable[Any], file: str, sheet: str) -> None:
        """Takes in rows of a change ledger."""
        document_id = self._documents.get(file)
        for row in rows:
            source = Source("changes", file, sheet, row.row)
            holder = None
            if row.change == "relocate":
                holder = self._holders.find(row.to_unit, source, self._outcome)
                if holder is None:
                    continue
            cpus = None if row.change == "relocate" else row.cpus
            details = {"reason": row.reason or ""}
            self._statement(row.number).facts.append(
                _stated(row.change, row.on, cpus, holder, details, document_id, source)
            )

    def _statement(self, number: str) -> SetStatement:
        statement = self.by_number.get(number)
        if statement is None:
            statement = self.by_number[number] = SetStatement(number)
        return statement

    def _compare_twice(self, known: SetStatement, again: SetStatement, source: Source) -> None:
        first = known.issue or known.temporary
        if first is None or _plain(known) != _plain(again):
            row = first[1].row if first else "—"
            rule = "The number %(number)s stands twice, and the two rows differ; the other one is row %(row)s."
            self._outcome.refuse(source, rule, {"number": known.number, "row": row}, known.number)
            return
        self._outcome.note("same", source, known.number)


def in_telling_order(stated: Iterable[Stated]) -> list[Stated]:
    """Facts of one set by day; on one day in the order in which such things happen, then in the order of the paper."""
    return sorted(stated, key=lambda item: (item[0].on, RANK[item[0].action], item[1].row))


def without_doubles(stated: Iterable[Stated]) -> list[Stated]:
    """Facts told once: the same fact in two files counts once, two equal rows of one file are two facts."""
    counted: dict[tuple[object, ...], dict[str, list[Stated]]] = {}
    for fact, source in stated:
        words = (fact.action, fact.on, fact.cpus, fact.holder, tuple(sorted((fact.details or {}).items())))
        counted.setdefault(words, {}).setdefault(source.file, []).append((fact, source))
    return [item for files in counted.values() for item in max(files.values(), key=len)]


def kind_of(number: str) -> str:
    """Formal, or temporary for a number with the mark."""
    return TEMPORARY if number.endswith(TEMPORARY_MARK) else FORMAL


def _stated(
    action: str,
    on: dt.date,
    cpus: int | None,
    holder: Holder | None,
    details: dict[str, Any],
    document_id: int | None,
    source: Source,
) -> Stated:
    return Fact(action, on, 0, cpus, holder, details, document_id, source.place), source


def _issue_details(row: Any) -> dict[str, str]:
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
    return details


def _plain(statement: SetStatement) -> tuple[object, ...]:
    parts: list[object] = [statement.product]
    for stated in (statement.issue, statement.temporary):
        parts.append(None if stated is None else (stated[0].on, stated[0].cpus, stated[0].holder, stated[0].details))
    return tuple(parts)
