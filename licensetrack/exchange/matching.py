"""What a file states about a set against what is recorded: the same, to be corrected, or new. Pure.

A file rarely says which recorded fact a changed line means, nor whether it tells the year again or goes on from the
last file. The rules, for each family of acts (issue; attempts to import; verdicts; changes):

1. The same act on the same day in the same words is the same fact.
2. The same act on the same day in other words is that fact corrected; so is the same row of a file of the same name.
3. A paper that repeats at least half of what is recorded of its sets tells it again (see `Retelling`): a line that
   stands in the same row, or is left over where the paper tells as many acts of a kind as are recorded, corrects.
4. What still has no partner is new. Nothing recorded is ever dropped: a file may hold a part of the year only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from licensetrack.allocation.fold import Fact
from licensetrack.exchange.changes import Source

Stated = tuple[Fact, Source]
Alike = Callable[[Fact, Fact, Source], bool]

_CHANGES = (
    "expand", "shrink", "relocate", "move", "replace_host", "renew", "upgrade", "return", "revoke", "void",
)  # fmt: skip
_FAMILIES = (
    ("issue",),
    ("import", "import_failed"),
    ("accept", "decline"),
    _CHANGES,
    ("supersede",),
)
_FAMILY = {action: family for family in _FAMILIES for action in family}
_TOLD_BY = {
    "imports": ("import", "import_failed", "accept", "decline"),
    "changes": _CHANGES,
}


class Match(NamedTuple):
    """The outcome for one set: facts that stand already, corrections (recorded, stated), and facts that are new."""

    same: list[Stated]
    corrected: list[tuple[Fact, Fact, Source]]
    new: list[Stated]


class Retelling:
    """Which papers of a load tell again what is recorded, as a corrected file does, and which only go on from it."""

    def __init__(self, document_names: Mapping[int, str]) -> None:
        self._names = document_names
        self._recorded: Counter[tuple[str, str]] = Counter()
        self._repeated: Counter[tuple[str, str]] = Counter()

    def weigh(self, recorded: Mapping[int, Fact], stated: Sequence[Stated]) -> None:
        """Counts what is recorded of one set, and how much of it each paper repeats."""
        for kind, file, sheet in {source[:3] for _, source in stated}:
            told = _TOLD_BY.get(kind)
            if told is None:
                continue
            known = [fact for fact in recorded.values() if fact.action in told]
            self._recorded[file, sheet] += len(known)
            for fact, source in stated:
                if source[:3] == (kind, file, sheet):
                    self._repeated[file, sheet] += any(says_the_same(old, fact) for old in known)

    def tells_again(self, source: Source) -> bool:
        """Whether the paper repeats at least half of what is recorded of the sets it speaks of."""
        paper = (source.file, source.sheet)
        return self._repeated[paper] * 2 >= self._recorded[paper] > 0

    def is_same_row(self, old: Fact, source: Source) -> bool:
        """Whether a recorded fact came from this row of a file of this name."""
        return old.place == source.place and self._names.get(old.document_id or 0) == source.file


def match(
    recorded: Mapping[int, Fact], stated: Sequence[Stated], papers: Retelling, *, all_again: bool = False
) -> Match:
    """Pairs stated facts with recorded ones; corrections keep the recorded position.

    `all_again` lets acts of one kind correct each other in any paper: tried where, added, they would contradict.
    """
    result = Match([], [], [])
    families: dict[tuple[str, ...], list[Stated]] = {}
    for item in stated:
        families.setdefault(_FAMILY[item[0].action], []).append(item)
    for family, items in families.items():
        known = [fact for fact in recorded.values() if fact.action in family]
        known.sort(key=lambda fact: (fact.on, fact.position))
        _match_family(known, sorted(items, key=lambda item: (item[0].on, item[1].row)), papers, all_again, result)
    return result


def _match_family(known: list[Fact], wanted: list[Stated], papers: Retelling, all_again: bool, result: Match) -> None:
    told = Counter(fact.action for fact, _ in wanted)
    there = Counter(fact.action for fact in known)

    def again(source: Source) -> bool:
        return all_again or source.kind == "issues" or papers.tells_again(source)

    def same_day(old: Fact, new: Fact, _source: Source) -> bool:
        return (old.action, old.on) == (new.action, new.on)

    def same_row(old: Fact, new: Fact, source: Source) -> bool:
        return papers.is_same_row(old, source) or (papers.tells_again(source) and old.place == new.place)

    def left_over(old: Fact, new: Fact, source: Source) -> bool:
        return again(source) and old.action == new.action and told[new.action] >= there[new.action]

    def other_result(old: Fact, new: Fact, source: Source) -> bool:
        return again(source) and source.kind == "imports" and old.on == new.on

    for old, new, source in _pairs(known, wanted, lambda old, new, _source: says_the_same(old, new)):
        result.same.append((new._replace(position=old.position), source))
    for alike in (same_day, same_row, left_over, other_result):
        result.corrected.extend((old, corrected(old, new), source) for old, new, source in _pairs(known, wanted, alike))
    result.new.extend(wanted)


def _pairs(known: list[Fact], wanted: list[Stated], alike: Alike) -> list[tuple[Fact, Fact, Source]]:
    """Moves pairs that are alike out of both lists."""
    pairs: list[tuple[Fact, Fact, Source]] = []
    left: list[Stated] = []
    for new, source in wanted:
        old = next((fact for fact in known if alike(fact, new, source)), None)
        if old is None:
            left.append((new, source))
        else:
            known.remove(old)
            pairs.append((old, new, source))
    wanted[:] = left
    return pairs


def says_the_same(old: Fact, new: Fact) -> bool:
    """Whether a stated fact is the recorded one: act, day, quantity, holder, words; where it stands is no matter."""
    return (
        old.action == new.action
        and old.on == new.on
        and old.cpus == new.cpus
        and _unit(old) == _unit(new)
        and (old.details or {}) == (new.details or {})
    )


def corrected(old: Fact, new: Fact) -> Fact:
    """The stated fact at the recorded one's position; the same unit keeps its dimensions of that day."""
    holder = old.holder if new.holder and _unit(old) == _unit(new) else new.holder
    return new._replace(position=old.position, holder=holder)


def differences(old: Fact, new: Fact, unit_name: Callable[[int], str]) -> dict[str, tuple[object, object]]:
    """Field → (recorded, stated), for people."""
    found: dict[str, tuple[object, object]] = {}
    if old.action != new.action:
        found["action"] = (old.action, new.action)
    if old.on != new.on:
        found["on"] = (old.on, new.on)
    if old.cpus != new.cpus:
        found["cpus"] = (old.cpus, new.cpus)
    before_unit, after_unit = _unit(old), _unit(new)
    if before_unit != after_unit:
        found["unit"] = (before_unit and unit_name(before_unit), after_unit and unit_name(after_unit))
    before, after = dict(old.details or {}), dict(new.details or {})
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            found[name] = (before.get(name), after.get(name))
    return found


def _unit(fact: Fact) -> int | None:
    return fact.holder.unit_id if fact.holder else None
