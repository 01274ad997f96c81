"""Sets from statements to the ledger: new ones in bulk, known ones by what differs, by the ledger's own functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from licensetrack.allocation.bulk_posting import BulkPosting, RecordedSet
from licensetrack.allocation.fold import fold, in_order
from licensetrack.allocation.issuing import NewSet, add_sets
from licensetrack.allocation.ledger import Operation
from licensetrack.allocation.models import LicenseSet
from licensetrack.allocation.rules import FIRST_DAY, check_day, check_size
from licensetrack.allocation.stages import FORMAL, TEMPORARY
from licensetrack.allocation.stays import all_ends, check_stays, stays
from licensetrack.core.blobs import Blob
from licensetrack.core.clock import today
from licensetrack.core.errors import DomainError
from licensetrack.core.names import nearest
from licensetrack.exchange.changes import CHANGED, NEW, SAME, Fields, Outcome
from licensetrack.exchange.lives import divide, first_wrong, folds, life
from licensetrack.exchange.matching import Match, Retelling, Stated, differences, match
from licensetrack.exchange.recorded_sets import TEMPORARY_MARK, any_set, issued_on, recorded_sets
from licensetrack.exchange.statements import (
    Holders,
    SetStatement,
    Statements,
    in_telling_order,
    issue_details,
)
from licensetrack.procurement.queries import entitlement_for, products

CHUNK = 5000
UNKNOWN_NUMBER = "There is no licence set %(number)s. The nearest are: %(nearest)s."
UNKNOWN_PRODUCT = "There is no product “%(code)s”."
WAS_FORMAL = "The set %(number)s is formal since %(on)s; a formal set does not become temporary afterwards."

_DAY_FIELDS = {"issues": "issued_on", "imports": "imported_on", "changes": "on"}


@dataclass(frozen=True)
class Right:
    """A product's metric and the entitlement that its sets are issued under."""

    metric: str
    entitlement_id: int


class SetLoader:
    """Brings the statements of one load into the ledger, chunk by chunk, inside the caller's transaction."""

    def __init__(
        self, db: Session, operation: Operation, outcome: Outcome, holders: Holders, progress: Callable[[int], None]
    ) -> None:
        self._db, self._operation, self._outcome, self._progress = db, operation, outcome, progress
        self._holders = holders
        self._rights = {p.code: Right(p.metric, entitlement_for(db, p.code).id) for p in products(db)}
        self._papers = Retelling(dict(db.execute(select(Blob.id, Blob.name)).all()))
        self._was_empty = not any_set(db)
        self._numbers: list[str] | None = None
        self._new: list[NewSet] = []
        self._postings = BulkPosting(db, operation)
        self._platforms: dict[tuple[int, str], int] = {}
        self._today = today()
        self._ends = all_ends(db)

    def load(self, statements: Statements) -> None:
        """Loads every statement; errors are noted at their rows. Statements are let go of as they are loaded."""
        numbers = iter(list(statements.by_number))
        while chunk := list(islice(numbers, CHUNK)):
            recorded = {} if self._was_empty else recorded_sets(self._db, chunk)
            stated = [statements.by_number.pop(number) for number in chunk]
            if not recorded:
                stated = [statement for statement in stated if not self._load_plain(statement)]
            known = [statement for statement in stated if self._is_known(statement, recorded)]
            parts = [(statement, *divide(statement, recorded)) for statement in known]
            for statement, formal, temporary in parts if recorded else ():
                for number, facts in ((statement.number, formal), (statement.number + TEMPORARY_MARK, temporary)):
                    if number in recorded:
                        self._papers.weigh(recorded[number].facts, facts)
            for statement, formal, temporary in parts:
                self._load_one(statement, formal, temporary, recorded)
            if not self._outcome.refused:
                self._postings.write()
                add_sets(self._db, self._new, self._operation, self._platforms)
            self._new.clear()
            self._postings = BulkPosting(self._db, self._operation)
            self._progress(len(chunk))

    def _load_plain(self, statement: SetStatement) -> bool:
        """Takes the short way where it can: one formal issue of a new set, as most rows of a large ledger are.

        Whatever is unusual or wrong goes the long way, where it is looked into.
        """
        row, holder = statement.row, statement.holder
        if statement.facts or holder is None or row.kind != FORMAL or row.temporary_on is not None:
            return False
        right = self._rights.get(row.product)
        if (
            holder.unit_id in self._ends
            or right is None
            or row.cpus is None
            or not FIRST_DAY <= row.issued_on <= self._today
        ):
            return False
        fact, source = statement.issue(row.issued_on, issue_details(row))
        self._new.append(NewSet(row.number, row.product, FORMAL, right.entitlement_id, [fact]))
        self._outcome.note(NEW, source, row.number)
        return True

    def _is_known(self, statement: SetStatement, recorded: Mapping[str, RecordedSet]) -> bool:
        """Whether there is a set to speak of; else an error is noted at each row that names it."""
        if statement.row is not None:
            if statement.row.product not in self._rights:
                values = {"code": statement.row.product}
                self._outcome.refuse(statement.source, UNKNOWN_PRODUCT, values, "product", statement.row.product)
                return False
            formal = recorded.get(statement.number)
            if formal and statement.row.kind == TEMPORARY and statement.temporary_on > issued_on(formal):
                values = {"number": statement.number, "on": str(issued_on(formal))}
                self._outcome.refuse(statement.source, WAS_FORMAL, values, "kind")
                return False
            return statement.holder is not None  # without one, its error is noted already
        if statement.number in recorded or statement.number + TEMPORARY_MARK in recorded:
            return True
        if self._numbers is None:
            self._numbers = list(self._db.scalars(select(LicenseSet.number)))
        values = {"number": statement.number, "nearest": "、".join(nearest(statement.number, self._numbers)) or "—"}
        for source in dict.fromkeys(source for _, source in statement.facts):
            self._outcome.refuse(source, UNKNOWN_NUMBER, values, "number", statement.number)
        return False

    def _load_one(
        self,
        statement: SetStatement,
        for_formal: Sequence[Stated],
        for_temporary: Sequence[Stated],
        recorded: Mapping[str, RecordedSet],
    ) -> None:
        marked = statement.number + TEMPORARY_MARK
        if for_temporary:
            self._load_set(marked, TEMPORARY, statement, for_temporary, recorded.get(marked), "")
        if for_formal:
            predecessor = marked if for_temporary or marked in recorded else ""
            self._load_set(statement.number, FORMAL, statement, for_formal, recorded.get(statement.number), predecessor)

    def _load_set(
        self,
        number: str,
        kind: str,
        statement: SetStatement,
        stated: Sequence[Stated],
        recorded: RecordedSet | None,
        predecessor: str,
    ) -> None:
        product = statement.row.product if statement.row is not None or recorded is None else recorded.row.product
        right = self._rights[product]
        if not self._rows_are_right(stated, right):
            return
        if recorded is not None:
            self._correct(number, product, right, stated, recorded)
            return
        ordered = in_telling_order(stated) if len(stated) > 1 else stated
        facts = [fact for fact, _ in ordered]
        if (len(facts) > 1 or self._ends) and not self._life_is_right(ordered):
            return
        self._new.append(NewSet(number, product, kind, right.entitlement_id, facts, predecessor))
        for _, source in ordered:
            self._outcome.note(NEW, source, number)

    def _correct(
        self,
        number: str,
        product: str,
        right: Right,
        stated: Sequence[Stated],
        recorded: RecordedSet,
    ) -> None:
        matched = self._matched(recorded, stated)
        self._note_matched(number, matched)
        other_product = product != recorded.row.product
        if other_product:
            issue = next(source for fact, source in stated if fact.action == "issue")
            self._outcome.note(CHANGED, issue, number, {"product": (recorded.row.product, product)})
        if not (matched.corrected or matched.new or other_product) or self._outcome.refused:
            return
        try:
            self._postings.post(
                recorded,
                add=[fact for fact, _ in in_telling_order(matched.new)],
                replace=[fact for _, fact, _ in matched.corrected],
                right=(product, right.entitlement_id) if other_product else None,
            )
        except DomainError as error:
            self._refuse_life(recorded, matched, error, stated[0])

    def _matched(self, recorded: RecordedSet, stated: Sequence[Stated]) -> Match:
        """The cautious pairing, unless its facts contradict each other and the one that corrects more makes sense."""
        cautious = match(recorded.facts, stated, self._papers)
        if not cautious.new or folds(recorded, cautious):
            return cautious
        bold = match(recorded.facts, stated, self._papers, all_again=True)
        return bold if folds(recorded, bold) else cautious

    def _note_matched(self, number: str, matched: Match) -> None:
        for _, source in matched.same:
            self._outcome.note(SAME, source, number)
        for old, fact, source in matched.corrected:
            fields: Fields = differences(old, fact, self._holders.name)
            self._outcome.note(CHANGED, source, number, fields)
        for _, source in matched.new:
            self._outcome.note(NEW, source, number)

    def _rows_are_right(self, stated: Sequence[Stated], right: Right) -> bool:
        """Checks each row by itself: its day, and the size of an issue."""
        for stated_one in stated:
            fact = stated_one[0]
            try:
                check_day(fact.on, self._today)
                if fact.action == "issue":
                    check_size(right.metric, fact.cpus)
            except DomainError as error:
                self._refuse(stated_one, error)
                return False
        return True

    def _life_is_right(self, ordered: Sequence[Stated]) -> bool:
        """Folds a new set's whole life; where it breaks, the first fact that breaks it is the row at fault."""
        facts = [fact for fact, _ in ordered]
        try:
            _, legs = fold(facts)
        except DomainError as error:
            self._refuse(ordered[first_wrong(facts)], error)
            return False
        try:
            check_stays(stays(list(zip(facts, legs, strict=True))), self._ends)
        except DomainError as error:  # the last row that gives the set to somebody is at fault
            self._refuse(next(stated for stated in reversed(ordered) if stated[0].holder), error)
            return False
        return True

    def _refuse_life(self, recorded: RecordedSet, matched: Match, error: DomainError, otherwise: Stated) -> None:
        """Finds the stated fact with which a recorded life breaks."""
        sources = {fact.position: (fact, source) for _, fact, source in matched.corrected}
        facts = life(recorded, matched)
        new = facts[len(recorded.facts) :]
        sources |= {fact.position: stated for fact, stated in zip(new, matched.new, strict=True)}
        ordered = in_order(facts)
        guilty = sources.get(ordered[first_wrong(ordered)].position)
        self._refuse(guilty or next(iter(sources.values()), otherwise), error)

    def _refuse(self, stated: Stated, error: DomainError) -> None:
        """Notes what is wrong with one fact at the cell that says it: its quantity, else its day."""
        fact, source = stated
        day = "accepted_on" if fact.action in ("accept", "decline") else _DAY_FIELDS[source.kind]
        about_size = not error.values.keys().isdisjoint({"cpus", "change", "metric"}) or "CPU" in error.message
        value = fact.cpus if about_size else fact.on
        self._outcome.refuse(source, error.message, error.values, "cpus" if about_size else day, value)
