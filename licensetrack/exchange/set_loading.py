"""Sets from statements to the ledger: new ones in bulk, known ones by what differs, all through the ledger's own functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session, aliased

from licensetrack.allocation.fold import Fact, fold, in_order
from licensetrack.allocation.issuing import NewSet, add_sets
from licensetrack.allocation.ledger import Operation, facts_of, post
from licensetrack.allocation.models import LedgerEvent, LicenseSet
from licensetrack.allocation.rules import check_day, check_size
from licensetrack.core.errors import DomainError
from licensetrack.core.names import nearest
from licensetrack.exchange.changes import CHANGED, NEW, SAME, Outcome
from licensetrack.exchange.matching import Stated, differences, match
from licensetrack.exchange.statements import (
    TEMPORARY_MARK,
    SetStatement,
    Statements,
    in_telling_order,
    kind_of,
    without_doubles,
)
from licensetrack.procurement.queries import entitlement_for, products

CHUNK = 2000
UNKNOWN_NUMBER = "There is no licence set %(number)s. The nearest are: %(nearest)s."
NO_SETS = "There is no licence set in the ledger yet. Load the issue ledger first, or together with this file."
_events = LedgerEvent.__table__


@dataclass(frozen=True)
class Right:
    """A product's metric and the entitlement that its sets are issued under."""

    metric: str
    entitlement_id: int


@dataclass
class Recorded:
    """What the ledger holds of one number."""

    row: Row[Any]
    facts: dict[int, Fact]


class SetLoader:
    """Brings statements into the ledger, chunk by chunk, inside the caller's transaction."""

    def __init__(self, db: Session, operation: Operation, outcome: Outcome, progress: Callable[[int], None]) -> None:
        self._db, self._operation, self._outcome, self._progress = db, operation, outcome, progress
        self._rights = {p.code: Right(p.metric, entitlement_for(db, p.code).id) for p in products(db)}

    def load(self, statements: Statements) -> None:
        """Loads every statement; errors are noted at their rows."""
        numbers = iter(list(statements.by_number))
        while chunk := list(islice(numbers, CHUNK)):
            recorded = self._recorded(chunk)
            new: list[NewSet] = []
            for number in chunk:
                self._load_one(statements.by_number.pop(number), recorded, new)
            if new and not self._outcome.refused:
                add_sets(self._db, new, self._operation)
            self._progress(len(chunk))

    def _recorded(self, numbers: Sequence[str]) -> dict[str, Recorded]:
        """Number → what is recorded, also for the temporary sets of these numbers."""
        asked = [*numbers, *(number + TEMPORARY_MARK for number in numbers)]
        found: dict[str, Recorded] = {}
        by_id: dict[int, list[Row[Any]]] = {}
        sets: dict[int, Row[Any]] = {}
        table = LicenseSet.__table__.c
        for start in range(0, len(asked), 500):
            query = select(table.id, table.number, table.product, table.kind).where(
                table.number.in_(asked[start : start + 500])
            )
            sets.update({row.id: row for row in self._db.execute(query)})
        reversal = aliased(LedgerEvent)
        ids = list(sets)
        for start in range(0, len(ids), 500):
            part = ids[start : start + 500]
            back = select(reversal.reverses_id).where(reversal.set_id.in_(part), reversal.reverses_id.is_not(None))
            query = select(_events).where(
                _events.c.set_id.in_(part), _events.c.reverses_id.is_(None), _events.c.id.not_in(back)
            )
            for event in self._db.execute(query.order_by(_events.c.set_id, _events.c.seq)):
                by_id.setdefault(event.set_id, []).append(event)
        for set_id, row in sets.items():
            found[row.number] = Recorded(row, facts_of(by_id.get(set_id, [])))
        return found

    def _load_one(self, statement: SetStatement, recorded: Mapping[str, Recorded], new: list[NewSet]) -> None:
        formal = recorded.get(statement.number)
        temporary = recorded.get(statement.number + TEMPORARY_MARK)
        if not self._is_known(statement, formal, temporary):
            return
        for_formal, for_temporary = _divide(statement, formal, temporary)
        if for_temporary:
            self._load_set(statement.number + TEMPORARY_MARK, statement, for_temporary, temporary, new, predecessor="")
        if for_formal:
            has_predecessor = temporary is not None or statement.temporary is not None
            predecessor = statement.number + TEMPORARY_MARK if has_predecessor else ""
            self._load_set(statement.number, statement, for_formal, formal, new, predecessor=predecessor)

    def _is_known(self, statement: SetStatement, formal: Recorded | None, temporary: Recorded | None) -> bool:
        if statement.issue or statement.temporary or formal or temporary:
            if statement.product and statement.product not in self._rights:
                stated = statement.issue or statement.temporary
                if stated is not None:
                    rule = "There is no product “%(code)s”."
                    self._outcome.refuse(stated[1], rule, {"code": statement.product}, statement.product)
                return False
            return True
        numbers = self._db.scalars(select(LicenseSet.number)).all()
        likely = "、".join(nearest(statement.number, numbers)) or "—"
        for _, source in statement.facts:
            values = {"number": statement.number, "nearest": likely}
            self._outcome.refuse(source, UNKNOWN_NUMBER if numbers else NO_SETS, values, statement.number)
        return False

    def _load_set(
        self,
        number: str,
        statement: SetStatement,
        stated: list[Stated],
        recorded: Recorded | None,
        new: list[NewSet],
        *,
        predecessor: str,
    ) -> None:
        product = statement.product or (recorded.row.product if recorded else "")
        right = self._rights[product]
        if not self._rows_are_right(stated, right):
            return
        if recorded is None:
            ordered = in_telling_order(stated)
            facts = [fact for fact, _ in ordered]
            if len(facts) > 1 and not self._life_is_right(facts, ordered):
                return
            new.append(NewSet(number, product, kind_of(number), right.entitlement_id, facts, predecessor))
            for _, source in ordered:
                self._outcome.note(NEW, source, number)
        else:
            self._correct(number, product, right, stated, recorded)

    def _correct(self, number: str, product: str, right: Right, stated: list[Stated], recorded: Recorded) -> None:
        matched = match(recorded.facts, stated)
        for _, source in matched.same:
            self._outcome.note(SAME, source, number)
        for old, fact, source in matched.corrected:
            self._outcome.note(CHANGED, source, number, **differences(old, fact))
        for _, source in matched.new:
            self._outcome.note(NEW, source, number)
        other_product = product != recorded.row.product
        if not (matched.corrected or matched.new or other_product) or self._outcome.refused:
            return
        license_set = self._db.get(LicenseSet, recorded.row.id, populate_existing=True)
        sources = {(source.file, source.sheet): source for _, source in stated}
        first = next(iter(sources.values()))
        if other_product:
            self._outcome.note(CHANGED, first, number, product=(recorded.row.product, product))
        try:
            post(
                self._db,
                license_set,  # type: ignore[arg-type]
                self._operation,
                add=[fact for fact, _ in in_telling_order(matched.new)],
                replace=[fact for _, fact, _ in matched.corrected],
                right=(product, right.entitlement_id) if other_product else None,
            )
        except DomainError as error:
            source = (matched.new or [(None, first)])[0][1] if not matched.corrected else matched.corrected[0][2]
            self._outcome.refuse(source, error.message, error.values, number)

    def _rows_are_right(self, stated: Sequence[Stated], right: Right) -> bool:
        """Checks each row by itself: its day, and the size of an issue."""
        for fact, source in stated:
            try:
                check_day(fact.on)
                if fact.action == "issue":
                    check_size(right.metric, fact.cpus)
            except DomainError as error:
                self._outcome.refuse(source, error.message, error.values)
                return False
        return True

    def _life_is_right(self, facts: Sequence[Fact], ordered: Sequence[Stated]) -> bool:
        """Folds the whole life; where it breaks, the first fact that breaks it is the row at fault."""
        placed = [fact._replace(position=index) for index, fact in enumerate(facts)]
        try:
            fold(in_order(placed))
        except DomainError as error:
            self._outcome.refuse(ordered[_first_wrong(placed)][1], error.message, error.values)
            return False
        return True


def _first_wrong(facts: Sequence[Fact]) -> int:
    for count in range(1, len(facts) + 1):
        try:
            fold(facts[:count])
        except DomainError:
            return count - 1
    return 0


def _divide(
    statement: SetStatement, formal: Recorded | None, temporary: Recorded | None
) -> tuple[list[Stated], list[Stated]]:
    """Facts for the formal set and for its temporary predecessor: before the formal issue they concern the temporary one."""
    facts = without_doubles(statement.facts) if len(statement.facts) > 1 else list(statement.facts)
    issue = statement.issue
    if issue is None and formal is not None:
        start = min((fact.on for fact in formal.facts.values()), default=None)
    else:
        start = issue[0].on if issue else None
    has_temporary = statement.temporary is not None or temporary is not None
    for_formal: list[Stated] = [issue] if issue else []
    for_temporary: list[Stated] = [statement.temporary] if statement.temporary else []
    for stated in facts:
        if start is None or (has_temporary and stated[0].on < start):
            for_temporary.append(stated)
        else:
            for_formal.append(stated)
    ended = temporary is not None and any(fact.action in _ENDING for fact in temporary.facts.values())
    if issue and has_temporary and not ended:
        fact, source = issue
        end = Fact("supersede", fact.on, 0, None, None, {}, fact.document_id, source.place)
        for_temporary.append((end, source))
    elif issue and temporary is not None and ended:
        for_temporary += _moved_end(temporary, issue)
    return for_formal, for_temporary


_ENDING = ("return", "revoke", "supersede")


def _moved_end(temporary: Recorded, issue: Stated) -> list[Stated]:
    """A corrected date of the formal issue moves the end of the temporary set with it."""
    for fact in temporary.facts.values():
        if fact.action == "supersede":
            end = Fact("supersede", issue[0].on, 0, None, None, {}, issue[0].document_id, issue[1].place)
            return [(end, issue[1])]
    return []
