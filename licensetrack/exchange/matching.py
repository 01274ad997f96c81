"""What a file states about a set against what is recorded: the same, to be corrected, or new. Pure.

A file rarely says which recorded fact a changed line means. The rules, in this order, for each kind of act:
the same day and the same words are the same fact; the same day alone is that fact corrected; the same row of the sheet
is that fact corrected; and where the file tells at least as many acts of a kind as are recorded, it tells the whole
story, so what is left over pairs in order of day. What still has no partner is new. Nothing recorded is ever dropped:
a file may hold a part of the year only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from licensetrack.allocation.fold import Fact
from licensetrack.core.columns import canonical_json
from licensetrack.exchange.changes import Source

Stated = tuple[Fact, Source]


class Match(NamedTuple):
    """The outcome for one set: facts that stand already, corrections (recorded, stated), and facts that are new."""

    same: list[Stated]
    corrected: list[tuple[Fact, Fact, Source]]
    new: list[Stated]


def match(recorded: Mapping[int, Fact], stated: Sequence[Stated]) -> Match:
    """Pairs stated facts with recorded ones, kind by kind; corrections keep the recorded position."""
    result = Match([], [], [])
    by_action: dict[str, list[Stated]] = {}
    for item in stated:
        by_action.setdefault(item[0].action, []).append(item)
    for action, wanted in by_action.items():
        known = sorted((fact for fact in recorded.values() if fact.action == action), key=lambda f: (f.on, f.position))
        _match_action(known, sorted(wanted, key=lambda item: (item[0].on, item[1].row)), result)
    return result


def _match_action(known: list[Fact], wanted: list[Stated], result: Match) -> None:
    whole_story = len(wanted) >= len(known)
    for fact, source in _take(known, wanted, says_the_same):
        result.same.append((fact[1], source))
    passes: list[Callable[[Fact, Fact], bool]] = [
        lambda old, new: old.on == new.on,
        lambda old, new: old.place == new.place,
    ]
    if whole_story:
        passes.append(lambda _old, _new: True)
    for alike in passes:
        for (old, new), source in _take(known, wanted, alike):
            result.corrected.append((old, corrected(old, new), source))
    result.new.extend(wanted)


def _take(
    known: list[Fact], wanted: list[Stated], alike: Callable[[Fact, Fact], bool]
) -> list[tuple[tuple[Fact, Fact], Source]]:
    """Moves pairs that are alike out of both lists."""
    pairs: list[tuple[tuple[Fact, Fact], Source]] = []
    left: list[Stated] = []
    for new, source in wanted:
        old = next((fact for fact in known if alike(fact, new)), None)
        if old is None:
            left.append((new, source))
        else:
            known.remove(old)
            pairs.append(((old, new), source))
    wanted[:] = left
    return pairs


def says_the_same(old: Fact, new: Fact) -> bool:
    """Whether a stated fact is the recorded one: day, quantity, holder and words (its place in a file does not matter)."""
    same_holder = (old.holder and old.holder.unit_id) == (new.holder and new.holder.unit_id)
    return (
        old.on == new.on
        and old.cpus == new.cpus
        and same_holder
        and canonical_json(dict(old.details or {})) == canonical_json(dict(new.details or {}))
    )


def corrected(old: Fact, new: Fact) -> Fact:
    """The stated fact at the recorded one's position; a holder that is the same unit keeps its dimensions of that day."""
    holder = new.holder
    if old.holder and new.holder and old.holder.unit_id == new.holder.unit_id:
        holder = old.holder
    return new._replace(position=old.position, holder=holder)


def differences(old: Fact, new: Fact) -> dict[str, tuple[object, object]]:
    """Field → (recorded, stated), for people."""
    found: dict[str, tuple[object, object]] = {}
    if old.on != new.on:
        found["on"] = (old.on, new.on)
    if old.cpus != new.cpus:
        found["cpus"] = (old.cpus, new.cpus)
    if (old.holder and old.holder.unit_id) != (new.holder and new.holder.unit_id):
        found["unit"] = (old.holder and old.holder.unit_id, new.holder and new.holder.unit_id)
    before, after = dict(old.details or {}), dict(new.details or {})
    for name in sorted(before.keys() | after.keys()):
        if before.get(name) != after.get(name):
            found[name] = (before.get(name), after.get(name))
    return found
