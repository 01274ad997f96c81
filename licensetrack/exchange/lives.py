"""The life that statements make of a set: which of its two sets a fact concerns, and where a life breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from licensetrack.allocation.bulk_posting import RecordedSet
from licensetrack.allocation.fold import Fact, fold, in_order
from licensetrack.core.errors import DomainError
from licensetrack.exchange.matching import Match, Stated
from licensetrack.exchange.recorded_sets import TEMPORARY_MARK, issued_on
from licensetrack.exchange.statements import SetStatement, without_doubles


def life(recorded: RecordedSet, matched: Match) -> list[Fact]:
    """Recorded facts as corrected, then the new ones at positions after them."""
    facts = dict(recorded.facts)
    facts.update({fact.position: fact for _, fact, _ in matched.corrected})
    last = max(facts, default=0)
    return [*facts.values(), *(fact._replace(position=last + n) for n, (fact, _) in enumerate(matched.new, 1))]


def folds(recorded: RecordedSet, matched: Match) -> bool:
    """Whether the matched facts make a life that the table of moves allows."""
    try:
        fold(in_order(life(recorded, matched)))
    except DomainError:
        return False
    return True


def first_wrong(facts: Sequence[Fact]) -> int:
    """The place of the first fact with which a life breaks."""
    for count in range(1, len(facts) + 1):
        try:
            fold(facts[:count])
        except DomainError:
            return count - 1
    return 0


def divide(statement: SetStatement, recorded: Mapping[str, RecordedSet]) -> tuple[Sequence[Stated], Sequence[Stated]]:
    """Facts for the formal set and for its temporary predecessor, which concerns what lies before the formal issue."""
    issue, temporary_issue = statement.issues()
    if issue and not temporary_issue and not statement.facts and not recorded:
        return [issue], []
    formal, temporary = recorded.get(statement.number), recorded.get(statement.number + TEMPORARY_MARK)
    start = issue[0].on if issue else issued_on(formal) if formal else None
    has_temporary = temporary_issue is not None or temporary is not None
    for_formal: list[Stated] = [issue] if issue else []
    for_temporary: list[Stated] = [temporary_issue] if temporary_issue else []
    for stated in without_doubles(statement.facts):
        if start is None or (has_temporary and stated[0].on < start):
            for_temporary.append(stated)
        else:
            for_formal.append(stated)
    row = issue or temporary_issue
    if row and start and has_temporary and not _is_handed_back(for_temporary, temporary):
        fact, source = row  # a corrected day of the formal issue moves the end of the temporary set with it
        for_temporary.append((Fact("supersede", start, 0, None, None, {}, fact.document_id, source.place), source))
    return for_formal, for_temporary


def _is_handed_back(stated: Sequence[Stated], recorded: RecordedSet | None) -> bool:
    facts = [fact for fact, _ in stated] + list(recorded.facts.values() if recorded else ())
    return any(fact.action in ("return", "revoke", "void") for fact in facts)
